"""Small changes of a function: one per mutant, made on its syntax tree.

An operator looks at one node and offers replacements. The operators are those that numerical code goes wrong by: axes,
keepdims, ddof, transposes, operand and argument swaps, dropped terms, signs, constants, comparisons, slices, pairs of
functions that are mistaken for each other, accumulation against assignment, one variable for another.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

Offer = Callable[[ast.AST], "Iterator[ast.AST]"]


@dataclass(frozen=True)
class Mutant:
    """A changed function: its tree and what changed, as `operator: old line -> new line`."""

    operator: str
    tree: ast.FunctionDef
    line: int
    change: str


SWAPPED: Final[dict[str, tuple[str, ...]]] = {
    "sum": ("mean", "max"),
    "mean": ("sum", "median"),
    "max": ("min", "sum"),
    "min": ("max",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
    "var": ("std",),
    "std": ("var",),
    "exp": ("log",),
    "log": ("log2", "log10", "log1p"),
    "log1p": ("log",),
    "expm1": ("exp",),
    "zeros": ("ones",),
    "ones": ("zeros",),
    "zeros_like": ("ones_like",),
    "ones_like": ("zeros_like",),
    "floor": ("ceil", "round"),
    "ceil": ("floor",),
    "round": ("floor",),
    "sin": ("cos",),
    "cos": ("sin",),
    "tanh": ("sin", "arctan"),
    "any": ("all",),
    "all": ("any",),
    "prod": ("sum",),
    "cumsum": ("cumprod",),
    "triu": ("tril",),
    "tril": ("triu",),
    "flatnonzero": ("argsort",),
    "hstack": ("vstack",),
    "greater": ("greater_equal",),
    "less": ("less_equal",),
    "outer": ("multiply",),
    "logical_and": ("logical_or",),
    "logical_or": ("logical_and",),
}
REMOVED: Final = frozenset(
    {
        "abs",
        "sqrt",
        "exp",
        "log",
        "tanh",
        "square",
        "clip",
        "round",
        "floor",
        "ceil",
        "flip",
        "sign",
        "copy",
        "astype",
        "reversed",
    }
    | {"maximum", "minimum", "roll", "sorted", "transpose", "reshape", "swapaxes", "moveaxis", "cumsum", "sort", "set"}
)
BINARY: Final[dict[type[ast.operator], tuple[type[ast.operator], ...]]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
COMPARISONS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
COMMUTATIVE: Final = frozenset(
    {"maximum", "minimum", "logical_and", "logical_or", "array_equal", "hypot", "multiply", "add"}
)
SAME_SIDED: Final = (ast.Sub, ast.Div, ast.MatMult, ast.Pow, ast.FloorDiv, ast.Mod)


def mutants(function: ast.FunctionDef) -> Iterator[Mutant]:
    """Every mutant of a function, without those whose text is that of another or of the original."""
    seen = {ast.unparse(function)}
    names = _variables(function)
    for operator, offer in (*OPERATORS.items(), ("variable", lambda node: _variable(node, names))):
        for position, node in enumerate(ast.walk(function)):
            for replacement in offer(node):
                mutant = _replaced(function, position, replacement)
                text = ast.unparse(mutant)
                if text not in seen:
                    seen.add(text)
                    yield Mutant(operator, mutant, getattr(node, "lineno", function.lineno), _change(function, mutant))


def _change(before: ast.FunctionDef, after: ast.FunctionDef) -> str:
    """The lines that differ, `old -> new`."""
    old, new = ast.unparse(before).splitlines(), ast.unparse(after).splitlines()
    start = _equal(old, new)
    end = _equal(old[start:][::-1], new[start:][::-1])
    return f"{_joined(old[start : len(old) - end])} -> {_joined(new[start : len(new) - end])}"


def _equal(first: Sequence[str], second: Sequence[str]) -> int:
    """How many lines are equal from the start."""
    return next((i for i, (a, b) in enumerate(zip(first, second)) if a != b), min(len(first), len(second)))


def _joined(lines: Sequence[str]) -> str:
    return "; ".join(line.strip() for line in lines) or "(nothing)"


def _replaced(function: ast.FunctionDef, position: int, replacement: ast.AST) -> ast.FunctionDef:
    """A copy of the function with the node at a position of its walk replaced."""
    tree = copy.deepcopy(function)
    target = next(node for i, node in enumerate(ast.walk(tree)) if i == position)
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, replacement)
            elif isinstance(value, list) and any(item is target for item in value):
                new = replacement.body if isinstance(replacement, ast.Module) else [replacement]
                value[:] = [part for item in value for part in (new if item is target else [item])] or [ast.Pass()]
    return ast.fix_missing_locations(tree)


# --- operators -------------------------------------------------------------------------------------------------------


def _binary(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp):
        for other in BINARY.get(type(node.op), ()):
            yield ast.BinOp(node.left, other(), node.right)
    if isinstance(node, ast.AugAssign):
        for other in BINARY.get(type(node.op), ()):
            yield ast.AugAssign(node.target, other(), node.value)


def _operands(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, SAME_SIDED):
        yield ast.BinOp(node.right, node.op, node.left)


def _dropped(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.MatMult):
        yield node.left
        if isinstance(node.op, (ast.Add, ast.Mult)):
            yield node.right


def _sign(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Invert, ast.Not)):
        yield node.operand
    if isinstance(node, ast.Return) and node.value is not None:
        for part in node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]:
            if isinstance(part, ast.Constant) and not part.value:
                continue  # -0.0 is 0.0
            changed = copy.deepcopy(node)
            if isinstance(node.value, ast.Tuple) and isinstance(changed.value, ast.Tuple):
                changed.value.elts[node.value.elts.index(part)] = ast.UnaryOp(ast.USub(), part)
            else:
                changed.value = ast.UnaryOp(ast.USub(), part)
            yield changed


def _constant(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield from (ast.Constant(node.value + 1), ast.Constant(node.value - 1))
    elif isinstance(node.value, float):
        yield from (ast.Constant(value) for value in {node.value * 2, node.value / 10, 0.0, 1.0} - {node.value})


def _comparison(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in COMPARISONS.get(type(node.ops[0]), ()):
            yield ast.Compare(node.left, [other()], node.comparators)


def _boolean(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        yield from node.values
    if isinstance(node, (ast.If, ast.IfExp, ast.While)) and not isinstance(node, ast.While):
        for value in (True, False):
            changed = copy.copy(node)
            changed.test = ast.Constant(value)
            yield changed


def _axis(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.keyword) and node.arg == "axis":
        for value in (0, 1, -1, None):
            yield ast.keyword("axis", ast.Constant(value))
    if isinstance(node, ast.Call) and any(
        k.arg in ("axis", "keepdims", "ddof", "initial", "where") for k in node.keywords
    ):
        for keyword in node.keywords:
            yield ast.Call(node.func, node.args, [k for k in node.keywords if k is not keyword])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("var", "std"):
        yield ast.Call(
            node.func, node.args, [*[k for k in node.keywords if k.arg != "ddof"], ast.keyword("ddof", ast.Constant(1))]
        )


def _transpose(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield ast.BinOp(ast.Attribute(node.left, "T", ast.Load()), node.op, node.right)
        yield ast.BinOp(node.left, node.op, ast.Attribute(node.right, "T", ast.Load()))


def _arguments(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") not in COMMUTATIVE:
        for i in range(len(node.args) - 1):
            args = list(node.args)
            args[i], args[i + 1] = args[i + 1], args[i]
            yield ast.Call(node.func, args, node.keywords)


def _called(node: ast.AST) -> Iterator[ast.AST]:
    """Another function of a pair, or its argument alone."""
    if not isinstance(node, ast.Call):
        return
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    for other in SWAPPED.get(name, ()):
        func = (
            ast.Attribute(node.func.value, other, ast.Load())
            if isinstance(node.func, ast.Attribute)
            else ast.Name(other, ast.Load())
        )
        yield ast.Call(func, node.args, node.keywords)
    if name in REMOVED:
        method = isinstance(node.func, ast.Attribute) and not (
            isinstance(node.func.value, ast.Name) and node.func.value.id == "np"
        )
        if method and isinstance(node.func, ast.Attribute):
            yield node.func.value
        elif node.args:
            yield node.args[0]
    if name == "at" and isinstance(node.func, ast.Attribute) and len(node.args) == 3:
        yield ast.Call(ast.Attribute(node.args[0], "__setitem__", ast.Load()), node.args[1:], [])


def _slice(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Slice):
        for name in ("lower", "upper", "step"):
            value = getattr(node, name)
            if value is not None:
                yield ast.Slice(**{**{k: getattr(node, k) for k in ("lower", "upper", "step")}, name: None})
                for sign in (ast.Add(), ast.Sub()) if name != "step" else ():
                    moved = ast.BinOp(value, sign, ast.Constant(1))
                    yield ast.Slice(**{**{k: getattr(node, k) for k in ("lower", "upper", "step")}, name: moved})
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name):
        for sign in (ast.Add(), ast.Sub()):
            yield ast.Subscript(node.value, ast.BinOp(node.slice, sign, ast.Constant(1)), node.ctx)


def _range(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        last = len(node.args) - 1 if len(node.args) < 3 else 1
        for sign in (ast.Add(), ast.Sub()):
            args = list(node.args)
            args[last] = ast.BinOp(args[last], sign, ast.Constant(1))
            yield ast.Call(node.func, args, [])
        if len(node.args) == 1:
            yield ast.Call(node.func, [ast.Constant(1), *node.args], [])
            yield ast.Call(ast.Name("reversed", ast.Load()), [node], [])


def _statement(node: ast.AST) -> Iterator[ast.AST]:
    """Accumulation for assignment and back, and statements left out."""
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value, lineno=node.lineno)
        yield ast.Module([], [])
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        yield ast.AugAssign(node.targets[0], ast.Add(), node.value)
        yield ast.Module([], [])
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield ast.Module([], [])
    if isinstance(node, (ast.Break, ast.Continue, ast.Raise)):
        yield ast.Pass()


def _results(node: ast.AST) -> Iterator[ast.AST]:
    """Two results in each other's place."""
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        for i in range(len(node.value.elts) - 1):
            parts = list(node.value.elts)
            parts[i], parts[i + 1] = parts[i + 1], parts[i]
            yield ast.Return(ast.Tuple(parts, ast.Load()))


def _variable(node: ast.AST, names: Sequence[str]) -> Iterator[ast.AST]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        yield from (ast.Name(other, ast.Load()) for other in names if other != node.id)


def _variables(function: ast.FunctionDef) -> list[str]:
    """The parameters and the names that are assigned in a function."""
    found = [argument.arg for argument in function.args.args]
    found += [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return list(dict.fromkeys(found))


OPERATORS: Final[dict[str, Offer]] = {
    "axis": _axis,
    "transpose": _transpose,
    "binary": _binary,
    "operands": _operands,
    "dropped": _dropped,
    "sign": _sign,
    "constant": _constant,
    "comparison": _comparison,
    "boolean": _boolean,
    "arguments": _arguments,
    "function": _called,
    "slice": _slice,
    "range": _range,
    "statement": _statement,
    "results": _results,
}
