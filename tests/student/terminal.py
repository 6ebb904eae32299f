"""`grade` on a terminal, as a student has it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT
from tests.student.conftest import MAIN


def terminal(folder: Path, *words: str, typed: str = "", **environment: str) -> str:
    """What `grade` writes to a terminal of 100 columns where somebody types."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    kept = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, *words],
        cwd=folder,
        env={**kept, "COLUMNS": "100", **environment},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, typed.encode())
    text = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        text += chunk
    os.close(ours)
    process.wait(60)
    return text.decode().replace("\r\n", "\n")
