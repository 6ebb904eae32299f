"""Makes a synthetic class: `python benchmarks/make_class.py FOLDER --students 200 --exercises 17,18`.

Right answers, named mistakes, several at once, work not begun, sheets not touched, endless loops, crashes, attacks, late
work, hostile names. The same arguments give the same class.
"""

from __future__ import annotations

import argparse
import ast
import random
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from grader.catalog import ExerciseFiles, find_course, load_solution  # noqa: E402
from tests.submission_of import submission_of  # noqa: E402

NAMES = (
    "Zoë Ångström", "O'Brien, Siobhán", "李小龍", "María-José de la Cruz", "=cmd|' /C calc'!A0", "<script>alert(1)</script>",
    "Robert'); DROP TABLE students;--", "x_123_assignsubmission_file", "\u202eevil", "name with \ttab", "a" * 120, "CON", "..."
)  # fmt: skip
ATTACKS = (
    "import os\nos._exit(0)\n",
    "def f():\n    f()\nf()\n",
    "import gc\nprint([o for o in gc.get_objects()][:3])\n",
    "print('All tests passed', '\\x1b[2J' * 100)\nraise SystemExit(0)\n",
    "import numpy as np\nnp.allclose = lambda *a, **k: True\n",
    "x = [0] * 10**9\n",
)
# share of each kind among the submissions; the rest is right
KINDS = {
    "mistake": 0.42,
    "two": 0.06,
    "partial": 0.08,
    "untouched": 0.04,
    "empty": 0.01,
    "crash": 0.01,
    "attack": 0.02,
    "loop": 0.02,
}


@cache
def variants(solution: Path) -> dict[str, tuple[str, ...]]:
    """For each function its alternates and wrong functions by name."""
    functions = [node.name for node in ast.parse(solution.read_bytes()).body if isinstance(node, ast.FunctionDef)]
    checks = load_solution(solution).CHECKS
    found = {check.name: tuple(name for name in functions if name.startswith(f"{check.name}__")) for check in checks}
    return {name: wrong for name, wrong in found.items() if wrong}


@cache
def correct(solution: Path) -> bytes:
    return submission_of(solution)


@cache
def with_mistake(solution: Path, *instead: tuple[str, str]) -> bytes:
    return submission_of(solution, **dict(instead))


def source(exercise: ExerciseFiles, kind: str, number: int, rng: random.Random) -> bytes:
    """A student's file. Each has a comment of its own, as no two students write the same bytes."""
    wrong = variants(exercise.solution)
    if kind == "untouched":
        return exercise.stub.read_bytes()
    if kind == "empty":
        return b""
    if kind == "attack":
        return ATTACKS[number % len(ATTACKS)].encode() + correct(exercise.solution) + f"\n# {number}\n".encode()
    text = correct(exercise.solution)
    names = sorted(wrong)
    if kind == "mistake":
        name = rng.choice(names)
        text = with_mistake(exercise.solution, (name, rng.choice(wrong[name])))
    elif kind == "two":
        chosen = rng.sample(names, min(2, len(names)))
        text = with_mistake(exercise.solution, *((name, rng.choice(wrong[name])) for name in chosen))
    elif kind in ("partial", "loop", "crash"):
        body = {"partial": "raise NotImplementedError", "loop": "while True: pass", "crash": "raise ValueError('no')"}[
            kind
        ]
        name = rng.choice([check.name for check in load_solution(exercise.solution).CHECKS])
        text = b"%s\n\ndef %s(*args, **kwargs):\n    %s\n" % (text, name.encode(), body.encode())
    return text + f"\n# {number}\n".encode()


def kinds(rng: random.Random, share: dict[str, float]) -> Iterator[str]:
    while True:
        draw, total = rng.random(), 0.0
        kind = "right"
        for name, part in share.items():
            total += part
            if draw < total:
                kind = name
                break
        yield kind


def make(
    folder: Path,
    exercises: Sequence[ExerciseFiles],
    students: int,
    *,
    seed: int = 1,
    share: dict[str, float] | None = None,
    hostile: bool = True,
) -> int:
    """Writes a folder per student; how many files that are."""
    rng = random.Random(seed)
    drawn = kinds(rng, KINDS if share is None else share)
    files = 0
    for number in range(students):
        name = f"student{number:05}"
        if hostile and number % 40 == 39:
            name = f"{NAMES[number // 40 % len(NAMES)]} {number}".replace("/", "_").replace("\0", "")
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        for exercise in exercises:
            if students > 3 and rng.random() < 0.03:
                continue  # handed nothing in
            (place / exercise.stub.name).write_bytes(source(exercise, next(drawn), number, rng))
            files += 1
    return files


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--exercises", default="17", help="numbers, separated by commas, or all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain-names", action="store_true")
    given = parser.parse_args()
    course = find_course(ROOT)
    numbers = {int(word) for word in given.exercises.split(",")} if given.exercises != "all" else None
    chosen = [exercise for exercise in course.exercises if numbers is None or exercise.number in numbers]
    files = make(given.folder, chosen, given.students, seed=given.seed, hostile=not given.plain_names)
    print(f"{given.folder}: {given.students} students, {files} files")


if __name__ == "__main__":
    main()
