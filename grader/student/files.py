"""Files written as a whole or not at all, and kept under another name before they are changed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

STALE_SECONDS: Final = 60.0  # a write takes milliseconds; what is older was interrupted


class Changed(OSError):
    """A file has changed since it was read; it was left as it is."""


def replace_file(path: Path, data: bytes) -> None:
    """Puts `data` in the place of a file, so that at any moment either all of the old or all of the new one is there."""
    _replace(path, data, lambda target: None)


def replace_unchanged(path: Path, data: bytes, read: bytes | None) -> None:
    """The same for a file that held `read` (None: was not there) when it was read; Changed if that is true no more."""

    def check(target: Path) -> None:
        if _content(target) != read:
            raise Changed(0, "it was changed meanwhile, and is left as it is", str(path))

    _replace(path, data, check)


def _replace(path: Path, data: bytes, check: Callable[[Path], None]) -> None:
    """Writes beside the file and renames. A link is followed, and the file's mode stays."""
    target = Path(os.path.realpath(path))
    with _about(path):
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            _write(part, data)
            with suppress(OSError):
                os.chmod(part, target.stat().st_mode & 0o777)
            check(target)
            os.replace(part, target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


@contextmanager
def _about(path: Path) -> Iterator[None]:
    """Lets an error name the file that was to be written, not the one beside it, and a full disk name one at all."""
    try:
        yield
    except Changed:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def new_file(path: Path, data: bytes) -> Path:
    """Writes a file that is not there yet, as a whole or not at all; its path, which is another one if the name is taken.

    A file that holds just this is left alone and counts as written.
    """
    with _about(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            _write(part, data)
            for number in range(1, 1000):
                place = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
                if _content(place) == data or _given_name(part, place):
                    return place
        finally:
            part.unlink(missing_ok=True)
        raise FileExistsError(17, "a thousand files of this name are there", str(path))


def _given_name(part: Path, place: Path) -> bool:
    """Gives a written file its name, unless that is taken: never over another file, and never half-way."""
    try:
        os.link(part, place)
        return True
    except FileExistsError:
        return False
    except (OSError, AttributeError, NotImplementedError):  # a disk or a system without hard links
        if place.exists():
            return False
    os.rename(part, place)
    return True


def remove_stale_parts(folder: Path) -> None:
    """Removes what an interrupted write left in a folder."""
    with suppress(OSError):
        for part in folder.glob(".*.part"):
            if abs(time.time() - part.stat().st_mtime) > STALE_SECONDS:
                part.unlink(missing_ok=True)


def _write(part: Path, data: bytes) -> None:
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())  # before the rename: after a power cut the name must not stand for an empty file


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


@dataclass
class Backup:
    """Copies of files, made before they are changed, in a folder of their own below `.grade/backups/`."""

    state: Path
    root: Path
    why: str
    folder: Path | None = None
    names: list[str] = field(default_factory=list)

    def keep(self, path: Path, data: bytes) -> None:
        """Keeps what a file of the course holds; OSError if that cannot be done, and then nothing may be changed."""
        if self.folder is None:
            self.folder = _new_folder(self.state / "backups", f"{time.strftime('%Y%m%d-%H%M%S')}-{self.why}")
        name = os.path.relpath(path, self.root)
        place = self.folder / name if not name.startswith("..") else self.folder / path.name
        new_file(place, data)
        self.names.append(name)


def _new_folder(parent: Path, name: str) -> Path:
    parent.mkdir(parents=True, exist_ok=True)
    for number in range(1, 1000):
        folder = parent / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir()
            return folder
        except FileExistsError:
            continue
    raise FileExistsError(17, "a thousand folders of this name are there", str(parent / name))
