"""What every export needs: fixed variants, plain numbers and words, and the fields that no format keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ..check import allowed_error
from ..formula import FormulaError
from ..item import Item, Words
from ..variants import realise, seed_of
from .results import Loss

EXACT = 1e-9  # the tolerance of whole numbers, which is only there for rounding


class Exportable(NamedTuple):
    """One fixed variant of a question under the name it gets elsewhere."""

    name: str
    item: Item
    record: Mapping[str, Any]


def exportable(records: Iterable[Mapping[str, Any]], variants: int, losses: list[Loss]) -> list[Exportable]:
    """The questions with fixed parameters: some variants of each that has any, different ones where there are."""
    found = []
    for record in records:
        if not record["params"]:
            found.append(Exportable(record["id"], realise(record, seed_of(record["id"], "export")), record))
            continue
        losses.append(Loss(record["id"], f"parameters are fixed: {variants} variants"))
        seen: set[str] = set()
        for attempt in range(10 * variants):
            try:
                item = realise(record, seed_of(record["id"], "export", attempt))
            except FormulaError as error:
                losses.append(Loss(record["id"], f"left out, a formula fails ({error})"))
                break
            if str(item.values) not in seen:
                seen.add(str(item.values))
                found.append(Exportable(f"{record['id']}-v{len(seen)}", item, record))
            if len(seen) == variants:
                break
    return found


def common_losses(entry: Exportable, hints: bool, code: bool) -> list[Loss]:
    """Losses of any format: fields that only this bank has."""
    record = entry.record
    kept_nowhere = {
        "formula": record["formula"], "refs": record["refs"], "needs": record["needs"], "family": record["family"],
        "hints": None if hints else record["hints"], "code": None if code else record["code"],
        "misconceptions": _has_tag(record),
    }  # fmt: skip
    lost = [name for name, value in kept_nowhere.items() if value]
    return [Loss(record["id"], f"not kept: {', '.join(lost)}")] if lost else []


def _has_tag(value: object) -> bool:
    if isinstance(value, dict):
        return bool(value.get("misconception")) or any(map(_has_tag, value.values()))
    return isinstance(value, list) and any(map(_has_tag, value))


def plain_tolerance(want: float, tolerance: tuple[str, float]) -> float:
    """The tolerance as an absolute error with three digits; 0 where numbers are compared exactly."""
    error = float(f"{allowed_error(want, tolerance):.3g}")
    return 0.0 if error <= EXACT else error


def exact(value: float) -> str:
    """A number without an exponent and without the last digits of its rounding: `0.18`, not `0.17999999999999997`."""
    if isinstance(value, int):
        return str(value)
    text = f"{value:.12g}"
    return f"{value:.20f}".rstrip("0").rstrip(".") if "e" in text else text


def accepted_words(entry: Exportable, body: Words, losses: list[Loss]) -> list[str]:
    """The words that count as right; patterns, which other formats lack, are replaced by their samples."""
    words = [word for word in body.accept if not word.startswith("re:")]
    if len(words) < len(body.accept):
        losses.append(Loss(entry.name, "patterns are replaced by their samples"))
        words += body.samples
    return list(dict.fromkeys(words))
