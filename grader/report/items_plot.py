"""The plot of the item statistics: every item inside its axes, which come from the data, and no name over another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from grader.render.text import counted
from grader.report import svg
from grader.report.lines import ItemLine
from grader.report.plots import LETTER
from grader.report.statistics import WEAK

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 1120.0, 460.0, 60.0, 24.0, 16.0, 48.0
_NAMED: Final = 6  # more names would cover the plot


class _Dot(NamedTuple):
    """An item that has both numbers; its interval is empty where there is none."""

    line: ItemLine
    facility: float
    discrimination: float
    interval: tuple[float, float] | None


class _Box(NamedTuple):
    """A rectangle that something takes up."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: _Box) -> bool:
        """Whether two rectangles overlap."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


# Where a name may lie, as offsets from its dot, the nearest first.
_PLACES: Final = sorted(
    ((away, up) for away in (10, -10, 30, -30, 70, -70, 130, -130, 210, -210) for up in range(-60, 61, 15)),
    key=lambda place: (abs(place[0]) + 2 * abs(place[1]), place[0] < 0, place[1]),
)


def scatter(items: Sequence[ItemLine]) -> str:
    """Facility against discrimination, those worth a look with their name and interval."""
    dots = list(_dots(items))
    flagged = sorted((dot for dot in dots if dot.line.item.flags), key=lambda dot: dot.discrimination)
    named = flagged[:_NAMED]
    reach = [dot.discrimination for dot in dots] + [edge for dot in named for edge in dot.interval or ()]
    levels = svg.ticks(min([*reach, 0.0]), max([*reach, 0.5]), 7)
    x = svg.Scale(0, 1, _LEFT, _WIDTH - _RIGHT)
    y = svg.Scale(levels[0], levels[-1], _HEIGHT - _BOTTOM, _TOP)
    marks = [*_axes(levels, x, y), *_whiskers(named, x, y)]
    marks += [_drawn(dot, x, y) for dot in dots]
    marks += _names(named, x, y, [*_taken(dots, named, x, y)])
    said = f"{counted(len(dots), 'function')}; worth a look: {len(flagged)}. The table below holds all numbers."
    return svg.picture("items", _WIDTH, _HEIGHT, "Facility and discrimination of each function", said, marks)


def _dots(items: Sequence[ItemLine]) -> Iterator[_Dot]:
    for line in items:
        item = line.item
        interval = (item.low, item.high) if item.low is not None and item.high is not None else None
        if item.facility is not None and item.discrimination is not None:
            yield _Dot(line, item.facility, item.discrimination, interval)


def _axes(levels: Sequence[float], x: svg.Scale, y: svg.Scale) -> Iterator[str]:
    for level in levels:
        yield svg.line(x.start, y(level), x.end, y(level), "grid")
        yield svg.text(x.start - 8, y(level) + 4, f"{level:g}", "t", "end")
    for share in (0, 0.2, 0.4, 0.6, 0.8, 1):
        yield svg.line(x(share), y.end, x(share), y.start, "grid")
        yield svg.text(x(share), y.start + 18, f"{share:.0%}")
    yield svg.line(x.start, y(0), x.end, y(0), "axis")
    yield svg.line(x.start, y(WEAK), x.end, y(WEAK), "limit")
    yield svg.text((x.start + x.end) / 2, _HEIGHT - 6, "facility (mean score)")
    yield svg.text(14, (y.end + y.start) / 2, "discrimination", "t", "middle", turned=True)


def _whiskers(named: Sequence[_Dot], x: svg.Scale, y: svg.Scale) -> Iterator[str]:
    for dot in named:
        if dot.interval:
            low, high = dot.interval
            yield svg.line(x(dot.facility), y(low), x(dot.facility), y(high), "whisker")


def _drawn(dot: _Dot, x: svg.Scale, y: svg.Scale) -> str:
    line = dot.line
    words = f"{line.name}: facility {dot.facility:.0%}, discrimination {dot.discrimination:.2f}, n {line.n}"
    return svg.circle(x(dot.facility), y(dot.discrimination), 4, "dot flag" if line.item.flags else "dot", words)


def _taken(dots: Sequence[_Dot], named: Sequence[_Dot], x: svg.Scale, y: svg.Scale) -> Iterator[_Box]:
    """What no name may cover: the dots, and the intervals that are drawn."""
    for dot in dots:
        px, py = x(dot.facility), y(dot.discrimination)
        yield _Box(px - 5, py - 5, px + 5, py + 5)
    for dot in named:
        if dot.interval:
            low, high = dot.interval
            yield _Box(x(dot.facility) - 1, y(high), x(dot.facility) + 1, y(low))


def _names(named: Sequence[_Dot], x: svg.Scale, y: svg.Scale, taken: list[_Box]) -> list[str]:
    """Names as near to their dots as there is room, with a line to the dot; left out where they would cover something."""
    lines, texts = [], []
    for dot in named:
        words = dot.line.name[:40]
        size = len(words) * LETTER
        px, py = x(dot.facility), y(dot.discrimination)
        for away, up in _PLACES:
            left = px + away if away > 0 else px + away - size
            area = _Box(left, py + up - 7, left + size, py + up + 7)
            inside = area.left >= x.start and area.right <= x.end and area.top >= y.end and area.bottom <= y.start
            if inside and not any(area.meets(other) for other in taken):
                taken.append(area)
                end = left - 2 if away > 0 else left + size + 2
                lines.append(svg.line(px, py, end, py + up, "whisker"))
                texts.append(svg.text(left, py + up + 4, words, "t s", "start"))
                break
    return [*lines, *texts]  # no line crosses a name
