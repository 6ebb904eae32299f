"""Formulas of the question bank, evaluated from a whitelist of syntax nodes and never by `eval`."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache

Value = int | float | str | bool

MAX_CHARACTERS = 400
MAX_NODES = 150
MAX_BITS = 256  # largest integer that a step may produce; 10**18 parameters need 60
MAX_EXPONENT = 128


class FormulaError(ValueError):
    """A formula that is not allowed, or that has no value for these parameters."""


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _sign(x: float) -> int:
    return (x > 0) - (x < 0)


def _gcd(a: float, b: float) -> int:
    return math.gcd(_whole(a), _whole(b))


def _comb(n: float, k: float) -> int:
    if not 0 <= n <= 200:
        raise FormulaError("comb takes n from 0 to 200")
    return math.comb(_whole(n), _whole(k))


def _whole(x: float) -> int:
    if int(x) != x:
        raise FormulaError(f"{x} is not a whole number")
    return int(x)


FUNCTIONS: dict[str, Callable[..., int | float]] = {
    "abs": abs, "ceil": math.ceil, "comb": _comb, "cos": math.cos, "exp": math.exp, "floor": math.floor, "gcd": _gcd,
    "hypot": math.hypot, "log": math.log, "log10": math.log10, "log2": math.log2, "max": max, "min": min,
    "relu": lambda x: max(x, 0), "round": round, "sigmoid": _sigmoid, "sign": _sign, "sin": math.sin,
    "sqrt": math.sqrt, "tanh": math.tanh,
}  # fmt: skip
CONSTANTS: dict[str, float] = {"pi": math.pi, "e": math.e}

_BINARY: dict[type[ast.operator], Callable[[float, float], int | float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
}  # fmt: skip
_COMPARE: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip


@lru_cache(maxsize=4096)
def parse(text: str) -> ast.expr:
    """The syntax tree of a formula, once every node of it is known to be allowed."""
    if len(text) > MAX_CHARACTERS:
        raise FormulaError(f"longer than {MAX_CHARACTERS} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise FormulaError(f"not a formula: {text!r} ({getattr(error, 'msg', error)})") from None
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
        raise FormulaError(f"more than {MAX_NODES} parts")
    _allow(tree)
    return tree


def _allow(node: ast.expr) -> None:
    match node:
        case ast.Constant(value=bool()):
            raise FormulaError("True and False are not allowed in a formula")
        case ast.Constant(value=int() | float() | str()) | ast.Name():
            return
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Not(), operand=operand):
            _allow(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY or isinstance(op, ast.Pow):
            _allow_all([left, right])
        case ast.BoolOp(values=values):
            _allow_all(values)
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in _COMPARE for op in ops):
            _allow_all([left, *others])
        case ast.IfExp(test=test, body=body, orelse=orelse):
            _allow_all([test, body, orelse])
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            _allow_all(args)
        case ast.Call(func=ast.Name(id=name)):
            raise FormulaError(f"{name}() is not one of the functions {', '.join(sorted(FUNCTIONS))}")
        case _:
            raise FormulaError(f"{type(node).__name__} is not allowed in a formula")


def _allow_all(nodes: list[ast.expr]) -> None:
    for node in nodes:
        _allow(node)


def names(text: str) -> frozenset[str]:
    """The free names of a formula: parameters and variables, without functions and constants."""
    tree = parse(text)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called}
    return frozenset(found - CONSTANTS.keys())


def evaluate(formula: str | int | float, values: Mapping[str, Value]) -> Value:
    """The value of a formula; raises FormulaError for an unknown name, a division by zero or a number too large."""
    if not isinstance(formula, str):
        return formula
    tree = parse(formula)
    try:
        result = _value(tree, values)
    except FormulaError as error:
        raise FormulaError(f"{formula}: {error}") from None
    except (ArithmeticError, ValueError, TypeError, RecursionError) as error:
        raise FormulaError(f"{formula}: {error}") from None
    if isinstance(result, float) and not math.isfinite(result):
        raise FormulaError(f"{formula}: the value is not finite")
    return result


def number(formula: str | int | float, values: Mapping[str, Value]) -> int | float:
    """As evaluate, but the value must be a number; a whole float stays a float."""
    result = evaluate(formula, values)
    if isinstance(result, (bool, str)):
        raise FormulaError(f"{formula}: gives {result!r}, a number is wanted")
    return result


def _value(node: ast.expr, values: Mapping[str, Value]) -> Value:
    match node:
        case ast.Constant(value=value):
            return value  # type: ignore[return-value]  # parse allows int, float and str only
        case ast.Name(id=name):
            if name in values:
                return values[name]
            if name in CONSTANTS:
                return CONSTANTS[name]
            raise FormulaError(f"unknown name {name}")
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _value(operand, values)
        case ast.UnaryOp(op=op, operand=operand):
            inner = _number(operand, values)
            return -inner if isinstance(op, ast.USub) else inner
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, _number(left, values), _number(right, values))
        case ast.BoolOp(op=op, values=parts):
            truths = (bool(_value(part, values)) for part in parts)
            return all(truths) if isinstance(op, ast.And) else any(truths)
        case ast.Compare(left=left, ops=ops, comparators=others):
            return _compare(ops, [_value(part, values) for part in (left, *others)])
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _value(body if _value(test, values) else orelse, values)
        case ast.Call(func=ast.Name(id=name), args=args):
            return FUNCTIONS[name](*(_number(arg, values) for arg in args))
    raise FormulaError(f"{type(node).__name__} is not allowed in a formula")


def _number(node: ast.expr, values: Mapping[str, Value]) -> int | float:
    value = _value(node, values)
    if isinstance(value, str):
        raise FormulaError(f"the text {value!r} stands where a number is wanted")
    return value


def _binary(op: ast.operator, left: int | float, right: int | float) -> int | float:
    if isinstance(op, ast.Pow):
        if abs(right) > MAX_EXPONENT:
            raise FormulaError(f"the exponent {right} is beyond {MAX_EXPONENT}")
        result = left**right
        if isinstance(result, complex):
            raise FormulaError("a root of a negative number")
    else:
        result = _BINARY[type(op)](left, right)
    if isinstance(result, int) and result.bit_length() > MAX_BITS:
        raise FormulaError("a step gives a number that is too large")
    return result


def _compare(ops: list[ast.cmpop], parts: list[Value]) -> bool:
    for op, left, right in zip(ops, parts, parts[1:]):
        if isinstance(left, str) != isinstance(right, str) and not isinstance(op, (ast.Eq, ast.NotEq)):
            raise FormulaError("a text is compared with a number")
        if not _COMPARE[type(op)](left, right):  # type: ignore[arg-type]  # text with text compares like numbers
            return False
    return True
