"""Plans as bytes, and a cache of them by the hash of what they are made from."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from grader import wire
from grader.gradient.agree import Pair, Point, Probe
from grader.plan.model import CasePlan, FunctionPlan, GradientPlan, Plan, plan_id
from grader.plan.packing import pack_allowances, pack_outcome, unpack_allowances, unpack_outcome
from grader.properties import Property
from grader.values import Value

KEPT_PLANS: Final = 200  # files in a cache folder; the oldest go first


def load_or_compile(solution: Path, seed: str, cache: Path | None) -> Plan:
    """The plan of a solution file for a seed, from the cache folder if it is there; else made, and kept there if it can be.

    Where there is no solution, the sealed plan that stands for it; SolutionsNeeded if that is of another seed.
    CourseFault if the solution cannot be read or run, PlanError if a case of it cannot be used.
    """
    try:
        source = solution.read_bytes()
    except FileNotFoundError:
        from grader.plan.sealed import load_sealed

        return load_sealed(solution, seed)
    except OSError as error:
        from grader.catalog import CourseFault

        raise CourseFault(f"{solution}: {error.strerror}", "Grading needs the solution beside the exercise.") from error
    kept = cache / f"{solution.stem}-{_key(source, seed)}.plan" if cache else None
    if kept is not None and (plan := _read(kept, plan_id(source, seed))) is not None:
        return plan
    return _make(solution, source, seed, kept)


def _key(source: bytes, seed: str) -> str:
    """What a kept plan depends on besides the grader's version: the engine's own text and NumPy."""
    digest = hashlib.sha256(f"{plan_id(source, seed)} {np.__version__} {_engine()}".encode())
    return digest.hexdigest()[:24]


@cache
def _engine() -> str:
    digest = hashlib.sha256()
    package = Path(__file__).parents[1]
    for path in sorted([*package.glob("*.py"), *package.glob("plan/*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _read(path: Path, wanted: str) -> Plan | None:
    with suppress(OSError, wire.WireError):
        plan = load(path.read_bytes())
        return plan if plan.id == wanted else None
    return None


def _make(solution: Path, source: bytes, seed: str, kept: Path | None) -> Plan:
    from grader.catalog import load_solution
    from grader.plan.compiler import compile_plan

    plan = compile_plan(solution.stem, load_solution(solution), source, seed)
    if kept is not None:
        with suppress(OSError):  # a cache that cannot be written only costs time
            _keep(kept, save(plan))
    return plan


def _keep(path: Path, data: bytes) -> None:
    """Write a file so that another process sees all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(name, path)
    except OSError:
        os.unlink(name)
        raise
    plans = sorted(path.parent.glob("*.plan"), key=lambda p: p.stat().st_mtime)
    for old in plans[:-KEPT_PLANS]:
        old.unlink(missing_ok=True)


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
        [
            c.name,
            c.kind,
            dict(c.args),
            pack_outcome(c.expected),
            pack_allowances(c.allowances),
            c.float64_only,
            c.no_draws,
        ]
        for c in f.cases
    ]
    gradients = [
        [
            [g.pair.forward, g.pair.parameters, g.pair.wrt, g.pair.cotangents],
            [[point.case, dict(point.fixed), [_probe_row(p) for p in point.probes]] for point in g.points],
        ]
        for g in f.gradients
    ]
    contract = [
        f.name,
        f.points,
        f.parameters,
        f.outputs,
        f.axes,
        dict(f.arg_axes),
        f.needs,
        f.hints,
        f.formula,
        f.forbids_warning,
    ]
    return [contract, properties, cases, f.packed_mistakes, gradients]


def _function(contract: Value, properties: Value, cases: Value, mistakes: bytes, gradients: Value) -> FunctionPlan:
    name, points, parameters, outputs, axes, arg_axes, needs, hints, formula, forbids_warning = contract
    return FunctionPlan(
        name,
        points,
        parameters,
        outputs,
        axes,
        arg_axes,
        needs,
        hints,
        formula,
        forbids_warning,
        tuple(Property(*row) for row in properties),
        tuple(
            CasePlan(name, kind, args, unpack_outcome(expected), unpack_allowances(rows), single, draws)
            for name, kind, args, expected, rows, single, draws in cases
        ),
        mistakes,
        tuple(
            GradientPlan(Pair(*pair), tuple(Point(i, fixed, tuple(Probe(*p) for p in row)) for i, fixed, row in points))
            for pair, points in gradients
        ),
    )


def _probe_row(probe: Probe) -> list[Value]:
    return [probe.argument, probe.leaf, probe.directions, probe.slopes, probe.estimates]
