"""Checks besides the values: properties, and gradients against numerical derivatives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader import diagnose
from grader.compare import differ
from grader.gradient.agree import RTOL, Probe, disagreement
from grader.judge.words import entry, show_call, two_numbers
from grader.plan import CasePlan, FunctionPlan
from grader.properties import holds
from grader.values import Path, Value, at, leaf_name, leaves, part
from grader.verdict import (
    CheckResult,
    Mismatch,
    Outcome,
    Returned,
    Status,
    TensorRow,
)


def property_check(plan: FunctionPlan, index: int, outcomes: Sequence[Outcome | None]) -> CheckResult:
    """The check of one property on every case that gave a value."""
    wanted = plan.properties[index]
    ran = [(c, o) for c, o in zip(plan.cases, outcomes) if isinstance(o, Returned) and isinstance(c.expected, Returned)]
    failing = [case for case, outcome in ran if not holds(wanted, plan.outputs, outcome.value, case.args)]
    status = Status.FAIL if failing or not ran else Status.PASS
    mismatch = None
    if failing:
        mismatch = Mismatch(failing[0].name, "property", wanted.text, wanted.output, call=show_call(plan, failing[0]))
    return CheckResult(wanted.id, "property", status, 0, 0, len(ran) - len(failing), len(ran), mismatch)


def unproved(plan: FunctionPlan, outcomes: Sequence[Outcome | None]) -> list[int]:
    """The cases whose values are right but that lack a property."""
    return [
        i
        for i, (case, outcome) in enumerate(zip(plan.cases, outcomes))
        if isinstance(outcome, Returned)
        and not all(holds(p, plan.outputs, outcome.value, case.args) for p in plan.properties)
    ]


def gradient_check(plan: FunctionPlan, index: int, outcomes: Sequence[Outcome | None]) -> CheckResult:
    """The comparison with numerical derivatives: a table of tensors, without points."""
    points = plan.gradients[index].points
    name = "gradient" if len(plan.gradients) == 1 else f"gradient-{index + 1}"
    rows: dict[Path, TensorRow] = {}
    passed = 0
    for point in points:
        outcome = outcomes[point.case]
        if not isinstance(outcome, Returned):
            continue
        made = [_row(plan, plan.cases[point.case], outcome.value, probe) for probe in point.probes]
        passed += all(row.ok for row in made)
        for probe, row in zip(point.probes, made):
            if probe.leaf not in rows or row.error / row.limit > rows[probe.leaf].error / rows[probe.leaf].limit:
                rows[probe.leaf] = row
    tensors = tuple(rows.values())
    good = bool(tensors) and all(row.ok for row in tensors)
    return CheckResult(
        name, "gradient", Status.PASS if good else Status.FAIL, 0, 0, passed, len(points), tensors=tensors
    )


def _row(plan: FunctionPlan, case: CasePlan, value: Value, probe: Probe) -> TensorRow:
    grad, name = part(value, probe.leaf), leaf_name(plan.outputs, probe.leaf)
    if not isinstance(grad, (np.ndarray, float)):
        return TensorRow(name, (), float("inf"), RTOL, False)
    error = disagreement(grad, probe)
    limit = RTOL
    assert isinstance(case.expected, Returned)
    position = [path for path, _ in leaves(case.expected.value)].index(probe.leaf)
    if diagnose.single_precision(grad):
        limit = max(RTOL, case.allowances[position].rtol)
    want = at(case.expected.value, probe.leaf)
    difference = differ(grad, want, (case.allowances[position],))
    worst = ""
    if not error <= limit and difference is not None and difference.kind == "value":
        first, second = two_numbers(difference.got, difference.want)
        worst = f"{entry(name, difference.index)}: yours {first}, expected {second}"
    return TensorRow(name, np.shape(grad), error, limit, bool(error <= limit), worst)
