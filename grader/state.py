"""Where the student's state is kept: `.grade/` in the course's folder, or else the user's state directory."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

FOLDER: Final = ".grade"
DATABASE: Final = "progress.db"


class RecordError(Exception):
    """Progress can be neither read nor saved; the message says why. Grading goes on without it."""


def state_folder(root: Path) -> Path:
    """The folder for a course's state, made if need be: `.grade` in it, or one in the user's state directory.

    RecordError where neither can be written.
    """
    reasons = []
    for find in (_inside, _elsewhere):
        folder = find(root)
        if folder is None:
            continue
        try:
            _make(folder)
            if find is _elsewhere:
                _carry_over(root / FOLDER, folder)
            return folder
        except OSError as error:
            reasons.append(f"{folder}: {error.strerror or error}")
    raise RecordError("; ".join(reasons))


def _inside(root: Path) -> Path | None:
    return root / FOLDER


def _make(folder: Path) -> None:
    """Makes the folder with its own ignore file, and tries that a file can be written there."""
    folder.mkdir(parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    if not os.access(folder, os.W_OK):
        raise PermissionError(13, "not writable", str(folder))


def _elsewhere(root: Path) -> Path | None:
    """A folder of its own for this course in the user's state directory, None if the user has no home."""
    import hashlib

    from platformdirs import user_state_path

    with suppress(RuntimeError, OSError, KeyError):
        base = user_state_path("grade", appauthor=False)
        if base.is_absolute():
            return base / f"{root.name}-{hashlib.sha256(os.fsencode(root)).hexdigest()[:12]}"
    return None


def _carry_over(inside: Path, elsewhere: Path) -> None:
    """Copies the progress of a course's folder that cannot be written any more, once, so that it goes on from there."""
    if (elsewhere / DATABASE).exists() or not (inside / DATABASE).is_file():
        return
    part = elsewhere / f"{DATABASE}.{os.getpid()}.part"
    try:
        for end in ("-wal", ""):  # the database's own name comes last: with it the copy is whole
            if (inside / f"{DATABASE}{end}").is_file():
                part.write_bytes((inside / f"{DATABASE}{end}").read_bytes())
                os.replace(part, elsewhere / f"{DATABASE}{end}")
    finally:
        part.unlink(missing_ok=True)
