"""Independent oracles for the objective, the forward pass and backprop."""

from __future__ import annotations

import graphlib
import math
from fractions import Fraction

import numpy as np

from tests.oracles import oracle


@oracle("exact arithmetic")
def objective(theta, X, y):
    squares = Fraction(0)
    for x, target in zip(X.tolist(), y.tolist(), strict=True):
        prediction = sum(Fraction(a) * Fraction(b) for a, b in zip(x, theta.tolist(), strict=True))
        squares += (prediction - Fraction(target)) ** 2
    return float(squares / (2 * len(y)))


@oracle("PyTorch")
def objective_grad(theta, X, y):
    """Autograd of half the mean squared error."""
    import torch

    parameter = torch.from_numpy(theta).requires_grad_()
    (torch.nn.functional.mse_loss(torch.from_numpy(X) @ parameter, torch.from_numpy(y)) / 2).backward()
    return parameter.grad.numpy()


@oracle("loop")
def chain_backward(local, dout=1.0):
    factors = local.tolist()
    return np.array([math.prod(factors[i:], start=dout) for i in range(len(factors))])


@oracle("PyTorch")
def two_path_backward(dout, x, w):
    import torch

    inputs = [torch.from_numpy(value).requires_grad_() for value in (x, w)]
    (inputs[0] * torch.tanh(inputs[1] * inputs[0])).backward(torch.from_numpy(dout))
    return tuple(value.grad.numpy() for value in inputs)


@oracle("loop")
def topological_order(parents):
    """The standard library finds the cycles (its CycleError is a ValueError); the order grows one free node at a time.

    The next node of a depth-first order is found by walking up from the first unlisted name, always to the first
    unlisted parent, until a node has none.
    """
    graphlib.TopologicalSorter(parents).prepare()
    order = []
    while len(order) < len(parents):
        node = min(set(parents) - set(order))
        while missing := [parent for parent in parents[node] if parent not in order]:
            node = missing[0]
        order.append(node)
    return order


@oracle("loop")
def graph_backward(order, parents, local, output):
    """The sum over all paths from a node to the output of the products of slopes along the path."""

    def products(node, target):
        if node == target:
            yield 1.0
        for parent, slope in zip(parents[node], local[node], strict=True):
            yield from (slope * product for product in products(parent, target))

    return {target: math.fsum(products(output, target)) for target in order}


@oracle("PyTorch")
def linear_backward(dout, x, W):
    import torch

    inputs = [torch.from_numpy(value).requires_grad_() for value in (x, W, np.zeros(len(W)))]
    torch.nn.functional.linear(*inputs).backward(torch.from_numpy(dout))
    return tuple(value.grad.numpy() for value in inputs)
