"""Gradescope's results.json, one for each student and exercise that has a verdict (and each quiz paper), in an archive.

Scores are numbers and no test is hidden: one hidden test would hide a student's total. What a course does not let its students
see is left out; where that is the points, which every result has, the whole result is hidden. What names the run stands in
`extra_data`, which students do not see.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from grader.classroom import ExerciseRow, Row, student_view
from grader.render.text import counted
from grader.report.escape import visible
from grader.report.model import ClassReport
from grader.report.sentences import function_sentence, mistake_sentence


def members(
    rows: Iterable[Row], report: ClassReport, version: Callable[[Row], str], sees: Collection[str]
) -> Iterator[tuple[str, str]]:
    """`exercise/pseudonym/results.json` and its text; `version(row)` is the version of the exercise that was graded.

    `sees` is the course's `students_see`.
    """
    exercises = {exercise.id: exercise for exercise in report.exercises}
    for row in rows:
        if row.mark is not None and row.result is not None:
            document = results(row, exercises[row.exercise], report.commitment, version(row), sees)
            yield f"{row.exercise}/{row.student}/results.json", json.dumps(document, allow_nan=False)
    for student in report.students:
        if student.quiz:
            document = quiz_results(report.quiz_title, student.quiz, _visibility(sees))
            yield f"quiz/{student.pseudonym}/results.json", json.dumps(document, allow_nan=False)


def _visibility(sees: Collection[str]) -> str:
    return "after_published" if "points" in sees else "hidden"


def quiz_results(title: str, marks: tuple[float, float], visibility: str) -> dict[str, Any]:
    """The document of one quiz paper."""
    points, most = marks
    test = {"name": visible(title), "number": "1", "score": points, "max_score": most, "visibility": visibility}
    return {
        "score": points,
        "output": f"Points: {points:g} of {most:g}.",
        "output_format": "text",
        "visibility": visibility,
        "tests": [{**test, "status": "passed" if points >= most else "failed"}],
    }


def results(row: Row, exercise: ExerciseRow, commitment: str, version: str, sees: Collection[str]) -> dict[str, Any]:
    """The document of one graded submission; `score` is the mark after overrides and the late rule."""
    assert row.result is not None and row.mark is not None
    view = student_view(row.result)
    visibility = _visibility(sees)
    problem = visible(view["problem"], 2000) if "status" in sees else ""
    tests = [_test(function, number, visibility, sees) for number, function in enumerate(view["functions"], 1)]
    return {
        "score": round(row.mark, 4),
        "execution_time": round(row.wall_ms / 1000, 3),
        "output": problem or _summary(row),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": visibility,
        "stdout_visibility": "hidden",
        "extra_data": {
            "seed_commitment": commitment,
            "grader": view["grader"],
            "exercise": exercise.id,
            "exercise_version": version,
            "plan": row.result.get("plan", ""),
            "submission": row.submission,
            "key": row.key,
            "level": row.level,
            "late_days": row.late.days,
            "overrides": len(row.overrides),
        },
        **({"tests": tests} if "status" in sees else {}),
    }


def _summary(row: Row) -> str:
    late = f" {counted(row.late.days, 'day')} late." if row.late.days else ""
    by_hand = " A mark was set by hand." if row.overrides else ""
    return f"Points: {row.points:g} of {row.max_points:g}.{late}{by_hand}"


def _test(function: Mapping[str, Any], number: int, visibility: str, sees: Collection[str]) -> dict[str, Any]:
    passed = function["status"] == "pass"
    mistake = mistake_sentence(function) if "mistakes" in sees else ""
    output = "" if passed else ". ".join(filter(None, (function_sentence(function), mistake)))
    return {
        "name": visible(function["name"]),
        "number": str(number),
        "score": function["points"],
        "max_score": function["max_points"],
        "status": "passed" if passed else "failed",
        "output": visible(output, 2000),
        "output_format": "text",
        "visibility": visibility,
    }
