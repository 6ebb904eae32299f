"""The variant of a question that belongs to a seed, ready to be asked."""

from __future__ import annotations

import random
import re

from ..item import Body, Choice, Gap, Gaps, Item, Judging, Picking, Spot, Step, Steps
from .parameters import Record, Values, draw
from .shuffled import matching_of, ordering_of, picking_of
from .texts import BLANK, fill
from .typed import number_of, short_of, sizes_of, words_of


def realise(record: Record, seed: int, values: Values | None = None) -> Item:
    """The variant of a question that belongs to a seed; `values` replaces the drawn parameters."""
    rng = random.Random(seed)
    if values is None:
        values = draw(record, rng) if record["params"] else {}
    prompt = fill(record["q"], values)
    body = _body(record, values, rng)
    if isinstance(body, Gaps):
        body = _in_text_order(body, prompt)
    return Item(
        id=record["id"], type=record["type"], topic=record["topic"], group=record.get("group", ""),
        difficulty=record["difficulty"], bloom=record["bloom"], revision=record["revision"],
        content=record.get("content", ""), seed=seed, values=values, prompt=prompt, body=body,
        code=fill(record["code"], values) if record.get("code") else None,
        formula=fill(record["formula"], values) if record.get("formula") else None,
        hints=tuple(fill(hint, values) for hint in record["hints"]), refs=tuple(record["refs"]),
    )  # fmt: skip


def _in_text_order(body: Gaps, prompt: str) -> Gaps:
    order = {name: position for position, name in enumerate(re.findall(BLANK, prompt))}
    return Gaps(tuple(sorted(body.gaps, key=lambda gap: order.get(gap.name, len(order)))), body.credit)


def _body(record: Record, values: Values, rng: random.Random) -> Body:
    match record["type"]:
        case "single":
            return picking_of(record["options"], values, rng)
        case "multi":
            return picking_of(record["options"], values, rng, several=True, credit=record["credit"])
        case "truefalse":
            return Judging(
                record["answer"], fill(record["why"], values), fill(record["trap"], values), record["misconception"]
            )
        case "numeric":
            return number_of(record, values)
        case "shape":
            return sizes_of(record, values)
        case "order":
            return ordering_of(record, values, rng)
        case "match":
            return matching_of(record, values, rng)
        case "cloze":
            return Gaps(tuple(_gap(name, gap, values, rng) for name, gap in record["blanks"].items()), record["credit"])
        case "short":
            return short_of(record, values)
        case "bug":
            return _spot(record, values, rng)
        case "derive":
            return Steps(tuple(_step(step, values, rng) for step in record["steps"]))
    raise ValueError(f"unknown type {record['type']!r}")


def _gap(name: str, gap: Record, values: Values, rng: random.Random) -> Gap:
    if gap["answer"] is not None:
        return Gap(name, number_of(gap, values))
    if gap["accept"] is not None:
        return Gap(name, words_of(gap, values))
    options = [Choice(fill(gap["right"], values), True, fill(gap["why"], values))]
    options += [
        Choice(fill(w["text"], values), False, fill(w["why"], values), w["misconception"]) for w in gap["wrong"]
    ]
    rng.shuffle(options)
    return Gap(name, Picking(tuple(options)))


def _spot(record: Record, values: Values, rng: random.Random) -> Spot:
    slips = {
        slip["line"]: Choice(str(slip["line"]), False, fill(slip["why"], values), slip["misconception"])
        for slip in record["mistakes"]
    }
    fix = picking_of(record["fix"], values, rng) if record["fix"] else None
    count = len(record["code"].rstrip("\n").split("\n"))
    return Spot(tuple(record["lines"]), count, fill(record["why"], values), slips, fix)


def _step(step: Record, values: Values, rng: random.Random) -> Step:
    prompt = fill(step["q"], values)
    body = _body(step, values, rng)
    if isinstance(body, Gaps):
        body = _in_text_order(body, prompt)
    formula = fill(step["formula"], values) if step["formula"] else None
    return Step(prompt, formula, body)  # type: ignore[arg-type]  # the schema allows only the bodies a step may have
