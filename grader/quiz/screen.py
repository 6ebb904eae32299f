"""Questions, verdicts and summaries as lines of text. Words carry every verdict; colour repeats it on a terminal."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import IO, TYPE_CHECKING, NamedTuple

from ..texbox import Mode, TexError, draw, mode_for, prose
from .item import (
    LETTERS,
    Body,
    Expression,
    Gaps,
    Item,
    Judging,
    Matching,
    Number,
    Ordering,
    Picking,
    Sizes,
    Spot,
    Steps,
    Words,
    show_shape,
)
from .variants import BLANK

if TYPE_CHECKING:
    from .check import Marked, Reason

MIN_WIDTH, MAX_WIDTH = 24, 100
_MATHS = r"\$\$.+?\$\$|\$.+?\$"
_COLOURS = {"RIGHT": "32", "PARTLY": "33", "WRONG": "31", "title": "1"}


class Screen(NamedTuple):
    """What the terminal can show."""

    width: int
    mode: Mode
    colour: bool

    def paint(self, text: str, kind: str) -> str:
        """The text in a colour, where there are colours."""
        return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m" if self.colour else text

    def prose(self, text: str, indent: str = "", first: str | None = None) -> list[str]:
        """Prose with maths, laid out within the width; `first` replaces the indent of the first line."""
        shown = gaps_shown(text)
        width = max(10, self.width - len(indent))
        try:
            lines = prose(shown, width, self.mode)
        except TexError:  # a formula that only these parameters spoil: its source is better than nothing
            lines = _wrapped(shown, width)
        lines = lines or [""]
        head = indent if first is None else first
        return [(head if place == 0 else indent) + line if line else "" for place, line in enumerate(lines)]

    def formula(self, tex: str, indent: str = "    ") -> list[str]:
        """A display formula, drawn."""
        width = max(10, self.width - len(indent))
        try:
            lines = draw(tex, width=width, mode=self.mode)
        except TexError:
            lines = [tex]
        if len(lines) == 1:  # plain text comes as one line, however long
            lines = _wrapped(lines[0], width)
        return [indent + line for line in lines]


def screen_for(stream: IO[str], plain: bool) -> Screen:
    """The screen for an output stream: two-dimensional maths only where a person looks at a capable terminal."""
    terminal = _is_terminal(stream) and os.environ.get("TERM") != "dumb"
    width = _columns(stream)
    colour = terminal and not plain and not os.environ.get("NO_COLOR")
    mode = mode_for(getattr(stream, "encoding", None), plain or not terminal)
    return Screen(min(max(width, MIN_WIDTH), MAX_WIDTH), mode, colour)


def _columns(stream: IO[str]) -> int:
    """The width of the terminal: COLUMNS, or what the stream says, or 80."""
    try:
        return int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        pass
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError, AttributeError):
        return 80


def _is_terminal(stream: IO[str]) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # a closed stream
        return False


def say(lines: Iterable[str]) -> None:
    """Print lines; what the encoding cannot hold is replaced, never an exception in the middle of a session."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    text = "\n".join(line.rstrip() for line in lines)
    print(text.encode(encoding, "replace").decode(encoding), flush=True)


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return lines


def gaps_shown(text: str) -> str:
    """The text with `[[name]]` as `[name]`, in maths as upright text."""
    if "[[" not in text:
        return text
    parts, last = [], 0
    for match in re.finditer(_MATHS, text, re.DOTALL):
        parts.append(re.sub(BLANK, r"[\1]", text[last : match.start()]))
        parts.append(re.sub(BLANK, r"\\text{[\1]}", match[0]))
        last = match.end()
    return "".join(parts) + re.sub(BLANK, r"[\1]", text[last:])


# --- a question ------------------------------------------------------------------------------------------------------


def question_lines(screen: Screen, item: Item, head: str) -> list[str]:
    """The question with its options, under a line that says where in the session it stands."""
    lines = ["", *(screen.paint(line, "title") for line in _wrapped(head, screen.width)), ""]
    lines += screen.prose(item.prompt)
    if item.code:
        lines += ["", *code_lines(item.code, numbered=isinstance(item.body, Spot))]
    return lines + body_lines(screen, item.body) + [""]


def code_lines(code: str, numbered: bool) -> list[str]:
    """Code as it is, with line numbers where a line is asked for."""
    lines = code.rstrip("\n").split("\n")
    return [f"  {number:>2} | {line}" if numbered else f"    {line}" for number, line in enumerate(lines, 1)]


def body_lines(screen: Screen, body: Body) -> list[str]:
    """The options, items or pairs of a question."""
    match body:
        case Picking():
            return ["", *_listed(screen, LETTERS, [option.text for option in body.options])]
        case Judging():
            return ["", "  t) true", "  f) false"]
        case Ordering():
            return ["", *_listed(screen, _NUMBERS, body.shown)]
        case Matching():
            return ["", *_listed(screen, _NUMBERS, body.lefts), "", *_listed(screen, LETTERS, body.rights)]
    return []


_NUMBERS = [str(number) for number in range(1, 30)]


def _listed(screen: Screen, labels: Sequence[str], texts: Sequence[str]) -> list[str]:
    lines: list[str] = []
    tall_before = False
    for place, text in enumerate(texts):
        shown = screen.prose(text, "     ", f"  {labels[place]}) ")
        if lines and ((len(shown) > 1 and "$" in text) or tall_before):
            lines.append("")  # two-dimensional maths needs room
        tall_before = len(shown) > 1 and "$" in text
        lines += shown
    return lines


def asked_for(body: Body) -> str:
    """What to type, in a few words."""
    match body:
        case Picking(several=True):
            return f"letters of all right options, such as {'ac' if len(body.options) > 2 else 'a'}"
        case Picking():
            return f"a letter from a to {LETTERS[len(body.options) - 1]}"
        case Judging():
            return "t or f"
        case Number():
            return f"a number, in {body.unit}" if body.unit else "a number"
        case Sizes():
            return "a shape, such as (3, 4)"
        case Words():
            return "a word or phrase"
        case Expression():
            return f"an expression in {', '.join(body.symbols)}"
        case Ordering():
            extra = ", leaving out what does not belong" if body.distractors else ""
            return f"the numbers in order{extra}"
        case Matching():
            return "a letter for each number, such as 1b 2a"
        case Spot():
            return "the number of a line"
        case Gaps() | Steps():
            return "one answer for each part"
    raise TypeError(type(body).__name__)


# --- a verdict -------------------------------------------------------------------------------------------------------


def verdict_word(score: float) -> str:
    """RIGHT, PARTLY with its share, or WRONG."""
    if score >= 1 - 1e-9:
        return "RIGHT"
    return f"PARTLY ({score:.0%})" if score > 0 else "WRONG"


def verdict_lines(screen: Screen, item: Item, marked: Marked) -> list[str]:
    """The verdict, the reason for the chosen and for the right answer, and the formula."""
    word = verdict_word(marked.score)
    lines = [screen.paint(word, word.split()[0])]
    lines += reason_lines(screen, item.body, marked)
    if item.formula:
        lines += ["", *screen.formula(item.formula)]
    return lines


def reason_lines(screen: Screen, body: Body, marked: Marked) -> list[str]:
    """Why the chosen answer is what it is, why the right one is right, and the reasons of the other options."""
    lines: list[str] = []
    chosen = [reason for reason in marked.reasons if reason.chosen and not reason.right]
    right = [reason for reason in marked.reasons if reason.right]
    others = [reason for reason in marked.reasons if not reason.chosen and not reason.right]
    for reason in chosen:
        lines += _reason(screen, "Your answer", reason)
    for reason in right:
        lines += _reason(screen, _right_title(body, reason), reason)
    if isinstance(body, (Picking, Judging)):
        for reason in others:
            lines += _reason(screen, "Not", reason)
    return lines


def _right_title(body: Body, reason: Reason) -> str:
    if isinstance(body, (Picking, Judging)):
        return "Right" if reason.chosen or isinstance(body, Judging) or not body.several else "Missed"
    return "Right answer"


def _reason(screen: Screen, title: str, reason: Reason) -> list[str]:
    if reason.label and reason.text:
        head = f"{title} {reason.label}: {reason.text}"
    else:
        head = f"{title}: {reason.label or reason.text}" if reason.label or reason.text else f"{title}:"
    return screen.prose(head, "    ", "  ") + screen.prose(reason.why, "      ")


def next_lines(item: Item, marked: Marked, in_days: float) -> list[str]:
    """The linked exercise after a wrong answer, and when the question comes back."""
    lines = []
    if not marked.right and item.refs:
        exercise, _, function = item.refs[0].partition(".")
        lines.append(f"  Try it in code: grade {exercise}{' ' + function if function else ''}")
    return [*lines, f"  This question comes back {days_text(in_days)}."]


def days_text(days: float) -> str:
    """`in 3 days`, `tomorrow`, `today`."""
    whole = round(days)
    if whole <= 0:
        return "today"
    return "tomorrow" if whole == 1 else f"in {whole} days"


def shown_answer(body: Body) -> str:
    """The right answer in words, for what is shown before later steps of a derivation."""
    match body:
        case Picking():
            return "; ".join(option.text for option in body.options if option.right)
        case Sizes():
            return show_shape(body.want)
        case _:
            from .check import mark, right_answer

            return next(reason.text for reason in mark(body, right_answer(body)).reasons if reason.right)


def bar(share: float, width: int = 10, ascii_only: bool = False) -> str:
    """A bar of fixed width."""
    full = round(max(0.0, min(1.0, share)) * width)
    return "#" * full + "." * (width - full) if ascii_only else "█" * full + "·" * (width - full)
