"""A gradient against numerical derivatives that are already there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from grader.values import Path, Value, at, replaced

RTOL: Final = 1e-6
ROUND_OFF: Final = 4 * float(np.finfo(float).eps)


@dataclass(frozen=True, eq=False)
class Probe:
    """One tensor at one case: directions u, slopes D along them, and the error estimate of each slope."""

    argument: Path
    leaf: Path
    directions: tuple[np.ndarray, ...]
    slopes: tuple[float, ...]
    estimates: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Point:
    """One case of a gradient check: arguments of the forward function that the case lacks, and a probe a tensor."""

    case: int
    fixed: Mapping[str, Value]
    probes: tuple[Probe, ...]


@dataclass(frozen=True)
class Pair:
    """A forward function as a gradient check needs it: its arguments and which outputs carry which cotangents."""

    forward: str
    parameters: tuple[str, ...]
    wrt: tuple[tuple[Path, Path], ...]
    cotangents: tuple[tuple[Path, str | None], ...]


def forward_arguments(pair: Pair, args: Mapping[str, Value], fixed: Mapping[str, Value]) -> dict[str, Value]:
    """The arguments of the forward function: those it shares with the backward function's case, and the fixed ones."""
    both = {**args, **fixed}
    return {name: both[name] for name in pair.parameters if name in both}


def weighted(value: Value, pair: Pair, weights: Mapping[str, np.ndarray]) -> tuple[float, float]:
    """`sum(output * cotangent)` over the differentiated outputs, and the same sum of absolute values."""
    total = magnitude = 0.0
    for path, argument in pair.cotangents:
        terms = np.asarray(at(value, path), dtype=np.float64) * (weights[argument] if argument else 1.0)
        total += float(terms.sum())
        magnitude += float(np.abs(terms).sum())
    return total, magnitude


def slope(values: Mapping[float, float], magnitude: float) -> tuple[float, float]:
    """The derivative at 0 of a function given at +-h for several h, and an estimate of its error.

    The estimate of a step is its distance from the next larger step, but at least its round-off; the best step wins.
    """
    steps = sorted((step for step in values if step > 0), reverse=True)
    quotients = [(values[step] - values[-step]) / (2 * step) for step in steps]
    estimates = [
        max(abs(quotient - previous), ROUND_OFF * magnitude / step)
        for step, quotient, previous in zip(steps[1:], quotients[1:], quotients)
    ]
    best = int(np.argmin(estimates))
    return quotients[best + 1], float(estimates[best])


def size_of(grad: Value, direction: np.ndarray, slope: float) -> float:
    """What an error of a directional derivative is measured by."""
    rms = float(np.sqrt(np.mean(direction**2)))
    return max(float(np.linalg.norm(np.asarray(grad, dtype=np.float64))) * rms, abs(slope))


def disagreement(grad: Value, probe: Probe) -> float:
    """The largest relative error of a gradient along the probe's directions; it agrees if at most rtol.

    `|<grad, u> - D| <= rtol * size + 4 * estimate` is the same as `error <= rtol` with the error taken relative to
    `size + 4e6 * estimate`, so one number can be shown beside one limit.
    """
    array = np.asarray(grad, dtype=np.float64)
    worst = 0.0
    for direction, number, estimate in zip(probe.directions, probe.slopes, probe.estimates):
        if array.shape != direction.shape or not np.isfinite(array).all():
            return float("inf")
        size = size_of(array, direction, number) + 4 * estimate / RTOL
        worst = max(worst, abs(float((array * direction).sum()) - number) / (size or 1.0))
    return worst


@dataclass(frozen=True, eq=False)
class OwnProbe:
    """Calls of the student's own forward function that give its derivative along one direction of one tensor."""

    leaf: Path
    direction: np.ndarray
    calls: tuple[tuple[float, Mapping[str, Value]], ...]


OWN_STEPS: Final = (1e-2, 1e-3, 1e-4, 1e-5)


def own_probes(pair: Pair, args: Mapping[str, Value], at_point: Point) -> tuple[OwnProbe, ...]:
    """The calls that show whether a backward function fits the student's own forward function, one direction a tensor."""
    forward = forward_arguments(pair, args, at_point.fixed)
    result = []
    for probe in at_point.probes:
        tensor, direction = np.asarray(at(forward, probe.argument), dtype=np.float64), probe.directions[0]
        steps = [0.0, *(sign * size for size in OWN_STEPS for sign in (1.0, -1.0))]
        calls = tuple((step, replaced(dict(forward), probe.argument, tensor + step * direction)) for step in steps)
        result.append(OwnProbe(probe.leaf, direction, calls))
    return tuple(result)


def own_agrees(grad: Value, probe: OwnProbe, values: Sequence[Value], pair: Pair, args: Mapping[str, Value]) -> bool:
    """Whether a gradient is that of the function which gave `values` for the probe's calls, in their order."""
    weights = {argument: np.asarray(args[argument]) for _, argument in pair.cotangents if argument}
    try:
        losses = [weighted(value, pair, weights) for value in values]
    except (KeyError, IndexError, TypeError, ValueError, OverflowError):
        return False
    by_step = {step: loss for (step, _), (loss, _) in zip(probe.calls, losses) if step}
    if not np.isfinite(list(by_step.values())).all():
        return False
    number, estimate = slope(by_step, losses[0][1])
    return disagreement(grad, Probe((), probe.leaf, (probe.direction,), (number,), (estimate,))) <= 100 * RTOL
