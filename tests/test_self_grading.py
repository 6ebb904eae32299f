"""Through the real worker: references and alternates have full points, wrong functions are named, stubs are not written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.catalog import ExerciseFiles, find_course, load_solution
from grader.grading import grade_source
from grader.plan import load_or_compile
from grader.sandbox import Limits, Sandbox
from grader.verdict import FunctionResult, Status
from tests import synthetic
from tests.submission_of import submission_of

ROOT = Path(__file__).parents[1]
REAL = find_course(ROOT).exercises
SYNTHETIC = find_course(synthetic.COURSE).exercises
CLOSELY = [e for e in REAL if e.number in (3, 11, 15, 17, 26)]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(call_seconds=1.0)) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plans")


def graded(exercise: ExerciseFiles, source: bytes, sandbox: Sandbox, cache: Path, only: str = ""):
    plan = load_or_compile(exercise.solution, "self", cache)
    chosen = [plan.function(only)] if only else None
    return grade_source(plan, source, exercise.stub, sandbox, course="c", chosen=chosen)


@pytest.mark.parametrize("exercise", [*SYNTHETIC, *REAL], ids=lambda e: e.id)
def test_references_as_a_submission_have_full_points(exercise: ExerciseFiles, sandbox: Sandbox, cache: Path) -> None:
    result = graded(exercise, submission_of(exercise.solution), sandbox, cache)
    assert (result.problem, result.status) == ("", Status.PASS)
    assert result.points == result.max_points > 0


@pytest.mark.parametrize("exercise", [*SYNTHETIC, *REAL], ids=lambda e: e.id)
def test_stubs_are_not_written_yet(exercise: ExerciseFiles, sandbox: Sandbox, cache: Path) -> None:
    result = graded(exercise, exercise.stub.read_bytes(), sandbox, cache)
    assert {function.status for function in result.functions} == {Status.TODO}
    assert result.points == 0


def everything(exercise: ExerciseFiles, sandbox: Sandbox, cache: Path) -> list[str]:
    """What goes wrong when each alternate and each wrong function is submitted in its reference's place."""
    problems = []
    for check in load_solution(exercise.solution).CHECKS:
        for alternate in check.alternates:
            result = _one(exercise, check.name, alternate.__name__, sandbox, cache)
            if result.status is not Status.PASS:
                problems.append(f"{alternate.__name__}: {result.status.value}")
        for wrong in check.wrong:
            result = _one(exercise, check.name, wrong.function.__name__, sandbox, cache)
            named = result.mistake.id if result.mistake else None
            if named != wrong.id or result.points:
                problems.append(f"{wrong.function.__name__}: {result.status.value}, named {named}")
    return problems


def _one(exercise: ExerciseFiles, name: str, other: str, sandbox: Sandbox, cache: Path) -> FunctionResult:
    source = submission_of(exercise.solution, **{name: other})
    (result,) = graded(exercise, source, sandbox, cache, only=name).functions
    return result


@pytest.mark.parametrize("exercise", [*SYNTHETIC, *CLOSELY], ids=lambda e: e.id)
def test_alternates_pass_and_mistakes_are_named(exercise: ExerciseFiles, sandbox: Sandbox, cache: Path) -> None:
    assert everything(exercise, sandbox, cache) == []


@pytest.mark.slow
@pytest.mark.parametrize("exercise", [e for e in REAL if e not in CLOSELY], ids=lambda e: e.id)
def test_alternates_pass_and_mistakes_are_named_everywhere(
    exercise: ExerciseFiles, sandbox: Sandbox, cache: Path
) -> None:
    assert everything(exercise, sandbox, cache) == []
