"""Writes an exercise as an otter assignment: what `otter run`, `otter check` and `otter assign` take."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import grader
from grader.catalog import Course, ExerciseFiles
from grader.classroom.secret import Secret
from grader.export.otter.master import master_notebook, otter_config, test_file
from grader.export.otter.verdicts import HIDDEN, HIDDEN_PLAN, PRACTICE
from grader.plan import load_or_compile
from grader.plan.sealed import PUBLIC_SEED, seal

DISTRIBUTION: Final = "dlmath-grader"


class ExportError(RuntimeError):
    """An assignment that cannot be made; the message says which and why."""


@dataclass(frozen=True)
class Terms:
    """What all assignments of one export have in common. `wheel` is the course's package, for an image without an index."""

    course: Course
    secret: Secret
    wheel: Path | None = None
    allow_unsafe: bool = False
    cache: Path | None = None
    limits: Mapping[str, float] = field(default_factory=dict)


def write_assignment(exercise: ExerciseFiles, folder: Path, terms: Terms, *, assign: bool = True) -> Path:
    """Makes the assignment of an exercise in `folder`, in place of one that is there; its autograder.zip."""
    practice = load_or_compile(exercise.solution, PUBLIC_SEED, terms.cache)
    hidden = load_or_compile(exercise.solution, terms.secret.seed(exercise.id), None)
    plans = {PRACTICE: seal(practice), HIDDEN: seal(hidden)}
    plugin: dict[str, Any] = {
        "exercise": exercise.id,
        "course": terms.course.name,
        "plans": {inputs: hashlib.sha256(data).hexdigest() for inputs, data in plans.items()},
        "limits": dict(terms.limits),
        "allow_unsafe": terms.allow_unsafe,
    }
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tests").mkdir(parents=True)
    (folder / f"{exercise.id}.plan").write_bytes(plans[PRACTICE])
    (folder / HIDDEN_PLAN).write_bytes(plans[HIDDEN])
    (folder / HIDDEN_PLAN).chmod(0o600)
    for number, function in enumerate(practice.functions, 1):
        (folder / "tests" / f"q{number}.py").write_text(test_file(number, function, exercise.id), encoding="utf-8")
    (folder / "otter_config.json").write_text(json.dumps(otter_config(plugin), indent=2) + "\n", encoding="utf-8")
    (folder / "requirements.txt").write_text(_requirement(terms.wheel) + "\n", encoding="utf-8")
    if terms.wheel is not None:
        shutil.copy(terms.wheel, folder / terms.wheel.name)
    (folder / "master.ipynb").write_bytes(master_notebook(exercise.stub, exercise.solution, practice, plugin))
    _generate(folder, exercise.id, terms.wheel)
    if assign:
        _assign(folder, exercise.id)
    return folder / "autograder.zip"


def _requirement(wheel: Path | None) -> str:
    """What the image installs: the wheel that lies in the zip, or the package of this version from an index."""
    if wheel is None:
        return f"{DISTRIBUTION}=={grader.__version__}"
    return f"{DISTRIBUTION} @ file:///autograder/source/files/{wheel.name}"


def _generate(folder: Path, exercise: str, wheel: Path | None) -> None:
    from otter.generate import main as generate

    files = [f"{exercise}.plan", HIDDEN_PLAN, *([wheel.name] if wheel else [])]
    with _inside(folder), _quiet(exercise, "otter generate"):
        generate(
            tests_dir="tests",
            output_path="autograder.zip",
            config="otter_config.json",
            requirements="requirements.txt",
            no_environment=True,
            files=files,
        )


def _assign(folder: Path, exercise: str) -> None:
    """Runs `otter assign`, which grades the references through its own autograder and refuses less than full marks."""
    from otter.assign import main as assign

    notebook = f"{exercise}.ipynb"
    shutil.copy(folder / "master.ipynb", folder / notebook)  # otter names what it makes after the master
    with _inside(folder), _quiet(exercise, "otter assign"):
        assign(notebook, "assigned", no_pdfs=True)
    (folder / notebook).unlink()


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """In a folder: otter takes files only from below the working directory."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextlib.contextmanager
def _quiet(exercise: str, what: str) -> Iterator[None]:
    """Keeps otter's output to ourselves, and shows it when something goes wrong."""
    said = io.StringIO()
    logging.getLogger("otter").setLevel(logging.WARNING)
    try:
        with contextlib.redirect_stdout(said):
            yield
    except Exception as error:
        raise ExportError(f"{exercise}: {what} failed: {error}\n{said.getvalue()}".rstrip()) from error
