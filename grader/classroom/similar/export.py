"""Folders for other tools that look for copied code: submissions by pseudonym, the sheet as base, earlier years apart."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from grader.catalog import Course
from grader.classroom.fault import ClassError
from grader.classroom.similar.find import Source

_COMMANDS: Final = """\
Each folder here is an exercise: submissions/PSEUDONYM/FILE, base/FILE (the sheet, to be ignored), previous/PSEUDONYM/FILE.
Inside one of them:

dolos run -l python --ignore base/*.py submissions/*/*.py
compare50 submissions/* -d base/* -a previous/*
java -jar jplag.jar -l python3 -bc base submissions

They are programs of their own, under their own licences; what they show is no verdict either.
"""


def export(course: Course, sources: Iterable[Source], folder: Path) -> int:
    """Writes the folders; how many files that are. ClassError if the folder is there."""
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError as error:
        raise ClassError(f"{folder} is there already", "Name a folder that is not.") from error
    stubs = {exercise.id: exercise.stub for exercise in course.exercises}
    count = 0
    for source in sources:
        stub = stubs[source.exercise]
        base = folder / source.exercise / "base"
        if not base.exists():
            base.mkdir(parents=True)
            (base / stub.name).write_bytes(stub.read_bytes())
        place = folder / source.exercise / ("previous" if source.old else "submissions") / source.student
        place.mkdir(parents=True, exist_ok=True)
        (place / stub.name).write_bytes(source.text)
        count += 1
    (folder / "commands.txt").write_text(_COMMANDS, encoding="ascii")
    return count
