"""What the events say about a student: mastery of each topic, what falls due, and how well certainty fits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .index import Index
from .schedule import forecast, mastery, retrievability
from .screen import Screen, counted
from .store import Card, Event, Store


@dataclass(frozen=True)
class TopicStats:
    """One topic of a student."""

    topic: str
    title: str
    questions: int
    answered: int
    answers: int
    due: int
    mastery: float
    recall: float | None


def topic_stats(index: Index, cards: Mapping[str, Card], now: float) -> list[TopicStats]:
    """The topics in the order of the bank."""
    known = mastery(index.entries.values(), cards)
    found = []
    for topic in index.topics.values():
        mine = [entry.id for entry in index.entries.values() if entry.topic == topic.id]
        seen = [cards[name] for name in mine if name in cards]
        if mine:
            recall = sum(retrievability(card, now) for card in seen) / len(seen) if seen else None
            found.append(TopicStats(
                topic.id, topic.title, len(mine), len(seen), sum(card.answers for card in seen),
                sum(card.due <= now for card in seen), known.get(topic.id, 0.0), recall,
            ))  # fmt: skip
    return found


def calibration(answers: Sequence[Event]) -> list[tuple[int, int, float]]:
    """For each level of certainty: level, answers, share right."""
    levels: dict[int, list[bool]] = defaultdict(list)
    for event in answers:
        if event.certainty is not None:
            levels[event.certainty].append(event.score >= 1 - 1e-9)
    return [(level, len(right), sum(right) / len(right)) for level, right in sorted(levels.items())]


def misconceptions(answers: Sequence[Event]) -> Counter[str]:
    """How often each misconception showed."""
    return Counter(tag for event in answers for tag in event.misconceptions.split())


def misconception_topics(answers: Sequence[Event]) -> dict[str, str]:
    """The topic in which each misconception showed last."""
    return {tag: event.topic for event in answers for tag in event.misconceptions.split()}


def stats_lines(index: Index, store: Store, screen: Screen, now: float) -> list[str]:
    """The screen of `grade quiz --stats`."""
    answers, cards = store.answers(), store.cards()
    if not answers:
        return ["No answers yet. Begin with: grade quiz"]
    right = sum(event.score >= 1 - 1e-9 for event in answers)
    lines = [
        f"{counted(len(answers), 'answer')}, {right} right ({right / len(answers):.0%}),"
        f" {counted(len(cards), 'question')} seen.", "",
    ]  # fmt: skip
    lines += _topic_lines(topic_stats(index, cards, now), screen)
    lines += ["", *_forecast_lines(cards, now, screen)]
    lines += _calibration_lines(answers)
    common = misconceptions(answers).most_common(5)
    if common:
        lines += ["", "Misconceptions that showed most:"]
        topics = misconception_topics(answers)
        lines += [f"  {count:>3}  {tag}  ({topics[tag]})" for tag, count in common]
    return lines


def _topic_lines(topics: Sequence[TopicStats], screen: Screen) -> list[str]:
    wide = max(len(topic.topic) for topic in topics)
    plain = "ascii" in screen.mode.value
    roomy = screen.width >= 70
    lines = [f"{'topic':<{wide}}  {'known':>5}  {'':10}  seen     due  recall" if roomy
             else f"{'topic':<{wide}}  known  due"]  # fmt: skip
    for topic in topics:
        if not topic.answered:
            continue
        recall = f"{topic.recall:>5.0%}" if topic.recall is not None else "    -"
        head = f"{topic.topic:<{wide}}  {topic.mastery:>5.0%}"
        rest = f"  {bar(topic.mastery, 10, plain)}  {topic.answered:>3}/{topic.questions:<3}  {topic.due:>3}  {recall}"
        lines.append(head + (rest if roomy else f"  {topic.due:>3}"))
    untouched = sum(not topic.answered for topic in topics)
    if untouched:
        lines.append(f"{counted(untouched, 'topic')} not begun.")
    return [*lines, *screen.wrapped(_LEGEND)]


_LEGEND = (
    "known: the mean score of your answers, newer ones counting more.",
    "recall: the chance, by the memory model, that you still know what you have seen.",
)


def bar(share: float, width: int = 10, ascii_only: bool = False) -> str:
    """A bar of fixed width."""
    full = round(max(0.0, min(1.0, share)) * width)
    return "#" * full + "." * (width - full) if ascii_only else "█" * full + "·" * (width - full)


def _forecast_lines(cards: Mapping[str, Card], now: float, screen: Screen) -> list[str]:
    days = 14 if screen.width >= 70 else 7
    counts = forecast(cards.values(), now, days)
    head = " ".join(f"{'now' if day == 0 else '+' + str(day):>3}" for day in range(days))
    return ["Falling due (days from now):", f"  {head}", "  " + " ".join(f"{count:>3}" for count in counts)]


def _calibration_lines(answers: Sequence[Event]) -> list[str]:
    levels = calibration(answers)
    if not levels:
        return []
    names = {1: "guess", 2: "rather sure", 3: "sure"}
    wanted = {1: "below 67%", 2: "67% to 80%", 3: "above 80%"}
    lines = ["", "Certainty and how often it was right:"]
    lines += [
        f"  {names[level]:<12} {right:>4.0%} of {count:<4} (honest if {wanted[level]})"
        for level, count, right in levels
    ]
    return lines


def list_lines(index: Index, store: Store | None, screen: Screen, now: float) -> list[str]:
    """The screen of `grade quiz --list`: groups, their topics, and how many questions each has."""
    cards = store.cards() if store else {}
    sizes = Counter(entry.topic for entry in index.entries.values())
    due = Counter(entry.topic for entry in index.entries.values() if entry.id in cards and cards[entry.id].due <= now)
    seen = Counter(entry.topic for entry in index.entries.values() if entry.id in cards)
    lines = [f"{index.title}: {sum(sizes.values())} questions"]
    wide = max((len(topic) for topic in index.topics), default=0)
    for topic in index.topics.values():
        state = f"{sizes[topic.id]:>3} question{'s' if sizes[topic.id] != 1 else ' '}" + (
            f", {seen[topic.id]} seen" if seen[topic.id] else ""
        )
        state += f", {due[topic.id]} due" if due[topic.id] else ""
        names = f"  (also {', '.join(topic.also)})" if topic.also else ""
        line = f"  {topic.id:<{wide}}  {state}"
        lines.append(line + names if len(line) + len(names) <= screen.width else line)
    return [*lines, "Begin with: grade quiz TOPIC"]
