"""An analysis on a terminal: aligned columns, the tables of options left to the file."""

from __future__ import annotations

from collections.abc import Iterator

from ..screen import Screen
from .output import closing_lines, paper_lines, percent
from .rows import ENOUGH, Analysis, ItemRow

_HEAD = "   n  blank  right (95 %)         guess  discrimination (95 %)   efficiency"


def screen_lines(analysis: Analysis, screen: Screen) -> list[str]:
    """The paper, two lines and the notes for each question, misconceptions and certainty."""
    lines = [analysis.title, "", *screen.wrapped(paper_lines(analysis.paper)), "", _HEAD]
    for item in analysis.items:
        lines += [item.question, _figures(item), *screen.wrapped(f"        {note}" for note in _notes(item))]
    if analysis.paper.students < ENOUGH:
        lines += ["", *screen.wrapped([f"Discrimination and efficiency say nothing below {ENOUGH} answers."])]
    return lines + [line.replace("## ", "") for line in closing_lines(analysis)]


def _figures(item: ItemRow) -> str:
    facility = f"{item.facility:>4.0%} ({item.facility_low:.0%} to {item.facility_high:.0%})"
    r = "-"
    if item.discrimination is not None:
        r = f"{item.discrimination:.2f} ({item.discrimination_low:.2f} to {item.discrimination_high:.2f})"
    guess, efficiency = percent(item.guess), percent(item.efficiency)
    return f"{item.answers:>4}  {item.blank:>5}  {facility:<20}  {guess:>5}  {r:<23} {efficiency:>10}"


def _notes(item: ItemRow) -> Iterator[str]:
    yield from item.flags
    if item.by_value:
        yield "right: " + ", ".join(f"{label} {facility:.0%} of {count}" for label, count, facility in item.by_value)
