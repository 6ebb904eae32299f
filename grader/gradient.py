"""Numerical derivatives of a forward function along random directions, and how a backward function agrees with them.

For every differentiated tensor, along two Gaussian directions scaled to the tensor, the derivative of
`sum(output * cotangent)` is taken by central differences on a ladder of steps; the step whose own error estimate is
smallest wins. A point where the one-sided slopes disagree (a kink) is left out. A backward function is rejected where
`|<grad, u> - D| > rtol * max(|grad| rms(u), |D|) + 4 * estimate`, rtol being 1e-6 or, for float32 results, wider.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from grader.spec import Gradient, SpecError
from grader.values import Path, Value, at, fresh, is_float, leaf_path, parse_path, replaced

DIRECTIONS: Final = 2  # with one, 3 wrong gradients in 11,000 slip through at 1e-6; with two, none did
STEPS: Final = (0.3, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)  # the large ones serve inputs of size 1e-3
RTOL: Final = 1e-6
_ROUND_OFF: Final = 4 * float(np.finfo(float).eps)


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


def pair_of(
    gradient: Gradient, backward: Sequence[str], outputs: tuple[str, ...], forward_outputs: tuple[str, ...]
) -> Pair:
    """The pair that an author's `Gradient` means; SpecError if it names an output or argument that does not exist.

    `backward` are the parameters of the backward function, `outputs` its outputs, `forward_outputs` those of `of`.
    """
    name = gradient.of.__name__
    try:
        wrt = tuple((parse_path(argument), leaf_path(outputs, leaf)) for argument, leaf in gradient.wrt.items())
        given: Mapping[str, str | int] = gradient.cotangents
        if not given:
            if len(forward_outputs) != 1:
                raise ValueError(
                    f"{name} has the outputs {', '.join(forward_outputs)}: say in cotangents which one is differentiated"
                )
            given = {forward_outputs[0]: "dout" if "dout" in backward else 1}
        cotangents = []
        for output, argument in given.items():
            if argument != 1 and argument not in backward:
                raise ValueError(f"cotangents names {argument!r}, which is no parameter of the backward function")
            cotangents.append((leaf_path(forward_outputs, output), None if argument == 1 else str(argument)))
    except ValueError as error:
        raise SpecError(f"Gradient of {name}: {error}") from error
    return Pair(name, tuple(inspect.signature(gradient.of).parameters), wrt, tuple(cotangents))


def forward_arguments(pair: Pair, args: Mapping[str, Value], fixed: Mapping[str, Value]) -> dict[str, Value]:
    """The arguments of the forward function: those it shares with the backward function's case, and the fixed ones."""
    both = {**args, **fixed}
    return {name: both[name] for name in pair.parameters if name in both}


def point(
    gradient: Gradient, pair: Pair, case: int, args: Mapping[str, Value], want: Value, rng: np.random.Generator
) -> Point | None:
    """Numerical derivatives at one case, or None where they decide nothing (a kink, no float tensor, bad conditioning)."""
    fixed = dict(gradient.fixed(args, rng)) if gradient.fixed else {}
    forward = forward_arguments(pair, args, fixed)
    weights = {argument: np.asarray(args[argument]) for _, argument in pair.cotangents if argument}
    found = []
    for argument, leaf in pair.wrt:
        tensor = at(forward, argument)
        if not is_float(tensor) or np.size(tensor) == 0:
            continue
        directions = tuple(_direction(np.asarray(tensor), rng) for _ in range(DIRECTIONS))
        along = [_along(gradient.of, pair, forward, weights, argument, direction) for direction in directions]
        if any(slope is None for slope in along):
            return None
        slopes, estimates = zip(*[slope for slope in along if slope is not None])
        for direction, number, estimate in zip(directions, slopes, estimates):
            if 4 * estimate > max(1e-2 * _size(at(want, leaf), direction, number), 1e-12):
                return None
        found.append(Probe(argument, leaf, directions, slopes, estimates))
    return Point(case, fixed, tuple(found)) if found else None


def _direction(tensor: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    spread = float(tensor.std()) or float(np.sqrt(np.mean(tensor**2))) or 1.0
    return np.asarray(rng.normal(size=tensor.shape) * spread)


def _along(
    function: Callable[..., Any],
    pair: Pair,
    forward: Mapping[str, Value],
    weights: Mapping[str, np.ndarray],
    argument: Path,
    direction: np.ndarray,
) -> tuple[float, float] | None:
    """Slope and error estimate along one direction; None at a kink."""
    tensor = np.asarray(at(forward, argument), dtype=np.float64)

    def loss(step: float) -> tuple[float, float]:
        moved = replaced(dict(forward), argument, tensor + step * direction)
        value = function(**{name: fresh(item) for name, item in moved.items()})
        return weighted(value, pair, weights)

    values = {step: loss(step)[0] for size in STEPS for step in (size, -size)}
    middle, magnitude = loss(0.0)
    if not np.isfinite(list(values.values())).all() or _kink(values, middle, magnitude):
        return None
    return slope(values, magnitude)


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
        max(abs(quotient - previous), _ROUND_OFF * magnitude / step)
        for step, quotient, previous in zip(steps[1:], quotients[1:], quotients)
    ]
    best = int(np.argmin(estimates))
    return quotients[best + 1], float(estimates[best])


def _kink(values: Mapping[float, float], middle: float, magnitude: float) -> bool:
    """Whether the one-sided slopes disagree: at a smooth point their gap shrinks tenfold with the step."""
    gap = {h: abs((values[h] - middle) / h - (middle - values[-h]) / h) for h in (1e-5, 1e-6)}
    return bool(gap[1e-6] > 0.2 * gap[1e-5] + 4 * _ROUND_OFF * magnitude / 1e-6)


def _size(grad: Value, direction: np.ndarray, slope: float) -> float:
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
        size = _size(array, direction, number) + 4 * estimate / RTOL
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
