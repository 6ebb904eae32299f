"""Regular files below a folder, within bounds; no link is followed."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import IO, Final

from grader.classroom.collect.layouts import GRADESCOPE, Unplaced
from grader.classroom.collect.names import is_litter, moodle, shown
from grader.classroom.identities import FILE as IDENTITIES
from grader.classroom.ledger import FILE as LEDGER

MAX_FILES: Final = 5_000  # below one student's folder
MAX_DEPTH: Final = 8
_READ: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_regular(path: Path) -> IO[bytes]:
    """A regular file, opened to read; OSError for a link, a pipe, a device."""
    descriptor = os.open(path, _READ)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "it is no ordinary file")
    return os.fdopen(descriptor, "rb")


def walk(
    folder: str, parts: tuple[str, ...], files: dict[tuple[str, ...], os.stat_result], problems: list[Unplaced]
) -> bool:
    """Adds the regular files below a folder, a folder's own before those of folders in it; False if there are too many."""
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: (entry.is_dir(follow_symlinks=False), entry.name))
    except OSError as error:
        problems.append(Unplaced(shown("/".join(parts)), f"it cannot be read: {error.strerror}"))
        return True
    for entry in entries:
        inside = (*parts, entry.name)
        if is_litter(entry.name):
            continue
        if entry.is_symlink():
            problems.append(Unplaced(shown("/".join(inside)), "it is a link"))
        elif entry.is_dir(follow_symlinks=False):
            if len(inside) > MAX_DEPTH:
                problems.append(Unplaced(shown("/".join(inside)), "folders as deep as this are not searched"))
            elif not walk(entry.path, inside, files, problems):
                return False
        elif not entry.is_file(follow_symlinks=False):
            problems.append(Unplaced(shown("/".join(inside)), "it is no ordinary file"))
        elif len(files) >= MAX_FILES:
            problems.append(
                Unplaced(shown(parts[0]), f"it holds more than {MAX_FILES} files; the rest was not searched")
            )
            return False
        else:
            files[inside] = entry.stat(follow_symlinks=False)
    return True


def is_run(folder: Path) -> bool:
    """Whether a folder is a run of grade class: it holds a ledger, and its identities or (in a copy without names) its secret."""
    try:
        return (folder / LEDGER).is_file() and ((folder / IDENTITIES).is_file() or (folder / "private").is_dir())
    except OSError:
        return False


def unwrapped(root: Path) -> Path:
    """The folder that holds the submissions: inside an export's only folder, or nbgrader's `submitted`."""
    if (root / "submitted").is_dir() and not (root / "submitted").is_symlink():
        return root / "submitted"
    inside = [entry for entry in os.scandir(root) if not is_litter(entry.name)]
    if len(inside) == 1 and inside[0].is_dir(follow_symlinks=False):
        only = Path(inside[0].path)
        names = [entry.name for entry in os.scandir(only)]
        if GRADESCOPE in names or any(moodle(name) for name in names):
            return only
    return root
