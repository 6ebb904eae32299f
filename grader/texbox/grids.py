"""Cases, matrices and aligned lines."""

from __future__ import annotations

from .box import EMPTY, Box, aligned, beside, full_box, spaces
from .delimiters import bracket
from .look import Look
from .tree import Grid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_COLUMN_GAPS = {"cases": 3, "matrix": 2, "aligned": 1, "gathered": 2, "stack": 1}


def grid_box(cells: Sequence[Sequence[Box]], grid: Grid, look: Look) -> Box:
    """The cells in rows and columns, in the grid's brackets."""
    widths = _column_widths(cells)
    lines = [_line(row, widths, grid) for row in cells]
    rows, width = _with_gaps(lines, grid.form), lines[0].width
    inner = full_box(rows, width, (len(rows) - 1) // 2)
    pad = spaces(1)
    boxes = [bracket(grid.left, len(rows), inner.base, look), pad] if grid.left else []
    boxes.append(inner)
    if grid.right:
        boxes += [pad, bracket(grid.right, len(rows), inner.base, look)]
    return beside(boxes)


def _column_widths(cells: Sequence[Sequence[Box]]) -> list[int]:
    columns = max(len(row) for row in cells)
    return [max(row[i].width if i < len(row) else 0 for row in cells) for i in range(columns)]


def _line(row: Sequence[Box], widths: Sequence[int], grid: Grid) -> Box:
    """The cells of one row, filled to the widths of their columns."""
    boxes: list[Box] = []
    for i, width in enumerate(widths):
        cell = row[i] if i < len(row) else EMPTY
        if i:
            boxes.append(spaces(_gap(grid.form, i)))
        boxes.append(Box(aligned(cell, width, _align(grid, i)), width, cell.base, cell.top, cell.bottom))
    return beside(boxes)


def _align(grid: Grid, column: int) -> str:
    if grid.form == "aligned":
        return grid.aligns[column % 2]
    return grid.aligns[min(column, len(grid.aligns) - 1)]


def _gap(form: str, column: int) -> int:
    """The space before a column; pairs of aligned columns stand apart."""
    return 3 if form == "aligned" and column % 2 == 0 else _COLUMN_GAPS[form]


def _with_gaps(lines: Sequence[Box], form: str) -> list[str]:
    """The rows of all lines, with empty ones between where tall lines would touch."""
    heights = [len(line.rows) for line in lines]
    rows: list[str] = []
    for i, line in enumerate(lines):
        if i and _apart(heights, i, form):
            rows.append(" " * line.width)
        rows += line.rows
    return rows


def _apart(heights: Sequence[int], line: int, form: str) -> bool:
    if form == "stack":
        return False
    if form == "cases":
        # An odd number of rows puts the point of the brace in the middle.
        odd = sum(heights) % 2 == 1
        return min(heights) > 1 or (not odd and len(heights) % 2 == 0)
    return max(heights) > 1
