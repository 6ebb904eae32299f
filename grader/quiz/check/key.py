"""The right answer to a question, as it would be typed."""

from __future__ import annotations

from ..item import (
    LETTERS,
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
from .result import Answer


def right_answer(body: Body) -> Answer:
    """An answer that is marked as right: the key, in the form in which it is typed."""
    match body:
        case Picking():
            return " ".join(LETTERS[index] for index, option in enumerate(body.options) if option.right)
        case Judging():
            return "true" if body.answer else "false"
        case Number():
            return repr(body.want)
        case Sizes():
            return f"({', '.join(body.want)})"
        case Words():
            return body.samples[0] if body.samples else next(w for w in body.accept if not w.startswith("re:"))
        case Expression():
            return body.want
        case Ordering():
            return " ".join(str(index + 1) for index in body.key)
        case Matching():
            return " ".join(f"{index + 1}{LETTERS[key]}" for index, key in enumerate(body.key))
        case Gaps():
            return tuple(right_answer(gap.body) for gap in body.gaps)
        case Steps():
            return tuple(right_answer(step.body) for step in body.steps)
        case Spot():
            line = str(body.lines[0])
            return (line, right_answer(body.fix)) if body.fix else (line,)
    raise TypeError(type(body).__name__)
