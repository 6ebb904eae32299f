"""Independent oracles for numerical gradients."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from scipy.optimize._numdiff import approx_derivative

from tests.oracles import oracle


@oracle("SciPy")
def numerical_gradient(f, x, h=1e-5):
    start = np.ravel(np.asarray(x, dtype=float))
    slopes = approx_derivative(lambda flat: f(flat.reshape(np.shape(x))), start, method="3-point", abs_step=h)
    return np.reshape(slopes, np.shape(x))


@oracle("loop")
def numerical_vjp(f, x, dout, h=1e-5):
    """Each entry adds up the slopes of all outputs, measured in extended precision where the machine has it."""
    dx = np.zeros(np.shape(x))
    weights = [float(entry) for entry in np.ravel(dout)]
    for j in range(dx.size):
        ahead, behind = (np.array(x, dtype=np.longdouble).ravel() for _ in range(2))
        ahead[j] += h
        behind[j] -= h
        up, down = (np.ravel(f(point.reshape(np.shape(x)))) for point in (ahead, behind))
        dx.flat[j] = sum(w * (a - b) / (2 * np.longdouble(h)) for w, a, b in zip(weights, up, down, strict=True))
    return dx


@oracle("SciPy")
def numerical_jacobian(f, x, h=1e-5):
    flat = np.ravel(x)
    outputs = np.size(f(x))
    slopes = approx_derivative(
        lambda point: np.reshape(f(point.reshape(np.shape(x))), outputs), flat, method="3-point", abs_step=h
    )
    return np.reshape(slopes, (outputs, flat.size))


@oracle("exact arithmetic")
def relative_error(a, b, floor=1e-8):
    pairs = [(Fraction(float(one)), Fraction(float(other))) for one, other in zip(np.ravel(a), np.ravel(b))]
    return float(max((abs(s - t) / max(Fraction(floor), abs(s) + abs(t)) for s, t in pairs), default=Fraction(0)))


@oracle("exact arithmetic")
def directional_derivative(grad, v):
    length = math.hypot(*np.ravel(v).tolist())
    return math.fsum(slope * step for slope, step in zip(np.ravel(grad), np.ravel(v))) / length if length else 0.0
