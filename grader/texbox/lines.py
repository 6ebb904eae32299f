"""Breaks a formula that is too wide into lines.

First where the author left wide space (between two equations), then before a relation, then before a plus or minus.
"""

from __future__ import annotations

from .box import Box, beside, spaces, trimmed
from .layout import Layout
from .spacing import Placed, place
from .tree import Grid, Kind, Row, Sym

_FALLBACK_INDENT = 2
_SUM_SIGNS = "+−±∓"
_WIDE_GAP = 3  # \quad
_BREAKS = ((Kind.PUNCT,), (Kind.PUNCT, Kind.REL), (Kind.PUNCT, Kind.REL, Kind.BIN))


class Chunk:
    """A part of the formula that stays on one line, and what lets it start one: a relation, a sign, wide space."""

    __slots__ = ("box", "gap", "starts_with")

    def __init__(self, box: Box, gap: int, starts_with: Kind | None) -> None:
        self.box = box
        self.gap = gap
        self.starts_with = starts_with


def lines_of(root: Row, layout: Layout, width: int) -> list[str] | None:
    """The formula's lines in two dimensions, or None if no way of breaking it fits the width."""
    whole = layout.row(root)
    if whole.width <= width:
        return trimmed(whole)
    if len(root.items) == 1 and isinstance(root.items[0], Grid) and root.items[0].form in ("aligned", "gathered"):
        return _rows_one_by_one(root.items[0], layout, width)
    chunks = _chunks(root, layout)
    at_relation = next((i for i, chunk in enumerate(chunks) if chunk.starts_with is Kind.REL), 0)
    indent = _width(chunks[:at_relation]) + chunks[at_relation].gap if at_relation else 0
    for kinds in _BREAKS:
        for start in (indent, min(indent, _FALLBACK_INDENT)):
            lines = _fill(chunks, kinds, start, width)
            if lines is not None:
                return _spread(lines)
    return None


def _rows_one_by_one(grid: Grid, layout: Layout, width: int) -> list[str] | None:
    """The rows of a grid, each broken by itself and set to the left."""
    lines: list[str] = []
    for cells in grid.rows:
        row = lines_of(Row([item for cell in cells for item in cell.items]), layout, width)
        if row is None:
            return None
        lines += ["", *row] if lines else row
    return lines


def _chunks(root: Row, layout: Layout) -> list[Chunk]:
    chunks: list[Chunk] = []
    boxes: list[Box] = []
    gap, starts_with = 0, None
    for item in place(root, layout.look, tight=False, flat=False):
        kind = _break_before(item)
        if kind and boxes:
            chunks.append(Chunk(beside(boxes), gap, starts_with))
            boxes, gap, starts_with = [], item.gap, kind
        elif item.gap:
            boxes.append(spaces(item.gap))
        boxes.append(layout.box(item.node))
    return [*chunks, Chunk(beside(boxes), gap, starts_with)]


def _break_before(item: Placed) -> Kind | None:
    if item.gap >= _WIDE_GAP:
        return Kind.PUNCT
    is_sum = item.kind is Kind.BIN and isinstance(item.node, Sym) and item.node.char in _SUM_SIGNS
    return item.kind if item.kind is Kind.REL or is_sum else None


def _width(chunks: list[Chunk]) -> int:
    """The columns the chunks take on one line; the gap before the first does not count."""
    return sum(chunk.gap + chunk.box.width for chunk in chunks) - (chunks[0].gap if chunks else 0)


def _fill(chunks: list[Chunk], kinds: tuple[Kind, ...], indent: int, width: int) -> list[Box] | None:
    """Lines that each take as much as fits, broken only before these kinds; None if one is too wide."""
    pieces: list[list[Chunk]] = []
    for chunk in chunks:
        if pieces and chunk.starts_with not in kinds:
            pieces[-1].append(chunk)
        else:
            pieces.append([chunk])
    lines: list[Box] = []
    line: list[Chunk] = []
    for piece in pieces:
        if line and _indent_of(line, lines, indent) + _width(line + piece) > width:
            lines.append(_joined(line, _indent_of(line, lines, indent)))
            line = []
        line = line + piece
    lines.append(_joined(line, _indent_of(line, lines, indent)))
    return lines if max(box.width for box in lines) <= width else None


def _indent_of(line: list[Chunk], before: list[Box], indent: int) -> int:
    """Relations stand under the first relation, a plus or minus under what follows it."""
    if not before or line[0].starts_with is Kind.PUNCT:
        return 0
    return indent + (2 if line[0].starts_with is Kind.BIN else 0)


def _joined(line: list[Chunk], indent: int) -> Box:
    boxes = [spaces(indent)] if indent else []
    for i, chunk in enumerate(line):
        if i and chunk.gap:
            boxes.append(spaces(chunk.gap))
        boxes.append(chunk.box)
    return beside(boxes)


def _spread(lines: list[Box]) -> list[str]:
    """All rows; empty ones between the lines keep scripts from being taken for the neighbour's."""
    are_tall = any(len(line.rows) > 1 for line in lines)
    rows: list[str] = []
    for line in lines:
        if rows and are_tall:
            rows.append("")
        rows += trimmed(line)
    return rows
