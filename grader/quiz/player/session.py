"""A session as it is saved, and what it was asked to be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from ..schedule import DAY, Wish

if TYPE_CHECKING:
    from ..check import Answer

SESSION = "session"  # the name under which the store keeps it
RESUME_SECONDS = 3 * DAY  # a session left longer ago is not taken up again: its choice of questions is stale


class Settings(NamedTuple):
    """How a session runs."""

    wish: Wish
    size: int
    seed: str | None = None
    certainty: bool = False
    restart: bool = False
    exam: float | None = None


class Session:
    """Which questions, how far, and what was typed of the current one."""

    def __init__(
        self, id: str, wish: str, ids: list[str], done: int = 0, seed: str | None = None, hints: int = 0,
        parts: list[Answer] | None = None, at: float = 0.0,
    ) -> None:  # fmt: skip
        self.id = id
        self.wish = wish
        self.ids = ids
        self.done = done
        self.seed = seed
        self.hints = hints
        self.parts = parts or []
        self.at = at

    @property
    def left(self) -> int:
        """How many questions are still to be asked."""
        return len(self.ids) - self.done

    @property
    def still(self) -> str:
        """`2 of 3 are left`."""
        return f"{self.left} of {len(self.ids)} {'is' if self.left == 1 else 'are'} left"

    def advance(self) -> None:
        """Go on to the next question."""
        self.done += 1
        self.hints = 0
        self.parts = []

    def dump(self) -> str:
        """The session as JSON."""
        return json.dumps(self.__dict__, ensure_ascii=False)

    @classmethod
    def load(cls, text: str | None) -> Session | None:
        """The session of a JSON text, None where there is none or it cannot be read."""
        try:
            return cls(**json.loads(text)) if text else None
        except (ValueError, TypeError):
            return None
