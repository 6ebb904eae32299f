"""Answers with the share of credit that each gets: how Moodle and GIFT hold choices, words and numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ..item import Number, Picking, Words
from ..variants import plain_number
from .drafts import NO_REASON
from .results import Loss
from .writing import Exportable, accepted_words, exact, plain_tolerance

# The only fractions that Moodle accepts; others make its import fail.
FRACTIONS = (100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20, 16.66667, 14.28571, 12.5,
             11.11111, 10, 5, 0)  # fmt: skip
ALL = 99.0  # from here on an answer counts as right: some programs write 99.99999


class Graded(NamedTuple):
    """An answer, its credit in percent, and why; `tolerance` belongs to numbers."""

    text: str
    percent: float
    why: str
    tolerance: float = 0.0

    @property
    def right(self) -> bool:
        """Whether it gets full credit."""
        return self.percent > ALL


def snapped(percent: float) -> float:
    """The fraction that Moodle accepts nearest to a percentage, with its sign."""
    nearest = min(FRACTIONS, key=lambda allowed: abs(allowed - abs(percent)))
    return -nearest if percent < 0 else nearest


# --- out -------------------------------------------------------------------------------------------------------------


def from_options(entry: Exportable, body: Picking, losses: list[Loss]) -> list[Graded]:
    """The options as written; where several are right they share the credit, and wrong ones take as much away."""
    share = 100 / sum(option.right for option in body.options)
    if body.several and abs(snapped(share) - share) > 1e-4:
        losses.append(Loss(entry.name, f"a share of {share:.2f} % becomes {snapped(share):g} %, Moodle's nearest"))
    if body.several and body.credit != "net":
        losses.append(Loss(entry.name, f"credit `{body.credit}` becomes net (wrong choices subtract)"))
    wrong = -snapped(share) if body.several else 0.0
    return [
        Graded(option.text, snapped(share) if option.right else wrong, option.why)
        for option in sorted(body.options, key=lambda choice: choice.origin)
    ]


def from_words(entry: Exportable, body: Words, losses: list[Loss]) -> list[Graded]:
    """The accepted words, then the diagnosed slips without credit."""
    right = [Graded(word, 100, body.why) for word in accepted_words(entry, body, losses)]
    return right + [Graded(str(slip.value), 0, slip.why) for slip in body.slips]


def from_number(body: Number) -> list[Graded]:
    """The right number, then the diagnosed slips without credit, each with its tolerance."""
    values = [(body.want, 100.0, body.why)]
    values += [(slip.value, 0.0, slip.why) for slip in body.slips if isinstance(slip.value, (int, float))]
    return [
        Graded(exact(value), percent, why, plain_tolerance(value, body.tolerance)) for value, percent, why in values
    ]


# --- in --------------------------------------------------------------------------------------------------------------


def to_choice(answers: Iterable[Graded], several: bool, name: str, losses: list[Loss]) -> dict[str, Any]:
    """A `single` or `multi`; partial credit for an option of a single choice is lost."""
    options = []
    for answer in answers:
        right = answer.percent > 0 if several else answer.right
        if not several and 0 < answer.percent <= ALL:
            losses.append(Loss(name, f"an option with {answer.percent:g} % counts as wrong here"))
        options.append({"right" if right else "wrong": answer.text, "why": answer.why or NO_REASON})
    return {"type": "multi" if several else "single", "options": options}


def to_words(answers: Sequence[Graded]) -> dict[str, Any] | None:
    """A `short` with words; None where no answer is right."""
    accept = [answer for answer in answers if answer.right]
    if not accept:
        return None
    reject = [{"text": answer.text, "why": answer.why or NO_REASON} for answer in answers if not answer.right]
    why = next((answer.why for answer in accept if answer.why), NO_REASON)
    return {"type": "short", "accept": [answer.text for answer in accept], "reject": reject, "why": why}


def to_number(answers: Iterable[Graded], name: str, losses: list[Loss]) -> dict[str, Any] | None:
    """A `numeric` with its diagnosed mistakes; None where no answer is right."""
    body: dict[str, Any] = {"type": "numeric", "mistakes": []}
    for answer in answers:
        value = read_number(answer.text)
        if value is None:
            losses.append(Loss(name, f"the answer {answer.text!r} is no number and is left out"))
        elif answer.right and "answer" not in body:
            body |= {"answer": value, "why": answer.why or NO_REASON}
            if answer.tolerance or value != int(value):
                body["tol"] = {"abs": answer.tolerance}
        elif answer.percent > 0:
            losses.append(Loss(name, f"the further answer {plain_number(value)} with credit is left out"))
        else:
            body["mistakes"].append({"expr": value, "why": answer.why or NO_REASON})
    return body if "answer" in body else None


def read_number(text: str) -> int | float | None:
    """A finite number; whole where it is written so."""
    try:
        value = float(text)
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    return int(text) if re.fullmatch(r"\s*[-+]?[0-9]+\s*", text) else value
