"""Fills lines with words."""

from __future__ import annotations

from .cells import width_of

GLUE = "\x00"  # a space at which a line breaks only if there is no other way


def wrapped(words: list[str], width: int, first: str = "", rest: str = "") -> list[str]:
    """Lines of words that fit the width, after the prefix of the first and of the other lines.

    A word wider than a line is broken at its glue, and without any stands on a line of its own.
    """
    lines: list[str] = []
    line, used = first, width_of(first)
    is_empty = True
    for word in _fitting(words, width - max(width_of(first), width_of(rest))):
        needed = width_of(word.replace(GLUE, " "))
        if not is_empty and used + 1 + needed > width:
            lines.append(line)
            line, used, is_empty = rest, width_of(rest), True
        line, used = (line + word, used + needed) if is_empty else (f"{line} {word}", used + 1 + needed)
        is_empty = False
    return [text.replace(GLUE, " ").rstrip() for text in [*lines, line]]


def _fitting(words: list[str], room: int) -> list[str]:
    fitting: list[str] = []
    for word in words:
        if GLUE in word and width_of(word.replace(GLUE, " ")) > room:
            fitting += word.split(GLUE)
        else:
            fitting.append(word)
    return fitting
