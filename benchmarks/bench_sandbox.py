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

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from grader.sandbox import Level, Limits, Sandbox  # noqa: E402
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

Arguments = list[tuple[str | None, np.ndarray]]


def arguments() -> Arguments:
    """One small call: (5, 4), (4,), (4,)."""
    rng = np.random.default_rng(0)
    return [("x", rng.normal(size=(5, 4))), ("gamma", rng.normal(size=4)), ("beta", rng.normal(size=4))]


def students_own_milliseconds(rounds: int) -> float:
    """The time of the same calls in this process, each made twice: what no grader can save."""
    namespace: dict[str, object] = {}
    exec(SOURCE, namespace)
    function = namespace[NAME]
    assert callable(function)
    values = [value for _, value in arguments()]
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(2 * CALLS):
            function(*values)
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def submission_milliseconds(sandbox: Sandbox, rounds: int, pause: float) -> list[float]:
    """The time of each of several submissions, from its source to its last outcome and the end of its worker."""
    args, times = arguments(), []
    for _ in range(rounds):
        time.sleep(pause)
        start = time.perf_counter()
        with sandbox.session(SOURCE, "exercise17_batchnorm.py", [NAME]) as session:
            assert isinstance(session.load(), Loaded)
            for _ in range(CALLS):
                assert isinstance(session.call(NAME, args), Returned)
        times.append(1000 * (time.perf_counter() - start))
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
    own = students_own_milliseconds(rounds)
    with Sandbox(Limits(), want=want) as sandbox:
        level = sandbox.level.value
        for label, pause in (("back to back", 0.0), ("with a pause", PAUSE_SECONDS)):
            times = submission_milliseconds(sandbox, rounds, pause)
            beyond = f"{min(times) - own:6.1f} / {median(times) - own:6.1f}"
            print(f"{level:9} {label:13} min {min(times):6.1f}  median {median(times):6.1f} ms, beyond the student's own {beyond}")
    python = fresh_python_milliseconds(max(5, rounds // 5))
    print(f"the student's own {own:.1f} ms; python -I -c 'import numpy' min {min(python):.1f}  median {median(python):.1f} ms")
    print(f"{CALLS} calls, {rounds} rounds, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
