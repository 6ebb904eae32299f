"""Moodle: the gradebook CSV, grading worksheets, and where feedback goes in its zip.

The import of a gradebook stops at the first unknown student or number, so whoever could be one is left out and named. A
worksheet's row is skipped where Moodle's grade is newer than `Last modified (grade)`, which is the end of the run, or where
the mark is out of range.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from grader.classroom import Identity
from grader.render.text import counted
from grader.report.escape import csv_cell, file_name, is_plain_cell
from grader.report.formats.canvas import Made
from grader.report.formats.numbers import number
from grader.report.formats.tables import lines
from grader.report.model import ClassReport, StudentRow

ALL: Final = "all"  # in place of an exercise's id, for an assignment in which students handed in all exercises
_WORKSHEET: Final = (
    *("Identifier", "Full name", "Email address", "Grade", "Maximum Grade"),
    "Last modified (grade)",
)


def gradebook(report: ClassReport) -> Made:
    """A row a student, found by email address: `-` is no grade. No feedback column: one without a grade erases grades."""
    addresses = Counter(who.email.strip() for who in report.people.values())
    has_roster = any(who.listed for who in report.people.values())
    chosen: list[tuple[StudentRow, str]] = []
    left_out: list[StudentRow] = []
    for student in report.students:
        email = _address(report.people.get(student.pseudonym), addresses, has_roster)
        if email:
            chosen.append((student, email))
        else:
            left_out.append(student)
    names = ", ".join(student.pseudonym for student in left_out[:5]) + (" ..." if len(left_out) > 5 else "")
    why = "without an address of their own or not on the roster" if has_roster else "without an address of their own"
    remarks = [f"moodle.csv leaves out {counted(len(left_out), 'student')} {why}: {names}"] if left_out else []
    return Made(lines(_rows(report, chosen)), remarks)


def _address(who: Identity | None, addresses: Counter[str], has_roster: bool) -> str:
    """The address by which Moodle finds a student, or empty.

    Moodle compares exactly; an address that two students share would put one's marks over the other's, and one that no
    roster vouches for (a student typed it) may be unknown and stop the import.
    """
    email = who.email.strip() if who else ""
    known = who is not None and (who.listed or not has_roster)
    return email if known and "@" in email and is_plain_cell(email) and addresses[email] == 1 else ""


def _rows(report: ClassReport, students: Iterable[tuple[StudentRow, str]]) -> Iterator[Sequence[str]]:
    quiz = [csv_cell(report.quiz_title)] if report.quiz_title else []
    yield ["Email address", *(csv_cell(f"Exercise {e.number}: {e.title}") for e in report.exercises), *quiz]
    for student, email in students:
        marks = [number(cell.mark) or "-" for cell in student.cells]
        yield [email, *marks, *([number(student.quiz[0] if student.quiz else None) or "-"] * len(quiz))]


# --- an assignment ---------------------------------------------------------------------------------------------------


class Worksheet(NamedTuple):
    """A grading worksheet: its file's name, its lines, and how many marks Moodle would skip as out of range."""

    name: str
    lines: Iterator[str]
    out_of_range: int


def participant(who: Identity | None) -> str:
    """The number of the participant in Moodle's assignment, or empty."""
    text = who.ids.get("moodle", "") if who else ""
    return text if text.isascii() and text.isdigit() and len(text) < 20 else ""


def worksheets(report: ClassReport) -> Iterator[Worksheet]:
    """A worksheet for each exercise, and one of the whole marks where there are several.

    Participants are numbered anew in every assignment: a worksheet is for the one whose download was graded.
    """
    for index, exercise in enumerate(report.exercises):
        marks = [student.cells[index].mark for student in report.students]
        yield _worksheet(report, exercise.id, marks, exercise.max_mark)
    if len(report.exercises) > 1:
        # where an exercise has no verdict yet there is no whole mark
        whole = [None if any(c.mark is None for c in s.cells) else s.mark for s in report.students]
        yield _worksheet(report, ALL, whole, sum(e.weight * e.max_mark for e in report.exercises))


def _worksheet(report: ClassReport, name: str, marks: Sequence[float | None], most: float) -> Worksheet:
    rows, out_of_range = [], 0
    for student, mark in zip(report.students, marks):
        who = report.people.get(student.pseudonym)
        if who is None or not participant(who) or mark is None:
            continue
        if 0 <= mark <= most:
            rows.append((who, mark))
        else:
            out_of_range += 1
    return Worksheet(f"moodle_{name}.csv", lines(_worksheet_rows(report, rows, most)), out_of_range)


def _worksheet_rows(
    report: ClassReport, rows: Iterable[tuple[Identity, float]], most: float
) -> Iterator[Sequence[str]]:
    ended = report.info.ended or report.info.started if report.info else None
    at = ended.strftime("%Y-%m-%d %H:%M:%S +0000") if ended else ""
    yield _WORKSHEET
    for who, mark in rows:
        texts = (csv_cell(who.name), csv_cell(who.email), number(mark), number(most), at)
        yield [f"Participant {participant(who)}", *texts]


def feedback_member(who: Identity) -> str:
    """The folder of a participant in the feedback zip: Moodle reads the number in its second part, so the name has no `_`."""
    return f"{file_name(who.name, 'Participant')}_{participant(who)}_assignsubmission_file_"
