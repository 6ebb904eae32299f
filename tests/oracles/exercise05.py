"""Independent oracles for activation functions and their derivatives."""

from __future__ import annotations

import numpy as np
import scipy.special

from tests.oracles import oracle


@oracle("SciPy")
def sigmoid(x):
    return scipy.special.expit(x)


def _autograd(function, dout, x):
    """PyTorch's gradient of sum(function(x) * dout) with respect to x."""
    import torch

    value = torch.from_numpy(x).requires_grad_()
    function(value).backward(torch.from_numpy(dout))
    return value.grad.numpy()


@oracle("PyTorch")
def sigmoid_backward(dout, x):
    import torch

    return _autograd(torch.sigmoid, dout, x)


@oracle("PyTorch")
def tanh_backward(dout, x):
    import torch

    return _autograd(torch.tanh, dout, x)


@oracle("loop")
def relu(x):
    return np.array([entry if entry > 0 else 0.0 for entry in x.ravel().tolist()]).reshape(x.shape)


@oracle("PyTorch")
def relu_backward(dout, x):
    import torch

    return _autograd(torch.relu, dout, x)


@oracle("PyTorch")
def leaky_relu_backward(dout, x, alpha=0.01):
    import torch

    return _autograd(lambda value: torch.nn.functional.leaky_relu(value, alpha), dout, x)


@oracle("PyTorch")
def gelu(x):
    import torch

    return torch.nn.functional.gelu(torch.from_numpy(x), approximate="tanh").numpy()


@oracle("PyTorch")
def gelu_backward(dout, x):
    import torch

    return _autograd(lambda value: torch.nn.functional.gelu(value, approximate="tanh"), dout, x)
