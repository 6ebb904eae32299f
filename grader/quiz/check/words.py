"""Typed words, of which case, spaces, hyphens and articles do not count."""

from __future__ import annotations

import re
import unicodedata

from ..item import Words
from .result import Marked, NotAnAnswer, Reason, tags


def normal(text: str) -> str:
    """A text without differences of case, width, spaces, hyphens and a closing stop."""
    plain = unicodedata.normalize("NFKC", text).casefold().strip().strip(".!?\"'`")
    plain = re.sub(r"[‐-―-]", " ", plain)
    plain = re.sub(r"^(the|a|an) ", "", re.sub(r"\s+", " ", plain).strip())
    return plain


def accepts(body: Words, text: str) -> bool:
    """Whether a typed text is one of the accepted ones."""
    plain = normal(text)
    for word in body.accept:
        if word.startswith("re:"):
            if re.fullmatch(word[3:], plain, re.IGNORECASE):
                return True
        elif normal(word) == plain:
            return True
    return False


def mark_words(body: Words, answer: str) -> Marked:
    """Whether a word or phrase is accepted, or else which slip it is."""
    if not answer.strip():
        raise NotAnAnswer("Type a word or a short phrase.")
    shown = body.samples[0] if body.samples else next(w for w in body.accept if not w.startswith("re:"))
    key = Reason("", shown, True, body.why)
    if accepts(body, answer):
        return Marked(1.0, (key,))
    for slip in body.slips:
        if normal(str(slip.value)) == normal(answer):
            return Marked(0.0, (Reason("", str(slip.value), False, slip.why, True), key), tags([slip]), slip)
    return Marked(0.0, (key,))
