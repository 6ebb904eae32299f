"""The first line of a submission in `tests/submissions`: what has to come of it.

    # expect: [at load] KIND [WORDS] [or [at load] KIND [WORDS]] ...

    right     a value that is twice the argument, repeatable, the argument unchanged
    wrong     a value that is not
    changed   a value, and the argument was changed
    again     a value, and another one when repeated
    opaque    something that is no value; WORDS are in its description
    raised    an exception; the first of WORDS is one of its types, the others are in its message
    timeout   stopped; WORDS are the line, or first-last
    died      the worker ended; WORDS are in the reason
    todo      not written yet
    absent    no such function; WORDS say what is there instead

A second line `# from: LEVEL` says from which level on the expectation holds; below it the file does harm.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grader import wire
from grader.sandbox import Level
from grader.values import Opaque, Value
from grader.verdict import Absent, Died, Loaded, NotWritten, Outcome, Raised, Returned, TimedOut

SUBMISSIONS = Path(__file__).parent.parent / "submissions"


@dataclass(frozen=True)
class Expected:
    """One thing that may come of a submission."""

    at_load: bool
    kind: str
    words: str

    def fits(self, outcome: Loaded | Outcome, truth: Value) -> bool:
        """Whether an outcome is this."""
        kind = describe(outcome, truth)
        if kind != self.kind:
            return False
        if isinstance(outcome, Raised):
            name, _, message = self.words.partition(" ")
            return name in outcome.types and message in outcome.message
        if isinstance(outcome, Returned) and self.words:
            return isinstance(outcome.value, Opaque) and self.words in outcome.value.description
        if isinstance(outcome, TimedOut) and self.words:
            first, _, last = self.words.partition("-")
            return outcome.line is not None and int(first) <= outcome.line <= int(last or first)
        if isinstance(outcome, Died):
            return self.words in outcome.reason
        return self.words in outcome.found if isinstance(outcome, Absent) else True


def describe(outcome: Loaded | Outcome, truth: Value) -> str:
    """The word for an outcome."""
    match outcome:
        case Returned(changed=("x",)):
            return "changed"
        case Returned(again=(_,)):
            return "again"
        case Returned(value=Opaque()):
            return "opaque"
        case Returned(value=value):
            return "right" if wire.encode(value) == wire.encode(truth) else "wrong"
        case Raised():
            return "raised"
        case TimedOut():
            return "timeout"
        case Died():
            return "died"
        case NotWritten():
            return "todo"
        case Absent():
            return "absent"
    return type(outcome).__name__


def read(path: Path) -> tuple[tuple[Expected, ...], Level]:
    """What may come of a submission, and from which level on."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# expect: "), f"{path.name} does not say what to expect"
    expected = tuple(parse(part) for part in lines[0].removeprefix("# expect: ").split(" or "))
    level = lines[1].removeprefix("# from: ") if lines[1].startswith("# from: ") else "separate"
    return expected, Level(level)


def parse(part: str) -> Expected:
    """One alternative of the first line."""
    at_load = part.startswith("at load ")
    kind, _, words = part.removeprefix("at load ").partition(" ")
    return Expected(at_load, kind, words)


def double(x: Value) -> Value:
    """The right answer."""
    return 2 * np.asarray(x)
