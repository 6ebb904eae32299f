"""How long reports take and how large they are: `python benchmarks/bench_report.py`.

A class of 200 and one of 1,000 students with all functions of the course (about 240) is written into a ledger, with results
like those of a real class: abilities, difficulties, the course's own named mistakes, errors, timeouts, gaps. Then
`grade report RUN --html` is timed as a process of its own, and the other formats beside it. Limits are those that the project
set itself: 2 MB for 200 students, 8 MB and 5 s for 1,000. The floor is what no report can do without: Python and NumPy
started, every row read and every result unpacked. Reports run on one core, so CPU seconds are what an idle machine takes; they
count, since wall seconds on a shared one say more about the others.
"""

from __future__ import annotations

import math
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from grader.catalog import find_course, index, load_solution  # noqa: E402
from grader.classroom.ledger import Exercise  # noqa: E402
from grader.classroom.model import FunctionRow  # noqa: E402
from tests.classroom.runs import Class, Work, make_run, person  # noqa: E402

LIMITS = {200: (2e6, math.inf), 1000: (8e6, 5.0)}
FORMATS = ("--csv", "--json", "--jsonl", "--canvas", "--moodle", "--gradescope", "--junit", "--markdown")
FIRST = "Ada Alan Amara Björn Chen Dario Élise Fatima Grace Hana Igor Jürgen Kofi Lena Mei Noor Olga Pablo Quinn Rosa".split()
LAST = (
    "Abara Berg Çelik Dubois Eriksen Fischer García Haddad Ito Jensen Kowalski Lindqvist Müller Nguyen O'Brien".split()
)


def course_exercises() -> tuple[tuple[Exercise, ...], dict[tuple[str, str], list[str]]]:
    """The course's exercises, and the ids of the named mistakes of each function."""
    course = find_course(ROOT)
    exercises, mistakes = [], {}
    for files, info in zip(course.exercises, index(course)):
        functions = tuple(FunctionRow(f.name, f.points) for f in info.functions)
        exercises.append(Exercise(info.id, info.number, info.title, functions, "v1"))
        for check in load_solution(files.solution).CHECKS:
            mistakes[info.id, check.name] = [wrong.id for wrong in check.wrong]
    return tuple(exercises), mistakes


def synthetic_class(students: int, seed: int = 7) -> Class:
    """A class whose students differ in ability and whose functions differ in difficulty."""
    rng = random.Random(seed)
    exercises, mistakes = course_exercises()
    difficulty = {(e.id, f.name): rng.gauss(-1.3, 0.9) for e in exercises for f in e.functions}
    people = [
        person(f"s{i:04d}", f"{rng.choice(FIRST)} {rng.choice(LAST)}", canvas=str(90000 + i), moodle=str(500 + i))
        for i in range(students)
    ]
    work = []
    for who in people:
        ability, stays = rng.gauss(0, 1), rng.random()
        for number, exercise in enumerate(exercises):
            if (stays < 0.12 and number > 36 * stays * 5) or rng.random() < 0.03:
                continue
            statuses = {
                f.name: _status(rng, ability - difficulty[exercise.id, f.name], mistakes[exercise.id, f.name])
                for f in exercise.functions
            }
            if rng.random() < 0.02:
                statuses = {}
            work.append(Work(who.student, exercise.id, statuses))
    return Class(people, work, exercises)


def _status(rng: random.Random, advantage: float, mistakes: list[str]) -> str:
    if rng.random() < 1 / (1 + math.exp(-1.7 * advantage)):
        return "pass"
    kind = rng.random()
    if kind < 0.5 and mistakes:
        return f"fail:{mistakes[min(int(rng.expovariate(1.2)), len(mistakes) - 1)]}"
    return "fail" if kind < 0.72 else "error" if kind < 0.82 else "timeout" if kind < 0.85 else "todo"


FLOOR = """
import sys, numpy
from pathlib import Path
from grader.classroom import open_run
with open_run(Path(sys.argv[1])) as run:
    assert sum(row.result is not None for row in run.rows())
"""


def timed(*command: str) -> float:
    """CPU seconds of a process: the least of three."""
    return min(_timed(command) for _ in range(3))


def _timed(command: tuple[str, ...]) -> float:
    before = os.times()
    subprocess.run([sys.executable, *command], cwd=ROOT, check=True, capture_output=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def of_limit(value: float, limit: float) -> str:
    """The ratio to a limit, if there is one."""
    return f", {value / limit:.2f} of the limit" if math.isfinite(limit) else ""


def report_on(students: int, scratch: Path) -> bool:
    """Prints what a class takes; whether it is within the limits."""
    made = synthetic_class(students)
    functions = sum(len(exercise.functions) for exercise in made.exercises)
    folder = make_run(scratch / f"run{students}", made)
    reporting = ("-m", "grader", "report", str(folder))
    floor = timed("-c", FLOOR, str(folder))
    cpu = timed(*reporting, "--html")
    size = (folder / "reports" / "report.html").stat().st_size
    most_bytes, most_seconds = LIMITS.get(students, (math.inf, math.inf))
    good = size <= most_bytes and cpu <= most_seconds
    print(f"{students} students x {functions} functions: {'ok' if good else 'MISSED'}")
    print(f"  HTML  {size / 1e6:6.2f} MB{of_limit(size, most_bytes)}")
    print(f"  HTML  {cpu:6.2f} s CPU{of_limit(cpu, most_seconds)}, {cpu / floor:.2f} of the floor ({floor:.2f} s)")
    for option in FORMATS:
        seconds = timed(*reporting, option)
        print(f"  {option:<13} {seconds:6.2f} s CPU, {seconds / floor:.2f} of the floor")
    seconds = timed(*reporting, "--feedback", str(scratch / f"feedback{students}"))
    print(f"  {'--feedback':<13} {seconds:6.2f} s CPU, {seconds / floor:.2f} of the floor", flush=True)
    return good


def main() -> int:
    sizes = [int(word) for word in os.environ.get("BENCH_STUDENTS", "200 1000").split()]
    with tempfile.TemporaryDirectory() as scratch:
        within = [report_on(students, Path(scratch)) for students in sizes]
    return 0 if all(within) else 1


if __name__ == "__main__":
    sys.exit(main())
