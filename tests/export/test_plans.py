"""The sealed plans give the verdicts that the solutions give: every exercise, every mistake, in float64 and float32."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.catalog import Course, CourseFault, ExerciseFiles, SolutionsNeeded, find_course, load_solution
from grader.judge import judge
from grader.lint.proof import outcomes_of
from grader.plan import Plan, compile_plan, load_or_compile, save
from grader.plan.sealed import PUBLIC_SEED, seal, unseal
from grader.verdict import Status
from tests import synthetic
from tests.export.conftest import ROOT

EXERCISES = find_course(ROOT).exercises


def compiled(exercise: ExerciseFiles) -> Plan:
    return compile_plan(exercise.id, load_solution(exercise.solution), exercise.solution.read_bytes(), PUBLIC_SEED)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_a_sealed_plan_gives_the_verdicts_of_the_solution(exercise: ExerciseFiles, files: dict[str, bytes]) -> None:
    name = f"plans/{exercise.id}.plan"
    sealed, plan = unseal(files[name], name), compiled(exercise)
    assert save(sealed) == save(plan)
    named = 0
    for check in load_solution(exercise.solution).CHECKS:
        right = (check.reference, *check.alternates)
        forms = [(form, wrong.id) for wrong in check.wrong for form in wrong.forms]
        for function, mistake in [*((function, None) for function in right), *forms]:
            for single in (False, True):
                outcomes = outcomes_of(function, plan.function(check.name), check.exact, single)
                verdict = judge(sealed.function(check.name), None, outcomes)
                assert verdict.to_json() == judge(plan.function(check.name), None, outcomes).to_json()
                assert (verdict.status is Status.PASS) == (mistake is None)
                assert (verdict.mistake.id if verdict.mistake else None) == mistake
                named += mistake is not None
    assert named >= 2 * sum(len(function.mistakes) for function in sealed.functions) > 0


def test_every_exercise_has_a_plan_and_all_are_of_the_public_seed(course: Course, files: dict[str, bytes]) -> None:
    plans = {name: unseal(data, name) for name, data in files.items() if name.endswith(".plan")}
    assert {plan.exercise for plan in plans.values()} == {exercise.id for exercise in course.exercises}
    assert {plan.seed for plan in plans.values()} == {PUBLIC_SEED}


def test_a_sealed_plan_is_small_and_cannot_be_read_at_a_glance(files: dict[str, bytes]) -> None:
    sealed = {name: data for name, data in files.items() if name.endswith(".plan")}
    assert sum(map(len, sealed.values())) < 4e6
    for data in sealed.values():
        assert b"batch" not in data.partition(b"\n")[2] and b"hint" not in data.partition(b"\n")[2]


def test_sealing_gives_equal_bytes_for_equal_plans() -> None:
    assert seal(synthetic.plan()) == seal(synthetic.plan())


# --- what can be wrong with a file -------------------------------------------------------------------------------


@pytest.fixture
def solution(tmp_path: Path) -> Path:
    """Where a solution would be, in a folder that has its sealed plan instead."""
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "exercise01_kinds.plan").write_bytes(seal(synthetic.plan()))
    return tmp_path / "solutions" / "exercise01_kinds.py"


def test_the_sealed_plan_stands_for_a_solution_that_is_not_there(solution: Path, tmp_path: Path) -> None:
    assert save(load_or_compile(solution, PUBLIC_SEED, tmp_path / "cache")) == save(synthetic.plan())
    assert not (tmp_path / "cache").exists()


def test_another_seed_takes_the_solution(solution: Path) -> None:
    with pytest.raises(SolutionsNeeded, match="--seed makes new inputs, and that takes the solutions"):
        load_or_compile(solution, "other", None)


def test_a_solution_that_is_there_is_what_counts(solution: Path) -> None:
    solution.parent.mkdir()
    solution.write_bytes(synthetic.SOLUTION.read_bytes())
    assert load_or_compile(solution, "other", None).seed == "other"


DAMAGES = {
    "cut off": (lambda data: data[:-5], "the file is damaged"),
    "a byte changed": (lambda data: data[:-5] + bytes([data[-5] ^ 1]) + data[-4:], "the file is damaged"),
    "empty": (lambda data: b"", "this is no sealed plan"),
    "another format": (
        lambda data: data.replace(b"plan 1 0.1.0", b"plan 2 9.7.3"),
        r"made by grade 9\.7\.3, which this one",
    ),
    "of another exercise": (
        lambda data: seal(compile_plan("exercise09_other", synthetic.solution(), b"", PUBLIC_SEED)),
        "holds the plan of exercise09_other",
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_wrong_file_is_the_courses_fault_and_says_what_to_do(name: str, solution: Path) -> None:
    change, message = DAMAGES[name]
    path = solution.parents[1] / "plans" / "exercise01_kinds.plan"
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(CourseFault, match=rf"plans/exercise01_kinds\.plan: {message}") as caught:
        load_or_compile(solution, PUBLIC_SEED, None)
    assert "release" in caught.value.hint or "pip install dlmath-grader==9.7.3" in caught.value.hint


def test_neither_solution_nor_plan_is_the_courses_fault(tmp_path: Path) -> None:
    with pytest.raises(CourseFault, match=r"there is no such solution, and no plans/exercise02_x\.plan in its place"):
        load_or_compile(tmp_path / "solutions" / "exercise02_x.py", PUBLIC_SEED, None)
