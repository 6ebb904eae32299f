"""Notices saved files, and tells which functions of one have to be graded again.

Files are looked at, not subscribed to: that works on network drives, in containers and on WSL, and for every way in which an
editor saves (in place, by renaming a new file over the old one, by truncating first).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.student.blocks import DOCSTRING, Block, normal, split, words

if TYPE_CHECKING:
    from grader.plan import Plan
    from grader.sandbox import Sandbox
    from grader.verdict import ExerciseResult

SWEEP_SECONDS: Final = 0.2  # between looks at all files
TICK_SECONDS: Final = 0.02  # between looks at the file that is worked on: it decides how soon a save is noticed
AWAKE_SECONDS: Final = 300.0  # after the last save; then the machine is left in peace
SETTLE_SECONDS: Final = 0.004  # a file is read again after this, and taken once it is the same
EMPTY_SECONDS: Final = 0.1  # an editor that truncates a file first takes no longer to fill it
MAX_READ: Final = 1 << 21  # bytes; grading refuses anything near that

Stamp = tuple[int, int, int]


@dataclass
class Files:
    """The files that are watched. `look` gives the names of those whose bytes have changed since the last look."""

    folder: Path
    wanted: Callable[[str], bool]
    hot: str = ""
    """The file that is worked on."""
    stamps: dict[str, Stamp] = field(default_factory=dict)
    content: dict[str, bytes] = field(default_factory=dict)
    swept: float = float("-inf")
    active: float = float("-inf")

    def __post_init__(self) -> None:
        for name in self._names():
            self._notice(name)
        self.active = time.monotonic()

    def look(self) -> list[str]:
        """The names of the files that were saved with other bytes, now settled."""
        now = time.monotonic()
        if now - self.swept < SWEEP_SECONDS:
            changed = [self.hot] if self.hot and self._notice(self.hot) else []
        else:
            self.swept = now
            # The hot file is read whatever its stamp says: on some mounts two saves within a second have the same one.
            changed = [name for name in self._names() if self._notice(name, read=name == self.hot)]
        if changed:
            self.hot, self.active = changed[-1], now
        return changed

    def pause(self) -> float:
        """How long to wait until the next look; longer where looking itself is slow, as on a network drive."""
        started = time.monotonic()
        if not self.hot or started - self.active > AWAKE_SECONDS:
            return SWEEP_SECONDS
        _stamp(self.folder / self.hot)
        return min(max(TICK_SECONDS, 10 * (time.monotonic() - started)), SWEEP_SECONDS)

    def _names(self) -> list[str]:
        try:
            return sorted(name for name in os.listdir(self.folder) if self.wanted(name))
        except OSError:  # for a moment it may be away, as while a branch is checked out
            return []

    def _notice(self, name: str, read: bool = False) -> bool:
        """Whether a file's bytes are others than before. One that is away is waited for: it may be being renamed."""
        path = self.folder / name
        stamp = _stamp(path)
        if stamp is None or (stamp == self.stamps.get(name) and not read):
            return False
        before = self.content.get(name)
        data = _bytes(path)
        if data is not None and before is not None and data != before:
            stamp, data = _settled(path)
        if stamp is None or data is None:
            return False
        self.stamps[name], self.content[name] = stamp, data
        return data != before


def _stamp(path: Path) -> Stamp | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _bytes(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(MAX_READ)
    except OSError:
        return None


def _settled(path: Path) -> tuple[Stamp | None, bytes | None]:
    """A file's stamp and bytes once they stay the same: an editor may be in the middle of writing."""
    until = time.monotonic() + EMPTY_SECONDS
    data = _bytes(path)
    while True:
        stamp = _stamp(path)
        time.sleep(SETTLE_SECONDS)
        again = _bytes(path)
        if again == data and (again or time.monotonic() > until):
            return stamp, again
        data = again


# --- what a change means ---------------------------------------------------------------------------------------------


def stale(plan: Plan, before: str, after: str) -> tuple[str, ...]:
    """The functions whose verdict may be another one after a change of the file, in the plan's order.

    Those that changed, and those that use one of these, by the plan or by naming it. Other code may be used anywhere, so
    where it changed all functions are.
    """
    names = [function.name for function in plan.functions]
    old, new = ({block.key: block for block in split(text)} for text in (before, after))
    changed = {key for key in old.keys() | new.keys() if _text(old.get(key)) != _text(new.get(key))} - {DOCSTRING}
    if any(not (block := new.get(key) or old[key]).is_definition or "#" in block.key for key in changed):
        return tuple(names)
    uses = {key: words(block) for key, block in new.items()}
    needs = {function.name: set(function.needs) for function in plan.functions}
    found = set(changed)
    while more := {key for key in (*names, *uses) if {*uses.get(key, ()), *needs.get(key, ())} & found} - found:
        found |= more
    return tuple(names) if any(key.startswith("<") for key in found) else tuple(n for n in names if n in found)


def _text(block: Block | None) -> str | None:
    return None if block is None else normal(block.text)


@dataclass(frozen=True)
class Graded:
    """The state of an exercise: the source that was graded last, the verdict on all of it, and what was graded now."""

    source: bytes
    result: ExerciseResult
    now: tuple[str, ...]


def does_not_parse(result: ExerciseResult) -> bool:
    """Whether the file could not be read as Python: it is half-written."""
    return result.problem.startswith(("SyntaxError:", "IndentationError:", "TabError:"))


def grade_again(
    plan: Plan, before: Graded | None, source: bytes, path: Path, sandbox: Sandbox, course: str
) -> tuple[Graded, ExerciseResult]:
    """The state after a save, and the result to show, of those functions only that had to be graded again.

    The file is loaded in any case. One that does not load is a result of its own, with `problem`; the state stays as it was.
    """
    from grader.grading import grade_source
    from grader.verdict import Status

    names = _to_grade(plan, before, source)
    chosen = [function for function in plan.functions if function.name in names]
    result = grade_source(plan, source, path, sandbox, course=course, chosen=chosen)
    if before is None:
        return Graded(source, result, names), result
    if result.problem:
        return before, result
    whole = _together(before.result, result, source)
    unwritten = {f.name for f in before.result.functions if f.status is Status.TODO}
    shown = (f for f in whole.functions if f.name in names and not (f.status is Status.TODO and f.name in unwritten))
    return Graded(source, whole, names), replace(result, functions=tuple(shown))


def _to_grade(plan: Plan, before: Graded | None, source: bytes) -> tuple[str, ...]:
    everything = tuple(function.name for function in plan.functions)
    if before is None or before.result.problem:
        return everything
    old, new = (data.decode("utf-8", "surrogateescape") for data in (before.source, source))
    return stale(plan, old, new)


def _together(before: ExerciseResult, result: ExerciseResult, source: bytes) -> ExerciseResult:
    """The verdict on the whole file: the new results, and the old ones at their new lines."""
    from grader.judge import skipped

    new = {function.name: function for function in result.functions}
    lines = _lines(source)
    functions = [
        new.get(function.name) or replace(function, line=lines.get(function.name, function.line))
        for function in before.functions
    ]
    return replace(result, functions=skipped(functions))


def _lines(source: bytes) -> dict[str, int]:
    """The line of each function's `def`."""
    found, number = {}, 1
    for block in split(source.decode("utf-8", "surrogateescape")):
        inside = block.text.splitlines()
        if block.is_definition:
            above = next((i for i, line in enumerate(inside) if line.startswith(("def ", "async def "))), 0)
            found[block.key] = number + above
        number += len(inside)
    return found


def same_verdicts(known: Sequence[tuple[str, str, str]], result: ExerciseResult) -> bool:
    """Whether every verdict is one that is known, as (function, status, id of the mistake)."""
    found = {(f.name, f.status.value, f.mistake.id if f.mistake else "") for f in result.functions}
    return found <= set(known)
