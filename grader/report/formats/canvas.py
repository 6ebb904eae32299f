"""Canvas's gradebook CSV, new or filled into the instructor's own export.

Canvas finds students by ID, SIS User ID or SIS Login ID, and assignments by the number in `Title (1234)` or else by the exact
title; a title that it does not know becomes a new assignment. So the safest file is its own export with our columns filled.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from grader.classroom import ClassError, ExerciseRow, Identity
from grader.report.escape import csv_cell, is_plain_cell
from grader.report.formats.numbers import number
from grader.report.formats.tables import lines
from grader.report.model import ClassReport, StudentRow

_HEAD: Final = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
# Canvas reads these as rows of its own; a student of that name is shown by id instead
_RESERVED: Final = re.compile(r"points possible|manual posting|^\W*student|^\W*test student", re.IGNORECASE)
_NUMBER_AT_END: Final = re.compile(r"\s*\((\d+)\)\s*$")


class Made(NamedTuple):
    """A file's lines, and what to tell the instructor."""

    lines: Iterator[str]
    remarks: Sequence[str]


def title(exercise: ExerciseRow) -> str:
    """The title of an exercise as an assignment; a number in brackets at its end would be read as Canvas's own id."""
    text = f"Exercise {exercise.number}: {exercise.title}"
    return csv_cell(_NUMBER_AT_END.sub(r" [\1]", text))


def gradebook(report: ClassReport) -> Made:
    """A gradebook of all exercises. Students are found by their Canvas, SIS or login id, else by the roster's id."""
    chosen, left_out = [], []
    fallen_back = 0
    for student in report.students:
        ids = _ids(report.people.get(student.pseudonym))
        if not any(ids):
            left_out.append(student.pseudonym)
            continue
        fallen_back += not any(_own_ids(report.people[student.pseudonym]))
        chosen.append((student, ids))
    remarks = []
    if left_out:
        remarks.append(
            f"canvas.csv leaves out {len(left_out)} students without an id that Canvas could find: {', '.join(left_out[:5])}"
            + (" ..." if len(left_out) > 5 else "")
        )
    if fallen_back:
        remarks.append(
            f"canvas.csv: {fallen_back} students have no Canvas id, so their roster id stands as SIS User ID"
        )
    return Made(lines(_rows(report, chosen)), remarks)


def _own_ids(who: Identity) -> tuple[str, str, str]:
    ids = tuple(who.ids.get(kind, "") for kind in ("canvas", "sis", "login"))
    canvas, sis, login = (one if is_plain_cell(one) else "" for one in ids)
    return canvas, sis, login


def _ids(who: Identity | None) -> tuple[str, str, str]:
    """ID, SIS User ID and SIS Login ID; one that would have to be changed for a spreadsheet names nobody and is left out."""
    if who is None:
        return "", "", ""
    canvas, sis, login = _own_ids(who)
    if not (canvas or sis or login) and who.listed and is_plain_cell(who.student):
        sis = who.student
    return canvas, sis, login


def _rows(report: ClassReport, students: Sequence[tuple[StudentRow, tuple[str, str, str]]]) -> Iterator[Sequence[str]]:
    quiz = [csv_cell(_NUMBER_AT_END.sub(r" [\1]", report.quiz_title))] if report.quiz_title else []
    yield [*_HEAD, *map(title, report.exercises), *quiz]
    most = max((student.quiz[1] for student, _ in students if student.quiz), default=0.0)
    yield ["    Points Possible", "", "", "", "", *(number(e.max_mark) for e in report.exercises)] + [
        number(most)
    ] * len(quiz)
    for student, ids in students:
        who = report.people[student.pseudonym]
        name = student.pseudonym if _RESERVED.search(who.name) else who.name or student.pseudonym
        marks = [number(cell.mark) for cell in student.cells]
        quiz_mark = [number(student.quiz[0] if student.quiz else None)] * len(quiz)
        yield [csv_cell(name), *ids, csv_cell(who.section), *marks, *quiz_mark]


# --- the instructor's own export -------------------------------------------------------------------------------------


def filled(report: ClassReport, path: Path) -> Made:
    """The export with our marks in the columns of our exercises; every other column and row stays. Raises ClassError."""
    table, delimiter = _read(path)
    columns = _columns(report, table[0])
    if not columns:
        wanted = f"{title(report.exercises[0])!r} or {report.exercises[0].id!r}" if report.exercises else "an exercise"
        raise ClassError(
            f"{path}: no column is called like an exercise", f"Create an assignment called {wanted} in Canvas."
        )
    found = _Finder(report, table[0])
    unknown = 0
    for row in table[1:]:
        row.extend([""] * (len(table[0]) - len(row)))
        if "Points Possible" in row[0]:
            continue
        student = found(row)
        unknown += student is None
        for column, exercise in columns.items():
            mark = student.cells[exercise].mark if student else None
            if mark is not None:
                row[column] = number(mark)
        row[0] = csv_cell(row[0])
    missing = [e.id for i, e in enumerate(report.exercises) if i not in columns.values()]
    remarks = [f"{path.name}: {unknown} rows are of no student of this run and stay as they are"] if unknown else []
    if missing:
        remarks.append(f"{path.name} has no column for {', '.join(missing[:8])}" + (" ..." if len(missing) > 8 else ""))
    return Made(lines(table, delimiter), remarks)


def _read(path: Path) -> tuple[list[list[str]], str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ClassError(f"{path} cannot be read as UTF-8 text", "Export the gradebook from Canvas again.") from error
    first = "\n".join(text.split("\n")[:3])
    delimiter = ";" if first.count(";") > first.count(",") else ","
    table = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    head = table[0] if table else []
    if len(head) <= 3 or "Student" not in head[0] or not any("Section" in cell for cell in head):
        raise ClassError(f"{path} is no gradebook of Canvas", "It begins with the columns Student, ID, ..., Section.")
    return table, delimiter


def _columns(report: ClassReport, head: Sequence[str]) -> dict[int, int]:
    """Which column is which exercise: by our title, the exercise's own title or its id, whatever number Canvas added."""
    wanted: dict[str, int] = {}
    for number_, exercise in enumerate(report.exercises):
        for name in (exercise.id, exercise.title, title(exercise), _NUMBER_AT_END.sub(r" [\1]", exercise.title)):
            wanted.setdefault(name.casefold(), number_)
    start = next(i for i, cell in enumerate(head) if "Section" in cell) + 1
    plain = ((i, _NUMBER_AT_END.sub("", head[i]).strip().casefold()) for i in range(start, len(head)))
    return {i: wanted[name] for i, name in plain if name in wanted}


class _Finder:
    """Finds the student of a row in Canvas's own order: ID, SIS User ID, SIS Login ID."""

    def __init__(self, report: ClassReport, head: Sequence[str]) -> None:
        rows = {student.pseudonym: student for student in report.students}
        self.places = [head.index(name) for name in _HEAD[1:4] if name in head]
        kinds = [kind for name, kind in zip(_HEAD[1:4], ("canvas", "sis", "login")) if name in head]
        self.known: list[Mapping[str, StudentRow]] = [
            {who.ids[kind]: rows[p] for p, who in report.people.items() if kind in who.ids and p in rows}
            for kind in kinds
        ]

    def __call__(self, row: Sequence[str]) -> StudentRow | None:
        for place, known in zip(self.places, self.known):
            if row[place] and row[place] in known:
                return known[row[place]]
        return None
