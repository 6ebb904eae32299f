"""What a student gets back: made from `student_view` alone, so that no input, seed, number or other student shows.

The course's `students_see` decides whether points, verdicts, mistakes and hints are in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import Any, Final

from grader.classroom import ExerciseRow, Row, student_view
from grader.render.text import counted
from grader.report.escape import visible
from grader.report.formats.numbers import number
from grader.report.model import WORDS
from grader.report.sentences import function_sentence, mistake_sentence, sheet_remark

_NO_MARK: Final = "no mark yet"
_VERDICTS: Final = {"pass": "ok", "fail": "FAIL", "error": "ERROR", "timeout": "TIME", "broken": "BROKEN"}


@dataclass(frozen=True)
class FunctionNote:
    """A function for its student; empty texts are what the course does not show or there is nothing to say about."""

    name: str
    word: str
    sentence: str
    points: str
    mistake: str
    hint: str


@dataclass(frozen=True)
class ExerciseNote:
    """An exercise for its student."""

    title: str
    mark: str
    remarks: Sequence[str]
    functions: Sequence[FunctionNote]


@dataclass(frozen=True)
class Feedback:
    """All that one student is shown. `name` may be empty: then the file names nobody."""

    course: str
    name: str
    total: str
    quiz: str
    exercises: Sequence[ExerciseNote]


class FeedbackMaker:
    """Makes feedback by the rules of a course; `hint(exercise, function, mistake)` is the catalogue's hint or empty."""

    def __init__(
        self, course: str, exercises: Sequence[ExerciseRow], sees: Sequence[str], hint: Callable[[str, str, str], str]
    ) -> None:
        self.course = course
        self.exercises = {exercise.id: exercise for exercise in exercises}
        self.sees = frozenset(sees)
        self.hint = hint

    def student(self, name: str, rows: Sequence[Row], quiz: tuple[str, float, float] | None = None) -> Feedback:
        """The feedback of one student on all exercises."""
        notes = [self.exercise(row) for row in rows]
        total = self._total(rows) if "points" in self.sees else ""
        seen = quiz if "points" in self.sees else None
        quiz_text = f"{visible(seen[0])}: {number(seen[1])} of {number(seen[2])}" if seen else ""
        return Feedback(visible(self.course), visible(name), total, quiz_text, notes)

    def part(self, whole: Feedback, number: int, row: Row) -> Feedback:
        """The feedback on one exercise out of the whole: the one of this number, whose row it is."""
        total = self._total((row,)) if "points" in self.sees else ""
        return Feedback(whole.course, whole.name, total, "", (whole.exercises[number],))

    def _total(self, rows: Sequence[Row]) -> str:
        weight = {row.exercise: self.exercises[row.exercise].weight for row in rows}
        known = [(weight[row.exercise], row.mark, row.max_mark) for row in rows if row.mark is not None]
        if not known:
            return _NO_MARK
        mark = number(sum(w * mark for w, mark, _ in known))
        return f"{mark} of {number(sum(w * most for w, _, most in known))}"

    def exercise(self, row: Row) -> ExerciseNote:
        """The feedback on one exercise."""
        exercise = self.exercises[row.exercise]
        view = student_view(row.result) if row.result else None
        functions = [self._function(row.exercise, function) for function in view["functions"]] if view else []
        shown = functions if {"status", "mistakes"} & self.sees else []
        mark = self._mark(row) if "points" in self.sees else ""
        title = f"Exercise {exercise.number}: {visible(exercise.title)}"
        return ExerciseNote(title, mark, self._remarks(row, view), shown)

    def _mark(self, row: Row) -> str:
        return _NO_MARK if row.mark is None else f"{number(row.mark)} of {number(row.max_mark)}"

    def _remarks(self, row: Row, view: Mapping[str, Any] | None) -> list[str]:
        made = []
        if row.status in ("missing", "pending"):
            made.append(f"{WORDS[row.status].capitalize()}.")
        if row.status == "broken" or row.stale:
            made.append("Grading your present version failed on our side. That costs no points; we will repeat it.")
        if row.late.late:
            made.append(_late(row))
        if row.overrides and "points" in self.sees:
            made.append("The mark was set by hand.")
        if view and view["problem"] and "status" in self.sees:
            made.append(f"The file could not be loaded: {visible(view['problem'])}")
        if remark := sheet_remark(row.note):
            made.append(visible(f"{remark[0].upper()}{remark[1:]}."))
        return made

    def _function(self, exercise: str, function: Mapping[str, Any]) -> FunctionNote:
        status, mistake = function["status"], function["mistake"]
        shows = "status" in self.sees
        named = mistake_sentence(function) if "mistakes" in self.sees else ""
        hint = self.hint(exercise, function["name"], mistake["id"]) if mistake and "hints" in self.sees else ""
        return FunctionNote(
            name=visible(function["name"]),
            word=_VERDICTS.get(status, status) if shows else "",
            sentence=visible(function_sentence(function)) if shows and status != "pass" else "",
            points=f"{number(function['points'])}/{number(function['max_points'])}"
            if "points" in self.sees and shows
            else "",
            mistake=visible(named, 600),
            hint=visible(hint, 600),
        )


def _late(row: Row) -> str:
    if row.late.unknown:
        return "Handed in late."
    days, free = row.late.days, row.late.free_days
    if free == days:
        return f"Handed in {counted(days, 'day')} late, which your free late days cover."
    some = f", {free} of them free" if free else ""
    cost = f", which costs {row.late.percent:g} %" if row.late.percent else ""
    return f"Handed in {counted(days, 'day')} late{some}{cost}."


# --- as text and as HTML ---------------------------------------------------------------------------------------------


def as_text(feedback: Feedback) -> str:
    """Plain text for a mail or a terminal of 80 columns."""
    return "\n".join(line for text, indent in _text_lines(feedback) for line in _wrapped(text, indent)) + "\n"


def _wrapped(text: str, indent: int) -> list[str]:
    margin = " " * indent
    if indent + len(text) < 80:
        return [f"{margin}{text}" if text else ""]
    return wrap(text, 79, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)


def _text_lines(feedback: Feedback) -> Iterator[tuple[str, int]]:
    """The lines before they are wrapped, and how far they are indented."""
    yield " - ".join(filter(None, (feedback.course, feedback.name))), 0
    for label, text in (("Marks", feedback.total), ("Quiz", feedback.quiz)):
        if text:
            yield f"{label}: {text}", 0
    for exercise in feedback.exercises:
        yield "", 0
        yield f"{exercise.title}{f'   {exercise.mark}' if exercise.mark else ''}", 0
        for remark in exercise.remarks:
            yield remark, 2
        for function in exercise.functions:
            yield f"{function.word:<6} {function.name}{f'   {function.points}' if function.points else ''}", 2
            for label, text in (("", function.sentence), ("", function.mistake), ("Hint: ", function.hint)):
                if text:
                    yield f"{label}{text}", 9


_STYLE: Final = """
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin:2rem 0 .4rem;border-bottom:1px solid #8888;padding-bottom:.2rem;display:flex;gap:1rem}
h2 span{margin-left:auto;font-weight:normal;white-space:nowrap}table{border-collapse:collapse;width:100%}
td,th{padding:.35rem .8rem .35rem 0;text-align:left;vertical-align:top;border-bottom:1px solid #8883}
th{font-weight:normal}code{font-family:ui-monospace,monospace;overflow-wrap:anywhere}td:last-child,thead th:last-child{text-align:right;white-space:nowrap;padding-right:0}td:first-child{width:5rem}
p{margin:.3rem 0}.hint{border-left:3px solid #4a7fb5;padding-left:.6rem}
@media print{h2{break-after:avoid}tr{break-inside:avoid}}
"""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def as_html(feedback: Feedback) -> str:
    """A page of its own, without scripts and without anything to load."""
    return "\n".join(_html_lines(feedback)) + "\n"


def _html_lines(feedback: Feedback) -> Iterator[str]:
    heading = escape(" - ".join(filter(None, (feedback.course, feedback.name))) or "Feedback")
    yield '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width">'
    yield f"<title>{heading}</title><style>{_STYLE}</style></head>\n<body><main><h1>{heading}</h1>"
    for label, text in (("Marks", feedback.total), ("Quiz", feedback.quiz)):
        if text:
            yield f"<p>{label}: <strong>{escape(text)}</strong></p>"
    for exercise in feedback.exercises:
        yield f"<section><h2>{escape(exercise.title)}<span>{escape(exercise.mark)}</span></h2>"
        yield from (f"<p>{escape(remark)}</p>" for remark in exercise.remarks)
        if exercise.functions:
            yield '<table><thead><tr><th scope="col">Verdict</th><th scope="col">Function</th><th scope="col">Points</th></tr></thead><tbody>'
            yield from map(_html_row, exercise.functions)
            yield "</tbody></table>"
        yield "</section>"
    yield "</main></body></html>"


def _html_row(function: FunctionNote) -> str:
    said = "".join(f"<p>{escape(text)}</p>" for text in (function.sentence, function.mistake) if text)
    hint = f'<p class="hint">Hint: {escape(function.hint)}</p>' if function.hint else ""
    return (
        f"<tr><td><strong>{escape(function.word)}</strong></td>"
        f'<th scope="row"><code>{escape(function.name)}</code>{said}{hint}</th><td>{escape(function.points)}</td></tr>'
    )
