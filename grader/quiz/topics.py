"""What a word on the command line means: topics by their id, their other names, their group, or an exercise."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Protocol


class UnknownTopic(ValueError):
    """A word that names no topic; the message names near ones."""


class Nameable(Protocol):
    """A topic of the bank or of its index."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def group(self) -> str: ...  # noqa: D102
    @property
    def also(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def exercises(self) -> Sequence[str]: ...  # noqa: D102


def named(topics: Collection[Nameable], words: Sequence[str]) -> frozenset[str]:
    """The ids of the topics that the words name; raises UnknownTopic."""
    found: set[str] = set()
    for word in words:
        ids = _one(topics, word.strip().lower())
        if not ids:
            raise UnknownTopic(_unknown(topics, word))
        found |= ids
    return frozenset(found)


def _one(topics: Collection[Nameable], word: str) -> set[str]:
    plain = re.sub(r"[_ ]+", "-", word)
    exercise = re.fullmatch(r"(?:exercise|ex)0*([0-9]+).*", plain)
    for matches in (
        {t.id for t in topics if plain == t.id},
        {t.id for t in topics if plain in t.also or plain == t.group},
        {t.id for t in topics if exercise and f"exercise{exercise[1]}" in t.exercises},
        {t.id for t in topics if len(plain) > 2 and (t.id.startswith(plain) or t.id.replace("-", "") == plain)},
    ):
        if matches:
            return matches
    return set()


def _unknown(topics: Collection[Nameable], word: str) -> str:
    import difflib

    names = [name for topic in topics for name in (topic.id, *topic.also)]
    close = difflib.get_close_matches(word.lower(), names, n=3)
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    return f"There is no topic {word!r}.{hint} All topics: grade quiz --list"
