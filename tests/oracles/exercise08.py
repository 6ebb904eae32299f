"""Oracles for gradient descent and SGD: exact sums, loops, PyTorch's SGD, and SciPy's generalised eigenvalues."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from grader.spec import Array
from tests.oracles import oracle


@oracle("exact arithmetic")
def gd_step(theta: Array, grad: Array, lr: float) -> Array:
    pairs = zip(theta.ravel().tolist(), grad.ravel().tolist())
    moved = [float(Fraction(value) - Fraction(lr) * Fraction(slope)) for value, slope in pairs]
    return np.array(moved).reshape(theta.shape)


@oracle("loop")
def gradient_descent(grad_fn: Callable[[Array], Array], theta0: Array, lr: float, steps: int) -> Array:
    path = np.zeros((steps + 1, len(theta0)))
    for j in range(len(theta0)):
        path[0, j] = theta0[j]
    for k in range(1, steps + 1):
        slope = grad_fn(np.array(path[k - 1]))
        for j in range(len(theta0)):
            path[k, j] = math.fsum((path[k - 1, j], -lr * slope[j]))
    return path


@oracle("loop")
def make_minibatches(perm: Array, batch_size: int) -> list[Array]:
    batches: list[list[int]] = []
    for position, index in enumerate(perm.tolist()):
        if position % batch_size == 0:
            batches.append([])
        batches[-1].append(index)
    return [np.array(batch) for batch in batches]


@oracle("PyTorch")
def sgd_epoch(theta: Array, X: Array, y: Array, perm: Array, batch_size: int, lr: float) -> Array:
    import torch

    data = torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(y))
    loader = torch.utils.data.DataLoader(data, batch_size=batch_size, sampler=perm.tolist())
    weights = torch.tensor(theta, requires_grad=True)
    optimizer = torch.optim.SGD([weights], lr=lr)
    for rows, targets in loader:
        optimizer.zero_grad()
        (0.5 * torch.nn.functional.mse_loss(rows @ weights, targets)).backward()
        optimizer.step()
    return weights.detach().numpy()


@oracle("SciPy")
def max_stable_lr(A: Array) -> float:
    from scipy.linalg import eigh

    return float(2 * eigh(np.eye(len(A)), A, eigvals_only=True).min())


@oracle("exact arithmetic")
def combine_microbatch_grads(grads: Sequence[Array], sizes: Sequence[int]) -> Array:
    combined = np.empty(grads[0].shape)
    for index in np.ndindex(combined.shape):
        total = sum(size * Fraction(float(grad[index])) for grad, size in zip(grads, sizes))
        combined[index] = float(total / sum(sizes))
    return combined
