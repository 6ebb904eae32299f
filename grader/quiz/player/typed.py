"""Words that are typed instead of an answer: hint, skip, undo, quit, help."""

from __future__ import annotations

from ..item import Body, Expression, Number, Sizes, Words


class Command(Exception):
    """A typed command that ends the question without an answer: skip or undo."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


HELP = (
    "hint   the next hint; a right answer then counts a little less",
    "skip   go on without an answer",
    "undo   take the last answer back, for a slip of the finger",
    "quit   leave; `grade quiz` takes the session up again",
    "Where no words are asked for, the first letter will do.",
)
_COMMANDS = {
    "hint": "hint",
    "skip": "skip",
    "undo": "undo",
    "quit": "quit",
    "exit": "quit",
    "help": "help",
    "?": "help",
}
_LETTERS = {"h": "hint", "s": "skip", "u": "undo", "q": "quit"}


def command_of(text: str, body: Body) -> str | None:
    """The command that a text is, or None: single letters are commands where no word or symbol is asked for."""
    word = text.strip().lower()
    if word in _COMMANDS:
        return _COMMANDS[word]
    if word.startswith(":") and word[1:] in _COMMANDS | _LETTERS:
        return {**_COMMANDS, **_LETTERS}[word[1:]]
    free = isinstance(body, (Words, Expression)) or (isinstance(body, Sizes) and body.symbols)
    if free or (isinstance(body, Number) and word in body.units):
        return None
    return _LETTERS.get(word)
