"""What a submission's module holds under the name of a function."""

from __future__ import annotations

import ast
import inspect
import types
from typing import Any

from grader.values import Value
from grader.worker.results import describe
from grader.worker.words import short


def found(name: str, value: Any, tree: ast.Module) -> Value:
    """Line, names of parameters, whether it is still to be written, and why it is no ordinary function (or "")."""
    definitions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    code = value.__code__ if type(value) is types.FunctionType else None
    line = definitions[-1].lineno if definitions else code.co_firstlineno if code else 1
    todo = bool(definitions) and code is not None and all(map(_says_nothing, definitions[-1].body))
    shown = tuple(short(str(each).partition(":")[0].partition("=")[0]) for each in parameters(value) or ())
    return (line, shown, todo, _problem(value))


def _says_nothing(statement: ast.stmt) -> bool:
    """Whether a statement of a body is one that stands there before anything is written."""
    if isinstance(statement, ast.Return):
        return statement.value is None or (isinstance(statement.value, ast.Constant) and statement.value.value is None)
    if isinstance(statement, ast.Raise):
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _problem(value: object) -> str:
    if isinstance(value, type):
        return "is a class"
    if type(value) is types.FunctionType:
        flags = value.__code__.co_flags
        if flags & inspect.CO_GENERATOR:
            return "is a generator function (it uses yield)"
        if flags & inspect.CO_COROUTINE:
            return "is a coroutine function (async def)"
        return "is an asynchronous generator function" if flags & inspect.CO_ASYNC_GENERATOR else ""
    return "" if callable(value) else f"is {describe(value)}"


def parameters(value: Any) -> list[inspect.Parameter] | None:
    """The parameters of a function, None where they cannot be told."""
    try:
        return list(inspect.signature(value).parameters.values())
    except BaseException:  # not callable, a builtin without a signature, or an object that lies about itself
        return None


def accepted(value: Any) -> tuple[frozenset[str | None], bool]:
    """The names of arguments that a function can be given, and whether it takes any name."""
    own = parameters(value) or ()
    named = {each.name for each in own if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)}
    return frozenset(named), any(each.kind is each.VAR_KEYWORD for each in own)
