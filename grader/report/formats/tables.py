"""Plain CSV: a row a student (marks.csv), a row a function (functions.csv)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from grader.report.escape import csv_cell
from grader.report.formats.numbers import number
from grader.report.model import STATUSES, ClassReport
from grader.report.statistics import ItemStatistics


def lines(rows: Iterable[Sequence[str]], delimiter: str = ",") -> Iterator[str]:
    """The rows as CSV lines (RFC 4180). Cells are taken as they are: text of others goes through `csv_cell` first."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    for row in rows:
        writer.writerow(row)
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def marks(report: ClassReport) -> Iterator[str]:
    """A row a student: total, then for each exercise the mark, status and days late. Empty where there is no verdict."""
    return lines(_marks(report))


def _marks(report: ClassReport) -> Iterator[Sequence[str]]:
    named, quiz = bool(report.people), bool(report.quiz_title)
    head = ["student", *(("id", "name", "email", "section") if named else ()), "mark", "max_mark"]
    head += ["quiz", "quiz_max"] if quiz else []
    for exercise in report.exercises:
        head += [exercise.id, f"{exercise.id} status", f"{exercise.id} days late"]
    yield [csv_cell(cell) for cell in head]
    for student in report.students:
        row = [student.pseudonym]
        if named:
            who = report.people.get(student.pseudonym)
            row += [csv_cell(t) for t in ((who.student, who.name, who.email, who.section) if who else ("",) * 4)]
        row += [number(student.mark), number(student.max_mark)]
        row += [number(value) for value in student.quiz or (None, None)] if quiz else []
        for cell in student.cells:
            row += [number(cell.mark), cell.status, str(cell.days_late)]
        yield row


def functions(report: ClassReport, statistics: ItemStatistics) -> Iterator[str]:
    """A row a function: how many students have each status, and its item statistics."""
    return lines(_functions(report, statistics))


def _functions(report: ClassReport, statistics: ItemStatistics) -> Iterator[Sequence[str]]:
    names = ("n", "facility", "discrimination", "low", "high", "efficiency")
    yield ["exercise", "function", "max_points", *STATUSES, *names]
    for index, (column, item) in enumerate(zip(report.columns, statistics.items)):
        values = (item.facility, item.discrimination, item.low, item.high, item.efficiency)
        yield [
            *(csv_cell(report.exercises[column.exercise].id), csv_cell(column.name), str(column.max_points)),
            *map(str, report.counts(index)),
            str(item.n),
            *("" if value is None else f"{value:.4f}" for value in values),
        ]
