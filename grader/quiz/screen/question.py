"""A question as lines of text, and what to type."""

from __future__ import annotations

from collections.abc import Sequence

from ..item import (
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
)
from .terminal import Screen


def question_lines(screen: Screen, item: Item, head: str) -> list[str]:
    """The question with its options, under a line that says where in the session it stands."""
    lines = ["", *(screen.paint(line, "title") for line in screen.wrapped([head])), ""]
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
        tall = "$$" in text
        if lines and (tall or tall_before):
            lines.append("")  # two-dimensional maths needs room
        tall_before = tall
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
