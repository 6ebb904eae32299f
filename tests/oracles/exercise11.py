"""Oracles for dropout: loops over single entries, exact fractions, and PyTorch's derivative of the masked product."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from grader.spec import Array
from tests.oracles import oracle


def _survival_scale(p: float) -> float:
    return float(1 / (1 - Fraction(p))) if p < 1 else 0.0


@oracle("exact arithmetic")
def dropout_mask(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    draws = rng.random(shape).ravel().tolist()
    return np.array([0.0 if u < p else _survival_scale(p) for u in draws]).reshape(shape)


@oracle("exact arithmetic")
def dropout_forward(a: Array, p: float, rng: np.random.Generator, train: bool = True) -> tuple[Array, Array]:
    out, mask = [], []
    draws = rng.random(a.shape).ravel().tolist() if train else [1.0] * a.size
    for value, u in zip(a.ravel().tolist(), draws):
        dropped = train and u < p
        out.append(0.0 if dropped else value if not train else float(Fraction(value) / (1 - Fraction(p))))
        mask.append(0.0 if dropped else 1.0 if not train else _survival_scale(p))
    return np.array(out).reshape(a.shape), np.array(mask).reshape(a.shape)


@oracle("PyTorch")
def dropout_backward(dout: Array, mask: Array) -> Array:
    import torch

    a = torch.full(mask.shape, 0.7, dtype=torch.float64, requires_grad=True)
    (a * torch.from_numpy(mask)).backward(torch.from_numpy(dout))
    return a.grad.numpy()


@oracle("loop")
def spatial_dropout_mask(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    n, c, height, width = shape
    u = rng.random((n, c, 1, 1))
    mask = np.empty(shape)
    for i, j, k, m in np.ndindex(n, c, height, width):
        mask[i, j, k, m] = 0.0 if u[i, j, 0, 0] < p else _survival_scale(p)
    return mask


@oracle("exact arithmetic")
def ensemble_average(probs: Array) -> Array:
    passes, n, classes = probs.shape
    mean = np.empty((n, classes))
    for i, c in np.ndindex(n, classes):
        mean[i, c] = float(sum(Fraction(float(probs[s, i, c])) for s in range(passes)) / passes)
    return mean


@oracle("exact arithmetic")
def weight_scaling_test(a: Array, p: float) -> Array:
    return np.array([float((1 - Fraction(p)) * Fraction(x)) for x in a.ravel().tolist()]).reshape(a.shape)
