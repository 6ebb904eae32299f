"""Scores pairs by what they share and few others have. An inverted index: pairs that share nothing rare are never looked at."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

MAX_SHARE: Final = 0.1  # what more than a tenth of all have is no sign of anything
MAX_POSTING: Final = 60  # and what so many have is not worth its pairs, of which there are the square

SIGNALS: Final = ("structure", "words", "answers")


@dataclass(frozen=True)
class Work:
    """What is compared of one student's work at one exercise. `old` is that of an earlier year."""

    student: str
    sha: bytes
    old: bool
    features: Mapping[str, frozenset[Hashable]]


@dataclass
class Pair:
    """Two works and, for each signal, the weight of what they share, and the smaller of what each has of it."""

    left: Work
    right: Work
    shared: dict[str, float] = field(default_factory=dict)
    whole: dict[str, float] = field(default_factory=dict)
    common: dict[str, list[Hashable]] = field(default_factory=dict)
    rank: float = 0.0


def pairs(works: Sequence[Work], top: int, base: Mapping[str, frozenset[Hashable]]) -> list[Pair]:
    """The pairs that share most of what is rare, best first. `base` is what the sheet gives to everybody."""
    found: dict[tuple[int, int], Pair] = {}
    for signal in SIGNALS:
        features = [work.features.get(signal, frozenset()) - base.get(signal, frozenset()) for work in works]
        _add(works, features, signal, found)
    _rank(list(found.values()))
    return sorted(found.values(), key=lambda pair: (-pair.rank, pair.left.student, pair.right.student))[:top]


def _add(
    works: Sequence[Work], features: Sequence[frozenset[Hashable]], signal: str, found: dict[tuple[int, int], Pair]
) -> None:
    postings: dict[Hashable, list[int]] = defaultdict(list)
    for number, own in enumerate(features):
        for feature in own:
            postings[feature].append(number)
    most = min(MAX_POSTING, max(2, int(MAX_SHARE * len(works))))
    weight = {feature: math.log(len(works) / len(who)) for feature, who in postings.items() if len(who) <= most}
    totals = [sum(weight.get(feature, 0.0) for feature in own) for own in features]
    for feature, who in postings.items():
        if feature not in weight or len(who) < 2:
            continue
        for one, other in combinations(who, 2):
            if (works[one].old and works[other].old) or works[one].student == works[other].student:
                continue
            pair = found.setdefault((one, other), Pair(works[one], works[other]))
            pair.shared[signal] = pair.shared.get(signal, 0.0) + weight[feature]
            pair.whole[signal] = min(totals[one], totals[other])
            pair.common.setdefault(signal, []).append(feature)


def _rank(found: Iterable[Pair]) -> None:
    """A pair's rank: for each signal what is shared, more where it is most of what they have, in units of its mean."""
    found = list(found)
    for signal in SIGNALS:
        scores = [_score(pair, signal) for pair in found]
        positive = [score for score in scores if score > 0]
        mean = sum(positive) / len(positive) if positive else 1.0
        for pair, score in zip(found, scores):
            pair.rank += score / mean


def _score(pair: Pair, signal: str) -> float:
    shared, whole = pair.shared.get(signal, 0.0), pair.whole.get(signal, 0.0)
    return shared * shared / whole if whole else 0.0
