"""What is typed: numbers, shapes, words and expressions, with the parameters written in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..formula import FormulaError, evaluate, names, number
from ..item import Expression, Number, Sizes, Slip, Words
from .parameters import Record, Values
from .texts import fill


def _applies(slip: Record, values: Values) -> bool:
    return slip["when"] is None or bool(evaluate(slip["when"], values))


def _tolerance(record: Record) -> tuple[str, float]:
    """Kind and size of a tolerance; without one, whole numbers are compared exactly."""
    tol = record["tol"] or {}
    for kind in ("abs", "rel", "sig"):
        if tol.get(kind) is not None:
            return kind, float(tol[kind])
    return "abs", 1e-9


def number_of(record: Record, values: Values) -> Number:
    """A number with its tolerance, units and the slips that apply to this variant."""
    slips = tuple(
        Slip(number(slip["expr"], values), fill(slip["why"], values), slip["misconception"])
        for slip in record["mistakes"]
        if _applies(slip, values)
    )
    units = {name: float(number(size, values)) for name, size in record.get("accept_units", {}).items()}
    want = number(record["answer"], values)
    return Number(want, _tolerance(record), record.get("unit"), units, fill(record["why"], values), slips)


def _entry(text: str | int | float, values: Values, symbols: Sequence[str]) -> str:
    """One axis of a shape: a number, or a formula with the parameters written in and the symbols left."""
    if isinstance(text, str) and names(text) & set(symbols):
        return re.sub(r"[A-Za-z_]\w*", lambda match: f"({values[match[0]]})" if match[0] in values else match[0], text)
    value = number(text, values)
    if value != int(value) or value < 0:
        raise FormulaError(f"{text}: {value} is not the size of an axis")
    return str(int(value))


def sizes_of(record: Record, values: Values) -> Sizes:
    """A shape with the slips that apply to this variant."""
    symbols = record["symbols"]
    slips = tuple(
        Slip(tuple(_entry(axis, values, symbols) for axis in slip["shape"]), fill(slip["why"], values),
             slip["misconception"])
        for slip in record["mistakes"] if _applies(slip, values)
    )  # fmt: skip
    want = tuple(_entry(axis, values, symbols) for axis in record["answer"])
    return Sizes(want, tuple(symbols), fill(record["why"], values), slips)


def _slips(record: Record, values: Values) -> tuple[Slip, ...]:
    return tuple(Slip(r["text"], fill(r["why"], values), r["misconception"]) for r in record["reject"])


def words_of(record: Record, values: Values) -> Words:
    """The words that are accepted and those that are known slips."""
    accept = tuple(word if word.startswith("re:") else fill(word, values) for word in record["accept"])
    return Words(accept, fill(record["why"], values), tuple(record["samples"]), _slips(record, values))


def short_of(record: Record, values: Values) -> Words | Expression:
    """A short answer: words, or an expression."""
    if record["expr"] is None:
        return words_of(record, values)
    symbols = tuple(record["symbols"])
    want = _written_in(record["expr"], values, symbols)
    return Expression(want, symbols, fill(record["why"], values), _slips(record, values))


def _written_in(text: str, values: Values, symbols: Sequence[str]) -> str:
    return re.sub(
        r"[A-Za-z_]\w*",
        lambda match: f"({values[match[0]]})" if match[0] in values and match[0] not in symbols else match[0],
        text,
    )
