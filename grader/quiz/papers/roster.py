"""Lists of students: a CSV file with a column `id` (and perhaps `name`), or one id a line."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import NamedTuple

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}\Z")


class RosterError(ValueError):
    """A roster that cannot be used; the message names file, line and repair."""


class Student(NamedTuple):
    """One student of a roster."""

    id: str
    name: str


def read_roster(file: Path) -> list[Student]:
    """The students of a roster in its order; raises RosterError."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RosterError(f"{file}: {error}") from None
    rows = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    if not rows:
        raise RosterError(f"{file}: no student. Write a CSV file with a column `id`, or one id a line.")
    students = (
        _from_csv(file, rows) if "," in rows[0][1] or rows[0][1].strip().lower() == "id" else _from_lines(file, rows)
    )
    seen: dict[str, int] = {}
    for number, student in students:
        folded = student.id.casefold()  # ids become file names, and some systems do not tell capitals apart
        if folded in seen:
            raise RosterError(f"{file}:{number}: the id {student.id!r} also stands in line {seen[folded]}.")
        seen[folded] = number
    return [student for _, student in students]


def _from_lines(file: Path, rows: list[tuple[int, str]]) -> list[tuple[int, Student]]:
    return [(number, Student(_checked(file, number, line.strip()), "")) for number, line in rows]


def _from_csv(file: Path, rows: list[tuple[int, str]]) -> list[tuple[int, Student]]:
    header = [cell.strip().lower() for cell in next(csv.reader([rows[0][1]]))]
    if "id" not in header:
        raise RosterError(f"{file}:{rows[0][0]}: no column `id` among {', '.join(header)}.")
    students = []
    for number, line in rows[1:]:
        cells = dict(zip(header, (cell.strip() for cell in next(csv.reader([line])))))
        students.append((number, Student(_checked(file, number, cells.get("id", "")), cells.get("name", ""))))
    return students


def _checked(file: Path, number: int, text: str) -> str:
    if not _ID.match(text):
        raise RosterError(
            f"{file}:{number}: {text!r} is no id. Use letters, digits and . _ @ -, since it becomes a file name."
        )
    return text
