"""A GIFT file as questions of the bank."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .. import drafts
from ..drafts import NO_REASON
from ..graded import Graded, read_number, to_choice, to_number, to_words
from ..markup import from_mathjax
from ..results import FormatError, Imported, Loss

_QUESTION = re.compile(
    r"\A(?:::(?P<title>(?:\\.|[^:\\]|:(?!:))*)::)?\s*(?:\[\w+\])?(?P<text>(?:\\.|[^{}\\])*)"
    r"\{(?P<body>(?:\\.|[^{}\\])*)\}(?P<tail>(?:\\.|[^{}\\])*)\Z",
    re.DOTALL,
)
_ANSWER = re.compile(
    r"(?<!\\)(?P<mark>[=~])\s*(?:%(?P<percent>-?[0-9]*\.?[0-9]+)%)?(?P<text>(?:\\.|[^=~#\\])*)"
    r"(?:#(?P<feedback>(?:\\.|[^=~\\])*))?"
)


def import_gift(text: str, topic: str) -> Imported:
    """Questions of a GIFT text; `topic` is taken where a comment names none. Raises FormatError with the line."""
    questions: list[dict[str, Any]] = []
    losses: list[Loss] = []
    taken: set[str] = set()
    for line, block in _blocks(text):
        tags = dict(re.findall(r"\[(?:tag:)?(id|topic|difficulty|bloom):([^\]]+)\]", block))
        source = "\n".join(row for row in block.split("\n") if not row.lstrip().startswith("//")).strip()
        if not source or source.startswith("$CATEGORY:"):
            continue
        found = _QUESTION.match(source)
        if not found:
            raise FormatError(f"line {line}: not a GIFT question: {source[:50]!r}")
        name = drafts.slug(tags.get("id") or _plain(found["title"] or "") or f"gift-{line}", taken)
        body = _body(found["body"].strip(), name, losses)
        if body is None:
            losses.append(Loss(name, "left out: its kind has no counterpart here"))
            continue
        prompt = _plain(found["text"]) + (f" _____ {_plain(found['tail'])}" if found["tail"].strip() else "")
        questions.append({"id": name, "type": body.pop("type"), **drafts.head(tags, topic), "q": prompt, **body})
    return Imported(tuple(questions), tuple(losses))


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Questions are set apart by empty lines outside of braces; each with the number of its first line."""
    rows: list[str] = []
    start = 1
    for number, row in enumerate([*text.splitlines(), ""], 1):
        if row.strip():
            start = number if not rows else start
            rows.append(row)
        elif rows and _open_braces("\n".join(rows)) <= 0:
            yield start, "\n".join(rows)
            rows = []
    if rows:
        yield start, "\n".join(rows)


def _open_braces(text: str) -> int:
    bare = text.replace("\\{", "").replace("\\}", "")
    return bare.count("{") - bare.count("}")


def _plain(text: str) -> str:
    return from_mathjax(re.sub(r"\\([~=#{}:\\])", r"\1", re.sub(r"\s+", " ", text.strip())))


def _body(body: str, name: str, losses: list[Loss]) -> dict[str, Any] | None:
    truth = re.fullmatch(r"(T|TRUE|F|FALSE)((?:#(?:\\.|[^#\\])*)*)", body, re.DOTALL)
    if truth:
        trap, why = (*(_plain(part) for part in re.split(r"(?<!\\)#", truth[2])[1:]), "", "")[:2]
        return {
            "type": "truefalse", "answer": truth[1].startswith("T"), "why": why or NO_REASON, "trap": trap or NO_REASON
        }  # fmt: skip
    if body.startswith("#"):
        return _number(body[1:].strip(), name, losses)
    found = list(_ANSWER.finditer(body))
    if not found:
        return None
    if all(one["mark"] == "=" for one in found):
        if all("->" in one["text"] for one in found):
            return drafts.matching([_pair(one["text"]) for one in found])
        return to_words([_graded(one, 100) for one in found])
    several = not any(one["mark"] == "=" for one in found)
    graded = [_graded(one, 100 if one["mark"] == "=" else 0) for one in found]
    return to_choice(graded, several, name, losses)


def _graded(found: re.Match[str], percent: float) -> Graded:
    """An answer with the percentage written, or else the one its mark stands for."""
    credit = float(found["percent"]) if found["percent"] else percent
    return Graded(_plain(found["text"]), credit, _plain(found["feedback"] or ""))


def _pair(text: str) -> tuple[str, str, str]:
    left, _, right = text.partition("->")
    return _plain(left), _plain(right), ""


def _number(body: str, name: str, losses: list[Loss]) -> dict[str, Any] | None:
    found = _ANSWER.finditer(body if body.startswith("=") else f"={body}")
    return to_number([_ranged(_graded(one, 100)) for one in found], name, losses)


def _ranged(graded: Graded) -> Graded:
    """The answer with value and tolerance of `3`, `3:0.1` or `2.9..3.1` taken apart."""
    low, dots, high = graded.text.partition("..")
    ends = [read_number(low), read_number(high)]
    if dots and ends[0] is not None and ends[1] is not None:
        return graded._replace(text=repr((ends[0] + ends[1]) / 2), tolerance=(ends[1] - ends[0]) / 2)
    value, _, near = graded.text.partition(":")
    return graded._replace(text=value, tolerance=float(read_number(near) or 0.0))
