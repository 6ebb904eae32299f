"""One function: its checks, status, points and mistake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from grader import diagnose
from grader.judge.case import ENGINE_MISTAKES, CaseVerdict, judge_case
from grader.judge.checks import gradient_check, property_check, unproved
from grader.plan import FunctionPlan
from grader.verdict import (
    Absent,
    Broken,
    CheckResult,
    Died,
    Found,
    FunctionResult,
    Mismatch,
    Mistake,
    NotWritten,
    Outcome,
    Raised,
    Returned,
    Status,
    TimedOut,
)

RIGHT_OR_NOT_RUN: Final = (Status.PASS, Status.SKIP)  # a case is skipped after a timeout or a crash on another


def judge(plan: FunctionPlan, found: Found | None, outcomes: Sequence[Outcome | None]) -> FunctionResult:
    """The verdict on one function from one outcome a case (None where it was not run after a timeout)."""
    whole = _whole(plan, found, outcomes)
    if whole is not None:
        return whole
    cases = [CaseVerdict(Status.SKIP) if o is None else judge_case(plan, c, o) for c, o in zip(plan.cases, outcomes)]
    failed = [i for i, verdict in enumerate(cases) if verdict.status not in RIGHT_OR_NOT_RUN]
    properties = [property_check(plan, index, outcomes) for index in range(len(plan.properties))]
    broken_properties = any(check.status is not Status.PASS for check in properties)
    gradient = [gradient_check(plan, index, outcomes) for index in range(len(plan.gradients))]
    status = _status(cases, broken_properties)
    checks = (*_match(plan, cases, outcomes, status), *properties, *gradient)
    suspects = failed or unproved(plan, outcomes)
    mistake = None if status is Status.PASS else _mistake(plan, outcomes, suspects, cases)
    return FunctionResult(
        name=plan.name,
        status=status,
        points=plan.points if status is Status.PASS else 0,
        max_points=plan.points,
        checks=checks,
        line=found.line if found else None,
        needs=plan.needs,
        mistake=mistake,
        hint_available=status is not Status.PASS,
        facts=() if status is Status.PASS else _facts(plan, outcomes, failed),
    )


def skipped(results: Sequence[FunctionResult]) -> tuple[FunctionResult, ...]:
    """The results with every failing function that needs a failing or unwritten one shown as skipped, with the cause."""
    by_name = {result.name: result for result in results}

    def settle(result: FunctionResult) -> FunctionResult:
        if result.status not in (Status.FAIL, Status.ERROR):
            return result
        cause = next((n for n in result.needs if n in by_name and by_name[n].status is not Status.PASS), None)
        return replace(result, status=Status.SKIP, skipped_because=cause) if cause else result

    return tuple(settle(result) for result in results)


def _whole(plan: FunctionPlan, found: Found | None, outcomes: Sequence[Outcome | None]) -> FunctionResult | None:
    """A verdict that needs no cases: broken, not written, absent, not a function."""
    first = next((o for o in outcomes if o is not None), None)
    broken = next((o for o in outcomes if isinstance(o, Broken)), None)
    status, detail = Status.FAIL, ""
    if broken is not None:
        status, detail = Status.BROKEN, broken.reason
    elif (found is not None and found.todo) or isinstance(first, NotWritten):
        status = Status.TODO
    elif isinstance(first, Absent):
        detail = f"there is no function {plan.name}" + (f"; it {first.found}" if first.found else "")
        detail += f"; did you mean {' or '.join(first.near)}?" if first.near else ""
    elif found is not None and found.problem:
        detail = f"{plan.name} {found.problem}, not a plain function"
    else:
        return None
    mismatch = Mismatch("", "missing", detail) if detail else None
    check = CheckResult("match", "match", status, 0, plan.points, 0, len(plan.cases), mismatch)
    line = found.line if found else None
    return FunctionResult(
        plan.name, status, 0, plan.points, (check,), line=line, needs=plan.needs, hint_available=bool(plan.hints)
    )


def _status(cases: Sequence[CaseVerdict], broken_properties: bool) -> Status:
    """A timeout says most, then the first case that failed."""
    if any(verdict.status is Status.TIMEOUT for verdict in cases):
        return Status.TIMEOUT
    first = next((verdict.status for verdict in cases if verdict.status not in RIGHT_OR_NOT_RUN), Status.PASS)
    return Status.FAIL if first is Status.PASS and broken_properties else first


def _match(
    plan: FunctionPlan, cases: Sequence[CaseVerdict], outcomes: Sequence[Outcome | None], status: Status
) -> list[CheckResult]:
    """The match check, which carries the points, and the stability check."""
    result = []
    for kind in ("value", "stability"):
        chosen = [i for i, case in enumerate(plan.cases) if case.kind == kind]
        if not chosen and kind == "stability":
            continue
        verdicts = [cases[i] for i in chosen]
        wrong = _telling(verdicts)
        ran = [o for i in chosen if isinstance(o := outcomes[i], (Returned, Raised, TimedOut, Died))]
        own = _status(verdicts, False)
        points = (plan.points if status is Status.PASS else 0, plan.points) if kind == "value" else (0, 0)
        result.append(
            CheckResult(
                id="match" if kind == "value" else "stability",
                kind="match" if kind == "value" else "stability",
                status=own,
                points=points[0],
                max_points=points[1],
                cases_passed=sum(v.status is Status.PASS for v in verdicts),
                cases=len(verdicts),
                mismatch=wrong.mismatch if wrong else None,
                exception=wrong.exception if wrong else None,
                printed=next((o.printed for o in ran if o.printed), ""),
                warnings=tuple(dict.fromkeys(w for o in ran if isinstance(o, (Returned, Raised)) for w in o.warnings)),
                notes=tuple(dict.fromkeys(note for v in verdicts for note in v.notes)) if status is Status.PASS else (),
            )
        )
    return result


def _mistake(
    plan: FunctionPlan, outcomes: Sequence[Outcome | None], failed: Sequence[int], cases: Sequence[CaseVerdict]
) -> Mistake | None:
    faults = {cases[i].fault for i in failed}
    fault = faults.pop() if len(faults) == 1 else ""
    mistake = None if fault in ("unrepeatable", "needs-float64") else diagnose.named(plan, outcomes, failed)
    if mistake is not None:
        return mistake
    if fault:
        return Mistake(fault, ENGINE_MISTAKES[fault], "pattern")
    return diagnose.pattern(plan, outcomes, failed)


def _telling(verdicts: Sequence[CaseVerdict]) -> CaseVerdict | None:
    """The failed case to show: the first, or of wrong values the first that is off by a percent, else the farthest off."""
    failed = sorted(
        (v for v in verdicts if v.status not in RIGHT_OR_NOT_RUN), key=lambda v: v.status is not Status.TIMEOUT
    )
    if not failed or failed[0].mismatch is None or failed[0].mismatch.kind != "value":
        return failed[0] if failed else None
    values = [v for v in failed if v.mismatch is not None and v.mismatch.kind == "value"]
    return next((v for v in values if v.off >= 0.01), max(values, key=lambda v: v.off))


def _facts(plan: FunctionPlan, outcomes: Sequence[Outcome | None], failed: Sequence[int]) -> tuple[str, ...]:
    """What is already right."""
    facts = []
    passed = [i for i in range(len(plan.cases)) if i not in failed and outcomes[i] is not None]
    if failed and passed and len(failed) <= 2:
        names = ", ".join(f"'{plan.cases[i].name}'" for i in failed)
        facts.append(f"right on {len(passed)} of {len(plan.cases)} cases; wrong on {names}")
    sides = [wrong for wrong in (_sides(plan, i, outcomes) for i in failed) if wrong is not None]
    if sides and len(plan.outputs) > 1:
        right = [name for name in sides[0][0] if all(name in side[0] for side in sides)]
        wrong = [name for name in sides[0][1] + sides[0][0] if any(name in side[1] for side in sides)]
        if right and wrong:
            facts.append(f"{', '.join(right)} right; {', '.join(dict.fromkeys(wrong))} wrong")
    return tuple(facts)


def _sides(plan: FunctionPlan, index: int, outcomes: Sequence[Outcome | None]) -> tuple[list[str], list[str]] | None:
    outcome = outcomes[index]
    return diagnose.wrong_outputs(plan, plan.cases[index], outcome.value) if isinstance(outcome, Returned) else None
