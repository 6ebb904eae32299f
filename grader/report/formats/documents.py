"""JSON: the numbers of the report in one document, and JSON Lines with one graded result a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from grader.classroom import Identity, Row
from grader.report.findings import exercise_counts, exercise_mean, glance, needs_help
from grader.report.model import STATUSES, ClassReport
from grader.report.quizmarks import quiz_glance
from grader.report.statistics import ItemStatistics

SCHEMA: Final = 1


def report_json(report: ClassReport, statistics: ItemStatistics) -> Iterator[str]:
    """The whole report. Characters beyond ASCII are escaped, so that no reader meets a control or format character."""
    encoder = json.JSONEncoder(allow_nan=False, indent=1)
    yield from encoder.iterencode(_document(report, statistics))
    yield "\n"


def _document(report: ClassReport, statistics: ItemStatistics) -> dict[str, Any]:
    info, quiz = report.info, quiz_glance(report)
    return {
        "schema": SCHEMA,
        "course": report.course,
        "unsafe": report.unsafe,
        "run": {
            "started": info.started.isoformat(),
            "ended": info.ended.isoformat() if info.ended else None,
            "grader": info.grader,
            "seed_commitment": info.commitment,
            "environment": info.environment,
            "level": info.level,
            "python": info.python,
            "numpy": info.numpy,
        }
        if info
        else None,
        "levels": dict(report.levels),
        "overrides_chain_broken_at": report.chain_broken_at,
        "class": {
            **glance(report)._asdict(),
            "need_help": [{"student": h.student.pseudonym, "reasons": h.reasons} for h in needs_help(report)],
        },
        "exercises": [_exercise(report, index) for index in range(len(report.exercises))],
        "functions": [_function(report, statistics, column) for column in range(len(report.columns))],
        "quiz": {"title": report.quiz_title, **(quiz._asdict() if quiz else {})} if report.quiz_title else None,
        "alpha": {"value": statistics.alpha, "n": statistics.n},
        "mistakes": [
            {
                **{"exercise": report.exercises[m.exercise].id, "function": m.function, "id": m.id, "text": m.text},
                **{"kind": m.kind, "variant_of": m.variant_of or None, "students": m.students},
                "hint": report.hints.get((report.exercises[m.exercise].id, m.function, m.id)),
            }
            for m in report.mistakes
        ],
        "incidents": [{**i._asdict(), "exercise": report.exercises[i.exercise].id} for i in report.incidents],
        "changes": None
        if report.changes is None
        else [{**c._asdict(), "exercise": report.exercises[c.exercise].id} for c in report.changes],
        "overrides": [{**asdict(o), "at": o.at.isoformat()} for o in report.overrides],
        "students": [
            {
                "student": s.pseudonym,
                **_person(report.people.get(s.pseudonym)),
                **{"mark": s.mark, "max_mark": s.max_mark},
                **({"quiz": {"points": s.quiz[0], "max_points": s.quiz[1]}} if s.quiz else {}),
                "exercises": [{"exercise": e.id, **cell._asdict()} for e, cell in zip(report.exercises, s.cells)],
            }
            for s in report.students
        ],
    }


def _exercise(report: ClassReport, index: int) -> dict[str, Any]:
    exercise = report.exercises[index]
    return {
        **{"id": exercise.id, "number": exercise.number, "title": exercise.title},
        **{"max_mark": exercise.max_mark, "weight": exercise.weight},
        "mean": exercise_mean(report, index),
        "counts": exercise_counts(report, index),
        "late": sum(student.cells[index].late for student in report.students),
    }


def _function(report: ClassReport, statistics: ItemStatistics, index: int) -> dict[str, Any]:
    column, item = report.columns[index], statistics.items[index]
    return {
        "exercise": report.exercises[column.exercise].id,
        "function": column.name,
        "max_points": column.max_points,
        "counts": dict(zip(STATUSES, report.counts(index))),
        "statistics": {name: value for name, value in item._asdict().items() if name != "column"},
    }


def _person(who: Identity | None) -> dict[str, str]:
    return {"id": who.student, "name": who.name, "email": who.email, "section": who.section} if who else {}


def result_lines(
    rows: Iterable[Row],
    people: Mapping[str, Identity],
    quiz: Callable[[str], tuple[str, float, float] | None] = lambda _: None,
) -> Iterator[str]:
    """A line for every row that has a result: the result (schema 1), and beside it whose it is and what it counts.

    `quiz(student)` is title, points and the most points, which stand in each line of the student.
    """
    for row in rows:
        if row.result is None:
            continue
        line = {
            **row.result,
            "student": row.student,
            **{f"student_{name}": text for name, text in _person(people.get(row.student)).items()},
            "mark": row.mark,
            "max_mark": row.max_mark,
            "counted_points": row.points,
            "late_days": row.late.days,
            "late_percent": row.late.percent,
            "submitted_at": row.submitted_at.isoformat() if row.submitted_at else None,
            "attempt": row.attempt,
            "attempts": row.attempts,
            "key": row.key,
            **_quiz(quiz(row.student)),
        }
        yield json.dumps(line, sort_keys=True, separators=(",", ":"), allow_nan=False) + "\n"


def _quiz(marks: tuple[str, float, float] | None) -> dict[str, Any]:
    return {"quiz": dict(zip(("title", "points", "max_points"), marks))} if marks else {}
