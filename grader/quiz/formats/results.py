"""What exporting and importing give: files or questions, and what was lost on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class FormatError(ValueError):
    """A file that cannot be read as the format it should have; the message says where."""


class Loss(NamedTuple):
    """Something of a question that a format cannot hold."""

    question: str
    what: str

    def __str__(self) -> str:
        return f"{self.question}: {self.what}"


class Exported(NamedTuple):
    """Written files by name, how many questions they hold, and what was lost."""

    files: Mapping[str, str]
    written: int
    losses: tuple[Loss, ...]


class Imported(NamedTuple):
    """Questions in the bank's own form, ready to be written, and what was lost."""

    questions: tuple[dict[str, Any], ...]
    losses: tuple[Loss, ...]
