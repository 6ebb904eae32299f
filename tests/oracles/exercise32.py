"""Shifted windows by PyTorch's unfolding, folding, rolling, attention and convolution, and pair by pair."""

from __future__ import annotations

import numpy as np

from tests.oracles import oracle


def _tensors(*arrays):
    import torch

    return [torch.from_numpy(array) for array in arrays]


@oracle("PyTorch")
def window_partition(x, M):
    (x,) = _tensors(x)
    windows = x.unfold(1, M, M).unfold(2, M, M)  # (B, H/M, W/M, C, M, M)
    return windows.permute(0, 1, 2, 4, 5, 3).flatten(0, 2).numpy()


@oracle("PyTorch")
def window_reverse(windows, M, H, W):
    """Folds columns, one for each window of an image, channel first."""
    import torch

    (windows,) = _tensors(windows)
    count = (H // M) * (W // M)
    columns = windows.permute(0, 3, 1, 2).flatten(1).unflatten(0, (-1, count)).mT
    return torch.nn.functional.fold(columns, (H, W), M, stride=M).permute(0, 2, 3, 1).numpy()


@oracle("PyTorch")
def cyclic_shift(x, s):
    (x,) = _tensors(x)
    return x.roll((-s, -s), (1, 2)).numpy()


@oracle("loop")
def shifted_window_mask(H, W, M, s):
    """Asks for each pair of pixels whether they were neighbours of the same kind before the image was rolled."""
    rows = []
    for top in range(0, H, M):
        for left in range(0, W, M):
            places = [(top + i, left + j) for i in range(M) for j in range(M)]
            before = [((i + s) % H, (j + s) % W) for i, j in places]
            offset = [(i - k, j - m) for (i, j), (k, m) in zip(places, before)]
            rows.append([[one == other for other in offset] for one in offset])
    return np.array(rows)


@oracle("loop")
def relative_position_index(M):
    """Numbers all differences of two places in the order of their rows, then columns."""
    span = range(-(M - 1), M)
    numbers = {difference: k for k, difference in enumerate((down, right) for down in span for right in span)}
    places = [(i, j) for i in range(M) for j in range(M)]
    return np.array([[numbers[i - k, j - m] for k, m in places] for i, j in places])


@oracle("PyTorch")
def window_attention(Q, K, V, table, index, mask):
    import torch

    Q, K, V, table, index, mask = _tensors(Q, K, V, table, index, mask)
    bias = torch.stack([column[index] for column in table.unbind(1)])
    added = bias[None].masked_fill(~mask[:, None], -torch.inf)
    return torch.nn.functional.scaled_dot_product_attention(Q, K, V, attn_mask=added).numpy()


@oracle("PyTorch")
def patch_merging(x, W):
    """A convolution of 2 by 2 with stride 2."""
    import torch

    x, W = _tensors(x, W)
    C = x.shape[3]
    kernel = torch.zeros(len(W), C, 2, 2, dtype=W.dtype)
    for block, (i, j) in zip(W.split(C, dim=1), ((0, 0), (1, 0), (0, 1), (1, 1))):
        kernel[:, :, i, j] = block
    return torch.nn.functional.conv2d(x.permute(0, 3, 1, 2), kernel, stride=2).permute(0, 2, 3, 1).numpy()
