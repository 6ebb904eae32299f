"""Reads a run: who handed in what, what came of it, and what that is worth by the rules.

    with open_run(Path("RUN")) as run:
        for row in run.rows(): ...

Nothing is kept in memory but one student's work at a time. Students are pseudonyms; `run.identities()` says who they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from grader.classroom import overrides
from grader.classroom.database import open_database
from grader.classroom.identities import Identities
from grader.classroom.ledger import FILE, reported
from grader.classroom.marks import Attempt, Graded, exercise_row, marked
from grader.classroom.model import ExerciseRow, FunctionRow, Identity, Override, Reported, Row, RunInfo, Total
from grader.classroom.rules import Rules, from_json

# One query for all, which begins with the students in their order (CROSS JOIN keeps it so): only one student's rows are ever
# sorted. The result is that under the conditions of the last run, else the newest of an earlier one.
_ATTEMPTS: Final = """
WITH now AS (SELECT exercise, context, max(run) FROM run_context WHERE run <= :until GROUP BY exercise)
SELECT st.pseudonym, s.exercise, s.sha, s.submitted, s.sequence, s.late, s.note, s.id, n.context,
    r.key, r.status, r.points, r.max_points, r.level, r.wall_ms, r.cpu_ms, r.detail, r.aside, r.context
FROM student st CROSS JOIN submission s ON s.student = st.id LEFT JOIN now n ON n.exercise = s.exercise
LEFT JOIN result r ON r.rowid = coalesce(
    (SELECT rowid FROM result WHERE sha = s.sha AND context = n.context AND run <= :until),
    (SELECT rowid FROM result WHERE sha = s.sha AND run <= :until
     AND context IN (SELECT id FROM context WHERE exercise = s.exercise) ORDER BY run DESC, context DESC LIMIT 1))
WHERE s.present AND st.counted ORDER BY st.pseudonym, s.exercise, s.id
"""
_LAST: Final = (1 << 63) - 1  # the number of no run
_FAILURE: Final = "SELECT reason FROM failure WHERE sha = ? AND context = ? ORDER BY at DESC LIMIT 1"


def open_run(folder: Path, rules: Rules | None = None) -> Run:
    """A run to read; ClassError if the folder holds none. `rules` (with student ids) replace those it was graded under."""
    return Run(folder, rules)


class Run:
    """A run, open for reading. A context manager."""

    def __init__(self, folder: Path, rules: Rules | None = None, number: int | None = None) -> None:
        self.folder = folder
        self.path = folder / FILE
        self.db = open_database(self.path)
        self.number = number
        self.rules = self._rules(rules)
        self.exercises = self._exercises()
        self._contexts = self._read_contexts()

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its files."""
        self.db.close()

    # --- what it is --------------------------------------------------------------------------------------------------

    @property
    def course(self) -> str:
        """The name of the course."""
        row = self._one("SELECT value FROM meta WHERE name = 'course'")
        return str(row[0]) if row else ""

    @property
    def runs(self) -> tuple[RunInfo, ...]:
        """Every call of `grade class` on this folder, oldest first."""
        course = self.course
        rows = self._all(
            "SELECT id, started, ended, grader, seed_commitment, environment, level, unsafe, python, numpy FROM run ORDER BY id"
        )
        return tuple(
            RunInfo(
                *(row[0], course, _time(row[1]), _time(row[2]) if row[2] else None, row[3], row[4], row[5], row[6]),
                *(bool(row[7]), row[8], row[9]),
            )
            for row in rows
            if self.number is None or row[0] <= self.number
        )

    @property
    def info(self) -> RunInfo | None:
        """The last call of `grade class`, None if there was none yet."""
        runs = self.runs
        return runs[-1] if runs else None

    @property
    def unsafe(self) -> bool:
        """Whether any result that counts was made below `confined`."""
        return any(run.unsafe for run in self.runs)

    def students(self) -> Iterator[str]:
        """The pseudonyms of all students, those of the roster who handed in nothing too, in their order."""
        for row in self.db.execute("SELECT pseudonym FROM student WHERE counted ORDER BY pseudonym"):
            yield row[0]

    def identities(self) -> Mapping[str, Identity]:
        """Who the pseudonyms are. Only what shows names to somebody who may see them asks."""
        with Identities(self.folder) as identities:
            return {identity.pseudonym: identity for identity in identities}

    # --- what came of it ---------------------------------------------------------------------------------------------

    def rows(self, *, student: str | None = None) -> Iterator[Row]:
        """A row for every student and exercise, by student and then by exercise; what is not handed in is `missing`."""
        for name, attempts in self._by_student(student):
            yield from self._marked(name, attempts)

    def attempts(self, *, student: str | None = None) -> Iterator[Row]:
        """A row for every attempt, also those that do not count; each marked as if it were the only one."""
        for name, attempts in self._by_student(student):
            for exercise in self.exercises:
                mine = attempts.get(exercise.id, ())
                for number, attempt in enumerate(mine, 1):
                    for row in self._marked(name, {exercise.id: (attempt,)}):
                        if row.exercise == exercise.id:
                            yield replace(row, attempt=number, attempts=len(mine))

    def totals(self) -> Iterator[Total]:
        """Every student's mark over all exercises, by student."""
        weight = {exercise.id: exercise.weight for exercise in self.exercises}
        for name, rows in groupby(self.rows(), key=lambda row: row.student):
            mark = most = 0.0
            without = []
            for row in rows:
                if row.mark is None:
                    without.append(row.exercise)
                    continue
                mark += weight[row.exercise] * row.mark
                most += weight[row.exercise] * row.max_mark
            yield Total(name, mark, most, tuple(without))

    def overrides(self) -> Iterator[Override]:
        """Every mark set by hand, oldest first, those that were replaced or taken back too."""
        yield from overrides.everything(self.db)

    def reported(self) -> list[Reported]:
        """The problems that students noted and handed in with their work, by what they are about."""
        return reported(self.db)

    def overrides_broken_at(self) -> int | None:
        """The number of the first override that somebody changed afterwards, None if the chain holds."""
        return overrides.broken_at(self.db)

    def conditions_of(self, row: Row) -> tuple[str, str, str, str]:
        """Version of the exercise, version of the grader, commitment to the seed and environment of a row's result."""
        found = self._one(
            "SELECT c.version, c.grader, c.seed_commitment, c.environment FROM result r JOIN context c ON c.id = r.context "
            "WHERE r.key = ?",
            (bytes.fromhex(row.key),),
        )
        return (found[0], found[1], found[2], found[3]) if found else ("", "", "", "")

    def before(self) -> Run | None:
        """The run as it stood before its last regrade (another seed, grader or exercise), None if there was none."""
        last = self._contexts
        for info in reversed(self.runs[:-1]):
            earlier = Run(self.folder, None, info.number)
            earlier.rules = self.rules
            if earlier._contexts != last:
                return earlier
            earlier.close()
        return None

    # --- reading -----------------------------------------------------------------------------------------------------

    def _marked(self, student: str, attempts: Mapping[str, Sequence[Attempt]]) -> Iterator[Row]:
        by_hand: dict[str, list[Override]] = {}
        for override in overrides.of(self.db, student):
            by_hand.setdefault(override.exercise, []).append(override)
        yield from marked(self.rules, self.exercises, student, attempts, by_hand)

    def _by_student(self, student: str | None) -> Iterator[tuple[str, Mapping[str, Sequence[Attempt]]]]:
        """Every student with their attempts, those who have none too."""
        narrowed = "st.pseudonym = :student AND s.present".join(_ATTEMPTS.split("s.present")) if student else _ATTEMPTS
        rows = iter(self.db.execute(narrowed, {"until": self.number or _LAST, "student": student}))
        groups = groupby(rows, key=lambda row: row[0])
        name, group = next(groups, (None, iter(())))
        for each in self.students():
            if student is not None and each != student:
                continue
            if each != name:
                yield each, {}
                continue
            yield each, self._attempts_of(group)
            name, group = next(groups, (None, iter(())))

    def _attempts_of(self, rows: Iterator[tuple[Any, ...]]) -> Mapping[str, Sequence[Attempt]]:
        attempts: dict[str, list[Attempt]] = {}
        for _, exercise, sha, submitted, sequence, late, note, number, context, key, *result, made in rows:
            at = _time(submitted) if submitted is not None else None
            stale = key is not None and made != context
            failure = self._one(_FAILURE, (sha, context or 0)) if key is None or stale else None
            graded = Graded(key.hex(), *result) if key is not None else None
            reason = str(failure[0]) if failure else ""
            attempt = Attempt(sha.hex(), at, sequence, number, bool(late), note, graded, stale, reason)
            attempts.setdefault(exercise, []).append(attempt)
        for mine in attempts.values():
            mine.sort(key=Attempt.order)
        return attempts

    def _rules(self, rules: Rules | None) -> Rules:
        if rules is not None:
            with Identities(self.folder) as identities:
                return rules.for_pseudonyms(identities.of_student)
        row = self._one("SELECT rules FROM run ORDER BY id DESC LIMIT 1")
        return from_json(json.loads(row[0])) if row else Rules()

    def _exercises(self) -> tuple[ExerciseRow, ...]:
        rows = self._all("SELECT id, number, title, functions FROM exercise ORDER BY number, id")
        made = (
            exercise_row(
                self.rules, name, number, title, tuple(FunctionRow(f, most) for f, most in json.loads(functions))
            )
            for name, number, title, functions in rows
        )
        handed_in = {name for (name,) in self._all("SELECT DISTINCT exercise FROM submission WHERE present")}
        wanted = set(self.rules.exercises) or handed_in | set(self.rules.deadlines)
        return tuple(row for row in made if row.id in wanted)

    def _read_contexts(self) -> dict[str, int]:
        """The conditions under which each exercise was graded last."""
        where, values = ("", ()) if self.number is None else (" WHERE run <= ?", (self.number,))
        return dict(self._all(f"SELECT exercise, context FROM run_context{where} ORDER BY run", values))

    def _one(self, query: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        row = self.db.execute(query, values).fetchone()
        return tuple(row) if row else None

    def _all(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        return self.db.execute(query, values).fetchall()


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)
