"""What an item analysis says, as plain data."""

from __future__ import annotations

from typing import NamedTuple

ENOUGH = 30  # below this many answers a discrimination says next to nothing: its sign is wrong in 8 % of classes of 15


class OptionRow(NamedTuple):
    """One option: how many chose it, overall and in the best and worst quarter, and its correlation with the rest."""

    text: str
    right: bool
    chosen: int
    share: float
    top: int
    bottom: int
    item_rest: float | None
    dead: bool
    miskey: bool


class ItemRow(NamedTuple):
    """One question."""

    question: str
    type: str
    topic: str
    answers: int
    blank: int
    facility: float
    facility_low: float
    facility_high: float
    deviation: float
    guess: float
    discrimination: float | None
    discrimination_low: float | None
    discrimination_high: float | None
    efficiency: float | None
    median_seconds: float | None
    options: tuple[OptionRow, ...]
    by_value: tuple[tuple[str, int, float], ...]
    flags: tuple[str, ...]


class PaperRow(NamedTuple):
    """The paper as a whole; reliability is None where it is not defined."""

    students: int
    items: int
    mean: float
    median: float
    deviation: float
    skewness: float
    kurtosis: float
    alpha: float | None
    kr20: bool
    standard_error: float | None
    error_ratio: float | None
    caveats: tuple[str, ...]


class Analysis(NamedTuple):
    """Everything."""

    title: str
    paper: PaperRow
    items: tuple[ItemRow, ...]
    misconceptions: tuple[tuple[str, int, int], ...]  # tag, answers, students
    calibration: tuple[tuple[int, int, float], ...]  # certainty, answers, share right
