"""Named facts about results that no comparison of values shows, evaluated on plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from grader.values import Value, at, leaf_path


class SpecError(ValueError):
    """An exercise that is written wrongly; the message says what and what to do."""


PROPERTIES: Final = frozenset({"no-negative", "sums-to-one", "zero-where-masked", "keep-fraction", "within"})


@dataclass(frozen=True)
class Property:
    """A named fact about results, checked on every case besides the values.

    no-negative         no entry of `output` is below 0
    sums-to-one         `output` sums to 1 along `axis` (within 1e-6)
    zero-where-masked   `output` is exactly 0 where the bool argument `argument` is False (broadcast)
    keep-fraction       the share of non-zero entries of `output` lies within a 5-sigma binomial bound of 1 - `argument`
    within              every entry of `output` lies in [low, high]

    `output` is the name of a result leaf. `text` is the sentence that a student reads when it fails.
    """

    id: str
    output: str
    text: str
    axis: int = -1
    argument: str = ""
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        if self.id not in PROPERTIES:
            raise SpecError(f"unknown property {self.id!r}; there are {', '.join(sorted(PROPERTIES))}")
        if not self.text.strip():
            raise SpecError(f"property {self.id!r} needs a sentence for the student")
        if self.id in ("zero-where-masked", "keep-fraction") and not self.argument:
            raise SpecError(f"property {self.id!r} needs the argument that it compares with")


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
        mask = args.get(wanted.argument)
        return mask is None or _zero_where_masked(array, np.asarray(mask))
    if wanted.id == "keep-fraction":
        share = args.get(wanted.argument)
        return share is None or _keep_fraction(array, float(share))
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
