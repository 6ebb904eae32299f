"""A stub beside its solution: the student's words and the engine's behaviour must speak of the same functions."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any, Final

from grader.catalog import Course, ExerciseFiles
from grader.lint.finding import Finding
from grader.spec import Check
from grader.texbox import TexError, draw

YEAR: Final = re.compile(r"\b(1[6-9]|20)\d\d\b")
MAX_LINE: Final = 100


def stray_files(course: Course) -> Iterator[Finding]:
    """Files in exercises/ and solutions/ that belong to no exercise, and exercises without one of their two files."""
    for folder in ("exercises", "solutions"):
        known = {exercise.stub.name for exercise in course.exercises}
        for path in sorted((course.root / folder).glob("*")):
            if path.name not in known and path.name not in ("__pycache__", "survivors"):
                yield Finding(
                    f"{folder}/{path.name}",
                    "belongs to no exercise: name it exerciseNN_slug.py in both folders, or remove it",
                )
    for exercise in course.exercises:
        if not exercise.solution.exists():
            yield Finding(f"exercises/{exercise.stub.name}", f"has no twin solutions/{exercise.stub.name}")
    numbers = [exercise.number for exercise in course.exercises]
    for number in sorted({n for n in numbers if numbers.count(n) > 1}):
        yield Finding("exercises/", f"two files have the number {number}")


def check_sheet(exercise: ExerciseFiles, solution: ModuleType, course: Course) -> Iterator[Finding]:
    """What is wrong with a stub file, read as text."""
    place = f"exercises/{exercise.stub.name}"
    text = exercise.stub.read_text(encoding="utf-8")
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        yield Finding(f"{place}:{error.lineno}", f"does not parse: {error.msg}")
        return
    docstring = ast.get_docstring(tree) or ""
    title = f"Exercise {exercise.number}: {solution.TITLE}"
    if docstring.splitlines()[:1] != [title]:
        yield Finding(place, f"its docstring must begin with the line '{title}'")
    if len(docstring.split()) < 80:
        yield Finding(place, "its docstring teaches nothing: say what it is for, the idea, and what it follows from")
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > MAX_LINE:
            yield Finding(f"{place}:{number}", f"is {len(line)} characters long; a sheet has at most {MAX_LINE}")
    missing = [number for number in solution.NEEDS if number not in [e.number for e in course.exercises]]
    if missing or any(number >= exercise.number for number in solution.NEEDS):
        yield Finding(
            f"solutions/{exercise.stub.name}", f"NEEDS names exercises that do not come before it: {solution.NEEDS}"
        )
    stubs = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    wanted = [check.name for check in solution.CHECKS]
    if list(stubs) != wanted:
        yield Finding(place, f"its functions must be those of CHECKS, in order: {', '.join(wanted)}")
    for check in solution.CHECKS:
        if check.name in stubs:
            yield from _stub(f"{place}: {check.name}", stubs[check.name], check)


def _stub(place: str, node: ast.FunctionDef, check: Check) -> Iterator[Finding]:
    found = _signature_of(node)
    wanted = [(p.name, p.default) for p in inspect.signature(check.reference).parameters.values()]
    if found != wanted:
        yield Finding(place, f"the stub's parameters are {_show(found)}, the reference's {_show(wanted)}")
    if node.returns is not None or any(a.annotation for a in node.args.args):
        yield Finding(place, "a stub has no annotations: shapes live in the docstring")
    docstring = ast.get_docstring(node) or ""
    body = node.body[1:] if docstring else node.body
    if [ast.unparse(statement) for statement in body] != ["raise NotImplementedError"]:
        yield Finding(place, "the body of a stub is its docstring and 'raise NotImplementedError'")
    if not docstring:
        yield Finding(place, "has no docstring")
        return
    if not any(line.startswith("    ") for line in docstring.splitlines()[1:]):
        yield Finding(place, "its docstring has no formula: an indented block that says what is computed")
    if not YEAR.search(docstring):
        yield Finding(place, "its docstring names no source: author, year, and equation or section")
    parameters = inspect.signature(check.reference).parameters
    if unmentioned := [name for name in parameters if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", docstring)]:
        yield Finding(place, f"its docstring does not mention the parameter {unmentioned[0]}")


def _signature_of(node: ast.FunctionDef) -> list[tuple[str, Any]]:
    arguments = node.args.posonlyargs + node.args.args
    defaults: list[Any] = [inspect.Parameter.empty] * (len(arguments) - len(node.args.defaults))
    defaults += [ast.literal_eval(default) for default in node.args.defaults]
    return [(argument.arg, default) for argument, default in zip(arguments, defaults)]


def _show(signature: Sequence[tuple[str, Any]]) -> str:
    empty = inspect.Parameter.empty
    return "(" + ", ".join(name if default is empty else f"{name}={default!r}" for name, default in signature) + ")"


def check_solution(exercise: ExerciseFiles, solution: ModuleType) -> Iterator[Finding]:
    """What is wrong with a solution file besides its behaviour: imports, names, signatures, functions nobody lists."""
    place = f"solutions/{exercise.solution.name}"
    yield from _imports(place, exercise)
    listed: set[Callable[..., Any]] = set()
    for check in solution.CHECKS:
        parts = [
            check.reference,
            check.cases,
            *check.alternates,
            *(form for wrong in check.wrong for form in wrong.forms),
        ]
        listed.update([*parts, *(g.of for g in check.gradients), *(g.fixed for g in check.gradients if g.fixed)])
        yield from _functions(f"{place}: {check.name}", check)
    for name, value in vars(solution).items():
        own = inspect.isfunction(value) and value.__code__.co_filename == str(exercise.solution)
        if own and not name.startswith("_") and value not in listed:
            yield Finding(place, f"the function {name} is in no check: list it, name it _{name}, or remove it")


def _imports(place: str, exercise: ExerciseFiles) -> Iterator[Finding]:
    for node in ast.walk(ast.parse(exercise.solution.read_bytes())):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            if name not in ("numpy", "grader.spec", "__future__", "collections.abc", "math", "typing"):
                yield Finding(place, f"imports {name}: a solution needs NumPy and grader.spec only")


def _functions(place: str, check: Check) -> Iterator[Finding]:
    wanted = _parameters(check.reference)
    try:
        if check.formula:
            draw(check.formula, width=72)
    except TexError as error:
        yield Finding(place, f"its formula cannot be drawn: {error}")
    for alternate in check.alternates:
        if _parameters(alternate) != wanted:
            yield Finding(place, f"the alternate {alternate.__name__} has other parameters than the reference")
    for wrong in check.wrong:
        name = f"{check.name}__{wrong.id.replace('-', '_')}"
        if wrong.function.__name__ != name:
            yield Finding(place, f"the wrong function {wrong.function.__name__} must be called {name}")
        for form in wrong.forms:
            if not form.__name__.startswith(name):
                yield Finding(place, f"the name of {form.__name__} must begin with {name}")
            if _parameters(form) != wanted:
                yield Finding(place, f"the wrong function {form.__name__} has other parameters than the reference")
            if len(form.__doc__ or "") > 240:
                yield Finding(
                    place, f"the docstring of {form.__name__} is longer than a message should be (240 characters)"
                )
    for alternate in (check.reference, *check.alternates):
        if "__" in alternate.__name__.strip("_"):
            yield Finding(place, f"{alternate.__name__} is right, but its name is that of a wrong function")


def _parameters(function: Callable[..., Any]) -> list[tuple[str, Any]]:
    return [(p.name, p.default) for p in inspect.signature(function).parameters.values()]
