"""Stubs brought back: a whole file or some functions of it, with a backup of what was there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.catalog import Course, ExerciseFiles
from grader.student.blocks import same, split
from grader.student.files import Backup, replace_unchanged
from grader.student.merge import lines_lost, with_block
from grader.student.originals import decoded, encoded, original_of


class NoOriginal(ValueError):
    """There is no untouched stub of this file to go back to."""


@dataclass(frozen=True)
class Reset:
    """A file before (None: it is not there) and after, and how many lines are taken out."""

    path: Path
    read: bytes | None
    data: bytes
    lines: int


def plan_reset(course: Course, exercise: ExerciseFiles, functions: Sequence[str]) -> Reset:
    """What the file will hold once it, or the functions named, are as they were handed out; NoOriginal or OSError."""
    original = original_of(course, exercise)
    if original is None:
        raise NoOriginal(f"no untouched {exercise.stub.name} is kept here, in the package or in git")
    try:
        read = exercise.stub.read_bytes()
    except FileNotFoundError:
        return Reset(exercise.stub, None, encoded(original), 0)
    mine = decoded(read)
    text = _with_functions(mine, original, functions) if functions else original
    return Reset(exercise.stub, read, encoded(text), lines_lost(mine, text))


def _with_functions(mine: str, original: str, functions: Sequence[str]) -> str:
    """The student's file with some functions of the original."""
    blocks = {block.key: block for block in split(original)}
    own = {block.key: block for block in split(mine)}
    for name in functions:
        if name in blocks and not same(own.get(name), blocks[name]):
            mine = with_block(mine, blocks[name], list(blocks))
    return mine


def make_reset(reset: Reset, course: Course, state: Path) -> Path | None:
    """Makes it; where the file is kept as it was. OSError if that cannot be done; nothing is changed then."""
    backup = Backup(state, course.root, "reset")
    if reset.read is not None:
        backup.keep(reset.path, reset.read)
    replace_unchanged(reset.path, reset.data, reset.read)
    return backup.folder / backup.names[0] if backup.folder else None
