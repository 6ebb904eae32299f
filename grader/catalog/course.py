"""The course: its folder, its settings, its exercises, and what can be wrong with it.

    CatalogError
      NoCourse         there is no course here              usage
      UnknownName      no exercise or function of that name usage
        MissingFile    its file is gone                     usage
      AmbiguousName    several                              usage
      SolutionsNeeded  it takes solutions, and there are none usage
      CourseFault      a file of the course is wrong        the course's fault

Faults of usage and of the course end a command with different exit codes.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Final

FILE_NAME: Final = re.compile(r"exercise0*(\d+)_([a-z][a-z0-9_]*)\.py")
SOLUTION_POLICIES: Final = ("passed", "always", "never")
SETTINGS: Final = ("name", "limits", "show_solution", "pytest", "class")
PLANS: Final = "plans"  # the folder of a student's course that stands for solutions/


class CatalogError(Exception):
    """Something that the course or the caller has to put right; `hint` says how."""

    kind: ClassVar[str] = "catalog"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class NoCourse(CatalogError):
    """There is no course here."""

    kind = "no-course"


class UnknownName(CatalogError):
    """No exercise or function has that name."""

    kind = "unknown-name"


class MissingFile(UnknownName):
    """An exercise whose file is gone."""

    def __init__(self, exercise: ExerciseFiles) -> None:
        where = f"{exercise.stub.parent.name}/{exercise.stub.name}"
        super().__init__(f"{where} is not there any more", f"grade reset {exercise.short} brings it back.")
        self.exercise = exercise


class AmbiguousName(CatalogError):
    """Several exercises or functions have that name."""

    kind = "ambiguous-name"


class SolutionsNeeded(CatalogError):
    """Something that only a folder with solutions can do."""

    kind = "no-solution"


class CourseFault(CatalogError):
    """A file of the course is wrong: never the student's fault."""

    kind = "course"


@dataclass(frozen=True)
class ExerciseFiles:
    """An exercise and where its files are. A student's folder has the sealed plan in place of the solution."""

    id: str
    number: int
    slug: str
    stub: Path
    solution: Path

    @property
    def short(self) -> str:
        """The name that people type: `exercise17`."""
        return f"exercise{self.number}"


@dataclass(frozen=True)
class Course:
    """A course: its folder, its settings and its exercises in order of number."""

    root: Path
    name: str
    exercises: tuple[ExerciseFiles, ...]
    limits: Mapping[str, float] = field(default_factory=dict)
    show_solution: str = "passed"
    missing: tuple[ExerciseFiles, ...] = ()
    """Exercises of a student's folder whose file is gone: only the sealed plan is there."""


def sealed_path(solution: Path) -> Path:
    """Where the sealed plan is that stands for a solution in a student's folder."""
    return solution.parent.parent / PLANS / f"{solution.stem}.plan"


def find_course(start: Path | None = None) -> Course:
    """The course that holds `start` (else the one GRADE_COURSE names, else the working directory); NoCourse or CourseFault."""
    named = os.environ.get("GRADE_COURSE", "")
    if start is None and named:
        root = Path(named).expanduser()
        if not _is_course(root):
            raise NoCourse(
                f"GRADE_COURSE={named}: there is no course in this folder",
                "Point it at the folder that holds exercises/.",
            )
        return _open(root.resolve())
    try:
        here = (start or Path.cwd()).resolve()
    except FileNotFoundError as error:
        raise NoCourse(
            "the working directory does not exist any more", "Change to the folder of the course."
        ) from error
    for folder in (here, *here.parents):
        if _is_course(folder):
            return _open(folder)
    raise NoCourse(
        f"{here} is not inside a course", "Change to the folder that holds exercises/, or set GRADE_COURSE to it."
    )


def _is_course(folder: Path) -> bool:
    try:
        return bool(_settings_text(folder)) or any(map(FILE_NAME.fullmatch, os.listdir(folder / "exercises")))
    except OSError:
        return False


def _settings_text(folder: Path) -> str:
    """The text of pyproject.toml if it may hold [tool.grade], so that TOML is parsed for courses only."""
    path = folder / "pyproject.toml"
    try:
        data = path.read_bytes()
    except OSError:
        return ""
    if not re.search(rb"^\s*\[\s*tool\s*\.\s*grade\s*[\].]", data, re.MULTILINE):
        return ""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CourseFault(f"{path}, line {line}: this is not UTF-8", "Save the file as UTF-8.") from error


def _open(root: Path) -> Course:
    names = _stub_names(root)
    exercises, missing = _exercise_files(root, names), _exercise_files(root, _planned(root) - names)
    text = _settings_text(root)
    settings = _parse_settings(text, root / "pyproject.toml") if text else {}
    name = settings.get("name", root.name)
    solution = settings.get("show_solution", "passed")
    return Course(root, name, exercises, settings.get("limits", {}), solution, missing)


def _stub_names(root: Path) -> set[str]:
    try:
        return set(os.listdir(root / "exercises"))
    except FileNotFoundError:
        return set()
    except OSError as error:
        raise CourseFault(f"{root / 'exercises'}: {error.strerror}", "Make the folder readable.") from error


def _planned(root: Path) -> set[str]:
    """The names that exercises must have by their sealed plans."""
    try:
        return {f"{name[:-5]}.py" for name in os.listdir(root / PLANS) if name.endswith(".plan")}
    except OSError:
        return set()


def _exercise_files(root: Path, names: set[str]) -> tuple[ExerciseFiles, ...]:
    found = []
    for name in names:
        if match := FILE_NAME.fullmatch(name):
            stub, solution = root / "exercises" / name, root / "solutions" / name
            found.append(ExerciseFiles(name[:-3], int(match[1]), match[2], stub, solution))
    return tuple(sorted(found, key=lambda exercise: (exercise.number, exercise.slug)))


def _parse_settings(text: str, path: Path) -> dict[str, Any]:
    """The table [tool.grade], its kinds checked; CourseFault names the file and the key."""
    tomllib = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")  # tomli is tomllib's earlier name
    try:
        table = tomllib.loads(text).get("tool", {}).get("grade", {})
    except tomllib.TOMLDecodeError as error:
        raise CourseFault(f"{path}: {error}", "Correct the TOML.") from error
    if unknown := sorted(set(table) - set(SETTINGS)):
        raise CourseFault(f"{path}: [tool.grade] has no setting {unknown[0]!r}", f"Settings are {', '.join(SETTINGS)}.")
    if not isinstance(table.get("name", ""), str):
        raise CourseFault(f"{path}: [tool.grade] name must be a text")
    if table.get("show_solution", "passed") not in SOLUTION_POLICIES:
        raise CourseFault(f"{path}: [tool.grade] show_solution must be one of {', '.join(SOLUTION_POLICIES)}")
    if not isinstance(table.get("pytest", False), bool):
        raise CourseFault(f"{path}: [tool.grade] pytest must be true or false")
    limits = table.get("limits", {})
    if not isinstance(limits, dict) or not all(_is_positive(value) for value in limits.values()):
        raise CourseFault(f"{path}: [tool.grade.limits] must hold numbers above 0")
    return dict(table)


def _is_positive(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0
