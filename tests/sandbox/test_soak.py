"""Many submissions, one after the other: nothing grows."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import numpy as np
import pytest

from grader.sandbox import Level, Limits, Sandbox
from grader.verdict import Died, Raised, Returned
from tests.sandbox.conftest import needs, reachable

HONEST = b"import numpy as np\ndef double(x):\n    print('working')\n    return 2 * np.asarray(x)\n"
CRASHING = b"import os\ndef double(x):\n    os._exit(1)\n"
RAISING = b"def double(x):\n    raise ValueError(x)\n"
LITTERING = b"def double(x):\n    open('litter', 'w').write('x' * 1000)\n    return 2 * x\n"
KINDS = (HONEST, HONEST, CRASHING, RAISING, LITTERING)
EXPECTED = (Returned, Returned, Died, Raised, Returned)


def resident_kb() -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])


def zombies() -> int:
    found = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            found += state == "Z" and int(parent) == os.getpid()
    return found


def soak(level: Level, submissions: int) -> None:
    """Grade so many submissions of all kinds; memory, descriptors and processes must be as before."""
    x = np.ones((3, 4))
    with Sandbox(Limits(call_seconds=2.0, memory_mb=512), want=level) as sandbox:
        before = (0, 0)
        for number in range(submissions):
            with sandbox.session(KINDS[number % 5], "e.py", ["double"]) as session:
                outcomes = [session.call("double", [("x", x)]) for _ in range(4)]
            assert {type(outcome) for outcome in outcomes} == {EXPECTED[number % 5]}
            if number == submissions // 5:  # caches are full by now
                gc.collect()
                before = resident_kb(), len(os.listdir("/proc/self/fd"))
        gc.collect()
        after = resident_kb(), len(os.listdir("/proc/self/fd"))
    assert after[1] == before[1]
    assert after[0] - before[0] < 2048
    assert zombies() == 0


@pytest.mark.parametrize("level", [Level.CONFINED, Level.JAILED], ids=lambda level: level.value)
def test_a_hundred_submissions_leave_nothing_behind(level: Level) -> None:
    needs(reachable(level), f"what the level {level.value} needs")
    soak(level, 100)


@pytest.mark.slow
def test_a_thousand_submissions_leave_nothing_behind() -> None:
    needs(reachable(Level.CONFINED), "Linux")
    soak(Level.CONFINED, 1000)
