"""The folder that a submission may write to: made, watched, emptied and removed, however hostile its contents."""

from __future__ import annotations

import errno
import os
from typing import Final

from grader.sandbox.limits import SCRATCH_FILES, SCRATCH_MB

_FLATTENS: Final = os.rename in os.supports_dir_fd and os.scandir in os.supports_fd


def temporary_folder() -> str:
    """The system's folder for temporary files, as `tempfile` finds it, without its imports."""
    names = ("TMPDIR", "TEMP", "TMP")
    candidates = [*(os.environ.get(name, "") for name in names), "/tmp", "/var/tmp", os.getcwd()]
    return next(os.path.abspath(each) for each in candidates if each and os.access(each, os.W_OK | os.X_OK))


def make(folder: str | None = None) -> str:
    """A new empty folder that only this user can open."""
    path = folder or os.path.join(temporary_folder(), f"grade-{os.urandom(8).hex()}")
    os.mkdir(path, 0o700)
    return os.path.realpath(path)


def over_limit(folder: str) -> bool:
    """Whether the files below a folder are too many or, together, too large; looks at no more than the limit."""
    files, size, waiting = 0, 0, [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    files += 1
                    if files > SCRATCH_FILES:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        size += _size(entry.stat(follow_symlinks=False))
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                return True  # folders in folders, too deep to be counted
    return size > SCRATCH_MB << 20


def _size(status: os.stat_result) -> int:
    """The bytes that a file takes up, holes left out where the system tells."""
    return status.st_blocks * 512 if hasattr(status, "st_blocks") else status.st_size


def empty(folder: str) -> None:
    """Remove everything in a folder. Its depth does not matter: folders inside folders are first moved to the top."""
    if not _FLATTENS:
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            _remove_tree(path) if os.path.isdir(path) else os.unlink(path)
        return
    top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        waiting = _unlink_files(top)
        number = 0
        while waiting:
            name = waiting.pop()
            os.chmod(name, 0o700, dir_fd=top)
            inside = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
            try:
                for child in _unlink_files(inside):
                    number += 1
                    moved = f"grade-moved-{number}-{os.urandom(4).hex()}"
                    os.chmod(child, 0o700, dir_fd=inside)
                    os.rename(child, moved, src_dir_fd=inside, dst_dir_fd=top)
                    waiting.append(moved)
            finally:
                os.close(inside)
            os.rmdir(name, dir_fd=top)
    finally:
        os.close(top)


def _unlink_files(descriptor: int) -> list[str]:
    """Remove the files of an open folder; gives the names of its folders."""
    folders = []
    with os.scandir(descriptor) as entries:
        for entry in list(entries):
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            else:
                os.unlink(entry.name, dir_fd=descriptor)
    return folders


def remove(folder: str) -> None:
    """Remove a folder with everything in it."""
    try:
        empty(folder)
        os.rmdir(folder)
    except OSError:
        _remove_tree(folder)


def _remove_tree(folder: str) -> None:
    import shutil  # seldom needed, and 2 ms of a start

    shutil.rmtree(folder, ignore_errors=True)
