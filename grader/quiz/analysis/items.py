"""What each question tells: facility, discrimination, its options, and what to look at."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..variants import plain_number
from . import statistics as stats
from .guess import guess_score
from .options import option_rows
from .responses import Response
from .rows import ENOUGH, ItemRow, OptionRow

MIN_PER_VALUE = 5
DUBIOUS_EFFICIENCY = 0.15


def item_row(
    name: str, record: Mapping[str, Any], responses: Sequence[Response], rest: Mapping[tuple[str, int], float]
) -> ItemRow:
    """The row of a question; `rest` is each answer's share of all other points."""
    scores = [response.score for response in responses]
    pairs = [(r.score, rest[r.student, r.place]) for r in responses if (r.student, r.place) in rest]
    r, low, high, efficiency = _discrimination(pairs)
    facility = stats.mean(scores)
    bounds = stats.share_interval(facility, len(scores))
    options = option_rows(record, responses, rest)
    seconds = [response.milliseconds / 1000 for response in responses if response.milliseconds is not None]
    guess = guess_score(record)
    return ItemRow(
        name, record["type"], record["topic"], len(responses), sum(r.state != "answered" for r in responses),
        facility, *bounds, stats.deviation(scores), guess, r, low, high, efficiency,
        stats.median(seconds) if seconds else None, options, _by_value(record, responses),
        tuple(_flags(facility, guess, r, efficiency, options, len(responses))),
    )  # fmt: skip


def _discrimination(
    pairs: Sequence[tuple[float, float]],
) -> tuple[float | None, float | None, float | None, float | None]:
    """Item-rest correlation with its interval, and the discriminative efficiency; None below the least number."""
    if len(pairs) < ENOUGH:
        return None, None, None, None
    item, others = [a for a, _ in pairs], [b for _, b in pairs]
    r = stats.correlation(item, others)
    if math.isnan(r):
        return None, None, None, None
    return r, *stats.correlation_interval(r, len(pairs)), stats.discriminative_efficiency(item, others)


def _by_value(record: Mapping[str, Any], responses: Sequence[Response]) -> tuple[tuple[str, int, float], ...]:
    """For questions with parameters: the facility for each value of each parameter that came up often enough."""
    groups: dict[str, list[float]] = defaultdict(list)
    for response in responses:
        for name in record["params"]:
            if name in response.values:
                groups[f"{name}={plain_number(response.values[name])}"].append(response.score)
    return tuple(
        (label, len(scores), stats.mean(scores))
        for label, scores in sorted(groups.items())
        if len(scores) >= MIN_PER_VALUE
    )


def _flags(
    facility: float, guess: float, r: float | None, efficiency: float | None, options: Sequence[OptionRow], count: int
) -> Iterable[str]:
    if count >= ENOUGH and facility >= 0.95:
        yield "nearly everybody is right"
    if count >= ENOUGH and facility <= guess:
        yield "no better than guessing"
    if r is not None and r < 0:
        yield "the better students do worse"
    elif efficiency is not None and efficiency < DUBIOUS_EFFICIENCY:
        yield f"discriminative efficiency below {DUBIOUS_EFFICIENCY:.0%}"
    for option in options:
        if option.miskey:
            yield f"possible miskey: the better students choose `{option.text[:40]}`"
    dead = sum(option.dead for option in options)
    if dead:
        yield f"{dead} dead {'distractor' if dead == 1 else 'distractors'}"
