"""A verdict with its reasons as lines of text. Words carry it; colour repeats it on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..item import Body, Item, Judging, Picking, Sizes, show_shape
from .terminal import Screen

if TYPE_CHECKING:
    from ..check import Marked, Reason


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
    if reason.chosen or isinstance(body, Judging):
        return "Right"
    if isinstance(body, Picking):
        return "Missed" if body.several else "Right"
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
            from ..check import mark, right_answer

            return next(reason.text for reason in mark(body, right_answer(body)).reasons if reason.right)
