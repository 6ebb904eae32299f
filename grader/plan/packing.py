"""Outcomes and allowances as values that can be sent and kept."""

from __future__ import annotations

from collections.abc import Sequence

from grader.compare import Allowance
from grader.values import Value
from grader.verdict import Outcome, Raised, Returned, StepLimit


def pack_outcome(outcome: Outcome) -> Value:
    """What an outcome of our own function is, as a value that can be sent."""
    if isinstance(outcome, Returned):
        return ["returned", outcome.value, outcome.changed, outcome.drew, bool(outcome.warnings)]
    if isinstance(outcome, Raised):
        return ["raised", outcome.types]
    if isinstance(outcome, StepLimit):
        return ["steps"]
    raise ValueError(f"an outcome of kind {type(outcome).__name__} cannot be planned")


def unpack_outcome(row: Value) -> Outcome:
    """The outcome of what `pack_outcome` gave."""
    if row[0] == "returned":
        return Returned(row[1], changed=tuple(row[2]), drew=tuple(row[3]), warnings=("",) if row[4] else ())
    return Raised(tuple(row[1])) if row[0] == "raised" else StepLimit()


def pack_allowances(allowances: Sequence[Allowance]) -> list[Value]:
    """Allowances as a value that can be sent."""
    return [(a.rtol, a.atol, a.rows) for a in allowances]


def unpack_allowances(rows: Value) -> tuple[Allowance, ...]:
    """The allowances of what `pack_allowances` gave."""
    return tuple(Allowance(*row) for row in rows)
