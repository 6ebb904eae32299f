"""A gradebook CSV for Canvas.

Canvas finds students by ID, SIS User ID or SIS Login ID, and assignments by the number in `Title (1234)` or else by the exact
title; a title that it does not know becomes a new assignment. So its own export, filled, is safer: see `canvas_export`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from grader.classroom import ExerciseRow, Identity
from grader.render.text import counted
from grader.report.escape import csv_cell, is_plain_cell
from grader.report.formats.numbers import number
from grader.report.formats.tables import lines
from grader.report.model import ClassReport, StudentRow

# The columns that Canvas looks for.
HEAD: Final = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
# What we call the ids of its columns.
KINDS: Final = ("canvas", "sis", "login")
# Canvas reads these as rows of its own; a student of that name is shown by id instead
_RESERVED: Final = re.compile(r"points possible|manual posting|^\W*student|^\W*test student", re.IGNORECASE)
NUMBER_AT_END: Final = re.compile(r"\s*\((\d+)\)\s*$")


class Made(NamedTuple):
    """A file's lines, and what to tell the instructor."""

    lines: Iterator[str]
    remarks: Sequence[str]


class Ids(NamedTuple):
    """What Canvas may find a student by; empty where there is none, or none that is safe to write."""

    canvas: str
    sis: str
    login: str


def title(exercise: ExerciseRow) -> str:
    """The title of an exercise as an assignment; a number in brackets at its end would be read as Canvas's own id."""
    return assignment(f"Exercise {exercise.number}: {exercise.title}")


def assignment(text: str) -> str:
    """A text as the title of an assignment."""
    return csv_cell(NUMBER_AT_END.sub(r" [\1]", text))


def gradebook(report: ClassReport) -> Made:
    """A gradebook of all exercises. Students are found by their Canvas, SIS or login id, else by the roster's id."""
    shared = shared_ids(report.people)
    chosen, left_out = [], []
    fallen_back = 0
    for student in report.students:
        who = report.people.get(student.pseudonym)
        own = _own_ids(who, shared)
        ids = own if any(own) else Ids("", _roster_id(who), "")
        if who is None or not any(ids):
            left_out.append(student.pseudonym)
            continue
        fallen_back += not any(own)
        chosen.append((student, who, ids))
    remarks = []
    if left_out:
        remarks.append(
            f"canvas.csv leaves out {counted(len(left_out), 'student')} without an id of their own that Canvas could find: "
            f"{', '.join(left_out[:5])}" + (" ..." if len(left_out) > 5 else "")
        )
    if fallen_back:
        remarks.append(
            f"canvas.csv: the roster's id stands as SIS User ID of {counted(fallen_back, 'student')} without a Canvas id"
        )
    return Made(lines(_rows(report, chosen)), remarks)


def shared_ids(people: Mapping[str, Identity]) -> frozenset[tuple[str, str]]:
    """(kind, id) that two students have: one's marks would stand at the other's."""
    counts = Counter((kind, who.ids[kind]) for who in people.values() for kind in KINDS if who.ids.get(kind))
    return frozenset(key for key, count in counts.items() if count > 1)


def _own_ids(who: Identity | None, shared: frozenset[tuple[str, str]]) -> Ids:
    """The ids; one that would have to be changed for a spreadsheet names nobody and is left out."""

    def safe(kind: str) -> str:
        text = who.ids.get(kind, "") if who else ""
        return text if is_plain_cell(text) and (kind, text) not in shared else ""

    return Ids(*map(safe, KINDS))


def _roster_id(who: Identity | None) -> str:
    return who.student if who and who.listed and is_plain_cell(who.student) else ""


def _rows(report: ClassReport, students: Sequence[tuple[StudentRow, Identity, Ids]]) -> Iterator[Sequence[str]]:
    quiz = [assignment(report.quiz_title)] if report.quiz_title else []
    yield [*HEAD, *map(title, report.exercises), *quiz]
    most = max((student.quiz[1] for student, _, _ in students if student.quiz), default=0.0)
    points = [number(exercise.max_mark) for exercise in report.exercises]
    yield ["    Points Possible", *[""] * (len(HEAD) - 1), *points, *[number(most)] * len(quiz)]
    for student, who, ids in students:
        name = student.pseudonym if _RESERVED.search(who.name) else who.name or student.pseudonym
        marks = [number(cell.mark) for cell in student.cells]
        quiz_mark = [number(student.quiz[0] if student.quiz else None)] * len(quiz)
        yield [csv_cell(name), *ids, csv_cell(who.section), *marks, *quiz_mark]
