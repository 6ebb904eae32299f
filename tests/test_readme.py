"""What README shows is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SHELL = [text.strip() for language, text in BLOCKS if language == "sh"]


def on_a_terminal(command: list[str], columns: int) -> str:
    """What a command shows on a terminal of some width, without colours."""
    pty, fcntl, termios = (pytest.importorskip(name) for name in ("pty", "fcntl", "termios"))
    import os
    import struct

    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "CI", "NO_COLOR")}
    process = subprocess.Popen(command, stdout=child, cwd=ROOT, env={**environment, "TERM": "xterm"})
    os.close(child)
    shown = b""
    while True:
        try:
            piece = os.read(parent, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    process.wait()
    os.close(parent)
    return re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).replace("\r\n", "\n")


def test_the_two_commands_come_first_and_set_up_a_new_environment() -> None:
    assert len(SHELL) >= 2
    for command in SHELL[:2]:
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt ")
        assert "\n" not in command


def test_the_screen_is_what_the_first_command_shows() -> None:
    words = SHELL[0].split(" && ")[-1].split()
    assert words[0] == ".venv/bin/grade"
    shown = on_a_terminal([sys.executable, "-m", "grader", *words[1:]], 80)
    (screen,) = (text for language, text in BLOCKS if text.startswith("exercise17  Batch normalization"))

    def steady(text: str) -> str:
        return re.sub(r"Graded in [0-9.]+ s", "Graded in 0.02 s", text).strip()

    assert steady(shown) == steady(screen)
