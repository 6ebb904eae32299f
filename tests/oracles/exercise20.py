"""Oracles for convolution shapes: windows counted one by one, and PyTorch's own layers."""

from __future__ import annotations

import numpy as np

from tests.oracles import oracle


@oracle("loop")
def conv_output_size(n, k, stride=1, pad=0, dilation=1):
    """Counts the starts at which every pixel that the kernel reads exists."""
    padded = set(range(-pad, n + pad))
    starts = range(-pad, n + pad, stride)
    return sum(all(start + dilation * a in padded for a in range(k)) for start in starts)


@oracle("loop")
def same_padding(k, dilation=1):
    """Adds pixels in turn, first on the right, until a long input keeps its size."""
    left, right, n = 0, 0, 100
    while sum(1 for start in range(-left, n + right) if start + dilation * (k - 1) < n + right) < n:
        left, right = (left, right + 1) if left == right else (left + 1, right)
    return left, right


@oracle("loop")
def pad_images(x, pad, value=0.0):
    N, C, H, W = x.shape
    rows, columns = range(-pad, H + pad), range(-pad, W + pad)
    return np.array(
        [
            [[[x[n, c, i, j] if 0 <= i < H and 0 <= j < W else value for j in columns] for i in rows] for c in range(C)]
            for n in range(N)
        ]
    )


@oracle("PyTorch")
def conv_param_count(C, F, kh, kw, groups=1, bias=True):
    import torch

    layer = torch.nn.Conv2d(C, F, (kh, kw), groups=groups, bias=bias)
    return sum(parameter.numel() for parameter in layer.parameters())


@oracle("loop")
def receptive_field(layers):
    """Follows one output back to the input, collecting every pixel that it depends on."""
    pixels = {0}
    for k, s in layers[::-1]:
        pixels = {p * s + a for p in range(min(pixels), max(pixels) + 1) for a in range(k)}
    return max(pixels) - min(pixels) + 1
