"""Exercises in a test explorer: `pytest exercises/` runs one item for each check of a function, in `grade`'s own worker.

Off unless the course asks for it, with `pytest = true` under [tool.grade] in its pyproject.toml. pytest itself never imports
a student's file, so that one with a syntax error has all its items too, each of which says where it is. Runs from here are
no attempts. What is not written yet, or waits for another function, is skipped.
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Generator, Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from grader.catalog import Course, ExerciseFiles
    from grader.plan import FunctionPlan, Plan
    from grader.sandbox import Sandbox
    from grader.verdict import ExerciseResult, FunctionResult

_NAME = re.compile(r"exercise\d+_[a-z][a-z0-9_]*\.py")
_SANDBOX = pytest.StashKey["Sandbox"]()
_COURSES = pytest.StashKey["dict[Path, Course | None]"]()


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Takes the files of a course's exercises from whatever else would collect, and import, them."""
    found = yield
    if _NAME.fullmatch(file_path.name) and file_path.parent.name == "exercises":
        course = _course(parent.config, file_path.parent.parent)
        exercise = next((e for e in course.exercises if e.stub.name == file_path.name), None) if course else None
        if course is not None and exercise is not None:
            return [ExerciseFile.from_parent(parent, path=file_path, course=course, exercise=exercise)]
    return found


def _course(config: pytest.Config, root: Path) -> Course | None:
    """The course in a folder if it has asked for pytest; CollectError if its settings are wrong."""
    from grader.catalog import CatalogError, find_course

    known = config.stash.setdefault(_COURSES, {})
    if root not in known:
        if not _asks_for_pytest(root):
            known[root] = None
            return None
        try:
            known[root] = find_course(root)
        except CatalogError as error:
            raise pytest.Collector.CollectError(f"{error}\n{error.hint}") from error
    return known[root]


def _asks_for_pytest(root: Path) -> bool:
    """Whether `pytest = true` is set; read here, so that a folder that did not ask costs and breaks nothing."""
    tomllib = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")  # tomli is tomllib's earlier name
    try:
        table = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    settings = table.get("tool", {}).get("grade", {})
    return isinstance(settings, dict) and settings.get("pytest") is True


class ExerciseFile(pytest.File):
    """A student's file: one item for each check of the exercise's plan."""

    def __init__(self, *, course: Course, exercise: ExerciseFiles, **more: Any) -> None:
        super().__init__(**more)
        self.course = course
        self.exercise = exercise
        self.plan: Plan | None = None
        self.result: ExerciseResult | None = None

    def collect(self) -> Iterator[pytest.Item]:
        """The items, in the plan's order; the student's file is only searched for the lines of its functions."""
        from grader.catalog import CatalogError, top_level_functions
        from grader.cli.names import Chosen
        from grader.cli.study import PRACTICE, plan_of

        try:
            self.plan = plan_of(Chosen(self.course, self.exercise, ()), PRACTICE)
        except CatalogError as error:
            raise self.CollectError(f"{error}\n{error.hint}") from error
        lines = dict(top_level_functions(self.path))
        for function in self.plan.functions:
            for check in checks_of(function):
                yield CheckItem.from_parent(
                    self,
                    name=f"{function.name}[{check}]",
                    function_name=function.name,
                    check=check,
                    line=lines.get(function.name, 1),
                )

    def verdict(self, name: str) -> FunctionResult:
        """The verdict on a function; the file is graded once, when the first item runs."""
        from grader.grading import grade_source, read_submission

        assert self.plan is not None
        if self.result is None:
            source, sandbox = read_submission(self.path), _sandbox(self.config, self.course)
            self.result = grade_source(self.plan, source, self.path, sandbox, course=self.course.name)
        return next(function for function in self.result.functions if function.name == name)


def checks_of(function: FunctionPlan) -> tuple[str, ...]:
    """The ids of the checks that a verdict on this function has."""
    stability = ("stability",) if any(case.kind == "stability" for case in function.cases) else ()
    count = len(function.gradients)
    gradients = ("gradient",) if count == 1 else tuple(f"gradient-{number + 1}" for number in range(count))
    return ("match", *stability, *(wanted.id for wanted in function.properties), *gradients)


def _sandbox(config: pytest.Config, course: Course) -> Sandbox:
    """The sandbox of this run of pytest, warm from its first use to its end."""
    from grader.cli.grading import PRACTICE, Request, sandbox_for

    if _SANDBOX not in config.stash:
        stack = contextlib.ExitStack()
        config.stash[_SANDBOX] = stack.enter_context(sandbox_for(course, Request(None, PRACTICE, None)))
        config.add_cleanup(stack.close)
    return config.stash[_SANDBOX]


class CheckFailed(Exception):
    """A check that did not pass; the message is what `grade` shows."""


class CheckItem(pytest.Item):
    """One check of one function."""

    parent: ExerciseFile

    def __init__(self, *, function_name: str, check: str, line: int, **more: Any) -> None:
        super().__init__(**more)
        self.function_name = function_name
        self.check = check
        self.line = line

    def runtest(self) -> None:
        """Passes, is skipped, or raises CheckFailed."""
        from grader.verdict import Status

        function = self.parent.verdict(self.function_name)
        if self.parent.result is not None and self.parent.result.problem:
            raise CheckFailed(_words(self.parent, function))  # the file cannot be loaded: nothing in it passes
        if function.status is Status.TODO:
            pytest.skip("not written yet")
        if function.status is Status.SKIP:
            pytest.skip(f"needs {function.skipped_because or 'another function'}")
        check = next((check for check in function.checks if check.id == self.check), None)
        if (check or function).status is not Status.PASS:
            raise CheckFailed(_words(self.parent, function))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What `grade` says, without a traceback through the grader; our own failure keeps its traceback."""
        return str(excinfo.value) if isinstance(excinfo.value, CheckFailed) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The student's function, so that an explorer opens it."""
        return self.path, self.line - 1, f"{self.parent.exercise.short}: {self.name}"


def _words(file: ExerciseFile, function: FunctionResult) -> str:
    from grader.render.details import details
    from grader.render.text import Page

    where = Page(plain=True)
    if file.result is not None and file.result.problem:
        return "\n".join(where.wrap(f"{function.file}: {file.result.problem}", "  ", ""))
    lines = [line.text for line in details(function, where)]
    return "\n".join([*lines, f"Hint: grade hint {file.exercise.short} {function.name}"])
