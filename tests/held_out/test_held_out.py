"""Programs that were written without a look at the cases get the verdict that a teacher would give them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.catalog import ExerciseFiles, find_course
from grader.grading import grade_source
from grader.plan import load_or_compile
from grader.sandbox import Limits, Sandbox
from grader.verdict import FunctionResult, Status
from tests.held_out.programs import Program, programs, submissions

COURSE = find_course(Path(__file__).parents[2])


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(call_seconds=1.0)) as sandbox:
        yield sandbox


def wrong_verdict(program: Program, result: FunctionResult) -> str:
    """What is wrong with the verdict on a program, or nothing."""
    passed, mistake = result.status is Status.PASS, result.mistake
    named = mistake.id if mistake is not None and mistake.kind == "named" else None
    if program.verdict == "right":
        return "" if passed and result.points == result.max_points else f"refused: {result.checks[0].mismatch}"
    if passed or result.points:
        return "passes"
    wanted = None if program.verdict == "other" else program.verdict
    return "" if named == wanted else f"named {named}, not {wanted}"


@pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda e: e.id)
def test_unseen_programs_get_their_verdict(exercise: ExerciseFiles, sandbox: Sandbox, tmp_path: Path) -> None:
    plan = load_or_compile(exercise.solution, "held out", tmp_path)
    ids = {function.name: {m.id for m in function.mistakes} for function in plan.functions}
    kept = programs(exercise.number, ids)
    assert {p.function for p in kept if p.verdict == "right"} == set(ids), "no right program for some function"
    problems = []
    for chosen, source in submissions(exercise.number, kept):
        asked = [plan.function(program.function) for program in chosen]
        result = grade_source(plan, source, exercise.stub, sandbox, course="c", chosen=asked)
        assert result.problem == ""
        by_name = {function.name: function for function in result.functions}
        problems += [f"{p.name}: {why}" for p in chosen if (why := wrong_verdict(p, by_name[p.function]))]
    assert problems == []
