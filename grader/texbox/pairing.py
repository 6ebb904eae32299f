"""Finds which brackets of a row belong together, so that they can grow and hold a line together."""

from __future__ import annotations

from .errors import TexError
from .tree import Fence, Kind, Node, Row, Scripts, Sym


def pair_brackets(items: list[Node], room: int) -> list[Node]:
    """The items with each bracket pair made a `Fence`; brackets without partner stay symbols.

    Half-open intervals count as pairs. Raises TexError where brackets nest deeper than `room` levels.
    """
    outer: list[tuple[Sym, list[Node]]] = []
    current: list[Node] = []
    for item in items:
        closer = _bare(item)
        if isinstance(item, Sym) and item.kind is Kind.OPEN:
            if len(outer) >= room:
                raise TexError("too many levels of brackets", item.column)
            outer.append((item, current))
            current = []
        elif closer is not None and closer.kind is Kind.CLOSE and outer:
            opener, before = outer.pop()
            fence = Fence(opener.char, (Row(_pair_bars(current)),), (), closer.char)
            before.append(_rescripted(item, fence))
            current = before
        else:
            current.append(item)
    while outer:
        opener, before = outer.pop()
        current = [*before, opener, *_pair_bars(current)]
    return _pair_bars(current)


def _pair_bars(items: list[Node]) -> list[Node]:
    """The items with |x| and ‖x‖ made fences; an odd bar, as in p(y|x), leaves all of them as they are."""
    for bar in ("|", "‖"):
        places = [i for i, item in enumerate(items) if _is_bar(item, bar)]
        if not places or len(places) % 2 or not all(isinstance(items[i], Sym) for i in places[::2]):
            continue
        paired: list[Node] = []
        end = 0
        for start, stop in zip(places[::2], places[1::2]):
            fence = Fence(bar, (Row(items[start + 1 : stop]),), (), bar)
            paired += [*items[end:start], _rescripted(items[stop], fence)]
            end = stop + 1
        items = paired + items[end:]
    return items


def _bare(item: Node) -> Sym | None:
    """The symbol itself, also under side scripts; None for anything else."""
    if isinstance(item, Scripts) and not item.stacked:
        item = item.base
    return item if isinstance(item, Sym) else None


def _is_bar(item: Node, bar: str) -> bool:
    symbol = _bare(item)
    return symbol is not None and symbol.kind is Kind.BAR and symbol.char == bar


def _rescripted(item: Node, fence: Fence) -> Node:
    """The fence with the scripts that stood at its closing bracket."""
    return Scripts(fence, item.sub, item.sup, False) if isinstance(item, Scripts) else fence
