"""Options chosen by letter, and statements judged."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ...texbox import Mode, TexError, inline
from ..item import LETTERS, Choice, Judging, Picking
from .result import Marked, NotAnAnswer, Reason, tags


def options_in(text: str, options: Sequence[Choice]) -> list[int]:
    """Numbers (from 0) of the options named by letters or numbers (`b`, `2`, `a c`, `1,3`, `acd`), or by a text."""
    named = _option_with_text(text, options)
    try:
        lettered = _labels_in(text, len(options))
    except NotAnAnswer:
        if named is None:
            raise
        return [named]
    if named is None or lettered == [named]:
        return lettered
    if re.search("[0-9]", text):
        raise NotAnAnswer(
            f"{text.strip()} is the text of option {LETTERS[named]} and the number of another: type a letter."
        )
    return lettered if len(lettered) == 1 else [named]


def _option_with_text(text: str, options: Sequence[Choice]) -> int | None:
    typed = _squeezed(text)
    found = [place for place, option in enumerate(options) if typed and typed in _ways_to_type(option.text)]
    return found[0] if len(found) == 1 else None


def _ways_to_type(text: str) -> set[str]:
    """An option's text as it is written and as it is shown in each mode."""
    shown = [text, text.replace("$", "")]
    try:
        shown += [inline(text, mode) for mode in Mode]
    except TexError:
        pass  # then it is shown as it is written
    return {_squeezed(one) for one in shown}


def _squeezed(text: str) -> str:
    """The text without differences of case, width, spaces, minus signs and a closing stop."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold().replace("−", "-").rstrip(".")


def _labels_in(text: str, count: int) -> list[int]:
    wanted = f"Type a letter from a to {LETTERS[count - 1]}, or the text of an option."
    tokens = re.findall(r"[a-z]+|[0-9]+", text.strip().lower())
    if re.sub(r"[a-z0-9\s,;.)(]", "", text.strip().lower()) or not tokens:
        raise NotAnAnswer(wanted)
    chosen: list[int] = []
    for token in tokens:
        pieces = [token] if token.isdigit() else list(token)
        for piece in pieces:
            index = int(piece) - 1 if piece.isdigit() else LETTERS.index(piece)
            if not 0 <= index < count:
                alone = len(text.strip()) == 1
                raise NotAnAnswer(f"There is no option {piece}. {wanted}" if alone else wanted)
            chosen.append(index)
    return chosen


def mark_picking(body: Picking, answer: str) -> Marked:
    """Credit as the question says: for the exact choice, for each option, or for hits minus false alarms."""
    chosen = set(options_in(answer, body.options))
    if not body.several and len(chosen) != 1:
        raise NotAnAnswer("One option is wanted here.")
    reasons = tuple(
        Reason(LETTERS[index], option.text, option.right, option.why, index in chosen)
        for index, option in enumerate(body.options)
    )
    wrong = [body.options[index] for index in sorted(chosen) if not body.options[index].right]
    return Marked(_picking_score(body, chosen), reasons, tags(wrong))


def _picking_score(body: Picking, chosen: set[int]) -> float:
    right = {index for index, option in enumerate(body.options) if option.right}
    if chosen == right:
        return 1.0
    if not body.several or body.credit == "all":
        return 0.0
    if body.credit == "each":
        return sum((index in chosen) == (index in right) for index in range(len(body.options))) / len(body.options)
    return max(0.0, (len(chosen & right) - len(chosen - right)) / len(right))


_TRUE = {"t", "true", "yes", "y", "right", "1", "a"}
_FALSE = {"f", "false", "no", "n", "wrong", "2", "b"}


def mark_judging(body: Judging, answer: str) -> Marked:
    """Whether a statement was judged rightly."""
    word = answer.strip().lower()
    if word not in _TRUE | _FALSE:
        raise NotAnAnswer("Type t for true or f for false.")
    said = word in _TRUE
    right = said == body.answer
    verdict = Reason("t" if body.answer else "f", "true" if body.answer else "false", True, body.why, right)
    other = Reason("f" if body.answer else "t", "false" if body.answer else "true", False, body.trap, not right)
    tags = () if right or body.misconception is None else (body.misconception,)
    return Marked(float(right), (verdict, other), tags)
