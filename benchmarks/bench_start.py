"""What `grade` and `grade hint` cost beside the imports that they stand on: `python benchmarks/bench_start.py`.

CPU time of whole processes, in turn, so that a busy machine slows all of them alike; byte code and caches are there, as from
the second call on. The folder is a student's: sealed plans, no solutions.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from grader.catalog import find_course  # noqa: E402
from grader.export.release import student_files, with_originals, write_folder  # noqa: E402

ROUNDS = int(os.environ.get("BENCH_RUNS", "30"))
LIMIT = 1.5  # times the imports
GRADE = "from grader.cli import main; main()"
COMMANDS = {
    "imports": ["import click, sqlite3, rich.console"],
    "grade": [GRADE],
    "grade hint": [GRADE, "hint", "exercise17"],
    "grade next": [GRADE, "next"],
}


def cpu_ms(words: list[str], folder: Path) -> float:
    """User and system time of a process and its children."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", *words]
    done = subprocess.run(command, cwd=folder, env={**environment, "PYTHONPATH": str(ROOT)}, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cache = ROOT / ".grade" / "cache"
        write_folder(with_originals(student_files(find_course(ROOT), cache)), folder)
        for words in COMMANDS.values():
            cpu_ms(words, folder)
        times: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            for what, words in COMMANDS.items():
                times.setdefault(what, []).append(cpu_ms(words, folder))
    base, missed = statistics.median(times["imports"]), 0
    for what, found in times.items():
        median = statistics.median(found)
        verdict = "" if what == "imports" else "  ok" if median <= LIMIT * base else "  MISSED"
        missed += verdict == "  MISSED"
        print(f"{what:<11} {median:6.1f} ms of CPU, {median / base:.2f} times the imports{verdict}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
