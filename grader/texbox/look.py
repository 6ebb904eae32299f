"""How symbols look in each mode, and which mode suits an output."""

from __future__ import annotations

from enum import Enum

from .letters import styled
from .symbols import DELIMITER_ASCII, PLAIN
from .tree import Accent, Node, Op, Root, Row, Scripts, Sym, Word

_ONLY_WHERE_MIXED = frozenset(("lunate", "straight"))

# Combining characters for accents over one letter.
COMBINING = {
    "hat": "\u0302",
    "widehat": "\u0302",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "bar": "\u0304",
    "overline": "\u0305",
    "vec": "\u20d7",
    "overrightarrow": "\u20d7",
    "overleftarrow": "\u20d6",
    "dot": "\u0307",
    "ddot": "\u0308",
    "check": "\u030c",
    "breve": "\u0306",
    "acute": "\u0301",
    "grave": "\u0300",
    "mathring": "\u030a",
    "underline": "\u0332",
}


# Brackets that plain text reads out.
ROUNDING = {("⌊", "⌋"): "floor", ("⌈", "⌉"): "ceil"}


class Mode(Enum):
    """How maths is shown: in two dimensions (UNICODE, ASCII) or on one line with every bracket (the plain ones)."""

    UNICODE = "unicode"
    PLAIN = "plain"
    ASCII = "ascii"
    PLAIN_ASCII = "plain-ascii"


def mode_for(encoding: str | None, plain: bool) -> Mode:
    """The mode for an output in that encoding; everything but UTF gets ASCII, for most hold only some symbols."""
    name = (encoding or "").lower().replace("_", "-")
    if name.startswith(("utf", "u8")) or name == "cp65001":
        return Mode.PLAIN if plain else Mode.UNICODE
    return Mode.PLAIN_ASCII if plain else Mode.ASCII


class Look:
    """The choices that spelling depends on: ASCII only, or plain Unicode, or Unicode with all its alphabets."""

    __slots__ = ("ascii", "fancy", "mixed")

    def __init__(self, ascii: bool, fancy: bool, mixed: frozenset[str]) -> None:
        self.ascii = ascii
        self.fancy = fancy
        self.mixed = mixed

    def symbol(self, sym: Sym) -> str:
        """The symbol's text. Without alphabets bold x is x, but `bold(x)` where the formula has both."""
        style = sym.style
        if style in _ONLY_WHERE_MIXED:
            return sym.ascii if self.ascii else styled(sym.char, style if sym.char in self.mixed else "")
        if self.fancy:
            return "".join([styled(char, style) for char in sym.char]) if style else sym.char
        text = sym.ascii if self.ascii else PLAIN.get(sym.char, sym.char)
        return f"{style}({text})" if style and sym.char in self.mixed else text

    def word(self, word: Word) -> str:
        """Upright text."""
        return word.ascii if self.ascii else word.text

    def operator(self, op: Op) -> str:
        """The sign of a large operator or the name of any."""
        return op.char if self.fancy and op.char else op.name

    def bracket(self, char: str) -> str:
        """A bracket that is one line tall."""
        if self.ascii:
            return DELIMITER_ASCII.get(char, char)
        return char if self.fancy else PLAIN.get(char, char)

    def accented(self, accent: Accent) -> str | None:
        """The body with a combining accent, or None where it is not one letter or the mode has none."""
        items = accent.body.items
        if self.ascii or len(items) != 1:
            return None
        text = self.edge(items[0], last=False) if isinstance(items[0], Sym | Accent) else ""
        # A letter that is accented already may take a second accent.
        return text + COMBINING[accent.name] if len(text) == 1 or (len(text) == 2 and text[1] > "\u0300") else None

    def edge(self, node: Node, last: bool) -> str:
        """The text a node starts (or ends) with, as far as a neighbour could run into it; "" if it could not."""
        match node:
            case Sym():
                return self.symbol(node)
            case Word():
                return self.word(node)
            case Row():
                return self.edge(node.items[-1 if last else 0], last) if node.items else ""
            case Scripts():
                return "" if last else self.edge(node.base, last)
            case Accent():
                accented = self.accented(node)
                return accented[0] if accented else ")" if last else node.name
            case Root():
                return ")" if last else "√" if self.fancy else "sqrt"
            case _:
                return ""
