"""Numerical derivatives of a reference, taken when a plan is made."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from grader.gradient.agree import ROUND_OFF, Pair, Point, Probe, forward_arguments, size_of, slope, weighted
from grader.spec import Gradient, SpecError
from grader.values import Path, Value, at, fresh, is_float, leaf_path, parse_path, replaced

DIRECTIONS: Final = 2  # with one, 3 wrong gradients in 11,000 slip through at 1e-6; with two, none did
STEPS: Final = (0.3, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)  # the large ones serve inputs of size 1e-3


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
            if 4 * estimate > max(1e-2 * size_of(at(want, leaf), direction, number), 1e-12):
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


def _kink(values: Mapping[float, float], middle: float, magnitude: float) -> bool:
    """Whether the one-sided slopes disagree: at a smooth point their gap shrinks tenfold with the step."""
    gap = {h: abs((values[h] - middle) / h - (middle - values[-h]) / h) for h in (1e-5, 1e-6)}
    return bool(gap[1e-6] > 0.2 * gap[1e-5] + 4 * ROUND_OFF * magnitude / 1e-6)
