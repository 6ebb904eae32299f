"""The plots of the page. Axes come from the data, and every item lies inside its plot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from grader.render.text import Page, columns, counted
from grader.report import svg
from grader.report.escape import visible
from grader.report.findings import Glance, Weak
from grader.report.model import CODE, ClassReport, StudentRow

# What a cell of the heat map shows, from the statuses that it stands for: class, words.
KINDS: Final[Sequence[tuple[str, str, tuple[str, ...]]]] = (
    ("k-right", "right", ("pass",)),
    ("k-wrong", "wrong", ("fail", "skip")),
    ("k-error", "error or timeout", ("error", "timeout")),
    ("k-todo", "not written", ("todo",)),
    ("k-missing", "not handed in", ("missing",)),
    ("k-open", "no verdict", ("pending", "broken")),
)
_WIDTH: Final = 1120.0
LETTER: Final = 6.9  # the width of a letter of 11.5 px, on the wide side
_PAGE: Final = Page()


# --- distribution ----------------------------------------------------------------------------------------------------


class Bin(NamedTuple):
    """Students whose share of the marks lies in [low, high); the last bin holds its end too."""

    low: float
    high: float
    students: int


def bins(shares: Sequence[float], width: float = 0.1) -> list[Bin]:
    """Bins from 0 (or the lowest share) to 1 (or the highest): marks set by hand can lie outside."""
    number = round(1 / width)
    first = min(0, int(min(shares, default=0.0) * number // 1))
    last = max(number, -int(-max(shares, default=0.0) * number // 1))
    counts = [0] * (last - first)
    for share in shares:
        place = int((share * number + 1e-9) // 1) - first
        counts[min(max(place, 0), len(counts) - 1)] += 1
    return [Bin((first + i) * width, (first + i + 1) * width, count) for i, count in enumerate(counts)]


def histogram(made: Sequence[Bin], hidden: Sequence[int | None], at: Glance) -> str:
    """The distribution of marks. A hidden count has no bar."""
    width, height, left, right, top, bottom = 760.0, 300.0, 52.0, 24.0, 34.0, 46.0
    counts = [count or 0 for count in hidden]
    levels = svg.ticks(0, max([*counts, 1]), 5, whole=True)
    x = svg.Scale(made[0].low, made[-1].high, left, width - right)
    y = svg.Scale(0, levels[-1], height - bottom, top)
    marks = []
    for level in levels:
        marks += [
            svg.line(left, y(level), width - right, y(level), "grid"),
            svg.text(left - 8, y(level) + 4, f"{level:g}", "t", "end"),
        ]
    labels = []
    for each, count in zip(made, hidden):
        middle = (x(each.low) + x(each.high)) / 2
        if count is None:
            labels.append(svg.text(middle, y(0) - 6, "hidden", "t s"))
        elif count:
            words = f"{each.low:.0%} to {each.high:.0%}: {counted(count, 'student')}"
            size = x(each.high) - x(each.low) - 4
            marks.append(svg.rect(x(each.low) + 2, y(count), size, y(0) - y(count), "k-right", words))
            labels.append(svg.text(middle, y(count) - 6, str(count), "t b"))
    marks += [*_median(at, x, y), *labels]  # labels last: nothing may cover a number
    for edge in [each.low for each in made] + [made[-1].high]:
        marks.append(svg.text(x(edge), height - bottom + 18, f"{edge:.0%}"))
    marks += [
        svg.line(left, y(0), width - right, y(0), "axis"),
        svg.text((left + width - right) / 2, height - 6, "share of the marks"),
    ]
    marks.append(svg.text(14, (top + height - bottom) / 2, "students", "t", "middle", turned=True))
    said = f"{counted(sum(counts), 'student')} in bins of a tenth" + (
        f"; median {at.median:.0%}" if at.median is not None else ""
    )
    return svg.picture("hist", width, height, "Distribution of marks", said, marks)


def _median(at: Glance, x: svg.Scale, y: svg.Scale) -> Iterator[str]:
    """A line at the median, its label on the side where there is room."""
    if at.median is not None:
        place = min(max(x(at.median), x.start), x.end)
        late = place > (x.start + x.end) * 0.7
        yield svg.line(place, 4, place, y(0), "median")
        yield svg.text(place + (-6 if late else 6), 14, f"median {at.median:.0%}", "t b", "end" if late else "start")


# --- a bar of a function ---------------------------------------------------------------------------------------------


def bar(weak: Weak) -> str:
    """The shares of a function's students by kind, as a bar; its row says the numbers."""
    marks, x = [], 0.0
    for kind, _, statuses in KINDS[:4]:
        count = sum(weak.counts[CODE[status]] for status in statuses)
        if count and weak.n:
            size = 160.0 * count / weak.n
            marks.append(svg.rect(x, 0, size, 14, kind))
            x += size
    return f'<svg class="bar" viewBox="0 0 160 14" width="160" height="14" aria-hidden="true">{"".join(marks)}</svg>'


# --- heat map --------------------------------------------------------------------------------------------------------


class Layout(NamedTuple):
    """Where the cells of the heat map are."""

    left: float
    top: float
    columns_at: Sequence[float]
    cell: float
    row: float
    height: float


def layout(report: ClassReport, students: Sequence[StudentRow], names: bool) -> Layout:
    """Columns as wide and rows as high as there is room for; a gap before each exercise."""
    row = min(max(1000.0 / max(len(students), 1), 1.2), 18.0)
    longest = max((columns(visible(report.name(s.pseudonym))) for s in students), default=0)
    left = min(longest, 20) * 7.8 + 12 if names and row >= 12 else 30.0
    gaps = max(len(report.exercises) - 1, 0)
    room = _WIDTH - left - 4
    gap = min(4.0, room * 0.15 / max(gaps, 1))
    cell = min((room - gaps * gap) / max(len(report.columns), 1), 40.0)
    at = [left + i * cell + column.exercise * gap for i, column in enumerate(report.columns)]
    turned = max((len(column.name) for column in report.columns), default=0)
    top = 62.0 + (min(turned, 28) * LETTER if cell >= 13 else 0.0)
    return Layout(left, top, at, cell, row, top + row * len(students) + 4)


def heat_map(report: ClassReport, students: Sequence[StudentRow]) -> str:
    """Students (best first) by functions (by exercise); above each column the share of students who have it right."""
    rows = [student.grid for student in students]
    place = layout(report, students, bool(students))
    marks = list(_column_heads(report, place)) + list(_row_names(report, students, place))
    marks += _cells(rows, place)
    said = (
        f"{counted(len(students), 'student')}, best first from top to bottom, by {counted(len(report.columns), 'function')}, "
        "by exercise from left to right. The tables below hold every cell."
    )
    return svg.picture("heat", _WIDTH, place.height, "Students by functions", said, marks)


def _cells(rows: Sequence[bytes], place: Layout) -> Iterator[str]:
    gap = min(0.8, place.row * 0.08)
    yield f'<g transform="translate(0 {svg.num(place.top)})" stroke-width="{svg.num(place.row - gap)}">'
    for kind, _, statuses in KINDS:
        codes = bytes(CODE[status] for status in statuses)
        data = svg.runs(rows, place.columns_at, place.cell, place.row, codes)
        if data:
            yield f'<path class="c {kind}" d="{data}"/>'
    yield "</g>"


def _column_heads(report: ClassReport, place: Layout) -> Iterator[str]:
    strip, base = 30.0, place.top - 6
    active = sum(1 for student in report.students if student.handed_in) or 1
    for index, column in enumerate(report.columns):
        right = report.counts(index)[CODE["pass"]] / active
        x = place.columns_at[index]
        yield svg.rect(x, base - strip, place.cell * 0.92, strip, "k-back")
        words = f"{column.name}: {right:.0%} right"
        yield svg.rect(x, base - strip * right, place.cell * 0.92, strip * right, "k-right", words)
        if place.cell >= 13:
            name = column.name if len(column.name) <= 28 else f"{column.name[:26]}..."
            yield svg.text(x + place.cell / 2 + 4, base - strip - 6, name, "t s", "start", turned=True)
    shown = -1e9
    for index, exercise in enumerate(report.exercises):
        own = [x for x, column in zip(place.columns_at, report.columns) if column.exercise == index]
        if own and own[0] - shown >= 22:
            yield svg.text(own[0], 14, f"{exercise.number:02d}", "t b", "start")
            shown = own[0]


def _row_names(report: ClassReport, students: Sequence[StudentRow], place: Layout) -> Iterator[str]:
    if place.row >= 12:
        for index, student in enumerate(students):
            name = _PAGE.cut(report.name(student.pseudonym), 20)
            yield svg.text(place.left - 6, place.top + (index + 0.5) * place.row + 4, name, "t s", "end")
    elif students:
        yield svg.text(place.left - 4, place.top + 10, "best", "t s", "end")
        yield svg.text(place.left - 4, place.height - 6, "last", "t s", "end")
