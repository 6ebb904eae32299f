"""One exercise under one seed, proved in the grader's own process.

References and alternates pass, in float64 and in float32; every wrong function fails, lies far from right, and is named
as itself and nothing else; reference gradients agree with numerical ones; equal inputs give equal plans.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from grader.catalog import CourseFault, ExerciseFiles, load_solution
from grader.compare import differ, scale_of
from grader.judge import judge
from grader.lint.finding import Finding
from grader.observe import STEP_LIMIT, observe
from grader.plan import FunctionPlan, PlanError, compile_plan, float32_args, save
from grader.spec import Check, SpecError, Wrong
from grader.values import is_float, leaves
from grader.verdict import FunctionResult, Outcome, Raised, Returned, Status, StepLimit, TimedOut

SEPARATION: Final = 100  # a mistake lies this many times the allowed error away from right, on some case
MAGNITUDES: Final = 1e4  # within a stability case, so that the small entries are judged too
UNSEEN: Final = {"property", "warning", "mutates"}  # tags of mistakes that no value shows


def prove(exercise: ExerciseFiles, seed: int) -> list[Finding]:
    """Everything that is wrong with an exercise under one seed."""
    place = f"solutions/{exercise.solution.name}"
    try:
        solution = load_solution(exercise.solution)
        source = exercise.solution.read_bytes()
        plan = compile_plan(exercise.id, solution, source, str(seed))
    except CourseFault as error:
        return [Finding(place, str(error))]
    except (PlanError, SpecError) as error:
        return [Finding(place, str(error), (seed,))]
    pairs = zip(solution.CHECKS, plan.functions)
    findings = [
        found for check, function in pairs for found in _function(f"{place}: {check.name}", check, function, seed)
    ]
    if seed == 1 and save(compile_plan(exercise.id, solution, source, str(seed))) != save(plan):
        findings.append(
            Finding(place, "two plans of one seed differ: a case draws from something else than its generator", (seed,))
        )
    return findings


def _function(place: str, check: Check, plan: FunctionPlan, seed: int) -> Iterator[Finding]:
    names = [case.name for case in plan.cases]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        yield Finding(place, f"two cases are called '{twice[0]}'")
    yield from _stability(place, plan, seed)
    for function in (check.reference, *check.alternates):
        yield from _right(place, check, plan, function, seed)
    for wrong in check.wrong:
        yield from _wrong(place, check, plan, wrong, seed)


def _stability(place: str, plan: FunctionPlan, seed: int) -> Iterator[Finding]:
    for case in plan.cases:
        if case.kind != "stability" or not isinstance(case.expected, Returned):
            continue
        for (_, want), allowance in zip(leaves(case.expected.value), case.allowances):
            if not is_float(want) or allowance.rows or np.size(want) == 0:
                continue
            sizes = np.abs(np.asarray(want, dtype=np.float64))
            sizes = sizes[np.isfinite(sizes) & (sizes > allowance.atol)]
            if sizes.size and sizes.max() > MAGNITUDES * sizes.min():
                words = f"case '{case.name}': expected entries from {sizes.min():.0e} to {sizes.max():.0e}, the small ones unchecked"
                yield Finding(place, f"{words}: split it by magnitude, or use scale='row'", (seed,))


def outcomes_of(function: Callable[..., Any], plan: FunctionPlan, exact: Sequence[str], single: bool) -> list[Outcome]:
    """What a function of ours does on every case, in float32 where that is asked for and the case allows it."""
    result: list[Outcome] = []
    for case in plan.cases:
        args = float32_args(case.args, exact) if single and not case.float64_only else case.args
        outcome = observe(function, args, steps=STEP_LIMIT)
        result.append(TimedOut(0.0) if isinstance(outcome, StepLimit) else outcome)
    return result


def _right(place: str, check: Check, plan: FunctionPlan, function: Callable[..., Any], seed: int) -> Iterator[Finding]:
    what = "the reference" if function is check.reference else f"the alternate {function.__name__}"
    for single in (False, True):
        outcomes = outcomes_of(function, plan, check.exact, single)
        result = judge(plan, None, outcomes)
        bits = "float32" if single else "float64"
        if result.status is not Status.PASS:
            yield Finding(place, f"{what} fails in {bits}: {_why(result)}", (seed,))
        elif not single and any(c.kind == "gradient" and c.status is not Status.PASS for c in result.checks):
            yield Finding(place, f"{what} disagrees with numerical derivatives: {_rows(result)}", (seed,))
        for case, outcome in zip(plan.cases, outcomes):
            if not single and isinstance(outcome, Returned) and outcome.warnings and case.kind != "stability":
                yield Finding(place, f"{what} warns on case '{case.name}': {outcome.warnings[0]}", (seed,))


def _why(result: FunctionResult) -> str:
    check = next(check for check in result.checks if check.status is not Status.PASS)
    if check.exception:
        return f"case '{check.mismatch.case if check.mismatch else ''}' raises {check.exception.type}: {check.exception.message}"
    return f"case '{check.mismatch.case}': {check.mismatch.detail}" if check.mismatch else check.id


def _rows(result: FunctionResult) -> str:
    rows = [row for check in result.checks for row in check.tensors if not row.ok]
    return ", ".join(f"{row.name} {row.error:.1e}" for row in rows)


def _wrong(place: str, check: Check, plan: FunctionPlan, wrong: Wrong, seed: int) -> Iterator[Finding]:
    for function in wrong.forms:
        yield from _form(place, check, plan, wrong, function, seed)


def _form(
    place: str, check: Check, plan: FunctionPlan, wrong: Wrong, function: Callable[..., Any], seed: int
) -> Iterator[Finding]:
    name = function.__name__
    for single in (False, True):
        outcomes = outcomes_of(function, plan, check.exact, single)
        bits = "float32" if single else "float64"
        result = judge(plan, None, outcomes)
        if result.status is Status.PASS:
            yield Finding(
                place,
                f"wrong function {name} passes every case in {bits}: add a case that provokes it, or drop it",
                (seed,),
            )
        elif result.mistake is None or result.mistake.id != wrong.id:
            yield Finding(place, f"wrong function {name} is {_called(result, plan, outcomes)} in {bits}", (seed,))
        elif not single and not UNSEEN & set(wrong.tags) and (factor := separation(plan, outcomes)) < SEPARATION:
            words = f"lies only {factor:.0f} times the allowed error from right: add a case that shows it more"
            yield Finding(place, f"wrong function {name} {words}", (seed,))


def _called(result: FunctionResult, plan: FunctionPlan, outcomes: Sequence[Outcome]) -> str:
    if result.mistake is not None and result.mistake.kind == "named":
        return f"named '{result.mistake.id}'"
    twins = [m.id for m in plan.mistakes if any(_same_views(form.views, outcomes) for form in m.forms)]
    if len(twins) > 1:
        return f"not told from others (it does the same as {' and '.join(twins)}: add a case that separates them)"
    return "caught, but not named"


def _same_views(views: Sequence[Any], outcomes: Sequence[Outcome]) -> bool:
    for view, outcome in zip(views, outcomes):
        if isinstance(view.outcome, Returned) and isinstance(outcome, Returned):
            if differ(outcome.value, view.outcome.value, view.allowances) is not None:
                return False
        elif not (isinstance(view.outcome, StepLimit) and isinstance(outcome, TimedOut)) and type(
            view.outcome
        ) is not type(outcome):
            return False
    return True


def separation(plan: FunctionPlan, outcomes: Sequence[Outcome]) -> float:
    """How many times the allowed error a function lies from right on its clearest case; inf where it differs in kind."""
    best = 0.0
    for case, outcome in zip(plan.cases, outcomes):
        if not isinstance(case.expected, Returned) or not isinstance(outcome, Returned):
            expected = case.expected.types[0] if isinstance(case.expected, Raised) else ""
            if not isinstance(outcome, Raised) or expected not in outcome.types:
                return float("inf")
            continue
        found = differ(outcome.value, case.expected.value, case.allowances)
        if found is None:
            continue
        if found.kind != "value" or found.error is None:
            return float("inf")
        best = max(best, _clearest(outcome, case.expected, plan, case.allowances))
    return best


def _clearest(outcome: Returned, expected: Returned, plan: FunctionPlan, allowances: Sequence[Any]) -> float:
    best = 0.0
    for (_, got), (_, want), allowance in zip(leaves(outcome.value), leaves(expected.value), allowances):
        if is_float(want) and np.size(want):
            a, b = np.asarray(got, dtype=np.float64), np.asarray(want, dtype=np.float64)
            finite = np.isfinite(a) & np.isfinite(b)
            allowed = np.broadcast_to(allowance.rtol * scale_of(b, allowance.rows) + allowance.atol, b.shape)
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = np.abs(a - b)[finite] / allowed[finite]
            best = max(best, float(np.nan_to_num(ratio, nan=0.0, posinf=np.inf).max(initial=0.0)))
        elif not is_float(want) and differ(got, want, (allowance,)) is not None:
            return float("inf")
    return best
