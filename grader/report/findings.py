"""What an instructor should look at first: the class in numbers, the weakest functions, who needs help and why."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from grader.report.model import CODE, STATUSES, WRONG, ClassReport, StudentRow

HELP_SHARE: Final = 0.5  # below half of the marks
HELP_MISSING: Final = 1 / 3  # or a third of the exercises not handed in
HELP_LOWEST: Final = 5  # who is named where nobody is behind
HELP_ROWS: Final = 30  # what one person can look after; how many more there are is said


class Glance(NamedTuple):
    """The class in numbers. Shares are of the marks that could be had, over those who handed in something."""

    students: int
    active: int
    handed_in: float
    mean: float | None
    median: float | None
    quartiles: tuple[float, float] | None
    full: int
    waiting: int
    broken: int
    late: int
    by_hand: int
    stale: int


class Weak(NamedTuple):
    """A function by failure: how many of those who handed it in do not have it right, and how."""

    column: int
    n: int
    wrong: int
    counts: Sequence[int]

    @property
    def share(self) -> float:
        """The share of those who handed in and got it wrong or did not write it."""
        return self.wrong / self.n if self.n else 0.0


class Help(NamedTuple):
    """A student who needs help, and the reasons."""

    student: StudentRow
    reasons: Sequence[str]


def glance(report: ClassReport) -> Glance:
    """The class in numbers."""
    active = [student for student in report.students if student.handed_in]
    shares = [student.share for student in active if student.share is not None]
    cells = [cell for student in report.students for cell in student.cells]
    status = Counter(cell.status for cell in cells)
    quartiles = statistics.quantiles(shares, n=4, method="inclusive") if len(shares) > 1 else None
    return Glance(
        students=len(report.students),
        active=len(active),
        handed_in=1 - status["missing"] / len(cells) if cells else 0.0,
        mean=statistics.fmean(shares) if shares else None,
        median=statistics.median(shares) if shares else None,
        quartiles=(quartiles[0], quartiles[2]) if quartiles else None,
        full=sum(share >= 1 - 1e-9 for share in shares),
        waiting=status["pending"],
        broken=status["broken"],
        late=sum(cell.late for cell in cells),
        by_hand=sum(cell.overridden for cell in cells),
        stale=sum(cell.stale for cell in cells),
    )


def by_failure(report: ClassReport) -> list[Weak]:
    """The functions, those that most students do not have right first."""
    weak = []
    right, todo = CODE["pass"], CODE["todo"]
    for index in range(len(report.columns)):
        counts = report.counts(index)
        wrong = sum(counts[code] for code in WRONG) + counts[todo]
        weak.append(Weak(index, wrong + counts[right], wrong, counts))
    return sorted(weak, key=lambda w: (-w.share, -w.wrong, w.column))


def needs_help(report: ClassReport) -> list[Help]:
    """Students below half of the marks or with a third of the exercises missing, the furthest behind first."""
    made = [Help(student, _reasons(report, student)) for student in report.students if _behind(report, student)]
    return sorted(made, key=lambda one: (one.student.share or 0.0, one.student.pseudonym))


def furthest_behind(report: ClassReport) -> list[StudentRow]:
    """The students with the lowest marks, for a class in which nobody is far behind."""
    ordered = sorted(report.students, key=lambda s: (s.share if s.share is not None else 1.0, s.pseudonym))
    return ordered[:HELP_LOWEST]


def _behind(report: ClassReport, student: StudentRow) -> bool:
    missing = len(report.exercises) - student.handed_in
    behind = student.share is not None and student.share < HELP_SHARE
    return behind or missing >= max(1.0, HELP_MISSING * len(report.exercises))


def _reasons(report: ClassReport, student: StudentRow) -> list[str]:
    if not student.handed_in:
        return ["nothing handed in"]
    made = []
    missing = len(report.exercises) - student.handed_in
    counts = Counter(student.grid)
    for number, one, many in (
        (missing, "1 exercise not handed in", f"{missing} exercises not handed in"),
        (counts[CODE["todo"]], "1 function not written", f"{counts[CODE['todo']]} functions not written"),
        (wrong := sum(counts[c] for c in WRONG), "1 function wrong", f"{wrong} functions wrong"),
        (late := sum(cell.late for cell in student.cells), "1 exercise late", f"{late} exercises late"),
    ):
        if number:
            made.append(one if number == 1 else many)
    return made


def untouched(report: ClassReport) -> list[tuple[int, int]]:
    """(exercise, students) where a sheet was handed in with no function written, most students first."""
    todo = CODE["todo"]
    counts: Counter[int] = Counter()
    for student in report.students:
        start = 0
        for index, (exercise, cell) in enumerate(zip(report.exercises, student.cells)):
            end = start + len(exercise.functions)
            if cell.status not in ("missing", "pending") and end > start and set(student.grid[start:end]) == {todo}:
                counts[index] += 1
            start = end
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def exercise_counts(report: ClassReport, exercise: int) -> dict[str, int]:
    """How many students have each status at an exercise."""
    counts = Counter(student.cells[exercise].status for student in report.students)
    return {status: counts[status] for status in STATUSES}


def exercise_mean(report: ClassReport, exercise: int) -> float | None:
    """The mean mark of those who handed it in and have a verdict, as a share."""
    most = report.exercises[exercise].max_mark
    marks = [s.cells[exercise].mark for s in report.students if s.cells[exercise].status != "missing"]
    known = [mark for mark in marks if mark is not None]
    return sum(known) / (len(known) * most) if known and most else None
