"""Oracles for pooling: PyTorch's layers and autograd (its max pooling breaks ties as we do), and an exact sum."""

from __future__ import annotations

import math

import numpy as np

from tests.oracles import oracle


def _torch_gradient(layer, dout, x):
    import torch

    x = torch.from_numpy(x).requires_grad_()
    layer(x).backward(torch.from_numpy(dout))
    return x.grad.numpy()


@oracle("PyTorch")
def maxpool_forward(x, k, stride):
    import torch

    return torch.nn.functional.max_pool2d(torch.from_numpy(x), k, stride).numpy()


@oracle("PyTorch")
def maxpool_backward(dout, x, k, stride):
    import torch

    return _torch_gradient(lambda images: torch.nn.functional.max_pool2d(images, k, stride), dout, x)


@oracle("PyTorch")
def avgpool_forward(x, k, stride):
    import torch

    return torch.nn.functional.avg_pool2d(torch.from_numpy(x), k, stride).numpy()


@oracle("PyTorch")
def avgpool_backward(dout, x, k, stride):
    import torch

    return _torch_gradient(lambda images: torch.nn.functional.avg_pool2d(images, k, stride), dout, x)


@oracle("loop")
def global_avg_pool(x):
    return np.array([[math.fsum(channel.ravel()) / channel.size for channel in image] for image in x])


@oracle("PyTorch")
def global_avg_pool_backward(dout, x):
    import torch

    return _torch_gradient(lambda images: torch.nn.functional.adaptive_avg_pool2d(images, 1)[..., 0, 0], dout, x)
