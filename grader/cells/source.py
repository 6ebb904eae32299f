"""The code of a notebook's cells, and of it the functions of an exercise with what they need. Nothing is run or compiled."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from grader.catalog import top_level_functions
from grader.cells.statements import Statement, statements, without_magics

MAX_NOTEBOOK: Final = 16 << 20  # bytes; outputs hold pictures, and reading a hostile one takes 25 times its size
MAX_CODE: Final = 1 << 20  # bytes of code, as of a file that is handed in
SUFFIX: Final = ".ipynb"
_CELL_MAGIC: Final = re.compile(r"\s*%%\s*(\w+)[^\n]*(?:\n|\Z)")
_PYTHON_MAGICS: Final = ("time", "timeit", "capture", "prun")


class NotebookError(ValueError):
    """A notebook that cannot be read; the message says why."""


def functions_source(notebook: bytes, functions: Sequence[str]) -> bytes:
    """The source of the named functions and of what they use, from a notebook's bytes; NotebookError if it is none.

    A line keeps its number in the code of all cells, one below the other; what is left out leaves blank lines.
    """
    return extract(code_cells(notebook), functions).encode("utf-8", "replace")


def is_notebook(name: str) -> bool:
    """Whether a file of this name is to be read as a notebook."""
    return name.lower().endswith(SUFFIX)


def submitted_source(name: str, data: bytes, stub: Path) -> bytes:
    """What is graded of a file that was handed in for the exercise of a student's file: of a notebook its functions.

    NotebookError, with the reason, for a notebook that cannot be read.
    """
    if not is_notebook(name):
        return data
    return functions_source(data, [function for function, _ in top_level_functions(stub)])


def code_cells(notebook: bytes) -> list[str]:
    """The text of each code cell, in the order of the notebook."""
    if len(notebook) > MAX_NOTEBOOK:
        raise NotebookError(f"it has {len(notebook) / 1e6:.0f} MB; a notebook has at most {MAX_NOTEBOOK >> 20} MiB")
    try:
        document = json.loads(notebook)
    except (ValueError, RecursionError) as error:
        raise NotebookError("it is no notebook: its text is not JSON") from error
    cells = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(cells, list):
        raise NotebookError("it is no notebook of format 4: it has no list of cells; save it again with Jupyter")
    code = [_source(cell) for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    if sum(len(text.encode("utf-8", "replace")) + 1 for text in code) > MAX_CODE:
        raise NotebookError(f"its cells hold more than {MAX_CODE >> 20} MiB of code")
    return code


def _source(cell: dict[str, object]) -> str:
    source = cell.get("source", "")
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str)).replace("\r\n", "\n")


def extract(cells: Iterable[str], functions: Iterable[str]) -> str:
    """The functions of some cells with all that they use: imports, constants, other functions. The rest is blank."""
    found: list[tuple[Statement, list[str]]] = []
    made: list[str] = []
    for cell in cells:
        text, above = _python(cell), len(made)
        lines = text.split("\n")
        made += [""] * len(lines)
        for each in statements(text):  # of each cell by itself: a bracket that is never closed ends with its cell
            found.append(
                (replace(each, first=each.first + above, last=each.last + above), lines[each.first : each.last])
            )
    for number in _needed([each for each, _ in found], set(functions)):
        each, lines = found[number]
        made[each.first : each.last] = lines
    future = any(each.future for each, _ in found)
    return ("from __future__ import annotations\n" if future else "") + "\n".join(made).rstrip() + "\n"


def _python(cell: str) -> str:
    """A cell's Python: without magics, and nothing of a cell in another language."""
    magic = _CELL_MAGIC.match(cell)
    if magic is None:
        return without_magics(cell)
    if magic[1] not in _PYTHON_MAGICS:
        return "\n" * cell.count("\n")
    return "\n" * magic[0].count("\n") + without_magics(cell[magic.end() :])


def _needed(found: Sequence[Statement], names: set[str]) -> list[int]:
    """Which statements bind a wanted name, or one that such a statement uses, without definitions that a later one replaces."""
    binding: dict[str, list[int]] = {}
    for number, statement in enumerate(found):
        for name in () if statement.future else statement.binds:
            binding.setdefault(name, []).append(number)
    kept = {number for number, statement in enumerate(found) if statement.star and not statement.future}
    waiting = [*names, *(name for number in kept for name in found[number].uses)]
    seen = set(waiting)
    while waiting:  # each name and each statement once: a notebook may hold a chain of ten thousands
        for number in binding.get(waiting.pop(), ()):
            if number not in kept:
                kept.add(number)
                waiting += found[number].uses - seen
                seen |= found[number].uses
    return sorted(kept - set(_replaced(found, sorted(kept))))


def _replaced(found: Sequence[Statement], kept: Sequence[int]) -> Iterator[int]:
    """The definitions whose name is defined again before anything runs that uses it: drafts, which need not even compile."""
    drafts: dict[str, int] = {}
    for number in kept:
        statement = found[number]
        for name in statement.runs | (statement.binds - {statement.defines}):
            drafts.pop(name, None)
        if statement.defines:
            if statement.defines in drafts:
                yield drafts[statement.defines]
            drafts[statement.defines] = number
