"""Marking: an answer of any kind, and answers of several parts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..item import (
    Body,
    Expression,
    Gaps,
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
from .arrangements import mark_matching, mark_ordering
from .choices import mark_judging, mark_picking
from .formulas import mark_expression, mark_sizes
from .numbers import mark_number
from .result import Answer, Marked, NotAnAnswer, Reason, tags
from .words import mark_words

MAX_ANSWER = 300


def mark(body: Body, answer: Answer) -> Marked:
    """The marked answer; raises NotAnAnswer where the text cannot be read as an answer of this kind."""
    if isinstance(answer, str) and len(answer) > MAX_ANSWER:
        raise NotAnAnswer(f"Keep the answer under {MAX_ANSWER} characters.")
    match body:
        case Gaps():
            return _mark_parts([(gap.name, gap.body) for gap in body.gaps], _parts(answer), body.credit)
        case Steps():
            return _mark_parts([(f"step {i}", s.body) for i, s in enumerate(body.steps, 1)], _parts(answer), "each")
        case Spot():
            return _mark_spot(body, _parts(answer))
    if not isinstance(answer, str):
        raise NotAnAnswer("One answer is wanted here, not several.")
    match body:
        case Picking():
            return mark_picking(body, answer)
        case Judging():
            return mark_judging(body, answer)
        case Number():
            return mark_number(body, answer)
        case Sizes():
            return mark_sizes(body, answer)
        case Words():
            return mark_words(body, answer)
        case Expression():
            return mark_expression(body, answer)
        case Ordering():
            return mark_ordering(body, answer)
        case Matching():
            return mark_matching(body, answer)
    raise TypeError(type(body).__name__)


def _parts(answer: Answer) -> tuple[Answer, ...]:
    if isinstance(answer, tuple):
        return answer
    return tuple(part.strip() for part in answer.split(";"))


def mark_readable(body: Body, answer: Answer) -> Marked | None:
    """A marked answer of several parts in which unreadable parts count as wrong; None if it has no parts."""
    if not isinstance(answer, tuple):
        return None
    match body:
        case Gaps():
            return _mark_parts([(gap.name, gap.body) for gap in body.gaps], answer, body.credit, lenient=True)
        case Steps():
            named = [(f"step {number}", step.body) for number, step in enumerate(body.steps, 1)]
            return _mark_parts(named, answer, "each", lenient=True)
        case Spot(fix=Picking() as fix):
            return _mark_parts([("line", body._replace(fix=None)), ("repair", fix)], answer, "each", lenient=True)
    return None


def _mark_parts(
    parts: Sequence[tuple[str, Body]], answers: Sequence[Answer], credit: str, lenient: bool = False
) -> Marked:
    if len(answers) != len(parts):
        raise NotAnAnswer(f"{len(parts)} answers are wanted, separated by semicolons.")
    marked = [(name, _mark_part(body, answer, lenient)) for (name, body), answer in zip(parts, answers)]
    share = sum(result.score for _, result in marked) / len(marked)
    reasons = tuple(
        reason._replace(label=f"{name} {reason.label}".strip(), chosen=reason.chosen or result.right)
        for name, result in marked
        for reason in result.reasons
        if reason.right or reason.chosen
    )
    tags = tuple(dict.fromkeys(tag for _, result in marked for tag in result.misconceptions))
    return Marked(share if credit == "each" or share >= 1 - 1e-9 else 0.0, reasons, tags)


def _mark_part(body: Body, answer: Answer, lenient: bool) -> Marked:
    try:
        return mark(body, answer)
    except NotAnAnswer:
        if not lenient:
            raise
        return mark_readable(body, answer) or Marked(0.0, ())


def _mark_spot(body: Spot, answers: Sequence[Answer]) -> Marked:
    wanted = 2 if body.fix else 1
    if len(answers) != wanted or not isinstance(answers[0], str):
        raise NotAnAnswer("Type the number of the line" + (" and the letter of the repair." if body.fix else "."))
    digits = re.fullmatch(r"\s*(?:line\s*)?([0-9]+)\s*", answers[0], re.IGNORECASE)
    if not digits or not 1 <= int(digits[1]) <= body.line_count:
        raise NotAnAnswer(f"Type the number of a line, from 1 to {body.line_count}.")
    line = int(digits[1])
    key = Reason(f"line {body.lines[0]}", "", True, body.why, line in body.lines)
    found = Marked(float(line in body.lines), (key,))
    if line in body.slips:
        slip = body.slips[line]
        found = Marked(0.0, (Reason(f"line {line}", "", False, slip.why, True), key), tags([slip]))
    if not body.fix:
        return found
    repair = mark(body.fix, answers[1])
    reasons = found.reasons + tuple(reason for reason in repair.reasons if reason.right or reason.chosen)
    return Marked((found.score + repair.score) / 2, reasons, found.misconceptions + repair.misconceptions)
