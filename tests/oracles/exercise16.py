"""Oracles for weight initialization: PyTorch's fans, SciPy's distributions, exact Gram-Schmidt, and sums by hand."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from tests.oracles import oracle


@oracle("PyTorch")
def fans(shape):
    import torch

    return torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))


def _connections(shape):
    """The fans, counted from a layer that is laid open: one weight, one connection."""
    units = {}
    for index in np.ndindex(*shape):
        for side, unit in (("in", index[0]), ("out", index[1])):
            units[side, unit] = units.get((side, unit), 0) + 1
    return units["in", 0], units["out", 0]


@oracle("SciPy")
def xavier_uniform(shape, rng):
    from scipy import stats

    fan_in, fan_out = _connections(shape)
    unit = stats.uniform(-1, 2)
    return unit.ppf(rng.random(shape)) * math.sqrt(2 / (fan_in + fan_out)) / unit.std()


@oracle("SciPy")
def he_normal(shape, rng):
    """The variance is 1 / (fan_in E[max(z, 0)^2]), with the mean square after ReLU integrated numerically."""
    from scipy import integrate, stats

    kept, _ = integrate.quad(lambda z: z * z * stats.norm.pdf(z), 0, 40, epsabs=1e-13)
    return stats.norm(scale=math.sqrt(1 / (_connections(shape)[0] * kept))).ppf(
        stats.norm.cdf(rng.standard_normal(shape))
    )


@oracle("exact arithmetic")
def orthogonal(shape, rng):
    """Gram and Schmidt with fractions; only the lengths are rounded."""
    m, n = shape
    drawn = rng.standard_normal((max(m, n), min(m, n)))
    vectors = []
    for column in drawn.T:
        vector = [Fraction(float(entry)) for entry in column]
        for other in vectors:
            share = sum(a * b for a, b in zip(vector, other)) / sum(b * b for b in other)
            vector = [a - share * b for a, b in zip(vector, other)]
        vectors.append(vector)
    rows = np.array([[float(a) / math.sqrt(sum(b * b for b in vector)) for a in vector] for vector in vectors])
    return rows if m < n else rows.T


@oracle("exact arithmetic")
def predicted_variance(v0, fan_ins, weight_vars, relu):
    """Each entry anew: a product over the layers before it."""
    result = []
    for layer in range(len(fan_ins) + 1):
        value = Fraction(v0) / (2**layer if relu else 1)
        for k in range(layer):
            value *= int(fan_ins[k]) * Fraction(float(weight_vars[k]))
        result.append(float(value))
    return np.array(result)


@oracle("loop")
def activation_stds(x, weights, act):
    stds, rows = [], x.tolist()
    for W in weights:
        sums = [[math.fsum(w * h for w, h in zip(unit, row)) for unit in W.tolist()] for row in rows]
        rows = [[float(act(np.array([entry]))[0]) for entry in row] for row in sums]
        entries = [entry for row in rows for entry in row]
        mean = math.fsum(entries) / len(entries)
        stds.append(math.sqrt(math.fsum((entry - mean) ** 2 for entry in entries) / len(entries)))
    return np.array(stds)
