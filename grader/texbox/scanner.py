"""A position in TeX source, and what can be read there without knowing any grammar."""

from __future__ import annotations

import unicodedata

from .errors import TexError
from .letters import SCRIPT_ASCII
from .symbols import BY_CHARACTER, TEXT_ASCII

MAX_DEPTH = 32  # levels of groups; bounds the recursion of the parser and of everything that walks the tree


class Scanner:
    """Reads characters, commands and text, and counts the levels of nesting."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.position = 0
        self.depth = 0

    def error(self, reason: str, position: int | None = None) -> TexError:
        """The error to raise, at a position or here."""
        return TexError(reason, (self.position if position is None else position) + 1)

    def peek(self) -> str:
        """The next character that is not white space, or "" at the end."""
        source, position = self.source, self.position
        while position < len(source) and source[position].isspace():
            position += 1
        self.position = position
        return source[position : position + 1]

    def peek_command(self) -> str:
        """The name of the command that comes next, or "" if none does."""
        if self.peek() != "\\":
            return ""
        start = self.position + 1
        end = start
        while end < len(self.source) and self.source[end].isascii() and self.source[end].isalpha():
            end += 1
        return self.source[start : max(end, start + 1)]

    def take_command(self) -> str:
        """The name of the command that comes next, which is taken."""
        name = self.peek_command()
        if not name:
            raise self.error("a backslash at the end")
        self.position += 1 + len(name)
        return name

    def take(self, char: str) -> bool:
        """Whether that character came next; if so it is taken."""
        if self.peek() != char:
            return False
        self.position += 1
        return True

    def enter(self, position: int) -> None:
        """Counts a level of nesting that starts at the position."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"more than {MAX_DEPTH} levels of nesting", position)

    def leave(self) -> None:
        """Ends the level of nesting entered last."""
        self.depth -= 1

    def ascii_of(self, char: str, position: int) -> str:
        """The ASCII spelling of a typed character; an accented letter gives its base letter."""
        if char in SCRIPT_ASCII:
            return SCRIPT_ASCII[char]
        if char.isascii() or unicodedata.east_asian_width(char) in "WF":
            spelling = ""
        else:
            spelling = "".join(c for c in unicodedata.normalize("NFKD", char) if c.isascii() and c.isprintable())
        if not spelling or not unicodedata.category(char).startswith(("L", "N")):
            advice = f"; write \\{char}" if char in "%#$" else ""
            raise self.error(f"the character {char!r} (U+{ord(char):04X}) has no place in a formula{advice}", position)
        return spelling

    def text(self, of: str) -> tuple[str, str]:
        """A braced argument taken as text: its characters and their ASCII spelling."""
        start = self.position
        if not self.take("{"):
            raise self.error(f"{of} needs an argument in braces")
        text: list[str] = []
        ascii: list[str] = []
        depth = 1
        while self.position < len(self.source):
            position = self.position
            char = self.source[position]
            self.position += 1
            if char == "\\":
                char = self._escaped(position)
            elif char in "{}":
                depth += 1 if char == "{" else -1
                if depth == 0:
                    return "".join(text), "".join(ascii)
                continue
            elif char in "$&#^_%":
                raise self.error(f"{char} in text; write \\{char}", position)
            char = " " if char.isspace() or char == "~" else char
            text.append(char)
            ascii.append(self._ascii_of_text(char, position))
        raise self.error("{ is never closed", start)

    def _escaped(self, position: int) -> str:
        char = self.source[self.position : self.position + 1]
        self.position += 1
        if char and char in "{}$&#%_":
            return char
        if char and char in " ,;:":
            return " "
        raise self.error("a command inside of text; close the text before it", position)

    def _ascii_of_text(self, char: str, position: int) -> str:
        if char.isascii() and char.isprintable():
            return char
        if char in TEXT_ASCII:
            return TEXT_ASCII[char]
        return BY_CHARACTER[char][1] if char in BY_CHARACTER else self.ascii_of(char, position)
