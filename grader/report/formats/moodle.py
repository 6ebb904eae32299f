"""Moodle: the gradebook CSV, a grading worksheet for each exercise, and where feedback goes in its zip.

The import of a gradebook stops at the first unknown student or number, so whoever could be one is left out and named. A
worksheet's row is skipped where Moodle's grade is newer than `Last modified (grade)`: that is the end of the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from grader.classroom import Identity
from grader.report.escape import csv_cell, file_name, is_plain_cell
from grader.report.formats.canvas import Made
from grader.report.formats.numbers import number
from grader.report.formats.tables import lines
from grader.report.model import ClassReport, StudentRow

_WORKSHEET: Final = (
    *("Identifier", "Full name", "Email address", "Grade", "Maximum Grade"),
    "Last modified (grade)",
)


def gradebook(report: ClassReport) -> Made:
    """A row a student, found by email address: `-` is no grade. No feedback column: one without a grade erases grades."""
    people = [report.people.get(student.pseudonym) for student in report.students]
    emails = [who.email.strip() if who else "" for who in people]
    chosen: list[tuple[StudentRow, str]] = []
    left_out: list[tuple[StudentRow, str]] = []
    for student, email in zip(report.students, emails):
        # Moodle compares exactly; an address that two students share would put one's marks over the other's
        usable = "@" in email and is_plain_cell(email) and emails.count(email) == 1
        (chosen if usable else left_out).append((student, email))
    names = ", ".join(student.pseudonym for student, _ in left_out[:5])
    remarks = (
        [f"moodle.csv leaves out {len(left_out)} students without an email address of their own: {names}"]
        if left_out
        else []
    )

    def rows() -> Iterator[Sequence[str]]:
        quiz = [csv_cell(report.quiz_title)] if report.quiz_title else []
        yield ["Email address", *(csv_cell(f"Exercise {e.number}: {e.title}") for e in report.exercises), *quiz]
        for student, email in chosen:
            marks = [number(cell.mark) or "-" for cell in student.cells]
            yield [email, *marks, *([number(student.quiz[0] if student.quiz else None) or "-"] * len(quiz))]

    return Made(lines(rows()), remarks)


def participant(who: Identity | None) -> str:
    """The number of the participant in Moodle's assignment, or empty."""
    text = who.ids.get("moodle", "") if who else ""
    return text if text.isascii() and text.isdigit() and len(text) < 20 else ""


def worksheets(report: ClassReport) -> Iterator[tuple[str, Iterator[str]]]:
    """A grading worksheet for each exercise: its file's name and lines. Only participants that Moodle numbered are in it."""
    ended = report.info.ended or report.info.started if report.info else None
    at = ended.strftime("%Y-%m-%d %H:%M:%S +0000") if ended else ""
    for index, exercise in enumerate(report.exercises):
        yield f"moodle_{exercise.id}.csv", lines(_worksheet(report, index, at))


def _worksheet(report: ClassReport, exercise: int, at: str) -> Iterator[Sequence[str]]:
    yield _WORKSHEET
    most = number(report.exercises[exercise].max_mark)
    for student in report.students:
        who = report.people.get(student.pseudonym)
        mark = student.cells[exercise].mark
        if who and participant(who) and mark is not None:
            row = (csv_cell(who.name), csv_cell(who.email), number(mark), most, at)
            yield [f"Participant {participant(who)}", *row]


def feedback_member(who: Identity) -> str:
    """The folder of a participant in the feedback zip: Moodle reads the number in its second part, so the name has no `_`."""
    return f"{file_name(who.name, 'Participant')}_{participant(who)}_assignsubmission_file_"
