"""What is said at the end of a session: the score, each topic, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..index import Index
from ..schedule import DAY, MASTERED, mastery
from ..store import Store

CERTAINTY_POINTS = {1: (1, 0), 2: (2, -2), 3: (3, -6)}  # right, wrong; honest from 67 % and 80 % on (Gardner-Medwin)


class Result(NamedTuple):
    """One answer of the session."""

    topic: str
    score: float
    certainty: int | None

    @property
    def right(self) -> bool:
        """Whether the whole answer was right."""
        return self.score >= 1 - 1e-9

    @property
    def certainty_points(self) -> int:
        """What the stated certainty earned or cost; 0 where none was asked."""
        return 0 if self.certainty is None else CERTAINTY_POINTS[self.certainty][0 if self.right else 1]


def summary_lines(index: Index, store: Store, results: Sequence[Result], now: float) -> list[str]:
    """The session in a few lines; none if nothing was answered."""
    if not results:
        return []
    right = sum(result.right for result in results)
    topics = list(dict.fromkeys(result.topic for result in results))
    share = {topic: _mean([r.score for r in results if r.topic == topic]) for topic in topics}
    lines = ["", f"This session: {right} of {len(results)} right, score {_mean([r.score for r in results]):.0%}."]
    for topic in topics:
        count = sum(result.topic == topic for result in results)
        lines.append(f"  {index.topics[topic].title}: {share[topic] * count:.3g} of {count}")
    sure = [result for result in results if result.certainty]
    if sure:
        lines.append(f"  Certainty points: {sum(result.certainty_points for result in sure)} of {3 * len(sure)}")
    if right == len(results):
        return [*lines, f"Due by tomorrow: {store.count_due(now + DAY)}. Next: grade quiz"]
    return [*lines, *_what_next(index, store, min(topics, key=lambda topic: share[topic]))]


def _what_next(index: Index, store: Store, weak: str) -> list[str]:
    """Commands for the weakest topic: what it builds on, the topic again, and its exercise."""
    topic = index.topics[weak]
    known = mastery(index.entries.values(), store.cards())
    shaky = [need for need in topic.needs if known.get(need, 1.0) < MASTERED]
    lines = [f"First: grade quiz {' '.join(shaky)}  ({weak} builds on it)"] if shaky else []
    lines.append(f"{'Then' if shaky else 'Next'}:  grade quiz {weak}")
    return [*lines, *(f"Code:  grade {exercise}" for exercise in topic.exercises[:1])]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
