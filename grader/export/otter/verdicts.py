"""The verdicts that otter's test cases ask for: made in the grader's process, read in otter's kernel.

A case is one check of one function on one set of inputs: `practice`, which students see in full, or `hidden`, where they
are told no more than `student_view` gives.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from grader.classroom.view import student_view
from grader.export.notebook.checked import PAGE, function_lines
from grader.plan import FunctionPlan, Plan
from grader.render.gradients import gradient_lines
from grader.verdict import CheckResult, ExerciseResult, FunctionResult, Status

PRACTICE: Final = "practice"
HIDDEN: Final = "hidden"
HIDDEN_PLAN: Final = "hidden.plan"
VARIABLE: Final = "grader_verdicts"  # what the kernel's only cell calls them


class Wrong(Exception):
    """A check that did not pass, with what its student is told."""


class NotGraded(Exception):
    """A check that nothing could be said about here, with why."""


@dataclass(frozen=True)
class Verdict:
    """Whether a case passes, its points, and what is said if it does not."""

    passed: bool
    points: int
    text: str


@dataclass(frozen=True)
class Verdicts:
    """The verdicts on one submission, by set of inputs, function and check."""

    exercise: str
    found: Mapping[str, Mapping[str, Mapping[str, Verdict]]]

    def get(self, inputs: str, function: str, check: str) -> Verdict:
        """The verdict on a case. A function that could not be run has one on its `match` check only, which stands for all."""
        checks = self.found[inputs][function]
        return checks.get(check) or Verdict(False, 0, f"{function}: not looked at, see its check of the values")

    @property
    def points(self) -> int:
        """The points that count: of the hidden inputs."""
        return sum(v.points for checks in self.found[HIDDEN].values() for v in checks.values() if v.passed)

    def pack(self) -> str:
        """The verdicts in letters and digits, so that no text of a student's can end the string it stands in."""
        rows = {
            inputs: {
                name: {check: [v.passed, v.points, v.text] for check, v in checks.items()}
                for name, checks in each.items()
            }
            for inputs, each in self.found.items()
        }
        return base64.b64encode(json.dumps([self.exercise, rows]).encode()).decode()

    @staticmethod
    def unpack(text: str) -> Verdicts:
        """The verdicts that were packed."""
        exercise, rows = json.loads(base64.b64decode(text))
        found = {
            inputs: {name: {check: Verdict(*row) for check, row in checks.items()} for name, checks in each.items()}
            for inputs, each in rows.items()
        }
        return Verdicts(exercise, found)


def checks_of(function: FunctionPlan) -> tuple[str, ...]:
    """The ids of a function's checks, in the order of results; the points stand on the first."""
    stability = ("stability",) if any(case.kind == "stability" for case in function.cases) else ()
    count = len(function.gradients)
    gradients = ("gradient",) if count == 1 else tuple(f"gradient-{number + 1}" for number in range(count))
    return ("match", *stability, *(each.id for each in function.properties), *gradients)


def verdicts_of(result: ExerciseResult, inputs: str) -> dict[str, dict[str, Verdict]]:
    """The verdicts of a result, by function and check."""
    if inputs == HIDDEN:
        rows = {row["name"]: row for row in student_view(result.to_json())["functions"]}
        said = {name: _guarded(row) for name, row in rows.items()}
    else:
        said = {function.name: _in_full(function, result) for function in result.functions}
    return {
        function.name: {check.id: _verdict(function, check, said[function.name], inputs) for check in function.checks}
        for function in result.functions
    }


def refused(plan: Plan, reason: str) -> dict[str, dict[str, Verdict]]:
    """The verdicts on a submission that cannot be read."""
    return {f.name: {"match": Verdict(False, f.points, reason)} for f in plan.functions}


def _verdict(function: FunctionResult, check: CheckResult, said: str, inputs: str) -> Verdict:
    if check.id == "match":  # it carries the points, which also stand on stability and properties
        return Verdict(function.status is Status.PASS, check.max_points, said)
    text = said if inputs == HIDDEN else _besides(function.name, check)
    return Verdict(check.status is Status.PASS, check.max_points, text)


def _in_full(function: FunctionResult, result: ExerciseResult) -> str:
    if result.problem:
        return "\n".join(PAGE.wrap(f"the file cannot be run: {result.problem}"))
    return "\n".join(line.text for line in function_lines(function, PAGE))


def _besides(function: str, check: CheckResult) -> str:
    if check.mismatch is not None and check.mismatch.detail:
        return "\n".join(PAGE.wrap(f"{function}, {check.id}: {check.mismatch.detail}"))
    table = [line.text for line in gradient_lines(check, PAGE)]
    return "\n".join(table) or f"{function}: {check.id} does not hold"


def _guarded(function: Mapping[str, Any]) -> str:
    """What a student of hidden inputs may read: the status, the kind of fault and the mistake's name."""
    if function["skipped_because"]:
        return f"{function['name']}: needs {function['skipped_because']}"
    kinds = [check["mismatch"]["kind"] for check in function["checks"] if check["mismatch"]]
    raised = [check["exception"]["type"] for check in function["checks"] if check["exception"]]
    words = [f"{function['name']}: {function['status']} on hidden inputs", *kinds[:1], *raised[:1]]
    mistake = function["mistake"]
    named = f". {mistake['text']} [{mistake['id']}]" if mistake else ""
    return ", ".join(words) + named


# --- in otter's kernel -----------------------------------------------------------------------------------------------


def require(env: Mapping[str, Any], exercise: str, function: str, inputs: str, check: str) -> None:
    """Raises Wrong unless a case passes; the body of every test case of an exported assignment."""
    verdicts = env.get(VARIABLE)
    if not isinstance(verdicts, Verdicts):
        tests = Path(sys._getframe(1).f_code.co_filename).parent  # otter compiles a test file under its path
        verdicts = _live(env, exercise, function, inputs, tests)
    if verdicts.exercise != exercise:
        raise NotGraded(f"this is a test of {exercise}, and what was graded is {verdicts.exercise}")
    verdict = verdicts.get(inputs, function, check)
    if not verdict.passed:
        raise Wrong(f"\n{verdict.text}")


def _live(env: Mapping[str, Any], exercise: str, function: str, inputs: str, tests: Path) -> Verdicts:
    """The verdicts on the cells that this kernel has run, where no plugin graded them before: `otter check`, a notebook."""
    from grader.cells.source import extract
    from grader.notebook import cells_run

    plan = _plan(exercise, function, inputs, tests)
    source = extract(cells_run(env), [each.name for each in plan.functions])
    return _graded(plan, inputs, source)


def _plan(exercise: str, function: str, inputs: str, tests: Path) -> Plan:
    from grader.export.notebook.plans import plan_with

    name = HIDDEN_PLAN if inputs == HIDDEN else f"{exercise}.plan"
    for folder in (tests.parent, tests.parent / "files"):
        if (folder / name).is_file():
            return _plan_of(folder / name)
    if inputs == HIDDEN:
        raise NotGraded("hidden inputs are graded by otter run only: their plan is not beside these tests")
    return plan_with(function, exercise, Path.cwd())


@lru_cache(maxsize=8)
def _plan_of(path: Path) -> Plan:
    from grader.plan.sealed import unseal

    return unseal(path.read_bytes(), path.name)


@lru_cache(maxsize=8)  # each question of an assignment asks with the same plan and cells
def _graded(plan: Plan, inputs: str, source: str) -> Verdicts:
    from grader.notebook import check_source

    names: Sequence[str] = [each.name for each in plan.functions]
    result = check_source(plan, source.encode("utf-8", "replace"), names).result
    return Verdicts(plan.exercise, {inputs: verdicts_of(result, inputs)})
