"""References, wrong functions and cases for convolution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Value, Wrong

TITLE = "Convolution"
NEEDS = (20, 4)


def cross_correlate2d(x: Array, w: Array) -> Array:
    (H, W), (kh, kw) = x.shape, w.shape
    rows, columns = range(H - kh + 1), range(W - kw + 1)
    return np.array([[(x[i : i + kh, j : j + kw] * w).sum() for j in columns] for i in rows])


def cross_correlate2d_by_weight(x: Array, w: Array) -> Array:
    (H, W), (kh, kw) = x.shape, w.shape
    rows, columns = H - kh + 1, W - kw + 1
    out = np.zeros((rows, columns), dtype=x.dtype)
    for a in range(kh):
        for d in range(kw):
            out += w[a, d] * x[a : a + rows, d : d + columns]
    return out


def cross_correlate2d_windows(x: Array, w: Array) -> Array:
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape)
    return np.einsum("ijad,ad->ij", windows, w)


def cross_correlate2d__flipped(x: Array, w: Array) -> Array:
    """Turns the kernel by 180 degrees first, which is true convolution."""
    return cross_correlate2d(x, w[::-1, ::-1])


def cross_correlate2d__kernel_transposed(x: Array, w: Array) -> Array:
    """Slides the transposed kernel, which is silent when it is square."""
    (H, W), (kh, kw) = x.shape, w.T.shape
    out = np.zeros((max(H - kh + 1, 0), max(W - kw + 1, 0)))
    for i, j in np.ndindex(*out.shape):
        out[i, j] = (x[i : i + kh, j : j + kw] * w.T).sum()
    return out


def cross_correlate2d__kernel_transposed_fails(x: Array, w: Array) -> Array:
    """Multiplies each window by the transposed kernel, which fits only a square one."""
    (H, W), (kh, kw) = x.shape, w.shape
    out = np.zeros((H - kh + 1, W - kw + 1))
    for i, j in np.ndindex(*out.shape):
        out[i, j] = (x[i : i + kh, j : j + kw] * w.T).sum()
    return out


def cross_correlate2d__kernel_transposed_indices(x: Array, w: Array) -> Array:
    """Reads the kernel with row and column exchanged, which leaves it unless it is square."""
    (H, W), (kh, kw) = x.shape, w.shape
    out = np.zeros((H - kh + 1, W - kw + 1))
    for i, j, a, d in np.ndindex(*out.shape, kh, kw):
        out[i, j] += x[i + a, j + d] * w[d, a]
    return out


def cross_correlate2d__kernel_transposed_in_lists(x: Array, w: Array) -> Array:
    """Slides the transposed kernel and collects the rows in a list, which is empty if the kernel is too tall."""
    return cross_correlate2d(x, w.T)


def cross_correlate2d__one_short(x: Array, w: Array) -> Array:
    """Stops one position early on both axes."""
    (H, W), (kh, kw) = x.shape, w.shape
    out = np.zeros((H - kh, W - kw))
    for i in range(H - kh):
        for j in range(W - kw):
            out[i, j] = (x[i : i + kh, j : j + kw] * w).sum()
    return out


def cross_correlate2d__one_short_zeros(x: Array, w: Array) -> Array:
    """Stops one position early on both axes and leaves 0 in the last row and column."""
    (H, W), (kh, kw) = x.shape, w.shape
    out = np.zeros((H - kh + 1, W - kw + 1))
    for i in range(H - kh):
        for j in range(W - kw):
            out[i, j] = (x[i : i + kh, j : j + kw] * w).sum()
    return out


def cross_correlate2d__mean(x: Array, w: Array) -> Array:
    """Averages the products over the window."""
    (H, W), (kh, kw) = x.shape, w.shape
    out = np.zeros((H - kh + 1, W - kw + 1))
    for i in range(H - kh + 1):
        for j in range(W - kw + 1):
            out[i, j] = np.mean(x[i : i + kh, j : j + kw] * w)
    return out


def _normal(rng: np.random.Generator, *shape: int, mean: float = 0.5) -> Array:
    return rng.standard_normal(shape) + mean


def cross_correlate2d_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("wide kernel", x=_normal(rng, 5, 7), w=_normal(rng, 2, 4))
    yield Case("tall kernel", x=_normal(rng, 7, 5), w=_normal(rng, 4, 2))
    yield Case("square and asymmetric", x=_normal(rng, 6, 6), w=_normal(rng, 3, 3))
    yield Case("kernel as large as the image", x=_normal(rng, 3, 4), w=_normal(rng, 3, 4))
    yield Case("kernel as wide as the image", x=_normal(rng, 5, 3), w=_normal(rng, 2, 3))
    yield Case("kernel of one pixel", x=_normal(rng, 3, 4), w=_normal(rng, 1, 1, mean=-2.0))


def _sizes(x: Array, kh: int, kw: int, stride: int, pad: int) -> tuple[int, int]:
    return (x.shape[2] + 2 * pad - kh) // stride + 1, (x.shape[3] + 2 * pad - kw) // stride + 1


def _padded(x: Array, pad: int) -> Array:
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))


def conv2d_forward(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    kh, kw = w.shape[2:]
    Ho, Wo = _sizes(x, kh, kw, stride, pad)
    xp = _padded(x, pad)

    def place(i: int, j: int) -> Array:
        window = xp[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
        return np.einsum("ncad,fcad->nf", window, w) + b

    out = np.array([[place(i, j) for j in range(Wo)] for i in range(Ho)])
    return out.transpose(2, 3, 0, 1)  # (Ho, Wo, N, F) -> (N, F, Ho, Wo)


def conv2d_forward_by_weight(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    F, _, kh, kw = w.shape
    Ho, Wo = _sizes(x, kh, kw, stride, pad)
    xp = _padded(x, pad)
    out = np.zeros((x.shape[0], F, Ho, Wo), dtype=x.dtype) + b[:, None, None]
    for a in range(kh):
        for d in range(kw):
            read = xp[:, :, a : a + (Ho - 1) * stride + 1 : stride, d : d + (Wo - 1) * stride + 1 : stride]
            out += np.tensordot(read, w[:, :, a, d], axes=(1, 1)).transpose(0, 3, 1, 2)  # (N, Ho, Wo, F) -> NCHW
    return out


def conv2d_forward_matrix(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    F, _, kh, kw = w.shape
    Ho, Wo = _sizes(x, kh, kw, stride, pad)
    rows = im2col(x, kh, kw, stride, pad) @ w.reshape(F, -1).T + b  # (N, L, F)
    return rows.transpose(0, 2, 1).reshape(x.shape[0], F, Ho, Wo)


def conv2d_forward__bias_missing(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    """Leaves the bias out."""
    return conv2d_forward(x, w, np.zeros_like(b), stride, pad)


def conv2d_forward__flipped(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    """Turns every kernel by 180 degrees, which is true convolution."""
    return conv2d_forward(x, w[:, :, ::-1, ::-1], b, stride, pad)


def conv2d_forward__flipped_every_axis(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    """Reverses every axis of the weights, so filters and channels change places as well."""
    return conv2d_forward(x, np.flip(w), b, stride, pad)


def conv2d_forward__stride_rows_only(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    """Moves by the stride from row to row but reads neighbouring columns."""
    F, _, kh, kw = w.shape
    Ho, Wo = _sizes(x, kh, kw, stride, pad)
    xp = _padded(x, pad)
    out = np.zeros((x.shape[0], F, Ho, Wo))
    for i in range(Ho):
        for j in range(Wo):
            window = xp[:, :, i * stride : i * stride + kh, j : j + kw]
            out[:, :, i, j] = np.einsum("ncad,fcad->nf", window, w) + b
    return out


def conv2d_forward__stride_rows_only_wide(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    """Uses the stride for the rows only, so the output has every column."""
    return np.stack(
        [conv2d_forward(x, w, b, 1, pad)[:, :, i] for i in range(0, x.shape[2] + 2 * pad - w.shape[2] + 1, stride)],
        axis=2,
    )


def conv2d_forward__padding_ignored(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    """Takes the padded output size but starts at the first pixel, so the image is read shifted by pad."""
    F, _, kh, kw = w.shape
    Ho, Wo = _sizes(x, kh, kw, stride, pad)
    out = np.zeros((x.shape[0], F, Ho, Wo)) + b[:, None, None]
    for i in range(Ho):
        for j in range(Wo):
            window = x[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            part = w[:, :, : window.shape[2], : window.shape[3]]
            out[:, :, i, j] += np.einsum("ncad,fcad->nf", window, part)
    return out


def conv2d_forward__padding_ignored_fails(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    """Takes the padded output size but reads the unpadded image, which ends before the last windows do."""
    F, _, kh, kw = w.shape
    Ho, Wo = _sizes(x, kh, kw, stride, pad)
    out = np.zeros((x.shape[0], F, Ho, Wo))
    for i in range(Ho):
        for j in range(Wo):
            window = x[:, None, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[:, :, i, j] = (window * w).sum(axis=(2, 3, 4)) + b
    return out


def conv2d_forward__padding_ignored_altogether(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    """Convolves the image as if pad were 0, so the output is smaller."""
    return conv2d_forward(x, w, b, stride)


def conv2d_forward__channels_averaged(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    """Averages the filtered channels instead of adding them."""
    return conv2d_forward(x, w / x.shape[1], b, stride, pad)


class Geometry(NamedTuple):
    """The sizes of a case: images (N, C, H, W), kernels (F, C, kh, kw), stride and padding (None: left at default)."""

    name: str
    images: tuple[int, int, int, int]
    F: int
    kernel: tuple[int, int]
    stride: int | None = None
    pad: int | None = None

    @property
    def options(self) -> dict[str, int]:
        """The stride and the padding, where they are given."""
        return {key: value for key, value in (("stride", self.stride), ("pad", self.pad)) if value is not None}

    @property
    def out(self) -> tuple[int, int]:
        """The height and the width of the output."""
        (_, _, H, W), (kh, kw), s, p = self.images, self.kernel, self.stride or 1, self.pad or 0
        return (H + 2 * p - kh) // s + 1, (W + 2 * p - kw) // s + 1


GEOMETRIES = (
    Geometry("stride and padding at their defaults", (2, 3, 4, 5), 4, (3, 2)),
    Geometry("padding, rectangular", (1, 2, 5, 3), 4, (2, 3), pad=1),
    Geometry("stride that does not divide", (1, 2, 6, 7), 3, (3, 4), stride=2, pad=0),
    Geometry("stride and wide padding", (1, 3, 4, 5), 2, (3, 2), stride=3, pad=2),
    Geometry("stride larger than the kernel", (2, 2, 5, 4), 3, (2, 1), stride=3),
    Geometry("one window of a padded image", (2, 1, 4, 5), 3, (3, 4), stride=4, pad=1),
    Geometry("all sizes equal", (2, 2, 3, 3), 2, (2, 2)),
    Geometry("square with stride and padding", (2, 3, 3, 3), 3, (3, 3), stride=2, pad=1),
    Geometry("kernel of one pixel", (2, 3, 4, 2), 4, (1, 1)),
    Geometry("one image, one channel, kernel as large as the image", (1, 1, 3, 4), 2, (3, 4)),
)


def conv2d_forward_cases(rng: np.random.Generator) -> Iterator[Case]:
    for g in GEOMETRIES:
        x, w = _normal(rng, *g.images), _normal(rng, g.F, g.images[1], *g.kernel, mean=0.2)
        yield Case(g.name, x=x, w=w, b=_normal(rng, g.F, mean=1.0), bind=g.options)


def conv2d_backward(dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0) -> tuple[Array, Array, Array]:
    (_, _, H, W), (_, _, kh, kw) = x.shape, w.shape
    xp = _padded(x, pad)
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            window = np.s_[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            dxp[window] += np.einsum("nf,fcad->ncad", dout[:, :, i, j], w)
            dw += np.einsum("nf,ncad->fcad", dout[:, :, i, j], xp[window])
    return dxp[:, :, pad : pad + H, pad : pad + W], dw, dout.sum(axis=(0, 2, 3))


def conv2d_backward_by_weight(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> tuple[Array, Array, Array]:
    (_, _, H, W), (_, _, kh, kw), (_, _, Ho, Wo) = x.shape, w.shape, dout.shape
    xp = _padded(x, pad)
    dxp, dw = np.zeros_like(xp), np.empty_like(w)
    for a in range(kh):
        for d in range(kw):
            read = np.s_[:, :, a : a + (Ho - 1) * stride + 1 : stride, d : d + (Wo - 1) * stride + 1 : stride]
            dxp[read] += np.tensordot(w[:, :, a, d], dout, axes=(0, 1)).transpose(1, 0, 2, 3)  # (C, N, ...) -> NCHW
            dw[:, :, a, d] = np.tensordot(dout, xp[read], axes=((0, 2, 3), (0, 2, 3)))
    return dxp[:, :, pad : H + pad, pad : W + pad], dw, np.einsum("nfij->f", dout)


def conv2d_backward_matrix(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> tuple[Array, Array, Array]:
    N, F = dout.shape[:2]
    kh, kw = w.shape[2:]
    rows = dout.reshape(N, F, -1).transpose(0, 2, 1)  # (N, F, L) -> (N, L, F)
    cols = im2col(x, kh, kw, stride, pad)
    dw = (rows[..., None] * cols[:, :, None, :]).sum(axis=(0, 1)).reshape(w.shape)
    dx = col2im(rows @ w.reshape(F, -1), x.shape, kh, kw, stride, pad)
    return dx, dw, rows.sum(axis=(0, 1))


def conv2d_backward__pad_zero_slice(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> tuple[Array, Array, Array]:
    """Cuts the border off with [pad:-pad], which leaves nothing for pad = 0."""
    kh, kw = w.shape[2:]
    xp = _padded(x, pad)
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            window = np.s_[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            dxp[window] += np.einsum("nf,fcad->ncad", dout[:, :, i, j], w)
            dw += np.einsum("nf,ncad->fcad", dout[:, :, i, j], xp[window])
    return dxp[:, :, pad:-pad, pad:-pad], dw, dout.sum(axis=(0, 2, 3))


def conv2d_backward__overlap_overwritten(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> tuple[Array, Array, Array]:
    """Assigns into dx, so a later window overwrites what an earlier one gave to a shared pixel."""
    (_, _, H, W), (_, _, kh, kw) = x.shape, w.shape
    xp = _padded(x, pad)
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            window = np.s_[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            dxp[window] = np.einsum("nf,fcad->ncad", dout[:, :, i, j], w)
            dw += np.einsum("nf,ncad->fcad", dout[:, :, i, j], xp[window])
    return dxp[:, :, pad : pad + H, pad : pad + W], dw, dout.sum(axis=(0, 2, 3))


def conv2d_backward__overlap_overwritten_and_filters(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> tuple[Array, Array, Array]:
    """Assigns into dx for each filter and window in turn, so only the last filter of the last window counts."""
    (_, _, H, W), (F, _, kh, kw) = x.shape, w.shape
    xp = _padded(x, pad)
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for f, i, j in np.ndindex(F, *dout.shape[2:]):
        window = np.s_[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
        upstream = dout[:, f, i, j, None, None, None]
        dxp[window] = upstream * w[f]
        dw[f] += (upstream * xp[window]).sum(axis=0)
    return dxp[:, :, pad : pad + H, pad : pad + W], dw, dout.sum(axis=(0, 2, 3))


def conv2d_backward__stride_missing_in_dw(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> tuple[Array, Array, Array]:
    """Reads the window for dw at column j instead of column j stride."""
    kh, kw = w.shape[2:]
    xp = _padded(x, pad)
    dx, dw, db = conv2d_backward(dout, x, w, stride, pad)
    dw[:] = 0
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            window = xp[:, :, i * stride : i * stride + kh, j : j + kw]
            dw += np.einsum("nf,ncad->fcad", dout[:, :, i, j], window)
    return dx, dw, db


def conv2d_backward__stride_missing_in_dw_rows(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> tuple[Array, Array, Array]:
    """Reads the window for dw at row i instead of row i stride."""
    kh, kw = w.shape[2:]
    xp = _padded(x, pad)
    dx, dw, db = conv2d_backward(dout, x, w, stride, pad)
    dw[:] = 0
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            window = xp[:, :, i : i + kh, j * stride : j * stride + kw]
            dw += np.einsum("nf,ncad->fcad", dout[:, :, i, j], window)
    return dx, dw, db


def conv2d_backward__stride_missing_in_dw_both_axes(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> tuple[Array, Array, Array]:
    """Reads the window for dw at row i and column j, without the stride."""
    kh, kw = w.shape[2:]
    xp = _padded(x, pad)
    dx, dw, db = conv2d_backward(dout, x, w, stride, pad)
    dw[:] = 0
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            dw += np.einsum("nf,ncad->fcad", dout[:, :, i, j], xp[:, :, i : i + kh, j : j + kw])
    return dx, dw, db


def conv2d_backward__kernel_flipped(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> tuple[Array, Array, Array]:
    """Turns the kernel by 180 degrees before spreading dout over the windows."""
    _, dw, db = conv2d_backward(dout, x, w, stride, pad)
    return conv2d_backward(dout, x, w[:, :, ::-1, ::-1], stride, pad)[0], dw, db


def conv2d_backward__db_over_batch_only(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> tuple[Array, Array, Array]:
    """Sums db over the batch only, so it keeps the axes of the image."""
    dx, dw, _ = conv2d_backward(dout, x, w, stride, pad)
    return dx, dw, dout.sum(axis=0)


def conv2d_backward__dw_averaged(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> tuple[Array, Array, Array]:
    """Divides dw by the number of images."""
    dx, dw, db = conv2d_backward(dout, x, w, stride, pad)
    return dx, dw / x.shape[0], db


def conv2d_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    for g in GEOMETRIES:
        x, w = _normal(rng, *g.images), _normal(rng, g.F, g.images[1], *g.kernel, mean=0.2)
        dout = _normal(rng, g.images[0], g.F, *g.out, mean=0.1)
        yield Case(g.name, dout=dout, x=x, w=w, bind=g.options)


def _random_bias(args: Mapping[str, Value], rng: np.random.Generator) -> Mapping[str, Value]:
    return {"b": rng.standard_normal(args["w"].shape[0])}


def im2col(x: Array, kh: int, kw: int, stride: int = 1, pad: int = 0) -> Array:
    N, C = x.shape[:2]
    Ho, Wo = _sizes(x, kh, kw, stride, pad)
    xp = _padded(x, pad)
    rows = [
        xp[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw].reshape(N, C * kh * kw)
        for i in range(Ho)
        for j in range(Wo)
    ]
    return np.stack(rows, axis=1)


def im2col_windows(x: Array, kh: int, kw: int, stride: int = 1, pad: int = 0) -> Array:
    windows = np.lib.stride_tricks.sliding_window_view(_padded(x, pad), (kh, kw), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride].transpose(0, 2, 3, 1, 4, 5)  # (N, C, Ho, Wo, kh, kw) -> windows first
    return windows.reshape(x.shape[0], windows.shape[1] * windows.shape[2], -1)


def im2col_indices(x: Array, kh: int, kw: int, stride: int = 1, pad: int = 0) -> Array:
    C = x.shape[1]
    Ho, Wo = _sizes(x, kh, kw, stride, pad)
    i, j = np.divmod(np.arange(Ho * Wo), Wo)
    c, a, d = np.unravel_index(np.arange(C * kh * kw), (C, kh, kw))
    return _padded(x, pad)[:, c[None, :], i[:, None] * stride + a, j[:, None] * stride + d]


def im2col__channels_last(x: Array, kh: int, kw: int, stride: int = 1, pad: int = 0) -> Array:
    """Flattens each window in the order (kh, kw, C)."""
    Ho, Wo = _sizes(x, kh, kw, stride, pad)
    xp = _padded(x, pad).transpose(0, 2, 3, 1)  # (N, C, H, W) -> (N, H, W, C)
    rows = [
        xp[:, i * stride : i * stride + kh, j * stride : j * stride + kw].reshape(x.shape[0], -1)
        for i in range(Ho)
        for j in range(Wo)
    ]
    return np.stack(rows, axis=1)


def im2col__column_major_windows(x: Array, kh: int, kw: int, stride: int = 1, pad: int = 0) -> Array:
    """Lists the windows column by column."""
    Ho, Wo = _sizes(x, kh, kw, stride, pad)
    xp = _padded(x, pad)
    rows = [
        xp[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw].reshape(x.shape[0], -1)
        for j in range(Wo)
        for i in range(Ho)
    ]
    return np.stack(rows, axis=1)


def im2col__transposed(x: Array, kh: int, kw: int, stride: int = 1, pad: int = 0) -> Array:
    """Writes the windows as columns, (N, C kh kw, L)."""
    return im2col(x, kh, kw, stride, pad).transpose(0, 2, 1)


def im2col__stride_ignored(x: Array, kh: int, kw: int, stride: int = 1, pad: int = 0) -> Array:
    """Takes as many windows as the stride allows, but neighbouring ones."""
    Ho, Wo = _sizes(x, kh, kw, stride, pad)
    xp = _padded(x, pad)
    rows = [xp[:, :, i : i + kh, j : j + kw].reshape(x.shape[0], -1) for i in range(Ho) for j in range(Wo)]
    return np.stack(rows, axis=1)


def im2col__stride_ignored_all_windows(x: Array, kh: int, kw: int, stride: int = 1, pad: int = 0) -> Array:
    """Takes every window, as with a stride of 1."""
    return im2col(x, kh, kw, 1, pad)


WINDOWS = (
    Geometry("stride and padding at their defaults", (2, 3, 4, 5), 0, (3, 2)),
    Geometry("padding, rectangular", (1, 2, 4, 3), 0, (2, 3), pad=1),
    Geometry("stride that does not divide", (1, 2, 6, 7), 0, (3, 2), stride=2, pad=0),
    Geometry("stride and wide padding", (1, 3, 4, 5), 0, (3, 2), stride=3, pad=2),
    Geometry("stride larger than the window", (2, 2, 5, 4), 0, (2, 1), stride=3),
    Geometry("as many windows as entries in one", (2, 1, 3, 3), 0, (2, 2)),
    Geometry("square, three channels", (1, 3, 3, 3), 0, (2, 2), stride=1, pad=1),
    Geometry("one window, one image", (1, 2, 3, 2), 0, (3, 2)),
    Geometry("padding wider than image and window", (1, 1, 2, 1), 0, (3, 2), stride=3, pad=4),
)


def im2col_cases(rng: np.random.Generator) -> Iterator[Case]:
    for g in WINDOWS:
        yield Case(g.name, x=_normal(rng, *g.images), kh=g.kernel[0], kw=g.kernel[1], bind=g.options)


def col2im(cols: Array, shape: tuple[int, ...], kh: int, kw: int, stride: int = 1, pad: int = 0) -> Array:
    N, C, H, W = shape
    Wo = (W + 2 * pad - kw) // stride + 1
    xp = _padded(np.zeros(shape, dtype=cols.dtype), pad)
    for row in range(cols.shape[1]):
        i, j = row // Wo * stride, row % Wo * stride
        xp[:, :, i : i + kh, j : j + kw] += cols[:, row].reshape(N, C, kh, kw)
    return xp[:, :, pad : pad + H, pad : pad + W]


def col2im_by_offset(cols: Array, shape: tuple[int, ...], kh: int, kw: int, stride: int = 1, pad: int = 0) -> Array:
    N, C, H, W = shape
    Ho, Wo = (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1
    blocks = cols.reshape(N, Ho, Wo, C, kh, kw)
    xp = np.zeros((N, H + 2 * pad, W + 2 * pad, C), dtype=cols.dtype)
    for a in range(kh):
        for d in range(kw):
            xp[:, a : a + stride * Ho : stride, d : d + stride * Wo : stride][:, :Ho, :Wo] += blocks[..., a, d]
    return xp[:, pad : H + pad, pad : W + pad].transpose(0, 3, 1, 2)  # (N, H, W, C) -> (N, C, H, W)


def col2im_add_at(cols: Array, shape: tuple[int, ...], kh: int, kw: int, stride: int = 1, pad: int = 0) -> Array:
    N, C, H, W = shape
    pixels = np.arange(C * (H + 2 * pad) * (W + 2 * pad)).reshape(1, C, H + 2 * pad, W + 2 * pad)
    places = im2col(pixels, kh, kw, stride)[0]  # where each entry of a row came from
    flat = np.zeros((pixels.size, N), dtype=cols.dtype)
    np.add.at(flat, places, cols.transpose(1, 2, 0))  # (N, L, CKK) -> (L, CKK, N)
    return flat.T.reshape(N, *pixels.shape[1:])[:, :, pad : pad + H, pad : pad + W]


def col2im__overwrites(cols: Array, shape: tuple[int, ...], kh: int, kw: int, stride: int = 1, pad: int = 0) -> Array:
    """Assigns each window, so only the last one over a pixel counts."""
    N, C, H, W = shape
    Wo = (W + 2 * pad - kw) // stride + 1
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for row in range(cols.shape[1]):
        i, j = row // Wo * stride, row % Wo * stride
        xp[:, :, i : i + kh, j : j + kw] = cols[:, row].reshape(N, C, kh, kw)
    return xp[:, :, pad : pad + H, pad : pad + W]


def col2im__overwrites_by_offset(
    cols: Array, shape: tuple[int, ...], kh: int, kw: int, stride: int = 1, pad: int = 0
) -> Array:
    """Assigns one position in the windows after the other, so each pixel keeps one entry of one window."""
    N, C, H, W = shape
    Ho, Wo = (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1
    blocks = cols.reshape(N, Ho, Wo, C, kh, kw).transpose(
        0, 3, 1, 2, 4, 5
    )  # (N, Ho, Wo, C, ...) -> (N, C, Ho, Wo, ...)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for a, d in np.ndindex(kh, kw):
        xp[:, :, a : a + stride * Ho : stride, d : d + stride * Wo : stride][:, :, :Ho, :Wo] = blocks[..., a, d]
    return xp[:, :, pad : pad + H, pad : pad + W]


def col2im__averages(cols: Array, shape: tuple[int, ...], kh: int, kw: int, stride: int = 1, pad: int = 0) -> Array:
    """Divides by the number of windows over each pixel, which would invert im2col."""
    count = col2im(np.ones_like(cols), shape, kh, kw, stride, pad)
    return col2im(cols, shape, kh, kw, stride, pad) / np.maximum(count, 1)


def col2im__averages_unguarded(
    cols: Array, shape: tuple[int, ...], kh: int, kw: int, stride: int = 1, pad: int = 0
) -> Array:
    """Divides by the number of windows over each pixel, which is 0 where none reads it."""
    return col2im(cols, shape, kh, kw, stride, pad) / col2im(np.ones_like(cols), shape, kh, kw, stride, pad)


def col2im__padding_kept(cols: Array, shape: tuple[int, ...], kh: int, kw: int, stride: int = 1, pad: int = 0) -> Array:
    """Returns the padded images."""
    N, C, H, W = shape
    return col2im(cols, (N, C, H + 2 * pad, W + 2 * pad), kh, kw, stride)


def col2im__order_mixed(cols: Array, shape: tuple[int, ...], kh: int, kw: int, stride: int = 1, pad: int = 0) -> Array:
    """Unflattens each window in the order (kh, kw, C)."""
    N, L, C = shape[0], cols.shape[1], shape[1]
    reordered = cols.reshape(N, L, kh, kw, C).transpose(0, 1, 4, 2, 3).reshape(N, L, -1)
    return col2im(reordered, shape, kh, kw, stride, pad)


def col2im_cases(rng: np.random.Generator) -> Iterator[Case]:
    for g in WINDOWS:
        (N, C, _, _), (kh, kw), (Ho, Wo) = g.images, g.kernel, g.out
        yield Case(g.name, cols=_normal(rng, N, Ho * Wo, C * kh * kw), shape=g.images, kh=kh, kw=kw, bind=g.options)


def _images_of_shape(args: Mapping[str, Value], rng: np.random.Generator) -> Mapping[str, Value]:
    return {"x": rng.standard_normal(args["shape"])}


def conv1d_causal(x: Array, w: Array, b: Array) -> Array:
    k = w.shape[2]
    xp = np.pad(x, ((0, 0), (0, 0), (k - 1, 0)))
    steps = [np.einsum("nca,fca->nf", xp[:, :, t : t + k], w) + b for t in range(x.shape[2])]
    return np.stack(steps, axis=2)


def conv1d_causal_by_lag(x: Array, w: Array, b: Array) -> Array:
    k, T = w.shape[2], x.shape[2]
    out = np.zeros((x.shape[0], w.shape[0], T), dtype=x.dtype) + b[:, None]
    for lag in range(min(k, T)):
        out[:, :, lag:] += np.einsum("nct,fc->nft", x[:, :, : T - lag], w[:, :, k - 1 - lag])
    return out


def conv1d_causal_windows(x: Array, w: Array, b: Array) -> Array:
    past = np.zeros((*x.shape[:2], w.shape[2] - 1), dtype=x.dtype)
    padded = np.concatenate([past, x], axis=2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, w.shape[2], axis=2)  # (N, C, T, k)
    return np.tensordot(windows, w, axes=((1, 3), (1, 2))).transpose(0, 2, 1) + b[:, None]  # (N, T, F) -> (N, F, T)


def _conv1d(xp: Array, w: Array, b: Array) -> Array:
    """One output for each full window of xp."""
    k = w.shape[2]
    out = np.zeros((xp.shape[0], w.shape[0], xp.shape[2] - k + 1))
    for t in range(out.shape[2]):
        out[:, :, t] = np.einsum("nca,fca->nf", xp[:, :, t : t + k], w) + b
    return out


def conv1d_causal__symmetric_padding(x: Array, w: Array, b: Array) -> Array:
    """Pads both sides by half, so an output reads inputs after its own time."""
    left = (w.shape[2] - 1) // 2
    return _conv1d(np.pad(x, ((0, 0), (0, 0), (left, w.shape[2] - 1 - left))), w, b)


def conv1d_causal__right_padding(x: Array, w: Array, b: Array) -> Array:
    """Puts all the padding after the end of the sequence."""
    return _conv1d(np.pad(x, ((0, 0), (0, 0), (0, w.shape[2] - 1))), w, b)


def conv1d_causal__valid_only(x: Array, w: Array, b: Array) -> Array:
    """Does not pad, so there are T - k + 1 outputs."""
    return _conv1d(x, w, b)


def conv1d_causal__flipped(x: Array, w: Array, b: Array) -> Array:
    """Reverses the kernel, so its first weight meets the current input."""
    return _conv1d(np.pad(x, ((0, 0), (0, 0), (w.shape[2] - 1, 0))), w[:, :, ::-1], b)


def _sequence_case(name: str, rng: np.random.Generator, N: int, C: int, T: int, F: int, k: int) -> Case:
    return Case(name, x=_normal(rng, N, C, T), w=_normal(rng, F, C, k, mean=0.2), b=_normal(rng, F, mean=1.0))


def conv1d_causal_cases(rng: np.random.Generator) -> Iterator[Case]:
    # Odd kernels only: half of an even one has no single meaning for padding on both sides.
    yield _sequence_case("all sizes different", rng, N=2, C=3, T=6, F=4, k=5)
    yield _sequence_case("all sizes equal", rng, N=3, C=3, T=3, F=3, k=3)
    yield _sequence_case("kernel of one", rng, N=2, C=3, T=4, F=2, k=1)
    yield _sequence_case("sequence shorter than the kernel", rng, N=2, C=2, T=2, F=3, k=5)
    yield _sequence_case("one step, one sequence", rng, N=1, C=2, T=1, F=3, k=3)
    impulse = np.zeros((2, 2, 6))
    impulse[:, :, -2:] = _normal(rng, 2, 2, 2, mean=1.0)
    yield Case("the future changes, the past stays", x=impulse, w=_normal(rng, 3, 2, 3), b=_normal(rng, 3, mean=1.0))


CHECKS = (
    Check(
        cross_correlate2d,
        cases=cross_correlate2d_cases,
        returns=("out: Ho Wo",),
        formula=r"\text{out}_{ij} = \sum_a \sum_b x[i + a, j + b] \, w[a, b]",
        args={"x": "H W", "w": "kh kw"},
        wrong=(
            Wrong(cross_correlate2d__flipped, id="flipped", hint="The kernel is not flipped here."),
            Wrong(
                cross_correlate2d__kernel_transposed,
                id="kernel-transposed",
                tags=("edge",),
                hint="Rows go with rows.",
                also=(
                    cross_correlate2d__kernel_transposed_fails,
                    cross_correlate2d__kernel_transposed_indices,
                    cross_correlate2d__kernel_transposed_in_lists,
                ),
            ),
            Wrong(
                cross_correlate2d__one_short,
                id="one-short",
                hint="There are H-kh+1 positions.",
                also=(cross_correlate2d__one_short_zeros,),
            ),
            Wrong(cross_correlate2d__mean, id="mean", hint="Sum, do not average."),
        ),
        alternates=(cross_correlate2d_by_weight, cross_correlate2d_windows),
        hints=(
            "Which part of x lies under the kernel when its top left corner is at (i, j)?",
            "Multiply that window with the kernel entry by entry; what remains to be done?",
        ),
    ),
    Check(
        conv2d_forward,
        cases=conv2d_forward_cases,
        returns=("out: N F Ho Wo",),
        formula=(
            r"\begin{aligned}"
            r" \text{xp} &= x \text{ with a border of pad zeros on all four sides} \\"
            r" \text{out}[n, f, i, j] &= b_f + \sum_c \sum_a \sum_d \text{xp}[n, c, i', j'] \,"
            r" w[f, c, a, d] \\"
            r" i' &= i \cdot \text{stride} + a \qquad j' = j \cdot \text{stride} + d"
            r" \end{aligned}"
        ),
        args={"x": "N C H W", "w": "F C kh kw", "b": "F"},
        wrong=(
            Wrong(conv2d_forward__bias_missing, id="bias-missing", hint="Each filter has a bias."),
            Wrong(
                conv2d_forward__flipped,
                id="flipped",
                hint="Cross-correlation does not flip.",
                also=(conv2d_forward__flipped_every_axis,),
            ),
            Wrong(
                conv2d_forward__stride_rows_only,
                id="stride-rows-only",
                hint="Both axes are strided.",
                also=(conv2d_forward__stride_rows_only_wide,),
            ),
            Wrong(
                conv2d_forward__padding_ignored,
                id="padding-ignored",
                hint="Pad the image before sliding the window.",
                also=(
                    conv2d_forward__padding_ignored_fails,
                    conv2d_forward__padding_ignored_altogether,
                ),
            ),
            Wrong(
                conv2d_forward__channels_averaged,
                id="channels-averaged",
                hint="A filter sums over channels.",
            ),
        ),
        alternates=(conv2d_forward_by_weight, conv2d_forward_matrix),
        hints=(
            "Pad first. How many rows and columns has the output (exercise 20)?",
            "For one place (i, j), cut the window out of all images at once: which axes does it have?",
            "Which axes of window and kernel are multiplied and summed, and which two remain?",
        ),
    ),
    Check(
        conv2d_backward,
        cases=conv2d_backward_cases,
        returns=("dx: N C H W", "dw: F C kh kw", "db: F"),
        formula=(
            r"\begin{aligned}"
            r" i' &= i \cdot \text{stride} + a \qquad j' = j \cdot \text{stride} + d \\"
            r" \text{dxp}[n, c, i', j'] & \text{+= } w[f, c, a, d] \, \text{dout}[n, f, i, j] \quad"
            r" \text{for all } f, i, j \\"
            r" \text{dw}[f, c, a, d] &= \sum_n \sum_i \sum_j \text{xp}[n, c, i', j'] \,"
            r" \text{dout}[n, f, i, j] \\"
            r" \text{db}_f &= \sum_n \sum_i \sum_j \text{dout}[n, f, i, j] \\"
            r" \text{dx} &= \text{dxp without its border}"
            r" \end{aligned}"
        ),
        args={"dout": "N F Ho Wo", "x": "N C H W", "w": "F C kh kw"},
        gradient=Gradient(of=conv2d_forward, wrt={"x": "dx", "w": "dw", "b": "db"}, fixed=_random_bias),
        wrong=(
            Wrong(
                conv2d_backward__pad_zero_slice,
                id="pad-zero-slice",
                hint="Cut with pad:pad+H, which also works for pad = 0.",
            ),
            Wrong(
                conv2d_backward__overlap_overwritten,
                id="overlap-overwritten",
                hint="Pixels seen by several windows collect all their gradients.",
                also=(conv2d_backward__overlap_overwritten_and_filters,),
            ),
            Wrong(
                conv2d_backward__stride_missing_in_dw,
                id="stride-missing-in-dw",
                hint="Backward must visit the windows of the forward pass.",
                also=(
                    conv2d_backward__stride_missing_in_dw_rows,
                    conv2d_backward__stride_missing_in_dw_both_axes,
                ),
            ),
            Wrong(
                conv2d_backward__kernel_flipped,
                id="kernel-flipped",
                hint="The flip belongs to the full-convolution form only.",
            ),
            Wrong(
                conv2d_backward__db_over_batch_only,
                id="db-over-batch-only",
                hint="The bias is added at every position.",
            ),
            Wrong(
                conv2d_backward__dw_averaged,
                id="dw-averaged",
                tags=("edge",),
                hint="The 1/N is already in dout.",
            ),
        ),
        alternates=(conv2d_backward_by_weight, conv2d_backward_matrix),
        hints=(
            "Walk through the same windows as the forward pass. What did output (n, f, i, j) read?",
            "Gather dx in an array of the padded size; what happens where two windows overlap?",
            "In how many outputs does b_f occur, and over which axes of dout is that a sum?",
        ),
    ),
    Check(
        im2col,
        cases=im2col_cases,
        returns=("cols: N L C*kh*kw",),
        formula=(
            r"\begin{aligned}"
            r" & \text{cols}[n, i \, \text{Wo} + j, (c \, \text{kh} + a) \, \text{kw} + d]"
            r" = \text{xp}[n, c, i', j'] \\"
            r" & i' = i \cdot \text{stride} + a \qquad j' = j \cdot \text{stride} + d"
            r" \end{aligned}"
        ),
        args={"x": "N C H W"},
        wrong=(
            Wrong(im2col__channels_last, id="channels-last", hint="The kernel is flattened as (C,kh,kw)."),
            Wrong(
                im2col__column_major_windows,
                id="column-major-windows",
                hint="Row by row, like the output image.",
            ),
            Wrong(im2col__transposed, id="transposed", hint="Windows are rows."),
            Wrong(
                im2col__stride_ignored,
                id="stride-ignored",
                hint="Move by stride.",
                also=(im2col__stride_ignored_all_windows,),
            ),
        ),
        alternates=(im2col_windows, im2col_indices),
        hints=(
            "How many windows are there, and how many numbers has one?",
            "A window of the batch is (N, C, kh, kw); in which order does a reshape flatten it?",
            "Which of the two loops, over rows or over columns, is the outer one?",
        ),
    ),
    Check(
        col2im,
        cases=col2im_cases,
        returns=("x: N C H W",),
        formula=(
            r"\begin{aligned}"
            r" \text{xp}[n, c, i', j'] & \text{+= } \text{cols}[n, i \, \text{Wo} + j, (c \, \text{kh}"
            r" + a) \, \text{kw} + d] \\"
            r" i' &= i \cdot \text{stride} + a \qquad j' = j \cdot \text{stride} + d \\"
            r" x &= \text{xp without its border}"
            r" \end{aligned}"
        ),
        args={"cols": "N L C*kh*kw"},
        gradient=Gradient(of=im2col, wrt={"x": "x"}, cotangents={"cols": "cols"}, fixed=_images_of_shape),
        wrong=(
            Wrong(
                col2im__overwrites,
                id="overwrites",
                hint="Overlapping windows add up.",
                also=(col2im__overwrites_by_offset,),
            ),
            Wrong(
                col2im__averages,
                id="averages",
                hint="The adjoint adds; it does not invert.",
                also=(col2im__averages_unguarded,),
            ),
            Wrong(col2im__padding_kept, id="padding-kept", tags=("edge",), hint="Cut the border off."),
            Wrong(col2im__order_mixed, id="order-mixed", hint="Use the order of im2col."),
        ),
        alternates=(col2im_by_offset, col2im_add_at),
        hints=(
            "Start from zeros of the padded size; which window does row number l belong to?",
            "Bring the row back to (C, kh, kw) and give it to its window. Are there others over it?",
        ),
    ),
    Check(
        conv1d_causal,
        cases=conv1d_causal_cases,
        returns=("out: N F T",),
        formula=(
            r"\text{out}[n, f, t] = b_f + \sum_c \sum_a w[f, c, a] \, x[n, c, t"
            r" - (k - 1) + a]"
        ),
        args={"x": "N C T", "w": "F C k", "b": "F"},
        wrong=(
            Wrong(
                conv1d_causal__symmetric_padding,
                id="symmetric-padding",
                hint="Causal means all padding on the left.",
            ),
            Wrong(conv1d_causal__right_padding, id="right-padding", hint="Pad the past, not the future."),
            Wrong(conv1d_causal__valid_only, id="valid-only", hint="One output per time step."),
            Wrong(
                conv1d_causal__flipped,
                id="flipped",
                hint="Cross-correlation: the last weight meets the newest input.",
            ),
        ),
        alternates=(conv1d_causal_by_lag, conv1d_causal_windows),
        hints=(
            "Output 0 may see input 0 only. How many zeros must stand before the sequence?",
            "After padding, which k entries does output t read?",
        ),
    ),
)
