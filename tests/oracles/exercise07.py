"""Independent oracles for losses and the p-y gradient."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import scipy.special

from tests.oracles import oracle


@oracle("exact arithmetic")
def mse_loss(pred, y):
    squares = [(Fraction(a) - Fraction(b)) ** 2 for a, b in zip(np.ravel(pred), np.ravel(y), strict=True)]
    return float(sum(squares) / len(squares))


def _slope(loss, output, *targets):
    """PyTorch's gradient of a loss with respect to the network's output."""
    import torch

    value = torch.from_numpy(output).requires_grad_()
    loss(value, *(torch.from_numpy(target) for target in targets)).backward()
    return value.grad.numpy()


@oracle("PyTorch")
def mse_grad(pred, y):
    import torch

    return _slope(torch.nn.functional.mse_loss, pred, y)


@oracle("PyTorch")
def bce_with_logits(z, y):
    import torch

    return float(torch.nn.functional.binary_cross_entropy_with_logits(torch.from_numpy(z), torch.from_numpy(y)))


@oracle("PyTorch")
def bce_with_logits_grad(z, y):
    import torch

    return _slope(torch.nn.functional.binary_cross_entropy_with_logits, z, y)


@oracle("PyTorch")
def cross_entropy(z, y):
    import torch

    return float(torch.nn.functional.cross_entropy(torch.from_numpy(z), torch.from_numpy(y)))


@oracle("PyTorch")
def cross_entropy_grad(z, y):
    import torch

    return _slope(torch.nn.functional.cross_entropy, z, y)


@oracle("loop")
def smooth_labels(y, C, eps):
    return np.array([[eps / C + (1 - eps if c == label else 0.0) for c in range(C)] for label in y.tolist()])


@oracle("PyTorch")
def soft_cross_entropy(z, q):
    """PyTorch's cross-entropy with probabilities as targets."""
    import torch

    return float(torch.nn.functional.cross_entropy(torch.from_numpy(z), torch.from_numpy(q)))


@oracle("SciPy")
def masked_cross_entropy(z, y, mask):
    losses = [scipy.special.logsumexp(z[n, t]) - z[n, t, y[n, t]] for n, t in np.argwhere(mask)]
    return math.fsum(losses) / len(losses) if losses else 0.0
