"""Small classes in a folder, graded for real: a course of two exercises, submissions of every kind."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.catalog import Course, find_course, load_solution
from grader.classroom.conditions import environment as installed
from grader.classroom.coordinate import Request, Summary, grade_class
from grader.classroom.identities import Identities
from grader.classroom.model import Row
from grader.classroom.run import open_run
from grader.classroom.work.chunk import Chunk
from grader.plan import compile_plan, save
from grader.sandbox import Limits
from tests.cli.courses import add_exercise

ROOT = Path(__file__).parents[2]
DOUBLING = "exercise01_doubling"
BATCHNORM = "exercise03_batchnorm"
RIGHT = "def doubling_forward(x):\n    return x + x\n\n\ndef doubling_backward(dout):\n    return 2.0 * dout\n"
SQUARED = RIGHT.replace("x + x", "x * x")
HALF = RIGHT.replace("return 2.0 * dout", "raise NotImplementedError")
LOOP = RIGHT.replace("return x + x", "while True: pass")
CRASH = RIGHT.replace("return x + x", "raise ValueError(x)")
SYNTAX = "def doubling_forward(x)\n    return x\n"
KILLS = RIGHT.replace("return x + x", "import os\n    os._exit(0)")
RIGHT_BATCHNORM = RIGHT.replace("doubling", "batchnorm")


def make_course(root: Path, settings: str = "") -> Course:
    """A course of two exercises; `settings` is TOML, of [tool.grade.class] unless it says otherwise."""
    root.mkdir(parents=True, exist_ok=True)
    table = f"[tool.grade.class]\n{settings}\n" if settings else ""
    add_exercise(root, 1, "doubling", "Doubling")
    add_exercise(root, 3, "batchnorm", "Batch normalization", (1,))
    (root / "pyproject.toml").write_text(f'[tool.grade]\nname = "small course"\n{table}', encoding="utf-8")
    return find_course(root)


def hand_in(folder: Path, student: str, text: str | bytes = RIGHT, exercise: str = DOUBLING) -> Path:
    """Puts a student's file into a folder of their own; its path."""
    path = folder / student / f"{exercise}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def own(text: str, student: str) -> str:
    """The text with a comment, as no two students hand in the same bytes."""
    return f"{text}\n# {student}\n"


def chunk_of(course: Course, exercise: str, sources: Sequence[bytes], limits: Limits) -> Chunk:
    """Sources as a chunk for a `Grader` in this process; each key is the source's number."""
    solution = next(each.solution for each in course.exercises if each.id == exercise)
    plan = compile_plan(exercise, load_solution(solution), solution.read_bytes(), "a seed")
    items = tuple((b"%d" % number, source) for number, source in enumerate(sources))
    return Chunk(plan.id, save(plan), course.name, f"{exercise}.py", "jailed", installed(), limits, items)


def secret_file(folder: Path) -> Path:
    """A file with a secret."""
    path = folder / "secret.txt"
    path.write_text("0123456789abcdef0123456789abcdef", encoding="ascii")
    return path


def quiet(done: int, total: int, failures: int) -> None:
    """A progress that nobody watches."""


def grade(course: Course, submissions: Path, out: Path, **given: object) -> Summary:
    """Grades a class in this process, with warm processes of their own."""
    request = Request(submissions, out, **{"jobs": 2, **given})  # type: ignore[arg-type]
    return grade_class(course, request, quiet)


def command(course: Course, *words: object, name: str = "class") -> list[str]:
    """A command line of `grade`, to be started in the course's folder."""
    return [sys.executable, "-m", "grader", name, *map(str, words)]


def environment() -> dict[str, str]:
    """The environment for a process of its own."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}


def run_command(course: Course, *words: object, name: str = "class", code: int = 0) -> str:
    """What a command prints, its exit code checked."""
    done = subprocess.run(
        command(course, *words, name=name),
        cwd=course.root,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == 0 else done.stderr


def rows_by_student(out: Path, exercise: str = DOUBLING) -> Mapping[str, Row]:
    """The rows of one exercise by the students' own ids."""
    with open_run(out) as run, Identities(out) as identities:
        who = {identity.pseudonym: identity.student for identity in identities}
        return {who[row.student]: row for row in run.rows() if row.exercise == exercise}


def canonical_results(out: Path) -> dict[str, bytes]:
    """The canonical bytes of every result, by key."""
    with open_run(out) as run:
        return {key.hex(): zlib.decompress(detail) for key, detail in run.db.execute("SELECT key, detail FROM result")}
