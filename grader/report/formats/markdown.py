"""The report as Markdown (GitHub's dialect): for a repository, a chat, a wiki. Names only if they were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from grader.render.text import counted
from grader.report import lines
from grader.report.escape import markdown
from grader.report.findings import HELP_ROWS, Glance, glance, needs_help
from grader.report.formats.numbers import number
from grader.report.model import ClassReport, StudentRow
from grader.report.quizmarks import quiz_glance
from grader.report.suppress import FEWEST, about, small

_TOP = 20


def document(report: ClassReport, *, shared: bool = False) -> Iterator[str]:
    """The report in pieces. A shared one has no rows of students and no numbers of fewer than 5."""
    yield from _head(report, glance(report), shared)
    yield from _table(
        "Most frequent mistakes",
        ("students", "function", "mistake", "what to say", "exercise"),
        (
            (
                f"{m.mistake.students} of {m.of}",
                m.mistake.function,
                m.mistake.id,
                f"{m.what} {m.hint}".strip(),
                m.exercise,
            )
            for m in islice(lines.mistakes(report, shared), _TOP)
        ),
    )
    yield from _table(
        "Functions by failure",
        ("function", "exercise", "n", "not right"),
        ((f.name, f.exercise, f.n, f.share) for f in islice(lines.functions(report, shared), _TOP)),
    )
    if not shared:
        yield from _students(report)
    yield from _table(
        "Exercises",
        ("exercise", "handed in", "all right", "late", "mean mark"),
        (
            (e.title, e.handed_in, e.right, e.late, "-" if e.mean is None else f"{e.mean:.0%}")
            for e in lines.exercises(report, shared)
        ),
    )
    yield from _table(
        "Timeouts, crashes and other incidents",
        ("what", "exercise", "students", "functions"),
        (
            (group.heading, line.exercise, line.students, line.functions)
            for group in lines.incidents(report, shared)
            for line in group.lines[:_TOP]
        ),
    )
    if report.info:
        info = report.info
        facts = f"grader {info.grader}, level {info.level}, seed commitment {info.commitment}, environment {info.environment}"
        yield f"\n{markdown(facts)}\n"


def _head(report: ClassReport, at: Glance, shared: bool) -> Iterator[str]:
    yield f"# {markdown(report.course or 'Class report')}\n\n"
    if report.unsafe:
        yield "**Graded without confinement (--allow-unsafe): student code could reach the grader.**\n\n"
    cells = len(report.students) * len(report.exercises)
    said = [counted(at.students, "student")]
    if not (shared and small(round((1 - at.handed_in) * cells), cells)):
        said.append(f"{at.handed_in:.0%} of the work handed in")
    if at.mean is not None and at.median is not None and not (shared and at.active < FEWEST):
        said += [f"mean {at.mean:.0%}", f"median {at.median:.0%}"]
    yield f"{', '.join(said)}.\n"
    quiz = quiz_glance(report)
    if quiz and not (shared and quiz.papers < FEWEST):
        papers = f"{about(quiz.papers, at.students)} papers" if shared else counted(quiz.papers, "paper")
        yield f"\n{markdown(report.quiz_title)}: mean {quiz.mean:.0%} of {papers}.\n"


def _students(report: ClassReport) -> Iterator[str]:
    behind = (
        (report.name(h.student.pseudonym), _mark(h.student), "; ".join(h.reasons))
        for h in islice(needs_help(report), HELP_ROWS)
    )
    yield from _table("Who needs help", ("student", "mark", "why"), behind)
    quiz = [report.quiz_title] if report.quiz_title else []
    marks = (
        (
            report.name(s.pseudonym),
            _mark(s),
            *(f"{number(s.quiz[0])} of {number(s.quiz[1])}" if s.quiz else "-" for _ in quiz),
        )
        for s in report.students
    )
    yield from _table("Marks", ("student", "mark", *quiz), marks)


def _mark(student: StudentRow) -> str:
    return f"{number(student.mark)} of {number(student.max_mark)}"


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A section with a table, nothing where there are no rows."""
    written = [f"| {' | '.join(map(markdown, row))} |\n" for row in rows]
    if written:
        yield f"\n## {title}\n\n| {' | '.join(map(markdown, head))} |\n|{'---|' * len(head)}\n"
        yield from written
