"""The HTML report: one page without scripts, for a screen, a printer and a screen reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from grader.classroom import ClassError
from grader.report import cells, plots
from grader.report.escape import visible
from grader.report.findings import (
    HELP_ROWS,
    Weak,
    by_failure,
    exercise_counts,
    exercise_mean,
    glance,
    needs_help,
    untouched,
)
from grader.report.formats.numbers import number
from grader.report.model import CODE, ClassReport, MistakeCount
from grader.report.statistics import LEAST, ItemStatistics
from grader.report.suppress import FEWEST, shown, suppressed

if TYPE_CHECKING:
    from jinja2 import Environment

TOP_FUNCTIONS: Final = 25
TOP_MISTAKES: Final = 15
TOP_INCIDENTS: Final = 12
TOP_CHANGES: Final = 300
_INCIDENTS: Final = {
    "timeout": "out of time",
    "crash": "ended the process",
    "load": "file could not be loaded",
    "broken": "our own failure",
    "version": "another version of the sheet",
}


class ExerciseLine(NamedTuple):
    """A row of the table of exercises."""

    title: str
    handed_in: str
    right: str
    late: str
    mean: float | None


class FunctionLine(NamedTuple):
    """A row of the functions by failure: shares as text, or hidden."""

    name: str
    exercise: str
    n: str
    share: str
    bar: str
    counts: Sequence[str]


class MistakeLine(NamedTuple):
    """A mistake with how often it was made and what to say."""

    mistake: MistakeCount
    of: int
    exercise: str
    what: str
    hint: str


class IncidentLine(NamedTuple):
    """Incidents of a kind at a function: how many, an example, and whose they are."""

    kind: str
    where: str
    times: str
    example: str
    students: str


def page(report: ClassReport, statistics: ItemStatistics, *, shared: bool = False) -> str:
    """The page. A shared one has no rows of students and no count of 1 to 4; raises ClassError without jinja2."""
    template = _environment().get_template("report.html.j2")
    return template.render(**_context(report, statistics, shared))


def _environment() -> Environment:
    try:
        from jinja2 import DictLoader, Environment, StrictUndefined
    except ImportError as error:
        raise ClassError(
            "the HTML report needs jinja2, which is not installed",
            'Install it: pip install "dlmath-grader[instructor]"',
        ) from error
    from markupsafe import Markup

    def safe(value: Any) -> Any:
        """Control and format characters of any text become codes; autoescape does the rest."""
        return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    folder = files("grader.report") / "templates"
    sources = {name: (folder / name).read_text(encoding="utf-8") for name in ("report.html.j2", "style.css.j2")}
    made = Environment(
        loader=DictLoader(sources),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=safe,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(percent=_percent, mark=number, markup=Markup, decimals=_decimals)
    return made


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _decimals(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}".replace("-", "\u2212")


def _context(report: ClassReport, statistics: ItemStatistics, shared: bool) -> dict[str, Any]:
    at = glance(report)
    weak = by_failure(report)
    students = sorted(report.students, key=lambda s: (-(s.share or 0.0), -s.handed_in, s.pseudonym))
    behind = needs_help(report)
    shares = [s.share for s in report.students if s.handed_in and s.share is not None]
    made = plots.bins(shares)
    hidden = suppressed([each.students for each in made]) if shared else [each.students for each in made]
    functions = [_function(report, one, shared) for one in weak]
    return {
        "report": report,
        "shared": shared,
        "at": at,
        "few": shared and at.active < FEWEST,
        "exercises": [_exercise(report, index, shared) for index in range(len(report.exercises))],
        "bins": list(zip(made, map(shown, hidden))),
        "histogram": plots.histogram(made, hidden, at) if shares else "",
        "functions": functions[:TOP_FUNCTIONS],
        "more_functions": functions[TOP_FUNCTIONS:],
        "count_heads": list(_COUNTED.values()),
        "mistakes": _mistakes(report, shared),
        "top_mistakes": TOP_MISTAKES,
        "top_incidents": TOP_INCIDENTS,
        "heat": "" if shared or not students else plots.heat_map(report, students),
        "legend": [(kind, words) for kind, words, _ in plots.KINDS],
        "tables": "" if shared else "".join(cells.tables(report, students)),
        "letters": cells.LEGEND,
        "items": _items(report, statistics),
        "alpha": statistics.alpha,
        "alpha_n": statistics.n,
        "least": LEAST,
        "scatter": plots.scatter(report, statistics.items)
        if any(i.discrimination is not None for i in statistics.items)
        else "",
        "incidents": _incidents(report, shared),
        "untouched": _untouched(report, shared),
        "behind": [] if shared else behind[:HELP_ROWS],
        "more_behind": max(len(behind) - HELP_ROWS, 0),
        "behind_count": shown(suppressed([len(behind)])[0]) if shared else str(len(behind)),
        "changes": None if shared or report.changes is None else report.changes[:TOP_CHANGES],
        "more_changes": max(len(report.changes or ()) - TOP_CHANGES, 0),
        "levels": sorted(report.levels.items()),
        "headline": _headline(report, weak, shared),
    }


_COUNTED: Final = {
    "pass": "right",
    "fail": "wrong",
    "skip": "needs another",
    "error": "error",
    "timeout": "time",
    "todo": "not written",
}


def _function(report: ClassReport, weak: Weak, shared: bool) -> FunctionLine:
    column = report.columns[weak.column]
    counts: list[int | None] = [weak.counts[CODE[status]] for status in _COUNTED]
    name, exercise = column.name, report.short(column.exercise)
    if shared:
        counts = suppressed([count or 0 for count in counts])
        right = weak.n - weak.wrong
        if 0 < weak.wrong < FEWEST or 0 < right < FEWEST or None in counts:
            n = str(weak.n) if weak.n >= FEWEST else "hidden"
            return FunctionLine(name, exercise, n, "hidden", "", [shown(count) for count in counts])
    return FunctionLine(
        name, exercise, str(weak.n), _percent(weak.share), plots.bar(weak), [shown(count) for count in counts]
    )


def _exercise(report: ClassReport, index: int, shared: bool) -> ExerciseLine:
    counts = exercise_counts(report, index)
    late = sum(student.cells[index].late for student in report.students)
    handed_in, right = len(report.students) - counts["missing"], counts["pass"]
    mean = exercise_mean(report, index)
    if not shared:
        return ExerciseLine(report.short(index), str(handed_in), str(right), str(late), mean)
    in_, out = suppressed([handed_in, counts["missing"]])
    parts = suppressed([right, handed_in - right]) if in_ is not None and out is not None else [None, None]
    days = suppressed([late, handed_in - late])[0] if in_ is not None else None
    return ExerciseLine(
        report.short(index), shown(in_), shown(parts[0]), shown(days), None if handed_in < FEWEST else mean
    )


def _mistakes(report: ClassReport, shared: bool) -> list[MistakeLine]:
    made = []
    handed_in = [sum(s.cells[i].status != "missing" for s in report.students) for i in range(len(report.exercises))]
    for count in report.mistakes:
        if shared and count.students < FEWEST:
            continue
        exercise = report.exercises[count.exercise]
        hint = report.hints.get((exercise.id, count.function, count.id), "")
        what = count.text or f"A general pattern: {count.id.replace('-', ' ')}."
        made.append(MistakeLine(count, handed_in[count.exercise], report.short(count.exercise), what, hint))
    return made


def _items(report: ClassReport, statistics: ItemStatistics) -> list[tuple[str, str, Any]]:
    known = [item for item in statistics.items if item.n >= LEAST]
    ordered = sorted(known, key=lambda i: (i.discrimination is None, i.discrimination or 0.0, i.column))
    return [(report.columns[i.column].name, report.short(report.columns[i.column].exercise), i) for i in ordered]


def _incidents(report: ClassReport, shared: bool) -> list[IncidentLine]:
    groups: dict[tuple[str, int, str], list[Any]] = {}
    for incident in report.incidents:
        groups.setdefault((incident.kind, incident.exercise, incident.function), []).append(incident)
    made = []
    kinds = list(_INCIDENTS)
    for (kind, exercise, function), group in sorted(
        groups.items(), key=lambda g: (kinds.index(g[0][0]), -len(g[1]), g[0])
    ):
        if shared and len(group) < FEWEST:
            continue
        names = list(dict.fromkeys(report.name(incident.student) for incident in group))
        more = f" and {len(names) - 4} more" if len(names) > 4 else ""
        where = ": ".join(filter(None, (report.short(exercise), function)))
        who = "" if shared else f"{', '.join(visible(name, 60) for name in names[:4])}{more}"
        made.append(
            IncidentLine(_INCIDENTS[kind], where, str(len(group)), "" if shared else visible(group[0].detail, 160), who)
        )
    return made


def _untouched(report: ClassReport, shared: bool) -> list[tuple[str, int]]:
    found = untouched(report)
    return [(report.short(index), count) for index, count in found if not shared or count >= FEWEST]


def _headline(report: ClassReport, weak: Sequence[Weak], shared: bool) -> list[str]:
    """What to know if nothing else is read: at most four sentences."""
    return list(_sentences(report, weak, shared))


def _sentences(report: ClassReport, weak: Sequence[Weak], shared: bool) -> Iterator[str]:
    enough = [one for one in weak if one.n >= FEWEST and one.wrong >= FEWEST]
    if enough and not (shared and 0 < enough[0].n - enough[0].wrong < FEWEST):
        column = report.columns[enough[0].column]
        yield f"Weakest function: {column.name} ({report.short(column.exercise)}); {enough[0].share:.0%} of {enough[0].n} do not have it right."
    named = [m for m in report.mistakes if m.kind == "named" and (not shared or m.students >= FEWEST)]
    if named:
        first = named[0]
        yield f"Most frequent mistake: {first.id} in {first.function}, {first.students} students."
    kinds = Counter(incident.kind for incident in report.incidents)
    parts = [
        f"{words} ({kinds[kind]})"
        for kind, words in _INCIDENTS.items()
        if kinds[kind] and not (shared and kinds[kind] < FEWEST)
    ]
    if parts:
        yield f"Besides: {'; '.join(parts)}."
    if report.changes:
        yield (
            f"{len(report.changes)} marks changed in the last regrade."
            if not shared or len(report.changes) >= FEWEST
            else "Few marks changed."
        )
