"""The named mistake whose outcomes match on every case."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.compare import differ
from grader.plan import CasePlan, FunctionPlan, View
from grader.properties import Property, holds
from grader.values import Path, Value, leaf_name, leaves
from grader.verdict import Mistake, Outcome, Raised, Returned, StepLimit, TimedOut


def named(plan: FunctionPlan, outcomes: Sequence[Outcome | None], failed: Sequence[int]) -> Mistake | None:
    """The one named mistake that explains every outcome, or None.

    `failed` are the positions of the cases that are wrong; an outcome of None was not run and says nothing.
    """
    fitting = [
        (mistake, form)
        for mistake in plan.mistakes
        for form in mistake.forms
        if _explains(plan, form.views, outcomes, failed)
    ]
    if len({mistake.id for mistake, _ in fitting}) != 1:
        return None
    mistake, form = fitting[0]
    return Mistake(mistake.id, form.text, "named", mistake.hint, mistake.variant_of)


def _explains(
    plan: FunctionPlan, views: Sequence[View], outcomes: Sequence[Outcome | None], failed: Sequence[int]
) -> bool:
    told = False
    for index, (case, view, outcome) in enumerate(zip(plan.cases, views, outcomes)):
        if outcome is None or (view.vague and isinstance(outcome, Returned) and single_precision(outcome.value)):
            continue
        if not _does_the_same(plan, case, view, outcome):
            return False
        told |= index in failed
    return told and _lacks_the_same(plan, views, outcomes)


def _does_the_same(plan: FunctionPlan, case: CasePlan, view: View, outcome: Outcome) -> bool:
    mistake = view.outcome
    if isinstance(mistake, StepLimit):
        return isinstance(outcome, TimedOut)
    if isinstance(mistake, Raised):
        return isinstance(outcome, Raised) and mistake.types[0] == outcome.types[0]
    if not isinstance(mistake, Returned) or not isinstance(outcome, Returned):
        return False
    if bool(mistake.changed) != bool(outcome.changed) or (case.no_draws and bool(mistake.drew) != bool(outcome.drew)):
        return False
    if plan.forbids_warning and bool(mistake.warnings) != bool(outcome.warnings):
        return False
    return differ(outcome.value, mistake.value, view.allowances) is None


def _lacks_the_same(plan: FunctionPlan, views: Sequence[View], outcomes: Sequence[Outcome | None]) -> bool:
    """Whether both lack the same properties on some case; on which one may hang on the last digits."""
    mistakes = [view.outcome for view in views]
    return all(_lacks(plan, wanted, mistakes) == _lacks(plan, wanted, outcomes) for wanted in plan.properties)


def _lacks(plan: FunctionPlan, wanted: Property, outcomes: Sequence[Outcome | None]) -> bool:
    return any(
        not holds(wanted, plan.outputs, outcome.value, case.args)
        for case, outcome in zip(plan.cases, outcomes)
        if isinstance(outcome, Returned)
    )


def single_precision(value: Value) -> bool:
    """Whether a float leaf of a value is float32 (or float16)."""
    return any(isinstance(leaf, np.ndarray) and leaf.dtype in (np.float32, np.float16) for _, leaf in leaves(value))


def wrong_outputs(plan: FunctionPlan, case: CasePlan, value: Value) -> tuple[list[str], list[str]]:
    """The names of the right and of the wrong leaves of a result that has the expected structure."""
    right: list[str] = []
    wrong: list[str] = []
    if not isinstance(case.expected, Returned):
        return right, wrong
    got: dict[Path, Value] = dict(leaves(value))
    for (path, want), allowance in zip(leaves(case.expected.value), case.allowances):
        fits = path in got and differ(got[path], want, (allowance,)) is None
        (right if fits else wrong).append(leaf_name(plan.outputs, path))
    return right, wrong
