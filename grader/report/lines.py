"""The rows of the page's and Markdown's tables, in words. A shared report has no student and no count of 1 to 4 in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from grader.render.text import counted
from grader.report.escape import visible
from grader.report.findings import Weak, by_failure, exercise_counts, exercise_mean, untouched
from grader.report.model import CODE, ClassReport, Incident, MistakeCount
from grader.report.statistics import LEAST, Item, ItemStatistics
from grader.report.suppress import FEWEST, about, shown, small, suppressed

# What is counted at a function, and its column's head.
COUNTED: Final = {
    "pass": "right",
    "fail": "wrong",
    "skip": "needs another",
    "error": "error",
    "timeout": "time",
    "todo": "not written",
}
# What went wrong apart from wrong values, the most pressing first: heading, and a phrase after a number of submissions.
INCIDENTS: Final = {
    "broken": ("Our own failure", "without a mark through our own failure"),
    "load": ("The file could not be loaded", "could not be loaded"),
    "crash": ("Ended the process", "ended the process"),
    "timeout": ("Out of time", "out of time"),
    "owner": ("Whose it is, is in doubt", "of uncertain owner"),
    "version": ("Another version of the sheet", "made for another version of the sheet"),
}
_WHO: Final = 4
_HIDDEN: Final = shown(None)


class ExerciseLine(NamedTuple):
    """An exercise: who handed it in, who has all of it right, who was late; the mean is a share."""

    title: str
    handed_in: str
    right: str
    late: str
    mean: float | None


def exercises(report: ClassReport, shared: bool) -> list[ExerciseLine]:
    """A row an exercise, by number."""
    return [_exercise(report, index, shared) for index in range(len(report.exercises))]


def _exercise(report: ClassReport, index: int, shared: bool) -> ExerciseLine:
    counts, title = exercise_counts(report, index), report.short(index)
    late = sum(student.cells[index].late for student in report.students)
    handed_in, right = len(report.students) - counts["missing"], counts["pass"]
    mean = exercise_mean(report, index)
    if not shared:
        return ExerciseLine(title, str(handed_in), str(right), str(late), mean)
    all_right = _of_those(len(report.students), [right, handed_in - right])[0]
    # a function that a few more have right would say how many lack only the others
    if any(small(right, report.counts(column)[CODE["pass"]]) for column in _columns(report, index)):
        all_right = None
    days = _of_those(len(report.students), [late, handed_in - late])
    seen = None if 0 < handed_in < FEWEST else mean
    return ExerciseLine(title, about(handed_in, len(report.students)), shown(all_right), shown(days[0]), seen)


def _columns(report: ClassReport, exercise: int) -> Iterator[int]:
    return (index for index, column in enumerate(report.columns) if column.exercise == exercise)


def _of_those(students: int, counts: Sequence[int]) -> list[int | None]:
    """The counts of those who handed in, suppressed. Where their number is hidden, who did not is a hidden cell too."""
    n = sum(counts)
    return suppressed([*counts, students - n])[: len(counts)] if small(n, students) else suppressed(counts)


class FunctionLine(NamedTuple):
    """A function: how many do not have it right, as a share, and in which way. `weak` is None where any of it is hidden."""

    name: str
    exercise: str
    n: str
    share: str
    counts: Sequence[str]
    weak: Weak | None


def functions(report: ClassReport, shared: bool) -> list[FunctionLine]:
    """A row a function, those that most students do not have right first.

    In a shared report those whose share is hidden come last, by what they show: their true order would tell about it.
    """
    made = [(weak.column, _function(report, weak, shared)) for weak in by_failure(report)]
    known = [line for _, line in made if line.share != _HIDDEN]
    hidden = [line for _, line in sorted(made) if line.share == _HIDDEN]
    return known + sorted(hidden, key=lambda line: (line.counts[0] == _HIDDEN, line.counts[0].zfill(9)))


def _function(report: ClassReport, weak: Weak, shared: bool) -> FunctionLine:
    column = report.columns[weak.column]
    name, exercise = column.name, report.short(column.exercise)
    share = f"{weak.share:.0%}" if weak.n else "-"
    if not shared:
        texts = [str(weak.counts[CODE[status]]) for status in COUNTED]
        return FunctionLine(name, exercise, str(weak.n), share, texts, weak)
    n = about(weak.n, len(report.students))
    right, wrong = _of_those(len(report.students), [weak.n - weak.wrong, weak.wrong])
    # where the number of those who are wrong is known, the ways of being wrong are cells of that number
    ways = [weak.counts[CODE[status]] for status in COUNTED if status != "pass"]
    texts = [shown(right), *map(shown, suppressed(ways) if wrong is not None else [None] * len(ways))]
    known = None not in (right, wrong)
    return FunctionLine(
        name, exercise, n, share if known else _HIDDEN, texts, weak if known and _HIDDEN not in texts else None
    )


class MistakeLine(NamedTuple):
    """A mistake: how many of those who handed the exercise in made it, how it comes about, what to say."""

    mistake: MistakeCount
    of: str
    exercise: str
    what: str
    hint: str


def mistakes(report: ClassReport, shared: bool) -> list[MistakeLine]:
    """A row a mistake, the most frequent first."""
    handed_in = [sum(s.cells[i].status != "missing" for s in report.students) for i in range(len(report.exercises))]
    found = _to_pass_on(report, handed_in) if shared else report.mistakes
    return [_mistake(report, mistake, handed_in[mistake.exercise], shared) for mistake in found]


def _to_pass_on(report: ClassReport, handed_in: Sequence[int]) -> Iterator[MistakeCount]:
    """The mistakes of 5 students or more, but for those whose count would say that 1 to 4 made another, or made none."""
    by_function: dict[tuple[int, str], list[MistakeCount]] = {}
    for mistake in report.mistakes:
        by_function.setdefault((mistake.exercise, mistake.function), []).append(mistake)
    hidden: set[int] = set()
    for index, column in enumerate(report.columns):
        found = by_function.get((column.exercise, column.name), [])
        counts = report.counts(index)
        unnamed = max(0, counts[CODE["fail"]] + counts[CODE["skip"]] - sum(mistake.students for mistake in found))
        shows = suppressed([*(mistake.students for mistake in found), unnamed])
        hidden |= {id(mistake) for mistake, show in zip(found, shows) if show is None}
    yield from (m for m in report.mistakes if id(m) not in hidden and not small(m.students, handed_in[m.exercise]))


def _mistake(report: ClassReport, mistake: MistakeCount, handed_in: int, shared: bool) -> MistakeLine:
    key = (report.exercises[mistake.exercise].id, mistake.function, mistake.id)
    of = about(handed_in, len(report.students)) if shared else str(handed_in)
    what = mistake.text or f"A general pattern: {mistake.id.replace('-', ' ')}."
    return MistakeLine(mistake, of, report.short(mistake.exercise), what, report.hints.get(key, ""))


class IncidentLine(NamedTuple):
    """Incidents of one kind at one exercise: at which functions, of how many students, an example, whose they are."""

    exercise: str
    functions: str
    students: str
    example: str
    who: str


class IncidentGroup(NamedTuple):
    """The incidents of a kind. `submissions` is how many there are."""

    heading: str
    submissions: str
    lines: Sequence[IncidentLine]


def incidents(report: ClassReport, shared: bool) -> list[IncidentGroup]:
    """A group for each kind that occurred, its exercises with most students first."""
    return [group for kind in INCIDENTS if (group := _incidents(report, kind, shared))]


def submissions_with(report: ClassReport, kind: str) -> int:
    """How many submissions had an incident of a kind."""
    return len({(one.student, one.exercise) for one in report.incidents if one.kind == kind})


def _incidents(report: ClassReport, kind: str, shared: bool) -> IncidentGroup | None:
    by_exercise: dict[int, list[Incident]] = {}
    for incident in report.incidents:
        if incident.kind == kind:
            by_exercise.setdefault(incident.exercise, []).append(incident)
    made = [(_students(found), _incident(report, index, found, shared)) for index, found in by_exercise.items()]
    made.sort(key=lambda one: (-one[0], one[1].exercise))
    lines = [line for students, line in made if not (shared and students < FEWEST)]
    if not lines:
        return None
    count = submissions_with(report, kind) if not shared else sum(int(line.students) for line in lines)
    return IncidentGroup(INCIDENTS[kind][0], str(count), lines)


def _students(found: Sequence[Incident]) -> int:
    return len({incident.student for incident in found})


def _incident(report: ClassReport, exercise: int, found: Sequence[Incident], shared: bool) -> IncidentLine:
    times: dict[str, int] = {}
    for incident in found:
        if incident.function:
            times[incident.function] = times.get(incident.function, 0) + 1
    ordered = sorted(times.items(), key=lambda item: (-item[1], item[0]))
    title, students = report.short(exercise), _students(found)
    # the other students would have it at other functions only
    told = (f"{name} ({count})" for name, count in ordered if not (shared and small(count, students)))
    if shared:
        return IncidentLine(title, ", ".join(told), str(students), "", "")
    names = list(dict.fromkeys(visible(report.name(incident.student), 60) for incident in found))
    more = f" and {len(names) - _WHO} more" if len(names) > _WHO else ""
    example = visible(found[0].detail, 160)
    return IncidentLine(title, ", ".join(told), str(students), example, f"{', '.join(names[:_WHO])}{more}")


class ItemLine(NamedTuple):
    """The item statistics of a function."""

    name: str
    exercise: str
    n: str
    item: Item


def items(report: ClassReport, statistics: ItemStatistics, shared: bool) -> list[ItemLine]:
    """A row a function with enough students, the least discriminating first.

    In a shared report those are left out whose facility would say that 1 to 4 students have it right, or wrong, or did
    not hand it in: with how many have it right it gives n away.
    """
    known = [item for item in statistics.items if item.n >= LEAST]
    if shared:
        known = [item for item in known if not _tells(report, item)]
    ordered = sorted(known, key=lambda i: (i.discrimination is None, i.discrimination or 0.0, i.column))
    return [_item(report, item, shared) for item in ordered]


def _tells(report: ClassReport, item: Item) -> bool:
    right = round((item.facility or 0.0) * item.n)
    return small(right, item.n) or small(item.n, len(report.students))


def _item(report: ClassReport, item: Item, shared: bool) -> ItemLine:
    column = report.columns[item.column]
    n = about(item.n, len(report.students)) if shared else str(item.n)
    return ItemLine(column.name, report.short(column.exercise), n, item)


def nothing_written(report: ClassReport, shared: bool) -> list[tuple[str, int]]:
    """(exercise, students) where a sheet was handed in with no function written."""
    found = untouched(report)
    return [
        (report.short(index), count) for index, count in found if not (shared and _few_others(report, index, count))
    ]


def _few_others(report: ClassReport, exercise: int, untouched: int) -> bool:
    """Whether it would be known of 1 to 4 students that they wrote nothing, or that they left out one function only."""
    todo = (report.counts(column)[CODE["todo"]] for column in _columns(report, exercise))
    return 0 < untouched < FEWEST or any(small(untouched, count) for count in todo)


def headline(report: ClassReport, shared: bool) -> Iterator[str]:
    """What to know besides the weakest functions and the most frequent mistakes."""
    phrases = dict(INCIDENTS.values())
    # of the groups: another sum would tell how many of them are hidden there
    if parts := [f"{group.submissions} {phrases[group.heading]}" for group in incidents(report, shared)]:
        yield f"Submissions: {'; '.join(parts)}."
    if report.changes and not (shared and len(report.changes) < FEWEST):
        yield f"{counted(len(report.changes), 'mark')} changed in the last regrade."
