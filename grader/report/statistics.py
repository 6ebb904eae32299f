"""Item statistics as Moodle defines them, of functions as items.

facility                    mean score / most
discrimination              correlation of an item with the rest of the test, with its 95 % interval (Fisher's z)
discriminative efficiency   covariance of item and rest / the largest covariance these scores allow (both sorted)
alpha                       Cronbach's, over students who handed something in and whose verdicts are all known

An item's students are those who handed its exercise in and whose verdicts are all known; the rest of their test are all other
items, where what is not handed in scores 0. Below `LEAST` students nothing is said: at 30 an interval still spans 0.2 to 0.9.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from grader.report.model import CODE, NO_VERDICT, ClassReport

LEAST: Final = 30
_Z_95: Final = 1.959963984540054
_NOISE: Final = 1e-12  # a variance below this is rounding
HARD, EASY, WEAK = 0.2, 0.95, 0.2  # Moodle's and PrairieLearn's rules of thumb


class Item(NamedTuple):
    """The statistics of a function; None where there are too few students or no spread."""

    column: int
    n: int
    facility: float | None
    discrimination: float | None
    low: float | None
    high: float | None
    efficiency: float | None

    @property
    def flags(self) -> tuple[str, ...]:
        """What to look at."""
        made = []
        if self.facility is not None and self.facility < HARD:
            made.append("hard")
        if self.facility is not None and self.facility > EASY:
            made.append("easy")
        if self.discrimination is not None and self.discrimination < 0:
            made.append("negative: check the reference or the wording")
        elif self.discrimination is not None and self.discrimination < WEAK:
            made.append("tells little")
        return tuple(made)


class ItemStatistics(NamedTuple):
    """All items, and how well they measure one thing together."""

    items: Sequence[Item]
    alpha: float | None
    n: int


def item_statistics(report: ClassReport) -> ItemStatistics:
    """The statistics of every function, in the order of the columns."""
    if not report.students or not report.columns:
        return ItemStatistics([Item(c, 0, *[None] * 5) for c in range(len(report.columns))], None, 0)
    grid = np.array([np.frombuffer(student.grid, np.uint8) for student in report.students])
    scores = (grid == CODE["pass"]) * np.array([float(column.max_points) for column in report.columns])
    # our own failures and what is not graded yet say nothing of a student: they are no score of 0, alone or in the rest
    known = ~np.isin(grid, [CODE["pending"], CODE["broken"]]).any(axis=1)
    scores, verdict = scores[known], ~np.isin(grid[known], list(NO_VERDICT))
    items = [_item(report.columns[i].max_points, scores, verdict[:, i], i) for i in range(len(report.columns))]
    active = verdict.any(axis=1)
    return ItemStatistics(items, _alpha(scores[active]), int(active.sum()))


def _item(most: int, scores: np.ndarray, chosen: np.ndarray, column: int) -> Item:
    n = int(chosen.sum())
    if n < LEAST:
        return Item(column, n, *[None] * 5)
    item = scores[chosen, column]
    rest = scores[chosen].sum(axis=1) - item
    facility = float(item.mean() / most) if most else None
    r = correlation(item, rest)
    low, high = interval(r, n) if r is not None else (None, None)
    return Item(column, n, facility, r, low, high, efficiency(item, rest))


def correlation(x: np.ndarray, y: np.ndarray) -> float | None:
    """Pearson's correlation; None where one side has no spread."""
    dx, dy = x - x.mean(), y - y.mean()
    spread = float(dx @ dx) * float(dy @ dy)
    return float(np.clip(float(dx @ dy) / np.sqrt(spread), -1.0, 1.0)) if spread > _NOISE else None


def interval(r: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a correlation of n pairs, n > 3."""
    if abs(r) >= 1:
        return r, r
    z, half = np.arctanh(r), _Z_95 / np.sqrt(n - 3)
    return float(np.tanh(z - half)), float(np.tanh(z + half))


def efficiency(x: np.ndarray, y: np.ndarray) -> float | None:
    """The covariance as a share of the largest that these scores allow."""
    dx, dy = x - x.mean(), y - y.mean()
    largest = float(np.sort(dx) @ np.sort(dy))
    return float(dx @ dy) / largest if largest > _NOISE else None


def _alpha(scores: np.ndarray) -> float | None:
    students, items = scores.shape
    if students < LEAST or items < 2:
        return None
    total = float(scores.sum(axis=1).var(ddof=1))
    if total <= _NOISE:
        return None
    return items / (items - 1) * (1 - float(scores.var(axis=0, ddof=1).sum()) / total)
