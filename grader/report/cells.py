"""The tables behind the heat map, one for each exercise: built by hand, for a class has hundreds of thousands of cells.

End tags that HTML does not need are left out, and a row without a hand-in is one cell: a third of the size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from grader.report.escape import html
from grader.report.formats.numbers import number
from grader.report.model import CODE, STATUSES, WORDS, ClassReport, StudentRow

LETTERS: Final = {
    "pass": "ok",
    "fail": "F",
    "error": "E",
    "timeout": "T",
    "skip": "S",
    "todo": "o",
    "missing": "-",
    "pending": "?",
    "broken": "B",
}
_CLASSES: Final = {"pass": "", "todo": " class=o", "missing": " class=m", "pending": " class=m", "broken": " class=m"}
_CELLS: Final = [f"<td{_CLASSES.get(status, ' class=w')}>{LETTERS[status]}" for status in STATUSES]
LEGEND: Final = "; ".join(f"{LETTERS[status]} {WORDS[status]}" for status in STATUSES)


def tables(report: ClassReport, students: Sequence[StudentRow]) -> Iterator[str]:
    """A closed table for each exercise."""
    names = [html(report.name(student.pseudonym)) for student in students]
    start = 0
    for index, exercise in enumerate(report.exercises):
        end = start + len(exercise.functions)
        yield f"<details><summary>{html(report.short(index))}</summary><div class=scroll tabindex=0 role=region"
        yield f' aria-label="{html(exercise.title)}"><table class=cells><thead><tr><th scope=col>student<th scope=col>mark'
        yield from (f"<th scope=col>{html(function.name)}" for function in exercise.functions)
        yield "<tbody>"
        yield from _rows(students, names, index, start, end)
        yield "</table></div></details>\n"
        start = end


def _rows(students: Sequence[StudentRow], names: Sequence[str], exercise: int, start: int, end: int) -> Iterator[str]:
    nothing = bytes([CODE["missing"]]) * (end - start)
    made: dict[bytes, str] = {}  # most rows of a class are like another one
    for student, name in zip(students, names):
        cell, codes = student.cells[exercise], student.grid[start:end]
        mark = number(cell.mark) or "-"
        if cell.status == "missing" and codes == nothing:
            yield f"<tr><th scope=row>{name}<td>{mark}<td class=m colspan={end - start}>not handed in"
            continue
        if codes not in made:
            made[codes] = "".join([_CELLS[code] for code in codes])
        yield f"<tr><th scope=row>{name}<td>{mark}{made[codes]}"
