"""An update: what a release changes in a student's folder, planned as data, then made so that it can be interrupted.

    exercises               merged function by function with the originals as base; one that is no text is kept as a whole
    plans, question bank    the course's own: replaced, and the replaced ones kept as a backup
    README, pyproject.toml  replaced unless they were edited; then the new one is put beside

Each file is first backed up, then replaced at once, and only then its original: an update that was interrupted anywhere and
is made again ends as one that was not.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from grader.catalog import PLANS, Course
from grader.student.blocks import Block
from grader.student.files import Backup, new_file, remove_stale_parts, replace_file, replace_unchanged
from grader.student.merge import Merged, merge
from grader.student.originals import FOLDER, decoded, encoded, kept_original, original_of
from grader.student.release import Release

WHOLE: Final = (
    "README.md",
    "pyproject.toml",
)  # a student may have edited them; without an original they count as edited


@dataclass(frozen=True)
class Change:
    """What an update does to one file: `read` is what it holds (None: it is not there), `data` what it shall hold."""

    path: Path
    read: bytes | None
    data: bytes
    original: bytes | None = None
    """What is kept as the base of the next update."""
    beside: bytes | None = None
    """The new version of what was edited here and changed in the release."""
    merged: Merged | None = None

    @property
    def is_change(self) -> bool:
        """Whether anything is to be written where the student looks."""
        return self.data != self.read or self.beside is not None

    @property
    def new_name(self) -> str:
        """The name of the file beside it."""
        return f"{self.path.stem}.new{self.path.suffix}"


@dataclass(frozen=True)
class Update:
    """All changes, and the exercises that the release does not have any more; those stay."""

    source: str
    changes: tuple[Change, ...]
    gone: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether everything is up to date."""
        return not any(change.is_change for change in self.changes)


def plan_update(course: Course, release: Release) -> Update:
    """What has to be done to bring a course up to a release. Nothing is written; OSError if a file cannot be read."""
    changes = []
    student_folder = (course.root / PLANS).is_dir()
    for name, data in sorted(release.files.items()):
        path = course.root / name
        if name.startswith("exercises/"):
            changes.append(_exercise(course, path, data, release.source))
        elif student_folder and name in WHOLE:
            changes.append(_whole(course, path, data))
        elif student_folder:
            changes.append(Change(path, _content(path), data))
    gone = [e.id for e in course.exercises if f"exercises/{e.stub.name}" not in release.files]
    return Update(release.source, tuple(changes), tuple(gone))


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _exercise(course: Course, path: Path, data: bytes, source: str) -> Change:
    read = _content(path)
    if read is None:
        return Change(path, None, data, data)
    if b"\0" in read:  # not a text that can be merged, such as one in UTF-16
        return _whole(course, path, data)
    exercise = next(e for e in course.exercises if e.stub == path)
    merged = merge(original_of(course, exercise), decoded(read), decoded(data))
    beside = _new_blocks(path.name, source, merged.both) if merged.both else None
    return Change(path, read, encoded(merged.text), data, beside, merged)


def _new_blocks(name: str, source: str, blocks: tuple[Block, ...]) -> bytes:
    """The file beside an exercise: what the release changed and the student had edited."""
    head = f"# From {source}: these parts of {name} are new, and yours are edited, so yours stay as they are.\n"
    text = "\n\n".join(block.text.replace("\r\n", "\n").strip("\n") + "\n" for block in blocks)
    return encoded(f"{head}\n\n{text}")


def _whole(course: Course, path: Path, data: bytes) -> Change:
    read, base = _content(path), kept_original(course, path.name)
    if read is None or read in (base, data):
        return Change(path, read, data, data)
    return Change(path, read, read, data, None if base == data else data)


def make_update(update: Update, course: Course, state: Path) -> Path | None:
    """Makes the changes; the folder of the backup, None where nothing had to be backed up.

    OSError where a file cannot be written; what was written by then is right, and the update can be made again.
    """
    backup = Backup(state, course.root, "update")
    remove_stale_parts(course.root / "exercises")
    for change in update.changes:
        if change.read is not None and change.data != change.read:
            backup.keep(change.path, change.read)
    for change in update.changes:
        if change.beside is not None:
            new_file(change.path.with_name(change.new_name), change.beside)
        if change.data != change.read:
            replace_unchanged(change.path, change.data, change.read)
        if change.original is not None and change.original != kept_original(course, change.path.name):
            replace_file(state / FOLDER / change.path.name, change.original)
    return backup.folder
