"""How many terminal columns a text takes."""

from __future__ import annotations

import unicodedata

_EMOJI_STYLE = "\ufe0f"  # draws the character before it as a picture, two columns wide
_known: dict[str, int] = {}


def width_of(text: str) -> int:
    """The number of columns; rather one too many, as for parts of a joined emoji, than one too few."""
    if text.isascii():
        return len(text)
    known = _known
    total = 0
    for char in text:
        width = known.get(char)
        if width is None:
            width = known[char] = _char_width(char)
        total += width
    return total


def _char_width(char: str) -> int:
    if char == _EMOJI_STYLE:
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cc"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
