"""JUnit XML as pytest writes it: a suite for each student and exercise, a case for each function.

A quiz's marks are properties of the student's suites, for they neither pass nor fail. The text is what the student may see; there is no hostname, no time of a case, and nothing hidden in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from grader.classroom import ExerciseRow, Row, student_view
from grader.report.escape import xml
from grader.report.formats.numbers import number
from grader.report.sentences import function_sentence

_SKIPPED: Final = ("todo", "skip", "missing", "pending")
_ERRORS: Final = ("error", "timeout", "broken")


Quiz = Callable[[str], tuple[str, float, float] | None]


def document(rows: Iterable[Row], exercises: Iterable[ExerciseRow], quiz: Quiz = lambda student: None) -> Iterator[str]:
    """The file in pieces, one suite at a time; `quiz(student)` is title, points and the most points."""
    by_id = {exercise.id: exercise for exercise in exercises}
    yield '<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="grade">\n'
    for row in rows:
        yield _suite(row, by_id[row.exercise], quiz(row.student))
    yield "</testsuites>\n"


def _suite(row: Row, exercise: ExerciseRow, quiz: tuple[str, float, float] | None) -> str:
    view = student_view(row.result) if row.result else None
    functions: list[Mapping[str, Any]] = list(view["functions"]) if view else _without_result(row, exercise)
    statuses = [function["status"] for function in functions]
    failures = statuses.count("fail")
    errors = sum(status in _ERRORS for status in statuses)
    skipped = sum(status in _SKIPPED for status in statuses)
    when = f' timestamp="{row.submitted_at.isoformat()}"' if row.submitted_at else ""
    head = (
        f'<testsuite name="{xml(row.exercise)}.{xml(row.student)}" tests="{len(functions)}" failures="{failures}" '
        f'errors="{errors}" skipped="{skipped}" time="{row.wall_ms / 1000:.3f}"{when}>'
    )
    cases = (_case(f"{row.exercise}.{row.student}", function) for function in functions)
    return "\n".join([head, *_properties(quiz), *cases, "</testsuite>\n"])


def _properties(quiz: tuple[str, float, float] | None) -> Iterator[str]:
    if quiz:
        title, points, most = quiz
        pairs = (("quiz", title), ("quiz_points", number(points)), ("quiz_max_points", number(most)))
        made = "".join(f'<property name="{name}" value="{xml(value)}"/>' for name, value in pairs)
        yield f"<properties>{made}</properties>"


def _without_result(row: Row, exercise: ExerciseRow) -> list[Mapping[str, Any]]:
    return [{"name": f.name, "status": row.status, "mistake": None, "checks": ()} for f in exercise.functions]


def _case(suite: str, function: Mapping[str, Any]) -> str:
    status = function["status"]
    case = f'<testcase classname="{xml(suite)}" name="{xml(function["name"])}" time="0.000"'
    if status == "pass":
        return f"{case}/>"
    kind = "skipped" if status in _SKIPPED else "error" if status in _ERRORS else "failure"
    text = xml(function_sentence(function))
    return f'{case}><{kind} message="{text}"></{kind}></testcase>'
