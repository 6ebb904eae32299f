"""What depends on the exercise in every format: that its functions come out of a notebook whole, and its references too."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.catalog import ExerciseFiles, find_course
from grader.cells.source import functions_source
from grader.export.notebook.document import exercise_notebook
from grader.export.notebook.plans import plan_with
from grader.export.otter.master import cases_of, master_notebook
from grader.grading import grade_source
from grader.sandbox import Limits, Sandbox
from tests.export_formats.assignments import ROOT, as_notebook, submissions
from tests.export_formats.conftest import FIVE

COURSE = find_course(ROOT)


@pytest.mark.parametrize(
    "exercise",
    [pytest.param(each, id=each.id, marks=() if each.id in FIVE else pytest.mark.slow) for each in COURSE.exercises],
)
def test_notebooks_of_an_exercise_grade_like_its_file(exercise: ExerciseFiles, tmp_path: Path) -> None:
    plan = plan_with("", exercise.id, ROOT)
    names = [function.name for function in plan.functions]
    paths = submissions(exercise.id, tmp_path)
    sources = {
        "file": paths["partial"].read_bytes(),
        "cells": functions_source(as_notebook(paths["partial"]).read_bytes(), names),
        "master": functions_source(master_notebook(exercise.stub, exercise.solution, plan, {}), names),
        "sheet": functions_source(exercise_notebook(exercise.stub, plan), names),
    }
    points = {}
    with Sandbox(Limits()) as sandbox:
        for name, source in sources.items():
            result = grade_source(plan, source, Path("answers.py"), sandbox, course="")
            assert result.problem == "", (name, result.problem)
            points[name] = [function.points for function in result.functions]
    worth = [function.points for function in plan.functions]
    assert points["cells"] == points["file"] != worth
    assert points["master"] == worth
    assert points["sheet"] == [0] * len(worth)
    for function in plan.functions:
        assert sum(case.points for case in cases_of(function)) == function.points
