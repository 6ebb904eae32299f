"""Every way of failing or attacking that has a file in `tests/submissions`, at every level."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from grader.sandbox import Level, Sandbox
from grader.sandbox.session import Session
from grader.verdict import Loaded, Outcome, Raised, Returned
from tests.sandbox.conftest import LIMITS, processes_below
from tests.sandbox.expectations import SUBMISSIONS, describe, double, read

FILES = sorted(SUBMISSIONS.glob("*.py"))
INPUTS = (np.array([0.5, -1.25, 3.0]), np.array([[1.5, 2.0], [-0.25, 4.0], [7.0, 0.125]]))
AFTERWARDS = (SUBMISSIONS / "meets_nothing_of_the_last.py").read_bytes()


def load_and_call(session: Session) -> tuple[Loaded | Outcome, list[Outcome]]:
    """What came of loading a submission, and of its calls."""
    loaded = session.load()
    calls = [session.call("double", [("x", x)]) for x in INPUTS] if isinstance(loaded, Loaded) else []
    return loaded, calls


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_submission_ends_as_its_first_line_says(
    sandbox: Sandbox, others: set[int], level: Level, path: Path, outside: Path
) -> None:
    expected, lowest = read(path)
    if level < lowest:
        pytest.skip(f"not held at the level {level.value}")
    started = time.monotonic()
    source = path.read_bytes().replace(b"/tmp/grade-test-outside", str(outside).encode())
    with sandbox.session(source, path.name, ["double"]) as session:
        loaded, calls = load_and_call(session)
    took = time.monotonic() - started
    words = [describe(loaded, None), *(describe(outcome, double(x)) for outcome, x in zip(calls, INPUTS, strict=False))]
    if not isinstance(loaded, Loaded):
        assert any(one.at_load and one.fits(loaded, None) for one in expected), loaded
    else:
        fits = [
            any(not one.at_load and one.fits(call, double(x)) for one in expected)
            for call, x in zip(calls, INPUTS, strict=True)
        ]
        assert any(fits) and (all(fits) or words.count("right") < len(INPUTS)), (words, calls)
        gained = all(describe(call, double(x)) == "right" for call, x in zip(calls, INPUTS, strict=True))
        assert gained == any(one.kind == "right" for one in expected), words
    # a stopped call takes its limit, and the second one takes another
    assert took <= LIMITS.call_seconds * max(1, words.count("timeout")) + 1
    assert_unharmed(sandbox, others)


def assert_unharmed(sandbox: Sandbox, others: set[int]) -> None:
    """The next submission is graded as if it were the first, in an empty folder; no process is left over."""
    with sandbox.session(AFTERWARDS, "next.py", ["double"]) as session:
        outcome = session.call("double", [("x", INPUTS[0])])
        assert describe(outcome, double(INPUTS[0])) == "right", outcome
        assert len(processes_below(os.getpid()) - others) <= 4  # bubblewrap, the zygote, this worker and the next
    listing = b"import os\ndef double(x):\n    return sorted(os.listdir('.'))\n"
    with sandbox.session(listing, "next.py", ["double"]) as session:
        outcome = session.call("double", [("x", 1.0)])
        assert isinstance(outcome, Returned) and outcome.value == []


GENERATED = {
    "with a byte order mark": (b"\xef\xbb\xbfdef double(x):\n    return 2 * x\n", "right"),
    "with Windows line ends": (b"def double(x):\r\n    return 2 * x\r\n", "right"),
    "in Latin-1, and says so": (
        b"# -*- coding: latin-1 -*-\nname = '\xe9'\ndef double(x):\n    return 2 * x\n",
        "right",
    ),
    "in Latin-1, and does not": (b"name = '\xe9'\ndef double(x):\n    return 2 * x\n", "SyntaxError"),
    "in an unknown encoding": (b"# coding: klingon\ndef double(x):\n    return 2 * x\n", "SyntaxError"),
    "in UTF-16, as PowerShell writes it": ("def double(x):\n    return 2 * x\n".encode("utf-16"), "SyntaxError"),
    "with null bytes": (b"def double(x):\n    return 2 * x\n\x00\x00", "SyntaxError"),
    "not text at all": (bytes(range(256)) * 10, "SyntaxError"),
    "empty": (b"", "absent"),
    "only a comment": (b"# nothing yet", "absent"),
    "of 50 MB": (b"x = 1\n" * (50 << 20 >> 2), "ValueError"),
    "a megabyte of brackets": (b"double = " + b"[" * 500_000 + b"]" * 500_000, "SyntaxError"),
    "a very long line": (b"def double(x):\n    return 2 * x" + b" " * 500_000, "right"),
}


@pytest.mark.parametrize("name", GENERATED)
def test_a_file(sandbox: Sandbox, others: set[int], name: str) -> None:
    source, expected = GENERATED[name]
    with sandbox.session(source, "exercise17_batchnorm.py", ["double"]) as session:
        loaded, calls = load_and_call(session)
        missing = session.call("double", [("x", INPUTS[0])])
    if expected == "right":
        assert [describe(call, double(x)) for call, x in zip(calls, INPUTS, strict=True)] == ["right", "right"], loaded
    elif expected == "absent":
        assert describe(missing, None) == "absent"
    else:
        # before 3.12 null bytes are a ValueError, and deep brackets may exhaust the parser's memory
        accepted = {expected, "ValueError", "MemoryError"}
        assert isinstance(loaded, Raised) and accepted & set(loaded.types), loaded
    assert_unharmed(sandbox, others)


def test_the_size_of_a_too_large_file_is_said_clearly(sandbox: Sandbox) -> None:
    with sandbox.session(b"x = 1\n" * (1 << 19), "exercise17.py", ["double"]) as session:
        outcome = session.load()
    assert isinstance(outcome, Raised) and outcome.message == "the file has 3.0 MiB; at most 1 MiB is read"
