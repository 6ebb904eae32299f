"""Gates that the whole bank must pass; one file alone cannot be judged by them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..bank import Bank, Placed
from ..schema import TrueFalse
from . import statistics
from .ledger import changes

K = TypeVar("K", str, int)

CHOICE_TYPES = frozenset({"single", "multi", "truefalse"})
# Shares to aim at, with the deviation that is told as a warning.
TYPE_SHARES: dict[tuple[str, ...], float] = {
    ("single",): 0.45, ("multi",): 0.10, ("numeric", "shape"): 0.22, ("truefalse",): 0.05, ("order", "match"): 0.07,
    ("cloze", "short"): 0.06, ("derive",): 0.03, ("bug",): 0.02,
}  # fmt: skip
BLOOM_SHARES: dict[tuple[str, ...], float] = {
    ("remember",): 0.15, ("understand",): 0.35, ("apply",): 0.35, ("analyse", "evaluate", "create"): 0.15,
}  # fmt: skip
DIFFICULTY_SHARES: dict[tuple[int, ...], float] = {(1,): 0.15, (2,): 0.30, (3,): 0.30, (4,): 0.18, (5,): 0.07}
SHARE_SLACK = 0.06


@dataclass(frozen=True)
class Gate:
    """A gate that the bank does not pass."""

    rule: str
    message: str
    repair: str = ""
    error: bool = True


def check(course: Path, bank: Bank) -> Iterator[Gate]:
    """Every gate that this bank does not pass."""
    live = [placed for placed in bank.questions if placed.status != "retired"]
    yield from _graph(bank)
    yield from _coverage(bank, live)
    yield from _longest(live)
    yield from _truths(live)
    yield from _bot(live)
    yield from _positions(live)
    yield from _misconceptions(live)
    yield from _mix(bank)
    for message, repair in changes(course, bank):
        yield Gate("content-changed", message, repair)


def _graph(bank: Bank) -> Iterator[Gate]:
    topics = bank.topics()
    groups = {group.id for group in bank.head.groups}
    for repeated, count in Counter(topic.id for topic in bank.head.topics).items():
        if count > 1:
            yield Gate("topics", f"the topic {repeated} stands twice in the head.")
    for topic in bank.head.topics:
        if topic.group not in groups:
            yield Gate("topics", f"the topic {topic.id} names the unknown group {topic.group}.")
        for need in topic.needs:
            if need not in topics:
                yield Gate("topics", f"the topic {topic.id} needs the unknown topic {need}.")
    circle = _circle({topic.id: [need for need in topic.needs if need in topics] for topic in bank.head.topics})
    if circle:
        yield Gate("topics", f"topics need each other in a circle: {' -> '.join(circle)}.")


def _circle(needs: dict[str, list[str]]) -> list[str]:
    done: set[str] = set()

    def visit(topic: str, path: list[str]) -> list[str]:
        if topic in path:
            return [*path[path.index(topic) :], topic]
        if topic in done:
            return []
        for need in needs[topic]:
            found = visit(need, [*path, topic])
            if found:
                return found
        done.add(topic)
        return []

    for topic in needs:
        found = visit(topic, [])
        if found:
            return found
    return []


def _coverage(bank: Bank, live: list[Placed]) -> Iterator[Gate]:
    counts = statistics.counts(bank)
    targets = bank.head.targets
    if counts.questions < targets.questions:
        yield Gate("coverage", f"the bank has {counts.questions} questions, the head wants {targets.questions}.")
    if counts.templates < targets.templates:
        yield Gate("coverage", f"{counts.templates} questions have parameters, the head wants {targets.templates}.")
    for group in bank.head.groups:
        found = counts.by_group[group.id]
        if found < group.least:
            yield Gate("coverage", f"group {group.id} ({group.title}) has {found} questions, at least {group.least}.")
        if counts.templates_by_group[group.id] < group.templates:
            has = counts.templates_by_group[group.id]
            yield Gate("coverage", f"group {group.id} has {has} questions with parameters, planned {group.templates}.")
    yield from _spread(live)
    for topic in bank.head.topics:
        if not counts.by_topic[topic.id]:
            yield Gate("coverage", f"the topic {topic.id} has no question.")


def _spread(live: list[Placed]) -> Iterator[Gate]:
    groups: dict[str, list[Placed]] = defaultdict(list)
    for placed in live:
        groups[placed.group].append(placed)
    for group, members in sorted(groups.items()):
        typed = sum(placed.question.type not in CHOICE_TYPES for placed in members)
        if typed < 3:
            yield Gate("coverage", f"group {group} has {typed} questions that are no choice, at least 3 are wanted.")
        if len({placed.question.bloom for placed in members}) < 3:
            yield Gate("coverage", f"group {group} has fewer than three Bloom levels.")
        if len({placed.question.difficulty for placed in members}) < 3:
            yield Gate("coverage", f"group {group} has fewer than three levels of difficulty.")


def _longest(live: list[Placed]) -> Iterator[Gate]:
    for size in (3, 4, 5):
        share, count, limit = statistics.longest_share(live, size)
        if count and share > limit:
            yield Gate(
                "longest-key",
                f"in {share:.0%} of the {count} choices of {size} the longest is right, at most {limit:.0%} may be.",
                "Lengthen wrong options or shorten right ones.",
            )


def _truths(live: list[Placed]) -> Iterator[Gate]:
    statements = [placed.question for placed in live if isinstance(placed.question, TrueFalse)]
    share = sum(statement.answer for statement in statements) / max(1, len(statements))
    if len(statements) >= 10 and not 0.4 <= share <= 0.6:
        yield Gate("true-share", f"{share:.0%} of the {len(statements)} statements are true, 40 % to 60 % is wanted.")


def _bot(live: list[Placed]) -> Iterator[Gate]:
    for score in statistics.bot_scores(live):
        if not score.chance:
            yield Gate("bot", f"{score}.", "Vary the lengths and words of right and wrong options.")


def _positions(live: list[Placed]) -> Iterator[Gate]:
    found, chi, limit = statistics.key_positions(live)
    if chi > limit:
        shown = ", ".join(f"{found[index]} at {index + 1}" for index in sorted(found))
        yield Gate("key-position", f"right options are written at uneven places ({shown}).", "Move some.")


def _misconceptions(live: list[Placed]) -> Iterator[Gate]:
    for tag, count in sorted(statistics.misconception_uses(live).items()):
        if count < 2:
            yield Gate("misconception-once", f"the misconception {tag} is named once.", "Name it twice, or drop it.")


def _mix(bank: Bank) -> Iterator[Gate]:
    counts = statistics.counts(bank)
    yield from _shares("type", TYPE_SHARES, counts.by_type, counts.questions)
    yield from _shares("Bloom level", BLOOM_SHARES, counts.by_bloom, counts.questions)
    yield from _shares("difficulty", DIFFICULTY_SHARES, counts.by_difficulty, counts.questions)


def _shares(name: str, wanted: Mapping[tuple[K, ...], float], found: Counter[K], total: int) -> Iterator[Gate]:
    for kinds, share in wanted.items():
        has = sum(found[kind] for kind in kinds) / max(1, total)
        if abs(has - share) > SHARE_SLACK:
            label = "/".join(str(kind) for kind in kinds)
            yield Gate("mix", f"{name} {label} has a share of {has:.0%}, planned {share:.0%}.", error=False)
