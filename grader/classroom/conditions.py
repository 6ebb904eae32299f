"""What results follow from besides the submission: versions of the grader and of exercises, the environment, limits."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

import grader
from grader.catalog import Course, CourseFault, ExerciseFiles, ExerciseInfo
from grader.classroom.fault import ClassError
from grader.classroom.ledger import Conditions, Exercise
from grader.classroom.model import FunctionRow
from grader.classroom.rules import Rules
from grader.classroom.secret import Secret
from grader.sandbox import Level, Limits, Probe, level_quickly

# The slowest right answer that we know needs 1.3 ms, a loop in Python instead of NumPy a hundred times that. What takes longer
# than this is looked at again with all the time that a student has in practice, unless it is an endless loop.
FIRST_LOOK_SECONDS: Final = 0.3
_ENGINE: Final = ("", "plan", "judge", "diagnose", "gradient", "sandbox")


@cache
def grader_version() -> str:
    """The grader's version and the hash of the files that decide a verdict, which change between releases too."""
    digest = hashlib.sha256()
    package = Path(grader.__file__).parent
    for folder in _ENGINE:
        for path in sorted((package / folder).glob("*.py")):
            digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{grader.__version__}+{digest.hexdigest()[:12]}"


@cache
def environment() -> str:
    """Python, NumPy, its linear algebra and the kind of machine, in a line.

    The kernel that was chosen for the processor is not in it: what it changes is far below every tolerance, and the nodes
    of a cluster differ in it.
    """
    blas = "unknown"
    try:
        found = np.show_config(mode="dicts")["Build Dependencies"]["blas"]  # type: ignore[call-arg,index,unused-ignore]
        blas = f"{found['name']} {found['version']}"
    except (TypeError, KeyError):
        pass
    python, machine = platform.python_version(), f"{platform.system()} {platform.machine()}"
    return f"Python {python}, NumPy {np.__version__}, {blas}, {machine}"


def limits_of(course: Course, rules: Rules) -> Limits:
    """The limits of one submission in a class run; CourseFault if the course's are wrong."""
    try:
        limits = Limits(**course.limits)  # type: ignore[arg-type]  # checked to be numbers when the course was read
    except (TypeError, ValueError) as error:
        raise CourseFault(f"{course.root / 'pyproject.toml'}: [tool.grade.limits]: {error}") from error
    return replace(limits, call_seconds=rules.call_seconds or limits.call_seconds)


def first_look(limits: Limits) -> Limits:
    """The limits with which a submission is run first; a class cannot wait the whole time for every endless loop."""
    return replace(limits, call_seconds=min(FIRST_LOOK_SECONDS, limits.call_seconds))


def level_of(allow_unsafe: bool) -> Level:
    """The level that class grading runs at here; ClassError if that is below `confined` and not allowed."""
    level, probes = level_quickly(Level.JAILED)
    if level < Level.CONFINED and not allow_unsafe:
        raise ClassError(
            f"student code is only {level.value} on this machine: {_lacking(probes)}",
            "Grade on Linux, or add --allow-unsafe where you trust every submission; each report then says so.",
        )
    return level


def _lacking(probes: Sequence[Probe]) -> str:
    failed = [
        f"{probe.name} ({probe.detail})" for probe in probes if not probe.ok and not probe.name.startswith("jail")
    ]
    return "; ".join(failed[:3]) or "it has no means to confine it"


def conditions(secret: Secret, level: Level) -> Conditions:
    """What all results of a run have in common."""
    unsafe = level < Level.CONFINED
    where = environment() + (", unconfined" if unsafe else "")  # so that a confined run does not take such results over
    versions = (platform.python_version(), np.__version__)
    return Conditions(grader_version(), secret.commitment, where, level.value, unsafe, *versions)


def exercises_of(
    course: Course, infos: Iterable[ExerciseInfo], rules: Rules, limits: Limits
) -> tuple[tuple[Exercise, ...], tuple[str, ...]]:
    """The exercises to grade, each with its version, and what is wrong with those that cannot be."""
    files = {exercise.id: exercise for exercise in course.exercises}
    made, problems = [], []
    for info in infos:
        if rules.exercises and info.id not in rules.exercises:
            continue
        if info.problem:
            problems.append(info.problem)
            continue
        functions = tuple(FunctionRow(function.name, function.points) for function in info.functions)
        made.append(Exercise(info.id, info.number, info.title, functions, _version(files[info.id], limits)))
    return tuple(made), tuple(problems)


def _version(exercise: ExerciseFiles, limits: Limits) -> str:
    digest = hashlib.sha256(exercise.solution.read_bytes())
    digest.update(repr((FIRST_LOOK_SECONDS, sorted(asdict(limits).items()))).encode())
    return digest.hexdigest()
