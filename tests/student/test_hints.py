"""Hints are kept as text, and never those of another plan."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.catalog import find_course
from grader.cli.names import Chosen
from grader.cli.study import PRACTICE, plan_of
from grader.plan import Plan
from grader.student.hints import FOLDER, Hints, hints_of
from tests.cli.conftest import ROOT
from tests.student.conftest import Run, edit

NAME = "exercise01_doubling"


def read(root: Path, *, may_ask: bool = True) -> tuple[Hints, ...]:
    course = find_course(root)
    exercise = course.exercises[0]

    def plan() -> Plan:
        assert may_ask, "the plan is not to be read again"
        return plan_of(Chosen(course, exercise, ()), PRACTICE)

    return hints_of(exercise, root / ".grade" / "cache", plan)


@pytest.fixture(params=["folder", "clone"])
def root(request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue(request.param)
    return found


def test_they_are_those_of_the_plan_and_kept(root: Path) -> None:
    course = find_course(root)
    plan = plan_of(Chosen(course, course.exercises[0], ()), PRACTICE)
    first = read(root)
    assert [(hints.name, hints.hints) for hints in first] == [(f.name, f.hints) for f in plan.functions]
    assert dict(first[0].mistakes) == {m.id: m.hint for m in plan.functions[0].mistakes} != {}
    assert read(root, may_ask=False) == first


def test_a_changed_solution_or_plan_gives_its_own(root: Path, clone: Path) -> None:
    read(root)
    path = root / "solutions" / f"{NAME}.py"
    if not path.is_file():
        path = root / "plans" / f"{NAME}.plan"
    os.utime(path, (1, 1))
    with pytest.raises(AssertionError, match="not to be read again"):
        read(root, may_ask=False)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"stamp": 3}', b"[" * 5000, None])
def test_what_is_kept_and_damaged_is_made_again(folder: Path, damage: bytes | None) -> None:
    first = read(folder)
    path = folder / ".grade" / "cache" / FOLDER / f"{NAME}.json"
    if damage is None:  # the right stamp, and hints that are none
        damage = json.dumps({**json.loads(path.read_bytes()), "functions": [["doubling_forward", [3], []]]}).encode()
    path.write_bytes(damage)
    assert read(folder) == first
    assert read(folder, may_ask=False) == first


def test_a_warm_hint_imports_no_numpy(folder: Path, grade: Run) -> None:
    edit(folder / "exercises" / f"{NAME}.py", "    raise NotImplementedError\n", "    return x * x\n")
    grade(folder, "exercise1")
    first = grade(folder, "hint", "exercise1").stdout
    assert "[squared]" in first
    code = "import sys\nsys.argv = ['grade', 'hint', 'exercise1']\nfrom grader.cli import main\n"
    code += "try:\n    main()\nexcept SystemExit:\n    pass\n"
    code += "print(sorted({'numpy', 'rich', 'pydantic', 'grader.plan'} & set(sys.modules)))"
    environment = {"PYTHONPATH": str(ROOT), "PATH": "", "COLUMNS": "100"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=True, env=environment
    )
    assert "[squared]" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
