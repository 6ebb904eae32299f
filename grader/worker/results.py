"""What student code returned, as bytes: taken at once, by exact type, and bounded."""

from __future__ import annotations

import types
from collections import Counter, OrderedDict, defaultdict
from typing import Any, Final

import numpy as np

from grader import wire
from grader.values import Opaque, Value
from grader.worker.words import name_of, of_type

MAX_RESULT: Final = 8 << 20  # bytes; the largest result of a task has a few kB
MAX_ITEMS: Final = 100_000
MAX_TEXT: Final = 1 << 20
MAX_DEPTH: Final = 20

_SCALARS: Final = frozenset(
    np.dtype(code).type for code in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8")
) | {np.longlong, np.ulonglong}


def encode_result(result: object) -> bytes:
    """The bytes of a result, taken at once; parts of no known kind become an `Opaque` that says what they are."""
    try:
        data = wire.encode(_clean(result, 0, [MAX_ITEMS, MAX_RESULT]))
    except wire.WireError as error:
        return wire.encode(Opaque(f"a result that cannot be sent ({error})"))
    return data


def _clean(value: Any, depth: int, room: list[int]) -> Value:
    """A tree of exact types only. `room` holds how many more items and bytes there is room for."""
    kind = type(value)
    room[0] -= 1
    if value is None or kind is bool or kind is int or kind is float:
        return value if kind is not int or value.bit_length() < 8192 else Opaque("an integer of more than 8192 bits")
    if kind is np.ndarray:
        return _clean_array(value, room)
    if kind in _SCALARS:
        return np.asarray(value)
    if kind is str or kind is np.str_:
        return str(value) if len(value) <= MAX_TEXT else Opaque(f"a str of {len(value)} characters")
    if depth > MAX_DEPTH:
        return Opaque(f"something nested more than {MAX_DEPTH} deep")
    if kind is list or kind is tuple or (issubclass(kind, tuple) and hasattr(kind, "_fields")):
        return _clean_items(value, depth, room)
    if kind in (dict, OrderedDict, defaultdict, Counter):
        return _clean_dict(value, depth, room)
    return Opaque(describe(value))


def _clean_array(value: np.ndarray, room: list[int]) -> Value:
    if value.dtype.type not in _SCALARS:
        return Opaque(describe(value))
    room[1] -= value.nbytes
    if room[1] < 0 or value.ndim > wire.MAX_DIMENSIONS:
        return Opaque(f"an array of shape {value.shape}, too large to be sent")
    return value


def _clean_items(value: Any, depth: int, room: list[int]) -> Value:
    base = list if type(value) is list else tuple
    if base.__len__(value) > room[0]:
        return Opaque(f"a {base.__name__} of {base.__len__(value)} items")
    return base([_clean(item, depth + 1, room) for item in base.__iter__(value)])


def _clean_dict(value: dict[Any, Any], depth: int, room: list[int]) -> Value:
    if len(value) > room[0]:
        return Opaque(f"a dict of {len(value)} items")
    for key in value:
        if type(key) not in (str, np.str_):
            return Opaque(f"a dict with a key that is {describe(key)}")
    return {str(key): _clean(item, depth + 1, room) for key, item in dict.items(value)}


_DESCRIPTIONS: Final = {
    types.GeneratorType: "a generator",
    types.CoroutineType: "a coroutine",
    types.FunctionType: "a function",
    types.BuiltinFunctionType: "a function",
    types.MethodType: "a method",
    types.ModuleType: "a module",
    complex: "a complex number",
    int: "an int",
    bytes: "bytes",
    np.ufunc: "a NumPy function",
    type(None): "None",
}


def describe(value: object) -> str:
    """What a value is, in words, without asking the value itself."""
    kind = type(value)
    if kind is np.ndarray:
        return f"an array of {np.ndarray.__getattribute__(value, 'dtype')}"[:200]
    if kind in _DESCRIPTIONS:
        return _DESCRIPTIONS[kind]
    if issubclass(kind, type):
        return "a class"
    name = name_of(kind)
    for base in (np.ndarray, np.generic, list, tuple, dict, str, bool, int, float, complex):
        if issubclass(kind, base) and kind is not base and not _own(kind):
            return f"{name}, a subclass of {'numpy.' if base in (np.ndarray, np.generic) else ''}{base.__name__}"
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _own(kind: type) -> bool:
    """Whether a type is NumPy's scalar type or an ordinary built-in one, which needs no genealogy."""
    return issubclass(kind, np.generic) and of_type(kind, "__module__") == "numpy"
