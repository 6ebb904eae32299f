"""What marking says: credit, reasons, misconceptions, or that a text is no answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..item import Choice, Slip

Answer = str | tuple["Answer", ...]


class NotAnAnswer(ValueError):
    """A typed text that answers nothing, such as a letter where a number is wanted: ask again, count nothing."""


class Reason(NamedTuple):
    """A label (`a`, `line 3`), the text it belongs to, whether that is right, and why."""

    label: str
    text: str
    right: bool
    why: str
    chosen: bool = False


class Marked(NamedTuple):
    """A marked answer: credit from 0 to 1, the reasons to show, and the misconceptions it points to."""

    score: float
    reasons: tuple[Reason, ...]
    misconceptions: tuple[str, ...] = ()
    slip: Slip | None = None

    @property
    def right(self) -> bool:
        """Whether the whole answer is right."""
        return self.score >= 1 - 1e-9


def tags(choices: Sequence[Choice | Slip]) -> tuple[str, ...]:
    """The misconceptions that wrong answers point to, each once."""
    return tuple(dict.fromkeys(choice.misconception for choice in choices if choice.misconception))
