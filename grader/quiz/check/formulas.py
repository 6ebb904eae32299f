"""Shapes and expressions, compared by value at random points."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Sequence

from ..formula import FormulaError, evaluate, names, number
from ..item import Expression, Sizes, show_shape
from .result import Marked, NotAnAnswer, Reason, tags


def mark_sizes(body: Sizes, answer: str) -> Marked:
    """Credit for each axis, if there are as many as wanted."""
    axes = _axes(answer, body)
    key = Reason("", show_shape(body.want), True, body.why)
    if len(axes) == len(body.want):
        hits = sum(same_formula(got, want, body.symbols) for got, want in zip(axes, body.want))
        if hits == len(axes):
            return Marked(1.0, (key,))
    else:
        hits = 0
    for slip in body.slips:
        entries = slip.value if isinstance(slip.value, tuple) else ()
        if len(entries) == len(axes) and all(same_formula(g, w, body.symbols) for g, w in zip(axes, entries)):
            return Marked(0.0, (Reason("", show_shape(entries), False, slip.why, True), key), tags([slip]), slip)
    share = hits / len(body.want) if body.want else 0.0
    return Marked(share if share < 1 else 0.0, (key,))


def _axes(answer: str, body: Sizes) -> list[str]:
    inner = answer.strip()
    if inner[:1] in "([" and inner[-1:] in ")]":
        inner = inner[1:-1]
    if not inner.strip():
        return []
    pieces = re.split(r"\s*,\s*" if "," in inner else r"\s*[x×]\s*|\s+", inner.strip().rstrip(","))
    axes = [_symbolic(piece, body.symbols) for piece in pieces if piece]
    for axis in axes:
        try:
            unknown = names(axis) - set(body.symbols)
        except FormulaError:
            raise NotAnAnswer(f"{axis!r} is not the size of an axis: type a shape such as (32, 10).") from None
        if unknown:
            known = f" Letters that may stand here: {', '.join(body.symbols)}." if body.symbols else ""
            raise NotAnAnswer(f"{', '.join(sorted(unknown))} is not known here.{known}")
    return axes


def _symbolic(text: str, symbols: Sequence[str]) -> str:
    """A typed expression with its implied products written out: `2H` is `2*H`, `(a+b)c` is `(a+b)*c`."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("^", "**").replace("−", "-").replace("·", "*")
    plain = plain.replace("×", "*")
    for symbol in sorted(symbols, key=len, reverse=True):
        plain = re.sub(rf"(?<=[0-9)])\s*(?={re.escape(symbol)}\b)", "*", plain)
    plain = re.sub(r"\)\s*\(", ")*(", plain)
    known = "|".join(re.escape(symbol) for symbol in sorted(symbols, key=len, reverse=True))
    if known:
        plain = re.sub(rf"\b({known})\s+(?=({known})\b)", r"\1*", plain)
        plain = re.sub(rf"\b({known})\s*\(", r"\1*(", plain)
    return plain


def same_formula(got: str, want: str, symbols: Sequence[str], points: int = 20) -> bool:
    """Whether two formulas have the same value at random points; a point where the wanted one has none is skipped."""
    rng = random.Random(20)
    tried = 0
    for _ in range(points * 5):
        values = {name: rng.uniform(0.2, 3.0) for name in symbols}
        try:
            expected = number(want, values)
        except FormulaError:
            continue
        try:
            value = number(got, values)
        except FormulaError:
            return False
        if abs(value - expected) > 1e-9 * max(1.0, abs(expected)):
            return False
        tried += 1
        if tried == points:
            break
    return tried > 0


def mark_expression(body: Expression, answer: str) -> Marked:
    """Whether an expression has the value of the wanted one wherever that is defined."""
    got = _symbolic(answer.split("=")[-1], body.symbols)
    try:
        unknown = names(got) - set(body.symbols)
        evaluate(got, dict.fromkeys(body.symbols, 0.7))
    except FormulaError as error:
        raise NotAnAnswer(f"Type an expression in {', '.join(body.symbols)}: {error}.") from None
    if unknown:
        raise NotAnAnswer(f"{', '.join(sorted(unknown))} is not known: use {', '.join(body.symbols)}.")
    key = Reason("", body.want.replace("**", "^"), True, body.why)
    if same_formula(got, body.want, body.symbols):
        return Marked(1.0, (key,))
    for slip in body.slips:
        if same_formula(got, str(slip.value), body.symbols):
            return Marked(0.0, (Reason("", str(slip.value), False, slip.why, True), key), tags([slip]), slip)
    return Marked(0.0, (key,))
