"""What a call did to its arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.values import Seeded, Source, Value

Names = Sequence["str | None"]
"""The names of a call's arguments; None for those that are given by position."""


def effects(names: Names, given: Sequence[Value], used: Sequence[Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the arguments that a call has changed, and of those that it has drawn from."""
    own, drawn = [], []
    for position, (value, after) in enumerate(zip(given, used)):
        if after is value:
            continue
        if changed(value, after):
            own.append(position)
        if type(value) is not np.ndarray and drew(value, after):
            drawn.append(position)
    return _names(names, own), _names(names, drawn)


def _names(names: Names, positions: Sequence[int]) -> tuple[str, ...]:
    return tuple([names[position] or f"argument {position + 1}" for position in positions])


def changed(given: Value, used: Any) -> bool:
    """Whether a call has changed an argument; a generator that was drawn from has not been changed."""
    if type(given) is np.ndarray and type(used) is np.ndarray:
        same = used.dtype == given.dtype and used.shape == given.shape and used.tobytes() == given.tobytes()
        return not same
    if used is given or isinstance(given, (Source, Seeded)):
        return False
    if type(used) is not type(given):
        return True
    if isinstance(given, (list, tuple)):
        return len(used) != len(given) or any(map(changed, given, used))
    if isinstance(given, dict):
        return list(used) != list(given) or any(changed(given[key], used[key]) for key in given)
    return bool(used != given)


def drew(given: Value, used: Any) -> bool:
    """Whether a call has drawn from a generator."""
    if isinstance(given, Seeded):
        state = np.random.default_rng(given.seed).bit_generator.state
        return not isinstance(used, np.random.Generator) or bool(used.bit_generator.state != state)
    if isinstance(given, (list, tuple)) and type(used) is type(given):
        return any(map(drew, given, used))
    if isinstance(given, dict) and type(used) is dict:
        return any(key in used and drew(given[key], used[key]) for key in given)
    return False
