"""The course's rules for marks, [tool.grade.class]: deadlines, late rules, attempts, points, what students see.

Marks are a function of results, overrides and these rules, computed when they are read; no result is ever changed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache
from importlib import import_module
from typing import Any, Final

from grader.classroom.model import Lateness

ATTEMPTS: Final = ("last", "best", "first")
SEES: Final = ("points", "status", "mistakes", "hints")
DAY_SECONDS: Final = 86400.0


@dataclass(frozen=True)
class Rules:
    """The rules of a class. Students of `extensions` are ids as the course knows them, or pseudonyms in a ledger.

    `exercises` are those that count, all if empty; `points` what an exercise counts, its functions' points if not
    given; `weights` multiply that. `trust_file_times` takes a file's date for the time of submission.
    """

    timezone: str = "UTC"
    attempts: str = "last"
    exercises: tuple[str, ...] = ()
    deadlines: Mapping[str, datetime] = field(default_factory=dict)
    extensions: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)
    percent_per_day: float = 0.0
    cap: float = 100.0
    grace_minutes: float = 0.0
    late_days_budget: int = 0
    points: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    students_see: tuple[str, ...] = SEES
    trust_file_times: bool = False
    call_seconds: float | None = None

    def deadline(self, student: str, exercise: str) -> datetime | None:
        """When a student's work at an exercise is due, extensions included."""
        return self.extensions.get(student, {}).get(exercise, self.deadlines.get(exercise))

    def lateness(self, deadline: datetime | None, submitted: datetime | None, flagged: bool, budget: int) -> Lateness:
        """How late something is, and what it costs while `budget` late days are left.

        `flagged` is a platform's remark that it is late. Started days count after the minutes of grace; a day ends at the
        same time by the clock on the wall, also where that clock is put forward or back.
        """
        if submitted is None:
            return Lateness(deadline, unknown=flagged)
        if deadline is None:
            return Lateness()
        seconds = (submitted - deadline).total_seconds()
        if seconds <= 60 * self.grace_minutes:
            return Lateness(deadline, max(seconds, 0.0))
        by_the_clock = _wall(submitted, self.timezone) - _wall(deadline, self.timezone)
        days = max(1, math.ceil((by_the_clock.total_seconds() - 60 * self.grace_minutes) / DAY_SECONDS))
        free = min(days, budget)
        return Lateness(deadline, seconds, days, free, min(self.cap, self.percent_per_day * (days - free)))

    def for_pseudonyms(self, pseudonym_of: Callable[[str], str | None]) -> Rules:
        """The same rules with pseudonyms for students; students that there are none for are left out."""
        known = {pseudonym_of(student): until for student, until in self.extensions.items()}
        return replace(self, extensions={student: until for student, until in known.items() if student is not None})

    def to_json(self) -> dict[str, Any]:
        """The rules as a ledger keeps them."""
        return {
            **{name: getattr(self, name) for name in _PLAIN},
            **{name: list(getattr(self, name)) for name in ("exercises", "students_see")},
            **{name: dict(getattr(self, name)) for name in ("points", "weights")},
            "deadlines": {exercise: at.isoformat() for exercise, at in self.deadlines.items()},
            "extensions": {
                student: {exercise: at.isoformat() for exercise, at in until.items()}
                for student, until in self.extensions.items()
            },
        }


_PLAIN: Final = (
    *("timezone", "attempts", "percent_per_day", "cap", "grace_minutes", "late_days_budget", "trust_file_times"),
    "call_seconds",
)


def from_json(data: Mapping[str, Any]) -> Rules:
    """The rules that `to_json` gave."""
    return Rules(
        **{name: data[name] for name in _PLAIN},
        exercises=tuple(data["exercises"]),
        students_see=tuple(data["students_see"]),
        points=data["points"],
        weights=data["weights"],
        deadlines={exercise: datetime.fromisoformat(at) for exercise, at in data["deadlines"].items()},
        extensions={
            student: {exercise: datetime.fromisoformat(at) for exercise, at in until.items()}
            for student, until in data["extensions"].items()
        },
    )


def _wall(at: datetime, zone: str) -> datetime:
    """What the clock on the wall shows, without its zone; UTC where the system does not know the zone."""
    return at.astimezone(_zone(zone)).replace(tzinfo=None)


@cache
def _zone(name: str) -> tzinfo:
    if name != "UTC":
        zoneinfo = import_module("zoneinfo")
        with suppress(Exception):  # an unknown name raises KeyError, ValueError or OSError, by how it is wrong
            zone: tzinfo = zoneinfo.ZoneInfo(name)
            return zone
    return timezone.utc


def later(at: datetime, days: float) -> datetime:
    """A deadline some days later, at the same time of the day by the clock on the wall."""
    return at + timedelta(days=days)
