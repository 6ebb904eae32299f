"""Text with maths in it: $...$ within a line, $$...$$ on lines of its own."""

from __future__ import annotations

from .blocks import Block, blocks_of
from .display import draw, folded, one_line
from .errors import TexError
from .letters import SCRIPT_ASCII
from .look import Mode
from .parse import parse
from .symbols import BY_CHARACTER, TEXT_ASCII
from .wrap import GLUE, wrapped

_DISPLAY_INDENT = 4


class Piece:
    """A part of a text: "text", "code", "inline" or "display", and for formulas the offset where they start."""

    __slots__ = ("content", "kind", "start")

    def __init__(self, kind: str, content: str, start: int) -> None:
        self.kind = kind
        self.content = content
        self.start = start


def inline(text: str, mode: Mode = Mode.UNICODE) -> str:
    r"""The text with each formula drawn where it stands, on one line.

    `\$` is a dollar sign, and code in backticks is left alone. Raises TexError with the column in the text.
    """
    return "".join(_shown(piece, mode) for piece in _pieces(text))


def prose(text: str, width: int = 80, mode: Mode = Mode.UNICODE) -> list[str]:
    """The text as lines of at most that width: paragraphs and list items filled, display formulas drawn.

    Code (fenced, or indented by four) and table rows stay as they are. A word longer than a line is not broken.
    """
    if width < 1:
        raise ValueError(f"width is {width}; a line has at least one column")
    lines: list[str] = []
    is_apart = False
    for block in blocks_of(text):
        for line in _block_lines(block, width, mode):
            if line is None:
                is_apart = True
                continue
            if is_apart and lines:
                lines.append("")
            lines.append(line)
            is_apart = False
    return lines


def _pieces(text: str, offset: int = 0) -> list[Piece]:
    """The text cut at its formulas and code spans; `offset` is where it starts in the whole text."""
    pieces: list[Piece] = []
    plain = ""
    i = 0
    while i < len(text):
        mark = _mark(text, i)
        end = _closing(text, mark, i + len(mark)) if mark[0] in "$`" else -1
        if mark[0] == "$" and end < 0:
            raise TexError(f"{mark} is never closed; write \\$ for a dollar sign", offset + i + 1)
        if end < 0:
            plain += "$" if mark == "\\$" else mark
            i += len(mark)
            continue
        pieces += [Piece("text", plain, 0), _marked(text, mark, i, end, offset)]
        plain = ""
        i = end + len(mark)
    return [*pieces, Piece("text", plain, 0)]


def _mark(text: str, start: int) -> str:
    """What may open a formula or code at that place: $, $$ or backticks; or the next character, or an escaped $."""
    if text[start] == "`":
        return "`" * _run(text, start)
    return next((mark for mark in ("\\$", "$$") if text.startswith(mark, start)), text[start])


def _marked(text: str, mark: str, start: int, end: int, offset: int) -> Piece:
    if mark[0] == "`":
        return Piece("code", text[start : end + len(mark)], 0)
    inner = start + len(mark)
    return Piece("display" if mark == "$$" else "inline", text[inner:end], offset + inner)


def _run(text: str, start: int) -> int:
    """How often the character at that place is repeated."""
    end = start
    while end < len(text) and text[end] == text[start]:
        end += 1
    return end - start


def _closing(text: str, mark: str, start: int) -> int:
    """Where the mark closes, or -1."""
    end = text.find(mark, start)
    while end >= 0:
        if mark[0] == "$":
            if text[end - 1] != "\\":
                return end
            end = text.find(mark, end + 1)
        elif _run(text, end) == len(mark):
            return end
        else:
            end = text.find(mark, end + _run(text, end))
    return -1


def _shown(piece: Piece, mode: Mode) -> str:
    if piece.kind in ("inline", "display"):
        try:
            return one_line(parse(piece.content), mode)
        except TexError as error:
            raise error.moved(piece.start) from None
    return _spelled(piece.content) if mode in (Mode.ASCII, Mode.PLAIN_ASCII) else piece.content


def _spelled(text: str) -> str:
    """The text with symbols in ASCII spelling; a letter that has none stays as it is."""
    if text.isascii():
        return text
    spelled = ""
    after_name = False
    for char in text:
        known = char if char.isascii() else TEXT_ASCII.get(char) or SCRIPT_ASCII.get(char)
        if known is None and char in BY_CHARACTER:
            known = BY_CHARACTER[char][1]
        known = known or char
        is_name = len(known) > 1 and known[0].isalpha()
        if spelled and spelled[-1].isalnum() and (is_name or (after_name and known[0].isalnum())):
            spelled += " "
        spelled += known
        after_name = is_name
    return spelled


def _block_lines(block: Block, width: int, mode: Mode) -> list[str | None]:
    """The block's lines; None stands for an empty line, of which one is enough between two blocks."""
    if block.is_kept:
        return [_kept(block, mode)]
    if not block.text.strip() and not block.first:
        return [None]
    lines: list[str | None] = []
    first, rest = block.first, " " * len(block.first)
    words: list[Piece] = []
    for piece in [*_pieces(block.text, block.offset), Piece("display", "", -1)]:
        if piece.kind != "display":
            words.append(piece)
            continue
        filled = _words(words, mode)
        if filled or first.strip():
            lines += wrapped(filled, width, first, rest)
            first, words = rest, []
        if piece.start >= 0:
            lines += [None, *_display(piece, width, len(rest), mode), None]
    return lines


def _kept(block: Block, mode: Mode) -> str:
    if block.text.lstrip().startswith("|"):
        return "".join(_shown(piece, mode) for piece in _pieces(block.text, block.offset))
    return _shown(Piece("code", block.text, block.offset), mode)


def _words(pieces: list[Piece], mode: Mode) -> list[str]:
    """The words of the pieces; formulas and code keep together with what they touch."""
    text = ""
    for piece in pieces:
        shown = _shown(piece, mode)
        text += shown.replace(" ", GLUE) if piece.kind in ("inline", "code") else shown
    return text.split()


def _display(piece: Piece, width: int, indent: int, mode: Mode) -> list[str]:
    indent += _DISPLAY_INDENT if width - indent > 4 * _DISPLAY_INDENT else 0
    room = max(width - indent, 1)
    try:
        if mode in (Mode.PLAIN, Mode.PLAIN_ASCII):
            lines = folded(parse(piece.content), room, mode)
        else:
            lines = draw(piece.content, width=room, mode=mode)
    except TexError as error:
        raise error.moved(piece.start) from None
    return [" " * indent + line if line else "" for line in lines]
