from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.record import Record, Standing
from grader.state import RecordError, state_folder
from grader.verdict import ExerciseResult, FunctionResult, Mistake, Status

ROOT = Path(__file__).parents[1]


def result(exercise: str = "exercise01_logs", submission: str = "a" * 64, **functions: Status) -> ExerciseResult:
    made = tuple(
        FunctionResult(
            name,
            status,
            int(status is Status.PASS),
            1,
            (),
            mistake=Mistake("ddof1", "", "named") if status is Status.FAIL else None,
        )
        for name, status in functions.items()
    )
    return ExerciseResult(
        exercise, "Logs", "course", "0.1.0", "practice", "p", submission, "confined", made, duration_ms=12.0
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return state_folder(tmp_path)


def test_the_state_folder_ignores_itself(tmp_path: Path) -> None:
    assert state_folder(tmp_path) == tmp_path / ".grade"
    assert (tmp_path / ".grade" / ".gitignore").read_text() == "*\n"


def test_attempts_are_counted_for_each_exercise(folder: Path) -> None:
    with Record(folder) as record:
        assert record.add_attempt(result(f=Status.TODO)) == 1
        assert record.add_attempt(result("exercise02_x", f=Status.TODO)) == 1
        assert record.add_attempt(result(f=Status.FAIL)) == 2
    with Record(folder) as record:
        assert record.add_attempt(result(f=Status.PASS)) == 3


def test_a_standing_holds_the_latest_verdict_of_each_function(folder: Path) -> None:
    with Record(folder) as record:
        record.add_attempt(result(f=Status.FAIL, g=Status.PASS))
        record.add_attempt(result(f=Status.PASS))
        record.add_hint("exercise01_logs", "f", 1)
        record.add_hint("exercise01_logs", "f", 1)
        standing = record.standings()["exercise01_logs"]
    assert (standing.attempts, standing.failed_attempts, standing.hints) == (2, 1, 1)
    assert (standing.passed("f"), standing.passed("g"), standing.passed("h")) == (True, True, False)
    assert standing.points == {"f": 1, "g": 1}
    assert standing.mistakes == {"f": "", "g": ""}


def test_the_mistake_of_the_last_attempt_is_kept(folder: Path) -> None:
    with Record(folder) as record:
        record.add_attempt(result(f=Status.FAIL))
        assert record.standings()["exercise01_logs"].mistakes == {"f": "ddof1"}


def test_order_is_that_of_the_attempts_when_the_clock_is_set_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Record(folder) as record:
        monkeypatch.setattr(time, "time", lambda: 2e9)
        record.add_attempt(result("exercise02_x", f=Status.FAIL))
        record.add_attempt(result(f=Status.PASS))
        monkeypatch.setattr(time, "time", lambda: 1e9)
        record.add_attempt(result(f=Status.FAIL))
        standings = record.standings()
    assert not standings["exercise01_logs"].passed("f")
    assert standings["exercise01_logs"].last == 1e9
    assert standings["exercise01_logs"].latest > standings["exercise02_x"].latest


def test_a_hint_opens_after_an_attempt_with_a_changed_file(folder: Path) -> None:
    with Record(folder) as record:
        record.add_attempt(result(submission="a", f=Status.FAIL))
        record.add_hint("exercise01_logs", "f", 1)
        assert record.hints_read("exercise01_logs", "f") == 1
        assert not record.changed_since_hint("exercise01_logs", "f")
        record.add_attempt(result(submission="a", f=Status.FAIL))
        record.add_attempt(result("exercise02_x", submission="c", f=Status.FAIL))
        assert not record.changed_since_hint("exercise01_logs", "f")
        record.add_attempt(result(submission="b", f=Status.FAIL))
        assert record.changed_since_hint("exercise01_logs", "f")
        record.add_hint("exercise01_logs", "f", 2)
        assert not record.changed_since_hint("exercise01_logs", "f")
        assert record.hints_read("exercise01_logs", "g") == 0


def test_a_hint_before_any_attempt_opens_the_next_one_after_the_first_attempt(folder: Path) -> None:
    with Record(folder) as record:
        record.add_hint("exercise01_logs", "f", 1)
        assert not record.changed_since_hint("exercise01_logs", "f")
        record.add_attempt(result(f=Status.FAIL))
        assert record.changed_since_hint("exercise01_logs", "f")


@pytest.mark.parametrize("content", [b"this is no database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_database_is_kept_aside_and_a_new_one_begun(folder: Path, content: bytes) -> None:
    (folder / "progress.db").write_bytes(content)
    with Record(folder) as record:
        assert record.add_attempt(result(f=Status.PASS)) == 1
        assert len(record.messages) == 1
    kept = [path for path in folder.iterdir() if "damaged" in path.name]
    assert [path.read_bytes() for path in kept] == [content]
    assert kept[0].name in record.messages[0]
    with Record(folder) as record:
        assert record.messages == []


def test_a_database_damaged_in_the_middle_loses_no_old_file(folder: Path) -> None:
    with Record(folder) as record:
        for _ in range(300):
            record.add_attempt(result(f=Status.PASS))
    path = folder / "progress.db"
    data = bytearray(path.read_bytes())
    data[4096 * 2 : 4096 * 4] = os.urandom(4096 * 2)
    path.write_bytes(data)
    try:
        with Record(folder) as record:
            record.standings()
            record.add_attempt(result(f=Status.PASS))
    except RecordError as error:
        assert "progress.db" in str(error)
    kept = [
        entry
        for entry in folder.iterdir()
        if entry.name.startswith("progress.db")
        and entry.read_bytes()[4096 * 2 : 4096 * 3] == bytes(data[4096 * 2 : 4096 * 3])
    ]
    assert len(kept) == 1


def test_a_folder_in_the_place_of_the_database_is_reported(folder: Path) -> None:
    (folder / "progress.db").mkdir()
    with pytest.raises(RecordError, match=r"progress\.db: unable to open"):
        Record(folder)


def test_a_locked_database_is_reported_and_not_moved(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.record.WAIT_SECONDS", 0.05)
    with Record(folder) as record:
        other = sqlite3.connect(folder / "progress.db")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RecordError, match="locked"):
            record.add_attempt(result(f=Status.PASS))
        other.close()
        assert record.add_attempt(result(f=Status.PASS)) == 1
    assert not [path for path in folder.iterdir() if "damaged" in path.name]


def test_many_processes_at_once_lose_no_attempt(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\nfrom tests.test_record import result, Status\nfrom grader.record import Record\nfrom grader.state import state_folder\n"
        f"root = Path({str(tmp_path)!r})\n"
        "for _ in range(10):\n    with Record(state_folder(root)) as record:\n        record.add_attempt(result(f=Status.PASS))\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(6)
    ]
    errors = [process.communicate()[1] for process in running]
    assert errors == [""] * 6
    with Record(state_folder(tmp_path)) as record:
        assert record.standings()["exercise01_logs"].attempts == 60
        assert record.messages == []


# --- folders that cannot be written ----------------------------------------------------------------------------------


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A course folder that nobody may write, in a place that everybody may enter."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "course"
        root.mkdir()
        os.chmod(name, 0o755)
        os.chmod(root, 0o555)
        yield root
        os.chmod(root, 0o755)


_NOBODY = """
import hashlib, os, platformdirs.unix  # everything is imported while files may still be read
from pathlib import Path
from grader.state import RecordError, state_folder
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
"""


def as_nobody(code: str, **environment: str) -> str:
    """What the code prints, run by a user without rights of root."""
    full = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    done = subprocess.run([sys.executable, "-c", _NOBODY + code], capture_output=True, text=True, env=full)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_read_only_course_keeps_its_progress_in_the_users_state_folder(read_only: Path, tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO)
        code = f"print(state_folder(Path({str(read_only)!r})))"
        place = as_nobody(code, XDG_STATE_HOME=home, HOME="/nonexistent")
        assert place.startswith(f"{home}/grade/course-")
        assert as_nobody(code, XDG_STATE_HOME=home, HOME="/nonexistent") == place


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_without_any_writable_folder_the_error_names_both(read_only: Path) -> None:
    code = f"try:\n    state_folder(Path({str(read_only)!r}))\nexcept RecordError as error:\n    print(error)"
    message = as_nobody(code, HOME="/nonexistent")
    assert f"{read_only}/.grade: Permission denied" in message
    assert "/nonexistent" in message


def test_a_standing_of_nothing_is_empty() -> None:
    assert Standing().attempts == 0
    assert not Standing().passed("f")
