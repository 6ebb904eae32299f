"""The kinds of values that arguments and results may have, and how to walk through them.

A value is None, bool, int, float, str, a numeric or bool array, or a list, tuple or dict (with str keys) of values.
Arguments may also be a `Source` (a function, as its text) or a `Seeded` (a random generator, as its seed); a result
that is of no such kind arrives as an `Opaque`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

Value: TypeAlias = Any
"""One of the kinds named in the module docstring; recursive, so not spelled out for the type checker."""

Path: TypeAlias = tuple["int | str", ...]
"""Where a leaf sits in a tree: list positions and dict keys from the root."""


@dataclass(frozen=True, eq=False)
class Source:
    """A function as an argument: its text and the data that it uses.

    `text` is one lambda expression or a module whose last top-level `def` is the function. The names `np` and those of
    `bound` are visible in it. Each call of a student's function gets a fresh one, so state does not leak between calls.
    """

    text: str
    bound: Mapping[str, Value] = field(default_factory=dict)

    def build(self) -> Callable[..., Any]:
        """The function, made in a clean namespace; SyntaxError or ValueError if the text holds none."""
        namespace: dict[str, Any] = {"np": np, "__name__": "argument", **{k: fresh(v) for k, v in self.bound.items()}}
        tree = ast.parse(self.text.strip())
        if len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):
            function = eval(compile(self.text.strip(), "<argument>", "eval"), namespace)
        else:
            names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
            if not names:
                raise ValueError("the text of a Source must be a lambda or hold a def")
            exec(compile(tree, "<argument>", "exec"), namespace)
            function = namespace[names[-1]]
        if not callable(function):
            raise ValueError("the text of a Source must be a lambda or hold a def")
        return function


@dataclass(frozen=True)
class Seeded:
    """A numpy.random.Generator as an argument: `np.random.default_rng(seed)`, made anew for each call."""

    seed: int


@dataclass(frozen=True)
class Opaque:
    """A result of a kind that no task returns, described in words (`a generator`, `an array of complex128`)."""

    description: str


_SCALARS = frozenset({float, int, bool, str, type(None)})


def fresh(value: Value) -> Value:
    """A copy that shares no memory with `value`, with every `Source` built and every `Seeded` started."""
    if type(value) is np.ndarray:
        return np.array(value)  # always writable and contiguous
    if type(value) in _SCALARS:
        return value
    if isinstance(value, Source):
        return value.build()
    if isinstance(value, Seeded):
        return np.random.default_rng(value.seed)
    if isinstance(value, (list, tuple)):
        return type(value)([fresh(item) for item in value])
    if isinstance(value, dict):
        return {key: fresh(item) for key, item in value.items()}
    return value


def leaves(value: Value, path: Path = ()) -> Iterator[tuple[Path, Value]]:
    """Every leaf of a tree with its path, in order; an empty list, tuple or dict is a leaf itself."""
    if isinstance(value, (list, tuple)) and value:
        for position, item in enumerate(value):
            yield from leaves(item, (*path, position))
    elif isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    else:
        yield path, value


def at(value: Value, path: Path) -> Value:
    """The part of a tree at `path`; KeyError, IndexError or TypeError where there is none."""
    for step in path:
        value = value[step]
    return value


def part(value: Value, path: Path) -> Value:
    """The part of a tree at `path`, or None where there is none."""
    try:
        return at(value, path)
    except (KeyError, IndexError, TypeError):
        return None


def replaced(value: Value, path: Path, new: Value) -> Value:
    """The tree with the part at `path` replaced, sharing everything else."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(value, dict):
        return {key: replaced(item, rest, new) if key == step else item for key, item in value.items()}
    items = [replaced(item, rest, new) if position == step else item for position, item in enumerate(value)]
    return type(value)(items)


def is_float(value: Value) -> bool:
    """Whether a leaf is a float: a Python float or a floating-point array (0-d too)."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind == "f"
    return isinstance(value, float)


_STEP = re.compile(r"\.?([A-Za-z_]\w*)|\[(\d+)\]")


def parse_path(text: str) -> Path:
    """The path that a text like `params.W1` or `grads[0]` names; ValueError if it names none."""
    steps, position = [], 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            raise ValueError(f"{text!r} is no path; write it like params.W1 or grads[0]")
        steps.append(match[1] if match[1] is not None else int(match[2]))
        position = match.end()
    return tuple(steps)


def show_path(path: Path) -> str:
    """A path as text: `params.W1`, `grads[0]`."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(parts).removeprefix(".")


def leaf_name(outputs: tuple[str, ...], path: Path) -> str:
    """What a result's leaf is called: the output's name, then the way into it."""
    if len(outputs) == 1:
        return outputs[0] + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    first = path[0] if path and isinstance(path[0], int) and path[0] < len(outputs) else None
    return show_path(path) if first is None else show_path((outputs[first], *path[1:]))


def leaf_path(outputs: tuple[str, ...], name: str) -> Path:
    """The path of a leaf in a result, from its name; ValueError if there is no such output."""
    head, *rest = parse_path(name)
    if head not in outputs:
        raise ValueError(f"there is no output {head!r}; there are {', '.join(outputs)}")
    return tuple(rest) if len(outputs) == 1 else (outputs.index(str(head)), *rest)
