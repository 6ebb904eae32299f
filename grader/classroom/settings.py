"""Reads the rules of a class from the course's pyproject.toml, with every mistake named by its key.

[tool.grade.class]
timezone = "Europe/Berlin"
attempts = "last"                        # or "best", "first"
exercises = ["exercise17", "lstm"]       # a subset; all if left out
students_see = ["points", "status", "mistakes", "hints"]
trust_file_times = false
call_seconds = 5                         # one call of a student's function, in class runs
deadlines = { exercise17 = "2026-03-01 23:59" }
points = { exercise17 = 10 }
weights = { exercise17 = 2 }
late = { percent_per_day = 10, cap = 50, grace_minutes = 15, late_days_budget = 3 }
extensions = { alice = { exercise17 = "2026-03-08 23:59" }, bob = { days = 3 } }
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timezone, tzinfo
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grader.catalog import CatalogError, CourseFault, resolve
from grader.classroom.rules import ATTEMPTS, SEES, Rules, later

if TYPE_CHECKING:
    from grader.catalog import Course

_KEYS: Final = (
    *("timezone", "attempts", "exercises", "students_see", "trust_file_times", "call_seconds", "deadlines", "points"),
    *("weights", "late", "extensions"),
)
_LATE: Final = {"percent_per_day": 100.0, "cap": 100.0, "grace_minutes": 1e6, "late_days_budget": 1000.0}


def read_rules(course: Course) -> Rules:
    """The rules of a course; the default ones if it has none. CourseFault names file and key."""
    path = course.root / "pyproject.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Rules()
    except UnicodeDecodeError as error:  # silently without rules, deadlines would be lost
        raise CourseFault(f"{path} is not UTF-8", "Save it as UTF-8.") from error
    except OSError as error:
        raise CourseFault(f"{path}: {error.strerror}", "Make it readable: it may hold rules.") from error
    tomllib = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")  # tomli is tomllib's earlier name
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CourseFault(f"{path}: {error}", "Correct the TOML.") from error
    for name in ("tool", "grade", "class"):
        if not isinstance(table, dict):
            raise CourseFault(f"{path}: {name!r} is to be set in what is no table", "Write [tool.grade.class].")
        table = table.get(name, {})
    return _Reader(course, path).rules(table)


class _Reader:
    """Checks the table key by key."""

    def __init__(self, course: Course, path: Path) -> None:
        self.course = course
        self.path = path

    def fault(self, key: str, problem: str, hint: str = "") -> CourseFault:
        where = f"[tool.grade.class] {key}" if key else "[tool.grade.class]"
        return CourseFault(f"{self.path}: {where} {problem}", hint)

    def rules(self, table: Any) -> Rules:
        if not isinstance(table, dict):
            raise self.fault("", "must be a table")
        self.known("", table, _KEYS)
        zone = self.zone(table.get("timezone", "UTC"))
        deadlines = self.by_exercise("deadlines", table, lambda key, value: self.when(key, value, zone))
        late = self.late(table.get("late", {}))
        seconds = self.number("call_seconds", table["call_seconds"], 3600.0) if "call_seconds" in table else None
        if seconds == 0:
            raise self.fault("call_seconds", "must be above 0")
        return Rules(
            timezone=table.get("timezone", "UTC"),
            attempts=self.one_of("attempts", table.get("attempts", "last"), ATTEMPTS),
            exercises=tuple(self.exercise("exercises", word) for word in self.texts("exercises", table)),
            deadlines=deadlines,
            extensions=self.extensions(table.get("extensions", {}), deadlines, zone),
            percent_per_day=late["percent_per_day"],
            cap=late["cap"],
            grace_minutes=late["grace_minutes"],
            late_days_budget=int(late["late_days_budget"]),
            points=self.by_exercise("points", table, lambda key, value: self.number(key, value, 1e6)),
            weights=self.by_exercise("weights", table, lambda key, value: self.number(key, value, 1e6)),
            students_see=tuple(self.one_of("students_see", w, SEES) for w in self.texts("students_see", table, SEES)),
            trust_file_times=self.flag("trust_file_times", table.get("trust_file_times", False)),
            call_seconds=seconds,
        )

    def known(self, key: str, table: Mapping[str, Any], names: Sequence[str]) -> None:
        """CourseFault if a table has a setting that there is none of."""
        unknown = next((name for name in table if name not in names), None)
        if unknown is not None:
            near = get_close_matches(unknown, names, 1, 0.5)
            guess = f"Did you mean {near[0]}? " if near else ""
            raise self.fault(key, f"has no setting {unknown!r}", f"{guess}There are {', '.join(names)}.")

    def exercise(self, key: str, word: Any) -> str:
        """The id of the exercise that a word means."""
        try:
            return resolve(self.course, str(word)).exercise.id
        except CatalogError as error:
            raise self.fault(key, f"names {word!r}: {error}", error.hint) from error

    def by_exercise(self, key: str, table: Mapping[str, Any], read: Callable[[str, Any], Any]) -> dict[str, Any]:
        values = table.get(key, {})
        if not isinstance(values, dict):
            raise self.fault(key, "must be a table of exercises")
        made = {self.exercise(key, word): read(f"{key}.{word}", value) for word, value in values.items()}
        if len(made) < len(values):
            raise self.fault(key, "names an exercise twice")
        return made

    def late(self, table: Any) -> dict[str, float]:
        if not isinstance(table, dict):
            raise self.fault("late", f"must be a table with {', '.join(_LATE)}")
        self.known("late", table, tuple(_LATE))
        default = {"percent_per_day": 0.0, "cap": 100.0, "grace_minutes": 0.0, "late_days_budget": 0.0}
        given = {name: self.number(f"late.{name}", value, _LATE[name]) for name, value in table.items()}
        if given.get("late_days_budget", 0.0) % 1:
            raise self.fault("late.late_days_budget", "must be a whole number of days")
        return {**default, **given}

    def extensions(self, table: Any, deadlines: Mapping[str, datetime], zone: tzinfo) -> dict[str, dict[str, datetime]]:
        if not isinstance(table, dict) or not all(isinstance(given, dict) for given in table.values()):
            raise self.fault("extensions", "must be a table of students, each with exercises or days")
        made = {}
        for student, given in table.items():
            where = f"extensions.{student}"
            days = self.number(f"{where}.days", given.get("days", 0), 1000.0)
            until = {exercise: later(at, days) for exercise, at in deadlines.items()} if days else {}
            for word, value in given.items():
                if word != "days":
                    until[self.exercise(where, word)] = self.when(f"{where}.{word}", value, zone)
            made[student] = until
        return made

    def when(self, key: str, value: Any, zone: tzinfo) -> datetime:
        """A time: with an offset of its own, else in the course's time zone; a bare date means the end of that day."""
        if isinstance(value, str):
            try:
                value = (
                    date.fromisoformat(value)
                    if len(value) == 10
                    else datetime.fromisoformat(value.replace("Z", "+00:00"))
                )
            except ValueError as error:
                raise self.fault(key, f"is {value!r}, which is no time", 'Write "2026-03-01 23:59".') from error
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime.combine(value, time(23, 59, 59))
        if not isinstance(value, datetime):
            raise self.fault(key, "must be a time", 'Write "2026-03-01 23:59".')
        return value if value.tzinfo else value.replace(tzinfo=zone)

    def zone(self, name: Any) -> tzinfo:
        if name == "UTC":
            return timezone.utc
        zoneinfo = import_module("zoneinfo")
        try:
            return zoneinfo.ZoneInfo(name)
        except Exception as error:  # an unknown name raises KeyError, ValueError or OSError, by how it is wrong
            hint = 'Write a name such as "Europe/Berlin"; on Windows, pip install tzdata.'
            raise self.fault("timezone", f"is {name!r}, which this system does not know", hint) from error

    def number(self, key: str, value: Any, most: float) -> float:
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= most:
            raise self.fault(key, f"must be a number from 0 to {most:g}")
        return float(value)

    def flag(self, key: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self.fault(key, "must be true or false")
        return value

    def one_of(self, key: str, value: Any, choices: tuple[str, ...]) -> str:
        if value not in choices:
            raise self.fault(key, f"must be one of {', '.join(choices)}, not {value!r}")
        return str(value)

    def texts(self, key: str, table: Mapping[str, Any], default: tuple[str, ...] = ()) -> list[str]:
        values = table.get(key, list(default))
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise self.fault(key, "must be a list of texts")
        return values
