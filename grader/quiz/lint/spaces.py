"""Every variant of a question, enumerated or sampled: no formula fails, no mistake equals the answer."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..check import NotAnAnswer, accepts, close, mark, right_answer, same_formula
from ..formula import FormulaError
from ..item import Body, Expression, Gaps, Item, Number, Picking, Sizes, Slip, Spot, Steps, Words
from ..variants import plain_number, realise, space
from .rules import Problem
from .texts import Loc, normalised

ENUMERATED = 1500  # combinations up to which every variant is looked at
OVERLAP_SHARE = 0.1  # two mistakes may meet by chance in a few variants; the first of them is then named
KEY_CHECKED = 60  # variants whose own key is typed in and marked


@dataclass
class Findings:
    """Problems found in the variants of one question; each kind at each place is told once, with a count."""

    problems: dict[tuple[str, Loc], list[str]] = field(default_factory=dict)
    variants: int = 0

    def note(self, rule: str, loc: Loc, message: str) -> None:
        """Note a problem of one variant."""
        self.problems.setdefault((rule, loc), []).append(message)


_REPAIRS = {
    "mistake-equals-answer": "Exclude it with `when:` on the mistake, or with `where:`.",
    "mistakes-overlap": "Exclude one with `when:`, or drop it.",
    "formula-fails": "Exclude such parameters with `where:`.",
    "tolerance-missing": "Add `tol: {rel: 0.01}` or another tolerance.",
    "options-equal": "Exclude such parameters with `where:`.",
    "tolerance-wide": "Narrow the tolerance.",
}


def variant_problems(record: dict[str, Any]) -> list[Problem]:
    """The problems of all variants of one question."""
    found = Findings()
    rng = random.Random(f"lint {record['id']}")
    try:
        for number, values in enumerate(space(record, ENUMERATED, rng)):
            found.variants += 1
            _one_variant(record, dict(values), number, found)
    except FormulaError as error:
        found.note("formula-fails", ("where",), str(error))
    if record["params"] and found.variants == 0 and not found.problems:
        found.note("empty-space", ("where",), "`where` leaves no variant")
    elif record["params"] and 0 < found.variants < 3:
        found.note("small-space", ("params",), f"there are only {found.variants} variants")
    return [
        (rule, loc, _told(messages, found.variants), _REPAIRS.get(rule, ""))
        for (rule, loc), messages in found.problems.items()
        if rule != "mistakes-overlap" or len(messages) > OVERLAP_SHARE * found.variants
    ]


def _told(messages: list[str], variants: int) -> str:
    if variants > 1 and len(messages) > 1:
        return f"{messages[0]} (in {len(messages)} of {variants} variants)."
    return f"{messages[0]}."


def _shown_values(values: dict[str, Any]) -> str:
    shown = ", ".join(f"{name}={plain_number(value)}" for name, value in values.items())
    return f" for {shown}" if shown else ""


def _one_variant(record: dict[str, Any], values: dict[str, Any], number: int, found: Findings) -> None:
    where = _shown_values(values)
    try:
        item = realise(record, number, values)
    except FormulaError as error:
        found.note("formula-fails", (), f"{error}{where}")
        return
    for loc, body, source in _bodies(item, record):
        _body_problems(body, source, loc, where, found)
    if number < KEY_CHECKED:
        _key_problem(item, where, found)


def _bodies(item: Item, record: dict[str, Any]) -> Iterator[tuple[Loc, Body, dict[str, Any]]]:
    """The bodies within an item, each with its place and the part of the record that it comes from."""
    match item.body:
        case Gaps(gaps=gaps):
            for gap in gaps:
                yield ("blanks", gap.name), gap.body, record["blanks"].get(gap.name, {})
        case Steps(steps=steps):
            for index, step in enumerate(steps):
                source = record["steps"][index]
                if isinstance(step.body, Gaps):
                    for gap in step.body.gaps:
                        yield ("steps", index, "blanks", gap.name), gap.body, source["blanks"].get(gap.name, {})
                else:
                    yield ("steps", index), step.body, source
        case Spot(fix=Picking() as fix):
            yield ("fix",), fix, record
        case body:
            yield (), body, record


def _body_problems(body: Body, source: dict[str, Any], loc: Loc, where: str, found: Findings) -> None:
    match body:
        case Number():
            _number_problems(body, source, loc, where, found)
        case Sizes():
            for index, slip in enumerate(body.slips):
                entries = slip.value if isinstance(slip.value, tuple) else ()
                if len(entries) == len(body.want) and all(
                    same_formula(a, b, body.symbols, 3) for a, b in zip(entries, body.want)
                ):
                    found.note("mistake-equals-answer", (*loc, "mistakes", index), f"the shape is the answer{where}")
        case Words():
            _words_problems(body, loc, where, found)
        case Expression():
            for index, slip in enumerate(body.slips):
                if same_formula(str(slip.value), body.want, body.symbols):
                    found.note("mistake-equals-answer", (*loc, "reject", index), f"equals the answer{where}")
        case Picking():
            seen: dict[str, int] = {}
            for index, option in enumerate(body.options):
                if seen.setdefault(normalised(option.text), index) != index:
                    found.note("options-equal", (*loc, "options"), f"two options read `{option.text[:40]}`{where}")


def _number_problems(body: Number, source: dict[str, Any], loc: Loc, where: str, found: Findings) -> None:
    if source.get("tol") is None and abs(body.want - round(body.want)) > 1e-9:
        found.note("tolerance-missing", (*loc, "answer"), f"the answer {plain_number(body.want)} is not whole{where}")
    for index, slip in enumerate(body.slips):
        place = (*loc, "mistakes", _index_of(slip, source, index))
        if _overlap(slip, body):
            found.note(
                "mistake-equals-answer", place, f"the mistake gives {slip.value}, the answer is {body.want}{where}"
            )
        for other in body.slips[:index]:
            if isinstance(other.value, (int, float)) and _same(slip, other, body):
                found.note("mistakes-overlap", place, f"two mistakes give {slip.value}{where}")


def _index_of(slip: Slip, source: dict[str, Any], index: int) -> int:
    conditional = any(mistake["when"] is not None for mistake in source["mistakes"])
    if not conditional:
        return index
    # With `when:` some mistakes are left out, so positions shift; the reason tells which one this is.
    reasons = [mistake["why"] for mistake in source["mistakes"]]
    return reasons.index(slip.why) if slip.why in reasons else index


def _overlap(slip: Slip, body: Number) -> bool:
    return isinstance(slip.value, (int, float)) and close(slip.value, body.want, body.tolerance)


def _same(slip: Slip, other: Slip, body: Number) -> bool:
    return close(float(slip.value), float(other.value), body.tolerance)  # type: ignore[arg-type]  # both are numbers


def _words_problems(body: Words, loc: Loc, where: str, found: Findings) -> None:
    for index, sample in enumerate(body.samples):
        if not accepts(body, sample):
            found.note("sample-rejected", (*loc, "samples", index), f"`{sample}` is not accepted{where}")
    for index, slip in enumerate(body.slips):
        if accepts(body, str(slip.value)):
            found.note("mistake-equals-answer", (*loc, "reject", index), f"`{slip.value}` is accepted{where}")


def _key_problem(item: Item, where: str, found: Findings) -> None:
    try:
        score = mark(item.body, right_answer(item.body)).score
    except NotAnAnswer as error:
        found.note("key-fails", (), f"the question's own key is refused: {error}{where}")
        return
    if score < 1:
        found.note("key-fails", (), f"the question's own key gets {score:.2f} of 1{where}")
