from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.student.editor import editor_command
from tests.student.conftest import Run, edit
from tests.student.terminal import terminal

FILE = Path("/course/my exercises/exercise01_logs.py")


@pytest.mark.parametrize(
    ("editor", "arguments"),
    [
        ("vim", ["vim", "+7", str(FILE)]),
        ("/usr/bin/nano", ["/usr/bin/nano", "+7", str(FILE)]),
        ("emacsclient -t", ["emacsclient", "-t", "+7", str(FILE)]),
        ("code --wait", ["code", "--wait", "--goto", f"{FILE}:7"]),
        ("codium", ["codium", "--goto", f"{FILE}:7"]),
        ("subl -w", ["subl", "-w", f"{FILE}:7"]),
        ("hx", ["hx", f"{FILE}:7"]),
        ("pycharm", ["pycharm", "--line", "7", str(FILE)]),
        ("notepad++.exe", ["notepad++.exe", "-n7", str(FILE)]),
        ("something-else", ["something-else", str(FILE)]),
        ("'/opt/my editor/nvim' -p", ["/opt/my editor/nvim", "-p", "+7", str(FILE)]),
        ("vim '", ["vim '", str(FILE)]),
    ],
)
def test_common_editors_open_at_the_line(editor: str, arguments: list[str]) -> None:
    assert editor_command({"EDITOR": editor}, FILE, 7) == arguments


def test_visual_comes_before_editor_and_neither_is_none() -> None:
    assert editor_command({"EDITOR": "ed", "VISUAL": "vim"}, FILE, 7) == ["vim", "+7", str(FILE)]
    assert editor_command({}, FILE, 7) is None
    assert editor_command({"EDITOR": "  "}, FILE, 7) is None


def test_a_path_with_blanks_is_a_program(tmp_path: Path) -> None:
    program = tmp_path / "my editor" / "vim"
    program.parent.mkdir()
    program.write_text("")
    assert editor_command({"EDITOR": str(program)}, FILE, 7) == [str(program), "+7", str(FILE)]


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_next_opens_the_function_that_is_open(folder: Path, grade: Run, tmp_path: Path) -> None:
    program = tmp_path / "code"
    program.write_text(f'#!/bin/sh\necho "$@" > "{tmp_path}/opened"\n')
    program.chmod(0o755)
    edit(folder / "exercises" / "exercise01_doubling.py", "    raise NotImplementedError\n", "    return 2 * x\n")
    grade(folder, "exercise1")
    text = terminal(folder, "next", EDITOR=str(program))
    path = folder / "exercises" / "exercise01_doubling.py"
    line = path.read_text().split("def doubling_backward")[0].count("\n") + 1
    assert (tmp_path / "opened").read_text() == f"--goto {path}:{line}\n"
    assert f"exercises/exercise01_doubling.py:{line}" in text
    assert "Next: grade exercise1" in text
    broken = terminal(folder, "next", EDITOR=str(tmp_path / "nowhere"))
    assert "cannot be started" in " ".join(broken.split()), broken


def test_without_an_editor_or_a_terminal_the_place_is_printed(folder: Path, grade: Run) -> None:
    for environment in ({}, {"EDITOR": "false"}):
        done = grade(folder, "next", **environment)
        assert done.returncode == 0
        assert done.stdout.splitlines()[0] == "exercises/exercise01_doubling.py:9"
        assert done.stdout.splitlines()[1] == "doubling_forward of exercise1, Doubling"
        assert done.stdout.splitlines()[2] == "Next: write it, then grade exercise1"
    edit(folder / "exercises" / "exercise01_doubling.py", "    raise NotImplementedError\n", "    return x * x\n")
    grade(folder, "exercise1")
    assert grade(folder, "next").stdout.endswith("Next: correct it [squared], then grade exercise1\n")


def test_when_everything_passes_the_quiz_is_next(folder: Path, grade: Run) -> None:
    for path in (folder / "exercises").glob("*.py"):
        text = path.read_text()
        for argument in ("x", "dout"):
            text = text.replace("    raise NotImplementedError\n", f"    return 2 * {argument}\n", 1)
        path.write_text(text)
    grade(folder, "all")
    assert grade(folder, "next").stdout == "Every exercise is done. Next: grade quiz\n"
