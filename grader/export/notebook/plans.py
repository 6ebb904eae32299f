"""The practice plan of an exercise, wherever this Python can find it: beside the notebook, in the course, in the package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import grader
from grader.catalog import Course, NoCourse, UnknownName, find_course, resolve
from grader.plan import Plan, load_or_compile
from grader.plan.sealed import PUBLIC_SEED, unseal
from grader.state import RecordError, state_folder

PACKAGED: Final = Path(grader.__file__).parent / "course"  # made by the build; absent in a clone
_FILE: Final = re.compile(r"exercise0*(\d+)_([a-z][a-z0-9_]*)\.plan")


def plan_with(function: str, exercise: str | None, folder: Path) -> Plan:
    """The plan of the exercise that has a function; UnknownName if there is none, CourseFault if it cannot be read."""
    for path in _beside(folder, exercise):
        plan = unseal(path.read_bytes(), path.name)
        if any(each.name == function for each in plan.functions):
            return plan
    unknown: UnknownName | NoCourse | None = None
    for course in _courses(folder):
        try:
            return _of_course(course, exercise or function)
        except UnknownName as error:
            unknown = unknown or error
    raise unknown or NoCourse(
        f"there is no exercise with a function {function!r}: no course around {folder}, and none in the package",
        "Open the notebook in the folder that it came in, or install the course's package.",
    )


def _beside(folder: Path, exercise: str | None) -> Iterator[Path]:
    for path in sorted(folder.glob("*.plan")):
        named = _FILE.fullmatch(path.name)
        if named and exercise in (None, path.stem, named[2], f"exercise{named[1]}"):
            yield path


def _courses(folder: Path) -> Iterator[Course]:
    try:
        yield find_course(folder)
    except NoCourse:
        pass
    if (PACKAGED / "exercises").is_dir():
        yield find_course(PACKAGED)


def _of_course(course: Course, word: str) -> Plan:
    exercise = resolve(course, word).exercise
    try:
        cache: Path | None = state_folder(course.root) / "cache"
    except RecordError:
        cache = None
    return load_or_compile(exercise.solution, PUBLIC_SEED, cache)
