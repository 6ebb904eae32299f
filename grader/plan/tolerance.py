"""Allowed errors, taken from how far right code strays: the 16 x floor rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from grader.compare import Allowance, scale_of
from grader.spec import Case
from grader.values import Path, Value, is_float, leaves
from grader.verdict import Outcome, Returned

FLOOR: Final = 6e-8  # half a unit in the last place of float32: no float32 result can be expected to be nearer
FACTOR: Final = (
    16  # allowed error over the largest error of right code: 8 rejected 6 right float32 results, 16 one, of 815
)
FLOAT64_RTOL: Final = 1e-9  # least rtol of a case that only float64 can hold
TRACE: Final = 1e-12  # of the largest argument: what may be left where an exact result is 0
NOISE: Final = 1e-4  # a result that moves by this share when its input moves in the last place is rounding noise


def float32_args(args: Mapping[str, Value], exact: Sequence[str] = ()) -> dict[str, Value]:
    """Arguments with every float64 array in float32, except those named in `exact`."""
    return {k: v if k in exact else map_floats(v, lambda array: array.astype(np.float32)) for k, v in args.items()}


def map_floats(value: Value, change: Callable[[np.ndarray], np.ndarray], scalars: bool = False) -> Value:
    """A value with every float array (and, with `scalars`, every float) changed."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return change(value)
    if scalars and isinstance(value, float):
        return float(change(np.asarray(value)))
    if isinstance(value, (list, tuple)):
        return type(value)(map_floats(item, change, scalars) for item in value)
    if isinstance(value, dict):
        return {key: map_floats(item, change, scalars) for key, item in value.items()}
    return value


def float_arrays(args: Mapping[str, Value]) -> Iterator[np.ndarray]:
    """The float leaves of arguments that have a finite non-zero entry, as arrays of their finite entries."""
    for _, leaf in leaves(dict(args)):
        if is_float(leaf):
            array = np.asarray(leaf, dtype=np.float64)
            array = array[np.isfinite(array)]
            if array.size and array.any():
                yield array


def largest(args: Mapping[str, Value]) -> float:
    """The largest entry among float arguments; 1 where there are none."""
    return max((float(np.abs(array).max()) for array in float_arrays(args)), default=1.0)


def errors_of(outcomes: Sequence[Outcome], path: Path, want: Value) -> np.ndarray:
    """The largest absolute error of each entry of a leaf over some outcomes; inf where one has another form."""
    wanted = np.asarray(want, dtype=np.float64)
    worst = np.zeros(wanted.shape)
    finite = np.isfinite(wanted)
    for outcome in outcomes:
        found = dict(leaves(outcome.value)).get(path) if isinstance(outcome, Returned) else None
        got = np.asarray(
            np.nan if found is None or isinstance(found, (str, list, tuple, dict)) else found, dtype=np.float64
        )
        if got.shape != wanted.shape or not np.array_equal(got[~finite], wanted[~finite], equal_nan=True):
            return np.full(wanted.shape, np.inf)
        error = np.abs(got - np.where(finite, wanted, 0.0))
        worst = np.maximum(worst, np.where(finite, np.where(np.isnan(error), np.inf, error), 0.0))
    return worst


def same_form(outcome: Outcome, want: Value) -> bool:
    """Whether an outcome is a value that has its leaves and its non-finite entries where `want` has them."""
    return isinstance(outcome, Returned) and all(
        not is_float(leaf) or np.isfinite(errors_of([outcome], path, leaf)).all() for path, leaf in leaves(want)
    )


def allowance_of(want: Value, fine: np.ndarray, errors: np.ndarray, case: Case, size: float) -> Allowance:
    """The 16 x floor rule for one leaf.

    `fine` are float64 errors, which tell an entry from rounding noise; `errors` are those that the floor is taken from.
    Where the scale itself is noise (the exact value is 0) a relative error means nothing and an absolute one is allowed.
    """
    rows = case.scale == "row"
    scale = scale_of(want, rows)
    axes = tuple(range(1, errors.ndim)) if rows else None
    fine, errors = (np.asarray(e.max(axis=axes, initial=0.0)).reshape(scale.shape) for e in (fine, errors))
    noise = (scale == 0) | (fine > NOISE * scale)
    least = FLOAT64_RTOL if case.float64_only else FACTOR * FLOOR
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(noise, 0.0, errors / scale)
    atol = FACTOR * float(np.where(noise, errors, 0.0).max(initial=0.0))
    if noise.any() and atol == 0.0:
        atol = TRACE * size
    if not np.isfinite(atol):
        return Allowance(np.inf, 0.0, rows)
    return Allowance(max(least, FACTOR * float(ratio.max(initial=0.0))), atol, rows)


def alike(first: Outcome, second: Outcome) -> bool:
    """Whether two outcomes have leaves of the same paths and shapes."""
    if not isinstance(first, Returned) or not isinstance(second, Returned):
        return False
    shapes = [[(path, np.shape(leaf)) for path, leaf in leaves(outcome.value)] for outcome in (first, second)]
    return shapes[0] == shapes[1]
