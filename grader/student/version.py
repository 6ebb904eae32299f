"""Which release a student's folder is of, and whether the installed package brings one; read without opening any plan."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import grader
from grader.catalog import PLANS

_HEAD, _MAX_HEAD = "dlmath-plan", 80  # how a sealed plan begins: that word, its format, and the grade that made it
COURSE: Final = "course"  # the student's folder in an installed package; a clone has none


def carries_course() -> bool:
    """Whether the installed package brings a student's folder."""
    return (Path(grader.__file__).parent / COURSE).is_dir()


def releases_of(root: Path) -> dict[str, int]:
    """The versions of grade that made a folder's sealed plans, and how many plans each; "" is what is no sealed plan."""
    found: dict[str, int] = {}
    for name in _plans(root):
        version = _made_by(root / PLANS / name)
        found[version] = found.get(version, 0) + 1
    return found


def release_of(root: Path) -> str:
    """The version of grade that made the first of a folder's plans; empty in a clone, and where that cannot be read."""
    return next((_made_by(root / PLANS / name) for name in _plans(root)), "")


def _plans(root: Path) -> list[str]:
    with suppress(OSError):
        return sorted(name for name in os.listdir(root / PLANS) if name.endswith(".plan"))
    return []


def _made_by(path: Path) -> str:
    with suppress(OSError), path.open("rb") as file:
        words = file.readline(_MAX_HEAD).decode("ascii", "replace").split()
        return words[2] if len(words) == 3 and words[0] == _HEAD else ""
    return ""
