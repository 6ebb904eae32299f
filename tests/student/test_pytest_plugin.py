from __future__ import annotations

import atexit
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from grader.catalog import find_course
from grader.grading import grade_source
from grader.plan import load_or_compile
from grader.pytest_plugin import checks_of
from grader.sandbox import Limits, Sandbox
from tests.cli.conftest import ROOT
from tests.student.conftest import edit
from tests.submission_of import submission_of

tomllib = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
NAME = "exercise01_doubling.py"
TODO = "    raise NotImplementedError\n"


@cache
def installed() -> Path:
    """A folder that says what an installed package says of its entry points, as pyproject.toml has them."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    info = folder / f"dlmath_grader-{table['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {table['name']}\nVersion: {table['version']}\n")
    lines = [f"{name} = {place}\n" for name, place in table["entry-points"]["pytest11"].items()]
    (info / "entry_points.txt").write_text("[pytest11]\n" + "".join(lines))
    return folder


def explorer(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """pytest in a course, with the plugin as an installed package brings it: by the entry point, unasked."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(installed())]), "COLUMNS": "100"}
    environment.pop("PYTEST_ADDOPTS", None)
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, timeout=120)


@pytest.fixture
def asked(folder: Path) -> Path:
    """A student's folder whose course asks for pytest."""
    edit(folder / "pyproject.toml", "[tool.grade]\n", "[tool.grade]\npytest = true\n")
    return folder


def test_each_check_is_an_item_at_its_function(asked: Path) -> None:
    done = explorer(asked, "exercises", "--collect-only", "-q")
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[:2] == [
        f"exercises/{NAME}::doubling_forward[match]",
        f"exercises/{NAME}::doubling_backward[match]",
    ]
    assert len(re.findall("::", done.stdout)) == 8


def test_what_is_right_passes_what_is_wrong_says_what_grade_says(asked: Path) -> None:
    path = asked / "exercises" / NAME
    edit(path, TODO, "    return x * x\n")
    done = explorer(asked, f"exercises/{NAME}", "-rs")
    assert done.returncode == 1
    assert "1 failed, 1 skipped" in done.stdout
    assert "Squares x instead of doubling it. [squared]" in done.stdout
    assert "Hint: grade hint exercise1 doubling_forward" in done.stdout
    assert "not written yet" in done.stdout
    assert "def runtest" not in done.stdout and "Traceback" not in done.stdout
    edit(path, "x * x", "x + x")
    done = explorer(asked, f"exercises/{NAME}::doubling_forward[match]")
    assert (done.returncode, "1 passed" in done.stdout) == (0, True)


def test_a_syntax_error_empties_no_explorer(asked: Path) -> None:
    path = asked / "exercises" / NAME
    path.write_text(path.read_text() + "\n\ndef half(:\n")
    for words in (("exercises",), (f"exercises/{NAME}",)):
        assert "::doubling_forward[match]" in explorer(asked, *words, "--collect-only", "-q").stdout
    done = explorer(asked, "exercises")
    assert "2 failed, 6 skipped" in done.stdout
    assert "SyntaxError" in done.stdout


def test_a_students_file_is_never_imported_by_pytest(asked: Path, tmp_path: Path) -> None:
    path = asked / "exercises" / NAME
    path.write_text(f"open({str(tmp_path / 'was here')!r}, 'w')\n" + path.read_text())
    explorer(asked, f"exercises/{NAME}")
    assert not (tmp_path / "was here").exists()


def test_it_is_off_unless_the_course_asks(folder: Path) -> None:
    done = explorer(folder, "exercises", "--collect-only", "-q")
    assert (done.returncode, "::" in done.stdout) == (5, False)


def test_a_run_without_a_course_imports_nothing_of_the_engine(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text(
        "import sys\n\ndef test_other():\n"
        "    found = {name for name in sys.modules if name.split('.')[0] in ('grader', 'numpy', 'click', 'rich')}\n"
        "    assert found == {'grader', 'grader.pytest_plugin'}\n"
    )
    (tmp_path / "exercise1_other.py").write_text("raise SystemExit\n")
    done = explorer(tmp_path)
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout


def test_this_repositorys_own_tests_run_without_it() -> None:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "-p no:grade" in table["tool"]["pytest"]["ini_options"]["addopts"]
    done = explorer(ROOT, "tests/test_values.py", "-q")
    assert done.returncode == 0, done.stdout


def test_a_missing_plan_is_an_error_of_that_file_only(asked: Path) -> None:
    (asked / "plans" / "exercise01_doubling.plan").unlink()
    done = explorer(asked, "exercises", "--collect-only", "-q")
    assert done.returncode == 2
    assert len(re.findall("::", done.stdout)) >= 6


def test_wrong_settings_are_said(asked: Path) -> None:
    edit(asked / "pyproject.toml", "[tool.grade]\n", "[tool.grade]\nnonsense = 1\n")
    done = explorer(asked, "exercises")
    assert done.returncode == 2
    assert "has no setting 'nonsense'" in done.stdout
    assert "Traceback" not in done.stdout and "course.py" not in done.stdout


@pytest.mark.parametrize("number", [4, 11, 17])
def test_the_items_are_the_checks_of_a_verdict(number: int) -> None:
    course = find_course(ROOT)
    exercise = next(each for each in course.exercises if each.number == number)
    plan = load_or_compile(exercise.solution, "practice", None)
    with Sandbox(Limits()) as sandbox:
        result = grade_source(plan, submission_of(exercise.solution), exercise.stub, sandbox, course="c")
    for function, planned in zip(result.functions, plan.functions):
        assert tuple(check.id for check in function.checks) == checks_of(planned)
