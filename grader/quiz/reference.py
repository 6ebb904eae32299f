"""Keys recomputed by the course's own functions: `reference: exercise22.max_pool([[a, b], [c, d]], 2)[0]`.

A list becomes an array of floats, and `int([2, 0])` an array of integers, such as labels or indices.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from .formula import FormulaError, Value, evaluate, parse


class Call(NamedTuple):
    """A parsed reference: exercise, function, arguments as nested lists of formulas, and indices into the result."""

    exercise: int
    function: str
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    indices: tuple[int, ...]


def parse_reference(text: str) -> Call:
    """The call that a reference makes; raises FormulaError if it is anything but a call with formulas."""
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as error:
        raise FormulaError(f"reference {text!r} is no call: {getattr(error, 'msg', error)}") from None
    indices: list[int] = []
    while isinstance(node, ast.Subscript):
        indices.insert(0, _index(node.slice, text))
        node = node.value
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=exercise), attr=function), args=args, keywords=keywords):
            number = re.fullmatch(r"exercise([0-9]{1,2})", exercise)
            if number:
                named = {word.arg: _argument(word.value) for word in keywords if word.arg}
                return Call(int(number[1]), function, tuple(map(_argument, args)), named, tuple(indices))
    raise FormulaError(f"reference {text!r} is not of the form exercise17.function(arguments)[index]")


def _index(node: ast.expr, text: str) -> int:
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
            return -value
    raise FormulaError(f"reference {text!r}: an index is a whole number")


def _argument(node: ast.expr) -> Any:
    """A formula as text, a literal, or a list, an `int` list or a tuple of arguments."""
    if isinstance(node, ast.List):
        entries = [_argument(child) for child in node.elts]
        if any(isinstance(entry, tuple) for entry in entries):
            raise FormulaError("a list in a reference holds formulas and lists")
        return entries
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "int":
        match node:
            case ast.Call(args=[ast.List() as labels], keywords=[]):
                return _Whole(_argument(labels))
        raise FormulaError("int(…) in a reference takes one list, such as int([2, 0])")
    if isinstance(node, ast.Tuple):
        return tuple(_argument(child) for child in node.elts)
    if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, (bool, str))):
        return _Literal(node.value)
    text = ast.unparse(node)
    parse(text)
    return text


class _Literal(NamedTuple):
    value: bool | str | None


class _Whole(NamedTuple):
    entries: list[Any]


def _valued(argument: Any, values: Mapping[str, Value]) -> Any:
    """An argument with its formulas computed; lists become arrays, tuples stay."""
    import numpy as np

    if isinstance(argument, _Literal):
        return argument.value
    if isinstance(argument, _Whole):
        return np.array(_nested(argument.entries, values, _whole), dtype=np.int64)
    if isinstance(argument, tuple):
        return tuple(_valued(part, values) for part in argument)
    if isinstance(argument, list):
        return np.array(_nested(argument, values, float))
    return evaluate(argument, values)


def _nested(argument: Any, values: Mapping[str, Value], kind: Callable[[int | float], int | float]) -> Any:
    """Lists of lists with each formula computed; numbers become the kind, words stay."""
    if isinstance(argument, list):
        return [_nested(part, values, kind) for part in argument]
    value = evaluate(argument, values)
    return kind(value) if isinstance(value, (int, float)) else value


def _whole(value: int | float) -> int:
    if value != int(value):
        raise FormulaError(f"{value} stands among integers")
    return int(value)


def recompute(course: Path, text: str, values: Mapping[str, Value]) -> Any:
    """What the solution's function returns for these parameters; raises LookupError where there is none."""
    call = parse_reference(text)
    function = _function(course, call.exercise, call.function)
    named = {name: _valued(argument, values) for name, argument in call.keywords.items()}
    result = function(*(_valued(argument, values) for argument in call.arguments), **named)
    for index in call.indices:
        result = result[index]
    return result


def _function(course: Path, exercise: int, name: str) -> Callable[..., Any]:
    from ..catalog import load_solution

    for file in sorted((course / "solutions").glob("exercise*.py")):
        number = re.match(r"exercise0*([0-9]+)_", file.name)
        if number and int(number[1]) == exercise:
            function: Callable[..., Any] | None = getattr(load_solution(file), name, None)
            if function is not None:
                return function
            raise LookupError(f"{file} has no function {name}")
    raise LookupError(f"{course / 'solutions'} has no exercise {exercise}")
