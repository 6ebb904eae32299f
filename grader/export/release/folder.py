"""A student's folder: which files it has, what is in them, and how they are written."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import grader
from grader.catalog import PLANS, Course, ExerciseFiles, describe, shipped_index

PACKAGE: Final = "dlmath-grader"
HEAD: Final = "question_bank.yaml"
ORIGINALS: Final = ".grade/originals"
EDITABLE: Final = ("README.md", "pyproject.toml")  # besides the exercises

# `.grade/` stays out of a student's repository but for the originals, which an update needs on any machine.
IGNORE: Final = b"*\n!.gitignore\n!originals/\n!originals/*\n"

README: Final = """\
# {name}

NumPy exercises that are graded as you write them{and_quiz}.

    python3 -m venv .venv              once; on Windows: py -m venv .venv
    . .venv/bin/activate               on Windows: .venv\\Scripts\\activate
    pip install {package}=={version}     or the .whl file that you were given

    grade                              the map: where you are, what comes next
    grade {first:<28} grades one exercise
    grade hint {first:<23} the next hint
    grade show {first:<23} the sheet, its formulas drawn
{quiz}    grade --help                       everything else

Write your functions into the files of `exercises/`. Your progress is kept in `.grade/`; it moves along when you copy
this folder. `{plans}/` holds what the grader compares with, for the practice inputs. The solutions are not in this folder.
"""

PYPROJECT: Final = """\
[project]
name = {project}
version = {version}
description = "NumPy exercises on the mathematics of deep learning"
requires-python = ">=3.10"
dependencies = [{requirement}]

# `pip install .` and `uv sync` install the grader; this folder itself is nothing to be installed.
[tool.setuptools]
packages = []

[tool.uv]
package = false

[tool.grade]
name = {name}
show_solution = "never"
"""


def student_files(course: Course, cache: Path | None = None) -> dict[str, bytes]:
    """Every file of a student's folder, by its path, made from a course with solutions; no other file is looked at.

    CourseFault, PlanError or BankError where the course is wrong. Plans are taken from `cache` where they are kept.
    """
    files = {f"exercises/{exercise.stub.name}": exercise.stub.read_bytes() for exercise in course.exercises}
    files |= {f"{PLANS}/{exercise.id}.plan": _sealed(exercise, cache) for exercise in course.exercises}
    files[f"{PLANS}/index.json"] = shipped_index(map(describe, course.exercises))
    bank = _bank(course)
    files |= bank
    files["README.md"] = _readme(course, bool(bank)).encode()
    files["pyproject.toml"] = _pyproject(course).encode()
    return files


def _sealed(exercise: ExerciseFiles, cache: Path | None) -> bytes:
    from grader.plan import load_or_compile
    from grader.plan.sealed import PUBLIC_SEED, seal

    return seal(load_or_compile(exercise.solution, PUBLIC_SEED, cache))


def _bank(course: Course) -> dict[str, bytes]:
    """The question bank without exam questions and drafts; empty for a course without a bank."""
    if not (course.root / HEAD).is_file():
        return {}
    from grader.quiz.release import release_bank

    return {name: text.encode() for name, text in release_bank(course.root).items()}


def _readme(course: Course, quiz: bool) -> str:
    return README.format(
        name=course.name,
        and_quiz=", and a quiz on what they are about" if quiz else "",
        package=PACKAGE,
        version=grader.__version__,
        first=course.exercises[0].short if course.exercises else "exercise1",
        quiz="    grade quiz                         questions on the concepts\n" if quiz else "",
        plans=PLANS,
    )


def _pyproject(course: Course) -> str:
    """The settings of the student's folder: the course's own, but solutions are never shown."""
    project = re.sub(r"[^A-Za-z0-9]+", "-", course.name).strip("-").lower() or "course"
    text = PYPROJECT.format(
        project=_text(project),
        version=_text(grader.__version__),
        requirement=_text(f"{PACKAGE}=={grader.__version__}"),
        name=_text(course.name),
    )
    if course.limits:
        text += "\n[tool.grade.limits]\n" + "".join(f"{key} = {value!r}\n" for key, value in course.limits.items())
    return text


def _text(value: str) -> str:
    """A text in TOML; JSON's escapes are TOML's too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def with_originals(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with a second copy of each that a student may edit, as the base of later updates and resets."""
    edited = (name for name in files if name.startswith("exercises/") or name in EDITABLE)
    copies = {f"{ORIGINALS}/{Path(name).name}": files[name] for name in edited}
    return {**files, **copies, ".grade/.gitignore": IGNORE}


@dataclass(frozen=True)
class Written:
    """What happened to the files: those written now, and those that were there and were left as they are."""

    new: tuple[str, ...]
    kept: tuple[str, ...]


def write_folder(files: Mapping[str, bytes], to: Path) -> Written:
    """Writes the files that are missing in a folder, each as a whole or not at all; a file that is there stays as it is."""
    new, kept = [], []
    for name, data in files.items():
        path = to / name
        if os.path.lexists(path):
            kept.append(name)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _place(path, data)
        except OSError as error:  # a full disk names no file, and others the one beside it
            raise OSError(error.errno, error.strerror or str(error), str(path)) from error
        new.append(name)
    return Written(tuple(new), tuple(kept))


def _place(path: Path, data: bytes) -> None:
    """Writes a new file so that it is never seen half written, even if the disk is full."""
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    """The mask for new files, which can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
