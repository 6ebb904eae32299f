"""Batch normalization by exact fractions, loops, and PyTorch's own kernels and autograd."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from tests.oracles import oracle


def _column_stats(column) -> tuple[float, float]:
    values = [Fraction(float(v)) for v in column]
    mean = sum(values) / len(values)
    return float(mean), float(sum((v - mean) ** 2 for v in values) / len(values))


@oracle("exact arithmetic")
def batch_stats(x):
    stats = [_column_stats(column) for column in x.T]
    return np.array([mean for mean, _ in stats]), np.array([var for _, var in stats])


@oracle("exact arithmetic")
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    out = np.zeros(x.shape)
    for j, column in enumerate(x.T):
        mean, var = _column_stats(column)
        for i, value in enumerate(column):
            out[i, j] = gamma[j] * float(Fraction(float(value)) - Fraction(mean)) / math.sqrt(var + eps) + beta[j]
    return out


def _torch_gradients(function, dout, *inputs):
    import torch

    leaves = [torch.tensor(value, requires_grad=True) for value in inputs]
    function(*leaves).backward(torch.tensor(dout))
    return tuple(leaf.grad.numpy() for leaf in leaves)


def _torch_normalized(rows, eps):
    """Rows (C, m), each with zero mean and unit variance: the kernel of layer normalization, which takes m = 1 too."""
    import torch

    return torch.nn.functional.layer_norm(rows, rows.shape[1:], eps=eps)


@oracle("PyTorch")
def batchnorm_backward(dout, x, gamma, eps=1e-5):
    def forward(x, gamma, beta):
        return _torch_normalized(x.T, eps).T * gamma + beta

    return _torch_gradients(forward, dout, x, gamma, np.zeros_like(gamma))


@oracle("exact arithmetic")
def update_running(running_mean, running_var, mu, var, momentum=0.9):
    def average(old, new):
        share = Fraction(momentum)
        return np.array([float(share * Fraction(a) + (1 - share) * Fraction(b)) for a, b in zip(old, new)])

    return average(running_mean, mu), average(running_var, var)


@oracle("PyTorch")
def batchnorm_inference(x, gamma, beta, running_mean, running_var, eps=1e-5):
    import torch

    arrays = [torch.tensor(value) for value in (x, running_mean, running_var, gamma, beta)]
    return torch.nn.functional.batch_norm(*arrays, training=False, eps=eps).numpy()


@oracle("PyTorch")
def spatial_batchnorm_forward(x, gamma, beta, eps=1e-5):
    import torch

    arrays = [torch.tensor(value) for value in (gamma, beta)]
    return torch.nn.functional.batch_norm(torch.tensor(x), None, None, *arrays, training=True, eps=eps).numpy()


@oracle("PyTorch")
def spatial_batchnorm_backward(dout, x, gamma, eps=1e-5):
    import torch

    def forward(x, gamma, beta):
        return torch.nn.functional.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)

    return _torch_gradients(forward, dout, x, gamma, np.zeros_like(gamma))


@oracle("PyTorch")
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    import torch
    from torch.nn.utils.fusion import fuse_linear_bn_weights

    arrays = [torch.tensor(value) for value in (W, b, running_mean, running_var)]
    fused = fuse_linear_bn_weights(*arrays, eps, torch.tensor(gamma), torch.tensor(beta))
    return tuple(value.detach().numpy() for value in fused)
