"""The untouched stubs of a course, kept in `.grade/originals/` as the base of updates and resets.

A release brings them along. In a clone they are taken at first sight: a file in which no function is written yet is the
file as it was handed out.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from grader.catalog import Course, ExerciseFiles
from grader.state import FOLDER as STATE
from grader.state import RecordError, state_folder
from grader.student.blocks import is_untouched
from grader.student.files import new_file

FOLDER: Final = "originals"
_COMMITS: Final = 100  # looked at, from the newest, for one in which a file is untouched
_GIT_SECONDS: Final = 10.0


def keep_originals(course: Course) -> None:
    """Keeps the untouched stubs that are not kept yet; grading goes on where that cannot be done."""
    with suppress(RecordError, OSError):
        folder = state_folder(course.root) / FOLDER
        kept = set(os.listdir(folder)) if folder.is_dir() else set()
        for exercise in course.exercises:
            if exercise.stub.name not in kept:
                _keep(exercise.stub, folder)


def _keep(stub: Path, folder: Path) -> None:
    data = stub.read_bytes()
    if is_untouched(decoded(data)):
        new_file(folder / stub.name, data)


def original_of(course: Course, exercise: ExerciseFiles) -> str | None:
    """The stub that a student's file was made from: as kept, as packaged, or as committed; None if it cannot be found."""
    kept = kept_original(course, exercise.stub.name)
    if kept is None:
        from grader.student.release import packaged

        kept = packaged().get(f"exercises/{exercise.stub.name}")
    if kept is None:
        kept = _committed(course.root, exercise.stub)
    return None if kept is None else decoded(kept)


def kept_original(course: Course, name: str) -> bytes | None:
    """An original that is kept here, by the file's name; in a folder that cannot be written those in it count as well."""
    for folder in (state_folder, lambda root: root / STATE):
        with suppress(RecordError, OSError):
            return (folder(course.root) / FOLDER / name).read_bytes()
    return None


def decoded(data: bytes) -> str:
    """A file's text; what is no UTF-8 in it comes back when the text is encoded."""
    return data.decode("utf-8", "surrogateescape")


def encoded(text: str) -> bytes:
    """The bytes of a text that `decoded` gave."""
    return text.encode("utf-8", "surrogateescape")


def _committed(root: Path, stub: Path) -> bytes | None:
    """The newest committed version of a stub in which nothing is written; None where there is no git, or no such commit."""
    name = os.path.relpath(stub, root).replace(os.sep, "/")
    commits = _git(root, "log", f"--max-count={_COMMITS}", "--format=%H", "--", name)
    for commit in (commits or b"").decode("ascii", "replace").split():
        data = _git(root, "show", f"{commit}:./{name}")
        if data is not None and is_untouched(decoded(data)):
            return data
    return None


def _git(root: Path, *words: str) -> bytes | None:
    import subprocess  # 5 ms, and hardly ever needed

    try:
        done = subprocess.run(
            ["git", "-C", str(root), *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None
