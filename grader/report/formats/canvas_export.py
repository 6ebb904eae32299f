"""Fills the gradebook that Canvas exported: our columns, nothing else."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from grader.classroom import ClassError
from grader.render.text import counted
from grader.report.escape import csv_cell
from grader.report.formats.canvas import HEAD, KINDS, NUMBER_AT_END, Made, assignment, shared_ids, title
from grader.report.formats.numbers import number
from grader.report.formats.tables import lines
from grader.report.model import ClassReport, StudentRow

_EXCUSED: Final = "EX"
_QUIZ: Final = -1  # in place of the number of an exercise


def filled(report: ClassReport, path: Path) -> Made:
    """The export with our marks in the columns of our exercises and of the quiz; all the rest stays. Raises ClassError.

    Columns that Canvas marks as read only and cells of excused students (EX) stay too.
    """
    table, delimiter = _read(path)
    wanted = _columns(report, table[0])
    if not wanted:
        first = f"{title(report.exercises[0])!r} or {report.exercises[0].id!r}" if report.exercises else "an exercise"
        raise ClassError(
            f"{path}: no column is called like an exercise", f"Create an assignment called {first} in Canvas."
        )
    fixed = _read_only(table)
    columns = {column: exercise for column, exercise in wanted.items() if column not in fixed}
    excused, unknown = _fill(report, table, columns)
    missing = [e.id for i, e in enumerate(report.exercises) if i not in wanted.values()]
    remarks = [
        (unknown, f"left as it is, of no student of this run: {counted(unknown, 'row')}"),
        (excused, f"left as it is, says {_EXCUSED} (excused): {counted(excused, 'cell')}"),
        (
            len(scales := _other_scales(report, table, columns)),
            f"Canvas has other points possible: {'; '.join(scales)}",
        ),
        (len(wanted) - len(columns), f"read only for Canvas, left as they are: {_names(report, wanted, fixed)}"),
        (len(missing), f"no column for {', '.join(missing[:8])}" + (" ..." if len(missing) > 8 else "")),
    ]
    return Made(lines(table, delimiter), [f"{path.name}: {words}" for count, words in remarks if count])


def _names(report: ClassReport, wanted: Mapping[int, int], fixed: frozenset[int]) -> str:
    places = [exercise for column, exercise in wanted.items() if column in fixed]
    return ", ".join(_name(report, place) for place in places)


def _name(report: ClassReport, place: int) -> str:
    return report.quiz_title if place == _QUIZ else report.exercises[place].id


def _fill(report: ClassReport, table: Sequence[list[str]], columns: Mapping[int, int]) -> tuple[int, int]:
    """Writes our marks into the rows of our students; how many cells are excused, how many rows of nobody."""
    find = _Finder(report, table[0])
    excused = unknown = 0
    for row in table[1:]:
        row.extend([""] * (len(table[0]) - len(row)))
        if _is_canvas_own(row):
            continue
        student = find(row)
        unknown += student is None
        for column, exercise in columns.items():
            mark = _mark(student, exercise) if student else None
            if mark is None:
                continue
            if row[column].strip().upper() == _EXCUSED:
                excused += 1
            else:
                row[column] = number(mark)
        row[0] = csv_cell(row[0])
    return excused, unknown


def _mark(student: StudentRow, exercise: int) -> float | None:
    if exercise == _QUIZ:
        return student.quiz[0] if student.quiz else None
    return student.cells[exercise].mark


def _is_canvas_own(row: Sequence[str]) -> bool:
    """Whether a row is none of a student: the points possible, the posting policies, the test student."""
    return (
        "Points Possible" in row[0]
        or any("manual posting" in cell.casefold() for cell in row)
        or row[0].strip() in ("", "Student, Test")
    )


def _other_scales(report: ClassReport, table: Sequence[Sequence[str]], columns: Mapping[int, int]) -> list[str]:
    """The columns whose marks Canvas would show out of another number of points than they are of."""
    possible = next((row for row in table[1:] if row and "Points Possible" in row[0]), ())
    most = max((student.quiz[1] for student in report.students if student.quiz), default=0.0)
    made = []
    for column, place in columns.items():
        ours = number(most if place == _QUIZ else report.exercises[place].max_mark)
        theirs = possible[column].strip() if column < len(possible) else ""
        if theirs and _as_number(theirs) != _as_number(ours):
            made.append(f"{_name(report, place)} {theirs}, here {ours}")
    return made


def _as_number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _read_only(table: Sequence[Sequence[str]]) -> frozenset[int]:
    """The columns of which the row of points possible says that Canvas does not read them."""
    row = next((row for row in table[1:] if row and "Points Possible" in row[0]), ())
    return frozenset(i for i, cell in enumerate(row) if "(read only)" in cell.casefold())


def _read(path: Path) -> tuple[list[list[str]], str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ClassError(f"{path}: {error.strerror}", "Name the file that Canvas exported.") from error
    except UnicodeDecodeError as error:
        raise ClassError(f"{path} is no UTF-8 text", "Export the gradebook from Canvas again.") from error
    first = "\n".join(text.split("\n")[:3])
    delimiter = ";" if first.count(";") > first.count(",") else ","
    try:
        table = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    except csv.Error as error:
        raise ClassError(f"{path} is no CSV file: {error}", "Export the gradebook from Canvas again.") from error
    head = table[0] if table else []
    if len(head) <= 3 or "Student" not in head[0] or not any("Section" in cell for cell in head):
        raise ClassError(f"{path} is no gradebook of Canvas", "It begins with the columns Student, ID, ..., Section.")
    return table, delimiter


def _columns(report: ClassReport, head: Sequence[str]) -> dict[int, int]:
    """Which column is which exercise: by our title, the exercise's own title or its id, whatever number Canvas added."""
    wanted: dict[str, int] = {}
    for place, exercise in enumerate(report.exercises):
        for name in (exercise.id, exercise.title, title(exercise), assignment(exercise.title)):
            wanted.setdefault(name.casefold(), place)
    if report.quiz_title:
        for name in (report.quiz_title, assignment(report.quiz_title)):
            wanted.setdefault(name.casefold(), _QUIZ)
    start = next(i for i, cell in enumerate(head) if "Section" in cell) + 1
    named = ((i, name) for i in range(start, len(head)) for name in (NUMBER_AT_END.sub("", head[i]).strip(), head[i]))
    return {i: wanted[name.casefold()] for i, name in named if name.casefold() in wanted}


class _Finder:
    """Finds the student of a row in Canvas's own order: ID, SIS User ID, SIS Login ID."""

    def __init__(self, report: ClassReport, head: Sequence[str]) -> None:
        rows = {student.pseudonym: student for student in report.students}
        own = {pseudonym: who.ids for pseudonym, who in report.people.items() if pseudonym in rows}
        shared = shared_ids(report.people)
        self.known: list[tuple[int, Mapping[str, StudentRow]]] = [
            (
                head.index(name),
                {ids[kind]: rows[p] for p, ids in own.items() if ids.get(kind) and (kind, ids[kind]) not in shared},
            )
            for name, kind in zip(HEAD[1:4], KINDS)
            if name in head
        ]

    def __call__(self, row: Sequence[str]) -> StudentRow | None:
        for place, known in self.known:
            if row[place] in known:
                return known[row[place]]
        return None
