"""A check and a seed, made into the plan of a function."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any, Final

import numpy as np

from grader import wire
from grader.compare import Allowance, differ, scale_of
from grader.gradient.agree import Point
from grader.gradient.derive import pair_of, point
from grader.observe import STEP_LIMIT, observe
from grader.plan.model import (
    CasePlan,
    Form,
    FunctionPlan,
    GradientPlan,
    MistakePlan,
    Plan,
    PlanError,
    pack_mistakes,
    plan_id,
)
from grader.plan.packing import pack_allowances, pack_outcome
from grader.plan.tolerance import (
    FACTOR,
    FLOAT64_RTOL,
    FLOOR,
    TRACE,
    alike,
    allowance_of,
    errors_of,
    float32_args,
    largest,
    map_floats,
    same_form,
)
from grader.spec import Case, Check, Wrong
from grader.values import Value, is_float, leaves
from grader.verdict import Outcome, Raised, Returned

MAX_RTOL: Final = 1e-4  # beyond this an input is ill-conditioned and is drawn again
MISTAKE_RTOL: Final = 1e-3  # beyond this a mistake's own float32 result is too noisy to recognise it by
ALTERNATE_RTOL: Final = (
    1e-7  # an alternate in float64; honest other algebra stays below 1e-8 even on float64-only cases
)
DRAWS: Final = 20
GRADIENT_CASES: Final = 3  # cases of a gradient check; each costs about 30 forward calls a tensor


def compile_plan(exercise: str, solution: ModuleType, source: bytes, seed: str) -> Plan:
    """The plan of a loaded solution for a seed; PlanError where a case cannot be used."""
    checks: Sequence[Check] = solution.CHECKS
    outputs = {check.name: check.outputs for check in checks}
    functions = tuple(_Compiler(exercise, check, seed, outputs).function() for check in checks)
    return Plan(exercise, solution.TITLE, seed, plan_id(source, seed), functions)


def generator(*parts: object) -> np.random.Generator:
    """A random generator whose seed is the hash of some words."""
    digest = hashlib.sha256("\0".join(map(str, parts)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "little"))


class _Compiler:
    """Makes the plan of one function."""

    def __init__(self, exercise: str, check: Check, seed: str, outputs: Mapping[str, tuple[str, ...]]) -> None:
        self.exercise, self.check, self.seed, self.outputs = exercise, check, seed, outputs
        self.parameters = tuple(inspect.signature(check.reference).parameters)

    def function(self) -> FunctionPlan:
        check = self.check
        drawn, cases = self.cases()
        return FunctionPlan(
            name=check.name,
            points=check.max_points,
            parameters=self.parameters,
            outputs=check.outputs,
            axes=check.axes,
            arg_axes=dict(check.args),
            needs=tuple(need.__name__ for need in check.needs),
            hints=check.hints,
            formula=check.formula,
            forbids_warning=check.forbids_warning,
            properties=check.properties,
            cases=cases,
            packed_mistakes=pack_mistakes([self.mistake(wrong, cases) for wrong in check.wrong]),
            gradients=self.gradients(drawn, cases),
        )

    def cases(self) -> tuple[list[Case], tuple[CasePlan, ...]]:
        """The cases of the first draw in which all are well conditioned."""
        problem = ""
        for draw in range(DRAWS):
            rng = generator(self.exercise, self.check.name, self.seed, draw)
            try:
                drawn = list(self.check.cases(rng))
            except Exception as error:  # whatever an author's generator raises is the exercise's fault
                raise PlanError(f"{self.check.name}: its cases raise {type(error).__name__}: {error}") from error
            if not drawn:
                raise PlanError(f"{self.check.name}: no cases")
            planned = []
            for case in drawn:
                result = self.case(case, rng)
                if isinstance(result, str):
                    problem = f"{self.check.name}, case '{case.name}': {result}"
                    break
                planned.append(result)
            else:
                return drawn, tuple(planned)
        raise PlanError(f"{problem}, in each of {DRAWS} draws")

    def case(self, case: Case, rng: np.random.Generator) -> CasePlan | str:
        """The plan of a case, or what is wrong with this draw of it."""
        if unknown := [name for name in case.args if name not in self.parameters]:
            raise PlanError(f"{self.check.name}, case '{case.name}': there is no parameter {unknown[0]!r}")
        expected = observe(self.check.reference, case.args)
        plan = CasePlan(case.name, case.kind, case.args, expected, (), case.float64_only, case.no_draws)
        where = f"{self.check.name}, case '{case.name}'"
        if case.raises is not None:
            if not isinstance(expected, Raised) or case.raises.__name__ not in expected.types:
                raise PlanError(f"{where}: the reference does not raise {case.raises.__name__}")
            return replace(plan, expected=Raised((case.raises.__name__,)))
        if not isinstance(expected, Returned):
            raise PlanError(f"{where}: the reference raises {_words(expected)}")
        if expected.changed:
            raise PlanError(f"{where}: the reference changes its argument {expected.changed[0]}")
        if not case.tie and (problem := self.unsteady(case, expected.value, rng)):
            return problem
        allowances = self.allowances(case, expected.value, rng)
        return allowances if isinstance(allowances, str) else replace(plan, allowances=allowances)

    def unsteady(self, case: Case, want: Value, rng: np.random.Generator) -> str:
        """Why a discrete result hangs on the last digits of the arguments, or nothing."""
        if all(is_float(leaf) for _, leaf in leaves(want)):
            return ""
        free = [Allowance(atol=np.inf)] * sum(1 for _ in leaves(want))
        seed = int(rng.integers(2**32))
        for side in (1e-6, -1e-6):
            outcome = observe(self.check.reference, self.moved(case.args, side, np.random.default_rng(seed)))
            found = differ(outcome.value, want, free) if isinstance(outcome, Returned) else None
            if not isinstance(outcome, Returned) or (found is not None and found.kind != "nonfinite"):
                return "the discrete result changes when the arguments move by 1e-6 (a tie): draw others, or mark it tie=True"
        return ""

    def moved(self, args: Mapping[str, Value], side: float, rng: np.random.Generator) -> dict[str, Value]:
        """Arguments with every float moved by one part in a million, up or down by chance; `side` turns all about."""

        def move(array: np.ndarray) -> np.ndarray:
            return array * (1 + side * rng.choice((-1.0, 1.0), size=array.shape))

        return {k: v if k in self.check.exact else map_floats(v, move, scalars=True) for k, v in args.items()}

    def nudged(self, args: Mapping[str, Value], rng: np.random.Generator) -> dict[str, Value]:
        """Arguments with about half the entries of every float array moved to their neighbour nearer to 0."""

        def nudge(array: np.ndarray) -> np.ndarray:
            return np.where(rng.random(array.shape) < 0.5, array, np.nextafter(array, np.zeros_like(array)))

        return {k: v if k in self.check.exact else map_floats(v, nudge) for k, v in args.items()}

    def single(self, args: Mapping[str, Value]) -> dict[str, Value]:
        """Arguments with every float array in float32."""
        return float32_args(args, self.check.exact)

    def allowances(self, case: Case, want: Value, rng: np.random.Generator) -> tuple[Allowance, ...] | str:
        """The allowed error of each leaf, from the errors of right code; or what is wrong with this draw."""
        right = (self.check.reference, *self.check.alternates)
        double, single = [observe(f, case.args) for f in right[1:]], []
        for alternate, outcome in zip(right[1:], double):
            self.agree(case, want, alternate.__name__, outcome)
        nudges = [] if case.tie else [observe(right[0], self.nudged(case.args, rng))]
        if not case.float64_only:
            args = self.single(case.args)
            single = [observe(f, args) for f in right]
            nudges += [] if case.tie else [observe(right[0], self.nudged(args, rng))]
        # A nudge may leave an edge (1 - p at p = 1) and give infinity there; that says nothing about right code.
        double, single = (
            [*runs, *[n for n in nudge if same_form(n, want)]]
            for runs, nudge in ((double, nudges[:1]), (single, nudges[1:]))
        )
        result = []
        size = largest(case.args)
        for path, leaf in leaves(want):
            if not is_float(leaf):
                result.append(Allowance())
                continue
            fine, coarse = errors_of(double, path, leaf), errors_of(single, path, leaf)
            made = allowance_of(leaf, fine, fine if case.float64_only else coarse, case, size)
            if made.rtol > MAX_RTOL:
                return f"right code differs by {made.rtol / FACTOR:.0e} in float{64 if case.float64_only else 32} (badly conditioned)"
            result.append(made)
        return tuple(result)

    def agree(self, case: Case, want: Value, name: str, outcome: Outcome) -> None:
        """PlanError if an alternate is not right: the tolerance is made from its errors, so it must not widen it."""
        for path, leaf in leaves(want):
            if is_float(leaf):
                error, scale = float(errors_of([outcome], path, leaf).max(initial=0.0)), float(scale_of(leaf))
                if not error <= ALTERNATE_RTOL * max(scale, 1.0):
                    where = f"{self.check.name}, case '{case.name}'"
                    raise PlanError(
                        f"{where}: the alternate {name} differs from the reference by {error:.1e} in float64: correct one of them"
                    )

    def mistake(self, wrong: Wrong, cases: Sequence[CasePlan]) -> MistakePlan:
        forms = tuple(self.form(function, cases) for function in wrong.forms)
        return MistakePlan(wrong.id, wrong.hint, wrong.tags, wrong.variant_of, forms)

    def form(self, function: Callable[..., Any], cases: Sequence[CasePlan]) -> Form:
        rng = generator(self.exercise, self.seed, function.__name__)
        text = " ".join((function.__doc__ or "").split())
        return Form(text, wire.encode([self.view(function, case, rng) for case in cases]))

    def view(self, function: Callable[..., Any], case: CasePlan, rng: np.random.Generator) -> dict[str, Value]:
        """What a wrong function does on a case, and how far apart its own float32 and float64 results lie."""
        outcome = observe(function, case.args, steps=STEP_LIMIT)
        allowances: list[Allowance] = []
        vague = False
        if isinstance(outcome, Returned):
            near = self.nudged(case.args, rng) if case.float64_only else self.single(case.args)
            again = observe(function, near, steps=STEP_LIMIT)
            least = FLOAT64_RTOL if case.float64_only else FACTOR * FLOOR
            atol = max((a.atol for a in case.allowances), default=0.0)  # where the right value is noise, so is this one
            for path, leaf in leaves(outcome.value):
                rtol, trace = 0.0, 0.0
                if is_float(leaf):
                    errors, scale = errors_of([again], path, leaf), float(scale_of(leaf))
                    rtol = FACTOR * float(errors.max(initial=0.0)) / scale if scale else least
                    vague |= not case.float64_only and not rtol <= MISTAKE_RTOL
                    rtol = max(min(rtol, 1e6 if case.float64_only else MISTAKE_RTOL), least)
                    trace = atol if scale else max(atol, TRACE * largest(case.args))
                allowances.append(Allowance(rtol, trace))
            vague |= not case.float64_only and not alike(again, outcome)
        return {"outcome": pack_outcome(outcome), "allowances": pack_allowances(allowances), "vague": vague}

    def gradients(self, drawn: Sequence[Case], cases: Sequence[CasePlan]) -> tuple[GradientPlan, ...]:
        result = []
        for gradient in self.check.gradients:
            forward = gradient.returns or self.outputs.get(gradient.of.__name__, ("out",))
            pair = pair_of(gradient, self.parameters, self.check.outputs, forward)
            rng = generator(self.exercise, self.check.name, self.seed, "gradient")
            points: list[Point] = []
            for index, (case, plan) in enumerate(zip(drawn, cases)):
                usable = (
                    case.gradient
                    and case.kind == "value"
                    and not case.float64_only
                    and isinstance(plan.expected, Returned)
                )
                if usable and len(points) < GRADIENT_CASES and isinstance(plan.expected, Returned):
                    found = point(gradient, pair, index, case.args, plan.expected.value, rng)
                    points += [found] if found else []
            if not points:
                raise PlanError(
                    f"{self.check.name}: no case is fit for its gradient check (all at kinks or degenerate)"
                )
            result.append(GradientPlan(pair, tuple(points)))
        return tuple(result)


def _words(outcome: Outcome) -> str:
    return f"{outcome.types[0]}: {outcome.message}" if isinstance(outcome, Raised) else type(outcome).__name__
