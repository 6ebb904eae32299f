"""The hints of an exercise, kept as text in the cache, so that reading one takes neither its plan nor NumPy."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import grader
from grader.catalog import ExerciseFiles, sealed_path

if TYPE_CHECKING:
    from grader.plan import FunctionPlan, Plan

FOLDER: Final = "hints"  # in the cache


@dataclass(frozen=True)
class Hints:
    """The hints for one function, in order, and what is said on each known mistake, as its id and a text."""

    name: str
    hints: tuple[str, ...]
    mistakes: tuple[tuple[str, str], ...]


def hints_of(exercise: ExerciseFiles, cache: Path | None, plan: Callable[[], Plan]) -> tuple[Hints, ...]:
    """The hints for each function, in the plan's order; `plan` is asked only where they are not kept, or have changed."""
    stamp, kept = _stamp(exercise), cache / FOLDER / f"{exercise.id}.json" if cache else None
    if kept is not None and stamp and (found := _read(kept, stamp)):
        return found
    found = tuple(map(_of, plan().functions))
    if kept is not None:
        _write(kept, stamp, found)
    return found


def _of(function: FunctionPlan) -> Hints:
    return Hints(function.name, tuple(function.hints), tuple((m.id, m.hint) for m in function.mistakes))


def _stamp(exercise: ExerciseFiles) -> list[Any]:
    """What says that a plan is the same: the time and size of the file it comes from, and the version of the engine."""
    for path in (exercise.solution, sealed_path(exercise.solution)):
        with suppress(OSError):
            stat = path.stat()
            return [path.name, stat.st_mtime_ns, stat.st_size, grader.__version__]
    return []


def _read(path: Path, stamp: list[Any]) -> tuple[Hints, ...]:
    """What is kept, empty if it is of another plan or not what we write."""
    try:
        data = json.loads(path.read_bytes())
        if data["stamp"] != stamp:
            return ()
        return tuple(Hints(name, _texts(hints), tuple(map(_pair, said))) for name, hints, said in data["functions"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ()


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    found = tuple(values)
    if not found or not all(isinstance(value, str) for value in found):
        raise ValueError("a hint is a text")
    return found


def _pair(values: Iterable[Any]) -> tuple[str, str]:
    name, said = _texts(values)
    return name, said


def _write(path: Path, stamp: list[Any], found: tuple[Hints, ...]) -> None:
    """Keeps them as a whole or not at all; a folder that cannot be written costs time only."""
    functions = [[hints.name, hints.hints, hints.mistakes] for hints in found]
    part = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_text(json.dumps({"stamp": stamp, "functions": functions}), encoding="utf-8")
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
