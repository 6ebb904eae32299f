"""The student's own progress: attempts, hints and noted problems, kept in `.grade/progress.db` and only ever added to.

What is shown (which functions pass, how many attempts, hints used) is derived from these events when it is asked for.
Order is the order of the rows, never the clock, which may be set back. A folder that cannot be written falls back to
the user's state directory; a damaged database is moved aside and a new one begun; both are said in `messages`.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from grader.state import DATABASE, RecordError

if TYPE_CHECKING:
    from grader.verdict import ExerciseResult

FULL_BYTES: Final = 1 << 15  # the index that SQLite keeps beside an open database takes as much
WAIT_SECONDS: Final = 5.0  # for another process that writes; a write takes milliseconds

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, exercise TEXT NOT NULL, seed TEXT, status TEXT NOT NULL,
    points INTEGER NOT NULL, max_points INTEGER NOT NULL, duration_ms REAL NOT NULL, submission TEXT NOT NULL,
    functions TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS hints (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, exercise TEXT NOT NULL, function TEXT NOT NULL,
    step INTEGER NOT NULL, after_attempt INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS problems (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, about TEXT NOT NULL, text TEXT NOT NULL, grader TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS attempts_of ON attempts (exercise);
"""


@dataclass(frozen=True)
class Standing:
    """Where a student is with one exercise: the latest status of each function, attempts and hints.

    `last` is the time of the last attempt, `latest` its place among all attempts, which the clock does not disturb.
    """

    attempts: int = 0
    failed_attempts: int = 0
    hints: int = 0
    last: float | None = None
    latest: int = 0
    functions: dict[str, str] = field(default_factory=dict)
    points: dict[str, int] = field(default_factory=dict)
    mistakes: dict[str, str] = field(default_factory=dict)
    submissions: dict[str, str] = field(default_factory=dict)
    """The hash of the file that each function's latest status is about."""

    @property
    def begun(self) -> bool:
        """Whether anything has been written, as far as attempts show."""
        return any(status != "todo" for status in self.functions.values())

    def passed(self, function: str) -> bool:
        """Whether the function passed when it was last graded."""
        return self.functions.get(function) == "pass"


@dataclass(frozen=True)
class Verdict:
    """What one attempt said about one function; `mistake` is the id of the one recognised, or empty."""

    function: str
    status: str
    points: int
    mistake: str


@dataclass(frozen=True)
class Attempt:
    """One graded run of an exercise; `number` counts the attempts at it from 1."""

    number: int
    at: float
    status: str
    points: int
    max_points: int
    submission: str
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True)
class HintRead:
    """A hint that was read, after how many attempts at the exercise."""

    at: float
    function: str
    step: int
    after: int


@dataclass(frozen=True)
class Problem:
    """A remark that something in the course seems wrong: about an exercise, a question, or nothing in particular."""

    at: float
    about: str
    text: str
    grader: str


# --- the database ----------------------------------------------------------------------------------------------------


class Record:
    """The progress of one student in one course; use it in a `with` statement."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / DATABASE
        self.messages: list[str] = []
        self.unwritable = ""
        """Why nothing can be added, where there is a reason."""
        self.connection = self._connect()

    def __enter__(self) -> Record:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def add_attempt(self, result: ExerciseResult) -> int:
        """Adds a graded run; its number among the attempts at this exercise, counted from 1."""
        functions = [
            [function.name, function.status.value, function.points, function.mistake.id if function.mistake else None]
            for function in result.functions
        ]
        head = (time.time(), result.exercise, result.seed, result.status.value, result.points, result.max_points)
        row = (*head, result.duration_ms, result.submission, json.dumps(functions))
        with self._adding():
            names = "at, exercise, seed, status, points, max_points, duration_ms, submission, functions"
            self.connection.execute(f"INSERT INTO attempts ({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            count = self.connection.execute("SELECT count(*) FROM attempts WHERE exercise = ?", (result.exercise,))
            return int(count.fetchone()[0])

    def add_hint(self, exercise: str, function: str, step: int) -> None:
        """Notes that hint number `step` (from 1) of a function was read, after which attempt."""
        query = (
            "INSERT INTO hints (at, exercise, function, step, after_attempt)"
            " VALUES (?, ?, ?, ?, (SELECT coalesce(max(id), 0) FROM attempts WHERE exercise = ?))"
        )
        with self._adding():
            self.connection.execute(query, (time.time(), exercise, function, step, exercise))

    def hints_read(self, exercise: str, function: str) -> int:
        """The number of the last hint of a function that was read, 0 if none was."""
        query = "SELECT coalesce(max(step), 0) FROM hints WHERE exercise = ? AND function = ?"
        with _speaking(self.path):
            return int(self.connection.execute(query, (exercise, function)).fetchone()[0])

    def changed_since_hint(self, exercise: str, function: str) -> bool:
        """Whether another file was graded after the last hint for a function than before it."""
        query = """
            WITH hint AS (SELECT max(after_attempt) AS at FROM hints WHERE exercise = ?1 AND function = ?2)
            SELECT EXISTS (
                SELECT 1 FROM attempts, hint WHERE exercise = ?1 AND attempts.id > hint.at AND submission IS NOT (
                    SELECT submission FROM attempts, hint WHERE exercise = ?1 AND attempts.id <= hint.at ORDER BY attempts.id DESC
                )
            )"""
        with _speaking(self.path):
            return bool(self.connection.execute(query, (exercise, function)).fetchone()[0])

    def attempts(self, exercise: str) -> tuple[Attempt, ...]:
        """All attempts at an exercise, the first one first."""
        query = (
            "SELECT at, status, points, max_points, submission, functions FROM attempts WHERE exercise = ? ORDER BY id"
        )
        with _speaking(self.path):
            rows = self.connection.execute(query, (exercise,)).fetchall()
        return tuple(
            Attempt(number, at, status, points, most, submission, _verdicts(functions))
            for number, (at, status, points, most, submission, functions) in enumerate(rows, 1)
        )

    def hints(self, exercise: str) -> tuple[HintRead, ...]:
        """All hints read for an exercise, the first one first."""
        query = (
            "SELECT at, function, step, (SELECT count(*) FROM attempts WHERE exercise = ?1 AND id <= after_attempt)"
            " FROM hints WHERE exercise = ?1 ORDER BY id"
        )
        with _speaking(self.path):
            return tuple(HintRead(*row) for row in self.connection.execute(query, (exercise,)))

    def add_problem(self, about: str, text: str, grader: str) -> None:
        """Notes that something seems wrong, as this version of the grader shows it."""
        query = "INSERT INTO problems (at, about, text, grader) VALUES (?, ?, ?, ?)"
        with self._adding():
            self.connection.execute(query, (time.time(), about, text, grader))

    def problems(self) -> tuple[Problem, ...]:
        """All problems that were noted, the first one first."""
        with _speaking(self.path):
            rows = self.connection.execute("SELECT at, about, text, grader FROM problems ORDER BY id")
            return tuple(Problem(*row) for row in rows)

    def cards_due(self, now: float) -> int:
        """How many questions of the quiz are due; the quiz keeps them in the same file, once it was played."""
        with _speaking(self.path):
            played = self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'quiz_card'").fetchone()
            if not played:
                return 0
            count = self.connection.execute("SELECT count(*) FROM quiz_card WHERE due <= ?", (now,))
            return int(count.fetchone()[0])

    def standings(self) -> dict[str, Standing]:
        """Where the student is, by exercise id; an exercise never touched is left out."""
        with _speaking(self.path):
            attempts = self.connection.execute(
                "SELECT exercise, id, at, status, submission, functions FROM attempts ORDER BY id"
            ).fetchall()
            hints = dict(
                self.connection.execute(
                    "SELECT exercise, count(DISTINCT function || step) FROM hints GROUP BY exercise"
                )
            )
        found = {exercise: Standing(hints=count) for exercise, count in hints.items()}
        for exercise, *attempt in attempts:
            found[exercise] = _after(found.get(exercise, Standing()), *attempt)
        return found

    @contextmanager
    def _adding(self) -> Iterator[None]:
        """One transaction; RecordError with the first reason where nothing can be added."""
        if self.unwritable:
            raise RecordError(f"{self.path}: {self.unwritable}")
        with _speaking(self.path), self.connection:
            yield

    def _connect(self) -> sqlite3.Connection:
        before = _identity(self.path)
        try:
            return _open(self.path)
        except sqlite3.OperationalError as error:
            return self._readable(error)
        except sqlite3.DatabaseError as error:
            self._move_aside(before, str(error))
        try:
            return _open(self.path)
        except sqlite3.Error as error:
            raise RecordError(f"{self.path}: {error}") from error

    def _readable(self, error: sqlite3.OperationalError) -> sqlite3.Connection:
        """A connection that only reads, where the disk is full or cannot be written: what was saved is still shown."""
        if "locked" in str(error):
            raise RecordError(f"{self.path}: {error}") from error
        try:
            connection = _open_unchanged(self.path)
        except sqlite3.Error:
            raise RecordError(f"{self.path}: {_reason(self.path, error)}") from error
        self.unwritable = _reason(self.path, error)
        self.messages.append(f"{self.path} cannot be written ({self.unwritable}); what was saved before is shown.")
        return connection

    def _move_aside(self, before: tuple[int, int] | None, reason: str) -> None:
        """Renames the damaged database, unless another process has already put a new one in its place."""
        if _identity(self.path) != before:
            return
        kept = _free_name(self.path, time.strftime("damaged-%Y%m%d-%H%M%S"))
        try:
            for end in ("-wal", "-shm", ""):
                part = self.path.with_name(self.path.name + end)
                if part.exists():
                    os.replace(part, kept.with_name(kept.name + end))
        except OSError as error:
            raise RecordError(f"{self.path} is damaged ({reason}) and cannot be moved: {error.strerror}") from error
        self.messages.append(f"{self.path} is damaged ({reason}); it is kept as {kept.name}, and a new one is begun.")


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=WAIT_SECONDS)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(_SCHEMA)
        connection.execute("SELECT count(*), max(id) FROM attempts").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _open_unchanged(path: Path) -> sqlite3.Connection:
    """Opens a database without writing anything, not even the files that SQLite keeps beside it while it is open."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)
    try:
        for table in ("attempts", "hints", "problems"):
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def _speaking(path: Path) -> Iterator[None]:
    """Turns an error of the database (locked, full, damaged while in use) into a RecordError."""
    try:
        yield
    except sqlite3.Error as error:
        raise RecordError(f"{path}: {_reason(path, error)}") from error


def _reason(path: Path, error: sqlite3.Error) -> str:
    """What the database says; on a full disk, of which it knows only that something failed, that it is full."""
    import shutil

    with suppress(OSError):
        if shutil.disk_usage(path.parent).free < FULL_BYTES:
            return "the disk is full"
    return str(error)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def _free_name(path: Path, suffix: str) -> Path:
    names = (
        path.with_name(f"{path.name}.{suffix}{extra}") for extra in ("", *(f"-{number}" for number in range(2, 1000)))
    )
    return next(name for name in names if not name.exists())


def _verdicts(functions: str) -> tuple[Verdict, ...]:
    return tuple(
        Verdict(name, status, points, mistake or "") for name, status, points, mistake in json.loads(functions)
    )


def _after(standing: Standing, number: int, at: float, status: str, submission: str, functions: str) -> Standing:
    """The standing after one more attempt."""
    rows = json.loads(functions)
    return Standing(
        attempts=standing.attempts + 1,
        failed_attempts=standing.failed_attempts + (status not in ("pass", "todo")),
        hints=standing.hints,
        last=at,
        latest=number,
        functions={**standing.functions, **{name: verdict for name, verdict, _, _ in rows}},
        points={**standing.points, **{name: points for name, _, points, _ in rows}},
        mistakes={**standing.mistakes, **{name: mistake or "" for name, _, _, mistake in rows}},
        submissions={**standing.submissions, **{name: submission for name, *_ in rows}},
    )
