"""What reports are made of: a class gathered from its run, students under their pseudonyms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from grader.classroom import ExerciseRow, Identity, Override, RunInfo

# The status of a function or an exercise, from right to unknown. A cell of the grid is an index into this tuple.
STATUSES: Final = ("pass", "fail", "error", "timeout", "skip", "todo", "missing", "pending", "broken")
CODE: Final[Mapping[str, int]] = {status: code for code, status in enumerate(STATUSES)}
WORDS: Final[Mapping[str, str]] = {
    "pass": "right",
    "fail": "wrong",
    "error": "raises an error",
    "timeout": "out of time",
    "skip": "wrong, needs another",
    "todo": "not written",
    "missing": "not handed in",
    "pending": "not graded yet",
    "broken": "our failure",
}
WRONG: Final = frozenset(CODE[status] for status in ("fail", "error", "timeout", "skip"))
NO_VERDICT: Final = frozenset(CODE[status] for status in ("missing", "pending", "broken"))


class Column(NamedTuple):
    """A function of the class: the index of its exercise, its name and points."""

    exercise: int
    name: str
    max_points: int


class Cell(NamedTuple):
    """What one student has at one exercise: see `grader.classroom.Row`."""

    status: str
    points: float | None
    mark: float | None
    days_late: int
    late: bool
    overridden: bool
    stale: bool
    attempts: int


@dataclass(frozen=True)
class StudentRow:
    """A student: total mark, a cell for each exercise, and a byte (index into STATUSES) for each function."""

    pseudonym: str
    mark: float
    max_mark: float
    cells: tuple[Cell, ...]
    grid: bytes
    quiz: tuple[float, float] | None = None

    @cached_property
    def share(self) -> float | None:
        """The mark as a share of what could be had; None where nothing could, or nothing of what came in has a mark yet."""
        waits = self.handed_in and all(cell.mark is None for cell in self.cells if cell.status != "missing")
        return self.mark / self.max_mark if self.max_mark and not waits else None

    @property
    def handed_in(self) -> int:
        """In how many exercises something was handed in."""
        return sum(cell.status != "missing" for cell in self.cells)


@dataclass
class MistakeCount:
    """A mistake that was recognised: by how many students, at which function."""

    exercise: int
    function: str
    id: str
    text: str
    kind: str
    variant_of: str = ""
    students: int = 0


class Incident(NamedTuple):
    """Something that went wrong apart from wrong values: kind is timeout, crash, load, version, owner or broken."""

    kind: str
    student: str
    exercise: int
    function: str
    detail: str


class Change(NamedTuple):
    """A mark that the last regrade changed."""

    student: str
    exercise: int
    before: float | None
    after: float | None


@dataclass(frozen=True)
class ClassReport:
    """Everything that the reports say, but for the wording."""

    course: str
    info: RunInfo | None
    runs: Sequence[RunInfo]
    unsafe: bool
    exercises: Sequence[ExerciseRow]
    columns: Sequence[Column]
    students: Sequence[StudentRow]
    mistakes: Sequence[MistakeCount]
    incidents: Sequence[Incident]
    changes: Sequence[Change] | None
    """None where there was no earlier run to compare with."""
    overrides: Sequence[Override]
    chain_broken_at: int | None
    levels: Mapping[str, int]
    commitment: str
    people: Mapping[str, Identity] = field(default_factory=dict)
    """Who the students are; empty unless names were asked for."""
    hints: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    """What to say about (exercise, function, mistake)."""
    quiz_title: str = ""
    attempts: str = "last"

    def name(self, pseudonym: str) -> str:
        """How a student is called in this report."""
        who = self.people.get(pseudonym)
        return (who.name if who.name.strip() else who.student) if who else pseudonym

    def short(self, exercise: int) -> str:
        """`17 Batch normalization`."""
        row = self.exercises[exercise]
        return f"{row.number:02d} {row.title}"

    def counts(self, column: int) -> Sequence[int]:
        """How many students have each status at a function, in the order of STATUSES."""
        return self._counts[column]

    @cached_property
    def _counts(self) -> Sequence[Sequence[int]]:
        """The counts of every column: they are asked for in many places, and a class has thousands of students."""
        width = len(self.columns)
        whole = b"".join(student.grid for student in self.students)
        columns = (whole[column::width] for column in range(width))
        return [[column.count(code) for code in range(len(STATUSES))] for column in columns]
