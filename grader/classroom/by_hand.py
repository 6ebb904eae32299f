"""Sets marks by hand: into the chain of overrides, with who, when and why."""

from __future__ import annotations

import getpass
import re
from datetime import datetime, timezone
from pathlib import Path

from grader.classroom import overrides
from grader.classroom.database import only_writer
from grader.classroom.fault import ClassError
from grader.classroom.ledger import Ledger
from grader.classroom.model import ExerciseRow, Identity, Row
from grader.classroom.run import open_run


def author_of(given: str | None) -> str:
    """Who does something: the name given, else that of the account."""
    try:
        return given or getpass.getuser()
    except (KeyError, OSError) as error:  # an account without a name
        raise ClassError("nobody knows who you are here", "Add --author NAME.") from error


def override(
    folder: Path, student: Identity, target: str, points: float | None, *, reason: str, author: str
) -> tuple[Row, Row]:
    """Sets the points of an exercise or of a function ("exercise17:batchnorm_forward"), or with None takes that back.

    The student's row before and after. ClassError if there is no such exercise, function, or so many points.
    """
    exercise, function = _target(folder, target)
    whole = f"{exercise.id}:{function}" if function else exercise.id
    if not reason.strip():
        raise ClassError("an override needs a reason", 'Add --reason "what was wrong with the mark".')
    before = _row(folder, student, exercise.id)
    most = _most(exercise, function)
    if points is not None and not 0 <= points <= most:
        hint = f"Give 0 to {most:g}, or --take-back to let the graded points count again."
        raise ClassError(f"{whole} can have 0 to {most:g} points, not {points:g}", hint)
    if points is None and all(each.function != function for each in before.overrides):
        raise ClassError(f"{folder}: no mark of {student.student} for {whole} was set by hand", _set_by_hand(before))
    with only_writer(folder), Ledger(folder) as ledger:
        if (number := overrides.broken_at(ledger.db)) is not None:
            raise ClassError(
                f"{ledger.path}: override {number} was changed after it was written",
                "Put back a copy from before that.",
            )
        with ledger.write():
            overrides.add(
                ledger.db,
                student=student.pseudonym,
                exercise=exercise.id,
                function=function,
                points=points,
                old=_points(before, function),
                reason=reason.strip(),
                author=author,
                at=datetime.now(timezone.utc),
            )
            ledger.note(author, f"override {target}")
        ledger.settle()
    return before, _row(folder, student, exercise.id)


def _target(folder: Path, target: str) -> tuple[ExerciseRow, str]:
    word, _, function = target.partition(":")
    with open_run(folder) as run:
        found = [exercise for exercise in run.exercises if _means(word.lower(), exercise)]
        names = ", ".join(exercise.id for exercise in run.exercises)
    if len(found) != 1:
        raise ClassError(f"{folder}: no exercise {word!r}", f"There are {names or 'none'}.")
    functions = [each.name for each in found[0].functions]
    if function and function not in functions:
        raise ClassError(f"{found[0].id} has no function {function!r}", f"It has {', '.join(functions)}.")
    return found[0], function


def _means(word: str, exercise: ExerciseRow) -> bool:
    """Whether a word is an exercise's id, its name without the number, or its number as in 3, ex03, exercise3."""
    number = re.fullmatch(r"(?:exercise|ex)?0*(\d+)", word)
    return word in (exercise.id, exercise.id.partition("_")[2]) or bool(number and int(number[1]) == exercise.number)


def _set_by_hand(row: Row) -> str:
    """What could be taken back instead."""
    targets = [f"{row.exercise}:{each.function}" if each.function else row.exercise for each in row.overrides]
    return f"There is one for {', '.join(targets)}." if targets else "There is nothing to take back."


def _most(exercise: ExerciseRow, function: str) -> float:
    return float(next((f.max_points for f in exercise.functions if f.name == function), exercise.max_points))


def _row(folder: Path, student: Identity, exercise: str) -> Row:
    with open_run(folder) as run:
        found = next((row for row in run.rows(student=student.pseudonym) if row.exercise == exercise), None)
    if found is None:
        raise ClassError(f"{folder}: {student.student} is not in this run")
    return found


def _points(row: Row, function: str) -> float | None:
    if not function:
        return row.points
    by_hand = next((o.points for o in row.overrides if o.function == function), None)
    if by_hand is not None or row.result is None:
        return by_hand
    return next((float(f["points"]) for f in row.result["functions"] if f["name"] == function), None)
