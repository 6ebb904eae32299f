"""Plan and outcomes into verdicts: what is right, what differs first, which mistake it is. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from grader import diagnose
from grader.compare import Difference, differ, scale_of
from grader.gradient import RTOL, Probe, disagreement
from grader.plan import CasePlan, FunctionPlan
from grader.properties import holds
from grader.values import Path, Seeded, Source, Value, at, is_float, leaf_name, leaves
from grader.verdict import (
    Absent,
    Broken,
    CheckResult,
    Died,
    ExceptionInfo,
    Found,
    FunctionResult,
    Mismatch,
    Mistake,
    NotWritten,
    Outcome,
    Raised,
    Returned,
    Status,
    StepLimit,
    TensorRow,
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
    """What one case came to; `fault` names a general fault besides the values."""

    status: Status
    mismatch: Mismatch | None = None
    exception: ExceptionInfo | None = None
    fault: str = ""
    notes: tuple[str, ...] = ()


def judge(plan: FunctionPlan, found: Found | None, outcomes: Sequence[Outcome | None]) -> FunctionResult:
    """The verdict on one function from one outcome a case (None where it was not run after a timeout)."""
    whole = _whole(plan, found, outcomes)
    if whole is not None:
        return whole
    cases = [CaseVerdict(Status.SKIP) if o is None else _case(plan, c, o) for c, o in zip(plan.cases, outcomes)]
    failed = [i for i, verdict in enumerate(cases) if verdict.status is not Status.PASS]
    properties = [_property(plan, index, outcomes) for index in range(len(plan.properties))]
    broken_properties = any(check.status is not Status.PASS for check in properties)
    gradient = [_gradient(plan, index, outcomes) for index in range(len(plan.gradients))]
    status = _status(cases, broken_properties)
    checks = (*_match(plan, cases, outcomes, status), *properties, *gradient)
    suspects = failed or _unproved(plan, outcomes)
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
    elif found is not None and found.todo or isinstance(first, NotWritten):
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
    return FunctionResult(plan.name, status, 0, plan.points, (check,), line=line, needs=plan.needs, hint_available=bool(plan.hints))


def _status(cases: Sequence[CaseVerdict], broken_properties: bool) -> Status:
    """A timeout says most, then the first case that failed."""
    if any(verdict.status is Status.TIMEOUT for verdict in cases):
        return Status.TIMEOUT
    first = next((verdict.status for verdict in cases if verdict.status is not Status.PASS), Status.PASS)
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
        wrong = next((v for v in verdicts if v.status is not Status.PASS), None)
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
                notes=tuple(dict.fromkeys(note for v in verdicts for note in v.notes)),
            )
        )
    return result


# --- one case --------------------------------------------------------------------------------------------------------


def _case(plan: FunctionPlan, case: CasePlan, outcome: Outcome) -> CaseVerdict:
    call = show_call(plan, case)
    if isinstance(outcome, TimedOut):
        return CaseVerdict(Status.TIMEOUT, Mismatch(case.name, "timeout", _timeout_words(outcome), call=call))
    if isinstance(outcome, (Died, Absent, NotWritten, StepLimit, Broken)):
        reason = outcome.reason if isinstance(outcome, (Died, Broken)) else "did not run"
        return CaseVerdict(Status.ERROR, Mismatch(case.name, "died", reason, call=call))
    if isinstance(case.expected, Raised):
        return _expected_exception(case, case.expected, outcome, call)
    if isinstance(outcome, Raised):
        exception = ExceptionInfo(outcome.types[0], outcome.message, outcome.frames)
        detail = f"raises {outcome.types[0]}"
        return CaseVerdict(Status.ERROR, Mismatch(case.name, "exception", detail, call=call), exception)
    return _returned(plan, case, outcome, call)


def _timeout_words(outcome: TimedOut) -> str:
    what = "the submission used up its time" if outcome.of_submission else f"stopped at {outcome.seconds:g} s"
    return what + (f", at line {outcome.line}: {outcome.source.strip()}" if outcome.line else "")


def _expected_exception(case: CasePlan, expected: Raised, outcome: Outcome, call: str) -> CaseVerdict:
    name = expected.types[0]
    if isinstance(outcome, Raised) and name in outcome.types:
        return CaseVerdict(Status.PASS)
    did = f"raises {outcome.types[0]}" if isinstance(outcome, Raised) else "returns a value"
    return CaseVerdict(Status.FAIL, Mismatch(case.name, "exception", f"{did}, expected {name}", call=call))


def _returned(plan: FunctionPlan, case: CasePlan, outcome: Returned, call: str) -> CaseVerdict:
    assert isinstance(case.expected, Returned)
    if outcome.again and not _repeats(outcome.value, outcome.again[0]):
        return _fault("unrepeatable", case, call)
    difference = differ(outcome.value, case.expected.value, case.allowances)
    if difference is not None:
        if case.float64_only and difference.kind in ("value", "nonfinite") and diagnose.single_precision(outcome.value):
            return _fault("needs-float64", case, call)
        return CaseVerdict(Status.FAIL, _mismatch(plan, case, outcome.value, difference, call))
    if outcome.changed:
        return _fault("mutation", case, call, f"{', '.join(outcome.changed)} was changed in place")
    if case.no_draws and outcome.drew:
        return _fault("draws", case, call)
    if plan.forbids_warning and outcome.warnings:
        return _fault("warning", case, call, outcome.warnings[0])
    return CaseVerdict(Status.PASS, notes=_notes(plan, case, outcome))


def _fault(kind: str, case: CasePlan, call: str, detail: str = "") -> CaseVerdict:
    detail = detail or ENGINE_MISTAKES[kind]
    return CaseVerdict(Status.FAIL, Mismatch(case.name, kind, detail, call=call), fault=kind)


def _repeats(first: Value, second: Value) -> bool:
    """Whether two calls gave the same, but for the order in which threads add."""
    a, b = list(leaves(first)), list(leaves(second))
    if [path for path, _ in a] != [path for path, _ in b]:
        return False
    return all(_equal_but_noise(x, y) for (_, x), (_, y) in zip(a, b))


def _equal_but_noise(first: Value, second: Value) -> bool:
    if not is_float(first) or not is_float(second):
        return bool(np.array_equal(first, second)) if isinstance(first, np.ndarray) else type(first) is type(second) and first == second
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.shape != b.shape or not np.array_equal(np.isfinite(a), np.isfinite(b)):
        return False
    finite = np.isfinite(a)
    return np.array_equal(a[~finite], b[~finite], equal_nan=True) and bool(
        (np.abs(a[finite] - b[finite]) <= REPEATABLE * float(scale_of(a))).all()
    )


def _notes(plan: FunctionPlan, case: CasePlan, outcome: Returned) -> tuple[str, ...]:
    """Remarks on a result that is accepted: precision, warnings."""
    assert isinstance(case.expected, Returned)
    notes = []
    got = dict(leaves(outcome.value))
    for path, want in leaves(case.expected.value):
        if is_float(want) and np.size(want) and not case.float64_only:
            a, b = np.asarray(got[path], dtype=np.float64), np.asarray(want, dtype=np.float64)
            finite, scale = np.isfinite(b), float(scale_of(b))
            error = float(np.abs(a[finite] - b[finite]).max(initial=0.0))
            if scale and error > PRECISE * scale and error > 1e-12:
                dtype = np.asarray(got[path]).dtype
                name = leaf_name(plan.outputs, path)
                notes.append(f"{name} is accepted, but accurate to {error / scale:.0e} only (dtype {dtype}): compute in float64")
                break
    if outcome.warnings:
        notes.append(f"right, with a RuntimeWarning: {outcome.warnings[0]}")
    return tuple(notes)


# --- words -----------------------------------------------------------------------------------------------------------


def _mismatch(plan: FunctionPlan, case: CasePlan, value: Value, d: Difference, call: str) -> Mismatch:
    """What differs, in the student's terms."""
    assert isinstance(case.expected, Returned)
    output = leaf_name(plan.outputs, d.path) if d.path or len(plan.outputs) == 1 else ""
    got, want = _part(value, d.path), _part(case.expected.value, d.path)
    shapes: tuple[tuple[int, ...] | None, tuple[int, ...] | None] = (None, None)
    if isinstance(want, (np.ndarray, float, int)) and not isinstance(got, (str, dict, type(None))) and d.kind not in ("type", "none", "arity"):
        shapes = (np.shape(got), np.shape(want))
    detail = d.detail
    if d.kind == "shape":
        detail = _shape_words(plan, case, output, got, want)
    elif d.kind in ("none", "arity", "type", "keys", "dtype"):
        detail = _kind_words(plan, output, d)
    elif d.kind == "nonfinite":
        detail = f"{_entry(output, d.index)} is {d.got:.6g}, expected {d.want:.6g} ({d.wrong} of {d.size} entries)"
    elif d.kind == "value":
        first, second = two_numbers(d.got, d.want)
        detail = f"{_entry(output, d.index)} is {first}, expected {second} ({d.wrong} of {d.size} differ)"
    arrays = (got, want) if isinstance(want, np.ndarray) and want.ndim in (1, 2) and d.kind in ("value", "nonfinite") else None
    return Mismatch(
        case=case.name,
        kind=d.kind,
        detail=detail,
        output=output,
        index=d.index,
        got=d.got if d.kind in ("value", "nonfinite") else None,
        want=d.want if d.kind in ("value", "nonfinite") else None,
        error=d.error,
        allowed=d.allowed,
        wrong_count=d.wrong,
        size=d.size,
        got_shape=shapes[0],
        want_shape=shapes[1],
        axes=_axes(plan, d.path),
        call=call,
        arrays=arrays,
    )


def _part(value: Value, path: Path) -> Value:
    try:
        return at(value, path)
    except (KeyError, IndexError, TypeError):
        return None


def _entry(output: str, index: tuple[int, ...] | None) -> str:
    return output + (f"[{', '.join(map(str, index))}]" if index else "")


def two_numbers(got: Value, want: Value) -> tuple[str, str]:
    """Two values as text, floats with as many digits as it takes to tell them apart."""
    if not isinstance(got, float) or not isinstance(want, float):
        return repr(got), repr(want)
    for digits in (6, 9, 12, 15, 17):
        first, second = f"{got:.{digits}g}", f"{want:.{digits}g}"
        if first != second:
            break
    return first, second


def _kind_words(plan: FunctionPlan, output: str, d: Difference) -> str:
    whole = f"{len(plan.outputs)} results: {', '.join(plan.outputs)}" if len(plan.outputs) > 1 else plan.outputs[0]
    if d.kind == "none":
        return f"{output or plan.name} returned None; expected {whole}" if not output else f"{output} is None"
    if d.kind == "arity":
        return f"{d.detail} ({whole})"
    return f"{output}: {d.detail}" if output else d.detail


def _axes(plan: FunctionPlan, path: Path) -> str:
    """The axis names of the leaf at `path`, as the author wrote them."""
    if len(plan.axes) == 1:
        return plan.axes[0] if not path else ""
    return plan.axes[path[0]] if len(path) == 1 and isinstance(path[0], int) and path[0] < len(plan.axes) else ""


def axis_sizes(plan: FunctionPlan, case: CasePlan) -> dict[str, int]:
    """What each axis name stands for in a case, read off the arguments."""
    sizes: dict[str, int] = {}
    for name, axes in plan.arg_axes.items():
        shape, words = np.shape(case.args[name]) if isinstance(case.args.get(name), np.ndarray) else (), axes.split()
        if len(shape) == len(words):
            sizes.update((word, size) for word, size in zip(words, shape) if word.isidentifier())
    return sizes


def _shape_words(plan: FunctionPlan, case: CasePlan, output: str, got: Value, want: Value) -> str:
    sizes = axis_sizes(plan, case)
    names = {size: name for name, size in sizes.items() if list(sizes.values()).count(size) == 1}

    def show(shape: tuple[int, ...]) -> str:
        known = shape and all(size in names for size in shape)
        comma = "," if len(shape) == 1 else ""
        return f"{shape}" + (f" = ({', '.join(names[size] for size in shape)}{comma})" if known else "")

    a, b = np.shape(got), np.shape(want)
    words = f"{output} has shape {show(a)}, expected {show(b)}"
    if not isinstance(got, np.ndarray) and isinstance(want, np.ndarray):
        words = f"{output} is a number, expected an array of shape {show(b)}"
    return words + _shape_hint(a, b, names)


def _shape_hint(got: tuple[int, ...], want: tuple[int, ...], names: Mapping[int, str]) -> str:
    """Which axis was reduced, kept or exchanged, where that can be told."""
    if sorted(got) == sorted(want) and got != want and len(got) > 1:
        return ": axes exchanged"
    if len(got) == len(want) + 1:
        extra = [i for i in range(len(got)) if got[:i] + got[i + 1 :] == want]
        if len(extra) == 1:
            size = got[extra[0]]
            if size == 1:
                return f": axis {extra[0]} of length 1 was kept"
            return f": axis {extra[0]}{f' ({names[size]})' if size in names else ''} was not reduced"
    if len(got) + 1 == len(want):
        lost = [i for i in range(len(want)) if want[:i] + want[i + 1 :] == got]
        if len(lost) == 1:
            return f": axis {lost[0]} was lost" + (" (length 1: keep it)" if want[lost[0]] == 1 else "")
    return ""


def show_call(plan: FunctionPlan, case: CasePlan) -> str:
    """The call in short: scalars with their values, arrays with their shapes."""
    words, shapes = [], []
    for name, value in case.args.items():
        if isinstance(value, np.ndarray):
            words.append(name)
            shapes.append(f"{name} {_named_shape(plan.arg_axes.get(name, ''), value.shape)}")
        elif isinstance(value, Source):
            words.append(f"{name}=<{' '.join(value.text.split())[:40]}>")
        elif isinstance(value, Seeded):
            words.append(f"{name}=default_rng({value.seed})")
        elif isinstance(value, (list, tuple, dict)) and len(repr(value)) > 40:
            words.append(name)
        else:
            words.append(f"{name}={value!r}" if not isinstance(value, float) else f"{name}={value:.6g}")
    return f"{plan.name}({', '.join(words)})" + ("  " + ", ".join(shapes) if shapes else "")


def _named_shape(axes: str, shape: tuple[int, ...]) -> str:
    words = axes.split()
    if len(words) != len(shape):
        return str(shape)
    parts = [f"{word}={size}" if word.isidentifier() else str(size) for word, size in zip(words, shape)]
    return f"({', '.join(parts)})"


# --- properties, gradients, mistakes ---------------------------------------------------------------------------------


def _property(plan: FunctionPlan, index: int, outcomes: Sequence[Outcome | None]) -> CheckResult:
    wanted = plan.properties[index]
    ran = [(c, o) for c, o in zip(plan.cases, outcomes) if isinstance(o, Returned) and isinstance(c.expected, Returned)]
    failing = [case for case, outcome in ran if not holds(wanted, plan.outputs, outcome.value, case.args)]
    status = Status.FAIL if failing or not ran else Status.PASS
    mismatch = None
    if failing:
        mismatch = Mismatch(failing[0].name, "property", wanted.text, wanted.output, call=show_call(plan, failing[0]))
    return CheckResult(wanted.id, "property", status, 0, 0, len(ran) - len(failing), len(ran), mismatch)


def _unproved(plan: FunctionPlan, outcomes: Sequence[Outcome | None]) -> list[int]:
    """The cases whose values are right but that lack a property."""
    return [
        i
        for i, (case, outcome) in enumerate(zip(plan.cases, outcomes))
        if isinstance(outcome, Returned)
        and not all(holds(p, plan.outputs, outcome.value, case.args) for p in plan.properties)
    ]


def _gradient(plan: FunctionPlan, index: int, outcomes: Sequence[Outcome | None]) -> CheckResult:
    """The comparison with numerical derivatives: a table of tensors, without points."""
    points = plan.gradients[index].points
    name = "gradient" if len(plan.gradients) == 1 else f"gradient-{index + 1}"
    rows: dict[Path, TensorRow] = {}
    passed = 0
    for case_index, probes in points:
        outcome = outcomes[case_index]
        if not isinstance(outcome, Returned):
            continue
        made = [_row(plan, plan.cases[case_index], outcome.value, probe) for probe in probes]
        passed += all(row.ok for row in made)
        for probe, row in zip(probes, made):
            if probe.leaf not in rows or row.error / row.limit > rows[probe.leaf].error / rows[probe.leaf].limit:
                rows[probe.leaf] = row
    tensors = tuple(rows.values())
    good = bool(tensors) and all(row.ok for row in tensors)
    return CheckResult(name, "gradient", Status.PASS if good else Status.FAIL, 0, 0, passed, len(points), tensors=tensors)


def _row(plan: FunctionPlan, case: CasePlan, value: Value, probe: Probe) -> TensorRow:
    grad, name = _part(value, probe.leaf), leaf_name(plan.outputs, probe.leaf)
    if not isinstance(grad, (np.ndarray, float, int)) or isinstance(grad, bool):
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
        worst = f"{_entry(name, difference.index)}: yours {first}, expected {second}"
    return TensorRow(name, np.shape(grad), error, limit, bool(error <= limit), worst)


def _mistake(
    plan: FunctionPlan, outcomes: Sequence[Outcome | None], failed: Sequence[int], cases: Sequence[CaseVerdict]
) -> Mistake | None:
    mistake = diagnose.named(plan, outcomes, failed)
    if mistake is not None:
        return mistake
    faults = {cases[i].fault for i in failed}
    if len(faults) == 1 and (fault := faults.pop()):
        return Mistake(fault, ENGINE_MISTAKES[fault], "pattern")
    return diagnose.pattern(plan, outcomes, failed)


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
