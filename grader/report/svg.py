"""Scales and marks of our own SVG plots: coordinates with two decimals, colours by class, text escaped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from grader.report.escape import html


class Scale(NamedTuple):
    """Maps `low`..`high` of the data to `start`..`end` of the picture."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Where a value is in the picture."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def step(span: float, most: int) -> float:
    """The distance of ticks, 1, 2 or 5 times a power of ten, so that a span has at most `most` of them."""
    if span <= 0:
        return 1.0
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough))
    return power * next(factor for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))


def ticks(low: float, high: float, most: int = 6, whole: bool = False) -> list[float]:
    """Ticks that cover the data: the first is at most `low`, the last at least `high`."""
    size = max(step(high - low, most), 1.0) if whole else step(high - low, most)
    first, last = math.floor(low / size + 1e-9), math.ceil(high / size - 1e-9)
    return [round(i * size, 10) for i in range(first, max(last, first + 1) + 1)]


def num(value: float) -> str:
    """A coordinate, as short as two decimals allow."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """A line."""
    return f'<path class="{kind}" d="M{num(x1)} {num(y1)}L{num(x2)} {num(y2)}"/>'


def rect(x: float, y: float, width: float, height: float, kind: str, title: str = "") -> str:
    """A rectangle, with what it says when pointed at."""
    place = f'x="{num(x)}" y="{num(y)}" width="{num(width)}" height="{num(height)}"'
    return f'<rect class="{kind}" {place}>{_title(title)}</rect>' if title else f'<rect class="{kind}" {place}/>'


def circle(x: float, y: float, radius: float, kind: str, title: str = "") -> str:
    """A dot, with what it says when pointed at."""
    return f'<circle class="{kind}" cx="{num(x)}" cy="{num(y)}" r="{num(radius)}">{_title(title)}</circle>'


def text(x: float, y: float, words: str, kind: str = "t", anchor: str = "middle", turned: bool = False) -> str:
    """A label; turned ones run upwards from their place."""
    turn = f' transform="rotate(-90 {num(x)} {num(y)})"' if turned else ""
    return f'<text class="{kind}" x="{num(x)}" y="{num(y)}" text-anchor="{anchor}"{turn}>{html(words)}</text>'


def _title(words: str) -> str:
    return f"<title>{html(words)}</title>" if words else ""


def picture(name: str, width: float, height: float, title: str, description: str, marks: Iterable[str]) -> str:
    """A whole picture with its title and description for a screen reader. `name` is unique on the page."""
    head = (
        f'<svg role="img" aria-labelledby="{name}-t {name}-d" viewBox="0 0 {num(width)} {num(height)}" '
        f'width="{num(width)}" height="{num(height)}">'
    )
    words = f'<title id="{name}-t">{html(title)}</title><desc id="{name}-d">{html(description)}</desc>'
    return "".join((head, words, *marks, "</svg>"))


def runs(rows: Sequence[bytes], columns_at: Sequence[float], width: float, row_height: float, code: bytes) -> str:
    """Path data of all cells whose byte is in `code`: a stroke through the middle of each run of neighbours in a row.

    Cells lie at `columns_at` (left edges); a run ends where the next cell does not follow at once, as at a gap.
    """
    wanted = bytes(1 if value in code else 0 for value in range(256))
    moves = [f"M{num(x)} " for x in columns_at]
    strokes: dict[tuple[int, int], str] = {}  # a class has a hundred thousand runs, and few different ones
    pieces: list[str] = []
    for index, row in enumerate(rows):
        marked = row.translate(wanted)
        start = marked.find(1)
        y = num((index + 0.5) * row_height) if start >= 0 else ""
        while start >= 0:
            end = start + 1
            while end < len(marked) and marked[end] and columns_at[end] - columns_at[end - 1] < width * 1.01:
                end += 1
            stroke = strokes.get((start, end))
            if stroke is None:
                stroke = strokes[start, end] = f"h{num(columns_at[end - 1] + width - columns_at[start])}"
            pieces += (moves[start], y, stroke)
            start = marked.find(1, end)
    return "".join(pieces)
