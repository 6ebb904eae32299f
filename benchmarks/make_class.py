"""Makes a synthetic class: `python benchmarks/make_class.py FOLDER --students 200 --exercises 17,18`.

Right answers, named mistakes, several at once, work not begun, sheets not touched, endless loops, crashes, attacks, late
work, hostile names, archives of `grade submit`. The same arguments give the same class. Its roster is FOLDER.csv.
"""

from __future__ import annotations

import argparse
import ast
import csv
import hashlib
import json
import random
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
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
DEADLINE = datetime(2026, 3, 1, 23, 59, tzinfo=timezone.utc)
LATE = 0.1  # share of students
PACKED = 0.1  # share of students who hand in the archive of `grade submit`
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
def heads(stub: Path) -> Mapping[str, str]:
    """The first line of each function of a sheet."""
    functions = [node for node in ast.parse(stub.read_bytes()).body if isinstance(node, ast.FunctionDef)]
    return {node.name: f"def {node.name}({ast.unparse(node.args)}):" for node in functions}


@cache
def filled_in(solution: Path, stub: Path, *instead: tuple[str, str]) -> bytes:
    """The sheet with the references in it, and with what stands in their place."""
    return submission_of(solution, stub, **dict(instead))


def source(exercise: ExerciseFiles, kind: str, number: int, rng: random.Random) -> bytes:
    """A student's file. Each has a comment of its own, as no two students write the same bytes."""
    files, wrong = (exercise.solution, exercise.stub), variants(exercise.solution)
    if kind == "untouched":
        return exercise.stub.read_bytes()
    if kind == "empty":
        return b""
    if kind == "attack":
        attack = ATTACKS[number % len(ATTACKS)]
        return filled_in(*files) + f"\n\n{attack}# {number}\n".encode()
    text = filled_in(*files)
    names = sorted(wrong)
    if kind == "mistake":
        name = rng.choice(names)
        text = filled_in(*files, (name, rng.choice(wrong[name])))
    elif kind == "two":
        chosen = rng.sample(names, min(2, len(names)))
        text = filled_in(*files, *((name, rng.choice(wrong[name])) for name in chosen))
    elif kind in ("partial", "loop", "crash"):
        body = {"partial": "raise NotImplementedError", "loop": "while True: pass", "crash": "raise ValueError('no')"}[
            kind
        ]
        name = rng.choice([check.name for check in load_solution(exercise.solution).CHECKS])
        text = b"%s\n\n%s\n    %s\n" % (text, heads(exercise.stub)[name].encode(), body.encode())
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
    handed_in_by: bool = False,
) -> int:
    """Writes a folder per student; how many files that are.

    With `handed_in_by` each says when it was handed in, some are archives of `grade submit`, and FOLDER.csv is the roster.
    """
    rng = random.Random(seed)
    drawn = kinds(rng, KINDS if share is None else share)
    files = 0
    rows = []
    for number in range(students):
        name = f"student{number:05}"
        if hostile and number % 40 == 39:
            name = f"{NAMES[number // 40 % len(NAMES)]} {number}".replace("/", "_").replace("\0", "")
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        sources = {}
        for exercise in exercises:
            if students > 3 and rng.random() < 0.03:
                continue  # handed nothing in
            sources[exercise.stub.name] = source(exercise, next(drawn), number, rng)
        files += len(sources)
        rows.append((f"s{number:05}", name, f"s{number:05}@example.org", 7000 + number, "AB"[number % 2]))
        if handed_in_by and rng.random() < PACKED:
            pack(place / "submission.zip", rows[-1][0], sources)
            continue
        for file, data in sources.items():
            (place / file).write_bytes(data)
        if handed_in_by:
            hours = rng.uniform(1, 80) if rng.random() < LATE else -rng.uniform(1, 80)
            (place / "timestamp.txt").write_text(f"{DEADLINE + timedelta(hours=hours):%Y-%m-%d %H:%M:%S} UTC\n")
    if handed_in_by:
        with open(folder.with_name(f"{folder.name}.csv"), "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("id", "name", "email", "canvas", "section"), *rows])
    return files


def pack(path: Path, student: str, sources: Mapping[str, bytes]) -> None:
    """Writes what `grade submit` writes, with a remark that it ran into a problem."""
    files = {
        name: {
            "exercise": name[:-3],
            "path": f"exercises/{name}",
            "sha256": hashlib.sha256(data).hexdigest(),
            "stub": "",
        }
        for name, data in sources.items()
    }
    about = next(iter(files.values()), {"exercise": ""})["exercise"]
    problem = {"at": "2026-02-28T10:00:00Z", "about": about, "text": "the hint did not help me", "grader": "0.1.0"}
    manifest = {
        **{"schema": 1, "kind": "grade-submission", "course": "deep-learning-maths", "created": "2026-03-01T20:00:00Z"},
        **{"student": {"name": student, "id": student}, "versions": {}, "points": 0, "max_points": 0},
        **{"files": files, "problems": [problem]},
    }
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        for name, data in sources.items():
            archive.writestr(f"exercises/{name}", data)


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
    plain = given.plain_names
    files = make(given.folder, chosen, given.students, seed=given.seed, hostile=not plain, handed_in_by=True)
    print(f"{given.folder}: {given.students} students, {files} files; their roster is {given.folder}.csv")


if __name__ == "__main__":
    main()
