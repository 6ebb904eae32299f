"""What it costs to run a submission confined, next to the student's own time and to a fresh Python with NumPy.

python benchmarks/bench_sandbox.py [rounds] [level]

One submission is: a worker forked and confined, the source compiled, 60 small calls, each made twice. "back to back"
starts the next submission at once; "with a pause" waits 10 ms in between, as judging and reporting do.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from grader.sandbox import Call, Level, Limits, Sandbox  # noqa: E402
from grader.verdict import Loaded, Returned  # noqa: E402

SOURCE = b'''"""Exercise 17: Batch normalization"""
import numpy as np


def batchnorm_forward(x, gamma, beta, eps=1e-5):
    """Normalize each feature over the batch, then scale and shift it."""
    mean = x.mean(axis=0)
    var = x.var(axis=0)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta
'''
NAME = "batchnorm_forward"
CALLS = 60
PAUSE_SECONDS = 0.010


def arguments() -> list[tuple[str | None, np.ndarray]]:
    """One small call: (5, 4), (4,), (4,)."""
    rng = np.random.default_rng(0)
    return [("x", rng.normal(size=(5, 4))), ("gamma", rng.normal(size=4)), ("beta", rng.normal(size=4))]


def submission_milliseconds(sandbox: Sandbox, rounds: int, pause: float) -> list[tuple[float, float]]:
    """Of several submissions, the time from its source to its last outcome and the end of its worker, and the
    student's part of it: the function itself, called as often in this process."""
    args, times, namespace = arguments(), [], dict[str, Any]()
    exec(SOURCE, namespace)
    for _ in range(rounds):
        time.sleep(pause)
        start = time.perf_counter()
        for _ in range(2 * CALLS):
            namespace[NAME](*(value.copy() for _, value in args))
        own, start = time.perf_counter() - start, time.perf_counter()
        with sandbox.session(SOURCE, "exercise17_batchnorm.py", [NAME]) as session:
            assert isinstance(session.load(), Loaded)
            for outcome in session.calls([Call(NAME, args)] * CALLS):
                assert isinstance(outcome, Returned)
        times.append((1000 * (time.perf_counter() - start), 1000 * own))
    return times


def fresh_python_milliseconds(rounds: int) -> list[float]:
    """The time of a fresh interpreter that imports NumPy and ends."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-I", "-c", "import numpy"], check=True)
        times.append(1000 * (time.perf_counter() - start))
    return times


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    want = Level(sys.argv[2]) if len(sys.argv) > 2 else None
    with Sandbox(Limits(), want=want) as sandbox:
        level = sandbox.level.value
        for label, pause in (("back to back", 0.0), ("with a pause", PAUSE_SECONDS)):
            times = submission_milliseconds(sandbox, rounds, pause)
            beyond = sorted(whole - own for whole, own in times)
            whole, own = (median(column) for column in zip(*times, strict=True))
            print(
                f"{level:9} {label:13} {whole:5.1f} ms, the student's own {own:4.1f},"
                f" beyond it {median(beyond):5.1f} (least {beyond[0]:.1f})"
            )
    python = fresh_python_milliseconds(max(5, rounds // 5))
    print(f"a fresh python -I -c 'import numpy': {median(python):.1f} ms (least {min(python):.1f})")
    print(f"medians of {rounds} rounds of {CALLS} calls, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
