"""When a question comes back, and which question comes next.

Memory is modelled by FSRS with its default parameters; the template is scheduled, never the variant. New questions
come when the topics before theirs are known; topics take turns; siblings do not meet on one day.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from .index import Entry, TopicCard
from .store import Card, Event

if TYPE_CHECKING:
    from fsrs import Scheduler

DAY = 86400.0
MASTERED = 0.7  # mean recent score from which a topic counts as known
MASTERY_WEIGHT = 0.25  # share of the newest answer in a question's mean score
RETENTION = 0.9
FAST_SECONDS = 20.0
MAX_INTERVAL_DAYS = 365
AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4


def rate(score: float, hints: int, certainty: int | None, seconds: float, typed: bool) -> int:
    """The FSRS rating of an answer: wrong is Again; partial, hinted or unsure is Hard; sure and fast is Easy."""
    if score < 0.5:
        return AGAIN
    if score < 1 - 1e-9 or hints or certainty == 1:
        return HARD
    if certainty == 3 and seconds < FAST_SECONDS * (2 if typed else 1):
        return EASY
    return GOOD


@lru_cache(maxsize=8)
def _scheduler(max_interval: int) -> Scheduler:
    from fsrs import Scheduler

    return Scheduler(
        desired_retention=RETENTION, learning_steps=(), relearning_steps=(), maximum_interval=max_interval,
        enable_fuzzing=False,
    )  # fmt: skip


class Review:
    """The next card after an answer; an exam date caps the interval, so that everything comes once more before it."""

    def __init__(self, exam: float | None = None) -> None:
        self.exam = exam

    def __call__(self, card: Card | None, event: Event) -> Card:
        """The card of a question after an answer to it, or after its first."""
        from fsrs import Card as FsrsCard
        from fsrs import Rating, State

        # A clock set back must not make an interval negative.
        at = max(event.at, card.last if card else 0.0)
        before = FsrsCard(
            card_id=0, state=State.Review if card else State.Learning, step=None if card else 0,
            stability=card.stability if card else None, difficulty=card.difficulty if card else None,
            due=_time(card.due if card else at), last_review=_time(card.last) if card else None,
        )  # fmt: skip
        after, _ = _scheduler(self._max_interval(at)).review_card(before, Rating(event.rating), _time(at))
        due = after.due.timestamp()
        if event.rating == AGAIN:
            due = min(due, at + DAY)
        return Card(
            question=event.question, topic=event.topic, due=due, last=at,
            stability=float(after.stability or 0.1), difficulty=float(after.difficulty or 5.0),
            answers=(card.answers if card else 0) + 1,
            score=event.score if card is None else (1 - MASTERY_WEIGHT) * card.score + MASTERY_WEIGHT * event.score,
        )  # fmt: skip

    def _max_interval(self, at: float) -> int:
        if self.exam is None or self.exam <= at:
            return MAX_INTERVAL_DAYS
        return max(1, min(MAX_INTERVAL_DAYS, int((self.exam - at) / DAY)))


def _time(seconds: float) -> datetime:
    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=seconds)


def retrievability(card: Card, now: float) -> float:
    """The chance, by the memory model, that a question would be answered rightly now."""
    from fsrs import Card as FsrsCard
    from fsrs import State

    memory = FsrsCard(
        card_id=0, state=State.Review, stability=card.stability, difficulty=card.difficulty, due=_time(card.due),
        last_review=_time(card.last),
    )  # fmt: skip
    return float(_scheduler(MAX_INTERVAL_DAYS).get_card_retrievability(memory, _time(max(now, card.last))))


def mastery(entries: Iterable[Entry], cards: Mapping[str, Card]) -> dict[str, float]:
    """By topic, the mean score over its questions; a question never answered counts as 0 beyond the first five.

    Five answered questions of a topic suffice to call it known, or all of them where it has fewer.
    """
    scores: dict[str, list[float]] = defaultdict(list)
    sizes: dict[str, int] = defaultdict(int)
    for entry in entries:
        sizes[entry.topic] += 1
        if entry.id in cards:
            scores[entry.topic].append(cards[entry.id].score)
    return {topic: sum(scores[topic]) / max(len(scores[topic]), min(5, size)) for topic, size in sizes.items()}


class Wish(NamedTuple):
    """What a student asked for."""

    topics: frozenset[str] = frozenset()
    only_due: bool = False
    only_new: bool = False
    force: bool = False


def queue(
    entries: Mapping[str, Entry],
    topics: Mapping[str, TopicCard],
    cards: Mapping[str, Card],
    asked_today: Sequence[tuple[str, str]],
    now: float,
    wish: Wish,
) -> list[str]:
    """Question ids in the order in which to ask them: due ones first, then new ones, then what is not due yet.

    Topics take turns. A question is put last if a sibling was asked today: one of its family, or one
    whose misconception showed. Without a wish for topics, new questions wait for the topics before theirs.
    """
    chosen = [entry for entry in entries.values() if not wish.topics or entry.topic in wish.topics]
    today = {question for question, _ in asked_today}
    families = {entries[question].family for question in today if question in entries}
    shown = {tag for _, tags in asked_today for tag in tags.split()}
    due = sorted((e for e in chosen if e.id in cards and cards[e.id].due <= now), key=lambda e: cards[e.id].due)
    fresh = [] if wish.only_due else _fresh(chosen, entries, topics, cards, wish)
    ordered = list(due if not wish.only_new else []) + fresh
    later = [entry for entry in ordered if (entry.family in families or entry.tags & shown) and entry not in due]
    first = [entry for entry in ordered if entry not in later]
    ahead: list[Entry] = []
    if wish.topics and not wish.only_due and not wish.only_new:
        taken = {entry.id for entry in ordered}
        ahead = sorted((e for e in chosen if e.id not in taken and e.id in cards), key=lambda e: cards[e.id].due)
    blocks = (first[: len(due)] if not wish.only_new else [], first[len(due) :] if not wish.only_new else first)
    result = [entry for block in (*blocks, later, ahead) for entry in _apart(interleaved(block))]
    return [entry.id for entry in result]


def _fresh(
    chosen: Sequence[Entry], entries: Mapping[str, Entry], topics: Mapping[str, TopicCard], cards: Mapping[str, Card],
    wish: Wish,
) -> list[Entry]:  # fmt: skip
    new = [entry for entry in chosen if entry.id not in cards]
    known = mastery(entries.values(), cards)
    depth = _depths(topics)
    ready = [
        entry for entry in new
        if wish.force or wish.topics or all(
            known.get(need, 1.0) >= MASTERED for need in (*topics[entry.topic].needs, *entry.needs) if need in topics
        )
    ]  # fmt: skip
    return sorted(ready or new, key=lambda e: (e.difficulty, depth.get(e.topic, 0), e.position))


def _depths(topics: Mapping[str, TopicCard]) -> dict[str, int]:
    depths: dict[str, int] = {}

    def depth(topic: str) -> int:
        if topic not in depths:
            depths[topic] = 0  # so that a circle in a broken head ends
            depths[topic] = 1 + max((depth(need) for need in topics[topic].needs if need in topics), default=-1)
        return depths[topic]

    for topic in topics:
        depth(topic)
    return depths


def interleaved(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries with topics taking turns; each topic keeps its own order."""
    lanes: dict[str, deque[Entry]] = defaultdict(deque)
    for entry in entries:
        lanes[entry.topic].append(entry)
    waiting = deque(lanes.values())
    while waiting:
        lane = waiting.popleft()
        yield lane.popleft()
        if lane:
            waiting.append(lane)


def _apart(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries with siblings of one family moved behind all others."""
    seen: set[str] = set()
    siblings = []
    for entry in entries:
        if entry.family in seen:
            siblings.append(entry)
        else:
            seen.add(entry.family)
            yield entry
    yield from siblings


def forecast(cards: Iterable[Card], now: float, days: int = 14) -> list[int]:
    """How many cards fall due today (overdue ones too) and on each of the days after it."""
    counts = [0] * days
    for card in cards:
        day = max(0, int((card.due - now) // DAY) + 1) if card.due > now else 0
        if day < days:
            counts[day] += 1
    return counts
