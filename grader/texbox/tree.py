"""What the parser makes of a formula: a small tree that every mode draws in its own way.

Plain classes with slots: importing `dataclasses` alone takes longer than importing this whole package.
"""

from __future__ import annotations

from enum import Enum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Kind(Enum):
    """How an item behaves towards its neighbours."""

    ORD = "ordinary"
    BIN = "binary operator"
    SIGN = "sign in front of its operand"
    REL = "relation"
    OPEN = "opening bracket without partner"
    CLOSE = "closing bracket without partner"
    BAR = "vertical bar without partner"
    PUNCT = "punctuation"
    OP = "named or large operator"
    INNER = "fraction, grid or dots"
    FENCE = "brackets and what they hold"


class Sym:
    """One symbol: its character, its ASCII spelling, and the alphabet it is set in ("" for the usual one)."""

    __slots__ = ("ascii", "char", "column", "kind", "style")

    def __init__(self, char: str, ascii: str, kind: Kind, column: int, style: str = "") -> None:
        self.char = char
        self.ascii = ascii
        self.kind = kind
        self.column = column
        self.style = style


class Word:
    """Upright text."""

    __slots__ = ("ascii", "text")

    def __init__(self, text: str, ascii: str) -> None:
        self.text = text
        self.ascii = ascii


class Op:
    """An operator: a named one (log) has no character, a large one (sum) has; `limits` go below and above."""

    __slots__ = ("char", "limits", "name")

    def __init__(self, name: str, char: str, limits: bool) -> None:
        self.name = name
        self.char = char
        self.limits = limits


class Space:
    """Explicit space, in columns."""

    __slots__ = ("width",)

    def __init__(self, width: int) -> None:
        self.width = width


class Row:
    """Items next to each other."""

    __slots__ = ("items",)

    def __init__(self, items: Sequence[Node]) -> None:
        self.items = items


class Frac:
    """A numerator over a denominator; without a bar it is a binomial coefficient."""

    __slots__ = ("bar", "den", "num")

    def __init__(self, num: Row, den: Row, bar: bool) -> None:
        self.num = num
        self.den = den
        self.bar = bar


class Root:
    """A root; the index is None for a square root."""

    __slots__ = ("body", "index")

    def __init__(self, body: Row, index: Row | None) -> None:
        self.body = body
        self.index = index


class Scripts:
    """A base with a subscript, a superscript or both; `stacked` ones stand below and above the base."""

    __slots__ = ("base", "stacked", "sub", "sup")

    def __init__(self, base: Node, sub: Row | None, sup: Row | None, stacked: bool) -> None:
        self.base = base
        self.sub = sub
        self.sup = sup
        self.stacked = stacked


class Accent:
    """A mark over (or, for underline, under) its body."""

    __slots__ = ("body", "name")

    def __init__(self, name: str, body: Row) -> None:
        self.name = name
        self.body = body


class Fence:
    """Brackets that grow with what they hold; "" is an absent one. `middles` stand between the parts."""

    __slots__ = ("left", "middles", "parts", "right")

    def __init__(self, left: str, parts: Sequence[Row], middles: Sequence[str], right: str) -> None:
        self.left = left
        self.parts = parts
        self.middles = middles
        self.right = right


class Grid:
    """Rows of cells. `form` is cases, matrix, aligned, gathered or stack; `aligns` has one of lcr for each column."""

    __slots__ = ("aligns", "form", "left", "right", "rows")

    def __init__(self, form: str, rows: Sequence[Sequence[Row]], aligns: str, left: str = "", right: str = "") -> None:
        self.form = form
        self.rows = rows
        self.aligns = aligns
        self.left = left
        self.right = right


class Brace:
    """A horizontal brace under or over its body; the label is None if it has none."""

    __slots__ = ("body", "label", "under")

    def __init__(self, body: Row, under: bool, label: Row | None) -> None:
        self.body = body
        self.under = under
        self.label = label


Node = Sym | Word | Op | Space | Row | Frac | Root | Scripts | Accent | Fence | Grid | Brace


class Formula:
    """A whole formula, and its letters that occur in more than one alphabet (say L and calligraphic L)."""

    __slots__ = ("mixed", "root")

    def __init__(self, root: Row, mixed: frozenset[str]) -> None:
        self.root = root
        self.mixed = mixed


def kind_of(node: Node) -> Kind:
    """The kind of an item, before signs are told from binary operators."""
    match node:
        case Sym():
            return node.kind
        case Op():
            return Kind.OP
        case Scripts():
            return kind_of(node.base)
        case Fence() | Brace():
            return Kind.FENCE
        case Frac() | Grid():
            return Kind.INNER
        case _:
            return Kind.ORD


def unwrapped(group: Row) -> Node:
    """The one item of a group, if it is one for which the braces change nothing; else the group."""
    if len(group.items) != 1 or isinstance(group.items[0], Space):
        return group
    return group.items[0] if kind_of(group.items[0]) in (Kind.ORD, Kind.FENCE, Kind.INNER) else group
