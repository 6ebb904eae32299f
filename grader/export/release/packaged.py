"""The student's folder that the installed package carries in `grader/course/`, and what the package may hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import grader

ENGINE: Final = Path(grader.__file__).parent
COURSE: Final = "course"  # in the package; made by the build, absent in a clone
SUFFIXES: Final = (
    ".py",
    ".typed",
    ".html",
    ".css",
    ".js",
    ".j2",
)  # what an engine is made of; pyproject.toml has the same


def packaged_files() -> dict[str, bytes]:
    """Every file of the packaged folder, by its path; empty where nothing was built (a clone, `pip install -e`)."""
    return {name: (ENGINE / COURSE / name).read_bytes() for name in _below(ENGINE / COURSE)}


def engine_files() -> tuple[str, ...]:
    """The files of the engine itself, by their path in the package."""
    return tuple(name for name in _below(ENGINE) if name.endswith(SUFFIXES) and not name.startswith(f"{COURSE}/"))


def _below(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:  # byte code that an installer makes of the stubs
            yield path.relative_to(folder).as_posix()
