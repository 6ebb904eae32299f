from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from grader.catalog import ExerciseInfo, FunctionInfo
from grader.record import Attempt, HintRead, Record, Verdict
from grader.render.history import SHOWN, history_screen
from grader.render.text import Page
from grader.state import state_folder
from tests.student.conftest import Run, edit

NAME = "exercise01_doubling.py"
TODO = "    raise NotImplementedError\n"
NOW = datetime(2026, 11, 25, 12, 0)
INFO = ExerciseInfo("exercise01_x", 1, "x", "Title", (), (FunctionInfo("f", 1), FunctionInfo("g", 2)))


def attempt(number: int, f: str, g: str = "todo", mistake: str = "", days: float = 0) -> Attempt:
    at = NOW.timestamp() - 86400 * days
    points = {"f": int(f == "pass"), "g": 2 * (g == "pass")}
    verdicts = (Verdict("f", f, points["f"], mistake), Verdict("g", g, points["g"], ""))
    return Attempt(number, at, "fail", sum(points.values()), 3, str(number), verdicts)


def screen(attempts: list[Attempt], hints: Sequence[HintRead] = (), page: Page = Page(100)) -> list[str]:
    return [line.text for line in history_screen(INFO, attempts, hints, page, NOW)]


def test_each_attempt_says_what_it_changed() -> None:
    attempts = [
        attempt(1, "todo", days=9),
        attempt(2, "fail", mistake="ddof1", days=1),
        attempt(3, "fail", mistake="ddof1"),
        attempt(4, "fail"),
        attempt(5, "pass", "error"),
        attempt(6, "pass", "pass"),
    ]
    assert screen(attempts, [HintRead(0, "f", 1, 3), HintRead(0, "g", 1, 6)]) == [
        "exercise1 Title: 6 attempts, 2 of 2 functions, 3/3 points",
        "   1  2026-11-16 12:00: nothing written yet",
        "   2  yesterday 12:00: f FAIL [ddof1]",
        "   3  12:00: as before",
        "      hint 1 on f read",
        "   4  12:00: f FAIL",
        "   5  12:00: f ok, g ERROR",
        "   6  12:00: g ok",
        "      hint 1 on g read",
        "Next: grade exercise1",
    ]


def test_a_long_history_is_cut_at_its_beginning_and_says_so() -> None:
    lines = screen([attempt(number, "fail") for number in range(1, SHOWN + 6)])
    assert lines[1] == "  ... 5 earlier attempts: --json has them all"
    assert lines[2].startswith("   6  ")
    assert len(lines) == SHOWN + 3


def test_lines_fit_and_nothing_tried_is_said() -> None:
    many = [attempt(number, f, g, "a-long-mistake-id") for number, (f, g) in enumerate([("fail", "error")] * 3, 1)]
    assert max(map(len, screen(many, page=Page(40)))) <= 40
    assert screen([])[1] == "  Not tried yet."
    assert screen([], [HintRead(0, "f", 1, 0)])[1] == "      hint 1 on f read"


def test_the_record_gives_attempts_hints_and_problems_in_order(folder: Path, grade: Run) -> None:
    path = folder / "exercises" / NAME
    edit(path, TODO, "    return x * x\n")
    grade(folder, "exercise1")
    grade(folder, "hint", "exercise1")
    edit(path, "x * x", "x + x")
    grade(folder, "exercise1")
    with Record(state_folder(folder)) as record:
        attempts, hints = record.attempts("exercise01_doubling"), record.hints("exercise01_doubling")
        record.add_problem("", "text", "0.1.0")
        assert [problem.text for problem in record.problems()] == ["text"]
        standing = record.standings()["exercise01_doubling"]
    assert [(a.number, a.verdicts[0].status, a.verdicts[0].mistake) for a in attempts] == [
        (1, "fail", "squared"),
        (2, "pass", ""),
    ]
    assert [(hint.function, hint.step, hint.after) for hint in hints] == [("doubling_forward", 1, 1)]
    assert standing.submissions["doubling_forward"] == attempts[1].submission


def test_the_command_shows_it_and_gives_it_as_json(folder: Path, grade: Run) -> None:
    edit(folder / "exercises" / NAME, TODO, "    return x * x\n")
    grade(folder, "exercise1")
    shown = grade(folder, "progress", "doubling").stdout.splitlines()
    assert shown[0] == "exercise1 Doubling: 1 attempt, 0 of 2 functions, 0/2 points"
    assert shown[1].endswith(": doubling_forward FAIL [squared]")
    document = json.loads(grade(folder, "progress", "exercise1", "--json").stdout)
    assert document["attempts"][0]["functions"][0] == {
        "name": "doubling_forward",
        "status": "fail",
        "points": 0,
        "mistake": "squared",
    }


def test_the_map_says_what_is_due(folder: Path, grade: Run) -> None:
    assert "Quiz due" not in grade(folder, "progress").stdout
    from grader.quiz.store import Store

    Store(folder / ".grade" / "progress.db").close()
    with sqlite3.connect(folder / ".grade" / "progress.db") as connection:
        for number, due in enumerate((time.time() - 5, time.time() - 9, time.time() + 3600)):
            connection.execute("INSERT INTO quiz_card VALUES (?, 't', ?, 0, 1, 1, 1, 1)", (f"q{number}", due))
    connection.close()
    assert grade(folder, "progress").stdout.splitlines()[-1] == "Quiz due: 2 cards. grade quiz --due"
    assert json.loads(grade(folder, "progress", "--json").stdout)["quiz_due"] == 2


def test_a_record_that_cannot_be_written_is_still_read(folder: Path, grade: Run) -> None:
    edit(folder / "exercises" / NAME, TODO, "    return x + x\n")
    grade(folder, "exercise1")
    with Record(folder / ".grade") as record:
        connection = record._readable(sqlite3.OperationalError("disk I/O error"))
    assert connection.execute("SELECT points FROM attempts").fetchall() == [(1,)]
    connection.close()
    assert "cannot be written (disk I/O error)" in record.messages[0]
