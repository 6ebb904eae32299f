"""Reads zip and tar archives that nobody vouches for: bounded, nothing written, no link, nothing inside opened again."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Final

from grader.sandbox.limits import MAX_SOURCE

_WINDOWS: Final = 0  # the system that packed a zip, as MS-DOS and all after it say
_GZIP: Final = b"\x1f\x8b"
_BZIP: Final = b"BZh"
_XZ: Final = b"\xfd7zXZ"
_COMPRESSED: Final = (_GZIP, _BZIP, _XZ)


@dataclass(frozen=True)
class Bounds:
    """What is read of one archive at most."""

    entries: int
    unpacked: int
    directory: int
    """Bytes of a zip's table of contents, which has to be read whole."""


STUDENT: Final = Bounds(5_000, 64 << 20, 4 << 20)
CLASS: Final = Bounds(1_000_000, 16 << 30, 256 << 20)
"""A learning platform's download: as large as a class, but made by the platform."""


class ArchiveError(ValueError):
    """An archive that is not read, or not to its end; the message says why."""


@dataclass(frozen=True)
class Member:
    """A regular file in an archive. `changed` is its date as the archive gives it, without a time zone."""

    name: str
    size: int
    changed: datetime | None
    read: Callable[[int], bytes]
    """Its bytes, which must be read before the next member; ArchiveError if there are more than the given number."""


def members(file: IO[bytes], name: str, bounds: Bounds) -> Iterator[Member | tuple[str, str]]:
    """The regular files of an archive, and (name, reason) for what is none; ArchiveError where it cannot go on."""
    try:
        if _is_zip(file, name):
            yield from _zip(file, bounds)
        else:
            yield from _tar(file, name, bounds)
    except ArchiveError:
        raise
    except Exception as error:  # the readers raise whatever a hostile archive makes them raise, RecursionError too
        raise ArchiveError(f"it is damaged ({type(error).__name__}: {str(error)[:100]})") from error


def _is_zip(file: IO[bytes], name: str) -> bool:
    """Whether an archive is to be read as zip: what its first bytes say counts, for people rename files."""
    file.seek(0)
    head = file.read(512)
    file.seek(0)
    if not head:
        raise ArchiveError("it is empty")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return True
    return name.lower().endswith(".zip") and not (head.startswith(_COMPRESSED) or head[257:262] == b"ustar")


# --- zip -------------------------------------------------------------------------------------------------------------


def _zip(file: IO[bytes], bounds: Bounds) -> Iterator[Member | tuple[str, str]]:
    _small_directory(file, bounds)
    with zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
        if len(infos) > bounds.entries:
            raise ArchiveError(f"it has {len(infos)} entries; at most {bounds.entries} are read")
        left = _Budget(bounds.unpacked)
        for info in infos:
            name = _zip_name(info)
            kind = stat.S_IFMT(info.external_attr >> 16)
            if name.endswith("/"):
                continue
            if kind not in (0, stat.S_IFREG):
                yield name, "it is a link or a device, not a file"
            elif info.flag_bits & 1:
                yield name, "it is encrypted"
            else:
                yield Member(name, info.file_size, _zip_date(info), _zip_reader(archive, info, left))


def _small_directory(file: IO[bytes], bounds: Bounds) -> None:
    """ArchiveError if a zip's table of contents is so large that reading it would take the memory."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - (1 << 16) - 22))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise ArchiveError("it is no zip archive, or not a whole one")
    length = struct.unpack_from("<L", tail, at + 12)[0]
    at64 = tail.rfind(b"PK\x06\x06", 0, at)
    if at64 >= 0 and len(tail) - at64 >= 48:
        length = max(length if length != 0xFFFFFFFF else 0, struct.unpack_from("<Q", tail, at64 + 40)[0])
    if length > bounds.directory:
        raise ArchiveError(f"its table of contents has {length >> 20} MB; at most {bounds.directory >> 20} are read")
    file.seek(0)


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: macOS and others write UTF-8 without saying so, Windows programs put backslashes between folders."""
    name = info.filename
    if not info.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/") if info.create_system == _WINDOWS else name


def _zip_date(info: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*info.date_time)
    except ValueError:
        return None


def _zip_reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: _Budget) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        try:
            with archive.open(info) as stream:
                return left.read(stream, most)
        except ArchiveError:
            raise
        except Exception as error:  # a wrong checksum, an unknown compression, whatever the bytes provoke
            raise ArchiveError(f"it is damaged ({type(error).__name__}: {str(error)[:100]})") from error

    return read


# --- tar -------------------------------------------------------------------------------------------------------------


def _tar(file: IO[bytes], name: str, bounds: Bounds) -> Iterator[Member | tuple[str, str]]:
    left = _Budget(bounds.unpacked)
    stream = _Counted(_unpacked(file, name), left)
    with tarfile.open(fileobj=stream, mode="r|") as archive:  # type: ignore[call-overload,unused-ignore]
        number = 0
        while (info := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined,unused-ignore]  # or they would all be kept
            number += 1
            if number > bounds.entries:
                raise ArchiveError(f"it has more than {bounds.entries} entries")
            if info.isdir():
                continue
            if info.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
                yield info.name, "it is a link, a device or a sparse file, not an ordinary file"
            else:
                yield Member(info.name, info.size, _tar_date(info), _tar_reader(archive, info))


def _unpacked(file: IO[bytes], name: str) -> IO[bytes]:
    """The stream of a compressed archive, by its first bytes rather than by its name."""
    magic = file.read(6)
    file.seek(0)
    if magic.startswith(_GZIP):
        return gzip.GzipFile(fileobj=file)  # type: ignore[return-value,unused-ignore]
    if magic.startswith(_BZIP):
        return bz2.BZ2File(file)  # type: ignore[return-value,unused-ignore]
    if magic.startswith(_XZ):
        return lzma.LZMAFile(file)  # type: ignore[return-value,unused-ignore]
    return file


def _tar_date(info: tarfile.TarInfo) -> datetime | None:
    try:
        return datetime.fromtimestamp(info.mtime)
    except (ValueError, OverflowError, OSError):
        return None


def _tar_reader(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        try:
            stream = archive.extractfile(info)
            data = stream.read(most + 1) if stream is not None else b""
        except ArchiveError:
            raise
        except Exception as error:
            raise ArchiveError(f"it is damaged ({type(error).__name__}: {str(error)[:100]})") from error
        return _checked(data, most)

    return read


# --- bounds ----------------------------------------------------------------------------------------------------------


class _Budget:
    """How many unpacked bytes are still read."""

    def __init__(self, left: int) -> None:
        self.left = left

    def read(self, stream: IO[bytes], most: int) -> bytes:
        data = stream.read(min(most, self.left) + 1)
        self.spend(len(data))
        return _checked(data, most)

    def spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise ArchiveError("it unpacks to more than is read of one archive")


class _Counted(io.RawIOBase):
    """A stream that raises ArchiveError once too much was read, whatever becomes of the bytes."""

    def __init__(self, stream: IO[bytes], left: _Budget) -> None:
        self.stream = stream
        self.budget = left

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(min(size if size >= 0 else MAX_SOURCE, MAX_SOURCE))
        self.budget.spend(len(data))
        return data


def _checked(data: bytes, most: int) -> bytes:
    if len(data) > most:
        raise ArchiveError(f"it has more than {most / 1e6:.0f} MB")
    return data
