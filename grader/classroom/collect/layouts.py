"""Arranges names into submissions: whose, for which exercise. Reads no file.

Files are Python or notebooks. Recognised, one top-level entry at a time: Moodle and Canvas downloads, a Gradescope
export, an nbgrader tree, checked-out repositories, a folder or an archive per student, files that name their student.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from grader.catalog import Course
from grader.cells.source import is_notebook
from grader.classroom.collect.names import (
    UNREAD_ARCHIVES,
    Named,
    Owner,
    archive_stem,
    canvas,
    exercise_of,
    in_file_name,
    is_litter,
    moodle,
    plain,
)

MANIFEST: Final = "manifest.json"
TIMESTAMP: Final = "timestamp.txt"
GRADESCOPE: Final = "submission_metadata.yml"
_ALIKE: Final = 10  # files without a place that are listed one by one
_HOMES: Final = ((), ("exercises",))  # where a student's file belongs, best first


@dataclass(frozen=True)
class Entry:
    """A regular file below the top: its path in parts, and its date if that may be trusted."""

    parts: tuple[str, ...]
    changed: datetime | None = None

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.parts[-1]

    @property
    def path(self) -> str:
        """The path with slashes."""
        return "/".join(self.parts)


@dataclass(frozen=True)
class Placed:
    """A file of some owners (several in group work). `exercise` is None for an archive, whose members say theirs."""

    entry: Entry
    owners: tuple[Owner, ...]
    exercise: str | None
    sequence: int = 0
    submitted: datetime | None = None


@dataclass(frozen=True)
class Unplaced:
    """Something that is no submission as far as anyone can tell, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class Known:
    """What files beside the submissions say: owners and times of a Gradescope export's folders, times of repositories."""

    gradescope: Mapping[str, tuple[tuple[Owner, ...], datetime | None]] | None = None
    repositories: Mapping[str, datetime | None] = field(default_factory=dict)
    times: Mapping[tuple[str, ...], datetime] = field(default_factory=dict)
    """By folder: what timestamp.txt in it says."""


def arrange_file(course: Course, entry: Entry) -> Placed | Unplaced | None:
    """A file at the top; None for what is no submission by nature."""
    name = entry.name
    if is_litter(name) or name in (GRADESCOPE, TIMESTAMP):
        return None
    if found := moodle(name):
        return _flat(course, entry, *found)
    if found := canvas(name):
        number = int(canvas_attachment(name))
        placed = _flat(course, entry, *found)
        # numbers of attachments grow with time, also where names do not tell copies apart
        return Placed(placed.entry, placed.owners, placed.exercise, number) if isinstance(placed, Placed) else placed
    if stem := archive_stem(name):
        return Placed(entry, (plain("archive", stem),), None, submitted=entry.changed)
    if named := in_file_name(course, name):
        student, file = named
        exercise = exercise_of(course, file)
        assert exercise is not None
        return Placed(entry, (plain("file", student),), exercise.exercise.id, submitted=entry.changed)
    if exercise_of(course, name):
        return Unplaced(entry.path, "it does not say whose it is: put it into a folder with the student's id")
    return Unplaced(entry.path, no_submission(course, name))


def arrange_folder(course: Course, top: str, entries: Sequence[Entry], known: Known) -> Iterator[Placed | Unplaced]:
    """The files below a folder at the top."""
    owners, submitted = _owners_of(top, known)
    if not owners:
        yield Unplaced(top, f"{GRADESCOPE} does not say whose it is")
        return
    for item in in_student_folder(course, entries):
        if isinstance(item, Unplaced):
            yield item
            continue
        entry, named = item
        at = submitted or known.times.get(entry.parts[:-1]) or entry.changed
        exercise = named.exercise.id if named else None
        yield Placed(entry, owners, exercise, named.sequence if named else 0, at)


def _owners_of(top: str, known: Known) -> tuple[tuple[Owner, ...], datetime | None]:
    if known.gradescope is not None:
        return known.gradescope.get(top, ((), None))
    if found := moodle(top):
        return (found[0],), None
    if top in known.repositories:
        return (plain("repository", top),), known.repositories[top]
    return (plain("folder", top),), None


def in_student_folder(course: Course, entries: Iterable[Entry]) -> Iterator[tuple[Entry, Named | None] | Unplaced]:
    """What a student's folder or archive holds: files of exercises, archives (with None), and what is neither.

    Of many files that have no place for the same reason the first stands for all.
    """
    alike: dict[str, list[str]] = {}
    for item in _sorted_out(course, entries):
        if isinstance(item, Unplaced):
            alike.setdefault(item.reason, []).append(item.path)
        else:
            yield item
    for reason, paths in alike.items():
        if len(paths) <= _ALIKE:
            yield from (Unplaced(path, reason) for path in paths)
        else:
            yield Unplaced(paths[0], f"{reason}; the same goes for {len(paths) - 1} more files of this student")


def _sorted_out(course: Course, entries: Iterable[Entry]) -> Iterator[tuple[Entry, Named | None] | Unplaced]:
    by_exercise: dict[str, list[tuple[Entry, Named]]] = {}
    for entry in sorted(entries, key=lambda e: e.parts):
        if any(map(is_litter, entry.parts[1:])) or entry.name in (MANIFEST, TIMESTAMP):
            continue
        if named := exercise_of(course, entry.name):
            by_exercise.setdefault(named.exercise.id, []).append((entry, named))
        elif archive_stem(entry.name):
            yield entry, None
        else:
            yield Unplaced(entry.path, no_submission(course, entry.name))
    for found in by_exercise.values():
        yield from _chosen(found)


def _chosen(found: Sequence[tuple[Entry, Named]]) -> Iterator[tuple[Entry, Named] | Unplaced]:
    """The files of one exercise that count: all of one folder if their names number them, the one where it belongs."""
    folders = {entry.parts[1:-1] for entry, _ in found}
    if len(folders) > 1:
        home = next((home for home in _HOMES if home in folders), None)
        if home is None:
            names = ", ".join(entry.path for entry, _ in found[:3])
            yield from (Unplaced(entry.path, f"several files for one exercise: {names}") for entry, _ in found)
            return
        for entry, _ in found:
            if entry.parts[1:-1] != home:
                yield Unplaced(entry.path, "another file for the same exercise lies where it belongs, and counts")
        found = [each for each in found if each[0].parts[1:-1] == home]
    files = [each for each in found if not is_notebook(each[0].name)]
    if files:
        for entry, _ in found:
            if is_notebook(entry.name):
                yield Unplaced(entry.path, "a Python file for the same exercise lies beside the notebook, and counts")
        found = files
    numbers = [named.sequence for _, named in found]
    for entry, named in found:
        if numbers.count(named.sequence) > 1:
            yield Unplaced(entry.path, "several files of the same exercise, and nothing says which is the last")
        else:
            yield entry, named


def _flat(course: Course, entry: Entry, owner: Owner, name: str) -> Placed | Unplaced | None:
    """A file that a platform put beside those of others, with its owner before its name."""
    if named := exercise_of(course, name):
        return Placed(entry, (owner,), named.exercise.id, named.sequence, entry.changed)
    if archive_stem(name):
        return Placed(entry, (owner,), None, submitted=entry.changed)
    return None if is_litter(name) else Unplaced(entry.path, no_submission(course, name))


def canvas_attachment(name: str) -> str:
    """The number of the attachment in a name that `canvas` recognises."""
    found = canvas(name)
    assert found is not None
    return name[: -len(found[1]) - 1].rpartition("_")[2]


def no_submission(course: Course, name: str) -> str:
    """Why a file with this name is no submission, and what would make it one."""
    lowered = name.lower()
    if lowered.endswith(UNREAD_ARCHIVES):
        return "archives of this kind are not opened; zip and tar are"
    if meant := _meant(course, name):
        return f"it is not a Python file by its name; if it is one, call it {meant}"
    if lowered.endswith(".py") or is_notebook(name):
        stem = course.exercises[0].id if course.exercises else "exerciseNN_name"
        return f"its name is not that of an exercise, such as {stem}{name[lowered.rindex('.') :].lower()}"
    return "it is not a Python file"


def _meant(course: Course, name: str) -> str:
    """The name that a file would have without what was put behind it: exercise17_batchnorm.py.txt, exercise17_batchnorm.txt."""
    stem, _, ending = name.rpartition(".")
    meant = f"{stem}.py" if ending.lower() == "txt" and not stem.lower().endswith((".py", ".ipynb")) else stem
    return meant if exercise_of(course, meant) else ""
