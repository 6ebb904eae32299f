"""What a submission's module holds under the name of a function."""

from __future__ import annotations

import ast
import inspect
import re
import types
from typing import Any, Final, NamedTuple

from grader.values import Value
from grader.worker.results import describe
from grader.worker.words import short

_SHORT: Final = 80  # bytes of code; a body that says nothing has less, in every version of Python


class Parameters(NamedTuple):
    """A function's parameters as they are written, the names it takes, and whether it takes any name."""

    shown: tuple[str, ...]
    names: frozenset[str | None]
    any_name: bool


def found(name: str, value: Any, source: bytes, module: types.CodeType) -> tuple[Value, Parameters]:
    """What there is to say of a function, and its parameters. `module` is the code of the whole source.

    Said is: line, parameters, whether it is still to be written, and why it is no ordinary function (or "").
    """
    code = value.__code__ if type(value) is types.FunctionType else None
    has = parameters(value)
    if code is not None and code.co_filename == module.co_filename:
        line, todo = code.co_firstlineno, _may_say_nothing(code) and _says_nothing(name, code, source, module)
    else:
        line, todo = _line(name, source), False
    return (line, tuple(map(short, has.shown)), todo, _problem(value)), has


def _line(name: str, source: bytes) -> int:
    """Where a name is defined that holds something else than a function of this file, such as a decorator's."""
    pattern = rb"^(?:async[ \t]+)?def[ \t]+%s\b" % re.escape(name.encode())
    places = [match.start() for match in re.finditer(pattern, source, re.MULTILINE)]
    return source.count(b"\n", 0, places[-1]) + 1 if places else 1


def _may_say_nothing(code: types.CodeType) -> bool:
    """Whether a function is so short that its text has to be looked at; parsing takes longer than compiling."""
    return len(code.co_code) <= _SHORT and set(code.co_names) <= {"NotImplementedError"}


def _says_nothing(name: str, code: types.CodeType, source: bytes, module: types.CodeType) -> bool:
    """Whether all statements of a body are such as stand there before anything is written."""
    definitions = [
        node for node in _statements(code, source, module) if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    return bool(definitions) and all(map(_is_empty, definitions[-1].body))


def _statements(code: types.CodeType, source: bytes, module: types.CodeType) -> list[ast.stmt]:
    """The statements from where a function begins to where the next one does, or all if those cannot stand alone."""
    start = code.co_firstlineno
    nexts = [each.co_firstlineno for each in module.co_consts if isinstance(each, types.CodeType)]
    end = min((line for line in nexts if line > start), default=None)
    lines = source.splitlines(keepends=True)
    try:
        part = ast.parse(b"".join(lines[start - 1 : end and end - 1])).body
    except (SyntaxError, ValueError):  # cut in the middle of a statement, or not UTF-8
        part = []
    return part if part and isinstance(part[0], ast.FunctionDef) else ast.parse(source).body


def _is_empty(statement: ast.stmt) -> bool:
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


def parameters(value: Any) -> Parameters:
    """The parameters of a function; none where they cannot be told."""
    if type(value) is types.FunctionType and not {"__wrapped__", "__signature__"} & set(value.__dict__):
        return _of_code(value.__code__)
    try:
        own = list(inspect.signature(value).parameters.values())
    except BaseException:  # not callable, a builtin without a signature, or an object that lies about itself
        own = []
    named = frozenset(each.name for each in own if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY))
    shown = tuple(str(each).partition(":")[0].partition("=")[0] for each in own)
    return Parameters(shown, named, any(each.kind is each.VAR_KEYWORD for each in own))


def _of_code(code: types.CodeType) -> Parameters:
    """The same from the code of a function, thirty times as fast as a signature."""
    first, last = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
    names = code.co_varnames
    rest = iter(names[last:])
    star = ("*" + next(rest),) if code.co_flags & inspect.CO_VARARGS else ()
    double = ("**" + next(rest),) if code.co_flags & inspect.CO_VARKEYWORDS else ()
    shown = (*names[:first], *star, *names[first:last], *double)
    return Parameters(shown, frozenset(names[code.co_posonlyargcount : last]), bool(double))
