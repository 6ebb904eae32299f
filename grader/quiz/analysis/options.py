"""The option table of a question: who chose what, dead distractors, possible miskeys."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from . import statistics as stats
from .responses import Response
from .rows import ENOUGH, OptionRow

DEAD = 0.05  # a distractor that fewer choose does no work
TAIL = 0.27  # the top and bottom groups of an option table


def option_rows(
    record: Mapping[str, Any], responses: Sequence[Response], rest: Mapping[tuple[str, int], float]
) -> tuple[OptionRow, ...]:
    """A row for each option as written; none for typed answers. `rest` is each answer's share of all other points."""
    if record["type"] == "truefalse":
        written = [("true", record["answer"]), ("false", not record["answer"])]
    elif record["type"] in ("single", "multi"):
        written = [(option["right"] or option["wrong"], option["right"] is not None) for option in record["options"]]
    else:
        return ()
    answered = [response for response in responses if response.state == "answered"]
    ranked = sorted(answered, key=lambda response: rest.get((response.student, response.place), 0.0))
    tail = max(1, round(TAIL * len(ranked))) if ranked else 0
    return tuple(
        _option(place, text, right, answered, ranked[-tail:] if tail else [], ranked[:tail], rest)
        for place, (text, right) in enumerate(written)
    )


def _option(
    place: int, text: str, right: bool, answered: Sequence[Response], top: Sequence[Response],
    bottom: Sequence[Response], rest: Mapping[tuple[str, int], float],
) -> OptionRow:  # fmt: skip
    count = sum(place in response.chosen for response in answered)
    share = count / len(answered) if answered else 0.0
    pairs = [
        (float(place in response.chosen), rest[response.student, response.place])
        for response in answered
        if (response.student, response.place) in rest
    ]
    r: float | None = None
    miskey = False
    if len(pairs) >= ENOUGH:
        value = stats.correlation([a for a, _ in pairs], [b for _, b in pairs])
        r = None if math.isnan(value) else value
        # Only a correlation whose whole interval is on the wrong side is worth the alarm.
        miskey = r is not None and not right and stats.correlation_interval(r, len(pairs))[0] > 0
    dead = not right and len(answered) >= ENOUGH and share < DEAD
    in_top = sum(place in response.chosen for response in top)
    in_bottom = sum(place in response.chosen for response in bottom)
    return OptionRow(text, right, count, share, in_top, in_bottom, r, dead, miskey)
