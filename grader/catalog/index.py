"""Titles, needs and functions of all exercises, kept in a cache so that a warm start imports no solution.

A student's folder has no solutions; there the index comes with the sealed plans, in the same form.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from grader.catalog.course import PLANS, Course, CourseFault, ExerciseFiles
from grader.catalog.solutions import load_solution

INDEX: Final = "index.json"
VERSION: Final = 1  # of the cached index; another number makes it again


@dataclass(frozen=True)
class FunctionInfo:
    """A function of an exercise: what it is worth and which functions it builds on."""

    name: str
    points: int
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExerciseInfo:
    """What the map shows of an exercise. `problem` says why its solution could not be read, or is empty."""

    id: str
    number: int
    slug: str
    title: str
    needs: tuple[int, ...] = ()
    functions: tuple[FunctionInfo, ...] = ()
    problem: str = ""

    @property
    def short(self) -> str:
        """The name that people type: `exercise17`."""
        return f"exercise{self.number}"

    @property
    def max_points(self) -> int:
        """The points there are."""
        return sum(function.points for function in self.functions)


def describe(exercise: ExerciseFiles) -> ExerciseInfo:
    """Title, needs and functions of one exercise, read from its solution; CourseFault if that is wrong."""
    module = load_solution(exercise.solution)
    functions = tuple(
        FunctionInfo(check.name, check.max_points, tuple(needed.__name__ for needed in check.needs))
        for check in module.CHECKS
    )
    return ExerciseInfo(exercise.id, exercise.number, exercise.slug, module.TITLE, module.NEEDS, functions)


def index(course: Course, cache: Path | None = None) -> tuple[ExerciseInfo, ...]:
    """All exercises of the course, those with an unchanged solution from `cache` (a folder), which is brought up to date.

    An exercise whose solution is missing or wrong is listed by its file name, with the problem.
    """
    if (shipped := _shipped(course)) is not None:
        return tuple(_info(exercise, _entry_without_solution(exercise, shipped)) for exercise in course.exercises)
    old = _read_cache(cache)
    entries = {exercise.id: _entry(exercise, old.get(exercise.id)) for exercise in course.exercises}
    if cache is not None and entries != old:
        _write_cache(cache, entries)
    return tuple(_info(exercise, entries[exercise.id]) for exercise in course.exercises)


def info_of(course: Course, exercise: ExerciseFiles, cache: Path | None = None) -> ExerciseInfo:
    """One exercise of the index; only its own solution is read."""
    if (shipped := _shipped(course)) is not None:
        return _info(exercise, _entry_without_solution(exercise, shipped))
    old = _read_cache(cache)
    entry = _entry(exercise, old.get(exercise.id))
    if cache is not None and entry != old.get(exercise.id):
        _write_cache(cache, {**old, exercise.id: entry})
    return _info(exercise, entry)


def shipped_index(infos: Iterable[ExerciseInfo]) -> bytes:
    """The index as a file that stands beside sealed plans."""
    entries = {
        info.id: {
            "stamp": [],
            "sha256": "",
            "title": info.title,
            "needs": list(info.needs),
            "functions": [[f.name, f.points, list(f.needs)] for f in info.functions],
            "problem": "",
        }
        for info in infos
    }
    return (json.dumps({"version": VERSION, "exercises": entries}, indent=1, sort_keys=True) + "\n").encode()


def _shipped(course: Course) -> dict[str, Any] | None:
    """The index that came with the course, None where the course has solutions or no such file."""
    if (course.root / "solutions").is_dir() or not (course.root / PLANS / INDEX).is_file():
        return None
    return _read(course.root / PLANS / INDEX)


def _entry_without_solution(exercise: ExerciseFiles, shipped: Mapping[str, Any]) -> dict[str, Any]:
    problem = f"it is not in {PLANS}/{INDEX}: take the course's folder again from its release"
    empty = {"title": "", "needs": [], "functions": [], "problem": problem}
    return dict(shipped.get(exercise.id, empty))


def _entry(exercise: ExerciseFiles, old: Any) -> dict[str, Any]:
    """The cached form of an exercise: `old` if the file's time and size, or else its bytes, are the same."""
    try:
        stat = exercise.solution.stat()
        stamp = [stat.st_mtime_ns, stat.st_size]
        if old and old["stamp"] == stamp:
            return dict(old)
        digest = _sha256(exercise.solution)
    except OSError:
        stamp, digest = [0, 0], ""
    if old and digest and old["sha256"] == digest:
        return {**old, "stamp": stamp}
    try:
        info = describe(exercise)
    except CourseFault as fault:
        return {"stamp": stamp, "sha256": digest, "title": "", "needs": [], "functions": [], "problem": str(fault)}
    functions = [[function.name, function.points, list(function.needs)] for function in info.functions]
    entry = {"title": info.title, "needs": list(info.needs), "functions": functions, "problem": ""}
    return {"stamp": stamp, "sha256": digest, **entry}


def _sha256(path: Path) -> str:
    import hashlib  # 5 ms, needed only where a file has changed

    return hashlib.sha256(path.read_bytes()).hexdigest()


def _info(exercise: ExerciseFiles, entry: Mapping[str, Any]) -> ExerciseInfo:
    functions = tuple(FunctionInfo(name, points, tuple(needs)) for name, points, needs in entry["functions"])
    title = entry["title"] or exercise.slug.replace("_", " ")
    return ExerciseInfo(
        exercise.id, exercise.number, exercise.slug, title, tuple(entry["needs"]), functions, entry["problem"]
    )


def _read_cache(cache: Path | None) -> dict[str, Any]:
    """The entries of the cached index, empty if there is none or it is not what we write."""
    return {} if cache is None else _read(cache / INDEX)


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_bytes())
        entries: dict[str, Any] = data["exercises"]
        return entries if data["version"] == VERSION and all(map(_well_formed, entries.values())) else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _well_formed(entry: Any) -> bool:
    texts = all(isinstance(entry[key], str) for key in ("sha256", "title", "problem"))
    functions = all(
        isinstance(name, str) and type(points) is int and _texts(needs) for name, points, needs in entry["functions"]
    )
    return (
        texts
        and functions
        and isinstance(entry["stamp"], list)
        and all(type(number) is int for number in entry["needs"])
    )


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _write_cache(cache: Path, entries: Mapping[str, Any]) -> None:
    """Saves the index as a whole or not at all; a folder that cannot be written costs time only."""
    temporary = cache / f"{INDEX}.{os.getpid()}"
    with suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps({"version": VERSION, "exercises": entries}), encoding="utf-8")
        os.replace(temporary, cache / INDEX)
