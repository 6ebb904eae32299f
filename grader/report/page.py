"""The HTML report: one page without scripts, for a screen, a printer and a screen reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from grader.classroom import ClassError
from grader.render.text import counted
from grader.report import cells, items_plot, lines, plots
from grader.report.escape import visible
from grader.report.findings import HELP_ROWS, Glance, furthest_behind, glance, needs_help
from grader.report.formats.numbers import number
from grader.report.model import ClassReport, StudentRow
from grader.report.quizmarks import QuizGlance, quiz_glance
from grader.report.statistics import LEAST, ItemStatistics
from grader.report.suppress import FEWEST, about, shown, small, suppressed

if TYPE_CHECKING:
    from jinja2 import Environment

GLANCE_ROWS: Final = 3
TOP_FUNCTIONS: Final = 25
TOP_MISTAKES: Final = 15
TOP_INCIDENTS: Final = 5
TOP_UNTOUCHED: Final = 10
TOP_CHANGES: Final = 300


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
    made.filters.update(percent=_percent, mark=number, markup=Markup, decimals=_decimals, bar=plots.bar)
    return made


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _decimals(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}".replace("-", "\u2212")


def _context(report: ClassReport, statistics: ItemStatistics, shared: bool) -> dict[str, Any]:
    at = glance(report)
    made = plots.bins(_shares(report, shared))
    hidden = suppressed([each.students for each in made]) if shared else [each.students for each in made]
    functions = lines.functions(report, shared)
    mistakes = lines.mistakes(report, shared)
    items = lines.items(report, statistics, shared)
    measured = [line for line in items if line.item.discrimination is not None]
    return {
        "report": report,
        "shared": shared,
        "at": at,
        "tiles": list(_tiles(report, at, quiz_glance(report), shared)),
        "weakest": [_weak_words(line) for line in functions if line.share not in ("hidden", "-", "0%")][:GLANCE_ROWS],
        "say": [line for line in mistakes if line.mistake.kind == "named"][:GLANCE_ROWS],
        "waiting": list(_waiting(at)),
        "headline": list(lines.headline(report, shared)),
        "exercises": lines.exercises(report, shared),
        "bins": list(zip(made, map(shown, hidden))),
        "histogram": plots.histogram(made, hidden, at) if at.active and any(each.students for each in made) else "",
        "functions": functions[:TOP_FUNCTIONS],
        "more_functions": functions[TOP_FUNCTIONS:],
        "count_heads": list(lines.COUNTED.values()),
        "mistakes": mistakes,
        "top_mistakes": TOP_MISTAKES,
        "kinds": [(kind, words) for kind, words, _ in plots.KINDS],
        "items": items,
        "alpha": statistics.alpha,
        "alpha_n": about(statistics.n, len(report.students)) if shared else str(statistics.n),
        "least": LEAST,
        "scatter": items_plot.scatter(measured) if measured else "",
        "incidents": lines.incidents(report, shared),
        "top_incidents": TOP_INCIDENTS,
        "top_untouched": TOP_UNTOUCHED,
        "untouched": lines.nothing_written(report, shared),
        "levels": sorted(report.levels.items()),
        "policy": report.attempts,
        **_of_students(report, shared),
    }


def _waiting(at: Glance) -> Iterator[str]:
    """What is to be graded again before anything is published."""
    what = ("not graded yet", "without a mark through our own failure", "with the result of an earlier version")
    for count, words in zip((at.waiting, at.broken, at.stale), what):
        if count:
            yield f"{count} {words}"


def _of_students(report: ClassReport, shared: bool) -> dict[str, Any]:
    """What shows single students; a shared page has nothing of it."""
    if shared:
        return {"heat": "", "tables": "", "behind": [], "more_behind": 0, "lowest": [], "changes": None}
    students = _best_first(report.students)
    behind = needs_help(report)
    return {
        "ranked": students,
        "heat": plots.heat_map(report, students) if students else "",
        "letters": cells.LEGEND,
        "tables": "".join(cells.tables(report, students)),
        "behind": behind[:HELP_ROWS],
        "more_behind": max(len(behind) - HELP_ROWS, 0),
        "lowest": [] if behind else furthest_behind(report),
        "changes": None if report.changes is None else report.changes[:TOP_CHANGES],
        "more_changes": max(len(report.changes or ()) - TOP_CHANGES, 0),
    }


def _best_first(students: Sequence[StudentRow]) -> list[StudentRow]:
    return sorted(students, key=lambda s: (-(s.share or 0.0), -s.handed_in, s.pseudonym))


def _shares(report: ClassReport, shared: bool) -> list[float]:
    """The shares of the distribution: in a shared page also the 0 of who handed in nothing, or their number would follow."""
    return [
        s.share or 0.0 if shared else s.share
        for s in report.students
        if s.share is not None and (shared or s.handed_in)
    ]


def _tiles(report: ClassReport, at: Glance, quiz: QuizGlance | None, shared: bool) -> Iterator[tuple[str, str, str]]:
    """(what, number, remark); what is 0 and needs no attention has no tile."""
    few = shared and at.active < FEWEST
    cells_ = len(report.students) * len(report.exercises)
    missing = round((1 - at.handed_in) * cells_)
    yield "handed in something", about(at.active, at.students) if shared else str(at.active), f"of {at.students}"
    yield "of the work handed in", "hidden" if shared and small(missing, cells_) else _percent(at.handed_in), ""
    yield "mean mark", "hidden" if few else _percent(at.mean), ""
    middle = f"middle half {_percent(at.quartiles[0])} to {_percent(at.quartiles[1])}" if at.quartiles else ""
    yield "median mark", "hidden" if few else _percent(at.median), "" if few else middle
    if quiz and not (shared and quiz.papers < FEWEST):
        papers = f"{about(quiz.papers, at.students)} papers" if shared else counted(quiz.papers, "paper")
        yield report.quiz_title, _percent(quiz.mean), f"mean of {papers}"
    behind = len(needs_help(report))
    yield "need help", about(behind, at.students) if shared else str(behind), ""
    if not shared:
        rest = (
            ("full marks", at.full, "student"),
            ("late", at.late, "submission"),
            ("set by hand", at.by_hand, "mark"),
        )
        for what, count, of in rest:
            if count:
                yield what, str(count), counted(count, of).partition(" ")[2]


def _weak_words(line: lines.FunctionLine) -> tuple[str, str, str]:
    """A weak function for a glance: its name, its exercise, how many do not have it right and why."""
    needing = line.counts[list(lines.COUNTED).index("skip")]
    build = "builds" if needing == "1" else "build"
    why = (
        f"; {needing} of them {build} on a function that is not right either" if needing not in ("0", "hidden") else ""
    )
    return line.name, line.exercise, f"{line.share} of {line.n} do not have it right{why}."
