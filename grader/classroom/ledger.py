"""The ledger of a run: what was handed in and what came of it. One process writes; results are never changed.

A result stands under the hash of everything that it follows from: submission, version of the exercise, version of the
grader, commitment to the seed, environment. The same five give the same result, so what stands there is not graded
again; where one of them changes there is a new row, and the old one stays. Our own failures are kept apart from results.
"""

from __future__ import annotations

import hashlib
import json
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

from grader.classroom import overrides
from grader.classroom.database import Database, open_database, transaction
from grader.classroom.fault import ClassError
from grader.classroom.model import FunctionRow, Reported
from grader.classroom.rules import Rules

FILE: Final = "ledger.db"
PAGE: Final = 500  # tasks that are read at once

_SCHEMA: Final = (
    """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)STRICT;
CREATE TABLE IF NOT EXISTS run (
    id INTEGER PRIMARY KEY, started REAL NOT NULL, ended REAL, grader TEXT NOT NULL, seed_commitment TEXT NOT NULL,
    environment TEXT NOT NULL, level TEXT NOT NULL, unsafe INTEGER NOT NULL, python TEXT NOT NULL, numpy TEXT NOT NULL,
    rules TEXT NOT NULL
)STRICT;
CREATE TABLE IF NOT EXISTS exercise (
    id TEXT PRIMARY KEY, number INTEGER NOT NULL, title TEXT NOT NULL, functions TEXT NOT NULL
)STRICT;
CREATE TABLE IF NOT EXISTS context (
    id INTEGER PRIMARY KEY, exercise TEXT NOT NULL, version TEXT NOT NULL, grader TEXT NOT NULL,
    seed_commitment TEXT NOT NULL, environment TEXT NOT NULL,
    UNIQUE (exercise, version, grader, seed_commitment, environment)
)STRICT;
CREATE TABLE IF NOT EXISTS run_context (
    run INTEGER NOT NULL, exercise TEXT NOT NULL, context INTEGER NOT NULL, PRIMARY KEY (run, exercise)
)STRICT;
CREATE TABLE IF NOT EXISTS student (
    id INTEGER PRIMARY KEY, pseudonym TEXT NOT NULL UNIQUE, counted INTEGER NOT NULL DEFAULT 1
)STRICT;
CREATE TABLE IF NOT EXISTS source (sha BLOB PRIMARY KEY, data BLOB NOT NULL)STRICT;
CREATE TABLE IF NOT EXISTS submission (
    id INTEGER PRIMARY KEY, student INTEGER NOT NULL, exercise TEXT NOT NULL, sha BLOB NOT NULL, submitted REAL,
    sequence INTEGER NOT NULL, late INTEGER NOT NULL, note TEXT NOT NULL, present INTEGER NOT NULL
)STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS submission_once
    ON submission (student, exercise, sha, coalesce(submitted, -1.0), sequence);
CREATE INDEX IF NOT EXISTS submission_of ON submission (exercise, sha, present);
CREATE TABLE IF NOT EXISTS result (
    key BLOB NOT NULL UNIQUE, context INTEGER NOT NULL, sha BLOB NOT NULL, run INTEGER NOT NULL, status TEXT NOT NULL,
    points REAL NOT NULL, max_points REAL NOT NULL, timeouts INTEGER NOT NULL, level TEXT NOT NULL, wall_ms REAL NOT NULL,
    cpu_ms REAL, at REAL NOT NULL, detail BLOB NOT NULL, aside BLOB NOT NULL
)STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS result_of ON result (sha, context);
CREATE TABLE IF NOT EXISTS failure (
    context INTEGER NOT NULL, sha BLOB NOT NULL, run INTEGER NOT NULL, at REAL NOT NULL, reason TEXT NOT NULL
)STRICT;
CREATE INDEX IF NOT EXISTS failure_of ON failure (sha, context);
CREATE TABLE IF NOT EXISTS reported (
    student INTEGER NOT NULL, at TEXT NOT NULL, about TEXT NOT NULL, text TEXT NOT NULL, grader TEXT NOT NULL,
    UNIQUE (student, at, about, text)
)STRICT;
CREATE TABLE IF NOT EXISTS forgotten (pseudonym TEXT PRIMARY KEY)STRICT;
CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY, at REAL NOT NULL, author TEXT NOT NULL, what TEXT NOT NULL)STRICT;
"""
    + overrides.SCHEMA
)


@dataclass(frozen=True)
class Conditions:
    """What all results of one call of `grade class` have in common."""

    grader: str
    commitment: str
    environment: str
    level: str
    unsafe: bool
    python: str
    numpy: str


@dataclass(frozen=True)
class Exercise:
    """An exercise as it is graded now: its version is the hash of what its verdicts follow from."""

    id: str
    number: int
    title: str
    functions: tuple[FunctionRow, ...]
    version: str


@dataclass(frozen=True)
class Task:
    """One thing to grade: a source, at an exercise. Two students who handed in the same bytes share it."""

    key: bytes
    exercise: str
    context: int
    sha: bytes
    source: bytes
    slow: bool
    """Whether it ran into a timeout before."""


@dataclass(frozen=True)
class Graded:
    """What came of a task: a result, or in `failure` why we could not give one."""

    key: bytes
    status: str = ""
    points: float = 0.0
    max_points: float = 0.0
    timeouts: int = 0
    level: str = ""
    wall_ms: float = 0.0
    cpu_ms: float | None = None
    detail: bytes = b""
    aside: bytes = b""
    failure: str = ""


@dataclass(frozen=True)
class Submission:
    """A submission as it is collected: whose, for what, when (seconds since 1970, UTC) and in which order."""

    student: str
    exercise: str
    source: bytes
    submitted: float | None = None
    sequence: int = 0
    late: bool = False
    note: str = ""


def key_of(sha: bytes, exercise: Exercise, conditions: Conditions) -> bytes:
    """The key of a result."""
    parts = (sha.hex(), exercise.id, exercise.version, conditions.grader, conditions.commitment, conditions.environment)
    return hashlib.sha256("\0".join(parts).encode()).digest()


def reported(db: Database, student: str | None = None) -> list[Reported]:
    """What students reported, or one of them, by what it is about."""
    where, values = ("", ()) if student is None else (" AND st.pseudonym = ?", (student,))
    rows = db.execute(
        "SELECT st.pseudonym, r.at, r.about, r.text, r.grader FROM reported r JOIN student st ON st.id = r.student "
        f"WHERE st.counted{where} ORDER BY r.about, r.at, st.pseudonym",
        values,
    )
    return [Reported(*row) for row in rows]


class Ledger:
    """The ledger, for the one process that writes. A context manager."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self.db = open_database(self.path, _SCHEMA)
        self.run = 0
        self._exercises: dict[str, tuple[Exercise, int]] = {}
        self._conditions: Conditions | None = None
        self._contexts: dict[bytes, int] = {}

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.db.close()

    def write(self) -> AbstractContextManager[None]:
        """A transaction."""
        return transaction(self.db, self.path)

    # --- runs --------------------------------------------------------------------------------------------------------

    def begin(self, course: str, conditions: Conditions, exercises: Iterable[Exercise], rules: Rules) -> int:
        """Begins a run; its number. ClassError if the earlier ones were of another course."""
        if (earlier := self.meta("course")) not in (None, course):
            raise ClassError(
                f"{self.path.parent} is a run of the course {earlier!r}, and this course is {course!r}",
                "Name another folder with --out; if it is the same course, give it its earlier name in [tool.grade] again.",
            )
        with self.write():
            self.put_meta("course", course)
            c = conditions
            row = (c.grader, c.commitment, c.environment, c.level, c.unsafe, c.python, c.numpy)
            made = self.db.execute(
                "INSERT INTO run (started, grader, seed_commitment, environment, level, unsafe, python, numpy, rules) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (time.time(), *row, json.dumps(rules.to_json(), sort_keys=True)),
            )
            assert made.lastrowid is not None
            self.run, self._conditions = made.lastrowid, conditions
            self._exercises = {exercise.id: (exercise, self._context(exercise)) for exercise in exercises}
        return self.run

    def _context(self, exercise: Exercise) -> int:
        assert self._conditions is not None
        functions = json.dumps([[function.name, function.max_points] for function in exercise.functions])
        self.db.execute(
            "INSERT OR REPLACE INTO exercise VALUES (?, ?, ?, ?)",
            (exercise.id, exercise.number, exercise.title, functions),
        )
        c = self._conditions
        values = (exercise.id, exercise.version, c.grader, c.commitment, c.environment)
        self.db.execute(
            "INSERT OR IGNORE INTO context (exercise, version, grader, seed_commitment, environment) VALUES (?, ?, ?, ?, ?)",
            values,
        )
        number = self.db.execute(
            "SELECT id FROM context WHERE (exercise, version, grader, seed_commitment, environment) = (?, ?, ?, ?, ?)",
            values,
        ).fetchone()[0]
        self.db.execute("INSERT INTO run_context VALUES (?, ?, ?)", (self.run, exercise.id, number))
        return int(number)

    def meta(self, name: str) -> str | None:
        """What is kept under a name."""
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def put_meta(self, name: str, value: str) -> None:
        """Keeps something under a name. Belongs into a transaction."""
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def keep_rules(self, rules: Rules) -> None:
        """Keeps the rules of this run, with pseudonyms, in place of those that it began with. Belongs into a transaction."""
        self.db.execute(
            "UPDATE run SET rules = ? WHERE id = ?", (json.dumps(rules.to_json(), sort_keys=True), self.run)
        )

    def context_of(self, exercise: str) -> int:
        """The number of the conditions under which an exercise is graded in this run."""
        return self._exercises[exercise][1]

    def reported(self) -> list[Reported]:
        """What students reported, by exercise."""
        return reported(self.db)

    def name_exercise(self, exercise: str, number: int) -> None:
        """Lets an exercise be read that is collected but not graded. Belongs into a transaction."""
        self.db.execute("INSERT OR IGNORE INTO exercise VALUES (?, ?, '', '[]')", (exercise, number))

    def end(self) -> None:
        """Ends the run, everything on the disk."""
        with self.write():
            self.db.execute("UPDATE run SET ended = ? WHERE id = ?", (time.time(), self.run))
        self.settle()

    def settle(self) -> None:
        """Brings what was written from the log into the file, and onto the disk."""
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def note(self, author: str, what: str) -> None:
        """Adds to the list of who did what. Belongs into a transaction."""
        self.db.execute("INSERT INTO event (at, author, what) VALUES (?, ?, ?)", (time.time(), author, what))

    # --- what was handed in ------------------------------------------------------------------------------------------

    def add_student(self, pseudonym: str) -> int:
        """The number of a student, who is added if need be. Belongs into a transaction."""
        self.db.execute("INSERT OR IGNORE INTO student (pseudonym) VALUES (?)", (pseudonym,))
        return int(self.db.execute("SELECT id FROM student WHERE pseudonym = ?", (pseudonym,)).fetchone()[0])

    def is_forgotten(self, pseudonym: str) -> bool:
        """Whether a student asked to be forgotten."""
        return self.db.execute("SELECT 1 FROM forgotten WHERE pseudonym = ?", (pseudonym,)).fetchone() is not None

    def add_submission(self, submission: Submission) -> int:
        """The number of a submission, which is added unless it is there. Belongs into a transaction."""
        sha = hashlib.sha256(submission.source).digest()
        self.db.execute("INSERT OR IGNORE INTO source VALUES (?, ?)", (sha, zlib.compress(submission.source, 3)))
        student = self.add_student(submission.student)
        found = self.db.execute(
            "SELECT id FROM submission WHERE student = ? AND exercise = ? AND sha = ? "
            "AND coalesce(submitted, -1.0) = coalesce(?, -1.0) AND sequence = ?",
            (student, submission.exercise, sha, submission.submitted, submission.sequence),
        ).fetchone()
        if found:
            self.db.execute(
                "UPDATE submission SET late = ?, note = ?, present = 1 WHERE id = ?",
                (submission.late, submission.note, found[0]),
            )
            return int(found[0])
        made = self.db.execute(
            "INSERT INTO submission (student, exercise, sha, submitted, sequence, late, note, present) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
            (
                *(student, submission.exercise, sha, submission.submitted, submission.sequence),
                *(submission.late, submission.note),
            ),
        )
        assert made.lastrowid is not None
        return made.lastrowid

    def add_reported(self, pseudonym: str, problems: Iterable[tuple[str, str, str, str]]) -> None:
        """Keeps what a student reported: when, about what, the text, and with which grader. Belongs into a transaction."""
        student = self.add_student(pseudonym)
        self.db.executemany(
            "INSERT OR IGNORE INTO reported VALUES (?, ?, ?, ?, ?)", [(student, *problem) for problem in problems]
        )

    def handed_in(self) -> set[str]:
        """The exercises that something came in for."""
        return {row[0] for row in self.db.execute("SELECT DISTINCT exercise FROM submission WHERE present")}

    # --- what is to do -----------------------------------------------------------------------------------------------

    def plan(self) -> int:
        """Lists what is to be graded in this run, former timeouts last; how much that is."""
        exercises = [(context, number) for number, (_, context) in enumerate(self._exercises.values())]
        self.db.execute("DROP TABLE IF EXISTS temp.todo")
        self.db.execute("DROP TABLE IF EXISTS temp.asked")
        self.db.execute("CREATE TEMP TABLE asked (exercise TEXT PRIMARY KEY, context INTEGER, place INTEGER)")
        self.db.executemany(
            "INSERT INTO temp.asked SELECT exercise, id, ? FROM context WHERE id = ?",
            [(number, context) for context, number in exercises],
        )
        self.db.execute(
            "CREATE TEMP TABLE todo AS SELECT s.exercise, a.context, s.sha, "
            "EXISTS (SELECT 1 FROM result o WHERE o.sha = s.sha AND o.timeouts > 0) AS slow, a.place "
            "FROM (SELECT DISTINCT exercise, sha FROM submission WHERE present) s "
            "JOIN temp.asked a ON a.exercise = s.exercise "
            "WHERE NOT EXISTS (SELECT 1 FROM result r WHERE r.sha = s.sha AND r.context = a.context) "
            "ORDER BY slow, a.place, s.sha"
        )
        return int(self.db.execute("SELECT count(*) FROM temp.todo").fetchone()[0])

    def tasks(self) -> Iterator[Task]:
        """What `plan` listed, a page at a time."""
        assert self._conditions is not None
        last = 0
        while True:
            rows = self.db.execute(
                "SELECT t.rowid, t.exercise, t.context, t.sha, t.slow, s.data FROM temp.todo t "
                "JOIN source s ON s.sha = t.sha WHERE t.rowid > ? ORDER BY t.rowid LIMIT ?",
                (last, PAGE),
            ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            for _, exercise, context, sha, slow, data in rows:
                key = key_of(sha, self._exercises[exercise][0], self._conditions)
                yield Task(key, exercise, context, sha, zlib.decompress(data), bool(slow))

    # --- what came of it ---------------------------------------------------------------------------------------------

    def add_results(self, tasks: Mapping[bytes, Task], results: Iterable[Graded]) -> int:
        """Adds results, all of them or none; how many were new. A result that is there stays as it is."""
        new, now = 0, time.time()
        with self.write():
            for graded in results:
                task = tasks[graded.key]
                if graded.failure:
                    row = (task.context, task.sha, self.run, now, graded.failure)
                    self.db.execute("INSERT INTO failure VALUES (?, ?, ?, ?, ?)", row)
                    continue
                made = self.db.execute(
                    "INSERT OR IGNORE INTO result VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        *(
                            graded.key,
                            task.context,
                            task.sha,
                            self.run,
                            graded.status,
                            graded.points,
                            graded.max_points,
                        ),
                        *(graded.timeouts, graded.level, graded.wall_ms, graded.cpu_ms, now),
                        *(graded.detail, graded.aside),
                    ),
                )
                new += made.rowcount
        return new
