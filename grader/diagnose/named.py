"""The named mistake whose outcomes match on every case."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.compare import differ
from grader.plan import CasePlan, Form, FunctionPlan, MistakePlan, View
from grader.properties import Property, holds
from grader.values import Path, Value, is_float, leaf_name, leaves
from grader.verdict import Mistake, Outcome, Raised, Returned, StepLimit, TimedOut


def named(plan: FunctionPlan, outcomes: Sequence[Outcome | None], failed: Sequence[int]) -> Mistake | None:
    """The one named mistake that explains every outcome, or None.

    `failed` are the positions of the cases that are wrong; an outcome of None was not run and says nothing. If no mistake
    explains them all, cases on which the code only breaks (raises, gives nan or infinity) are set aside: the one mistake
    that explains the rest is told, with the cases that it does not explain.
    """
    found = _fitting(plan, outcomes, failed)
    if found or not failed:
        return _mistake(found, "")
    broken = [i for i in failed if _breaks(plan.cases[i], outcomes[i])]
    if not broken or 2 * len(broken) > len(failed):
        return None
    rest = [None if i in broken else outcome for i, outcome in enumerate(outcomes)]
    names = ", ".join(f"'{plan.cases[i].name}'" for i in broken)
    return _mistake(_fitting(plan, rest, [i for i in failed if i not in broken]), f" It also breaks on {names}.")


Fits = list[tuple[MistakePlan, Form]]


def _fitting(plan: FunctionPlan, outcomes: Sequence[Outcome | None], failed: Sequence[int]) -> Fits:
    return [
        (mistake, form)
        for mistake in plan.mistakes
        for form in mistake.forms
        if _explains(plan, form.views, outcomes, failed)
    ]


def _mistake(fitting: Fits, more: str) -> Mistake | None:
    if len({mistake.id for mistake, _ in fitting}) != 1:
        return None
    mistake, form = fitting[0]
    return Mistake(mistake.id, form.text + more, "named", mistake.hint, mistake.variant_of)


def _breaks(case: CasePlan, outcome: Outcome | None) -> bool:
    """Whether code raises, or gives nan or infinity where a finite number is expected."""
    if not isinstance(outcome, Returned) or not isinstance(case.expected, Returned):
        return isinstance(outcome, Raised) and isinstance(case.expected, Returned)
    got = dict(leaves(outcome.value))
    return any(
        path in got and is_float(got[path]) and _worse(got[path], want)
        for path, want in leaves(case.expected.value)
        if is_float(want)
    )


def _worse(got: Value, want: Value) -> bool:
    """Whether some entry, or if the shapes differ every one, is nan or infinite where a finite number is expected."""
    bad = ~np.isfinite(got)
    if np.shape(got) == np.shape(want):
        return bool((bad & np.isfinite(want)).any())
    return bool(np.size(got) and bad.all() and np.isfinite(want).all())


def _explains(
    plan: FunctionPlan, views: Sequence[View], outcomes: Sequence[Outcome | None], failed: Sequence[int]
) -> bool:
    told = False
    for index, (case, view, outcome) in enumerate(zip(plan.cases, views, outcomes)):
        if outcome is None or (view.vague and isinstance(outcome, Returned) and _may_be_single(outcome.value)):
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
    if bool(mistake.changed) != bool(outcome.changed) or differ(outcome.value, mistake.value, view.allowances):
        return False
    warned = plan.forbids_warning and bool(mistake.warnings) != bool(outcome.warnings)
    drew = case.no_draws and bool(mistake.drew) != bool(outcome.drew)
    # A draw or a warning is what is wrong only where the value is right; a wrong value is the mistake by itself.
    return not (warned or drew) or _is_wrong(case, mistake)


def _is_wrong(case: CasePlan, mistake: Returned) -> bool:
    expected = case.expected
    return isinstance(expected, Returned) and differ(mistake.value, expected.value, case.allowances) is not None


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


def _may_be_single(value: Value) -> bool:
    """Whether a value was computed in float32, as far as can be seen."""
    return single_precision(value) or any(
        isinstance(leaf, float) and _held_by_float32(leaf) for _, leaf in leaves(value)
    )


def _held_by_float32(number: float) -> bool:
    """Whether a Python float, which keeps no dtype, is one of float32 and no round number: hardly ever by chance.

    0 counts as one, for it is what float32 makes of a small rest.
    """
    with np.errstate(over="ignore"):
        single, half = float(np.float32(number)), float(np.float16(number))
    round_number = half == number and abs(number) >= np.finfo(np.float16).tiny
    return bool(np.isfinite(number) and single == number and not round_number)


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
