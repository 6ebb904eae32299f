"""What a terminal can show, and text laid out within its width."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from typing import IO, NamedTuple

from ...texbox import Mode, TexError, draw, mode_for, prose
from ..variants import BLANK

MIN_WIDTH, MAX_WIDTH = 24, 100
_MATHS = r"\$\$.+?\$\$|\$.+?\$"
_COLOURS = {"RIGHT": "32", "PARTLY": "33", "WRONG": "31", "title": "1"}


class Screen(NamedTuple):
    """What the terminal can show."""

    width: int
    mode: Mode
    colour: bool

    def paint(self, text: str, kind: str) -> str:
        """The text in a colour, where there are colours."""
        return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m" if self.colour else text

    def prose(self, text: str, indent: str = "", first: str | None = None) -> list[str]:
        """Prose with maths, laid out within the width; `first` replaces the indent of the first line."""
        shown = gaps_shown(text)
        width = max(10, self.width - len(indent))
        try:
            lines = prose(shown, width, self.mode)
        except TexError:  # a formula that only these parameters spoil: its source is better than nothing
            lines = _wrapped(shown, width)
        lines = lines or [""]
        head = indent if first is None else first
        return [(head if place == 0 else indent) + line if line else "" for place, line in enumerate(lines)]

    def wrapped(self, lines: Iterable[str]) -> list[str]:
        """Plain messages within the width; what is indented stays so."""
        return [row for line in lines for row in _indented(line, self.width)]

    def formula(self, tex: str, indent: str = "    ") -> list[str]:
        """A display formula, drawn."""
        width = max(10, self.width - len(indent))
        try:
            lines = draw(tex, width=width, mode=self.mode)
        except TexError:
            lines = [tex]
        if len(lines) == 1:  # plain text comes as one line, however long
            lines = _wrapped(lines[0], width)
        return [indent + line for line in lines]


def screen_for(stream: IO[str], plain: bool) -> Screen:
    """The screen for an output stream: two-dimensional maths only where a person looks at a capable terminal."""
    terminal = _is_terminal(stream) and os.environ.get("TERM") != "dumb"
    width = _columns(stream)
    colour = terminal and not plain and not os.environ.get("NO_COLOR")
    mode = mode_for(getattr(stream, "encoding", None), plain or not terminal)
    return Screen(min(max(width, MIN_WIDTH), MAX_WIDTH), mode, colour)


def _columns(stream: IO[str]) -> int:
    """The width of the terminal: COLUMNS, or what the stream says, or 80."""
    try:
        return int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        pass
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError, AttributeError):
        return 80


def _is_terminal(stream: IO[str]) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # a closed stream
        return False


def say(lines: Iterable[str]) -> None:
    """Print lines; what the encoding cannot hold is replaced, never an exception in the middle of a session."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    text = "\n".join(line.rstrip() for line in lines)
    print(text.encode(encoding, "replace").decode(encoding), flush=True)


def _indented(line: str, width: int) -> list[str]:
    if len(line) <= width:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    return [(indent + row).rstrip() for row in _wrapped(line, width - len(indent))]


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return lines


def gaps_shown(text: str) -> str:
    """The text with `[[name]]` as `[name]`, in maths as upright text."""
    if "[[" not in text:
        return text
    parts, last = [], 0
    for match in re.finditer(_MATHS, text, re.DOTALL):
        parts.append(re.sub(BLANK, r"[\1]", text[last : match.start()]))
        parts.append(re.sub(BLANK, r"\\text{[\1]}", match[0]))
        last = match.end()
    return "".join(parts) + re.sub(BLANK, r"[\1]", text[last:])


def counted(count: int, noun: str) -> str:
    """`1 answer`, `2 answers`."""
    return f"{count} {noun}" + ("" if count == 1 else "s")
