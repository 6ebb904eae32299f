"""Which marks differ between two runs, and why: read before a regrade is published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.classroom.model import MISSING, Row
from grader.classroom.run import Run


@dataclass(frozen=True)
class FunctionChange:
    """A function whose verdict differs: status and points before and after."""

    name: str
    old_status: str
    new_status: str
    old_points: float
    new_points: float


@dataclass(frozen=True)
class Change:
    """A mark that differs. `why` are the conditions that differ: submission, exercise, grader, seed, environment, rules."""

    student: str
    exercise: str
    old: float | None
    new: float | None
    max_mark: float
    old_status: str
    new_status: str
    functions: tuple[FunctionChange, ...]
    why: tuple[str, ...]


def changes(old: Run, new: Run) -> Iterator[Change]:
    """Every mark of either run that is another one, or none, in the other; by student and exercise."""
    before, after = old.rows(), new.rows()
    left, right = next(before, None), next(after, None)
    while left is not None or right is not None:
        if right is None or (left is not None and _place(left) < _place(right)):
            assert left is not None
            yield from _changed(old, new, left, None)
            left = next(before, None)
        elif left is None or _place(right) < _place(left):
            yield from _changed(old, new, None, right)
            right = next(after, None)
        else:
            yield from _changed(old, new, left, right)
            left, right = next(before, None), next(after, None)


def _place(row: Row) -> tuple[str, int, str]:
    number = re.match(r"exercise0*(\d+)", row.exercise)
    return row.student, int(number[1]) if number else 0, row.exercise


def _changed(old: Run, new: Run, left: Row | None, right: Row | None) -> Iterator[Change]:
    one = left or right
    assert one is not None
    if (left is None or right is None) and one.status == MISSING:
        return
    before, after = (left.mark if left else None), (right.mark if right else None)
    same = before == after if before is None or after is None else abs(before - after) < 1e-9
    functions = _functions(left, right)
    if same and (left.status if left else "") == (right.status if right else "") and not functions:
        return
    yield Change(
        student=one.student,
        exercise=one.exercise,
        old=before,
        new=after,
        max_mark=one.max_mark,
        old_status=left.status if left else "",
        new_status=right.status if right else "",
        functions=functions,
        why=_why(old, new, left, right),
    )


def _functions(left: Row | None, right: Row | None) -> tuple[FunctionChange, ...]:
    before, after = _by_name(left), _by_name(right)
    made = []
    for name in dict.fromkeys((*before, *after)):
        one, other = before.get(name), after.get(name)
        if one and other and (one["status"], one["points"]) != (other["status"], other["points"]):
            made.append(FunctionChange(name, one["status"], other["status"], one["points"], other["points"]))
    return tuple(made)


def _by_name(row: Row | None) -> Mapping[str, Mapping[str, Any]]:
    if row is None or row.result is None:
        return {}
    return {function["name"]: function for function in row.result["functions"]}


def _why(old: Run, new: Run, left: Row | None, right: Row | None) -> tuple[str, ...]:
    reasons = []
    if left is None or right is None or left.submission != right.submission:
        reasons.append("submission")
    if left and right:
        names = ("exercise", "grader", "seed", "environment")
        conditions = zip(names, old.conditions_of(left), new.conditions_of(right))
        reasons += [name for name, one, other in conditions if one != other]
        if left.overrides != right.overrides:
            reasons.append("override")
        if left.late != right.late or left.max_mark != right.max_mark:
            reasons.append("rules")
    return tuple(reasons)
