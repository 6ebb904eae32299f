"""Pipes, encodings, colours, terminals, folders that cannot be written: nothing is lost and nothing crashes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import RIGHT, ROOT, WRONG, Run, write

NON_ASCII = 'print("σ ≤ ½ 汉字 \\x1b[31mred \\u202eevil")\n\n\n' + RIGHT.replace(
    "return x + x", 'raise ValueError("‖x‖ ≠ 0 \\x1b[2J")'
)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
def test_every_encoding_shows_everything(course: Path, grade: Run, encoding: str) -> None:
    write(course, NON_ASCII)
    done = grade("exercise1", encoding=encoding)
    assert (done.returncode, done.stderr) == (1, "")
    assert "\x1b" not in done.stdout
    assert "\\x1b[2J" in done.stdout
    assert ("||x|| != 0" in done.stdout) == (encoding != "utf-8")
    assert all(len(line) <= 80 for line in done.stdout.splitlines())


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_help_map_sheet_and_hint_can_be_encoded(grade: Run, encoding: str) -> None:
    for words in (("--help",), ("progress",), ("show", "exercise1"), ("hint", "exercise1"), ("nonsense-ß",)):
        done = grade(*words, encoding=encoding)
        assert "Traceback" not in done.stderr, words


def test_a_pipe_has_no_colour(course: Path, grade: Run) -> None:
    write(course, WRONG)
    assert "\x1b" not in grade("exercise1").stdout


def terminal(course: Path, *words: str, **environment: str) -> str:
    """What `grade` writes to a terminal of 120 columns."""
    pty = pytest.importorskip("pty")
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    ours, theirs = pty.openpty()
    fcntl.ioctl(
        theirs, termios.TIOCSWINSZ, (40).to_bytes(2, sys.byteorder) + (120).to_bytes(2, sys.byteorder) + bytes(4)
    )
    kept = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", *words],
        cwd=course,
        env={**kept, **environment},
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.STDOUT,
    )
    os.close(theirs)
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
    process.wait(20)
    return text.decode()


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_a_terminal_has_colour_on_words_only(course: Path) -> None:
    write(course, WRONG)
    text = terminal(course, "exercise1")
    assert re.findall(r"\x1b\[(\d+)m(\w+)\x1b\[0m", text) == [("31", "FAIL"), ("32", "ok")]
    assert "map: . ok  + off  # off >10 %" in text


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_color_and_dumb_terminals_have_no_escapes(course: Path, environment: dict[str, str]) -> None:
    write(course, WRONG)
    text = terminal(course, "exercise1", **environment)
    assert "\x1b" not in text
    assert "FAIL" in text


def test_plain_and_columns_are_respected(course: Path, grade: Run) -> None:
    write(course, WRONG)
    for columns in ("40", "60", "200"):
        for words in (
            ("exercise1",),
            ("progress",),
            ("show", "exercise1"),
            ("hint", "exercise1"),
            ("all",),
            ("doctor",),
        ):
            done = grade(*words, COLUMNS=columns)
            assert max(map(len, done.stdout.splitlines())) <= int(columns), (words, columns)


def test_progress_that_cannot_be_saved_is_said_and_grading_goes_on(course: Path, grade: Run) -> None:
    write(course, RIGHT)
    (course / ".grade").write_text("a file where the folder should be")
    home = course / "home"
    home.write_text("no folder either")
    done = grade("exercise1", HOME=str(home), XDG_STATE_HOME=str(home))
    assert done.returncode == 0
    assert "progress is not saved" in done.stderr
    assert (course / ".grade").read_text() == "a file where the folder should be"


def test_progress_falls_back_to_the_users_state_folder(course: Path, grade: Run, tmp_path: Path) -> None:
    write(course, RIGHT)
    (course / ".grade").write_text("")
    state = tmp_path / "state"
    assert "attempt 1" in grade("exercise1", XDG_STATE_HOME=str(state)).stdout
    assert "attempt 2" in grade("exercise1", XDG_STATE_HOME=str(state)).stdout
    assert len(list(state.glob("grade/course-*/progress.db"))) == 1


def test_a_home_that_is_missing_is_no_problem(course: Path, grade: Run) -> None:
    write(course, RIGHT)
    done = grade("exercise1", HOME="/nonexistent/home")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_damaged_progress_file_is_said_and_kept(course: Path, grade: Run) -> None:
    write(course, RIGHT)
    grade("exercise1")
    (course / ".grade" / "progress.db").write_bytes(b"nonsense" * 1000)
    for path in (course / ".grade").glob("progress.db-*"):
        path.unlink()
    done = grade("exercise1")
    assert done.returncode == 0
    assert "it is kept as progress.db.damaged-" in done.stderr
    assert "attempt 1" in done.stdout
