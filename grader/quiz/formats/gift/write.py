"""Questions as a GIFT file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ...item import Judging, Matching, Number, Picking, Words
from ..graded import from_number, from_options, from_words
from ..markup import to_mathjax
from ..results import Exported, Loss
from ..writing import Exportable, common_losses, exact, exportable


def export_gift(records: Iterable[Mapping[str, Any]], variants: int = 3) -> Exported:
    """One GIFT file. What it cannot hold: hints, credits other than net, orders, gaps, shapes, code to be searched."""
    losses: list[Loss] = []
    blocks = []
    for entry in exportable(records, variants, losses):
        body = _body(entry, losses)
        if body is None:
            losses.append(Loss(entry.name, f"left out: GIFT has no type for `{entry.item.type}`"))
            continue
        item = entry.item
        tags = f"[tag:topic:{item.topic}] [tag:difficulty:{item.difficulty}] [tag:bloom:{item.bloom}]"
        prompt = item.prompt + (f"\n{item.code}" if item.code else "")
        blocks.append(f"// [id:{entry.name}] {tags}\n::{_escape(entry.name)}::{_escape(prompt)} {{{body}}}\n")
        losses += common_losses(entry, hints=False, code=True)
    return Exported({"questions.gift": "\n".join(blocks)}, len(blocks), tuple(dict.fromkeys(losses)))


def _escape(text: str) -> str:
    return re.sub(r"([~=#{}:\\])", r"\\\1", to_mathjax(re.sub(r"\s*\n\s*", r" ", text.strip())))


def _body(entry: Exportable, losses: list[Loss]) -> str | None:
    """What stands between the braces, or None where GIFT has no such question."""
    match entry.item.body:
        case Picking() as picking:
            return _choice(entry, picking, losses)
        case Judging(answer=answer, why=why, trap=trap):
            # GIFT's order: feedback for the wrong answer, then for the right one.
            return f"{'TRUE' if answer else 'FALSE'}#{_escape(trap)}#{_escape(why)}"
        case Number() as number:
            return _numeric(entry, number, losses)
        case Words() as words:
            graded = from_words(entry, words, losses)
            return " ".join(f"{_mark(one.right)}{_escape(one.text)}#{_escape(one.why)}" for one in graded)
        case Matching(distractors=extras) as matching:
            losses.append(Loss(entry.name, "GIFT's pairs have no reasons"))
            pairs = [f"={_escape(left)} -> {_escape(right)}" for left, right, _ in matching.written()]
            return " ".join([*pairs, *(f"= -> {_escape(extra.text)}" for extra in extras.values())])
    return None


def _mark(right: bool) -> str:
    return "=" if right else "=%0%"


def _choice(entry: Exportable, body: Picking, losses: list[Loss]) -> str:
    parts = []
    for graded in from_options(entry, body, losses):
        mark = f"~%{graded.percent:g}%" if body.several else "=" if graded.right else "~"
        parts.append(f"{mark}{_escape(graded.text)}#{_escape(graded.why)}")
    return " ".join(parts)


def _numeric(entry: Exportable, body: Number, losses: list[Loss]) -> str:
    if body.unit:
        losses.append(Loss(entry.name, f"the unit {body.unit} is not asked for"))
    parts = [f"{_mark(g.right)}{g.text}:{exact(g.tolerance)}#{_escape(g.why)}" for g in from_number(body)]
    return "#" + " ".join(parts)
