"""What a ledger gives to its readers: frozen rows, students under their pseudonyms."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final

MISSING: Final = "missing"  # nothing was handed in
PENDING: Final = "pending"  # handed in, not graded yet
BROKEN: Final = "broken"  # we failed, and there is no earlier mark


@dataclass(frozen=True)
class Identity:
    """Who a pseudonym is. `ids` are what learning platforms call the student: canvas, sis, login, moodle, github, sid.

    `listed` is whether the roster names them.
    """

    pseudonym: str
    student: str
    name: str = ""
    email: str = ""
    section: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    listed: bool = False


@dataclass(frozen=True)
class RunInfo:
    """One call of `grade class`: what graded, where, with which secret (its commitment only)."""

    number: int
    course: str
    started: datetime
    ended: datetime | None
    grader: str
    commitment: str
    environment: str
    level: str
    unsafe: bool
    python: str
    numpy: str


@dataclass(frozen=True)
class FunctionRow:
    """A function of an exercise and what it is worth."""

    name: str
    max_points: int


@dataclass(frozen=True)
class ExerciseRow:
    """An exercise of the run. `max_mark` is what it counts in the course: its points, or what the rules make of them."""

    id: str
    number: int
    title: str
    functions: tuple[FunctionRow, ...]
    max_mark: float
    weight: float
    deadline: datetime | None

    @property
    def max_points(self) -> int:
        """The points of its functions."""
        return sum(function.max_points for function in self.functions)


@dataclass(frozen=True)
class Override:
    """A mark set by hand: `function` is empty where it is the whole exercise's. `points` None takes an earlier one back."""

    id: int
    student: str
    exercise: str
    function: str
    points: float | None
    old: float | None
    reason: str
    author: str
    at: datetime


@dataclass(frozen=True)
class Reported:
    """A problem that a student noted with `grade report-problem`, from the manifest of their archive; their own words."""

    student: str
    at: str
    about: str
    text: str
    grader: str


@dataclass(frozen=True)
class Lateness:
    """How late a submission is and what that costs. `unknown` says that it is late by nobody knows how much."""

    deadline: datetime | None = None
    seconds: float = 0.0
    days: int = 0
    free_days: int = 0
    percent: float = 0.0
    unknown: bool = False

    @property
    def late(self) -> bool:
        """Whether it came after the deadline and its grace."""
        return self.unknown or self.days > 0


@dataclass(frozen=True, eq=False)
class Row:
    """The attempt that counts of one student at one exercise, or the lack of one.

    `points` are those of the result with the functions that were overridden; `mark` is after the late rule and in the
    exercise's scale. Both are None where there is no verdict: nothing handed in counts as 0, our own failure as None.
    `stale` says that the result is of an earlier version because the present one is not graded or broken.
    """

    student: str
    exercise: str
    status: str
    points: float | None
    max_points: float
    mark: float | None
    max_mark: float
    late: Lateness = Lateness()
    overrides: tuple[Override, ...] = ()
    submission: str = ""
    submitted_at: datetime | None = None
    attempt: int = 0
    attempts: int = 0
    note: str = ""
    stale: bool = False
    failure: str = ""
    level: str = ""
    wall_ms: float = 0.0
    cpu_ms: float | None = None
    key: str = ""
    packed: bytes = b""
    packed_aside: bytes = b""

    @cached_property
    def result(self) -> Mapping[str, Any] | None:
        """The result as it was graded (schema 1, canonical: no durations, printed text or environment), or None."""
        return unpack(self.packed) if self.packed else None

    @cached_property
    def printed(self) -> tuple[tuple[str, str, str], ...]:
        """What the submission printed: function, check and text; function and check are empty for what loading printed."""
        return tuple((function, check, text) for function, check, text in self._aside.get("printed", ()))

    @cached_property
    def stopped(self) -> Mapping[str, str]:
        """Where each function was that ran out of time ("line 3: while True:"); "" is for loading the file."""
        return dict(self._aside.get("stopped", {}))

    @cached_property
    def _aside(self) -> Mapping[str, Any]:
        return unpack(self.packed_aside) if self.packed_aside else {}


@dataclass(frozen=True)
class Total:
    """A student's mark over all exercises; `open` are those without a verdict, which are left out."""

    student: str
    mark: float
    max_mark: float
    open: tuple[str, ...] = ()


def pack(value: Any) -> bytes:
    """JSON with sorted keys, compressed: the same bytes for the same value."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return zlib.compress(text.encode("ascii"), 1)


def unpack(data: bytes) -> Any:
    """The value of packed bytes."""
    return json.loads(zlib.decompress(data))
