"""References, wrong functions and cases for pooling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Wrong

TITLE = "Pooling"
NEEDS = (20,)


def _sizes(x: Array, k: int, stride: int) -> tuple[int, int]:
    return (x.shape[2] - k) // stride + 1, (x.shape[3] - k) // stride + 1


def _windows(x: Array, k: int, stride: int) -> Array:
    """All windows, (N, C, Ho, Wo, k, k)."""
    view = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))
    return view[:, :, ::stride, ::stride]


def maxpool_forward(x: Array, k: int, stride: int) -> Array:
    Ho, Wo = _sizes(x, k, stride)

    def window(i: int, j: int) -> Array:
        return x[:, :, i * stride : i * stride + k, j * stride : j * stride + k]

    out = np.array([[window(i, j).max(axis=(2, 3)) for j in range(Wo)] for i in range(Ho)])
    return out.transpose(2, 3, 0, 1)  # (Ho, Wo, N, C) -> (N, C, Ho, Wo)


def maxpool_forward_windows(x: Array, k: int, stride: int) -> Array:
    return _windows(x, k, stride).max(axis=(-2, -1))


def maxpool_forward_by_offset(x: Array, k: int, stride: int) -> Array:
    Ho, Wo = _sizes(x, k, stride)
    out = np.full((*x.shape[:2], Ho, Wo), -np.inf, dtype=x.dtype)
    for a in range(k):
        for d in range(k):
            np.maximum(out, x[:, :, a::stride, d::stride][:, :, :Ho, :Wo], out=out)
    return out


def maxpool_forward__stride_is_k(x: Array, k: int, stride: int) -> Array:
    """Moves the window by k whatever the stride."""
    return maxpool_forward(x, k, k)


def maxpool_forward__stride_is_k_size_of_the_stride(x: Array, k: int, stride: int) -> Array:
    """Moves the window by k although the output has the size of the given stride, so windows may lie outside the image."""
    Ho, Wo = _sizes(x, k, stride)
    out = np.zeros((*x.shape[:2], Ho, Wo))
    for i in range(Ho):
        for j in range(Wo):
            out[:, :, i, j] = x[:, :, i * k : (i + 1) * k, j * k : (j + 1) * k].max(axis=(2, 3))
    return out


def maxpool_forward__zero_start(x: Array, k: int, stride: int) -> Array:
    """Starts the search for the maximum at 0, so a window of negative pixels gives 0."""
    Ho, Wo = _sizes(x, k, stride)
    out = np.zeros((*x.shape[:2], Ho, Wo))
    for a in range(k):
        for d in range(k):
            out = np.maximum(out, x[:, :, a::stride, d::stride][:, :, :Ho, :Wo])
    return out


def maxpool_forward__ceil(x: Array, k: int, stride: int) -> Array:
    """Rounds the output size up and takes the maximum of incomplete windows at the border too."""
    Ho, Wo = -((k - x.shape[2]) // stride) + 1, -((k - x.shape[3]) // stride) + 1
    out = np.zeros((*x.shape[:2], Ho, Wo))
    for i in range(Ho):
        for j in range(Wo):
            window = x[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            out[:, :, i, j] = window.max(axis=(2, 3))
    return out


def maxpool_forward__ceil_every_start(x: Array, k: int, stride: int) -> Array:
    """Starts a window at every multiple of the stride inside the image, the incomplete ones at the border too."""
    H, W = x.shape[2:]
    rows, columns = range(0, H, stride), range(0, W, stride)
    return np.stack(
        [np.stack([x[:, :, i : i + k, j : j + k].max(axis=(2, 3)) for j in columns], axis=-1) for i in rows], axis=-2
    )


def maxpool_forward__ceil_inside(x: Array, k: int, stride: int) -> Array:
    """Rounds the output size up but leaves out a window that would start beyond the border."""
    Ho, Wo = -((k - x.shape[2]) // stride) + 1, -((k - x.shape[3]) // stride) + 1
    rows = [i * stride for i in range(Ho) if i * stride < x.shape[2]]
    columns = [j * stride for j in range(Wo) if j * stride < x.shape[3]]
    return np.stack(
        [np.stack([x[:, :, i : i + k, j : j + k].max(axis=(2, 3)) for j in columns], axis=-1) for i in rows], axis=-2
    )


def maxpool_forward__ceil_padded(x: Array, k: int, stride: int) -> Array:
    """Rounds the output size up and fills the incomplete windows at the border with minus infinity."""
    Ho, Wo = -((k - x.shape[2]) // stride) + 1, -((k - x.shape[3]) // stride) + 1
    below, right = (Ho - 1) * stride + k - x.shape[2], (Wo - 1) * stride + k - x.shape[3]
    return maxpool_forward(np.pad(x, ((0, 0), (0, 0), (0, below), (0, right)), constant_values=-np.inf), k, stride)


def maxpool_forward__average(x: Array, k: int, stride: int) -> Array:
    """Takes the mean of each window."""
    return avgpool_forward(x, k, stride)


def maxpool_forward__across_channels(x: Array, k: int, stride: int) -> Array:
    """Takes the maximum of a window over all channels and gives it to each of them."""
    out = maxpool_forward(x, k, stride)
    return np.broadcast_to(out.max(axis=1, keepdims=True), out.shape)


def maxpool_forward__across_channels_dropped(x: Array, k: int, stride: int) -> Array:
    """Takes the maximum of a window over all channels and drops the channel axis."""
    return maxpool_forward(x, k, stride).max(axis=1)


def maxpool_forward__across_channels_kept(x: Array, k: int, stride: int) -> Array:
    """Takes the maximum of a window over all channels and keeps one channel."""
    return maxpool_forward(x, k, stride).max(axis=1, keepdims=True)


class Geometry(NamedTuple):
    """The sizes of a case: images (N, C, H, W), window and stride."""

    name: str
    images: tuple[int, int, int, int]
    k: int
    stride: int

    @property
    def out(self) -> tuple[int, int, int, int]:
        """The shape of the output."""
        N, C, H, W = self.images
        return N, C, (H - self.k) // self.stride + 1, (W - self.k) // self.stride + 1


GEOMETRIES = (
    Geometry("windows side by side", (1, 3, 4, 6), 2, 2),
    Geometry("overlapping windows", (2, 3, 4, 5), 3, 1),
    Geometry("overlapping windows that do not divide the size", (2, 1, 6, 8), 3, 2),
    Geometry("windows that do not divide the size", (1, 2, 5, 7), 2, 2),
    Geometry("gaps between windows", (1, 2, 6, 5), 2, 3),
    Geometry("windows of one pixel", (2, 3, 2, 4), 1, 1),
    Geometry("windows of one pixel with a stride", (1, 2, 4, 5), 1, 2),
    Geometry("all sizes equal", (3, 3, 3, 3), 3, 3),
    Geometry("square, overlapping", (2, 2, 4, 4), 2, 1),
    Geometry("one image, one channel, one window", (1, 1, 3, 4), 3, 2),
)


def _apart(rng: np.random.Generator, shape: tuple[int, ...], offset: float = -0.4) -> Array:
    """Values in random order, both signs, no two closer than 0.02, so that no maximum is close to a tie."""
    size = int(np.prod(shape))
    values = np.linspace(-2.0, 2.0, size) + rng.uniform(0, 0.3 / size, size) + offset
    return rng.permutation(values).reshape(shape)


def maxpool_forward_cases(rng: np.random.Generator) -> Iterator[Case]:
    for g in GEOMETRIES:
        yield Case(g.name, x=_apart(rng, g.images), k=g.k, stride=g.stride)
    yield Case("negative pixels only", x=_apart(rng, (2, 3, 4, 5), offset=-3.0), k=2, stride=1)


def maxpool_backward(dout: Array, x: Array, k: int, stride: int) -> Array:
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        window = x[n, c, i * stride : i * stride + k, j * stride : j * stride + k]
        a, d = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, i * stride + a, j * stride + d] += dout[n, c, i, j]
    return dx


def maxpool_backward_add_at(dout: Array, x: Array, k: int, stride: int) -> Array:
    dx = np.zeros_like(x)
    n, c, i, j = np.indices(dout.shape)
    winner = _windows(x, k, stride).reshape(*dout.shape, k * k).argmax(axis=-1)
    np.add.at(dx, (n, c, i * stride + winner // k, j * stride + winner % k), dout)
    return dx


def maxpool_backward_first_seen(dout: Array, x: Array, k: int, stride: int) -> Array:
    (Ho, Wo), dx = dout.shape[2:], np.zeros_like(x)
    best, free = maxpool_forward(x, k, stride), np.ones(dout.shape, dtype=bool)
    for a in range(k):
        for d in range(k):
            read = np.s_[:, :, a : a + (Ho - 1) * stride + 1 : stride, d : d + (Wo - 1) * stride + 1 : stride]
            wins = free & (x[read] == best)
            dx[read] += np.where(wins, dout, 0)
            free &= ~wins
    return dx


def maxpool_backward__overwrites(dout: Array, x: Array, k: int, stride: int) -> Array:
    """Assigns the gradient, so a pixel that wins several windows keeps only the last one's."""
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        window = x[n, c, i * stride : i * stride + k, j * stride : j * stride + k]
        a, d = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, i * stride + a, j * stride + d] = dout[n, c, i, j]
    return dx


def maxpool_backward__overwrites_windows(dout: Array, x: Array, k: int, stride: int) -> Array:
    """Assigns the gradient of each whole window, so its zeros erase what earlier windows left there."""
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        rows, columns = slice(i * stride, i * stride + k), slice(j * stride, j * stride + k)
        window = x[n, c, rows, columns]
        dx[n, c, rows, columns] = (window == window.max()) * dout[n, c, i, j]
    return dx


def maxpool_backward__all_ties(dout: Array, x: Array, k: int, stride: int) -> Array:
    """Gives the full gradient to every pixel that equals the maximum."""
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        rows, columns = slice(i * stride, i * stride + k), slice(j * stride, j * stride + k)
        window = x[n, c, rows, columns]
        dx[n, c, rows, columns] += (window == window.max()) * dout[n, c, i, j]
    return dx


def maxpool_backward__last_tie(dout: Array, x: Array, k: int, stride: int) -> Array:
    """Picks the last maximum in row-major order, as a search with >= does."""
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        best = (i * stride, j * stride)
        for a in range(i * stride, i * stride + k):
            for d in range(j * stride, j * stride + k):
                if x[n, c, a, d] >= x[n, c, best[0], best[1]]:
                    best = (a, d)
        dx[n, c, best[0], best[1]] += dout[n, c, i, j]
    return dx


def maxpool_backward__spread(dout: Array, x: Array, k: int, stride: int) -> Array:
    """Spreads the gradient evenly over the window."""
    return avgpool_backward(dout, x, k, stride)


def maxpool_backward__value_weighted(dout: Array, x: Array, k: int, stride: int) -> Array:
    """Multiplies the gradient by the maximum itself."""
    return maxpool_backward(dout * maxpool_forward(x, k, stride), x, k, stride)


def _upstream(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return rng.standard_normal(shape) + 0.3


def maxpool_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    for g in GEOMETRIES:
        yield Case(g.name, dout=_upstream(rng, g.out), x=_apart(rng, g.images), k=g.k, stride=g.stride)
    x = _apart(rng, (2, 2, 5, 5))
    x[:, :, 2, 2] = 3.0 + rng.uniform(0, 1, (2, 2))
    yield Case("one pixel wins every window over it", dout=_upstream(rng, (2, 2, 3, 3)), x=x, k=3, stride=1)
    x = rng.integers(-1, 2, (2, 2, 4, 5)).astype(float)
    yield Case("ties, overlapping windows", gradient=False, dout=_upstream(rng, (2, 2, 3, 4)), x=x, k=2, stride=1)
    x = np.full((2, 3, 4, 6), rng.uniform(-2, -1))
    yield Case("all pixels equal", gradient=False, dout=_upstream(rng, (2, 3, 2, 3)), x=x, k=2, stride=2)


def avgpool_forward(x: Array, k: int, stride: int) -> Array:
    Ho, Wo = _sizes(x, k, stride)

    def window(i: int, j: int) -> Array:
        return x[:, :, i * stride : i * stride + k, j * stride : j * stride + k]

    out = np.array([[window(i, j).mean(axis=(2, 3)) for j in range(Wo)] for i in range(Ho)])
    return out.transpose(2, 3, 0, 1)  # (Ho, Wo, N, C) -> (N, C, Ho, Wo)


def avgpool_forward_windows(x: Array, k: int, stride: int) -> Array:
    return np.einsum("ncijad->ncij", _windows(x, k, stride)) / k**2


def avgpool_forward_by_offset(x: Array, k: int, stride: int) -> Array:
    Ho, Wo = _sizes(x, k, stride)
    out = np.zeros((*x.shape[:2], Ho, Wo), dtype=x.dtype)
    for a in range(k):
        for d in range(k):
            out += x[:, :, a::stride, d::stride][:, :, :Ho, :Wo] / (k * k)
    return out


def avgpool_forward__sum(x: Array, k: int, stride: int) -> Array:
    """Sums each window."""
    return _windows(x, k, stride).sum(axis=(-2, -1))


def avgpool_forward__divided_by_k(x: Array, k: int, stride: int) -> Array:
    """Divides the sum of each window by k."""
    return _windows(x, k, stride).sum(axis=(-2, -1)) / k


def avgpool_forward__stride_is_k(x: Array, k: int, stride: int) -> Array:
    """Moves the window by k whatever the stride."""
    return avgpool_forward(x, k, k)


def avgpool_forward__stride_is_k_size_of_the_stride(x: Array, k: int, stride: int) -> Array:
    """Moves the window by k although the output has the size of the given stride, so windows may lie outside the image."""
    Ho, Wo = _sizes(x, k, stride)
    out = np.zeros((*x.shape[:2], Ho, Wo))
    for i in range(Ho):
        for j in range(Wo):
            out[:, :, i, j] = x[:, :, i * k : (i + 1) * k, j * k : (j + 1) * k].mean(axis=(2, 3))
    return out


def avgpool_forward__stride_is_k_summed_and_divided(x: Array, k: int, stride: int) -> Array:
    """Moves the window by k in an output of the size of the given stride, and divides what it finds there by k^2."""
    Ho, Wo = _sizes(x, k, stride)
    out = np.zeros((*x.shape[:2], Ho, Wo))
    for i in range(Ho):
        for j in range(Wo):
            out[:, :, i, j] = x[:, :, i * k : (i + 1) * k, j * k : (j + 1) * k].sum(axis=(2, 3)) / k**2
    return out


def avgpool_forward__maximum(x: Array, k: int, stride: int) -> Array:
    """Takes the maximum of each window."""
    return maxpool_forward(x, k, stride)


def avgpool_forward_cases(rng: np.random.Generator) -> Iterator[Case]:
    for g in GEOMETRIES:
        yield Case(g.name, x=_apart(rng, g.images), k=g.k, stride=g.stride)


def avgpool_backward(dout: Array, x: Array, k: int, stride: int) -> Array:
    dx = np.zeros_like(x)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            share = dout[:, :, i, j, None, None] / k**2
            dx[:, :, i * stride : i * stride + k, j * stride : j * stride + k] += share
    return dx


def avgpool_backward_by_offset(dout: Array, x: Array, k: int, stride: int) -> Array:
    (Ho, Wo), dx = dout.shape[2:], np.zeros_like(x)
    for a in range(k):
        for d in range(k):
            dx[:, :, a : a + (Ho - 1) * stride + 1 : stride, d : d + (Wo - 1) * stride + 1 : stride] += dout
    return dx / (k * k)


def avgpool_backward_matrices(dout: Array, x: Array, k: int, stride: int) -> Array:
    def averaging(size: int, outputs: int) -> Array:
        pixel, start = np.arange(size)[None, :], stride * np.arange(outputs)[:, None]
        return ((pixel >= start) & (pixel < start + k)).astype(x.dtype) / k

    rows, columns = averaging(x.shape[2], dout.shape[2]), averaging(x.shape[3], dout.shape[3])
    return rows.T @ dout @ columns  # (Ho, H).T @ (N, C, Ho, Wo) @ (Wo, W) -> (N, C, H, W)


def avgpool_backward__not_divided(dout: Array, x: Array, k: int, stride: int) -> Array:
    """Gives every pixel of the window the full gradient."""
    return avgpool_backward(dout * k**2, x, k, stride)


def avgpool_backward__overwrites(dout: Array, x: Array, k: int, stride: int) -> Array:
    """Assigns the share, so a pixel in several windows keeps only the last one's."""
    dx = np.zeros_like(x)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            share = dout[:, :, i, j, None, None] / k**2
            dx[:, :, i * stride : i * stride + k, j * stride : j * stride + k] = share
    return dx


def avgpool_backward__overwrites_offsets(dout: Array, x: Array, k: int, stride: int) -> Array:
    """Assigns the shares of one position in the window after the other, so a pixel in several windows keeps one share."""
    (Ho, Wo), dx = dout.shape[2:], np.zeros_like(x)
    for a in range(k):
        for d in range(k):
            dx[:, :, a : a + (Ho - 1) * stride + 1 : stride, d : d + (Wo - 1) * stride + 1 : stride] = dout / k**2
    return dx


def avgpool_backward__divided_by_k(dout: Array, x: Array, k: int, stride: int) -> Array:
    """Divides the gradient by k, not by the k^2 pixels."""
    return avgpool_backward(dout * k, x, k, stride)


def avgpool_backward__winner_takes_all(dout: Array, x: Array, k: int, stride: int) -> Array:
    """Gives the whole gradient to the largest pixel, as max pooling does."""
    return maxpool_backward(dout, x, k, stride)


def avgpool_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    for g in GEOMETRIES:
        yield Case(g.name, dout=_upstream(rng, g.out), x=_apart(rng, g.images), k=g.k, stride=g.stride)


def global_avg_pool(x: Array) -> Array:
    return x.mean(axis=(2, 3))


def global_avg_pool_flat(x: Array) -> Array:
    return x.reshape(*x.shape[:2], -1).sum(axis=-1) / (x.shape[2] * x.shape[3])


def global_avg_pool_loops(x: Array) -> Array:
    out = np.zeros(x.shape[:2], dtype=x.dtype)
    for i in range(x.shape[2]):
        for j in range(x.shape[3]):
            out += x[:, :, i, j]
    return out / x[0, 0].size


def global_avg_pool__keeps_axes(x: Array) -> Array:
    """Keeps the image axes with length 1."""
    return x.mean(axis=(2, 3), keepdims=True)


def global_avg_pool__sum(x: Array) -> Array:
    """Sums over the pixels."""
    return x.sum(axis=(2, 3))


def global_avg_pool__maximum(x: Array) -> Array:
    """Takes the largest pixel of each channel."""
    return x.max(axis=(2, 3))


def global_avg_pool__over_channels(x: Array) -> Array:
    """Averages over the channels and keeps the pixels."""
    return x.mean(axis=1)


def global_avg_pool__over_channels_too(x: Array) -> Array:
    """Averages over the channels as well as over the pixels."""
    return x.mean(axis=(1, 2, 3))


IMAGES = (
    ("wide images", (2, 3, 4, 5)),
    ("tall images", (4, 2, 5, 3)),
    ("all sizes equal", (3, 3, 3, 3)),
    ("images of one pixel", (3, 4, 1, 1)),
    ("one image", (1, 3, 2, 4)),
    ("one channel", (3, 1, 4, 2)),
)


def global_avg_pool_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, shape in IMAGES:
        yield Case(name, x=rng.standard_normal(shape) + 0.6)


def global_avg_pool_backward(dout: Array, x: Array) -> Array:
    H, W = x.shape[2:]
    return np.ones_like(x) * dout[:, :, None, None] / (H * W)


def global_avg_pool_backward_ones(dout: Array, x: Array) -> Array:
    return np.einsum("nc,ncij->ncij", dout, np.ones_like(x)) / x[0, 0].size


def global_avg_pool_backward_repeat(dout: Array, x: Array) -> Array:
    pixels = x.shape[2] * x.shape[3]
    return np.repeat(dout / pixels, pixels, axis=1).reshape(x.shape)


def global_avg_pool_backward__not_divided(dout: Array, x: Array) -> Array:
    """Gives every pixel the full gradient."""
    return np.ones_like(x) * dout[:, :, None, None]


def global_avg_pool_backward__divided_by_channels(dout: Array, x: Array) -> Array:
    """Divides by C H W instead of H W."""
    return np.ones_like(x) * dout[:, :, None, None] / x[0].size


def global_avg_pool_backward__divided_by_height(dout: Array, x: Array) -> Array:
    """Divides by H only."""
    return np.ones_like(x) * dout[:, :, None, None] / x.shape[2]


def global_avg_pool_backward__one_pixel(dout: Array, x: Array) -> Array:
    """Puts the whole gradient into the first pixel."""
    dx = np.zeros_like(x)
    dx[:, :, 0, 0] = dout
    return dx


def global_avg_pool_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, shape in IMAGES:
        yield Case(name, dout=_upstream(rng, shape[:2]), x=rng.standard_normal(shape) + 0.6)


CHECKS = (
    Check(
        maxpool_forward,
        cases=maxpool_forward_cases,
        returns=("out: N C Ho Wo",),
        formula=(
            r"\text{out}[n, c, i, j] = \max_{0 \leq a, d < k} x[n, c, i \cdot"
            r" \text{stride} + a, j \cdot \text{stride} + d]"
        ),
        args={"x": "N C H W"},
        wrong=(
            Wrong(
                maxpool_forward__stride_is_k,
                id="stride-is-k",
                hint="Use the stride that was given.",
                also=(maxpool_forward__stride_is_k_size_of_the_stride,),
            ),
            Wrong(
                maxpool_forward__zero_start,
                id="zero-start",
                hint="The maximum of negative numbers is negative.",
            ),
            Wrong(
                maxpool_forward__ceil,
                id="ceil",
                tags=("edge",),
                hint="Windows that do not fit are dropped.",
                also=(
                    maxpool_forward__ceil_every_start,
                    maxpool_forward__ceil_inside,
                    maxpool_forward__ceil_padded,
                ),
            ),
            Wrong(maxpool_forward__average, id="average", hint="Max pooling keeps the largest value."),
            Wrong(
                maxpool_forward__across_channels,
                id="across-channels",
                hint="Channels are pooled separately.",
                also=(
                    maxpool_forward__across_channels_dropped,
                    maxpool_forward__across_channels_kept,
                ),
            ),
        ),
        alternates=(maxpool_forward_windows, maxpool_forward_by_offset),
        hints=(
            "How many windows fit into H rows if the first starts at row 0 and the next stride rows below?",
            "Cut window (i, j) out of all images and channels at once; which two axes disappear?",
        ),
    ),
    Check(
        maxpool_backward,
        cases=maxpool_backward_cases,
        returns=("dx: N C H W",),
        formula=(
            r"\text{dx}[n, c, i \cdot \text{stride} + a, j \cdot \text{stride} + d]"
            r" \text{ += } \text{dout}[n, c, i, j]"
        ),
        args={"dout": "N C Ho Wo", "x": "N C H W"},
        exact=("x",),  # it is only compared: moved in the last place, a tie is none
        gradient=Gradient(of=maxpool_forward, wrt={"x": "dx"}),
        wrong=(
            Wrong(
                maxpool_backward__overwrites,
                id="overwrites",
                hint="A pixel that is the maximum of several windows collects all their gradients.",
                also=(maxpool_backward__overwrites_windows,),
            ),
            Wrong(
                maxpool_backward__all_ties,
                id="all-ties",
                tags=("edge",),
                hint="The gradient goes to one position; its total must be preserved.",
            ),
            Wrong(
                maxpool_backward__last_tie,
                id="last-tie",
                tags=("edge",),
                hint="The first maximum in row-major order receives the gradient.",
            ),
            Wrong(maxpool_backward__spread, id="spread", hint="Only the winner influenced the output."),
            Wrong(
                maxpool_backward__value_weighted,
                id="value-weighted",
                hint="The derivative of max is 1 at the winner.",
            ),
        ),
        alternates=(maxpool_backward_add_at, maxpool_backward_first_seen),
        hints=(
            "Visit the windows of the forward pass one by one. Which pixel decided the output?",
            "Find the position of the maximum in the flattened window and turn it into a row and a column.",
            "What should happen if the same pixel wins a second window?",
        ),
    ),
    Check(
        avgpool_forward,
        cases=avgpool_forward_cases,
        returns=("out: N C Ho Wo",),
        formula=(
            r"\text{out}[n, c, i, j] = \frac{1}{k^2} \sum_a \sum_d x[n, c, i \cdot"
            r" \text{stride} + a, j \cdot \text{stride} + d]"
        ),
        args={"x": "N C H W"},
        wrong=(
            Wrong(avgpool_forward__sum, id="sum", hint="Divide by k²."),
            Wrong(avgpool_forward__divided_by_k, id="divided-by-k", hint="A window has k² pixels."),
            Wrong(
                avgpool_forward__stride_is_k,
                id="stride-is-k",
                hint="Use the given stride.",
                also=(
                    avgpool_forward__stride_is_k_size_of_the_stride,
                    avgpool_forward__stride_is_k_summed_and_divided,
                ),
            ),
            Wrong(avgpool_forward__maximum, id="maximum", hint="Average pooling averages."),
        ),
        alternates=(avgpool_forward_windows, avgpool_forward_by_offset),
        hints=(
            "The windows are those of max pooling; what is computed from each?",
            "How many pixels has a window?",
        ),
    ),
    Check(
        avgpool_backward,
        cases=avgpool_backward_cases,
        returns=("dx: N C H W",),
        formula=(
            r"\begin{aligned}"
            r" & \text{dx}[n, c, i \cdot \text{stride} + a, j \cdot \text{stride} + d]"
            r" \text{ += } \frac{\text{dout}[n, c, i, j]}{k^2} \\"
            r" & \text{for all } a, d \text{ in } 0, \ldots, k - 1"
            r" \end{aligned}"
        ),
        args={"dout": "N C Ho Wo", "x": "N C H W"},
        gradient=Gradient(of=avgpool_forward, wrt={"x": "dx"}),
        wrong=(
            Wrong(avgpool_backward__not_divided, id="not-divided", hint="Each pixel contributed 1/k²."),
            Wrong(
                avgpool_backward__overwrites,
                id="overwrites",
                hint="Overlaps add up.",
                also=(avgpool_backward__overwrites_offsets,),
            ),
            Wrong(avgpool_backward__divided_by_k, id="divided-by-k", hint="k² pixels share the gradient."),
            Wrong(
                avgpool_backward__winner_takes_all,
                id="winner-takes-all",
                hint="All pixels were averaged.",
            ),
        ),
        alternates=(avgpool_backward_by_offset, avgpool_backward_matrices),
        hints=(
            "By how much does the mean change if one of its pixels grows by 1?",
            "Give that share to the whole window; what if another window has been there already?",
        ),
    ),
    Check(
        global_avg_pool,
        cases=global_avg_pool_cases,
        returns=("out: N C",),
        formula=r"\text{out}_{nc} = \frac{1}{H W} \sum_i \sum_j x[n, c, i, j]",
        args={"x": "N C H W"},
        wrong=(
            Wrong(global_avg_pool__keeps_axes, id="keeps-axes", hint="The image axes disappear."),
            Wrong(global_avg_pool__sum, id="sum", hint="Average."),
            Wrong(global_avg_pool__maximum, id="maximum", hint="Average, not maximum."),
            Wrong(
                global_avg_pool__over_channels,
                id="over-channels",
                hint="One number per channel.",
                also=(global_avg_pool__over_channels_too,),
            ),
        ),
        alternates=(global_avg_pool_flat, global_avg_pool_loops),
        hints=("Which two of the four axes are averaged away?", "A reduction can take several axes at once."),
    ),
    Check(
        global_avg_pool_backward,
        cases=global_avg_pool_backward_cases,
        returns=("dx: N C H W",),
        formula=r"\text{dx}[n, c, i, j] = \frac{\text{dout}_{nc}}{H W}",
        args={"dout": "N C", "x": "N C H W"},
        gradient=Gradient(of=global_avg_pool, wrt={"x": "dx"}),
        wrong=(
            Wrong(
                global_avg_pool_backward__not_divided,
                id="not-divided",
                hint="Each pixel has weight 1/(HW).",
            ),
            Wrong(
                global_avg_pool_backward__divided_by_channels,
                id="divided-by-channels",
                hint="Channels are not averaged.",
            ),
            Wrong(
                global_avg_pool_backward__divided_by_height,
                id="divided-by-height",
                hint="Divide by all pixels.",
            ),
            Wrong(global_avg_pool_backward__one_pixel, id="one-pixel", hint="Every pixel took part."),
        ),
        alternates=(global_avg_pool_backward_ones, global_avg_pool_backward_repeat),
        hints=(
            "With what weight does one pixel enter the mean of its channel?",
            "dout has two axes and dx four: where must new axes go so that they broadcast?",
        ),
    ),
)
