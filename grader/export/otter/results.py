"""Results of otter and Gradescope runs, read into a run's ledger: points by function, nothing of a submission.

What is read is the results.json that `otter run` writes with our assignments, and the one of our Gradescope zip. The
points are theirs; the reports of the run say so, for the grader of its results is called `imported`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from grader.catalog import Course, index
from grader.classroom.conditions import exercises_of, limits_of
from grader.classroom.coordinate import prepare
from grader.classroom.database import only_writer, transaction
from grader.classroom.fault import ClassError
from grader.classroom.identities import Identities, course_key, pseudonym
from grader.classroom.ledger import Conditions, Exercise, Graded, Ledger, Submission, Task
from grader.classroom.model import FunctionRow, Identity, pack
from grader.classroom.settings import read_rules
from grader.sandbox import Level
from grader.state import state_folder
from grader.verdict import CheckResult, ExerciseResult, FunctionResult, Status, canonical

MAX_RESULTS: Final = 16 << 20
_HEAD: Final = re.compile(r"^(exercise|submission|grader|sandbox): (\S[^\n]*)$", re.MULTILINE)
_OTTER: Final = re.compile(r"q(\d{1,4})")
_OURS: Final = re.compile(r"(exercise\d{1,4}) (\w+): match")


@dataclass(frozen=True)
class Marks:
    """What one results file says of one exercise: points by function, who was graded, at which level."""

    student: str
    exercise: str
    points: Mapping[str, float]
    level: str


@dataclass(frozen=True)
class Imported:
    """How much was read, and what could not be, each with its reason."""

    marks: int
    students: int
    problems: tuple[str, ...]


def import_results(course: Course, results: Path, out: Path) -> Imported:
    """Adds the results below a folder, or of one file, to the ledger in `out`; ClassError where that cannot be."""
    prepare(out)
    rules = read_rules(course)
    state = state_folder(course.root)
    exercises, problems = exercises_of(course, index(course, state / "cache"), rules, limits_of(course, rules))
    found, unread = _read_all(results, exercises)
    if not found:
        raise ClassError(
            f"{results}: no results of an assignment of this course: {unread[0] if unread else 'there is no results.json'}",
            "Name a folder with a folder for each student that holds its results.json, or STUDENT.json files.",
        )
    with only_writer(out), Ledger(out) as ledger, Identities(out, writing=True) as identities:
        ledger.begin(course.name, _conditions(found), exercises, rules)
        _add(ledger, identities, course_key(state), found)
        ledger.plan()
        by_id = {exercise.id: exercise for exercise in exercises}
        tasks = {task.key: task for task in ledger.tasks()}
        ledger.add_results(tasks, [_graded(task, by_id[task.exercise], course.name) for task in tasks.values()])
        ledger.end()
    return Imported(len(found), len({marks.student for marks in found}), (*problems, *unread))


def _conditions(found: Iterable[Marks]) -> Conditions:
    """The conditions of an import: the weakest level counts; versions are those of the results' own machines."""
    levels = [Level(marks.level) for marks in found if marks.level in {level.value for level in Level}]
    level = min(levels, default=Level.SEPARATE)
    return Conditions("imported", "imported", "otter-grader or Gradescope", level.value, level < Level.CONFINED, "", "")


def _add(ledger: Ledger, identities: Identities, key: bytes, found: Iterable[Marks]) -> None:
    rows = [(pseudonym(key, marks.student), marks) for marks in found]
    with transaction(identities.db, identities.path):
        for name, marks in rows:
            if identities.get(name) is None:
                identities.put(Identity(name, marks.student), (marks.student,))
    with ledger.write():
        for name, marks in rows:
            if not ledger.is_forgotten(name):
                text = json.dumps([name, marks.exercise, dict(marks.points), marks.level], sort_keys=True)
                ledger.add_submission(Submission(name, marks.exercise, text.encode(), note="imported"))


def _graded(task: Task, exercise: Exercise, course: str) -> Graded:
    """The result that stands for imported points, with a check for each function and no detail."""
    _, _, points, level = json.loads(task.source)
    functions = tuple(_function(row, float(points[row.name])) for row in exercise.functions)
    result = ExerciseResult(
        exercise=exercise.id,
        title=exercise.title,
        course=course,
        grader="imported",
        seed=None,
        plan="imported",
        submission=task.sha.hex(),
        sandbox=level,
        functions=functions,
    )
    made = pack(canonical(result.to_json()))
    total, most = sum(map(float, points.values())), float(result.max_points)
    return Graded(task.key, result.status.value, total, most, level=level, detail=made)


def _function(row: FunctionRow, points: float) -> FunctionResult:
    whole = int(points) if points.is_integer() else points
    status = Status.PASS if points >= row.max_points else Status.FAIL
    check = CheckResult("match", "match", status, whole, row.max_points)  # type: ignore[arg-type]  # a part of a point
    return FunctionResult(row.name, status, whole, row.max_points, (check,))  # type: ignore[arg-type]


# --- files -----------------------------------------------------------------------------------------------------------


def _read_all(results: Path, exercises: Iterable[Exercise]) -> tuple[list[Marks], list[str]]:
    known = tuple(exercises)
    found: list[Marks] = []
    problems = []
    for student, path in _files(results):
        try:
            found += marks_of(student, _document(path), known)
        except (ValueError, RecursionError, OSError) as error:
            problems.append(f"{path}: {error}")
    return found, problems


def _files(results: Path) -> Iterator[tuple[str, Path]]:
    """Results with whose they are: STUDENT/…/results.json, STUDENT.json, or one file named after its folder."""
    if results.is_file():
        yield (results.parent.name if results.stem == "results" else results.stem), results
        return
    for path in sorted(results.rglob("*.json")):
        inside = path.relative_to(results).parts
        if path.name == "results.json" and len(inside) > 1:
            yield inside[0], path
        elif len(inside) == 1 and path.stem != "results":
            yield path.stem, path


def _document(path: Path) -> Mapping[str, Any]:
    if path.stat().st_size > MAX_RESULTS:
        raise ValueError(f"it has more than {MAX_RESULTS >> 20} MiB")
    document = json.loads(path.read_bytes())
    if not isinstance(document, dict) or not isinstance(document.get("tests"), list):
        raise ValueError("it is no results.json: it has no list of tests")
    return document


def marks_of(student: str, document: Mapping[str, Any], exercises: Iterable[Exercise]) -> list[Marks]:
    """The marks of a results document by exercise; ValueError, with the reason, if it is not of ours."""
    known = tuple(exercises)
    head = dict(_HEAD.findall(str(document.get("output", ""))))
    level = head.get("sandbox", "")
    tests = [test for test in document["tests"] if isinstance(test, dict) and test.get("max_score")]
    if "exercise" in head:
        exercise = next((each for each in known if each.id == head["exercise"]), None)
        if exercise is None:
            raise ValueError(f"{head['exercise']} is no exercise of this course")
        names = [row.name for row in exercise.functions]
        numbered = {int(match[1]): test for test in tests if (match := _OTTER.fullmatch(str(test.get("name"))))}
        points = {name: _points(numbered.get(number)) for number, name in enumerate(names, 1)}
        return [Marks(student, exercise.id, points, level)]
    found: dict[str, dict[str, float]] = {}
    for test in tests:
        if match := _OURS.fullmatch(str(test.get("name"))):
            found.setdefault(match[1], {})[match[2]] = _points(test)
    marks = []
    for exercise in known:
        points = found.get(f"exercise{exercise.number}", {})
        if points:
            marks.append(
                Marks(student, exercise.id, {r.name: points.get(r.name, 0.0) for r in exercise.functions}, level)
            )
    if not marks:
        raise ValueError("it is not of an assignment that this project exported")
    return marks


def _points(test: Mapping[str, Any] | None) -> float:
    score = test.get("score", 0) if test is not None else 0
    if isinstance(score, bool) or not isinstance(score, (int, float)) or not 0 <= score < 1e6:
        raise ValueError(f"the score {score!r} is no number of points")
    return float(score)
