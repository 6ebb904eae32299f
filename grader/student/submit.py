"""A submission: one zip file with what was asked for and a manifest, made, and read back as a grader reads it.

    manifest.json                        schema, course, student, created, versions, files (hash, hash of the sheet), points, problems
    exercises/exercise17_batchnorm.py    the bytes of the student's file, as they are

The points are those of the student's own runs: information, no claim that a grader has to believe.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import stat
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from grader.record import Problem
from grader.student.identity import Student

SCHEMA: Final = 1
MANIFEST: Final = "manifest.json"
MAX_FILE: Final = 1 << 20  # bytes of an exercise, as grading reads at most
MAX_MANIFEST: Final = 1 << 16  # a grader reads no more of it
_MEMBER: Final = re.compile(r"exercises/exercise\d+_[a-z][a-z0-9_]*\.py", re.ASCII)
_ZIP_YEARS: Final = (1980, 2107)  # the format has no others


class ArchiveError(ValueError):
    """A file that is no submission, or one that was damaged; the message says what is wrong."""


@dataclass(frozen=True)
class Entry:
    """One exercise of a submission; points and status are None where it could not be graded here.

    `stub` is the hash of the sheet that it was made from, empty where that is not known.
    """

    exercise: str
    data: bytes
    stub: str = ""
    status: str | None = None
    points: int | None = None
    max_points: int | None = None

    @property
    def name(self) -> str:
        """The name of the file."""
        return f"{self.exercise}.py"

    @property
    def path(self) -> str:
        """Where it is in the archive."""
        return f"exercises/{self.name}"

    @property
    def sha256(self) -> str:
        """The hash that a grader's result names as `submission`."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Submission:
    """What goes into the archive."""

    course: str
    student: Student
    created: float
    versions: Mapping[str, str]
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def points(self) -> int:
        """The points of the student's own runs."""
        return sum(entry.points or 0 for entry in self.entries)

    @property
    def max_points(self) -> int:
        """The points there are for what is handed in."""
        return sum(entry.max_points or 0 for entry in self.entries)

    def manifest(self) -> dict[str, Any]:
        """The manifest as JSON holds it."""
        return {
            "schema": SCHEMA,
            "kind": "grade-submission",
            "course": self.course,
            "student": {"name": self.student.name, "id": self.student.id},
            "created": _utc(self.created),
            "versions": dict(self.versions),
            "points": self.points,
            "max_points": self.max_points,
            "files": {entry.name: _file(entry) for entry in self.entries},
            "problems": [
                {"at": _utc(p.at), "about": p.about, "text": p.text, "grader": p.grader} for p in self.problems
            ],
        }


def _file(entry: Entry) -> dict[str, Any]:
    return {
        "exercise": entry.exercise,
        "path": entry.path,
        "sha256": entry.sha256,
        "stub": entry.stub,
        "bytes": len(entry.data),
        "status": entry.status,
        "points": entry.points,
        "max_points": entry.max_points,
    }


def _utc(at: float) -> str:
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    except (OverflowError, OSError, ValueError):  # a clock that is far off
        return "unknown"


def file_name(submission: Submission) -> str:
    """A name for the archive that every system takes and that tells whose it is and from when."""
    plain = unicodedata.normalize("NFKD", submission.student.id).encode("ascii", "ignore").decode()
    who = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:40] or "student"
    return f"submission-{who}-{time.strftime('%Y%m%d-%H%M%S', time.localtime(submission.created))}.zip"


def pack(submission: Submission) -> bytes:
    """The bytes of the archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in (
            (MANIFEST, _manifest_bytes(submission)),
            *((entry.path, entry.data) for entry in submission.entries),
        ):
            info = zipfile.ZipInfo(path, _zip_time(submission.created))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # the mode below is read by systems that have modes
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(info, data)
    return stream.getvalue()


def _manifest_bytes(submission: Submission) -> bytes:
    return f"{json.dumps(submission.manifest(), ensure_ascii=False, indent=1)}\n".encode("utf-8", "backslashreplace")


def fitted(submission: Submission) -> Submission:
    """The submission, without the oldest of its problems where a grader would not read a manifest with all of them."""
    while submission.problems and len(_manifest_bytes(submission)) > MAX_MANIFEST:
        submission = replace(submission, problems=submission.problems[1:])
    return submission


def _zip_time(at: float) -> tuple[int, int, int, int, int, int]:
    moment = time.localtime(at)
    if not _ZIP_YEARS[0] <= moment.tm_year <= _ZIP_YEARS[1]:
        return (_ZIP_YEARS[0], 1, 1, 0, 0, 0)
    return (moment.tm_year, moment.tm_mon, moment.tm_mday, moment.tm_hour, moment.tm_min, moment.tm_sec)


def read_archive(path: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The manifest and the files of an archive, by their path, each with the size and hash that the manifest says.

    ArchiveError if it is no submission, holds anything else, or was damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = {info.filename: info for info in archive.infolist()}
            if MANIFEST not in infos:
                raise ArchiveError(f"{path} has no {MANIFEST}")
            if stray := [name for name in infos if name != MANIFEST and not _MEMBER.fullmatch(name)]:
                raise ArchiveError(f"{path} holds {stray[0]!r}, which is no exercise")
            sizes = ((info.file_size, MAX_MANIFEST if name == MANIFEST else MAX_FILE) for name, info in infos.items())
            if any(size > most for size, most in sizes) or len(infos) != len(archive.infolist()):
                raise ArchiveError(f"{path} holds a file twice, or one that is too large")
            manifest = _manifest(archive.read(MANIFEST), path)
            files = {name: archive.read(name) for name in infos if name != MANIFEST}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise ArchiveError(f"{path} cannot be read: {error}") from error
    _compare(manifest, files, path)
    return manifest, files


def _manifest(data: bytes, path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ArchiveError(f"{path}: {MANIFEST} is no JSON: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("kind") != "grade-submission":
        raise ArchiveError(f"{path}: {MANIFEST} is not that of a submission")
    if manifest.get("schema") != SCHEMA:
        raise ArchiveError(f"{path}: {MANIFEST} has schema {manifest.get('schema')!r}; this grade reads {SCHEMA}")
    return manifest


def _compare(manifest: Mapping[str, Any], files: Mapping[str, bytes], path: Path) -> None:
    listed: Any = manifest.get("files")
    if not isinstance(listed, Mapping) or not all(isinstance(entry, Mapping) for entry in listed.values()):
        raise ArchiveError(f"{path}: {MANIFEST} lists no files")
    said = {f"exercises/{name}": entry.get("sha256") for name, entry in listed.items()}
    if set(said) != set(files):
        raise ArchiveError(f"{path} does not hold the files that its {MANIFEST} lists")
    for name, data in files.items():
        if hashlib.sha256(data).hexdigest() != said[name]:
            raise ArchiveError(f"{path}: {name} is not what its {MANIFEST} says")


def write_archive(path: Path, submission: Submission) -> Path:
    """Writes the archive, reads it back, and gives the path, another one if that name is taken; no file is overwritten.

    OSError if it cannot be written, ArchiveError if what was written cannot be read back.
    """
    from grader.student.files import new_file

    data = pack(submission)
    place = new_file(path, data)
    try:
        manifest, files = read_archive(place)
        if files != {entry.path: entry.data for entry in submission.entries} or manifest != submission.manifest():
            raise ArchiveError(f"{place} does not hold what was written into it")
    except ArchiveError:
        place.unlink(missing_ok=True)
        raise
    return place
