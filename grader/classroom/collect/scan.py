"""Finds what was handed in below a folder or in a platform's archive, and reads it: regular files only, no link followed."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone, tzinfo
from itertools import groupby
from pathlib import Path
from typing import IO, Any, Final

from grader.catalog import Course
from grader.cells.source import NotebookError, is_notebook, submitted_source
from grader.classroom.collect import archives, metadata
from grader.classroom.collect.archives import ArchiveError
from grader.classroom.collect.layouts import (
    GRADESCOPE,
    MANIFEST,
    TIMESTAMP,
    Entry,
    Known,
    Placed,
    Unplaced,
    arrange_file,
    arrange_folder,
    in_student_folder,
)
from grader.classroom.collect.manifests import MAX_MANIFEST, Manifest, manifest_of
from grader.classroom.collect.members import PSEUDO, Listing, contents, listed, most_bytes
from grader.classroom.collect.names import archive_stem, is_litter, shown
from grader.classroom.collect.walking import is_run, open_regular, unwrapped, walk
from grader.classroom.fault import ClassError

NOTHING: Final = "there is no file in it"
GIT: Final = ".git"  # its own files tell when another commit is checked out


@dataclass(frozen=True)
class Found:
    """A submission: the bytes of a file that was placed. `member` is its name in an archive, else empty."""

    placed: Placed
    exercise: str
    sequence: int
    submitted: datetime | None
    source: bytes
    member: str = ""
    manifest: Manifest | None = None


@dataclass(frozen=True)
class Unit:
    """A file below the top with what was arranged for it. `stamp` changes when it may have changed."""

    path: str
    size: int
    changed: int
    items: tuple[Placed | Unplaced, ...]

    @property
    def placing(self) -> str:
        """What the outcome depends on besides the file's bytes."""
        return repr(self.items)


class Scan:
    """A folder or an archive of submissions. `dates` is the time zone of files' dates where those are trusted, else None."""

    def __init__(self, root: Path, course: Course, dates: tzinfo | None = None) -> None:
        self.given = root
        self.course = course
        self.dates = dates
        self.kinds: dict[str, int] = {}
        if not root.exists():
            raise ClassError(f"{root}: there is no such folder or archive")
        self.is_archive = not root.is_dir()
        if self.is_archive and archive_stem(root.name) is None:
            raise ClassError(
                f"{root} is neither a folder nor a zip or tar archive", "Name the folder of all submissions."
            )
        if is_run(root):
            raise ClassError(f"{root} is a run of grade class", "Name the folder of all submissions.")
        if not self.is_archive and root.samefile(course.root):
            raise ClassError(
                f"{root} is the course itself, with its sheets and solutions", "Name the folder of all submissions."
            )
        try:
            self.root = root if self.is_archive else unwrapped(root)
        except OSError as error:
            raise ClassError(f"{error.filename}: {error.strerror}", "Make it a folder that you can read.") from error

    def fingerprint(self) -> str:
        """Changes whenever a file below the top comes, goes or has another size or date. Quick: nothing is arranged."""
        digest = hashlib.sha256(f"{self.dates}\0".encode())
        if self.is_archive:
            found = self.root.stat()
            digest.update(f"{found.st_size} {found.st_mtime_ns}".encode())
            return digest.hexdigest()
        waiting = [os.fspath(self.root)]
        while waiting:
            folder = waiting.pop()
            lines = []
            try:
                with os.scandir(folder) as listing:
                    for entry in listing:
                        name = entry.name
                        if entry.is_dir(follow_symlinks=False):
                            lines.append(f"{name}/")
                            if name == GIT or not (is_litter(name) or folder.endswith(GIT)):
                                waiting.append(entry.path)
                        else:
                            found = entry.stat(follow_symlinks=False)
                            lines.append(f"{name}\0{found.st_mode}\0{found.st_size}\0{found.st_mtime_ns}")
            except OSError as error:
                lines.append(f"{error.errno}")
            lines.sort()
            digest.update("\n".join([folder, *lines, ""]).encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    # --- a folder ----------------------------------------------------------------------------------------------------

    def units(self) -> Iterator[Unit]:
        """Every file below the top that may be one, or that cannot be placed."""
        if self.is_archive:
            found = self.root.stat()
            yield Unit(self.root.name, found.st_size, found.st_mtime_ns, ())
            return
        known = Known(gradescope=metadata.gradescope(self.root / GRADESCOPE))
        with os.scandir(self.root) as listing:
            tops = sorted(listing, key=lambda entry: entry.name)
        for top in tops:
            if is_litter(top.name):
                continue
            if top.is_symlink():
                yield _plain_unit(top.name, Unplaced(shown(top.name), "it is a link"))
            elif is_run(Path(top.path)):
                yield _plain_unit(
                    top.name, Unplaced(shown(top.name), "it is a run of grade class, no student's folder")
                )
            elif top.is_dir(follow_symlinks=False):
                yield from self._folder(top, known)
            else:
                yield from self._file(top)

    def _file(self, top: os.DirEntry[str]) -> Iterator[Unit]:
        found = top.stat(follow_symlinks=False)
        if not stat.S_ISREG(found.st_mode):
            yield _plain_unit(top.name, Unplaced(shown(top.name), "it is no ordinary file"))
            return
        item = arrange_file(self.course, Entry((top.name,), self._date(found.st_mtime)))
        if item is not None:
            yield Unit(top.name, found.st_size, found.st_mtime_ns, (item,))

    def _folder(self, top: os.DirEntry[str], known: Known) -> Iterator[Unit]:
        files: dict[tuple[str, ...], os.stat_result] = {}
        problems: list[Unplaced] = []
        walk(top.path, (top.name,), files, problems)
        for problem in problems:
            yield _plain_unit(problem.path, problem)
        here = self._known_of(top, known, files)
        entries = [Entry(parts, self._date(found.st_mtime)) for parts, found in files.items()]
        items = list(arrange_folder(self.course, top.name, entries, here))
        if not items and not problems:
            yield _plain_unit(top.name, Unplaced(shown(top.name), NOTHING))
        for item in items:
            if isinstance(item, Unplaced):
                yield _plain_unit(item.path, item)
                continue
            found = files[item.entry.parts]
            yield Unit(item.entry.path, found.st_size, found.st_mtime_ns, (item,))

    def _known_of(self, top: os.DirEntry[str], known: Known, files: Mapping[tuple[str, ...], Any]) -> Known:
        git = Path(top.path) / GIT
        try:
            repositories = {top.name: metadata.commit_time(git)} if git.exists() and not git.is_symlink() else {}
        except OSError:  # a folder that cannot be looked into, which is listed as such
            repositories = {}
        stamps = [parts for parts in files if parts[-1] == TIMESTAMP]
        times = {parts[:-1]: at for parts in stamps if (at := metadata.timestamp(self.root.joinpath(*parts)))}
        return replace(known, repositories=repositories, times=times)

    def _date(self, seconds: float) -> datetime | None:
        return datetime.fromtimestamp(seconds, timezone.utc) if self.dates is not None else None

    # --- reading -----------------------------------------------------------------------------------------------------

    def load(self, unit: Unit) -> Iterator[Found | Unplaced]:
        """The submissions of a unit, read now; a notebook as the source of its functions."""
        for item in self._files_of(unit):
            yield self._as_source(item) if isinstance(item, Found) else item

    def _as_source(self, found: Found) -> Found | Unplaced:
        name = found.member or found.placed.entry.name
        if not is_notebook(name):
            return found
        stub = next(exercise.stub for exercise in self.course.exercises if exercise.id == found.exercise)
        try:
            return replace(found, source=submitted_source(name, found.source, stub))
        except NotebookError as error:
            path = shown(found.placed.entry.path)
            inside = f"{path}: {found.member}" if found.placed.exercise is None else found.member or path
            return Unplaced(inside, str(error))

    def _files_of(self, unit: Unit) -> Iterator[Found | Unplaced]:
        if self.is_archive:
            with open(self.root, "rb") as file:
                yield from self._class_archive(file)
            return
        for item in unit.items:
            if isinstance(item, Unplaced):
                yield item
                continue
            try:
                yield from self._read(unit, item)
            except ArchiveError as error:
                yield Unplaced(shown(unit.path), str(error))
            except OSError as error:
                yield Unplaced(shown(unit.path), f"it cannot be read: {error.strerror}")

    def _read(self, unit: Unit, item: Placed) -> Iterator[Found | Unplaced]:
        with open_regular(self.root.joinpath(*item.entry.parts)) as file:
            if item.exercise is None:
                yield from self._student_archive(file, item)
                return
            most = most_bytes(item.entry.name)
            data = file.read(most + 1)
        if len(data) > most:
            what = "a notebook" if is_notebook(item.entry.name) else "a submission"
            yield Unplaced(shown(unit.path), f"it has {unit.size / 1e6:.1f} MB; {what} has at most {most >> 20} MB")
            return
        yield Found(item, item.exercise, item.sequence, item.submitted, data, "", self._manifest_beside(item))

    def _manifest_beside(self, item: Placed) -> Manifest | None:
        """The manifest in a student's unpacked archive."""
        if len(item.entry.parts) < 2:
            return None
        try:
            with open_regular(self.root / item.entry.parts[0] / MANIFEST) as file:
                return manifest_of(file.read(MAX_MANIFEST + 1))
        except OSError:
            return None

    def _student_archive(self, file: IO[bytes], item: Placed) -> Iterator[Found | Unplaced]:
        """What one student packed."""
        listing = listed(file, item.entry.name, archives.STUDENT)
        yield from (Unplaced(f"{item.entry.path}: {shown(name)}", reason) for name, reason in listing.problems)
        wanted: dict[str, tuple[str, int]] = {}
        for chosen in in_student_folder(self.course, listing.entries()):
            if isinstance(chosen, Unplaced):
                yield Unplaced(f"{item.entry.path}: {_inside(chosen.path)}", _inside(chosen.reason))
            elif chosen[1] is None:
                yield Unplaced(f"{item.entry.path}: {_inside(chosen[0].path)}", "archives in archives are not opened")
            else:
                wanted[listing.names[chosen[0].parts]] = (chosen[1].exercise.id, chosen[1].sequence)
        if not listing.names and not listing.problems:
            yield Unplaced(item.entry.path, NOTHING)
        manifest = None
        read = []
        for member, data in contents(file, item.entry.name, archives.STUDENT, {*wanted, *listing.manifests}):
            if isinstance(data, str):
                yield Unplaced(f"{item.entry.path}: {shown(member.name)}", data)
            elif member.name in wanted:
                read.append((member, data))
            else:
                manifest = manifest_of(data)
        for member, data in read:
            exercise, sequence = wanted[member.name]
            at = item.submitted or (manifest.created if manifest and self.dates else None)
            yield Found(item, exercise, sequence or item.sequence, at, data, shown(member.name), manifest)

    def _class_archive(self, file: IO[bytes]) -> Iterator[Found | Unplaced]:
        """A platform's download, read as if it were unpacked."""
        name = self.root.name
        listing = listed(file, name, archives.CLASS)
        yield from (Unplaced(shown(each), reason) for each, reason in listing.problems)
        entries = listing.entries(self.dates)
        tops = {
            top: list(group) for top, group in groupby(sorted(entries, key=lambda e: e.parts), key=lambda e: e.parts[0])
        }
        known = self._known_in(file, listing)
        placed: dict[str, Placed] = {}
        for top, group in tops.items():
            items = (
                [arrange_file(self.course, group[0])]
                if len(group) == 1 and len(group[0].parts) == 1
                else arrange_folder(self.course, top, group, known)
            )
            for item in items:
                if isinstance(item, Placed):
                    placed[listing.names[item.entry.parts]] = item
                elif item is not None:
                    yield Unplaced(shown(item.path), item.reason)
        for member, data in contents(file, name, archives.CLASS, set(placed)):
            item = placed[member.name]
            if isinstance(data, str):
                yield Unplaced(shown(member.name), data)
            elif item.exercise is not None:
                yield Found(item, item.exercise, item.sequence, item.submitted, data, shown(member.name))
            else:
                try:
                    yield from self._student_archive(io.BytesIO(data), item)
                except ArchiveError as error:
                    yield Unplaced(shown(member.name), str(error))

    def _known_in(self, file: IO[bytes], listing: Listing) -> Known:
        wanted = {name for parts, name in listing.names.items() if parts == (GRADESCOPE,)}
        for _, data in contents(file, self.root.name, archives.CLASS, wanted):
            if isinstance(data, bytes):
                return Known(gradescope=metadata.gradescope_text(data, GRADESCOPE))
        return Known()


def _inside(text: str) -> str:
    """A path in a student's archive without the pseudo folder that all of it is put below."""
    return shown(text.replace(f"{PSEUDO}/", ""))


def _plain_unit(path: str, problem: Unplaced) -> Unit:
    return Unit(path, 0, 0, (problem,))
