"""What attempts are worth by the rules: which one counts, points with overrides, days late, the mark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Final

from grader.classroom.model import BROKEN, MISSING, PENDING, ExerciseRow, FunctionRow, Lateness, Override, Row, unpack
from grader.classroom.overrides import in_force
from grader.classroom.rules import Rules

_NEVER: Final = datetime.max.replace(tzinfo=timezone.utc)


@dataclass(frozen=True, eq=False)
class Graded:
    """A result as the ledger keeps it."""

    key: str
    status: str
    points: float
    max_points: float
    level: str
    wall_ms: float
    cpu_ms: float | None
    detail: bytes
    aside: bytes


@dataclass(frozen=True, eq=False)
class Attempt:
    """A submission and its result; see `Row` for `stale` and `failure`."""

    submission: str
    submitted: datetime | None
    sequence: int
    number: int
    flagged: bool
    note: str
    graded: Graded | None
    stale: bool
    failure: str

    def order(self) -> tuple[float, int, int]:
        """What sorts attempts from first to last: the time if it is known, then the platform's count, then ours."""
        return (self.submitted.timestamp() if self.submitted else 0.0, self.sequence, self.number)


def exercise_row(rules: Rules, name: str, number: int, title: str, functions: tuple[FunctionRow, ...]) -> ExerciseRow:
    """An exercise with what the rules make it count."""
    points = float(sum(function.max_points for function in functions))
    weight = rules.weights.get(name, 1.0)
    return ExerciseRow(
        name, number, title, functions, rules.points.get(name, points), weight, rules.deadlines.get(name)
    )


def marked(
    rules: Rules,
    exercises: Sequence[ExerciseRow],
    student: str,
    attempts: Mapping[str, Sequence[Attempt]],
    overrides: Mapping[str, Sequence[Override]],
) -> Iterator[Row]:
    """A row for each exercise. The budget of late days is used up in the order of the deadlines."""
    budget = rules.late_days_budget
    rows = {}
    for exercise in sorted(exercises, key=lambda e: (rules.deadline(student, e.id) or _NEVER, e.number)):
        by_hand = in_force(overrides.get(exercise.id, ()))
        row = _counting(rules, exercise, student, attempts.get(exercise.id, ()), by_hand, budget)
        budget -= row.late.free_days
        rows[exercise.id] = row
    yield from (rows[exercise.id] for exercise in exercises)


def _counting(
    rules: Rules,
    exercise: ExerciseRow,
    student: str,
    attempts: Sequence[Attempt],
    overrides: tuple[Override, ...],
    budget: int,
) -> Row:
    """The row of the attempt that counts."""
    if not attempts:
        return _missing(rules, exercise, student, overrides)
    made = [
        _row(rules, exercise, student, attempt, number, len(attempts), overrides, budget)
        for number, attempt in enumerate(attempts, 1)
    ]
    if rules.attempts == "first":
        return made[0]
    if rules.attempts == "last":
        return made[-1]
    # of equal marks the earliest, which needs the fewest late days; no verdict only where no attempt has one
    return max(made, key=lambda row: (row.mark is not None, row.mark or 0.0, -row.late.free_days, -row.attempt))


def _missing(rules: Rules, exercise: ExerciseRow, student: str, overrides: tuple[Override, ...]) -> Row:
    whole = next((override for override in overrides if not override.function), None)
    points = float(whole.points or 0.0) if whole else sum(float(o.points or 0.0) for o in overrides)
    scale = exercise.max_mark / exercise.max_points if exercise.max_points else 0.0
    return Row(
        student=student,
        exercise=exercise.id,
        status=MISSING,
        points=points,
        max_points=float(exercise.max_points),
        mark=points * scale,
        max_mark=exercise.max_mark,
        late=Lateness(rules.deadline(student, exercise.id)),
        overrides=overrides,
    )


def _row(
    rules: Rules,
    exercise: ExerciseRow,
    student: str,
    attempt: Attempt,
    number: int,
    count: int,
    overrides: tuple[Override, ...],
    budget: int,
) -> Row:
    graded = attempt.graded
    deadline = rules.deadline(student, exercise.id)
    late = rules.lateness(deadline, attempt.submitted, attempt.flagged, budget)
    most = graded.max_points if graded else float(exercise.max_points)
    points = _points(graded, overrides)
    scale = exercise.max_mark / most if most else 0.0
    final = any(not override.function for override in overrides)  # a mark of the whole exercise is the last word
    if final:
        late = replace(late, free_days=0, percent=0.0)
    return Row(
        student=student,
        exercise=exercise.id,
        status=graded.status if graded else BROKEN if attempt.failure else PENDING,
        points=points,
        max_points=most,
        mark=None if points is None else points * scale * (1 - late.percent / 100),
        max_mark=exercise.max_mark,
        late=late,
        overrides=overrides,
        submission=attempt.submission,
        submitted_at=attempt.submitted,
        attempt=number,
        attempts=count,
        note=attempt.note,
        stale=attempt.stale,
        failure=attempt.failure,
        level=graded.level if graded else "",
        wall_ms=graded.wall_ms if graded else 0.0,
        cpu_ms=graded.cpu_ms if graded else None,
        key=graded.key if graded else "",
        packed=graded.detail if graded else b"",
        packed_aside=graded.aside if graded else b"",
    )


def _points(graded: Graded | None, overrides: tuple[Override, ...]) -> float | None:
    """The points with the overrides in force; None if there is neither a verdict nor a mark for the whole exercise."""
    whole = next((override for override in overrides if not override.function), None)
    if whole is not None:
        return whole.points
    if graded is None:
        return None
    if not overrides:
        return graded.points
    own = {function["name"]: function["points"] for function in unpack(graded.detail)["functions"]}
    own.update({override.function: override.points for override in overrides})
    return float(sum(own.values()))
