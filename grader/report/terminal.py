"""The summary that `grade report` prints: lines of a page, every name on its own line and unable to move the cursor."""

from __future__ import annotations

from collections.abc import Iterator

from grader.render.text import Line, Page, columns, counted, pad
from grader.report import lines
from grader.report.findings import by_failure, exercise_counts, exercise_mean, glance, needs_help
from grader.report.formats.numbers import number
from grader.report.model import ClassReport
from grader.report.quizmarks import quiz_glance

_TOP = 5


def summary(report: ClassReport, page: Page) -> list[Line]:
    """The class on one screen."""
    return [
        Line(text)
        for text in (*_head(report, page), *_exercises(report, page), *_weak(report, page), *_help(report, page))
    ]


def _head(report: ClassReport, page: Page) -> Iterator[str]:
    at = glance(report)
    yield page.cut(
        f"{report.course or 'Class'}: {counted(at.students, 'student')}, {counted(len(report.exercises), 'exercise')}"
    )
    if report.unsafe:
        yield from page.wrap("UNSAFE: graded below `confined`; student code could reach the grader", "  ", "  ")
    if at.mean is not None and at.median is not None:
        yield from page.wrap(
            f"mean mark {at.mean:.0%}, median {at.median:.0%}; {at.handed_in:.0%} of the work handed in; "
            f"{counted(at.late, 'submission')} late",
            "  ",
            "  ",
        )
    if quiz := quiz_glance(report):
        yield from page.wrap(
            f"{page.clean(report.quiz_title)}: mean {quiz.mean:.0%} of {counted(quiz.papers, 'paper')}", "  ", "  "
        )
    waiting = [
        (at.waiting, "not graded yet"),
        (at.broken, "our own failure (no mark)"),
        (at.stale, "of an earlier version"),
        (at.by_hand, "set by hand"),
    ]
    if words := [f"{count} {what}" for count, what in waiting if count]:
        yield from page.wrap("; ".join(words), "  ", "  ")
    if report.chain_broken_at is not None:
        yield from page.wrap(
            f"Override {report.chain_broken_at} was changed after it was made: do not trust the overrides.", "  ", "  "
        )


def _exercises(report: ClassReport, page: Page) -> Iterator[str]:
    if not report.exercises:
        return
    yield ""
    width = max(columns(page.clean(report.short(i))) for i in range(len(report.exercises)))
    width = min(width, max(page.width - 44, 20))
    yield f"{pad('exercise', width)}  handed in   mean  right  late"
    for index in range(len(report.exercises)):
        counts = exercise_counts(report, index)
        mean = exercise_mean(report, index)
        late = sum(student.cells[index].late for student in report.students)
        name = pad(page.cut(report.short(index), width), width)
        shown = "    -" if mean is None else f"{mean:5.0%}"
        yield f"{name}  {len(report.students) - counts['missing']:9d}  {shown}  {counts['pass']:5d}  {late:4d}"


def _weak(report: ClassReport, page: Page) -> Iterator[str]:
    weak = [one for one in by_failure(report)[:_TOP] if one.wrong]
    if weak:
        yield ""
        yield "Weakest functions"
        for one in weak:
            column = report.columns[one.column]
            yield page.cut(f"  {one.share:4.0%} of {one.n}  {column.name}  ({report.short(column.exercise)})")
    if made := lines.mistakes(report, shared=False)[:_TOP]:
        yield ""
        yield "Most frequent mistakes"
        for line in made:
            mistake = line.mistake
            yield page.cut(f"  {mistake.students:3d} of {line.of}  {mistake.function}: {mistake.id}. {line.what}")


def _help(report: ClassReport, page: Page) -> Iterator[str]:
    behind = needs_help(report)
    if behind:
        yield ""
        yield f"Who needs help ({len(behind)})"
        for one in behind[:_TOP]:
            mark = f"{number(one.student.mark)} of {number(one.student.max_mark)}"
            yield page.cut(f"  {page.clean(report.name(one.student.pseudonym))[:40]}: {mark}; {'; '.join(one.reasons)}")
        if len(behind) > _TOP:
            yield f"  and {len(behind) - _TOP} more"
    if report.changes:
        yield ""
        yield f"{counted(len(report.changes), 'mark')} changed in the last regrade: see grade report RUN --html"
