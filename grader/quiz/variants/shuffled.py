"""What is shown in a drawn order: options, items and pairs."""

from __future__ import annotations

import random
from collections.abc import Sequence

from ..item import Choice, Matching, Ordering, Picking
from .parameters import Record, Values
from .texts import fill


def picking_of(
    options: Sequence[Record], values: Values, rng: random.Random, several: bool = False, credit: str = "all"
) -> Picking:
    """Options in a drawn order, those pinned at the end."""
    free = [_option(option, values, n) for n, option in enumerate(options) if option["pin"] is None]
    pinned = [_option(option, values, n) for n, option in enumerate(options) if option["pin"] is not None]
    rng.shuffle(free)
    return Picking(tuple(free + pinned), several, credit)


def _option(option: Record, values: Values, origin: int) -> Choice:
    right = option["right"] is not None
    text = option["right"] if right else option["wrong"]
    return Choice(fill(text, values), right, fill(option["why"], values), option["misconception"], origin)


def _distractor(record: Record, values: Values) -> Choice:
    return Choice(fill(record["text"], values), False, fill(record["why"], values), record["misconception"])


def ordering_of(record: Record, values: Values, rng: random.Random) -> Ordering:
    """Items in a drawn order that is not the right one, with those that do not belong."""
    items = [fill(text, values) for text in record["items"]]
    extras = [_distractor(extra, values) for extra in record["distractors"]]
    texts = items + [extra.text for extra in extras]
    places = list(range(len(texts)))  # places[k] is the number of the text shown at place k
    rng.shuffle(places)
    while [place for place in places if place < len(items)] == list(range(len(items))):
        rng.shuffle(places)
    shown_at = {text: place for place, text in enumerate(places)}
    depends = record["depends"]
    return Ordering(
        shown=tuple(texts[number] for number in places),
        key=tuple(shown_at[number] for number in range(len(items))),
        before=None if depends is None else tuple((shown_at[a - 1], shown_at[b - 1]) for a, b in depends),
        distractors={shown_at[len(items) + index]: extra for index, extra in enumerate(extras)},
        credit=record["credit"],
        why=fill(record["why"], values),
    )


def matching_of(record: Record, values: Values, rng: random.Random) -> Matching:
    """Pairs taken apart, both sides in a drawn order."""
    pairs = [
        (fill(pair["left"], values), fill(pair["right"], values), fill(pair["why"], values), place)
        for place, pair in enumerate(record["pairs"])
    ]
    rng.shuffle(pairs)
    extras = [_distractor(extra, values) for extra in record["distractors"]]
    rights = list(dict.fromkeys([right for _, right, _, _ in pairs] + [extra.text for extra in extras]))
    rng.shuffle(rights)
    return Matching(
        lefts=tuple(left for left, _, _, _ in pairs),
        rights=tuple(rights),
        key=tuple(rights.index(right) for _, right, _, _ in pairs),
        whys=tuple(why for _, _, why, _ in pairs),
        distractors={rights.index(extra.text): extra for extra in extras},
        credit=record["credit"],
        origins=tuple(place for _, _, _, place in pairs),
    )
