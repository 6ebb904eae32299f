"""Where a row has space, the same in every mode."""

from __future__ import annotations

from .look import Look
from .tree import Kind, Node, Op, Root, Row, Scripts, Space, kind_of

_BEFORE_SIGN = frozenset((None, Kind.BIN, Kind.SIGN, Kind.REL, Kind.OPEN, Kind.PUNCT, Kind.OP))
_AFTER_SIGN = frozenset((Kind.REL, Kind.CLOSE, Kind.PUNCT, None))
_OPERANDS = frozenset((Kind.ORD, Kind.INNER, Kind.FENCE, Kind.OP))

# What stands between factors, so that neither side of it multiplies the other.
_APART = frozenset((Kind.BIN, Kind.REL, Kind.PUNCT, Kind.OPEN, Kind.CLOSE, Kind.SIGN))


class Placed:
    """An item of a row with its kind in this place and the columns of space before it."""

    __slots__ = ("gap", "kind", "node")

    def __init__(self, node: Node, kind: Kind, gap: int) -> None:
        self.node = node
        self.kind = kind
        self.gap = gap


def place(row: Row, look: Look, tight: bool, flat: bool) -> list[Placed]:
    """The row's items without its explicit spaces, each with the gap before it; space at the end is dropped.

    `tight` is for scripts, where operators and relations have no space; `flat` is for text on one line.
    """
    placed: list[Placed] = []
    explicit = 0
    for node in row.items:
        if isinstance(node, Space):
            explicit = max(explicit, node.width)
            continue
        placed.append(Placed(node, kind_of(node), explicit))
        explicit = 0
    _find_signs(placed)
    previous: Placed | None = None
    for item in placed:
        if previous:
            item.gap = max(item.gap, _gap(previous, item, look, tight, flat))
        elif flat:
            item.gap = 0
        previous = item
    return placed


def has_factors(placed: list[Placed], index: int) -> bool:
    """Whether the item at that place is multiplied by a neighbour, so that a/b needs brackets there."""
    neighbours = placed[max(index - 1, 0) : index] + placed[index + 1 : index + 2]
    return any(item.kind not in _APART for item in neighbours)


def _find_signs(placed: list[Placed]) -> None:
    """Tells the minus of -x, and the star of a lone *, from operators between two operands."""
    previous: Kind | None = None
    for i, item in enumerate(placed):
        if item.kind is Kind.BIN:
            following = placed[i + 1].kind if i + 1 < len(placed) else None
            if previous in _BEFORE_SIGN or following in _AFTER_SIGN:
                item.kind = Kind.SIGN
        previous = item.kind


def _gap(left: Placed, right: Placed, look: Look, tight: bool, flat: bool) -> int:
    if isinstance(left.node, Row) and not left.node.items:
        return 0  # an empty group, which makes the sign after it an operator
    kinds = (left.kind, right.kind)
    if Kind.REL in kinds or Kind.BIN in kinds:
        if left.kind is right.kind:
            return 0 if left.kind is Kind.REL else 1
        return 1 if not tight or _is_word(left, look) or _is_word(right, look) else 0
    if left.kind is Kind.PUNCT:
        return 0 if tight or right.kind is Kind.PUNCT else 1
    if left.kind is Kind.SIGN:
        # A minus would run into the bar of a fraction.
        return 1 if (right.kind is Kind.INNER and not flat) or _words_touch(left, right, look) else 0
    if left.kind is Kind.OP:
        return _gap_after_operator(left.node, right)
    if right.kind is Kind.OP:
        return 1 if left.kind in _OPERANDS or left.kind is Kind.CLOSE else 0
    if Kind.INNER in kinds:
        return 1 if not tight and left.kind in _OPERANDS and right.kind in _OPERANDS else 0
    if isinstance(left.node, Root) or (isinstance(right.node, Root) and not flat):
        return 1 if left.kind in _OPERANDS and right.kind in _OPERANDS else 0
    if right.kind is Kind.FENCE and _ends_in_power(left.node, look):
        return 1
    if right.kind is Kind.ORD and (_has_scripts(left) or (left.kind is Kind.FENCE and not tight)):
        # A factor stands apart; the ! or / after a bracket does not.
        start = look.edge(right.node, last=False)[:1]
        return 1 if start.isalnum() or start in ("∂", "∇") else 0
    return 1 if _words_touch(left, right, look) else 0


def _gap_after_operator(operator: Node, right: Placed) -> int:
    if right.kind in (Kind.CLOSE, Kind.PUNCT):
        return 0
    base = operator.base if isinstance(operator, Scripts) else operator
    is_large = isinstance(base, Op) and bool(base.char)
    return 0 if right.kind in (Kind.FENCE, Kind.OPEN, Kind.BAR) and not is_large else 1


def _has_scripts(item: Placed) -> bool:
    return isinstance(item.node, Scripts) and item.kind in (Kind.ORD, Kind.FENCE)


def _ends_in_power(node: Node, look: Look) -> bool:
    """Whether a bracket after the node would seem to belong to its exponent, as in p^k(1 - p)."""
    if look.fancy or not isinstance(node, Scripts) or not node.sup:
        return False
    return look.edge(node.sup, last=True)[-1:].isalnum()


def _is_word(item: Placed, look: Look) -> bool:
    """Whether an operator or relation is spelled as a word, which needs space in scripts too."""
    if item.kind not in (Kind.REL, Kind.BIN):
        return False
    text = look.edge(item.node, last=False)
    return text[:1].isalpha() or text[-1:].isalpha()


def _words_touch(left: Placed, right: Placed, look: Look) -> bool:
    """Whether two names, or a name and a letter, would read as one."""
    a, b = look.edge(left.node, last=True), look.edge(right.node, last=False)
    if a == ")" and b[:1].isalnum():
        return True
    if not a or not b or not a[-1].isalnum() or not b[0].isalnum():
        return False
    return (len(a) > 1 and a[0].isalpha()) or (len(b) > 1 and b[0].isalpha())
