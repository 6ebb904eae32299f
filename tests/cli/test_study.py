from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from grader.cli.casefile import case_source, file_name, literal, save
from grader.values import Seeded, Source
from tests.cli.conftest import RIGHT, ROOT, WRONG, Run, write


def test_hints_open_one_by_one_with_changed_attempts(course: Path, grade: Run) -> None:
    first = grade("hint", "exercise1")
    assert first.returncode == 0
    assert first.stdout.startswith("exercise1 doubling_forward: hint 1 of 2\n  What is twice a number?\n")
    again = grade("hint", "exercise1").stdout
    assert "hint 1 of 2" in again
    assert "Hint 2 opens after an attempt with a changed file." in again
    write(course, WRONG)
    grade("exercise1")
    second = grade("hint", "exercise1", "doubling_forward").stdout
    assert "hint 2 of 2\n  Multiply by two.\n" in second
    assert "On the mistake of your last attempt [squared]:\n  Twice is not squared." in second
    assert "1 attempt, 2 hints read" in grade("progress", "--plain").stdout


def test_without_a_function_the_hint_is_for_the_first_that_does_not_pass(course: Path, grade: Run) -> None:
    write(course, RIGHT.replace("2.0 * dout", "dout"))
    grade("exercise1")
    assert grade("hint", "exercise1").stdout.startswith("exercise1 doubling_backward: hint 1 of 1")


def test_the_sheet_is_shown_from_the_students_file_even_if_it_does_not_compile(course: Path, grade: Run) -> None:
    path = course / "exercises" / "exercise01_doubling.py"
    path.write_text(path.read_text() + "\ndef broken(:\n")
    done = grade("show", "exercise1")
    assert done.returncode == 0
    assert done.stdout.startswith(
        "Exercise 1: Doubling\n\nWhat it is for.\n\ndoubling_forward(x)\n    Twice x.\n\n        y_i = 2 x_i\n"
    )
    one = grade("show", "exercise1", "doubling_backward").stdout
    assert one.startswith("doubling_backward(dout)\n    The gradient")


def test_the_solution_opens_after_a_pass(course: Path, grade: Run) -> None:
    write(course, RIGHT)
    grade("exercise1")
    done = grade("show", "exercise1", "--solution")
    assert done.returncode == 0
    assert "def doubling_forward(x: Array) -> Array:\n    return 2 * x" in done.stdout
    assert "squared" not in done.stdout


def test_one_function_that_passes_opens_its_own_solution_only(course: Path, grade: Run) -> None:
    write(course, RIGHT)
    grade("exercise1", "doubling_forward", "--only")
    assert grade("show", "exercise1", "--solution").returncode == 2
    done = grade("show", "exercise1", "doubling_forward", "--solution")
    assert done.returncode == 0
    assert "doubling_backward" not in done.stdout


def test_the_solution_opens_after_five_failed_attempts(course: Path, grade: Run) -> None:
    for attempt in range(5):
        assert grade("show", "exercise1", "--solution").returncode == 2
        write(course, f"{WRONG}# {attempt}\n")
        grade("exercise1")
    assert grade("show", "exercise1", "--solution").returncode == 0


@pytest.mark.parametrize(("policy", "code"), [("always", 0), ("never", 2)])
def test_the_course_decides_about_solutions(course: Path, grade: Run, policy: str, code: int) -> None:
    (course / "pyproject.toml").write_text(f'[tool.grade]\nshow_solution = "{policy}"\n')
    assert grade("show", "exercise1", "--solution").returncode == code


def test_a_case_file_runs_the_students_function_on_the_cases_inputs(course: Path, grade: Run) -> None:
    write(course, "def doubling_forward(x):\n    print('here', x.shape, x.dtype)\n    return x * 3\n")
    done = grade("case", "exercise1", "doubling_forward", "five")
    assert done.returncode == 0
    path = course / ".grade" / "cases" / "exercise1_doubling_forward_five_numbers.py"
    assert done.stdout.splitlines()[-1] == "Next: python .grade/cases/exercise1_doubling_forward_five_numbers.py"
    ran = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, cwd="/")
    assert ran.stderr == ""
    assert ran.stdout.startswith("here (5,) float64\n[")
    assert "expected" not in path.read_text().lower()


def test_a_case_file_that_was_edited_is_left_alone(course: Path, grade: Run) -> None:
    words = ("case", "exercise1", "doubling_forward", "five numbers")
    grade(*words)
    grade(*words)
    folder = course / ".grade" / "cases"
    assert len(list(folder.iterdir())) == 1
    path = next(folder.iterdir())
    path.write_text("mine")
    grade(*words)
    assert sorted(entry.name for entry in folder.iterdir()) == [path.name, f"{path.stem}_2.py"]
    assert path.read_text() == "mine"


def test_without_a_case_the_cases_are_listed(grade: Run) -> None:
    assert (
        grade("case", "exercise1", "doubling_forward").stdout
        == "doubling_forward: 2 cases\n  five numbers\n  one number\n"
    )


@pytest.mark.parametrize(
    "value",
    [
        np.array([[1.5, -0.1], [1e-300, 2 / 3]]),
        np.array([np.inf, -np.inf, np.nan]),
        np.arange(60.0).reshape(3, 4, 5) / 7,
        np.array([1, 2, 3]),
        np.array([True, False]),
        np.float32([0.1, 0.2]),
        np.array(2.5),
        np.zeros((0, 3)),
        {"W": np.eye(2), "b": [1, (2.0,), None, "text", True]},
        (),
        (3, 4),
        float("inf"),
        -0.0,
        'it\'s "quoted"\n',
    ],
    ids=str,
)
def test_a_literal_makes_exactly_the_value_again(value: object) -> None:
    made = eval(literal(value), {"np": np})
    assert type(made) is type(value)
    np.testing.assert_equal(made, value)
    if isinstance(value, np.ndarray):
        assert (made.dtype, made.shape, made.tobytes()) == (value.dtype, value.shape, value.tobytes())


def test_code_and_generators_become_arguments_again() -> None:
    assert eval(literal(Seeded(7)), {"np": np}).random() == np.random.default_rng(7).random()
    function = eval(literal(Source("lambda x: A @ x", {"A": np.eye(2) * 3})), {"np": np, "Source": Source})
    np.testing.assert_array_equal(function(np.ones(2)), [3.0, 3.0])


def test_a_case_file_with_code_runs(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def slope(f, rng):\n    return f(2.0)\n")
    args = {"f": Source("def g(x):\n    return x ** 3\n"), "rng": Seeded(1)}
    text = case_source("exercise3", "slope", 'a "quoted" \\ case', "practice", args, path="x.py", submission="mine.py")
    path = save(tmp_path, file_name("exercise3", "slope", "Ünï: / \\ case"), text)
    ran = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, env={"PYTHONPATH": str(ROOT), "PATH": ""}
    )
    assert (ran.stdout, ran.stderr) == ("8.0\n", "")


def test_progress_as_json_holds_the_map(course: Path, grade: Run) -> None:
    write(course, RIGHT)
    grade("exercise1")
    document = json.loads(grade("progress", "--json").stdout)
    assert document["next"] == "exercise03_batchnorm"
    assert [entry["state"] for entry in document["exercises"]] == ["done", "here", "locked", "ready"]
    assert document["exercises"][0]["points"] == 2
