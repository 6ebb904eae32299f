"""Titles, needs and functions of all exercises, kept in a cache so that a warm start imports no solution."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from grader.catalog.course import Course, CourseFault, ExerciseFiles
from grader.catalog.solutions import load_solution

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
    old = _read_cache(cache)
    entries = {exercise.id: _entry(exercise, old.get(exercise.id)) for exercise in course.exercises}
    if cache is not None and entries != old:
        _write_cache(cache, entries)
    return tuple(_info(exercise, entries[exercise.id]) for exercise in course.exercises)


def info_of(course: Course, exercise: ExerciseFiles, cache: Path | None = None) -> ExerciseInfo:
    """One exercise of the index; only its own solution is read."""
    old = _read_cache(cache)
    entry = _entry(exercise, old.get(exercise.id))
    if cache is not None and entry != old.get(exercise.id):
        _write_cache(cache, {**old, exercise.id: entry})
    return _info(exercise, entry)


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
    if cache is None:
        return {}
    try:
        data = json.loads((cache / "index.json").read_bytes())
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
    temporary = cache / f"index.json.{os.getpid()}"
    with suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps({"version": VERSION, "exercises": entries}), encoding="utf-8")
        os.replace(temporary, cache / "index.json")
