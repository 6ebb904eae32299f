"""Numbers and arrays as text: short, but with enough digits that two numbers that differ look different."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

DIGITS: Final = 5  # significant digits of a number that nothing stands beside


def number(value: Any, digits: int = DIGITS) -> str:
    """A number in `digits` significant digits; whole numbers, bools and texts as they are."""
    if isinstance(value, (np.ndarray, np.generic)) and np.ndim(value) == 0:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else f"an integer of {value.bit_length()} bits"
    if not math.isfinite(value):
        return str(value)
    if value == 0:
        return "-0.0" if math.copysign(1.0, value) < 0 else "0.0"
    text = f"{value:.{digits}g}"
    return text if any(character in text for character in ".e") else f"{text}.0"


def pair(got: Any, want: Any) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to tell them apart."""
    texts = number(got), number(want)
    for digits in range(DIGITS + 1, 18):
        if texts[0] != texts[1]:
            break
        texts = number(got, digits), number(want, digits)
    return texts


def size(value: float) -> str:
    """An error or a limit, in two digits: `2.6e-07`, `0.23`."""
    return "0" if value == 0 else f"{value:.2g}"


def percent(error: float, want: float) -> str:
    """How large an error is against what was expected (`13.4 %`), or empty where that says nothing."""
    if not (math.isfinite(error) and math.isfinite(want)) or want == 0:
        return ""
    share = 100 * error / abs(want)
    return f"{share:.3g} %" if 1e-3 <= share < 1e4 else ""


def table(arrays: Sequence[np.ndarray]) -> list[list[str]]:
    """The rows of several matrices of one shape, all entries equally wide, with digits enough to differ where they do."""
    ways = [(digits, fixed) for fixed in (True, False) for digits in range(4, 18)]
    rows = next(cells for digits, fixed in ways if _tell_apart(cells := _cells(arrays, digits, fixed), arrays))
    widest = max((len(cell) for matrix in rows for row in matrix for cell in row), default=0)
    return [["  ".join(cell.rjust(widest) for cell in row) for row in matrix] for matrix in rows]


def _cells(arrays: Sequence[np.ndarray], digits: int, fixed: bool) -> list[list[list[str]]]:
    """Entries with `digits` decimals if `fixed` and all are of ordinary size, else with so many significant digits."""
    values = np.abs(np.concatenate([np.asarray(array, dtype=np.float64).ravel() for array in arrays]))
    largest = values[np.isfinite(values)].max(initial=0.0)
    fixed = fixed and all(array.dtype.kind == "f" for array in arrays) and (largest == 0 or 1e-2 <= largest < 1e4)

    def text(entry: Any) -> str:
        return f"{entry:.{digits}f}" if fixed and math.isfinite(entry) else number(entry, digits)

    return [[[text(entry) for entry in row] for row in array.tolist()] for array in arrays]


def _tell_apart(cells: Sequence[Sequence[Sequence[str]]], arrays: Sequence[np.ndarray]) -> bool:
    """Whether every two entries at one place that differ have texts that differ."""
    texts = [[cell for row in matrix for cell in row] for matrix in cells]
    differing = [a != b and not (a != a and b != b) for a, b in zip(arrays[0].flat, arrays[-1].flat, strict=True)]
    return all(a != b for a, b, differ in zip(texts[0], texts[-1], differing, strict=True) if differ)
