"""The table of a gradient check: one row a tensor, and how to read its errors."""

from __future__ import annotations

from typing import Final

from grader.render.numbers import size
from grader.render.text import Line, Page, columns, pad
from grader.verdict import CheckResult, Status, TensorRow

SCALE: Final = ">1e-2 wrong | >1e-4 suspect | >1e-7 only with kinks | else fine"
HEAD: Final = ("tensor", "shape", "rel. error", "limit")


def gradient_lines(check: CheckResult, page: Page) -> list[Line]:
    """The tensors compared with numerical derivatives; empty if the check has none."""
    if not check.tensors:
        return []
    lines = [Line("  against numerical derivatives:")]
    lines += _sentences(check.tensors, page) if page.plain else _table(check.tensors, page)
    lines += [
        Line(text) for row in check.tensors if row.worst for text in page.wrap(row.worst, " " * 11, "  worst    ")
    ]
    if check.status is not Status.PASS:
        lines += [Line(text) for text in page.wrap(SCALE, " " * 11, "  scale    ")]
    return lines


def _table(rows: tuple[TensorRow, ...], page: Page) -> list[Line]:
    cells = [HEAD, *((page.clean(row.name), str(row.shape), size(row.error), size(row.limit)) for row in rows)]
    widths = [max(columns(line[column]) for line in cells) for column in range(len(HEAD))]
    texts = ["  ".join(pad(cell, width) for cell, width in zip(line, widths, strict=True)) for line in cells]
    if columns(texts[0]) + 11 > page.width:  # an endless name or shape
        return _sentences(rows, page)
    lines = [Line(f"    {texts[0]}".rstrip())]
    return lines + [_judged(f"    {text}  ", row) for text, row in zip(texts[1:], rows, strict=True)]


def _sentences(rows: tuple[TensorRow, ...], page: Page) -> list[Line]:
    lines = []
    for row in rows:
        text = (
            f"{row.name} of shape {row.shape}: relative error {size(row.error)}, limit {size(row.limit)}, {_word(row)}"
        )
        lines += [Line(piece) for piece in page.wrap(text, " " * 6, "    ")]
    return lines


def _judged(text: str, row: TensorRow) -> Line:
    return Line(f"{text}{_word(row)}", _word(row), "green" if row.ok else "red")


def _word(row: TensorRow) -> str:
    return "ok" if row.ok else "WRONG"
