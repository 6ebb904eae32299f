"""What the rules about wording need: every text of a question, its visible length, its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..schema import AnyQuestion

Loc = tuple[str | int, ...]

PROSE = {"q", "why", "right", "wrong", "trap", "text", "left", "hints", "items", "formula"}
MATHS = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$", re.DOTALL)
_COMMAND = re.compile(r"\\[A-Za-z]+")
_STOP = frozenset(
    "a an and are as at be but by can does do for from has have how if in into is it its not of on one or so than that "
    "the their them then there these they this to was what when where which while why will with would you".split()
)


def texts(question: AnyQuestion) -> Iterator[tuple[Loc, str]]:
    """Every text that a student may read, with its place in the question."""
    yield from _walk(question.model_dump(by_alias=True, exclude_none=True), ())


def _walk(value: Any, loc: Loc) -> Iterator[tuple[Loc, str]]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _walk(child, (*loc, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _walk(child, (*loc, index))
    elif isinstance(value, str) and _is_prose(loc):
        yield loc, value


def _is_prose(loc: Loc) -> bool:
    named = [part for part in loc if isinstance(part, str)]
    if "params" in named or ("reject" in named and named[-1] == "text") or "accept_units" in named:
        return False
    return bool(named) and named[-1] in PROSE


def visible(text: str) -> str:
    """The text about as it is seen: TeX commands are one letter, braces and dollars nothing."""
    return re.sub(r"\s+", " ", re.sub(r"[{}$]", "", _COMMAND.sub("x", text))).strip()


def words(text: str) -> list[str]:
    """The words in small letters, without maths."""
    return re.findall(r"[a-z][a-z'-]+", MATHS.sub(" ", text).lower())


def content_words(text: str) -> set[str]:
    """The words that carry meaning, cut to their stem so that plural and singular agree."""
    return {re.sub(r"(ing|ed|es|s)\Z", "", word) for word in words(text) if word not in _STOP}


def normalised(text: str) -> str:
    """A text for comparison: no case, no spaces, no closing stop."""
    return re.sub(r"\s+", "", text).casefold().rstrip(".")
