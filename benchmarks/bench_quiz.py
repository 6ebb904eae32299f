"""What the quiz's speed is measured by: starting, drawing formulas, linting the bank, asking what is due.

    python benchmarks/bench_quiz.py [--bank COURSE]

Times are CPU seconds (user and system) of a whole process, the least of several runs, or of a call in this process.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COURSE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(COURSE))

RUNS = 15
EVENTS = 20_000
PROMPT = b"answer ("
BASELINE = "import rich.console, sqlite3"


def cpu_of(command: list[str], folder: Path, until: bytes = b"") -> float:
    """CPU seconds of a command, to its end or until it has printed a text; then it is killed."""
    environment = {**os.environ, "PYTHONPATH": str(COURSE)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its byte code
    process = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    )
    assert process.stdout is not None
    output = b""
    while until not in output or not until:
        data = os.read(process.stdout.fileno(), 65536)
        if not data:
            break
        output += data
    if until in output and until:
        os.kill(process.pid, signal.SIGKILL)  # not process.kill, which would also collect the process and its usage
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0  # it has been waited for
    process.stdout.close()
    return usage.ru_utime + usage.ru_stime


def start_ratio(course: Path) -> tuple[float, float]:
    """Seconds for `grade quiz --count 1` up to its prompt with a warm cache, and for the baseline."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch)
        (copy / "question_bank.yaml").write_bytes((course / "question_bank.yaml").read_bytes())
        (copy / "question_bank").mkdir()
        for file in (course / "question_bank").glob("*.yaml"):
            (copy / "question_bank" / file.name).write_bytes(file.read_bytes())
        quiz = [sys.executable, "-m", "grader", "quiz", "--count", "1", "--restart"]
        baseline = [sys.executable, "-c", BASELINE]
        cpu_of(quiz, copy, PROMPT)  # writes the cache
        pairs = [(cpu_of(quiz, copy, PROMPT), cpu_of(baseline, copy)) for _ in range(RUNS)]
    return min(quiz for quiz, _ in pairs), min(base for _, base in pairs)


def texbox_median(course: Path) -> tuple[float, int]:
    """Median seconds to draw one formula of the bank in two dimensions, and the number of formulas."""
    from grader.quiz.bank import read_bank
    from grader.quiz.lint.report import drawable, maths_of
    from grader.quiz.lint.texts import texts
    from grader.texbox import draw

    formulas = [
        drawable(tex) for placed in read_bank(course).questions for loc, text in texts(placed.question)
        for tex in maths_of(loc, text)
    ]  # fmt: skip
    times = []
    for tex in formulas:
        started = time.perf_counter()
        draw(tex)
        times.append(time.perf_counter() - started)
    return statistics.median(times), len(formulas)


def lint_seconds(course: Path) -> float:
    """CPU seconds to lint the whole bank."""
    from grader.quiz.lint import lint_bank

    started = time.process_time()
    lint_bank(course)
    return time.process_time() - started


def due_seconds() -> float:
    """Median seconds to ask what is due in a store of many events."""
    from grader.quiz.schedule import Review
    from grader.quiz.store import Event, Store

    rng = random.Random(3)
    with tempfile.TemporaryDirectory() as scratch:
        store = Store(Path(scratch) / "progress.db")
        store._connection.execute("PRAGMA synchronous=OFF")  # filling is not what is measured
        review = Review()
        for number in range(EVENTS):
            name = f"question-{rng.randrange(452)}"
            event = Event(number * 600.0, "answer", "s", name, f"topic-{number % 30}", 1, "", number, "{}", "a", 1.0,
                          rng.choice([1, 2, 3, 3, 3]), None, 0, 9000, "")  # fmt: skip
            store.add(event, review)
        times = []
        for _ in range(200):
            started = time.perf_counter()
            store.due(EVENTS * 600.0)
            times.append(time.perf_counter() - started)
        store.close()
    return statistics.median(times)


def main() -> None:
    """Print each number with its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bank", type=Path, default=COURSE)
    course = parser.parse_args().bank
    quiz, baseline = start_ratio(course)
    print(
        f"start to prompt  {quiz * 1e3:7.1f} ms   baseline {baseline * 1e3:.1f} ms   ratio {quiz / baseline:.2f}   at most 1.50"
    )
    median, count = texbox_median(course)
    print(f"draw a formula   {median * 1e3:7.3f} ms   median of {count}   under 1 ms")
    print(f"lint the bank    {lint_seconds(course):7.2f} s    under 20 s")
    print(f"what is due      {due_seconds() * 1e3:7.3f} ms   {EVENTS} events   under 5 ms")


if __name__ == "__main__":
    main()
