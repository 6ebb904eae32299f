"""An exercise and a seed, made into plain data: inputs, expected outcomes, outcomes of every named mistake, tolerances.

A plan is all that grading needs. It holds no code of a solution, is saved without pickle, and is byte-identical for equal
inputs, so a worker can be given its inputs, a student release can ship it, and a class run makes it once.

    Plan > FunctionPlan > CasePlan           one call: arguments, expected outcome, allowed error of each leaf
                        > MistakePlan        a wrong function's outcome on every case, unpacked when it is needed
                        > GradientPlan       numerical derivatives of the forward function at some cases
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import ModuleType
from typing import Any, Final

import numpy as np

import grader
from grader import wire
from grader.compare import Allowance, differ, scale_of
from grader.gradient import Pair, Probe, pair_of, probes
from grader.observe import STEP_LIMIT, observe
from grader.spec import Case, Check, Property, Wrong
from grader.values import Path, Value, is_float, leaves
from grader.verdict import Outcome, Raised, Returned, StepLimit

FLOOR: Final = 6e-8  # half a unit in the last place of float32: no float32 result can be expected to be nearer
FACTOR: Final = 16  # allowed error over the largest error of right code: 8 rejected 6 right float32 results, 16 one, of 815
MAX_RTOL: Final = 1e-4  # beyond this an input is ill-conditioned and is drawn again
FLOAT64_RTOL: Final = 1e-9  # least rtol of a case that only float64 can hold
MISTAKE_RTOL: Final = 1e-3  # beyond this a mistake's own float32 result is too noisy to recognise it by
DRAWS: Final = 20
GRADIENT_CASES: Final = 3  # cases of a gradient check; each costs about 30 forward calls a tensor
NOISE: Final = 1e-4  # a result that moves by this share when its input moves in the last place is rounding noise


class PlanError(ValueError):
    """An exercise that no plan can be made of; the message names function, case and repair."""


@dataclass(frozen=True, eq=False)
class CasePlan:
    """One call and what is right for it; `allowances` has one entry per leaf of the expected value."""

    name: str
    kind: str
    args: Mapping[str, Value]
    expected: Outcome
    allowances: tuple[Allowance, ...]
    float64_only: bool
    no_draws: bool


@dataclass(frozen=True, eq=False)
class View:
    """What a mistake does on one case; `vague` if its float32 result says nothing."""

    outcome: Outcome
    allowances: tuple[Allowance, ...]
    vague: bool


@dataclass(frozen=True, eq=False)
class MistakePlan:
    """A named mistake and, packed, what it does on each case."""

    id: str
    text: str
    hint: str
    tags: tuple[str, ...]
    variant_of: str | None
    packed: bytes

    @cached_property
    def views(self) -> tuple[View, ...]:
        """What the mistake does on each case, in the order of the cases."""
        return tuple(
            View(_outcome(row["outcome"]), _allowances(row["allowances"]), row["vague"]) for row in wire.decode(self.packed)
        )


@dataclass(frozen=True, eq=False)
class GradientPlan:
    """A gradient pair and its numerical derivatives: for some cases, one probe a tensor."""

    pair: Pair
    points: tuple[tuple[int, tuple[Probe, ...]], ...]


@dataclass(frozen=True, eq=False)
class FunctionPlan:
    """One function: its contract, cases, mistakes and gradients."""

    name: str
    points: int
    parameters: tuple[str, ...]
    outputs: tuple[str, ...]
    axes: tuple[str, ...]
    arg_axes: Mapping[str, str]
    needs: tuple[str, ...]
    hints: tuple[str, ...]
    forbids_warning: bool
    properties: tuple[Property, ...]
    cases: tuple[CasePlan, ...]
    mistakes: tuple[MistakePlan, ...]
    gradients: tuple[GradientPlan, ...]


@dataclass(frozen=True, eq=False)
class Plan:
    """An exercise, planned for one seed. `id` is the hash of solution, seed and grader version."""

    exercise: str
    title: str
    seed: str
    id: str
    functions: tuple[FunctionPlan, ...]

    def function(self, name: str) -> FunctionPlan:
        """The plan of one function; KeyError if the exercise has no such function."""
        return next((f for f in self.functions if f.name == name), None) or _missing(name)


def _missing(name: str) -> FunctionPlan:
    raise KeyError(name)


def plan_id(source: bytes, seed: str) -> str:
    """The hash that names a plan."""
    digest = hashlib.sha256(source)
    digest.update(f"\0{seed}\0{grader.__version__}".encode())
    return digest.hexdigest()


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
            forbids_warning=check.forbids_warning,
            properties=check.properties,
            cases=cases,
            mistakes=tuple(self.mistake(wrong, cases) for wrong in check.wrong),
            gradients=self.gradients(drawn, cases),
        )

    def cases(self) -> tuple[list[Case], tuple[CasePlan, ...]]:
        """The cases of the first draw in which all are well conditioned."""
        problem = ""
        for draw in range(DRAWS):
            rng = generator(self.exercise, self.check.name, self.seed, draw)
            drawn = list(self.check.cases(rng))
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
        free = [Allowance(rtol=np.inf)] * sum(1 for _ in leaves(want))
        moved = {name: self.moved(name, value, rng) for name, value in case.args.items()}
        outcome = observe(self.check.reference, moved)
        if not isinstance(outcome, Returned) or (found := differ(outcome.value, want, free)) and found.kind != "nonfinite":
            return "the discrete result changes when the arguments move by 1e-6 (a tie): draw others, or mark it tie=True"
        return ""

    def moved(self, name: str, value: Value, rng: np.random.Generator) -> Value:
        """An argument with its floats moved by one part in a million."""
        if name in self.check.exact:
            return value
        return _map_floats(value, lambda array: array * (1 + 1e-6 * rng.choice((-1.0, 1.0), size=array.shape)), scalars=True)

    def nudged(self, args: Mapping[str, Value], rng: np.random.Generator) -> dict[str, Value]:
        """Arguments with about half the entries of every float array moved to their neighbour nearer to 0."""

        def nudge(array: np.ndarray) -> np.ndarray:
            return np.where(rng.random(array.shape) < 0.5, array, np.nextafter(array, np.zeros_like(array)))

        return {k: v if k in self.check.exact else _map_floats(v, nudge) for k, v in args.items()}

    def single(self, args: Mapping[str, Value]) -> dict[str, Value]:
        """Arguments with every float array in float32."""
        return float32_args(args, self.check.exact)

    def allowances(self, case: Case, want: Value, rng: np.random.Generator) -> tuple[Allowance, ...] | str:
        """The allowed error of each leaf, from the errors of right code; or what is wrong with this draw."""
        right = (self.check.reference, *self.check.alternates)
        double, single = [observe(f, case.args) for f in right[1:]], []
        nudges = [observe(right[0], self.nudged(case.args, rng))]
        if not case.float64_only:
            args = self.single(case.args)
            single = [observe(f, args) for f in right]
            nudges.append(observe(right[0], self.nudged(args, rng)))
        # A nudge may leave an edge (1 - p at p = 1) and give infinity there; that says nothing about right code.
        double, single = ([*runs, *[n for n in nudge if _same_form(n, want)]] for runs, nudge in ((double, nudges[:1]), (single, nudges[1:])))
        result = []
        size = max((float(np.abs(a).max()) for a in _float_arrays(case.args)), default=1.0)
        for path, leaf in leaves(want):
            if not is_float(leaf):
                result.append(Allowance())
                continue
            fine, coarse = _errors(double, path, leaf), _errors(single, path, leaf)
            made = _allowance(leaf, fine, fine if case.float64_only else coarse, case, size)
            if made.rtol > MAX_RTOL:
                return f"right code differs by {made.rtol / FACTOR:.0e} in float{64 if case.float64_only else 32} (badly conditioned)"
            result.append(made)
        return tuple(result)

    def mistake(self, wrong: Wrong, cases: Sequence[CasePlan]) -> MistakePlan:
        rng = generator(self.exercise, self.check.name, self.seed, wrong.id)
        rows = [self.view(wrong, case, rng) for case in cases]
        return MistakePlan(wrong.id, wrong.text, wrong.hint, wrong.tags, wrong.variant_of, wire.encode(rows))

    def view(self, wrong: Wrong, case: CasePlan, rng: np.random.Generator) -> dict[str, Value]:
        """What a wrong function does on a case, and how far apart its own float32 and float64 results lie."""
        outcome = observe(wrong.function, case.args, steps=STEP_LIMIT)
        allowances: list[Allowance] = []
        vague = False
        if isinstance(outcome, Returned):
            near = self.nudged(case.args, rng) if case.float64_only else self.single(case.args)
            again = observe(wrong.function, near, steps=STEP_LIMIT)
            least = FLOAT64_RTOL if case.float64_only else FACTOR * FLOOR
            atol = max((a.atol for a in case.allowances), default=0.0)  # where the right value is noise, so is this one
            for path, leaf in leaves(outcome.value):
                rtol = 0.0
                if is_float(leaf):
                    errors, scale = _errors([again], path, leaf), float(scale_of(leaf))
                    rtol = FACTOR * float(errors.max(initial=0.0)) / scale if scale else least
                    vague |= not case.float64_only and not rtol <= MISTAKE_RTOL
                    rtol = max(min(rtol, 1e6 if case.float64_only else MISTAKE_RTOL), least)
                allowances.append(Allowance(rtol, atol if is_float(leaf) else 0.0))
            vague |= not case.float64_only and not _alike(again, outcome)
        return {"outcome": _packed(outcome), "allowances": _rows(allowances), "vague": vague}

    def gradients(self, drawn: Sequence[Case], cases: Sequence[CasePlan]) -> tuple[GradientPlan, ...]:
        result = []
        for gradient in self.check.gradients:
            forward = gradient.returns or self.outputs.get(gradient.of.__name__, ("out",))
            pair = pair_of(gradient, self.parameters, self.check.outputs, forward)
            rng = generator(self.exercise, self.check.name, self.seed, "gradient")
            points: list[tuple[int, tuple[Probe, ...]]] = []
            for index, (case, plan) in enumerate(zip(drawn, cases)):
                usable = case.gradient and case.kind == "value" and not case.float64_only and isinstance(plan.expected, Returned)
                if usable and len(points) < GRADIENT_CASES and isinstance(plan.expected, Returned):
                    found = probes(gradient, pair, case.args, plan.expected.value, rng)
                    points += [(index, found)] if found else []
            if not points:
                raise PlanError(f"{self.check.name}: no case is fit for its gradient check (all at kinks or degenerate)")
            result.append(GradientPlan(pair, tuple(points)))
        return tuple(result)


def float32_args(args: Mapping[str, Value], exact: Sequence[str] = ()) -> dict[str, Value]:
    """Arguments with every float64 array in float32, except those named in `exact`."""
    return {k: v if k in exact else _map_floats(v, lambda array: array.astype(np.float32)) for k, v in args.items()}


def _map_floats(value: Value, change: Callable[[np.ndarray], np.ndarray], scalars: bool = False) -> Value:
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return change(value)
    if scalars and isinstance(value, float):
        return float(change(np.asarray(value)))
    if isinstance(value, (list, tuple)):
        return type(value)(_map_floats(item, change, scalars) for item in value)
    if isinstance(value, dict):
        return {key: _map_floats(item, change, scalars) for key, item in value.items()}
    return value


def _float_arrays(args: Mapping[str, Value]) -> Iterator[np.ndarray]:
    """The float leaves of arguments that have a finite non-zero entry, as arrays of their finite entries."""
    for _, leaf in leaves(dict(args)):
        if is_float(leaf):
            array = np.asarray(leaf, dtype=np.float64)
            array = array[np.isfinite(array)]
            if array.size and array.any():
                yield array


def _errors(outcomes: Sequence[Outcome], path: Path, want: Value) -> np.ndarray:
    """The largest absolute error of each entry of a leaf over some outcomes; inf where one has another form."""
    wanted = np.asarray(want, dtype=np.float64)
    worst = np.zeros(wanted.shape)
    finite = np.isfinite(wanted)
    for outcome in outcomes:
        found = dict(leaves(outcome.value)).get(path) if isinstance(outcome, Returned) else None
        got = np.asarray(np.nan if found is None or isinstance(found, (str, list, tuple, dict)) else found, dtype=np.float64)
        if got.shape != wanted.shape or not np.array_equal(got[~finite], wanted[~finite], equal_nan=True):
            return np.full(wanted.shape, np.inf)
        error = np.abs(got - np.where(finite, wanted, 0.0))
        worst = np.maximum(worst, np.where(finite, np.where(np.isnan(error), np.inf, error), 0.0))
    return worst


def _same_form(outcome: Outcome, want: Value) -> bool:
    """Whether an outcome is a value that has its leaves and its non-finite entries where `want` has them."""
    return isinstance(outcome, Returned) and all(
        not is_float(leaf) or np.isfinite(_errors([outcome], path, leaf)).all() for path, leaf in leaves(want)
    )


def _allowance(want: Value, fine: np.ndarray, errors: np.ndarray, case: Case, size: float) -> Allowance:
    """The 16 x floor rule for one leaf.

    `fine` are float64 errors, which tell an entry from rounding noise; `errors` are those that the floor is taken from.
    Where the scale itself is noise (the exact value is 0) a relative error means nothing and an absolute one is allowed.
    """
    rows = case.scale == "row"
    scale = scale_of(want, rows)
    axes = tuple(range(1, errors.ndim)) if rows else None
    fine, errors = (np.asarray(e.max(axis=axes, initial=0.0)).reshape(scale.shape) for e in (fine, errors))
    noise = (scale == 0) | (fine > NOISE * scale)
    least = FLOAT64_RTOL if case.float64_only else FACTOR * FLOOR
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(noise, 0.0, errors / scale)
    atol = FACTOR * float(np.where(noise, errors, 0.0).max(initial=0.0))
    if noise.any() and atol == 0.0:
        atol = 1e-12 * size
    if not np.isfinite(atol):
        return Allowance(np.inf, 0.0, rows)
    return Allowance(max(least, FACTOR * float(ratio.max(initial=0.0))), atol, rows)


def _alike(first: Outcome, second: Outcome) -> bool:
    """Whether two outcomes have leaves of the same paths and shapes."""
    if not isinstance(first, Returned) or not isinstance(second, Returned):
        return False
    shapes = [[(path, np.shape(leaf)) for path, leaf in leaves(outcome.value)] for outcome in (first, second)]
    return shapes[0] == shapes[1]


def _words(outcome: Outcome) -> str:
    return f"{outcome.types[0]}: {outcome.message}" if isinstance(outcome, Raised) else type(outcome).__name__


# --- plans as bytes --------------------------------------------------------------------------------------------------


def save(plan: Plan) -> bytes:
    """A plan as bytes, equal for equal plans."""
    functions = [_function_row(function) for function in plan.functions]
    return wire.encode([plan.exercise, plan.title, plan.seed, plan.id, functions])


def load(data: bytes) -> Plan:
    """The plan of some bytes; WireError if they are none."""
    try:
        exercise, title, seed, name, functions = wire.decode(data)
        return Plan(exercise, title, seed, name, tuple(_function(*row) for row in functions))
    except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
        raise wire.WireError(f"not a plan: {error}") from error


def _function_row(f: FunctionPlan) -> list[Value]:
    properties = [[p.id, p.output, p.text, p.axis, p.argument, p.low, p.high] for p in f.properties]
    cases = [
        [c.name, c.kind, dict(c.args), _packed(c.expected), _rows(c.allowances), c.float64_only, c.no_draws] for c in f.cases
    ]
    mistakes = [[m.id, m.text, m.hint, m.tags, m.variant_of, m.packed] for m in f.mistakes]
    gradients = [
        [[g.pair.forward, g.pair.parameters, g.pair.wrt, g.pair.cotangents], [[i, [_probe_row(p) for p in row]] for i, row in g.points]]
        for g in f.gradients
    ]
    contract = [f.name, f.points, f.parameters, f.outputs, f.axes, dict(f.arg_axes), f.needs, f.hints, f.forbids_warning]
    return [contract, properties, cases, mistakes, gradients]


def _function(contract: Value, properties: Value, cases: Value, mistakes: Value, gradients: Value) -> FunctionPlan:
    return FunctionPlan(
        *contract,
        properties=tuple(Property(*row) for row in properties),
        cases=tuple(
            CasePlan(name, kind, args, _outcome(expected), _allowances(rows), single, draws)
            for name, kind, args, expected, rows, single, draws in cases
        ),
        mistakes=tuple(MistakePlan(*row) for row in mistakes),
        gradients=tuple(
            GradientPlan(Pair(*pair), tuple((i, tuple(_probe(p) for p in row)) for i, row in points)) for pair, points in gradients
        ),
    )


def _probe_row(probe: Probe) -> list[Value]:
    return [probe.argument, probe.leaf, probe.directions, probe.slopes, probe.estimates]


def _probe(row: Value) -> Probe:
    return Probe(*row)


def _packed(outcome: Outcome) -> Value:
    if isinstance(outcome, Returned):
        return ["returned", outcome.value, outcome.changed, outcome.drew, bool(outcome.warnings)]
    if isinstance(outcome, Raised):
        return ["raised", outcome.types]
    if isinstance(outcome, StepLimit):
        return ["steps"]
    raise PlanError(f"an outcome of kind {type(outcome).__name__} cannot be planned")


def _outcome(row: Value) -> Outcome:
    if row[0] == "returned":
        return Returned(row[1], changed=tuple(row[2]), drew=tuple(row[3]), warnings=("",) if row[4] else ())
    return Raised(tuple(row[1])) if row[0] == "raised" else StepLimit()


def _rows(allowances: Sequence[Allowance]) -> list[Value]:
    return [(a.rtol, a.atol, a.rows) for a in allowances]


def _allowances(rows: Value) -> tuple[Allowance, ...]:
    return tuple(Allowance(*row) for row in rows)
