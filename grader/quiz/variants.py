"""One variant of a question: parameters drawn from a seed, formulas computed, texts filled in, options shuffled."""

from __future__ import annotations

import itertools
import math
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .formula import FormulaError, Value, evaluate, names, number
from .item import (
    Body,
    Choice,
    Expression,
    Gap,
    Gaps,
    Item,
    Judging,
    Matching,
    Number,
    Ordering,
    Picking,
    Sizes,
    Slip,
    Spot,
    Step,
    Steps,
    Words,
)

Record = Mapping[str, Any]  # a question as the schema dumps it, one JSON object
Values = Mapping[str, Value]

# Patterns stay texts until they are used: compiling them would slow every start.
PLACEHOLDER = r"\{\{([^{}]+)\}\}"
BLANK = r"\[\[([A-Za-z][A-Za-z0-9_]*)\]\]"
_FORMAT = r"[+]?,?(\.[0-9]{1,2})?[dfge%]?\Z"
_TRIES = 2000


def seed_of(*parts: object) -> int:
    """A 62-bit seed from any parts: question, person or session, attempt."""
    # A text seeds the generator through SHA-512, the same on every machine and version.
    return random.Random("\x1f".join(str(part) for part in parts)).getrandbits(62)


# --- parameters ------------------------------------------------------------------------------------------------------


def domain(param: Record) -> Sequence[Value]:
    """Every value that a parameter may take."""
    if param.get("choice") is not None:
        return list(param["choice"])
    step = param.get("step") or 1
    if param.get("int") is not None:
        low, high = param["int"]
        return range(low, high + 1, int(step))
    low, high = param["float"]
    count = math.floor((high - low) / step + 1e-9) + 1
    return [round(low + index * step, 10) for index in range(count)]


def space_size(record: Record) -> int:
    """How many combinations of parameters there are before `where` is applied; 1 without parameters."""
    return math.prod(len(domain(param)) for param in record["params"].values())


def completed(record: Record, drawn: Values) -> Values | None:
    """Parameters and variables together, or None where a `where` clause refuses them.

    Clauses that name parameters only are tried first, so that they can keep a variable from dividing by zero.
    """
    clauses = [(clause, names(str(clause)) <= drawn.keys()) for clause in record["where"]]
    if not all(evaluate(clause, drawn) for clause, early in clauses if early):
        return None
    values = dict(drawn)
    for name, text in record["vars"].items():
        values[name] = evaluate(text, values)
    if not all(evaluate(clause, values) for clause, early in clauses if not early):
        return None
    return values


def draw(record: Record, rng: random.Random) -> Values:
    """Values for one variant; raises FormulaError when `where` leaves nothing."""
    domains = {name: domain(param) for name, param in record["params"].items()}
    for _ in range(_TRIES):
        values = completed(record, {name: rng.choice(choices) for name, choices in domains.items()})
        if values is not None:
            return values
    raise FormulaError(f"where leaves no variant in {_TRIES} draws")


def space(record: Record, limit: int, rng: random.Random) -> Iterator[Values]:
    """Every variant if there are at most `limit` combinations, else `limit` random draws that `where` allows."""
    domains = {name: domain(param) for name, param in record["params"].items()}
    if space_size(record) <= limit:
        for combination in itertools.product(*domains.values()):
            values = completed(record, dict(zip(domains, combination)))
            if values is not None:
                yield values
        return
    for _ in range(limit):
        values = completed(record, {name: rng.choice(choices) for name, choices in domains.items()})
        if values is not None:
            yield values


# --- texts -----------------------------------------------------------------------------------------------------------


def plain_number(value: Value) -> str:
    """A number as a person writes it: six significant digits, no trailing zeros."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    text = f"{value:.6g}"
    if "e" in text and 1e-4 <= abs(value) < 1e15:
        text = f"{value:.0f}"
    return "0" if text == "-0" else text


def fill(text: str, values: Values) -> str:
    """The text with every `{{formula}}` or `{{formula:format}}` replaced by its value."""
    if "{{" not in text:
        return text

    def replace(match: re.Match[str]) -> str:
        expression, _, form = match[1].partition(":")
        value = evaluate(expression.strip(), values)
        if not form:
            return plain_number(value)
        if not re.match(_FORMAT, form) or isinstance(value, str):
            raise FormulaError(f"{{{{{match[1]}}}}}: the format {form!r} is not allowed")
        return format(float(value) if form[-1] in "fge%" else value, form)

    return re.sub(PLACEHOLDER, replace, text)


# --- bodies ----------------------------------------------------------------------------------------------------------


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
            return _picking(record["options"], values, rng)
        case "multi":
            return _picking(record["options"], values, rng, several=True, credit=record["credit"])
        case "truefalse":
            return Judging(
                record["answer"], fill(record["why"], values), fill(record["trap"], values), record["misconception"]
            )
        case "numeric":
            return _number(record, values)
        case "shape":
            return _sizes(record, values)
        case "order":
            return _ordering(record, values, rng)
        case "match":
            return _matching(record, values, rng)
        case "cloze":
            return Gaps(tuple(_gap(name, gap, values, rng) for name, gap in record["blanks"].items()), record["credit"])
        case "short":
            return _short(record, values)
        case "bug":
            return _spot(record, values, rng)
        case "derive":
            return Steps(tuple(_step(step, values, rng) for step in record["steps"]))
    raise ValueError(f"unknown type {record['type']!r}")


def _picking(
    options: Sequence[Record], values: Values, rng: random.Random, several: bool = False, credit: str = "all"
) -> Picking:
    free = [_option(option, values, n) for n, option in enumerate(options) if option["pin"] is None]
    pinned = [_option(option, values, n) for n, option in enumerate(options) if option["pin"] is not None]
    rng.shuffle(free)
    return Picking(tuple(free + pinned), several, credit)


def _option(option: Record, values: Values, origin: int) -> Choice:
    right = option["right"] is not None
    text = option["right"] if right else option["wrong"]
    return Choice(fill(text, values), right, fill(option["why"], values), option["misconception"], origin)


def _applies(slip: Record, values: Values) -> bool:
    return slip["when"] is None or bool(evaluate(slip["when"], values))


def tolerance_of(record: Record) -> tuple[str, float]:
    """Kind and size of a tolerance; without one, whole numbers are compared exactly."""
    tol = record["tol"] or {}
    for kind in ("abs", "rel", "sig"):
        if tol.get(kind) is not None:
            return kind, float(tol[kind])
    return "abs", 1e-9


def _number(record: Record, values: Values) -> Number:
    slips = tuple(
        Slip(number(slip["expr"], values), fill(slip["why"], values), slip["misconception"])
        for slip in record["mistakes"]
        if _applies(slip, values)
    )
    units = {name: float(number(size, values)) for name, size in record.get("accept_units", {}).items()}
    want = number(record["answer"], values)
    return Number(want, tolerance_of(record), record.get("unit"), units, fill(record["why"], values), slips)


def _entry(text: str | int | float, values: Values, symbols: Sequence[str]) -> str:
    """One axis of a shape: a number, or a formula with the parameters written in and the symbols left."""
    if isinstance(text, str) and names(text) & set(symbols):
        return re.sub(r"[A-Za-z_]\w*", lambda match: f"({values[match[0]]})" if match[0] in values else match[0], text)
    value = number(text, values)
    if value != int(value) or value < 0:
        raise FormulaError(f"{text}: {value} is not the size of an axis")
    return str(int(value))


def _sizes(record: Record, values: Values) -> Sizes:
    symbols = record["symbols"]
    slips = tuple(
        Slip(tuple(_entry(axis, values, symbols) for axis in slip["shape"]), fill(slip["why"], values),
             slip["misconception"])
        for slip in record["mistakes"] if _applies(slip, values)
    )  # fmt: skip
    want = tuple(_entry(axis, values, symbols) for axis in record["answer"])
    return Sizes(want, tuple(symbols), fill(record["why"], values), slips)


def _distractor(record: Record, values: Values) -> Choice:
    return Choice(fill(record["text"], values), False, fill(record["why"], values), record["misconception"])


def _ordering(record: Record, values: Values, rng: random.Random) -> Ordering:
    items = [fill(text, values) for text in record["items"]]
    extras = [_distractor(extra, values) for extra in record["distractors"]]
    texts = items + [extra.text for extra in extras]
    places = list(range(len(texts)))  # places[k] is the number of the text shown at place k
    rng.shuffle(places)
    while [place for place in places if place < len(items)] == list(range(len(items))):
        rng.shuffle(places)
    shown_at = {text: place for place, text in enumerate(places)}
    depends = record["depends"]
    return Ordering(
        shown=tuple(texts[number] for number in places),
        key=tuple(shown_at[number] for number in range(len(items))),
        before=None if depends is None else tuple((shown_at[a - 1], shown_at[b - 1]) for a, b in depends),
        distractors={shown_at[len(items) + index]: extra for index, extra in enumerate(extras)},
        credit=record["credit"],
        why=fill(record["why"], values),
    )


def _matching(record: Record, values: Values, rng: random.Random) -> Matching:
    pairs = [
        (fill(pair["left"], values), fill(pair["right"], values), fill(pair["why"], values), place)
        for place, pair in enumerate(record["pairs"])
    ]
    rng.shuffle(pairs)
    extras = [_distractor(extra, values) for extra in record["distractors"]]
    rights = list(dict.fromkeys([right for _, right, _, _ in pairs] + [extra.text for extra in extras]))
    rng.shuffle(rights)
    return Matching(
        lefts=tuple(left for left, _, _, _ in pairs),
        rights=tuple(rights),
        key=tuple(rights.index(right) for _, right, _, _ in pairs),
        whys=tuple(why for _, _, why, _ in pairs),
        distractors={rights.index(extra.text): extra for extra in extras},
        credit=record["credit"],
        origins=tuple(place for _, _, _, place in pairs),
    )


def _slips(record: Record, values: Values) -> tuple[Slip, ...]:
    return tuple(Slip(r["text"], fill(r["why"], values), r["misconception"]) for r in record["reject"])


def _words(record: Record, values: Values) -> Words:
    accept = tuple(word if word.startswith("re:") else fill(word, values) for word in record["accept"])
    return Words(accept, fill(record["why"], values), tuple(record["samples"]), _slips(record, values))


def _gap(name: str, gap: Record, values: Values, rng: random.Random) -> Gap:
    if gap["answer"] is not None:
        return Gap(name, _number(gap, values))
    if gap["accept"] is not None:
        return Gap(name, _words(gap, values))
    options = [Choice(fill(gap["right"], values), True, fill(gap["why"], values))]
    options += [
        Choice(fill(w["text"], values), False, fill(w["why"], values), w["misconception"]) for w in gap["wrong"]
    ]
    rng.shuffle(options)
    return Gap(name, Picking(tuple(options)))


def _short(record: Record, values: Values) -> Words | Expression:
    if record["expr"] is None:
        return _words(record, values)
    symbols = tuple(record["symbols"])
    want = _written_in(record["expr"], values, symbols)
    return Expression(want, symbols, fill(record["why"], values), _slips(record, values))


def _written_in(text: str, values: Values, symbols: Sequence[str]) -> str:
    return re.sub(
        r"[A-Za-z_]\w*",
        lambda match: f"({values[match[0]]})" if match[0] in values and match[0] not in symbols else match[0],
        text,
    )


def _spot(record: Record, values: Values, rng: random.Random) -> Spot:
    slips = {
        slip["line"]: Choice(str(slip["line"]), False, fill(slip["why"], values), slip["misconception"])
        for slip in record["mistakes"]
    }
    fix = _picking(record["fix"], values, rng) if record["fix"] else None
    count = len(record["code"].rstrip("\n").split("\n"))
    return Spot(tuple(record["lines"]), count, fill(record["why"], values), slips, fix)


def _step(step: Record, values: Values, rng: random.Random) -> Step:
    prompt = fill(step["q"], values)
    body = _body(step, values, rng)
    if isinstance(body, Gaps):
        body = _in_text_order(body, prompt)
    formula = fill(step["formula"], values) if step["formula"] else None
    return Step(prompt, formula, body)  # type: ignore[arg-type]  # the schema allows only the bodies a step may have
