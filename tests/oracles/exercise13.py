"""Oracles for augmenting images: PyTorch's flips, turns and padding, SciPy's rotation, and loops over single pixels."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from grader.spec import Array
from tests.oracles import oracle


@oracle("PyTorch")
def hflip(x: Array, flags: Array) -> Array:
    import torch

    images = [image.flip(-1) if flag else image for image, flag in zip(torch.from_numpy(x), flags.tolist())]
    return torch.stack(images).numpy()


@oracle("PyTorch")
def rotate90(x: Array, k: int) -> Array:
    import torch

    return torch.rot90(torch.from_numpy(x), k, dims=(-2, -1)).numpy()


@oracle("SciPy")
def rotate_nearest(x: Array, degrees: float) -> Array:
    from scipy.ndimage import rotate

    return rotate(x, degrees, axes=(3, 2), reshape=False, order=0, mode="grid-constant", cval=0.0)


@oracle("PyTorch")
def pad_and_crop(x: Array, pad: int, top: int, left: int) -> Array:
    import torch

    padded = torch.nn.ZeroPad2d(pad)(torch.from_numpy(x))
    return padded.narrow(2, top, x.shape[2]).narrow(3, left, x.shape[3]).numpy()


@oracle("exact arithmetic")
def color_jitter(x: Array, brightness: float, contrast: float) -> Array:
    out = np.empty(x.shape)
    for n, image in enumerate(x):
        y = [Fraction(brightness) * Fraction(value) for value in image.ravel().tolist()]
        mean = sum(y) / len(y)
        moved = [Fraction(contrast) * value + (1 - Fraction(contrast)) * mean for value in y]
        out[n] = np.reshape([float(min(max(value, Fraction(0)), Fraction(1))) for value in moved], image.shape)
    return out


@oracle("loop")
def random_erase(x: Array, top: int, left: int, h: int, w: int, value: float = 0.0) -> Array:
    out = np.empty(x.shape)
    for n, c, i, j in np.ndindex(x.shape):
        erased = i in range(top, top + h) and j in range(left, left + w)
        out[n, c, i, j] = value if erased else x[n, c, i, j]
    return out


@oracle("exact arithmetic")
def mixup(x: Array, y: Array, perm: Array, lam: float) -> tuple[Array, Array]:
    def mixed(data: Array) -> Array:
        out = np.empty(data.shape)
        for index in np.ndindex(data.shape):
            partner = data[(perm[index[0]], *index[1:])]
            own, other = Fraction(float(data[index])), Fraction(float(partner))
            out[index] = float(other + Fraction(lam) * (own - other))
        return out

    return mixed(x), mixed(y)
