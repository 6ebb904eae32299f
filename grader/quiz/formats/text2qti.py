"""text2qti Markdown, from which the text2qti program makes a QTI package for Canvas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..item import LETTERS, Judging, Number, Picking, Words
from .results import Exported, Loss
from .writing import Exportable, accepted_words, common_losses, exportable, plain_tolerance

SMALLEST = 1e-4  # Canvas cannot hold numbers nearer to 0


def export_text2qti(records: Iterable[Mapping[str, Any]], variants: int = 3, title: str = "Questions") -> Exported:
    """One text2qti file; variants of a question form a group of which one is picked."""
    losses: list[Loss] = []
    lines = [f"Quiz title: {title}", "Shuffle answers: true", ""]
    number = 0
    groups: dict[str, list[list[str]]] = {}
    for entry in exportable(records, variants, losses):
        body = _body(entry, losses)
        if body is None:
            losses.append(Loss(entry.name, f"left out: text2qti has no type for `{entry.item.type}`"))
            continue
        number += 1
        groups.setdefault(entry.record["id"], []).append(_question(entry, number, body))
        losses += common_losses(entry, hints=False, code=True)
    for blocks in groups.values():
        grouped = len(blocks) > 1
        lines += ["GROUP", "pick: 1", "points per question: 1", ""] if grouped else []
        for block in blocks:
            lines += [*block, ""]
        lines += ["END_GROUP", ""] if grouped else []
    return Exported({"questions.md": "\n".join(lines)}, number, tuple(dict.fromkeys(losses)))


def _question(entry: Exportable, number: int, body: list[str]) -> list[str]:
    mark = f"{number}. "
    prompt = _indented(entry.item.prompt, " " * len(mark))
    lines = [f"Title: {entry.name}", mark + prompt]
    if entry.item.code:
        indent = " " * len(mark)
        lines += ["", indent + "```", *(indent + row for row in entry.item.code.rstrip().split("\n")), indent + "```"]
    why = getattr(entry.item.body, "why", None)
    if why and not isinstance(entry.item.body, Judging):
        lines.append("... " + _indented(why, "    "))
    return lines + body


def _indented(text: str, indent: str) -> str:
    """Text as one paragraph: a line that looks like a new element would start one."""
    return re.sub(r"\s*\n\s*", " ", text.strip()).replace("$$", "$")


def _body(entry: Exportable, losses: list[Loss]) -> list[str] | None:
    match entry.item.body:
        case Picking() as picking:
            return _choice(entry, picking, losses)
        case Judging(answer=answer, why=why, trap=trap):
            rows = []
            for letter, word, right in (("a", "True", answer), ("b", "False", not answer)):
                rows += [f"{'*' if right else ''}{letter}) {word}", "... " + _indented(why if right else trap, "    ")]
            return rows
        case Number() as number:
            return _numeric(entry, number, losses)
        case Words() as words:
            if words.slips:
                losses.append(Loss(entry.name, "reasons of wrong words are not kept"))
            return [f"* {_indented(word, '')}" for word in accepted_words(entry, words, losses)]
    return None


def _choice(entry: Exportable, body: Picking, losses: list[Loss]) -> list[str]:
    if body.several:
        losses.append(Loss(entry.name, "Canvas decides about partial credit"))
    rows = []
    for place, option in enumerate(sorted(body.options, key=lambda choice: choice.origin)):
        if body.several:
            mark = "[*]" if option.right else "[ ]"
        else:
            mark = f"{'*' if option.right else ''}{LETTERS[place]})"
        rows += [f"{mark} {_indented(option.text, '    ')}", "... " + _indented(option.why, "    ")]
    return rows


def _numeric(entry: Exportable, body: Number, losses: list[Loss]) -> list[str] | None:
    near = plain_tolerance(body.want, body.tolerance)
    if body.slips:
        losses.append(Loss(entry.name, "diagnosed mistakes are not kept"))
    if body.unit:
        losses.append(Loss(entry.name, f"the unit {body.unit} is not asked for"))
    whole = isinstance(body.want, int) and near < 0.5
    near = 0.0 if whole else near
    if min(abs(body.want - near), abs(body.want + near)) < SMALLEST:
        losses.append(Loss(entry.name, f"the answer {body.want:g} is nearer to 0 than Canvas can tell"))
        return None
    if whole:
        return [f"= {body.want}"]
    if near < SMALLEST / 2:
        losses.append(Loss(entry.name, "Canvas keeps four decimals of the answer"))
    return [f"= {_decimal(body.want)} +- {_decimal(max(near, 1e-9))}"]


def _decimal(value: float) -> str:
    return f"{value:.10f}".rstrip("0").rstrip(".")
