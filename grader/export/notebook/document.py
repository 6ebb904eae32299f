"""Notebooks as bytes, in the format that every Jupyter reads; equal bytes for equal cells."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from grader.plan import Plan
from grader.render.sheet import SheetPart, read_sheet

_KERNEL: Final = {"display_name": "Python 3", "language": "python", "name": "python3"}
_BLOCK: Final = re.compile(r"(?:^ {2,}\S[^\n]*(?:\n|\Z)(?:[ ]*\n(?= {2,}\S))*)+", re.MULTILINE)
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]<>#|~$])")


class Cell(NamedTuple):
    """A cell: "code", "markdown" or "raw", and its text."""

    kind: str
    text: str


def notebook(cells: Sequence[Cell]) -> bytes:
    """A notebook of format 4.5 with these cells, none of them run."""
    document = {
        "cells": [_cell(number, cell) for number, cell in enumerate(cells)],
        "metadata": {"kernelspec": _KERNEL, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _cell(number: int, cell: Cell) -> dict[str, Any]:
    digest = hashlib.sha256(f"{number} {cell.kind} {cell.text}".encode()).hexdigest()[:8]
    made: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": digest,
        "metadata": {},
        "source": cell.text.splitlines(keepends=True),
    }
    return {**made, "execution_count": None, "outputs": []} if cell.kind == "code" else made


# --- the sheet -------------------------------------------------------------------------------------------------------


def exercise_notebook(stub: Path, plan: Plan) -> bytes:
    """A student's notebook of an exercise: its sheet, a cell a function, and a check below each."""
    source = stub.read_text(encoding="utf-8")
    sheet = read_sheet(source)
    cells = [Cell("markdown", introduction(sheet.text, plan)), Cell("code", setup(source))]
    stubs = stub_texts(source)
    formulas = {function.name: function.formula for function in plan.functions}
    for part in sheet.functions:
        if part.name in formulas:
            cells += [
                Cell("markdown", function_sheet(part, formulas[part.name])),
                Cell("code", stubs[part.name]),
                Cell("code", f"check({part.name})"),
            ]
    return notebook(cells)


def introduction(text: str, plan: Plan) -> str:
    """The sheet's head as Markdown; how to run it is said for a notebook."""
    first, _, rest = text.partition("\n")
    kept = [line for line in rest.strip("\n").split("\n") if not line.startswith("Run: ")]
    how = "Fill in the functions. The line below each one checks it: run its cell, then the line."
    return f"# {first or plan.title}\n\n{_markdown(chr(10).join(kept))}\n\n{how}"


def setup(source: str) -> str:
    """The imports of the student's file, and the check."""
    lines = [line for line in source.split("\n") if re.match(r"(?:import|from)\s", line)]
    return "\n".join([*lines, "", "from grader.notebook import check"])


def stub_texts(source: str) -> Mapping[str, str]:
    """The functions of a student's file, each as it stands there."""
    pieces = re.split(r"^(?=def\s)", source, flags=re.MULTILINE)[1:]
    return {piece[4 : piece.index("(")].strip(): piece.rstrip() for piece in pieces}


def function_sheet(part: SheetPart, formula: str) -> str:
    """What a function's docstring says, its formula set in TeX where there is one."""
    block = _BLOCK.search(part.text) if formula else None
    if block is None:
        return f"## {part.name}\n\n{_markdown(part.text)}"
    before, after = part.text[: block.start()], part.text[block.end() :]
    body = [_markdown(before), f"$$\n{formula.strip()}\n$$", _markdown(after)]
    return "\n\n".join([f"## {part.name}", *filter(None, body)])


def _markdown(text: str) -> str:
    """A docstring as Markdown: prose escaped, what is indented as it is."""
    return "\n".join(_lines(text)).strip("\n")


def _lines(text: str) -> Iterator[str]:
    quoted = False
    for line in text.split("\n"):
        indented = line.startswith("  ")
        if indented and not quoted:
            yield "\n```text"
        if quoted and line and not indented:
            yield "```\n"
        quoted = indented or (quoted and not line)
        yield line if quoted else _MARKDOWN.sub(r"\\\1", line)
    if quoted:
        yield "```"
