"""Two arrays beside each other with a map of where they differ, for wide terminals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from grader.render.numbers import table
from grader.render.text import Page, columns, pad
from grader.verdict import Mismatch

MIN_WIDTH: Final = 100
MAX_ROWS: Final = 8
MAX_COLUMNS: Final = 10
LEGEND: Final = "map: . ok  + off  # off >10 %"


@dataclass(frozen=True, eq=False)
class _Window:
    """The part of two arrays that is shown: matrices, the number of their first row, and words on what was left out."""

    got: np.ndarray
    want: np.ndarray
    first_row: int
    note: str


def beside(mismatch: Mismatch, page: Page) -> list[str]:
    """Got, expected and map in columns; empty if the page is narrow or plain, or there is no array to show."""
    if page.plain or page.width < MIN_WIDTH or mismatch.arrays is None or mismatch.index is None:
        return []
    got, want = (np.asarray(value) for value in mismatch.arrays)
    if got.shape != want.shape or got.ndim not in (1, 2) or want.size < 2 or got.dtype.kind not in "biuf":
        return []
    for wanted_columns in range(MAX_COLUMNS, 0, -1):
        drawn = _columns(_window(got, want, mismatch.index, wanted_columns), mismatch)
        lines = [page.clean(line) for line in drawn]
        if all(columns(line) <= page.width for line in lines):
            return lines
    return []


def _window(got: np.ndarray, want: np.ndarray, index: tuple[int, ...], max_columns: int) -> _Window:
    """The matrix that holds the worst entry, and of it at most MAX_ROWS rows and `max_columns` columns around that entry."""
    notes = []
    got, want = np.atleast_2d(got), np.atleast_2d(want)
    row, column = (index[0] if len(index) > 1 else 0), index[-1]
    rows, across = _around(row, want.shape[0], MAX_ROWS), _around(column, want.shape[1], max_columns)
    if len(rows) < want.shape[0]:
        notes.append(f"rows {rows[0]} to {rows[-1]} of {want.shape[0]}")
    if len(across) < want.shape[1]:
        notes.append(f"columns {across[0]} to {across[-1]} of {want.shape[1]}")
    part = np.s_[rows[0] : rows[-1] + 1, across[0] : across[-1] + 1]
    return _Window(got[part], want[part], rows[0], ", ".join(notes))


def _around(position: int, size: int, most: int) -> range:
    start = max(0, min(position - most // 2, size - most))
    return range(start, min(start + most, size))


def _columns(window: _Window, mismatch: Mismatch) -> list[str]:
    got, want = table([window.got, window.want])
    marks = _marks(window, mismatch.allowed or 0.0)
    widths = max(len(got[0]), 3), max(len(want[0]), 8)
    lines = [f"  {pad('got', widths[0])}   {pad('expected', widths[1])}   map"]
    for offset, row in enumerate(zip(got, want, marks, strict=True)):
        label = f"   row {window.first_row + offset}" if len(got) > 1 else ""
        lines.append(f"  {pad(row[0], widths[0])}   {pad(row[1], widths[1])}   {row[2]}{label}")
    legend = "   ".join(part for part in (LEGEND, _axes(mismatch, window.want.shape)) if part)
    return [*lines, f"  {legend}", *([f"  shown: {window.note}; all of it: grade case"] if window.note else [])]


def _marks(window: _Window, allowed: float) -> list[str]:
    """A sign for each entry: right, off, off by more than a tenth of what was expected."""
    got, want = (np.asarray(part, dtype=np.float64) for part in (window.got, window.want))
    both = np.isfinite(got) & np.isfinite(want)
    error = np.abs(np.where(both, got, 0.0) - np.where(both, want, 0.0))
    same = np.where(both, error <= allowed, (got == want) | (np.isnan(got) & np.isnan(want)))
    far = ~both | (error > 0.1 * np.abs(np.where(both, want, 0.0)))
    return [" ".join(_sign(ok, big) for ok, big in zip(*rows, strict=True)) for rows in zip(same, far, strict=True)]


def _sign(ok: Any, far: Any) -> str:
    return "." if ok else "#" if far else "+"


def _axes(mismatch: Mismatch, shape: tuple[int, ...]) -> str:
    names = mismatch.axes.split()
    whole = mismatch.want_shape or shape
    if len(names) != len(whole):
        return ""
    return ", ".join(f"axis {axis} = {name}" for axis, name in enumerate(names))
