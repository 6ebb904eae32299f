"""Marks of a quiz (`grade quiz mark`), matched with the students of a run by their ids; nobody is guessed by name."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from grader.classroom import ClassError, Identity
from grader.report.model import ClassReport

_HINT: Final = "Give the marks.json or marks.csv that `grade quiz mark` wrote."
_LARGEST: Final = 64 << 20


@dataclass(frozen=True)
class QuizMarks:
    """Points and the most that could be had, by pseudonym; `unmatched` are ids that mean no student, or more than one."""

    title: str
    marks: Mapping[str, tuple[float, float]]
    unmatched: tuple[str, ...]


class QuizGlance(NamedTuple):
    """How many papers of students of the class there are, and their mean as a share of the most points."""

    papers: int
    mean: float


def quiz_glance(report: ClassReport) -> QuizGlance | None:
    """The quiz in numbers; None where none was given or nobody of the class wrote it."""
    shares = [s.quiz[0] / s.quiz[1] for s in report.students if s.quiz and s.quiz[1] > 0]
    return QuizGlance(len(shares), sum(shares) / len(shares)) if report.quiz_title and shares else None


def read_quiz(path: Path, people: Mapping[str, Identity]) -> QuizMarks:
    """The marks of a file, or of the folder that holds marks.json; raises ClassError."""
    file = path / "marks.json" if path.is_dir() else path
    title, rows = _read(file)
    known = _by_id(people)
    marks: dict[str, tuple[float, float]] = {}
    unmatched = []
    for student, points, most in rows:
        found = known.get(student.casefold(), set())
        if len(found) != 1 or (name := next(iter(found))) in marks:
            unmatched.append(student)
            continue
        marks[name] = (points, most)
    return QuizMarks(title, marks, tuple(unmatched))


def _by_id(people: Mapping[str, Identity]) -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for who in people.values():
        for word in (who.pseudonym, who.student, who.email, *who.ids.values()):
            if word:
                known.setdefault(word.casefold(), set()).add(who.pseudonym)
    return known


def _read(file: Path) -> tuple[str, list[tuple[str, float, float]]]:
    try:
        if file.stat().st_size > _LARGEST:
            raise ClassError(f"{file} is larger than 64 MiB", _HINT)
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ClassError(f"{file}: {getattr(error, 'strerror', None) or 'is no text'}", _HINT) from error
    try:
        return _from_json(json.loads(text)) if file.suffix == ".json" else ("Quiz", _from_csv(text))
    except (ValueError, KeyError, TypeError, csv.Error, RecursionError) as error:
        raise ClassError(f"{file} holds no quiz marks: {type(error).__name__}: {error}", _HINT) from error


def _from_json(document: Any) -> tuple[str, list[tuple[str, float, float]]]:
    rows = [(str(p["student"]), _number(p["points"]), _number(p["max_points"])) for p in document["papers"]]
    return str(document.get("title") or "Quiz"), rows


def _from_csv(text: str) -> list[tuple[str, float, float]]:
    rows = csv.DictReader(text.splitlines())
    if missing := {"id", "points", "max_points"} - set(rows.fieldnames or ()):
        raise ValueError(f"there is no column {', '.join(sorted(missing))}")
    return [(row["id"], _number(row["points"]), _number(row["max_points"])) for row in rows]


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value!r} is no number of points")
    return number
