"""Writes a report's files: whole or not at all, readable by their owner only."""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from grader.classroom import ClassError

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # one date for all members: the same report gives the same bytes


def write_text(path: Path, pieces: Iterable[str]) -> int:
    """Writes text piece by piece, UTF-8, line ends as given; how many bytes that were. Replaces what was there."""
    with _replacing(path) as file, io.TextIOWrapper(file, encoding="utf-8", newline="") as text:
        text.writelines(pieces)
    return os.path.getsize(path)


def write_zip(path: Path, members: Iterable[tuple[str, str]]) -> int:
    """Writes an archive of (name, text); how many bytes that were."""
    with zip_writer(path) as add:
        for name, text in members:
            add(name, text)
    return os.path.getsize(path)


@contextmanager
def zip_writer(path: Path) -> Iterator[Callable[[str, str], None]]:
    """A function that adds a member to an archive, which is in its place when the block ends well."""
    with _replacing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, text: str) -> None:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, text.encode("utf-8"))

        yield add


def make_private(folder: Path) -> None:
    """A folder for names and marks; raises ClassError where something else has its name."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as error:
        raise ClassError(f"{folder} is no folder", "Move it away, so that a folder can be made there.") from error


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """A temporary file (mode 0600) beside its place, then a rename: a reader sees the old report or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
