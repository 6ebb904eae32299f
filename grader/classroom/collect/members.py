"""The names in an archive as names of files below a folder, and the bytes of those that are wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import PurePosixPath
from typing import IO, Any, Final

from grader.cells.source import MAX_NOTEBOOK, is_notebook
from grader.classroom.collect import archives
from grader.classroom.collect.archives import ArchiveError, Bounds, Member
from grader.classroom.collect.layouts import GRADESCOPE, MANIFEST, Entry
from grader.classroom.collect.names import archive_stem, is_litter, moodle
from grader.sandbox.limits import MAX_SOURCE

PSEUDO: Final = "archive"  # the folder below which a student's archive is put


@dataclass(frozen=True)
class Listing:
    """The names in an archive: `names` from parts to the member's own name, each once."""

    names: Mapping[tuple[str, ...], str]
    dates: Mapping[tuple[str, ...], datetime | None]
    manifests: tuple[str, ...]
    problems: tuple[tuple[str, str], ...]

    def entries(self, dates: tzinfo | None = None) -> list[Entry]:
        """Its files as entries."""
        made = []
        for parts in self.names:
            changed = self.dates[parts]
            at = changed.replace(tzinfo=dates) if changed is not None and dates is not None else None
            made.append(Entry(parts, at))
        return made


def listed(file: IO[bytes], name: str, bounds: Bounds) -> Listing:
    """The members of an archive by name. For a student's, all of it is put below one pseudo folder."""
    seen: dict[tuple[str, ...], list[tuple[str, datetime | None]]] = {}
    problems: list[tuple[str, str]] = []
    file.seek(0)
    for member in archives.members(file, name, bounds):
        if isinstance(member, tuple):
            problems.append(member)
            continue
        parts = _parts(member.name)
        if parts is None:
            problems.append((member.name, "its name is not that of a file in the archive"))
        elif not any(map(is_litter, parts)):
            seen.setdefault(parts, []).append((member.name, member.changed))
    folded: dict[str, int] = {}
    for parts in seen:
        folded["/".join(parts).casefold()] = folded.get("/".join(parts).casefold(), 0) + 1
    names, dates = {}, {}
    wrapper = _wrapper(seen, bounds)
    for parts, found in seen.items():
        if len(found) > 1 or folded["/".join(parts).casefold()] > 1:
            problems.append((found[0][0], "the archive holds several members of this name"))
            continue
        inside = (*((PSEUDO,) if bounds is archives.STUDENT else ()), *parts[len(wrapper) :])
        names[inside], dates[inside] = found[0]
    manifests = tuple(name for parts, name in names.items() if parts == (PSEUDO, MANIFEST))
    return Listing(names, dates, manifests, tuple(problems))


def _parts(name: str) -> tuple[str, ...] | None:
    """A member's name in parts, None if it is absolute or climbs. It is compared with names, never opened."""
    if "\0" in name or "\\" in name or name.startswith("/") or len(name) > 4096:
        return None
    parts = PurePosixPath(name).parts
    return parts if parts and ".." not in parts and ":" not in parts[0] else None


def _wrapper(names: Mapping[tuple[str, ...], Any], bounds: Bounds) -> tuple[str, ...]:
    """The one folder in which everything lies, as packing programs make it; of a class, only where it cannot be a student's."""
    tops = {parts[0] for parts in names}
    if len(tops) != 1 or not all(len(parts) > 1 for parts in names) or tops == {"exercises"}:
        return ()
    second = {parts[1] for parts in names}
    of_platform = tops == {"submitted"} or GRADESCOPE in second or any(moodle(name) for name in second)
    return tuple(tops) if bounds is archives.STUDENT or of_platform else ()


def contents(file: IO[bytes], name: str, bounds: Bounds, wanted: set[str]) -> Iterator[tuple[Member, bytes | str]]:
    """The wanted members with their bytes, or with why they cannot be read."""
    if not wanted:
        return
    file.seek(0)
    for member in archives.members(file, name, bounds):
        if isinstance(member, tuple) or member.name not in wanted:
            continue
        packed = archive_stem(member.name) and bounds is archives.CLASS
        try:
            yield member, member.read(archives.STUDENT.unpacked if packed else most_bytes(member.name))
        except ArchiveError as error:
            if "unpacks to more" in str(error):
                raise
            yield member, str(error)


def most_bytes(name: str) -> int:
    """How many bytes a file of this name may have."""
    return MAX_NOTEBOOK if is_notebook(name) else MAX_SOURCE
