"""Oracles for clipping and depth: exact sums, loops over single entries, and SciPy's Schur form."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from grader.spec import Array
from tests.oracles import oracle


def _length(values: Sequence[float]) -> float:
    """The root of an exact sum of squares."""
    total = sum((Fraction(float(value)) ** 2 for value in values), Fraction(0))
    return math.sqrt(total)


@oracle("loop")
def clip_by_value(g: Array, threshold: float) -> Array:
    clipped = [min(max(value, -threshold), threshold) for value in g.ravel().tolist()]
    return np.array(clipped).reshape(g.shape)


@oracle("exact arithmetic")
def clip_by_norm(g: Array, threshold: float) -> Array:
    norm = _length(g.ravel().tolist())
    if not norm > threshold:
        return g
    return np.array([value * (threshold / norm) for value in g.ravel().tolist()]).reshape(g.shape)


@oracle("exact arithmetic")
def global_norm(grads: Sequence[Array]) -> float:
    return _length([value for g in grads for value in g.ravel().tolist()])


@oracle("exact arithmetic")
def clip_by_global_norm(grads: Sequence[Array], threshold: float) -> tuple[list[Array], float]:
    norm = _length([value for g in grads for value in g.ravel().tolist()])
    return [g * (min(norm, threshold) / norm) if norm else g for g in grads], norm


@oracle("loop")
def linear_bptt_norms(W: Array, d: Array, T: int) -> Array:
    size = len(d)
    norms, gradient = [], d.tolist()
    for k in range(T + 1):
        norms.append(_length(gradient))
        gradient = [math.fsum(W[i, j] * gradient[i] for i in range(size)) for j in range(size)]
    return np.array(norms)


@oracle("SciPy")
def spectral_radius(W: Array) -> float:
    from scipy.linalg import schur

    return float(np.abs(np.diag(schur(W, output="complex")[0])).max())


@oracle("exact arithmetic")
def sigmoid_depth_bound(weights: Array) -> float:
    return float(math.prod((abs(Fraction(weight)) / 4 for weight in weights.tolist()), start=Fraction(1)))
