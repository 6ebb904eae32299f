"""Hides small cells of what is passed on: a count of 1 to 4 students could point at somebody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

FEWEST: Final = 5


def suppressed(counts: Sequence[int]) -> list[int | None]:
    """The counts with None for 1 to 4 students, and for as many more cells as keep these from following from the total."""
    hidden = {i for i, count in enumerate(counts) if 0 < count < FEWEST}
    others = sorted((i for i, count in enumerate(counts) if count >= FEWEST), key=lambda i: counts[i])
    while hidden and others and (len(hidden) < 2 or sum(counts[i] for i in hidden) < FEWEST):
        hidden.add(others.pop(0))
    return [None if i in hidden else count for i, count in enumerate(counts)]


def shown(count: int | None) -> str:
    """A count as it is printed."""
    return "hidden" if count is None else str(count)


def small(part: int, whole: int) -> bool:
    """Whether a part, or what is left of the whole, is of 1 to 4 students."""
    return 0 < part < FEWEST or 0 < whole - part < FEWEST


def about(part: int, whole: int) -> str:
    """How many of a whole that everybody knows: exact unless that would say that 1 to 4 students are in it or not in it."""
    if 0 < part < FEWEST:
        return f"fewer than {FEWEST}"
    return f"over {whole - FEWEST}" if 0 < whole - part < FEWEST else str(part)
