"""Rectangles of text with a baseline, and the ways to put them together."""

from __future__ import annotations

from .cells import width_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_CELLS = 100_000  # a formula that fills more than this fits no terminal


class TooLarge(Exception):
    """A box nobody could look at; the formula is shown as plain text instead."""


class Box:
    """Rows of equal width. `base` is the row that neighbours align with.

    `top` and `bottom` are the first and last row that brackets around the box must reach; scripts may stick out.
    """

    __slots__ = ("base", "bottom", "rows", "top", "width")

    def __init__(self, rows: Sequence[str], width: int, base: int, top: int, bottom: int) -> None:
        if width * len(rows) > MAX_CELLS:
            raise TooLarge
        self.rows = rows
        self.width = width
        self.base = base
        self.top = top
        self.bottom = bottom

    @property
    def below(self) -> int:
        """The number of rows under the baseline."""
        return len(self.rows) - 1 - self.base


def text_box(text: str) -> Box:
    """One line of text."""
    return Box((text,), width_of(text), 0, 0, 0)


EMPTY = text_box("")


def full_box(rows: Sequence[str], width: int, base: int) -> Box:
    """A box whose brackets must reach over all of it."""
    return Box(rows, width, base, 0, len(rows) - 1)


def spaces(width: int) -> Box:
    """An empty line of that width."""
    return Box((" " * width,), width, 0, 0, 0)


def beside(boxes: Sequence[Box]) -> Box:
    """The boxes from left to right, on one baseline."""
    if not boxes:
        return EMPTY
    if len(boxes) == 1:
        return boxes[0]
    base = max([box.base for box in boxes])
    below = max([box.below for box in boxes])
    width = sum([box.width for box in boxes])
    if width * (base + below + 1) > MAX_CELLS:
        raise TooLarge
    columns = []
    for box in boxes:
        blank = " " * box.width
        columns.append([blank] * (base - box.base) + [*box.rows] + [blank] * (below - box.below))
    rows = list(map("".join, zip(*columns)))
    top = min([base - box.base + box.top for box in boxes])
    bottom = max([base - box.base + box.bottom for box in boxes])
    return Box(rows, width, base, top, bottom)


def aligned(box: Box, width: int, align: str) -> list[str]:
    """The box's rows filled to a width: l, r or c."""
    room = width - box.width
    left = 0 if align == "l" else room if align == "r" else room // 2
    before, after = " " * left, " " * (room - left)
    return [before + row + after for row in box.rows]


def stacked(boxes: Sequence[Box], base: int, align: str = "c") -> Box:
    """The boxes from top to bottom; `base` is a row of the result."""
    width = max([box.width for box in boxes])
    if width * sum([len(box.rows) for box in boxes]) > MAX_CELLS:
        raise TooLarge
    rows = [row for box in boxes for row in aligned(box, width, align)]
    return full_box(rows, width, base)


def trimmed(box: Box) -> list[str]:
    """The rows as lines to print, without trailing space."""
    return [row.rstrip() for row in box.rows]
