"""Oracles for LoRA: PyTorch's linear layers and autograd, and fractions for merging."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from tests.oracles import oracle


@oracle("loop")
def lora_init(d_out, d_in, r, rng):
    """One number after another, in the order of the rows."""
    A, B = np.empty((r, d_in)), np.empty((d_out, r))
    for row in range(r):
        for column in range(d_in):
            A[row, column] = rng.standard_normal() / d_in**0.5
    for row in range(d_out):
        for column in range(r):
            B[row, column] = 0.0
    return A, B


def _leaf(array):
    import torch

    return torch.tensor(array, requires_grad=True)


def _layer(x, W0, A, B, alpha):
    import torch

    linear = torch.nn.functional.linear
    return torch.add(linear(x, W0), linear(linear(x, A), B), alpha=alpha / B.shape[1])


@oracle("PyTorch")
def lora_forward(x, W0, A, B, alpha):
    return _layer(_leaf(x), _leaf(W0), _leaf(A), _leaf(B), alpha).detach().numpy()


@oracle("PyTorch")
def lora_backward(dout, x, W0, A, B, alpha):
    import torch

    x, A, B = _leaf(x), _leaf(A), _leaf(B)
    _layer(x, torch.tensor(W0), A, B, alpha).backward(torch.tensor(dout))
    return x.grad.numpy(), A.grad.numpy(), B.grad.numpy()


def _moved(W, A, B, scale):
    """W plus scale / r times B A, each entry as a fraction."""
    result = np.empty_like(W)
    for o in range(W.shape[0]):
        for i in range(W.shape[1]):
            product = sum(Fraction(float(up)) * Fraction(float(down)) for up, down in zip(B[o], A[:, i]))
            result[o, i] = float(Fraction(float(W[o, i])) + Fraction(scale) / len(A) * product)
    return result


@oracle("exact arithmetic")
def lora_merge(W0, A, B, alpha):
    return _moved(W0, A, B, alpha)


@oracle("exact arithmetic")
def lora_unmerge(W, A, B, alpha):
    return _moved(W, A, B, -alpha)


@oracle("PyTorch")
def lora_param_counts(d_out, d_in, r):
    """The parameters of PyTorch's linear layers without bias."""
    from torch.nn import Linear

    def count(*layers):
        return sum(weight.numel() for layer in layers for weight in layer.parameters())

    down, up = Linear(d_in, r, bias=False), Linear(r, d_out, bias=False)
    return count(Linear(d_in, d_out, bias=False)), count(down, up)
