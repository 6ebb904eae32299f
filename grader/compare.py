"""Two values compared: structure, kinds, shapes, dtypes, non-finite entries, then numbers, in that order.

A float leaf is right if its nan, +inf and -inf stand where the expected ones do and every other entry satisfies
`|got - want| <= rtol * S + atol`, S being the largest finite |want| of the leaf (or of the row). Everything else is
compared exactly. Comparison never runs student code: values come from the wire and are plain data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader.values import Opaque, Path, Value, at, is_float, leaves


@dataclass(frozen=True)
class Allowance:
    """The error that one float leaf may have: `rtol` of its scale plus `atol`; `rows` takes the scale per row."""

    rtol: float = 0.0
    atol: float = 0.0
    rows: bool = False


@dataclass(frozen=True, eq=False)
class Difference:
    """The first thing that differs between two values, at one leaf.

    `kind` is none, type, arity, keys, shape, dtype, nonfinite or value. For a value, `index` is the worst entry,
    `error` its distance and `allowed` what it may be; `wrong` of `size` entries are off.
    """

    kind: str
    path: Path = ()
    detail: str = ""
    index: tuple[int, ...] | None = None
    got: Value = None
    want: Value = None
    error: float | None = None
    allowed: float | None = None
    wrong: int | None = None
    size: int | None = None


def differ(got: Value, want: Value, allowances: Sequence[Allowance]) -> Difference | None:
    """The first difference in the order of the contract, or None; one allowance per leaf of `want`."""
    structure = _structure(got, want, ())
    if structure is not None:
        return structure
    expected = list(leaves(want))
    actual = [at(got, path) for path, _ in expected]
    for stage in (_kind, _shape, _dtype):
        for value, (path, wanted) in zip(actual, expected):
            if (found := stage(value, wanted, path)) is not None:
                return found
    for numbers in (_nonfinite, _values):
        for value, (path, wanted), allowance in zip(actual, expected, allowances):
            if (found := numbers(value, wanted, path, allowance)) is not None:
                return found
    return None


def closeness(got: Value, want: Value, allowances: Sequence[Allowance]) -> float | None:
    """The largest error relative to its leaf's scale, if all is right and plain; None if `differ` has to look.

    Most results are float64 arrays of the right shape, all finite; for these a few array operations decide.
    """
    expected = (want,) if isinstance(want, np.ndarray) else want
    actual = (got,) if isinstance(want, np.ndarray) else got
    if type(expected) is not tuple or type(actual) is not tuple or not len(actual) == len(expected) == len(allowances):
        return None
    worst = 0.0
    for value, wanted, allowance in zip(actual, expected, allowances):
        if (
            type(value) is not np.ndarray
            or type(wanted) is not np.ndarray
            or value.shape != wanted.shape
            or allowance.rows
        ):
            return None
        if value.dtype.kind != "f" or value.dtype.itemsize < 4 or wanted.dtype.kind != "f" or not wanted.size:
            return None
        with np.errstate(invalid="ignore"):  # inf - inf; `differ` looks at such leaves
            error, scale = float(np.abs(value - wanted).max()), float(np.abs(wanted).max())
        if not error <= allowance.rtol * scale + allowance.atol < np.inf:
            return None
        worst = max(worst, error / scale if scale else 0.0)
    return worst


def same(got: Value, want: Value, allowances: Sequence[Allowance]) -> bool:
    """Whether nothing differs."""
    return differ(got, want, allowances) is None


def scale_of(want: Value, rows: bool = False) -> np.ndarray:
    """S: the largest finite |want| of a leaf, as an array that broadcasts against it (one entry a row for `rows`)."""
    array = np.abs(np.asarray(want, dtype=np.float64))
    array = np.where(np.isfinite(array), array, 0.0)
    if rows and array.ndim > 1:
        return array.max(axis=tuple(range(1, array.ndim)), keepdims=True, initial=0.0)
    if rows and array.ndim == 1:
        return array
    return np.asarray(array.max(initial=0.0))


def describe(value: Value) -> str:
    """A value's kind in words a student knows: `None`, `a list of 3`, `an array of shape (4, 3)`."""
    if value is None:
        return "None"
    if isinstance(value, Opaque):
        return value.description
    if isinstance(value, np.ndarray):
        return f"a number ({value.dtype})" if value.ndim == 0 else f"an array of shape {value.shape}"
    if isinstance(value, (bool, int, float, str)):
        return {"bool": "True or False", "int": "an int", "float": "a float", "str": "a str"}[type(value).__name__]
    if isinstance(value, dict):
        return f"a dict with {len(value)} keys"
    kind = "a list" if isinstance(value, list) else "a tuple"
    return f"{kind} of {len(value)}"


def _structure(got: Value, want: Value, path: Path) -> Difference | None:
    """Containers: a list equals a tuple, the order of a dict does not matter."""
    if isinstance(want, (list, tuple)):
        if not isinstance(got, (list, tuple)):
            kind = "none" if got is None else ("arity" if isinstance(want, tuple) and not path else "type")
            return Difference(kind, path, f"returned {describe(got)}, expected {describe(want)}", got=got, want=want)
        if len(got) != len(want):
            kind = "arity" if isinstance(want, tuple) and not path else "type"
            return Difference(kind, path, f"returned {describe(got)}, expected {describe(want)}", got=got, want=want)
        pairs = [(item, wanted, (*path, i)) for i, (item, wanted) in enumerate(zip(got, want))]
        return next((d for item in pairs if (d := _structure(*item)) is not None), None)
    if isinstance(want, dict):
        if not isinstance(got, dict):
            return Difference("none" if got is None else "type", path, f"returned {describe(got)}, expected a dict")
        missing, extra = [k for k in want if k not in got], [k for k in got if k not in want]
        if missing or extra:
            words = [f"missing {', '.join(map(repr, missing))}"] if missing else []
            words += [f"not expected {', '.join(map(repr, extra))}"] if extra else []
            return Difference("keys", path, f"keys of the dict: {'; '.join(words)}")
        return next((d for k in want if (d := _structure(got[k], want[k], (*path, k))) is not None), None)
    return None


def _kind(got: Value, want: Value, path: Path) -> Difference | None:
    """None and wrong kinds of value: an array is not a list, a bool is not a number, a str is a str."""
    if got is None and want is not None:
        return Difference("none", path, "returned None", want=want)
    if isinstance(want, (list, tuple, dict)) or want is None or isinstance(want, str):
        fits = type(got) is type(want) or (isinstance(want, (list, tuple)) and isinstance(got, (list, tuple)))
    else:
        fits = isinstance(got, (np.ndarray, np.generic, bool, int, float))
    if not fits:
        detail = f"returned {describe(got)}, expected {describe(want)}"
        if isinstance(got, np.ndarray) and isinstance(want, (list, tuple)):
            detail += ": return a list"
        return Difference("type", path, detail, got=got, want=want)
    return None


def _shape(got: Value, want: Value, path: Path) -> Difference | None:
    if isinstance(want, (str, list, tuple, dict, type(None))):
        return None
    if np.shape(got) != np.shape(want):
        return Difference("shape", path, got=got, want=want)
    if isinstance(want, np.ndarray) and want.ndim > 0 and not isinstance(got, np.ndarray):
        return Difference("shape", path, got=got, want=want)
    return None


def _number_kind(value: Value) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return "int"  # also one that is too long for an int64
    return _KINDS.get(np.asarray(value).dtype.kind, "")


def _floats(value: Value) -> np.ndarray:
    """A number or an array as float64; a Python int beyond all floats becomes infinite."""
    try:
        return np.asarray(value, dtype=np.float64)
    except OverflowError:
        return np.asarray(np.inf if value > 0 else -np.inf)


_KINDS = {"b": "bool", "i": "int", "u": "int", "f": "float"}


def _dtype(got: Value, want: Value, path: Path) -> Difference | None:
    """The kind of number: an int passes for a float only where a single number is wanted."""
    if isinstance(want, (str, list, tuple, dict, type(None))) or np.size(want) == 0:
        return None
    got_dtype = np.asarray(got).dtype
    got_kind, want_kind = _number_kind(got), _number_kind(want)
    if got_kind == want_kind and got_dtype != np.float16:
        return None
    if want_kind == "float" and got_kind == "int" and np.ndim(want) == 0:
        return None
    return Difference("dtype", path, f"has dtype {got_dtype}, expected {want_kind}", got=got, want=want)


def _nonfinite(got: Value, want: Value, path: Path, allowance: Allowance) -> Difference | None:
    if not is_float(want) or np.size(want) == 0:
        return None
    a, b = _floats(got), _floats(want)
    if np.isfinite(a).all() and np.isfinite(b).all():
        return None
    both_finite = np.isfinite(a) & np.isfinite(b)
    wrong = ~(both_finite | (np.isnan(a) & np.isnan(b)) | (a == b))
    if not wrong.any():
        return None
    index = _first(wrong)
    return Difference(
        "nonfinite", path, index=index, got=float(a[index]), want=float(b[index]), wrong=int(wrong.sum()), size=a.size
    )


def _values(got: Value, want: Value, path: Path, allowance: Allowance) -> Difference | None:
    if isinstance(want, (list, tuple, dict)) or want is None:
        return None
    if isinstance(want, str) or not is_float(want):
        return _exact(got, want, path)
    a, b = _floats(got), _floats(want)
    finite = np.isfinite(b)
    error = np.where(finite, np.abs(np.where(finite, a, 0.0) - np.where(finite, b, 0.0)), 0.0)
    allowed = np.broadcast_to(allowance.rtol * scale_of(b, allowance.rows) + allowance.atol, b.shape)
    wrong = ~(error <= allowed)  # nan compares false, so the question is put this way round
    if not wrong.any():
        return None
    with np.errstate(over="ignore"):
        excess = np.where(wrong, error / np.maximum(allowed, np.finfo(float).tiny), -1.0)
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(excess)), b.shape))
    return Difference(
        "value",
        path,
        index=index,
        got=float(a[index]),
        want=float(b[index]),
        error=float(error[index]),
        allowed=float(allowed[index]),
        wrong=int(wrong.sum()),
        size=b.size,
    )


def _exact(got: Value, want: Value, path: Path) -> Difference | None:
    if isinstance(want, str) or np.ndim(want) == 0:
        if got == want:
            return None
        return Difference("value", path, got=_item(got), want=_item(want), wrong=1, size=1)
    wrong = np.asarray(got) != np.asarray(want)
    if not wrong.any():
        return None
    index = _first(wrong)
    return Difference(
        "value",
        path,
        index=index,
        got=got[index].item(),
        want=want[index].item(),
        wrong=int(wrong.sum()),
        size=wrong.size,
    )


def _item(value: Value) -> Value:
    return value.item() if isinstance(value, np.ndarray) else value


def _first(mask: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(mask)), mask.shape))
