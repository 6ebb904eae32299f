"""Lint finds what is wrong: each test breaks a sound course in one way and demands that finding."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grader.catalog import find_course
from grader.lint import Finding, lint
from grader.lint.finding import merged
from tests import synthetic


@pytest.fixture
def course(tmp_path: Path) -> Path:
    for folder in ("exercises", "solutions"):
        shutil.copytree(synthetic.COURSE / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def findings(root: Path, seeds: int = 1) -> list[str]:
    return [str(finding) for finding in lint(find_course(root), seeds=seeds)]


def change(root: Path, folder: str, old: str, new: str) -> None:
    path = root / folder / "exercise01_kinds.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_sound_course_is_clean_under_several_seeds_and_on_several_cores() -> None:
    done: list[tuple[int, int]] = []
    course = find_course(synthetic.COURSE)
    assert lint(course, seeds=3, jobs=2, progress=lambda *counts: done.append(counts)) == []
    assert done == [(1, 3), (2, 3), (3, 3)]


SOLUTION_FAULTS = [
    ("return float(np.var(x))", "return float(np.var(x, ddof=1))", "the alternate spread_var differs from the reference by"),
    ("return float(np.var(x))", "return float(np.var(x)) * (1 + 3e-6)", "the alternate spread_var differs from the reference by"),
    ("return n * x**n", "return n * x ** (n - 1)", "wrong function power_grad__exponent_kept passes every case in float64: add a case"),
    ("return n * x**n", "return n * x ** (n - 1) * (1 + 3e-5)", "times the allowed error from right: add a case that shows it more"),
    ("return [word for word in words if len(word) > least]", "return [word for word in words if len(word) >= least]", "passes every case"),
    ("return float((x**n).sum())", "return float((x**n).sum()) * (1 + 1e-4)", "the reference disagrees with numerical derivatives: dx"),
    ("    yield Case(\"odd\", n=2 * int(rng.integers(3, 20)) + 1)\n", "    yield Case(\"odd\", n=2 * int(np.random.randint(3, 20**6)) + 1)\n", "two plans of one seed differ"),
    ("def above_loop", "def above__loop", "NameError: name 'above_loop' is not defined"),
    ("alternates=(above_loop,)", "alternates=(above__numbers,)", "its name is that of a wrong function"),
    ("def spread_cases(", "def unlisted(x: Array) -> Array:\n    return x\n\n\ndef spread_cases(", "the function unlisted is in no check: list it, name it _unlisted, or remove it"),
    ("yield Case(\"one\", n=1)", "yield Case(\"one\", n=1 // 0)", "its cases raise ZeroDivisionError"),
    ("yield Case(\"one\", n=1)", "yield Case(\"odd\", n=1)", "two cases are called 'odd'"),
    ("import numpy as np\n", "import numpy as np\nimport os\n", "imports os: a solution needs NumPy and grader.spec only"),
    ("def spread_var(x: Array)", "def spread_var(y: Array)", "the alternate spread_var has other parameters than the reference"),
    ("TITLE = \"Every kind of value\"", "TITLE = \"Kinds\"", "its docstring must begin with the line 'Exercise 1: Kinds'"),
    ("NEEDS = ()", "NEEDS = (7,)", "NEEDS names exercises that do not come before it: (7,)"),
    ("CHECKS = (", "CHECKS = (undefined,", "NameError: name 'undefined' is not defined"),
    ("hint=\"Carry the state.\"", "hint=\"\"", "a mistake needs a hint"),
    ("base=rng.uniform(60, 90, 3), count=4)", "base=rng.uniform(3, 9, 3), count=4)\n    yield Case(\"x\", kind=\"stability\", base=np.array([3.0, 5.0]), count=12)", "expected entries from 1e+00 to 5e+07"),
    ("    \"\"\"Returns 0 and 1 instead of False and True.\"\"\"\n", "", "a wrong function needs a docstring"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "message"), SOLUTION_FAULTS, ids=[message[:40] for _, _, message in SOLUTION_FAULTS]
)
def test_a_fault_of_a_solution_is_found(course: Path, old: str, new: str, message: str) -> None:
    change(course, "solutions", old, new)
    found = findings(course, seeds=2)
    assert any(message in finding for finding in found), found


STUB_FAULTS = [
    ("def spread(x):", "def spread(y):", "the stub's parameters are (y), the reference's (x)"),
    ("def update(params, grads, lr=0.1):", "def update(params, grads, lr=0.2):", "the reference's (params, grads, lr=0.1)"),
    ("def spread(x):", "def spread(x: float):", "a stub has no annotations"),
    ("Welford 1962.", "Welford.", "names no source"),
    ("        base_j^i\n", "", "has no formula"),
    ("    n is a positive int. Lagarias 1985.\n    \"\"\"\n    raise NotImplementedError", "    n is a positive int. Lagarias 1985.\n    \"\"\"\n    return 0", "the body of a stub is its docstring and 'raise NotImplementedError'"),
    ("rng is a Generator, train a bool.", "rng is a Generator.", "does not mention the parameter train"),
    ("def collatz(n):", "def collats(n):", "its functions must be those of CHECKS, in order"),
    ("import numpy as np", "import numpy as np  # " + "x" * 90, "a sheet has at most 100"),
    ("def spread(x):", "def spread(x:", "does not parse"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), STUB_FAULTS, ids=[message[:40] for _, _, message in STUB_FAULTS])
def test_a_fault_of_a_sheet_is_found(course: Path, old: str, new: str, message: str) -> None:
    change(course, "exercises", old, new)
    found = findings(course)
    assert any(message in finding for finding in found), found


def test_stray_files_and_missing_twins_are_found(course: Path) -> None:
    (course / "solutions" / "notes.txt").write_text("x")
    (course / "exercises" / "exercise02_more.py").write_text('"""Exercise 2: More"""\n')
    found = findings(course)
    assert any("solutions/notes.txt: belongs to no exercise" in finding for finding in found)
    assert any("has no twin solutions/exercise02_more.py" in finding for finding in found)


def test_a_slug_that_is_a_command_is_found(course: Path) -> None:
    found = lint(find_course(course), seeds=1, reserved={"kinds"})
    assert any("'kinds' is a command" in str(finding) for finding in found)


def test_findings_that_differ_only_in_their_seeds_are_one() -> None:
    found = merged([Finding("a", "m", (2,)), Finding("b", "m"), Finding("a", "m", (1,))])
    assert [str(finding) for finding in found] == ["a: m (seed 1, 2)", "b: m"]
