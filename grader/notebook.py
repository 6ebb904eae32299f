"""Checks inside a notebook: `from grader.notebook import check`, then `check(batchnorm_forward)`.

The verdict is the terminal's. The function's source, with what it uses, is taken from the cells and graded in a worker:
what stands in the notebook's own kernel is never called.
"""

from __future__ import annotations

import ast
import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.cells.source import extract
from grader.export.notebook.checked import Checked
from grader.export.notebook.plans import plan_with
from grader.grading import chosen, grade_source
from grader.plan import Plan
from grader.sandbox import Limits, Sandbox

__all__ = ["Checked", "check"]


def check(*functions: Callable[..., Any], exercise: str | None = None) -> Checked:
    """The verdict on functions of one exercise, which shows itself as the last line of a cell.

    `exercise` is only needed where two exercises have a function of this name. TypeError for anything but functions,
    UnknownName for one that no exercise asks for.
    """
    names = [_name(function) for function in functions]
    if not names:
        raise TypeError("check() takes the functions to check: check(softmax)")
    plan = plan_with(names[0], exercise, Path.cwd())
    for name in names:
        if all(function.name != name for function in plan.functions):
            raise TypeError(f"{name} is no function of {plan.exercise}, as {names[0]} is: check one exercise at a time")
    source = _source(functions[0], [function.name for function in plan.functions])
    return check_source(plan, source, names)


def check_source(plan: Plan, source: bytes, names: Sequence[str], *, limits: Limits | None = None) -> Checked:
    """The verdict on some functions of a source, which runs in a worker."""
    with Sandbox(limits or Limits()) as sandbox:
        result = grade_source(plan, source, Path("your cells"), sandbox, course="", chosen=chosen(plan, names, False))
    return Checked(result, names)


def _name(function: object) -> str:
    if not inspect.isfunction(function):
        raise TypeError(f"check() takes functions, such as check(softmax); this is a {type(function).__name__}")
    return function.__name__


def _source(function: Callable[..., Any], names: Sequence[str]) -> bytes:
    """The source of an exercise's functions: from the cells that were run, else from the file that holds them."""
    cells = cells_run(function.__globals__)
    if cells:
        return extract(cells, names).encode("utf-8", "replace")
    path = inspect.getsourcefile(function)
    if path is None or not Path(path).is_file():
        raise TypeError(f"the source of {function.__name__} cannot be found: define it in a cell or in a file")
    return Path(path).read_bytes()


def cells_run(namespace: Mapping[str, Any]) -> list[str]:
    """The cells that this kernel has run, as IPython keeps them, without those that could not be compiled."""
    history = namespace.get("In")
    return [cell for cell in history if _compiles(cell)] if isinstance(history, list) else []


def _compiles(cell: object) -> bool:
    """Whether a cell is Python. It was run here before, so that looking at it again opens nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(str(cell))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
