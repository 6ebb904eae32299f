"""Independent oracles for dot products, matrices and shapes."""

from __future__ import annotations

import math

import numpy as np
from scipy.spatial.distance import cdist, cosine

from tests.oracles import oracle


@oracle("exact arithmetic")
def row_dot(X, Y):
    return np.array([math.fsum(a * b for a, b in zip(x, y, strict=True)) for x, y in zip(X, Y, strict=True)])


@oracle("SciPy")
def cosine_similarity(x, y):
    return 1 - float(cosine(x, y)) if np.any(x) and np.any(y) else 0.0


@oracle("PyTorch")
def linear(x, W, b):
    import torch

    return torch.nn.functional.linear(*(torch.from_numpy(value) for value in (x, W, b))).numpy()


@oracle("loop")
def sum_outer(A, B):
    out = np.zeros((A.shape[1], B.shape[1]))
    for p in range(A.shape[1]):
        for q in range(B.shape[1]):
            out[p, q] = math.fsum(A[n, p] * B[n, q] for n in range(len(A)))
    return out


@oracle("SciPy", rtol=1e-6)
def pairwise_sq_dists(X, Y):
    """SciPy squares differences; the expanded form loses half of the digits 1e4 away from the origin."""
    return cdist(X, Y, metric="sqeuclidean")


@oracle("PyTorch")
def unbroadcast(g, shape):
    """Autograd's gradient of expanding a tensor of that shape."""
    import torch

    value = torch.zeros(shape, dtype=torch.float64, requires_grad=True)
    value.expand(g.shape).backward(torch.from_numpy(g))
    return value.grad.numpy()
