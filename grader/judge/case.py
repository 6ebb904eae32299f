"""One case: what its outcome means, in the order of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from grader import diagnose
from grader.compare import Difference, closeness, differ, scale_of
from grader.judge.words import mismatch_of, show_call
from grader.plan import CasePlan, FunctionPlan
from grader.values import Value, is_float, leaf_name, leaves, part
from grader.verdict import (
    Absent,
    Broken,
    Died,
    ExceptionInfo,
    Mismatch,
    NotWritten,
    Outcome,
    Raised,
    Returned,
    Status,
    StepLimit,
    TimedOut,
)

PRECISE: Final = 1e-9  # relative error beyond which a right result is noted as imprecise
REPEATABLE: Final = 1e-12  # two calls may differ by this share of the largest entry (threads add in any order)

ENGINE_MISTAKES: Final[Mapping[str, str]] = {
    "mutation": "the values are right, but an argument was changed in place: work on a copy",
    "unrepeatable": "two calls with equal arguments gave different results: nothing may be kept between calls or drawn elsewhere",
    "needs-float64": "float32 cannot hold this case: compute in float64",
    "warning": "the values are right, but a RuntimeWarning was raised on the way, which this task rules out",
    "draws": "random numbers were drawn where none may be",
}


@dataclass(frozen=True, eq=False)
class CaseVerdict:
    """What one case came to; `fault` names a general fault besides the values, `off` is a value's error over its scale."""

    status: Status
    mismatch: Mismatch | None = None
    exception: ExceptionInfo | None = None
    fault: str = ""
    off: float = 0.0
    notes: tuple[str, ...] = ()


def judge_case(plan: FunctionPlan, case: CasePlan, outcome: Outcome) -> CaseVerdict:
    """The verdict on one case."""
    if isinstance(outcome, Returned) and isinstance(case.expected, Returned):
        return _returned(plan, case, case.expected.value, outcome)
    if isinstance(outcome, TimedOut):
        return _failed(plan, case, "timeout", _timeout_words(outcome), Status.TIMEOUT)
    if isinstance(outcome, (Died, Absent, NotWritten, StepLimit, Broken)):
        reason = outcome.reason if isinstance(outcome, (Died, Broken)) else "did not run"
        return _failed(plan, case, "died", reason, Status.ERROR)
    if isinstance(case.expected, Raised):
        return _expected_exception(plan, case, case.expected, outcome)
    if isinstance(outcome, Raised):
        verdict = _failed(plan, case, "exception", f"raises {outcome.types[0]}", Status.ERROR)
        return replace(verdict, exception=ExceptionInfo(outcome.types[0], outcome.message, outcome.frames))
    raise TypeError(f"a case that expects {type(case.expected).__name__}")


def _failed(plan: FunctionPlan, case: CasePlan, kind: str, detail: str, status: Status) -> CaseVerdict:
    return CaseVerdict(status, Mismatch(case.name, kind, detail, call=show_call(plan, case)))


def _timeout_words(outcome: TimedOut) -> str:
    what = "the submission used up its time" if outcome.of_submission else f"stopped at {outcome.seconds:g} s"
    return what + (f", at line {outcome.line}: {outcome.source.strip()}" if outcome.line else "")


def _expected_exception(plan: FunctionPlan, case: CasePlan, expected: Raised, outcome: Outcome) -> CaseVerdict:
    name = expected.types[0]
    if isinstance(outcome, Raised) and name in outcome.types:
        return CaseVerdict(Status.PASS)
    did = f"raises {outcome.types[0]}" if isinstance(outcome, Raised) else "returns a value"
    return _failed(plan, case, "exception", f"{did}, expected {name}", Status.FAIL)


def _returned(plan: FunctionPlan, case: CasePlan, want: Value, outcome: Returned) -> CaseVerdict:
    if outcome.again and not _repeats(outcome.value, outcome.again[0]):
        return _fault("unrepeatable", plan, case)
    off = closeness(outcome.value, want, case.allowances)
    difference = differ(outcome.value, want, case.allowances) if off is None else None
    if difference is not None:
        if case.float64_only and difference.kind in ("value", "nonfinite") and diagnose.single_precision(outcome.value):
            return _fault("needs-float64", plan, case)
        mismatch = mismatch_of(plan, case, outcome.value, difference, show_call(plan, case))
        return CaseVerdict(Status.FAIL, mismatch, off=_off(difference, want))
    if outcome.changed:
        return _fault("mutation", plan, case, f"{', '.join(outcome.changed)} was changed in place")
    if case.no_draws and outcome.drew:
        return _fault("draws", plan, case)
    if plan.forbids_warning and outcome.warnings:
        return _fault("warning", plan, case, outcome.warnings[0])
    exact = (off is not None and off <= PRECISE) or case.float64_only
    notes = () if exact else _imprecise(plan, want, outcome.value)
    warned = (f"right, with a RuntimeWarning: {outcome.warnings[0]}",) if outcome.warnings else ()
    return CaseVerdict(Status.PASS, notes=(*notes, *warned))


def _off(difference: Difference, want: Value) -> float:
    scale = float(scale_of(part(want, difference.path))) if difference.error is not None else 0.0
    return difference.error / scale if difference.error is not None and scale else 0.0


def _fault(kind: str, plan: FunctionPlan, case: CasePlan, detail: str = "") -> CaseVerdict:
    return replace(_failed(plan, case, kind, detail or ENGINE_MISTAKES[kind], Status.FAIL), fault=kind)


def _repeats(first: Value, second: Value) -> bool:
    """Whether two calls gave the same, but for the order in which threads add."""
    a, b = list(leaves(first)), list(leaves(second))
    if [path for path, _ in a] != [path for path, _ in b]:
        return False
    return all(_equal_but_noise(x, y) for (_, x), (_, y) in zip(a, b))


def _equal_but_noise(first: Value, second: Value) -> bool:
    if not is_float(first) or not is_float(second):
        return (
            bool(np.array_equal(first, second))
            if isinstance(first, np.ndarray)
            else type(first) is type(second) and first == second
        )
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.shape != b.shape or not np.array_equal(np.isfinite(a), np.isfinite(b)):
        return False
    finite = np.isfinite(a)
    return np.array_equal(a[~finite], b[~finite], equal_nan=True) and bool(
        (np.abs(a[finite] - b[finite]) <= REPEATABLE * float(scale_of(a))).all()
    )


def _imprecise(plan: FunctionPlan, want: Value, value: Value) -> tuple[str, ...]:
    """A remark on a result that is accepted, but less accurate than float64 allows."""
    got = dict(leaves(value))
    for path, wanted in leaves(want):
        if not is_float(wanted) or not np.size(wanted):
            continue
        a, b = np.asarray(got[path], dtype=np.float64), np.asarray(wanted, dtype=np.float64)
        finite, scale = np.isfinite(b), float(scale_of(b))
        error = float(np.abs(a[finite] - b[finite]).max(initial=0.0))
        if scale and error > max(PRECISE * scale, 1e-12):
            name, dtype = leaf_name(plan.outputs, path), np.asarray(got[path]).dtype
            return (
                f"{name} is accepted, but accurate to {error / scale:.0e} only (dtype {dtype}): compute in float64",
            )
    return ()
