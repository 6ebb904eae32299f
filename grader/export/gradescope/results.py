"""Gradescope's results.json: practice inputs in full, hidden ones as far as `student_view` lets students know."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.catalog import Course, ExerciseFiles
from grader.classroom.model import Row
from grader.classroom.view import student_view
from grader.export.notebook.checked import PAGE, function_lines
from grader.plan import Plan
from grader.sandbox import Level
from grader.verdict import FunctionResult, Status


def results_json(
    course: Course,
    rows: Sequence[Row],
    practice: Mapping[str, tuple[Plan, tuple[FunctionResult, ...]]],
    problems: Sequence[str],
    level: Level,
    hidden_visibility: str,
) -> dict[str, Any]:
    """Gradescope's results: for each function the practice inputs without points, and each check of the hidden ones."""
    by_exercise = {row.exercise: row for row in rows}
    tests: list[dict[str, Any]] = []
    for exercise in course.exercises:
        plan, functions = practice[exercise.id]
        row = by_exercise.get(exercise.id)
        tests += [_shown(exercise.short, function) for function in functions]
        if row is None or row.result is None:
            tests += [_nothing(exercise, f.name, f.points, hidden_visibility) for f in plan.functions]
            continue
        for function in student_view(row.result)["functions"]:
            tests += [_hidden(exercise.short, function, check, hidden_visibility) for check in function["checks"]]
    lines = [*problems, f"sandbox: {level.value}"]
    return {
        "score": sum(test.get("score", 0) for test in tests),
        "output": "\n".join(lines),
        "output_format": "text",
        "stdout_visibility": "hidden",
        "visibility": "visible",
        "tests": tests,
    }


def _shown(short: str, function: FunctionResult) -> dict[str, Any]:
    return {
        "name": f"{short} {function.name}: practice inputs",
        "status": "passed" if function.status is Status.PASS else "failed",
        "output": "\n".join(line.text for line in function_lines(function, PAGE)),
        "output_format": "text",
        "visibility": "visible",
    }


def _hidden(short: str, function: Mapping[str, Any], check: Mapping[str, Any], visibility: str) -> dict[str, Any]:
    said = [f"{function['name']}, {check['id']}: {check['status']}"]
    if function["skipped_because"]:
        said.append(f"needs {function['skipped_because']}")
    if check["mismatch"]:
        said.append(f"kind of fault: {check['mismatch']['kind']}")
    if check["exception"]:
        said.append(f"raised {check['exception']['type']}")
    if function["mistake"] and check["status"] != "pass":
        said.append(f"{function['mistake']['text']} [{function['mistake']['id']}]")
    return {
        "name": f"{short} {function['name']}: {check['id']}",
        "score": check["points"],
        "max_score": check["max_points"],
        "status": "passed" if check["status"] == "pass" else "failed",
        "output": "\n".join(said),
        "output_format": "text",
        "visibility": visibility,
    }


def _nothing(exercise: ExerciseFiles, function: str, points: int, visibility: str) -> dict[str, Any]:
    return {
        "name": f"{exercise.short} {function}: match",
        "score": 0,
        "max_score": points,
        "status": "failed",
        "output": f"nothing to grade: hand in {exercise.stub.name} or {exercise.id}.ipynb",
        "output_format": "text",
        "visibility": visibility,
    }


def write_results(folder: Path, results: Mapping[str, Any]) -> None:
    """Writes results.json as a whole, over whatever lies there."""
    folder.mkdir(exist_ok=True)
    path = folder / "results.json"
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    temporary = folder / ".results.json.part"
    temporary.write_text(json.dumps(results, indent=2), encoding="utf-8")
    os.replace(temporary, path)
