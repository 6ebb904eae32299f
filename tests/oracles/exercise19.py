"""The two-layer classifier by PyTorch's layers, loss and autograd, and by counting."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from tests.oracles import oracle


def _torch_forward(params, x):
    from torch.nn import functional

    z1 = functional.linear(x, params["W1"], params["b1"])
    h = functional.relu(z1)
    return z1, h, functional.linear(h, params["W2"], params["b2"])


def _tensors(params, x):
    import torch

    return {name: torch.tensor(value, requires_grad=True) for name, value in params.items()}, torch.tensor(x)


def _torch_loss(params, x, y, lam):
    import torch

    loss = torch.nn.functional.cross_entropy(_torch_forward(params, x)[2], torch.tensor(y))
    return loss + lam / 2 * (torch.sum(params["W1"] ** 2) + torch.sum(params["W2"] ** 2))


@oracle("PyTorch")
def mlp_forward(params, x):
    return tuple(value.detach().numpy() for value in _torch_forward(*_tensors(params, x)))


@oracle("PyTorch")
def mlp_loss(params, x, y, lam=0.0):
    return _torch_loss(*_tensors(params, x), y, lam).item()


@oracle("PyTorch")
def mlp_backward(params, x, y, lam=0.0):
    leaves, x = _tensors(params, x)
    _torch_loss(leaves, x, y, lam).backward()
    return {name: leaf.grad.numpy() for name, leaf in leaves.items()}


def _best(row) -> int:
    return max(range(len(row)), key=lambda c: (row[c], -c))


@oracle("loop")
def predict(logits):
    return np.array([_best(row) for row in logits])


@oracle("exact arithmetic")
def accuracy(logits, y):
    return float(Fraction(sum(_best(row) == label for row, label in zip(logits, y)), len(y)))


@oracle("loop")
def confusion_matrix(y, y_pred, C):
    pairs = list(zip(y.tolist(), y_pred.tolist()))
    return np.array([[pairs.count((i, j)) for j in range(C)] for i in range(C)])
