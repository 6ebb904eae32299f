"""The parts of an otter assignment that are text: test files, the master notebook, the configuration."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from grader.export.notebook.document import Cell, function_sheet, introduction, notebook, setup, stub_texts
from grader.export.otter.references import reference_cells
from grader.export.otter.verdicts import HIDDEN, HIDDEN_PLAN, PRACTICE, checks_of
from grader.plan import FunctionPlan, Plan
from grader.render.sheet import read_sheet

PLUGIN: Final = "grader.export.otter.plugin.WorkerPlugin"


@dataclass(frozen=True)
class Case:
    """A test case: a check of a function on one set of inputs, and its points."""

    function: str
    inputs: str
    check: str
    points: int

    @property
    def title(self) -> str:
        """What otter calls the case."""
        return f"{self.function}, {self.inputs} inputs, {self.check}"

    def body(self, exercise: str) -> str:
        """The case as a function, with its import inside: an exception-based test sees no other names."""
        name = f"{self.inputs}_{self.check.replace('-', '_')}"
        words = json.dumps([exercise, self.function, self.inputs, self.check])[1:-1]
        load = "from grader.export.otter.verdicts import require"
        return f"def {name}(env):\n    {load}\n    require(env, {words})"


def cases_of(function: FunctionPlan) -> Iterator[Case]:
    """Every check on practice inputs, for the student to see, and on hidden inputs, for the marks."""
    for check in checks_of(function):
        yield Case(function.name, PRACTICE, check, 0)
    for check in checks_of(function):
        yield Case(function.name, HIDDEN, check, function.points if check == "match" else 0)


def test_file(number: int, function: FunctionPlan, exercise: str) -> str:
    """An exception-based test file of a question, which is a function."""
    head = f'"""Checks of {function.name}, {exercise}."""\n\nfrom otter.test_files import test_case\n\nOK_FORMAT = False\n\n'
    head += f'name = "q{number}"\npoints = {function.points}\n'
    cases = [
        f"\n\n@test_case(name={json.dumps(case.title)}, points={case.points}, hidden={case.inputs == HIDDEN})\n{case.body(exercise)}\n"
        for case in cases_of(function)
    ]
    return head + "".join(cases)


def otter_config(plugin: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration of the autograder: our plugin, and none of what would let a kernel see a submission."""
    return {"lang": "python", "plugins": [{PLUGIN: dict(plugin)}], "grade_from_log": False, "show_hidden": False}


def master_notebook(stub: Path, solution: Path, plan: Plan, plugin: Mapping[str, Any]) -> bytes:
    """The notebook that `otter assign` takes: each question with its sheet, its reference and its cases."""
    source = stub.read_text(encoding="utf-8")
    sheet = {part.name: part for part in read_sheet(source).functions}
    stubs = stub_texts(source)
    names = [function.name for function in plan.functions]
    imports, references = reference_cells(solution.read_text(encoding="utf-8"), names)
    head = introduction(read_sheet(source).text, plan)
    cells = [
        Cell("raw", _assignment(plan, plugin)),
        Cell("markdown", head),
        Cell("code", setup(source)),
    ]
    for number, function in enumerate(plan.functions, 1):
        cells += [
            Cell("raw", f"# BEGIN QUESTION\nname: q{number}\npoints: {function.points}"),
            Cell("markdown", function_sheet(sheet[function.name], function.formula)),
            Cell("raw", "# BEGIN SOLUTION"),
            Cell("code", _solution(stubs[function.name], references[function.name], imports if number == 1 else "")),
            Cell("raw", "# END SOLUTION"),
            Cell("raw", "# BEGIN TESTS"),
            *(Cell("code", _test_cell(case, plan.exercise)) for case in cases_of(function)),
            Cell("raw", "# END TESTS"),
            Cell("raw", "# END QUESTION"),
        ]
    return notebook(cells)


def _assignment(plan: Plan, plugin: Mapping[str, Any]) -> str:
    settings = {
        "init_cell": True,
        "check_all_cell": False,
        "export_cell": False,
        "generate": True,
        "requirements": "requirements.txt",
        "files": [f"{plan.exercise}.plan"],
        "autograder_files": [HIDDEN_PLAN],
        "tests": {"files": True, "ok_format": False},
        "plugins": [{PLUGIN: dict(plugin)}],
    }
    lines = [f"{name}: {json.dumps(value)}" for name, value in settings.items()]  # JSON is YAML
    return "\n".join(["# ASSIGNMENT CONFIG", *lines])


def _solution(stub: str, reference: str, imports: str) -> str:
    """The reference, and in a text that otter puts in its place for students, the stub."""
    text = f"{imports}\n\n\n{reference}".lstrip()
    return f"# BEGIN SOLUTION NO PROMPT\n{text}\n# END SOLUTION\nr''' # BEGIN PROMPT\n{stub}\n''' # END PROMPT"


def _test_cell(case: Case, exercise: str) -> str:
    config = f"points: {case.points}\nhidden: {str(case.inputs == HIDDEN).lower()}"
    return f'""" # BEGIN TEST CONFIG\n{config}\n""" # END TEST CONFIG\n{case.body(exercise)}'
