"""What random guessing scores."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..check import mark
from ..formula import FormulaError
from ..item import Gaps, Item, Judging, Matching, Ordering, Picking, Spot, Steps
from ..variants import realise
from . import statistics as stats

GUESSES = 400


def guess_score(record: Mapping[str, Any]) -> float:
    """The mean score of random guessing: exact for choices, by simulation for orders and pairs, 0 for typed answers."""
    try:
        return _guess(realise(record, 0))
    except FormulaError:
        return math.nan


def _guess(item: Item) -> float:
    match item.body:
        case Picking() as body:
            return _guess_picking(body)
        case Judging():
            return 0.5
        case Ordering(shown=shown):
            return _simulated(item, lambda rng: " ".join(str(n + 1) for n in rng.sample(range(len(shown)), len(shown))))
        case Matching(lefts=lefts, rights=rights):
            letters = "abcdefghijklmnopqrstuvwxyz"[: len(rights)]
            return _simulated(item, lambda rng: "".join(rng.choice(letters) for _ in lefts))
        case Gaps(gaps=gaps, credit=credit):
            chances = [_guess_picking(gap.body) if isinstance(gap.body, Picking) else 0.0 for gap in gaps]
            return stats.mean(chances) if credit == "each" else math.prod(chances)
        case Spot() as spot:
            line = len(spot.lines) / spot.line_count
            return (line + _guess_picking(spot.fix)) / 2 if spot.fix else line
        case Steps(steps=steps):
            return stats.mean([_guess_picking(s.body) if isinstance(s.body, Picking) else 0.0 for s in steps])
    return 0.0


def _guess_picking(body: Picking) -> float:
    letters = "abcdefghij"[: len(body.options)]
    sets: Iterable[Sequence[str]] = letters
    if body.several:
        sets = [c for size in range(1, len(letters) + 1) for c in itertools.combinations(letters, size)]
    return stats.mean([mark(body, " ".join(chosen)).score for chosen in sets])


def _simulated(item: Item, answer: Callable[[random.Random], str]) -> float:
    rng = random.Random(item.id)
    return stats.mean([mark(item.body, answer(rng)).score for _ in range(GUESSES)])
