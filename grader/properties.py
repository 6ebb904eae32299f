"""Named facts about results that no comparison of values shows, evaluated on plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from grader.spec import Property
from grader.values import Value, at, leaf_path


def holds(wanted: Property, outputs: tuple[str, ...], value: Value, args: Mapping[str, Value]) -> bool:
    """Whether a result has a property; a result that has no such leaf, or no numbers there, has not."""
    try:
        array = np.asarray(at(value, leaf_path(outputs, wanted.output)), dtype=np.float64)
    except (KeyError, IndexError, TypeError, ValueError, OverflowError):
        return False
    if wanted.id == "no-negative":
        return bool(not (array < 0).any())
    if wanted.id == "sums-to-one":
        return bool(array.size == 0 or (np.abs(array.sum(axis=wanted.axis) - 1.0) <= 1e-6).all())
    if wanted.id == "zero-where-masked":
        return _zero_where_masked(array, np.asarray(args[wanted.argument]))
    if wanted.id == "keep-fraction":
        return _keep_fraction(array, float(args[wanted.argument]))
    return bool(((array >= wanted.low) & (array <= wanted.high)).all())


def _zero_where_masked(array: np.ndarray, mask: np.ndarray) -> bool:
    try:
        return bool((array[~np.broadcast_to(mask.astype(bool), array.shape)] == 0).all())
    except ValueError:
        return False


def _keep_fraction(array: np.ndarray, drop: float) -> bool:
    """5 sigma: one honest mask in two million fails."""
    bound = 5 * math.sqrt(drop * (1 - drop) / max(array.size, 1))
    return bool(abs(np.count_nonzero(array) / max(array.size, 1) - (1 - drop)) <= bound)
