from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT
from tests.cli.courses import make_course

Run = Callable[..., "subprocess.CompletedProcess[str]"]

MAIN = "from grader.cli import main; main()"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A course of four exercises with its solutions."""
    return make_course(tmp_path / "clone")


@pytest.fixture
def folder(clone: Path, tmp_path: Path) -> Path:
    """A student's folder of that course: sealed plans, originals, no solution."""
    return release_of(clone, tmp_path / "student's folder ü")


def release_of(clone: Path, to: Path) -> Path:
    """The student's folder of a course, as `grade release` writes it."""
    from grader.catalog import find_course
    from grader.export.release import student_files, with_originals, write_folder

    write_folder(with_originals(student_files(find_course(clone))), to)
    return to


@pytest.fixture
def grade(tmp_path: Path) -> Run:
    """Runs `grade` in a process of its own, in the folder that is given; what it printed and its exit code."""

    def run(
        cwd: Path, *words: str, code: str = MAIN, encoding: str = "utf-8", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "SYSTEMROOT", "TMPDIR")}
        settings = {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding, "COLUMNS": "100", "PYTHONWARNINGS": "error"}
        return subprocess.run(
            [sys.executable, "-c", code, *words],
            cwd=cwd,
            env={**kept, **settings, **environment},
            capture_output=True,
            encoding=encoding,
            timeout=120,
            stdin=subprocess.DEVNULL,
        )

    return run


def edit(path: Path, old: str, new: str) -> str:
    """Replaces a text that occurs in a file; what the file holds then."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text.replace(old, new, 1)
