from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.courses import make_course

ROOT = Path(__file__).parents[2]
Run = Callable[..., "subprocess.CompletedProcess[str]"]

RIGHT = "def doubling_forward(x):\n    return x + x\n\n\ndef doubling_backward(dout):\n    return 2.0 * dout\n"
WRONG = RIGHT.replace("x + x", "x * x")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return make_course(tmp_path / "course")


@pytest.fixture
def grade(course: Path) -> Run:
    """Runs `grade` in a process of its own, in the course unless told otherwise; what it printed and its exit code."""

    def run(
        *words: str, cwd: Path | None = None, encoding: str = "utf-8", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "SYSTEMROOT", "TMPDIR")}
        full = {**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding, "COLUMNS": "80", **environment}
        return subprocess.run(
            [sys.executable, "-m", "grader", *words],
            cwd=cwd or course,
            env=full,
            capture_output=True,
            encoding=encoding,
            timeout=60,
            stdin=subprocess.DEVNULL,
        )

    return run


def write(course: Path, text: str, name: str = "exercise01_doubling.py") -> Path:
    """Puts a student's text into the course; its path."""
    path = course / "exercises" / name
    path.write_text(text, encoding="utf-8")
    return path
