"""Text for a terminal of some width and encoding: escaped, measured, cut and wrapped.

A screen is a list of `Line`; the colour of a line repeats a word that it already holds. Whatever a student wrote or
printed goes through `Page.clean`, so that it stays on its line and cannot move the cursor, hide or recolour anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

MIN_WIDTH: Final = 40  # below it lines are left to the terminal's own wrapping
COLOURS: Final = {
    "ok": "green",
    "FAIL": "red",
    "ERROR": "red",
    "TIME": "red",
    "BROKEN": "magenta",
    "skip": "yellow",
    "todo": "cyan",
}

_ASCII: Final = {
    "−": "-", "–": "-", "—": "-", "‐": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "·": "*", "×": "x", "÷": "/",
    "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "≡": "==", "→": "->", "←": "<-", "⇒": "=>", "∞": "inf", "√": "sqrt", "Σ": "sum",
    "∑": "sum", "∏": "prod", "∂": "d", "∇": "grad ", "∈": " in ", "‖": "||", "⟨": "<", "⟩": ">", "⊙": "*", "∘": "*", "⊤": "^T", "ᵀ": "^T",
    "²": "^2", "³": "^3", "⁻": "^-", "¹": "^1", "½": "1/2", "±": "+-", "′": "'", "₀": "_0", "₁": "_1", "₂": "_2", "ₜ": "_t", "ᵢ": "_i",
    "ⱼ": "_j", "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "Δ": "Delta", "ε": "eps", "η": "eta", "θ": "theta", "κ": "kappa",
    "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "ω": "omega",
    "ŷ": "y_hat", "\u0302": "_hat",
}  # fmt: skip


class Line(NamedTuple):
    """A line of a screen; `word`, if any, is the part that colour repeats."""

    text: str
    word: str = ""
    colour: str = ""


WORDS: Final = {
    "pass": "ok",
    "fail": "FAIL",
    "error": "ERROR",
    "todo": "todo",
    "skip": "skip",
    "timeout": "TIME",
    "broken": "BROKEN",
}
"""The word that carries the verdict, for each status."""


def verdict_line(word: str, rest: str, indent: int = 2) -> Line:
    """A line that begins with a verdict: `  FAIL  rest`."""
    return Line(f"{' ' * indent}{word:<5} {rest}".rstrip(), word, COLOURS[word])


@dataclass(frozen=True)
class Page:
    """What is written on: columns, the encoding that must hold every character, and whether tables are unwanted."""

    width: int = 80
    encoding: str = "utf-8"
    plain: bool = False

    def clean(self, text: str) -> str:
        """One line of text that is safe to show: control and format characters as escapes, all of it encodable."""
        escaped = "".join(_escape(text))
        try:
            escaped.encode(self.encoding)
        except UnicodeEncodeError:
            return "".join(self._encodable(character) for character in escaped)
        return escaped

    def _encodable(self, character: str) -> str:
        try:
            character.encode(self.encoding)
        except UnicodeEncodeError:
            return _ASCII.get(character) or _code(character)
        return character

    def wrap(self, text: str, indent: str = "", first: str | None = None) -> list[str]:
        """The text in lines of at most the page's width, `first` before the first and `indent` before the others."""
        lead = indent if first is None else first
        room = max(self.width, MIN_WIDTH) - max(columns(lead), columns(indent))
        pieces = list(_wrapped(self.clean(text), room)) or [""]
        return [f"{lead}{pieces[0]}".rstrip(), *(f"{indent}{piece}" for piece in pieces[1:])]

    def cut(self, text: str, room: int | None = None, note: str = "") -> str:
        """The text on one line of at most `room` columns, with `...` and `note` where something is left out."""
        limit = max(self.width, MIN_WIDTH) if room is None else room
        safe = self.clean(text)
        if columns(safe) <= limit:
            return safe
        tail = f"...{note}"
        return f"{_head(safe, limit - len(tail))}{tail}"[:limit]


def counted(number: int, noun: str) -> str:
    """`1 answer`, `2 answers`."""
    return f"{number} {noun}{'s' * (number != 1)}"


def columns(text: str) -> int:
    """The number of terminal columns that a text takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, size: int) -> str:
    """The text with blanks up to `size` columns."""
    return text + " " * (size - columns(text))


def _escape(text: str) -> Iterator[str]:
    """The characters of a text, those that are not printable as codes, and no more than one mark on a letter."""
    marked = True
    for character in text:
        category = unicodedata.category(character)
        mark = category in ("Mn", "Me")
        if character == "\t":
            yield "    "
        elif category == "Zs":
            yield " "
        else:
            yield _code(character) if not character.isprintable() or (mark and marked) else character
        marked = mark


def _code(character: str) -> str:
    named = {"\n": "\\n", "\r": "\\r"}
    number = ord(character)
    form = "\\x{:02x}" if number < 0x100 else "\\u{:04x}" if number < 0x10000 else "\\U{:08x}"
    return named.get(character) or form.format(number)


def _wrapped(text: str, room: int) -> Iterator[str]:
    """The text broken at blanks, or within a word that is longer than a line."""
    line = ""
    for word in re.findall(r"\S+", text):
        while columns(word) > room:
            if line:
                yield line
                line = ""
            piece = _head(word, room)
            yield piece
            word = word[len(piece) :]
        if line and columns(line) + 1 + columns(word) > room:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line and word else line or word
    if line:
        yield line


def _head(text: str, room: int) -> str:
    """As many characters from the start as fit into `room` columns."""
    used = 0
    for position, character in enumerate(text):
        used += _columns(character)
        if used > room:
            return text[: max(position, 1)] if room > 0 else ""
    return text
