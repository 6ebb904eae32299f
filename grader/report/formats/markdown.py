"""The report as Markdown (GitHub's dialect): for a repository, a chat, a wiki. Names only if they were asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.report.escape import markdown
from grader.report.findings import HELP_ROWS, by_failure, exercise_counts, exercise_mean, glance, needs_help
from grader.report.formats.numbers import number
from grader.report.model import ClassReport
from grader.report.suppress import FEWEST

_TOP = 20


def document(report: ClassReport, *, shared: bool = False) -> Iterator[str]:
    """The report in pieces. A shared one has no rows of students and no numbers of fewer than 5."""
    at = glance(report)
    yield f"# {markdown(report.course or 'Class report')}\n\n"
    if report.unsafe:
        yield "**Graded without confinement (--allow-unsafe): student code could reach the grader.**\n\n"
    mean = f", mean {at.mean:.0%}, median {at.median:.0%}" if at.mean is not None and at.median is not None else ""
    yield f"{at.students} students, {at.handed_in:.0%} of the work handed in{mean}.\n"
    yield from _table("Exercises", ("exercise", "handed in", "mean mark"), _exercises(report, shared))
    yield from _table("Functions by failure", ("function", "exercise", "n", "not right"), _functions(report, shared))
    yield from _table(
        "Most frequent mistakes", ("function", "mistake", "students", "what to say"), _mistakes(report, shared)
    )
    if not shared:
        rows = [
            (
                markdown(report.name(h.student.pseudonym)),
                f"{number(h.student.mark)} of {number(h.student.max_mark)}",
                "; ".join(h.reasons),
            )
            for h in needs_help(report)[:HELP_ROWS]
        ]
        yield from _table("Who needs help", ("student", "mark", "why"), rows)
        yield from _table("Marks", ("student", "mark", *(("quiz",) if report.quiz_title else ())), _marks(report))
    if report.info:
        info = report.info
        facts = f"grader {info.grader}, level {info.level}, seed commitment {info.commitment}, environment {info.environment}"
        yield f"\n{markdown(facts)}\n"


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A section with a table, nothing where there are no rows. Cells are escaped already."""
    if not rows:
        return
    yield f"\n## {title}\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}\n"
    for row in rows:
        yield f"| {' | '.join(row)} |\n"


def _hidden(count: int, shared: bool) -> str:
    return "hidden" if shared and 0 < count < FEWEST else str(count)


def _exercises(report: ClassReport, shared: bool) -> list[tuple[str, ...]]:
    made: list[tuple[str, ...]] = []
    for index in range(len(report.exercises)):
        counts = exercise_counts(report, index)
        n = len(report.students) - counts["missing"]
        mean = exercise_mean(report, index)
        few = shared and n < FEWEST
        made.append((markdown(report.short(index)), _hidden(n, shared), "" if mean is None or few else f"{mean:.0%}"))
    return made


def _functions(report: ClassReport, shared: bool) -> list[tuple[str, ...]]:
    made: list[tuple[str, ...]] = []
    for weak in by_failure(report)[:_TOP]:
        column = report.columns[weak.column]
        hide = shared and (0 < weak.wrong < FEWEST or 0 < weak.n - weak.wrong < FEWEST)
        if weak.wrong:
            share = "hidden" if hide else f"{weak.wrong} ({weak.share:.0%})"
            made.append(
                (markdown(column.name), markdown(report.short(column.exercise)), _hidden(weak.n, shared), share)
            )
    return made


def _mistakes(report: ClassReport, shared: bool) -> list[tuple[str, ...]]:
    made: list[tuple[str, ...]] = []
    for mistake in report.mistakes:
        if shared and mistake.students < FEWEST:
            continue
        key = (report.exercises[mistake.exercise].id, mistake.function, mistake.id)
        said = " ".join(filter(None, (mistake.text, report.hints.get(key, ""))))
        made.append((markdown(mistake.function), markdown(mistake.id), str(mistake.students), markdown(said)))
    return made[:_TOP]


def _marks(report: ClassReport) -> list[tuple[str, ...]]:
    return [
        (
            markdown(report.name(s.pseudonym)),
            f"{number(s.mark)} of {number(s.max_mark)}",
            *((f"{number(s.quiz[0])} of {number(s.quiz[1])}" if s.quiz else "",) if report.quiz_title else ()),
        )
        for s in report.students
    ]
