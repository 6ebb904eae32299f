"""Layer, RMS and group normalization by PyTorch's kernels and autograd, and by exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from tests.oracles import oracle


@oracle("PyTorch")
def layernorm_forward(x, gamma, beta, eps=1e-5):
    import torch

    gamma, beta = torch.tensor(gamma), torch.tensor(beta)
    return torch.nn.functional.layer_norm(torch.tensor(x), gamma.shape, gamma, beta, eps).numpy()


def _torch_gradients(function, dout, *inputs):
    import torch

    leaves = [torch.tensor(value, requires_grad=True) for value in inputs]
    function(*leaves).backward(torch.tensor(dout))
    return tuple(leaf.grad.numpy() for leaf in leaves)


@oracle("PyTorch")
def layernorm_backward(dout, x, gamma, eps=1e-5):
    import torch

    def forward(x, gamma, beta):
        return torch.nn.functional.layer_norm(x, gamma.shape, gamma, beta, eps)

    return _torch_gradients(forward, dout, x, gamma, np.zeros_like(gamma))


@oracle("exact arithmetic")
def rmsnorm_forward(x, gamma, eps=1e-6):
    out = np.zeros(x.shape)
    for at in np.ndindex(*x.shape[:-1]):
        square = sum(Fraction(float(v)) ** 2 for v in x[at]) / len(gamma) + Fraction(eps)
        for j, value in enumerate(x[at]):
            out[(*at, j)] = gamma[j] * value / math.sqrt(square)
    return out


@oracle("PyTorch")
def rmsnorm_backward(dout, x, gamma, eps=1e-6):
    import torch

    def forward(x, gamma):
        return torch.nn.functional.rms_norm(x, gamma.shape, gamma, eps)

    return _torch_gradients(forward, dout, x, gamma)


@oracle("PyTorch")
def groupnorm_forward(x, gamma, beta, groups, eps=1e-5):
    import torch

    x, gamma, beta = (torch.tensor(value) for value in (x, gamma, beta))
    return torch.nn.functional.group_norm(x, groups, gamma, beta, eps).numpy()
