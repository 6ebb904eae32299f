"""Cuts a text into paragraphs, list items and lines that stay as they are, the way Markdown does."""

from __future__ import annotations

_FENCES = ("```", "~~~")
_CODE_INDENT = "    "


class Block:
    """Lines that are filled together, or one that is kept; `offset` is where its text starts in the whole.

    `first` is the indent, with the bullet or number of a list item.
    """

    __slots__ = ("first", "is_kept", "offset", "text")

    def __init__(self, text: str, offset: int, first: str = "", is_kept: bool = False) -> None:
        self.text = text
        self.offset = offset
        self.first = first
        self.is_kept = is_kept


def blocks_of(text: str) -> list[Block]:
    """The blocks of a text; an empty line is a block without text."""
    reader = _BlockReader()
    for line in text.split("\n"):
        reader.read(line)
    return reader.blocks


class _BlockReader:
    """Takes the lines one by one and remembers what may go on."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.offset = 0
        self.fence = ""
        self.in_list = False
        self.in_display = False
        self.is_open = False  # whether the next line may belong to the last block

    def read(self, line: str) -> None:
        bare = line.strip()
        if self.fence:
            self._keep(line)
            self.fence = "" if bare.startswith(self.fence) else self.fence
        elif self.in_display:
            self._go_on(line)
        elif bare.startswith(_FENCES):
            self.fence = bare[:3]
            self._keep(line)
        elif not bare:
            self._start("", 0)
            self.is_open = False
        elif _stands_alone(bare) or self._is_code(line):
            self._keep(line.rstrip())
        elif marker := _marker(line):
            self._start(line, len(marker))
            self.in_list = True
        elif self.is_open and not bare.startswith("#"):
            self._go_on(line)
        else:
            self.in_list = self.in_list and line[0] == " "
            self._start(line, len(line) - len(line.lstrip()))
            self.is_open = not bare.startswith("#")
        self.offset += len(line) + 1

    def _keep(self, line: str) -> None:
        self.in_list = self.in_list and line.startswith(" ")
        self.is_open = False
        self.blocks.append(Block(line, self.offset, is_kept=True))

    def _start(self, line: str, first: int) -> None:
        self.is_open = True
        self.blocks.append(Block(line[first:], self.offset + first, line[:first]))
        self._look_for_display(line)

    def _go_on(self, line: str) -> None:
        self.blocks[-1].text += "\n" + line
        self._look_for_display(line)

    def _look_for_display(self, line: str) -> None:
        """A display formula belongs to one block, whatever its lines look like; two spaces at an end break a line."""
        marks = sum(part.count("$$") for part in line.split("`")[::2])
        self.in_display ^= marks % 2 == 1
        if line.endswith("  ") and not self.in_display:
            self.is_open = False

    def _is_code(self, line: str) -> bool:
        return line.startswith(_CODE_INDENT) and not self.in_list and not self.is_open


def _stands_alone(bare: str) -> bool:
    """Whether a line is a table row or a rule."""
    return bare.startswith("|") or (len(bare) > 2 and bare[0] in "-*_" and not bare.strip(bare[0]))


def _marker(line: str) -> str:
    """The indent and bullet or number a list item starts with, or ""."""
    bare = line.lstrip()
    indent = line[: len(line) - len(bare)]
    for bullet in ("- ", "* ", "+ "):
        if bare.startswith(bullet):
            return indent + bullet
    digits = bare[: len(bare) - len(bare.lstrip("0123456789"))]
    rest = bare[len(digits) :]
    return indent + digits + rest[:2] if digits and rest.startswith((". ", ") ")) else ""
