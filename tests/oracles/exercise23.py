"""Oracles for attack and defense: PyTorch's cross-entropy and autograd, and the definitions entry by entry."""

from __future__ import annotations

import math

import numpy as np

from tests.oracles import oracle


def _torch_loss(x, W, b, y):
    import torch

    logits = torch.nn.functional.linear(x, torch.from_numpy(W), torch.from_numpy(b))
    return torch.nn.functional.cross_entropy(logits, torch.from_numpy(y))


@oracle("PyTorch")
def input_gradient(x, W, b, y):
    import torch

    x = torch.from_numpy(x).requires_grad_()
    _torch_loss(x, W, b, y).backward()
    return x.grad.numpy()


def _by_entry(function, *arrays):
    flat = [function(*entries) for entries in zip(*(array.ravel().tolist() for array in arrays), strict=True)]
    return np.array(flat).reshape(arrays[0].shape)


def _into(value, low, high):
    """The middle one of the three numbers, if low <= high."""
    return sorted((low, value, high))[1]


@oracle("loop")
def fgsm(x, grad, eps, lo=0.0, hi=1.0):
    """Moves each entry by the allowed change that raises its linearized loss most."""

    def move(pixel, slope):
        change = max((0.0, eps, -eps), key=lambda delta: slope * delta)
        return _into(pixel + change, lo, hi)

    return _by_entry(move, x, grad)


@oracle("loop")
def fgsm_targeted(x, grad_target, eps, lo=0.0, hi=1.0):
    """Moves each entry by the allowed change that lowers its linearized loss most."""

    def move(pixel, slope):
        change = min((0.0, eps, -eps), key=lambda delta: slope * delta)
        return _into(pixel + change, lo, hi)

    return _by_entry(move, x, grad_target)


@oracle("loop")
def project_linf(x_adv, x, eps, lo=0.0, hi=1.0):
    return _by_entry(lambda moved, clean: _into(moved, max(clean - eps, lo), min(clean + eps, hi)), x_adv, x)


@oracle("loop")
def project_l2(delta, eps):
    examples = []
    for example in delta:
        length = math.sqrt(math.fsum(entry * entry for entry in example.ravel().tolist()))
        examples.append(example if length <= eps else example * (eps / length))
    return np.array(examples)


@oracle("PyTorch")
def pgd(x, y, W, b, eps, alpha, steps):
    import torch

    clean = torch.from_numpy(x)
    low, high = (clean - eps).clamp(min=0), (clean + eps).clamp(max=1)
    moved = clean.clone()
    for _ in range(steps):
        moved.requires_grad_()
        (slope,) = torch.autograd.grad(_torch_loss(moved, W, b, y), moved)
        moved = (moved.detach() + alpha * slope.sign()).clamp(low, high)
    return moved.numpy()


@oracle("PyTorch")
def adversarial_loss(x, x_adv, y, W, b, weight=0.5):
    import torch

    clean, attacked = (_torch_loss(torch.from_numpy(inputs), W, b, y) for inputs in (x, x_adv))
    return torch.lerp(clean, attacked, weight).item()


@oracle("loop")
def robust_accuracy(logits_clean, logits_adv, y):
    def first_largest(row):
        return min(range(len(row)), key=lambda c: (-row[c], c))

    survivors = 0
    for n in range(len(y)):
        if first_largest(logits_clean[n]) == y[n] and first_largest(logits_adv[n]) == y[n]:
            survivors += 1
    return survivors / len(y)
