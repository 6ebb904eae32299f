"""The numbers of an item analysis, from plain lists; no NumPy, so that they can be checked by hand.

Names follow Moodle's quiz statistics: facility is the mean score, discrimination the correlation
of an item with the rest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Z_95 = 1.959964


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean; nan for none."""
    return math.fsum(values) / len(values) if values else math.nan


def deviation(values: Sequence[float]) -> float:
    """The sample standard deviation (n - 1); nan for fewer than two values."""
    if len(values) < 2:
        return math.nan
    middle = mean(values)
    return math.sqrt(math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1))


def variance(values: Sequence[float]) -> float:
    """The sample variance (n - 1)."""
    return deviation(values) ** 2


def median(values: Sequence[float]) -> float:
    """The median; nan for none."""
    ordered = sorted(values)
    half = len(ordered) // 2
    if not ordered:
        return math.nan
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def skewness(values: Sequence[float]) -> float:
    """Skewness from k-statistics; nan for fewer than three values or no spread."""
    count, spread = len(values), deviation(values)
    if count < 3 or not spread > 0:
        return math.nan
    middle = mean(values)
    third = count / ((count - 1) * (count - 2)) * math.fsum((value - middle) ** 3 for value in values)
    return float(third / spread**3)


def kurtosis(values: Sequence[float]) -> float:
    """Excess kurtosis from k-statistics; nan for fewer than four values or no spread."""
    count, spread = len(values), deviation(values)
    if count < 4 or not spread > 0:
        return math.nan
    middle = mean(values)
    second = math.fsum((value - middle) ** 2 for value in values)
    fourth = math.fsum((value - middle) ** 4 for value in values)
    top = count * ((count + 1) * fourth - 3 * (count - 1) / count * second**2)
    k4 = top / ((count - 1) * (count - 2) * (count - 3))
    return float(k4 / spread**4)


def correlation(left: Sequence[float], right: Sequence[float]) -> float:
    """Pearson's correlation; nan where one side has no spread."""
    a, b = mean(left), mean(right)
    x = math.fsum((value - a) ** 2 for value in left)
    y = math.fsum((value - b) ** 2 for value in right)
    if len(left) < 3 or x <= 1e-18 or y <= 1e-18:
        return math.nan
    return math.fsum((p - a) * (q - b) for p, q in zip(left, right)) / math.sqrt(x * y)


def discriminative_efficiency(left: Sequence[float], right: Sequence[float]) -> float:
    """The covariance as a share of the largest that these scores allow (both sorted), as Moodle defines it."""
    a, b = mean(left), mean(right)
    covariance = math.fsum((p - a) * (q - b) for p, q in zip(left, right))
    largest = math.fsum((p - a) * (q - b) for p, q in zip(sorted(left), sorted(right)))
    return covariance / largest if largest > 1e-18 else math.nan


def correlation_interval(r: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a correlation, by Fisher's transformation."""
    if count < 4 or math.isnan(r):
        return math.nan, math.nan
    if abs(r) >= 1:
        return r, r
    middle, half = math.atanh(r), Z_95 / math.sqrt(count - 3)
    return math.tanh(middle - half), math.tanh(middle + half)


def share_interval(share: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share, by Wilson; for partial credit it is a little too wide."""
    if not count:
        return 0.0, 1.0
    z2 = Z_95**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z_95 / (1 + z2 / count) * math.sqrt(max(0.0, share * (1 - share)) / count + z2 / (4 * count**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def alpha(matrix: Sequence[Sequence[float]]) -> float:
    """Cronbach's alpha of students (rows) by items (columns); KR-20 where every score is 0 or 1."""
    items = len(matrix[0]) if matrix else 0
    if items < 2 or len(matrix) < 2:
        return math.nan
    total = variance([math.fsum(row) for row in matrix])
    if not total > 0:
        return math.nan
    parts = math.fsum(variance([row[column] for row in matrix]) for column in range(items))
    return items / (items - 1) * (1 - parts / total)
