"""Moodle's notation for a gap inside a text: `{1:NUMERICAL:=3:0.1#why~%0%4:0.1#why}`."""

from __future__ import annotations

import re

from ...item import Gap, Number, Picking, Words
from ..graded import from_number, from_words
from ..results import Loss
from ..writing import Exportable, exact


def embedded(gap: Gap, entry: Exportable, losses: list[Loss]) -> str:
    """A gap with its answers and their reasons."""
    match gap.body:
        case Number() as number:
            parts = [f"{_mark(g.right)}{g.text}:{exact(g.tolerance)}#{_escape(g.why)}" for g in from_number(number)]
            return f"{{1:NUMERICAL:{'~'.join(parts)}}}"
        case Words() as words:
            parts = [f"{_mark(g.right)}{_escape(g.text)}#{_escape(g.why)}" for g in from_words(entry, words, losses)]
            return f"{{1:SHORTANSWER:{'~'.join(parts)}}}"
        case Picking(options=options):
            parts = [("=" if o.right else "") + f"{_escape(o.text)}#{_escape(o.why)}" for o in options]
            return f"{{1:MULTICHOICE:{'~'.join(parts)}}}"
    raise TypeError(type(gap.body).__name__)


def _mark(right: bool) -> str:
    return "=" if right else "%0%"


def _escape(text: str) -> str:
    return re.sub(r"([}#~/\"\\=])", r"\\\1", text)
