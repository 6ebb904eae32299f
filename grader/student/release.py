"""The files of a release: those of the installed package, of a folder, or of a wheel or any other zip file."""

from __future__ import annotations

import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from grader.catalog import PLANS

MAX_FILE: Final = 64 << 20  # bytes; the largest file of a release has less than 1 MB
MAX_FILES: Final = 2000

_EXERCISE: Final = re.compile(r"(?P<root>(?:.*/)?)exercises/exercise\d+_[a-z][a-z0-9_]*\.py")
_OURS: Final = re.compile(
    rf"exercises/exercise\d+_[a-z][a-z0-9_]*\.py|{PLANS}/(?:exercise\d+_[a-z][a-z0-9_]*\.plan|index\.json)"
    r"|question_bank\.yaml|question_bank/[\w.-]+\.(?:yaml|json)|README\.md|pyproject\.toml",
    re.ASCII,
)


class ReleaseError(ValueError):
    """What was named holds no release, or cannot be read; the message says which and why."""


@dataclass(frozen=True)
class Release:
    """The files of a release by their path in a student's folder, and where they come from, in words."""

    files: Mapping[str, bytes]
    source: str


def packaged() -> Mapping[str, bytes]:
    """The student's folder in the installed package; empty where `grade` runs from a clone."""
    import grader

    return _of_folder(Path(grader.__file__).parent / "course")


def read_release(source: Path | None) -> Release:
    """The release in a folder or a zip file, or the one of the installed package; ReleaseError if there is none."""
    import grader

    if source is None:
        files, words = packaged(), f"grade {grader.__version__}"
        if not files:
            raise ReleaseError("this grade runs from a clone and brings no exercises")
    elif source.is_dir():
        files, words = _of_any_folder(source), str(source)
    else:
        files, words = _of_zip(source), str(source)
    if not any(map(_EXERCISE.fullmatch, files)):
        raise ReleaseError(f"{words} holds no exercises")
    return Release(files, words)


def _of_any_folder(folder: Path) -> Mapping[str, bytes]:
    """A student's folder, an unpacked package, or the exercises alone."""
    for inner in (folder, folder / "grader" / "course"):
        if files := _of_folder(inner):
            return files
    found = {f"exercises/{name}": folder / name for name in _listed(folder)}
    return {name: _read(path) for name, path in found.items() if _EXERCISE.fullmatch(name)}


def _of_folder(folder: Path) -> Mapping[str, bytes]:
    """The files of a student's folder; empty if it has no exercises."""
    inner = [f"{part}/{name}" for part in ("exercises", PLANS, "question_bank") for name in _listed(folder / part)]
    names = [name for name in (*_listed(folder), *inner) if _OURS.fullmatch(name) and (folder / name).is_file()]
    if not any(map(_EXERCISE.fullmatch, names)):
        return {}
    return {name: _read(folder / name) for name in names}


def _listed(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReleaseError(f"{path}: {error.strerror}") from error


def _of_zip(path: Path) -> Mapping[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            root = _root(names, path)
            wanted = {name[len(root) :]: archive.getinfo(name) for name in names if name.startswith(root)}
            ours = {name: info for name, info in wanted.items() if _OURS.fullmatch(name)}
            if len(ours) > MAX_FILES or any(info.file_size > MAX_FILE for info in ours.values()):
                raise ReleaseError(f"{path} is too large for a release")
            return {name: archive.read(info) for name, info in ours.items()}
    except FileNotFoundError as error:
        raise ReleaseError(f"{path}: there is no such file or folder") from error
    except OSError as error:
        raise ReleaseError(f"{path}: {error.strerror or error}") from error
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, ReleaseError):
            raise
        raise ReleaseError(f"{path} is no zip file or wheel that can be read: {error}") from error


def _root(names: Iterable[str], path: Path) -> str:
    """The folder in an archive that holds `exercises/`."""
    roots = {found["root"] for found in map(_EXERCISE.fullmatch, names) if found}
    if len(roots) > 1:
        raise ReleaseError(f"{path} holds exercises in several folders: {', '.join(sorted(roots))}")
    return next(iter(roots), "")
