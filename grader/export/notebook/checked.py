"""The verdict on some functions as a notebook shows it: the terminal's own lines, as text and as HTML."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import Final

from grader.render.details import details, remarks
from grader.render.text import WORDS, Line, Page, verdict_line
from grader.verdict import ExerciseResult, FunctionResult, Status

PAGE: Final = Page(width=100)
_UNDECIDED: Final = (Status.SKIP, Status.TODO)
_STYLE: Final = "white-space: pre-wrap; line-height: 1.35; margin: 0"
_CSS: Final = {"green": "#1a7f37", "red": "#c62828", "yellow": "#8a6100", "cyan": "#00707c", "magenta": "#9c27b0"}


class Checked:
    """A verdict that shows itself: as the last line of a cell, printed, or in a terminal."""

    def __init__(self, result: ExerciseResult, functions: Sequence[str]) -> None:
        self.result = result
        self.functions = tuple(function for function in result.functions if function.name in functions)

    @property
    def passed(self) -> bool:
        """Whether every function that was asked for is right."""
        return all(function.status is Status.PASS for function in self.functions)

    @property
    def lines(self) -> list[Line]:
        """What is to be said, a line each."""
        lines = [line for function in self.functions for line in function_lines(function, PAGE)]
        if self.result.problem:
            lines = [Line(text) for text in PAGE.wrap(self.result.problem, "        ", "  ERROR ")]
        if self.result.sandbox in ("limited", "separate"):
            lines.append(Line(f"  sandbox {self.result.sandbox}"))
        return lines

    def __repr__(self) -> str:
        return "\n".join(line.text for line in self.lines)

    def _repr_html_(self) -> str:
        """The same lines; whatever the student's code wrote is escaped."""
        return f'<pre style="{_STYLE}">' + "\n".join(map(_html, self.lines)) + "</pre>"


def _html(line: Line) -> str:
    before, word, after = line.text.partition(line.word) if line.word else (line.text, "", "")
    strong = f'<strong style="color: {_CSS[line.colour]}">{html.escape(word)}</strong>' if word else ""
    return html.escape(before) + strong + html.escape(after)


def function_lines(function: FunctionResult, page: Page) -> Iterator[Line]:
    """A function's verdict in a line, then what there is to say about it."""
    points = "-" if function.status in _UNDECIDED else str(function.points)
    said = {Status.TODO: "not written yet", Status.SKIP: f"needs {function.skipped_because or 'another function'}"}
    text = f"{function.name}  {points}/{function.max_points}  {said.get(function.status, '')}"
    yield verdict_line(WORDS[function.status.value], text.rstrip())
    if function.status is Status.PASS:
        yield from remarks(function, page)
    elif function.status is not Status.TODO:
        yield from details(function, page)
