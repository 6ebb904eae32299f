"""The sheet of an exercise, read from the docstrings of the student's file, and a solution's functions."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from grader.render.text import Line, Page, columns
from grader.texbox import draw, mode_for

_QUOTED: Final = r"[rRuU]?(?P<quote>\"\"\"|''')(?P<text>.*?)(?P=quote)"
_MODULE: Final = re.compile(rf"(?:\s*#[^\n]*\n|\s)*{_QUOTED}", re.DOTALL)
_FUNCTION: Final = re.compile(
    rf"def\s+(?P<name>\w+)(?P<signature>\(.*?\))[^\n]*?:\s*\n(?:\s*#[^\n]*\n)*(?P<margin>\s+){_QUOTED}", re.DOTALL
)

DRAWN_FROM: Final = 80  # columns; below it some formulas would fall back to text of another kind
_BLOCK: Final = re.compile(r"(?:^ {2,}\S[^\n]*(?:\n|\Z)(?:[ ]*\n(?= {2,}\S))*)+", re.MULTILINE)
_ITEM: Final = re.compile(r"\s*\S+(?: \S+)*(?P<gap> {2,})(?=\S)")  # `term  text`


@dataclass(frozen=True)
class SheetPart:
    """A function of a sheet: its name, its signature and what its docstring says."""

    name: str
    signature: str
    text: str


@dataclass(frozen=True)
class Sheet:
    """What an exercise's file says in its docstrings."""

    text: str
    functions: tuple[SheetPart, ...]


def read_sheet(source: str) -> Sheet:
    """The docstrings of a student's file, found as text: the file may be broken elsewhere, and is not compiled."""
    pieces = re.split(r"^(?=def\s)", source, flags=re.MULTILINE)
    head = _MODULE.match(pieces[0])
    functions = tuple(
        SheetPart(
            match["name"],
            " ".join(match["signature"].split()),
            _dedented(match["text"], match["margin"].rpartition("\n")[2]),
        )
        for piece in pieces[1:]
        if (match := _FUNCTION.match(piece))
    )
    return Sheet(_dedented(head["text"], "") if head else "", functions)


def _dedented(text: str, margin: str) -> str:
    """A docstring without the indentation of its own quotes, so that a formula keeps what it has beyond."""
    first, *rest = text.split("\n")
    return "\n".join([first.strip(), *(line.removeprefix(margin).rstrip() for line in rest)]).strip()


def sheet_screen(
    sheet: Sheet, names: Sequence[str], formulas: Mapping[str, str], title: str, next_command: str, page: Page
) -> list[Line]:
    """The sheet, of all functions or of those named; `formulas`, in TeX, are drawn in place of those of the docstrings."""
    lines = list(_text(sheet.text or title, page)) if not names else []
    known = {part.name: part for part in sheet.functions}
    if not (names or known):
        lines += map(Line, page.wrap("The docstrings of its functions are no longer in the file.", "  ", "  "))
    for name in names or known:
        if lines:
            lines.append(Line(""))
        part = known.get(name)
        if part is None:
            lines += map(Line, page.wrap(f"{name}: its docstring is no longer in the file", "    ", ""))
            continue
        lines += map(Line, page.wrap(f"{part.name}{part.signature}", "        ", ""))
        lines += _body(part.text, formulas.get(name, ""), page)
    return [*lines, Line(""), *map(Line, page.wrap(f"Next: {next_command}"))]


def _body(text: str, formula: str, page: Page) -> Iterator[Line]:
    """A docstring, its first indented block drawn; a plain or narrow page, and one without a formula, has it as written."""
    block = _BLOCK.search(text) if formula and not page.plain and page.width >= DRAWN_FROM else None
    if block is None:
        yield from _text(textwrap.indent(text, "    "), page)
        return
    rows = draw(formula, width=page.width - 8, mode=mode_for(page.encoding, plain=False))
    yield from _text(textwrap.indent(text[: block.start()].rstrip(), "    "), page)
    yield from (Line(""), *(Line(f"        {row}".rstrip()) for row in rows), Line(""))
    yield from _text(textwrap.indent(text[block.end() :].strip("\n"), "    "), page)


def _text(text: str, page: Page) -> Iterator[Line]:
    """Lines as they are; where one is too long its paragraph is filled anew, a list item hung, a formula only broken."""
    rows = text.expandtabs(4).splitlines()
    margin = min((_indent(row) for row in rows if row.strip()), default=0)
    for indent, group in groupby(_items(rows, margin), key=lambda row: _indent(row) if row.strip() else -1):
        paragraph = [[page.clean(row.strip()) for row in item.split("\n")] for item in group]
        lead = " " * max(indent, 0)
        if indent == margin:
            yield from _filled([row for item in paragraph for row in item], lead, page)
        else:
            yield from (line for item in paragraph for line in _item(item, lead, page))


def _items(rows: Sequence[str], margin: int) -> Iterator[str]:
    """The rows; a list item `term  text` of an indented block together with the rows that go on below its text."""
    item: list[str] = []
    column = -1
    for row in rows:
        if item and row.strip() and _indent(row) == column:
            item.append(row)
            continue
        if item:
            yield "\n".join(item)
        match = _ITEM.match(row)
        column = match.end("gap") if match and _indent(row) > margin else -1
        item = [row]
    if item:
        yield "\n".join(item)


def _filled(rows: Sequence[str], lead: str, page: Page) -> Iterator[Line]:
    if all(columns(row) + len(lead) <= page.width for row in rows):
        return (Line(f"{lead}{row}".rstrip()) for row in rows)
    return map(Line, page.wrap(" ".join(rows), lead, lead))


def _item(rows: Sequence[str], lead: str, page: Page) -> Iterator[Line]:
    """A row of a formula or table, or a list item, whose text hangs under its first word."""
    match = _ITEM.match(rows[0])
    hang = lead + " " * (match.end("gap") if match else 2)
    if len(rows) == 1 and columns(rows[0]) + len(lead) <= page.width:
        yield Line(f"{lead}{rows[0]}".rstrip())
    elif all(columns(row) + len(hang) <= page.width for row in rows[1:]) and columns(rows[0]) + len(lead) <= page.width:
        yield Line(f"{lead}{rows[0]}".rstrip())
        yield from (Line(f"{hang}{row}") for row in rows[1:])
    elif match and len(hang) < page.width // 2:
        words = " ".join([rows[0][match.end("gap") :], *rows[1:]])
        yield from map(Line, page.wrap(words, hang, lead + rows[0][: match.end("gap")]))
    else:
        yield from map(Line, page.wrap(" ".join(rows), f"{lead}  ", lead))


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip())


def code_screen(title: str, sources: Sequence[str], page: Page) -> list[Line]:
    """Functions of a solution, as they stand in its file."""
    lines = [Line(page.cut(title))]
    for source in sources:
        lines += [Line(""), *(Line(page.clean(line)) for line in source.rstrip().splitlines())]
    return lines
