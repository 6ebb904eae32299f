"""Oracles for fitting: exact sums, membership tests, a sum over both signs of the noise, and rules read epoch by epoch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from grader.spec import Array
from tests.oracles import oracle


@oracle("exact arithmetic")
def split_indices(perm: Array, val_frac: float, test_frac: float) -> tuple[Array, Array, Array]:
    n_test, n_val = (math.floor(len(perm) * Fraction(share)) for share in (test_frac, val_frac))
    rest = perm.tolist()
    test = [rest.pop(0) for _ in range(n_test)]
    val = [rest.pop(0) for _ in range(n_val)]
    return np.array(rest, dtype=int), np.array(val, dtype=int), np.array(test, dtype=int)


@oracle("loop")
def kfold(n: int, k: int) -> list[tuple[Array, Array]]:
    rest, pairs = list(range(n)), []
    for left in range(k, 0, -1):
        val = [rest.pop(0) for _ in range(math.ceil(len(rest) / left))]
        train = [index for index in range(n) if index not in val]
        pairs.append((np.array(train, dtype=int), np.array(val, dtype=int)))
    return pairs


@oracle("exact arithmetic")
def bias_variance(preds: Array, f: Array, noise_var: float = 0.0) -> tuple[float, float, float]:
    """The total is the mean squared error to targets with noise of either sign; bias and variance are sums of squares."""
    models, points = preds.shape
    p = [[Fraction(float(value)) for value in row] for row in preds]
    true = [Fraction(float(value)) for value in f]
    mean = [sum(p[r][n] for r in range(models)) / models for n in range(points)]
    bias2 = sum((mean[n] - true[n]) ** 2 for n in range(points)) / points
    variance = sum((p[r][n] - mean[n]) ** 2 for r in range(models) for n in range(points)) / (models * points)
    noise = math.sqrt(noise_var)
    errors = [
        float(p[r][n] - true[n] - Fraction(sign * noise)) ** 2
        for r in range(models)
        for n in range(points)
        for sign in (1, -1)
    ]
    return float(bias2), float(variance), math.fsum(errors) / len(errors)


@oracle("exact arithmetic")
def diagnose_fit(train_err: float, val_err: float, target_err: float, max_gap: float) -> str:
    faults = []
    if Fraction(train_err) - Fraction(target_err) > 0:
        faults.append("underfit")
    if Fraction(val_err) - Fraction(train_err) - Fraction(max_gap) > 0:
        faults.append("overfit")
    return "both" if len(faults) == 2 else (faults or ["good"])[0]


@oracle("loop")
def early_stopping(val_losses: Sequence[float], patience: int, min_delta: float = 0.0) -> tuple[int, int]:
    """Every epoch is judged from the whole history before it."""

    def improving(until: int) -> list[int]:
        found: list[int] = []
        for epoch in range(until + 1):
            if not found and val_losses[epoch] == val_losses[epoch]:
                found.append(epoch)
            elif found and val_losses[found[-1]] - val_losses[epoch] > min_delta:
                found.append(epoch)
        return found

    for epoch in range(len(val_losses)):
        best = max(improving(epoch), default=-1)
        if epoch - best >= patience:
            return epoch, best
    return len(val_losses) - 1, max(improving(len(val_losses) - 1), default=-1)
