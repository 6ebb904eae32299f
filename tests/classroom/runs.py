"""Runs in a folder, written by the ledger itself with results made by hand: no course, no sandbox, no student code."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from grader.classroom.database import transaction
from grader.classroom.identities import Identities, pseudonym
from grader.classroom.ledger import Conditions, Exercise, Graded, Ledger, Submission
from grader.classroom.model import FunctionRow, Identity, pack
from grader.classroom.rules import Rules
from grader.verdict import (
    CheckResult,
    ExceptionInfo,
    ExerciseResult,
    FunctionResult,
    Mismatch,
    Mistake,
    Status,
    canonical,
)

KEY = b"a key for tests"
CONDITIONS = Conditions("0.1.0+test", "c" * 32, "e" * 16, "jailed", False, "3.11.7", "2.4.6")
EXERCISES = (
    Exercise("exercise01_doubling", 1, "Doubling", (FunctionRow("double", 1), FunctionRow("double_backward", 2)), "v1"),
    Exercise("exercise02_tripling", 2, "Tripling", (FunctionRow("triple", 1),), "v1"),
)


@dataclass(frozen=True)
class Work:
    """One thing handed in: whose, at which exercise, and the status of each function ("fail:mistake-id" names a mistake)."""

    student: str
    exercise: str
    statuses: Mapping[str, str]
    submitted: datetime | None = None
    sequence: int = 0
    late: bool = False
    note: str = ""
    printed: str = ""
    problem: str = ""
    failure: str = ""
    source: str = ""


@dataclass(frozen=True)
class Class:
    """A class to write: people, their work, the rules."""

    people: Sequence[Identity] = ()
    work: Sequence[Work] = ()
    exercises: Sequence[Exercise] = EXERCISES
    rules: Rules = field(default_factory=Rules)
    conditions: Conditions = CONDITIONS


def person(student: str, name: str = "", **ids: str) -> Identity:
    """A student of the roster; canvas=, moodle=, email= and so on are what others call them."""
    email = ids.pop("email", f"{student}@example.org")
    return Identity(pseudonym(KEY, student), student, name or student.title(), email, "", ids, True)


def result_of(exercise: Exercise, work: Work) -> ExerciseResult:
    """The result that `work.statuses` describes; functions that are not named are `todo`."""
    functions = tuple(_function(row, work.statuses.get(row.name, "todo")) for row in exercise.functions)
    return ExerciseResult(
        exercise=exercise.id,
        title=exercise.title,
        course="test course",
        grader="0.1.0",
        seed=None,
        plan="p" * 64,
        submission=hashlib.sha256(source_of(work)).hexdigest(),
        sandbox="jailed",
        functions=functions,
        duration_ms=12.5,
        problem=work.problem,
        printed=work.printed,
    )


def source_of(work: Work) -> bytes:
    """The bytes that were handed in."""
    return (work.source or f"# {work.student} {work.exercise} {dict(work.statuses)}\n").encode()


def _function(row: FunctionRow, text: str) -> FunctionResult:
    word, _, mistake_id = text.partition(":")
    status = Status(word)
    points = row.max_points if status is Status.PASS else 0
    wrong = status is Status.FAIL
    mismatch = (
        Mismatch("a case", "value", "y[0] is 2.0, expected 3.0", "y", (0,), 2.0, 3.0, 0.5, 1e-9) if wrong else None
    )
    raised = ExceptionInfo("ValueError", "a <secret> message") if status is Status.ERROR else None
    check = CheckResult(
        "match", "match", status, points, row.max_points, 3 if points else 1, 3, mismatch, raised, printed=""
    )
    named = Mistake(mistake_id, f"What {mistake_id} does.", "named", "Look again.") if mistake_id else None
    return FunctionResult(
        row.name, status, points, row.max_points, (check,), 3, f"{row.name}.py", mistake=named, hint_available=wrong
    )


def graded(exercise: Exercise, work: Work, key: bytes) -> Graded:
    """The result as the ledger takes it."""
    if work.failure:
        return Graded(key, failure=work.failure)
    result = result_of(exercise, work)
    aside = pack({"printed": [["", "", work.printed]]}) if work.printed else b""
    timeouts = sum(function.status is Status.TIMEOUT for function in result.functions)
    return Graded(
        *(key, result.status.value, result.points, result.max_points, timeouts, "jailed", 12.5, 10.0),
        *(pack(canonical(result.to_json())), aside),
    )


def make_run(folder: Path, made: Class) -> Path:
    """Writes a run, or one more call into a run that is there; its folder."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = {person.student: person.pseudonym for person in made.people}
    with Identities(folder, writing=True) as identities, transaction(identities.db, identities.path):
        for each in made.people:
            identities.put(each, (f"roster:{each.student}",))
    with Ledger(folder) as ledger:
        rules = made.rules.for_pseudonyms(names.get)
        ledger.begin("test course", made.conditions, made.exercises, rules)
        with ledger.write():
            for name in names.values():
                ledger.add_student(name)
            for work in made.work:
                at = work.submitted.timestamp() if work.submitted else None
                student = names[work.student]
                ledger.add_submission(
                    Submission(student, work.exercise, source_of(work), at, work.sequence, work.late, work.note)
                )
        _grade(ledger, made)
        ledger.end()
    return folder


def _grade(ledger: Ledger, made: Class) -> None:
    ledger.plan()
    by_sha = {hashlib.sha256(source_of(work)).digest(): work for work in made.work}
    by_id = {exercise.id: exercise for exercise in made.exercises}
    tasks = {task.key: task for task in ledger.tasks()}
    wanted = [(task, by_sha[task.sha]) for task in tasks.values() if task.sha in by_sha]
    ledger.add_results(tasks, [graded(by_id[task.exercise], work, task.key) for task, work in wanted])


def at(text: str) -> datetime:
    """A time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
