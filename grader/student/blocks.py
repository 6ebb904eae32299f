"""A Python file as blocks: its docstring, its imports, each function, and what stands between them.

Files are cut as text and never compiled, so that half-written ones can be cut as well. The blocks of a text, joined, are
the text again, whatever is in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

DOCSTRING: Final = "<docstring>"
HEAD: Final = "<head>"  # imports and constants before the first function

_DEFINITION: Final = re.compile(r"(?:async[ \t]+def|def|class)[ \t]+([^\W\d]\w*)")
_LEADING: Final = re.compile(r"[#@]")  # a comment or a decorator directly above a function is part of it
_STRING: Final = re.compile(r"(?P<prefix>[A-Za-z]{0,2})(?P<quote>\"\"\"|'''|\"|')")
_UNWRITTEN: Final = re.compile(r"\s*(?:raise\s+NotImplementedError\s*(?:\(\s*\))?|pass|\.\.\.)?\s*")
_MARK: Final = re.compile(r"[\"'#]")  # where something other than code begins
_WORD: Final = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Block:
    """A piece of a file; `key` is a function's name, DOCSTRING, HEAD, or `<after NAME>` for code that follows a function."""

    key: str
    text: str

    @property
    def is_definition(self) -> bool:
        """Whether it is a function or a class."""
        return not self.key.startswith("<")


@lru_cache(maxsize=8)  # a watched file is cut again for each question about it
def split(text: str) -> tuple[Block, ...]:
    """The blocks of a text, in order; of a function defined twice the second is keyed `name#2`."""
    lines = text.splitlines(keepends=True)
    inside = _inside_string(lines)
    marks = dict(_marks(lines, inside))
    blocks: list[Block] = []
    starts = sorted({0, *marks}) if lines else []
    counts: Counter[str] = Counter()
    for start, end in zip(starts, [*starts[1:], len(lines)]):
        key = marks.get(start, HEAD)
        counts[key] += 1
        blocks.append(Block(f"{key}#{counts[key]}" if counts[key] > 1 else key, "".join(lines[start:end])))
    return tuple(blocks)


def normal(text: str) -> str:
    """A text for comparison: without differences in line endings and in blanks at the end of lines and of the text."""
    return "\n".join(line.rstrip() for line in text.removeprefix("\ufeff").splitlines()).rstrip()


def same(first: Block | None, second: Block | None) -> bool:
    """Whether both are missing, or hold the same text."""
    if first is None or second is None:
        return first is second
    return normal(first.text) == normal(second.text)


@lru_cache(maxsize=512)
def words(block: Block) -> frozenset[str]:
    """The names that occur in a block's code; comments and texts do not count."""
    return frozenset(_WORD.findall(_code(block.text)))


def is_unwritten(block: Block) -> bool:
    """Whether a function's body is only its docstring and `raise NotImplementedError`, `pass` or `...`."""
    code = _code(block.text)
    return code[_header_end(code) :] != code and bool(_UNWRITTEN.fullmatch(code[_header_end(code) :]))


def is_untouched(text: str) -> bool:
    """Whether a file has functions and none of them is written: what it looks like when it is handed out."""
    functions = [block for block in split(text) if block.is_definition]
    return bool(functions) and all(map(is_unwritten, functions))


def above_body(block: Block) -> str:
    """A function up to the end of its docstring, for comparison."""
    lines = block.text.splitlines(keepends=True)
    code = _code(block.text)
    first = code[: _header_end(code)].count("\n") + 1
    inside = _inside_string(lines)
    while first < len(lines) and (inside[first] or not _code_after(lines[first], inside[first]).strip()):
        first += 1
    return normal("".join(lines[:first]))


# --- where blocks begin ----------------------------------------------------------------------------------------------


def _marks(lines: Sequence[str], inside: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The numbers of the lines at which a block begins, with its key."""
    start_of_code = _end_of_docstring(lines, inside)
    if start_of_code:
        yield 0, DOCSTRING
        if start_of_code < len(lines):
            yield start_of_code, HEAD
    current = HEAD
    for number in range(start_of_code, len(lines)):
        line = lines[number]
        if inside[number]:
            continue
        if found := _DEFINITION.match(line):
            current = found[1]
            yield _first_above(lines, inside, number, start_of_code), current
        elif _begins_code(line) and current != HEAD and not current.startswith("<"):
            if not _leads_to_definition(lines, inside, number):
                current = f"<after {current}>"
                yield number, current


def _begins_code(line: str) -> bool:
    """Whether a statement begins at the left margin; a closing bracket ends one."""
    return line[:1] not in ("", " ", "\t", "\n", "\r", "\f", "#", ")", "]", "}")


def _first_above(lines: Sequence[str], inside: Sequence[str], number: int, lowest: int) -> int:
    """The first of the comments and decorators directly above a definition."""
    while number > lowest and _LEADING.match(lines[number - 1]) and not inside[number - 1]:
        number -= 1
    return number


def _leads_to_definition(lines: Sequence[str], inside: Sequence[str], number: int) -> bool:
    """Whether from this line on there are only decorators and comments up to a definition."""
    while number < len(lines) and _LEADING.match(lines[number]) and not inside[number]:
        number += 1
    return number < len(lines) and not inside[number] and bool(_DEFINITION.match(lines[number]))


def _end_of_docstring(lines: Sequence[str], inside: Sequence[str]) -> int:
    """The number of the line after the module's docstring and the blank lines below it; 0 if it has none."""
    first = next((i for i, line in enumerate(lines) if _code_or_string(line)), len(lines))
    if first == len(lines) or not _STRING.match(lines[first].removeprefix("\ufeff")):
        return 0
    end = first + 1
    while end < len(lines) and inside[end]:
        end += 1
    while end < len(lines) and not lines[end].strip():
        end += 1
    return end


def _code_or_string(line: str) -> bool:
    text = line.removeprefix("\ufeff").strip()
    return bool(text) and not text.startswith("#")


# --- texts and comments ----------------------------------------------------------------------------------------------


def _inside_string(lines: Sequence[str]) -> list[str]:
    """For each line the triple quote in which it begins, or an empty text."""
    open_quote, found = "", []
    for line in lines:
        found.append(open_quote)
        _, open_quote = _strip(line, open_quote)
    return found


def _code_after(line: str, open_quote: str) -> str:
    return _strip(line, open_quote)[0]


def _code(text: str) -> str:
    """A text without what is in strings and comments; lines stay lines."""
    open_quote, parts = "", []
    for line in text.splitlines(keepends=True):
        code, open_quote = _strip(line, open_quote)
        parts.append(code.rstrip("\r\n") + "\n")
    return "".join(parts)


def _strip(line: str, open_quote: str) -> tuple[str, str]:
    """A line without strings and comments, and the triple quote that is open at its end."""
    code, position = "", 0
    while position < len(line):
        if open_quote:
            end = _closing(line, position, open_quote)
            if end < 0:
                return code, open_quote
            position, open_quote = end, ""
        elif line[position] == "#":
            return code, ""
        elif line[position] in "\"'":
            string = _STRING.match(line, position)
            assert string is not None
            quote, position = string["quote"], string.end()
            end = _closing(line, position, quote)
            if end >= 0:
                position = end
            elif len(quote) == 3:
                return code, quote
            else:  # a text that is not closed on its line: half-written, or continued by a backslash
                return code, ""
        else:
            found = _MARK.search(line, position)
            end = found.start() if found else len(line)
            code += line[position:end]
            position = end
    return code, open_quote


def _closing(line: str, position: int, quote: str) -> int:
    """Where a string ends, -1 if it does not on this line; a backslash takes the next character with it."""
    while position < len(line):
        if line[position] == "\\":
            position += 2
        elif line.startswith(quote, position):
            return position + len(quote)
        else:
            position += 1
    return -1


def _header_end(code: str) -> int:
    """Where a definition's body begins: after the first colon outside of brackets, from `def` on; 0 if there is none."""
    found = re.search(r"^(?:async[ \t]+def|def)\b", code, re.MULTILINE)
    depth = 0
    for position in range(found.end() if found else len(code), len(code)):
        depth += (code[position] in "([{") - (code[position] in ")]}")
        if code[position] == ":" and depth == 0:
            return position + 1
    return 0
