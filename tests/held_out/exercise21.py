import numpy as np


def _sizes(x, kh, kw, stride, pad):
    H, W = x.shape[-2:]
    return (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1


def _pad(x, pad):
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))


def cross_correlate2d__right__loops(x, w):
    kh, kw = w.shape
    out = np.zeros((x.shape[0] - kh + 1, x.shape[1] - kw + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(x[i : i + kh, j : j + kw] * w)
    return out


def cross_correlate2d__right__kernel_loop(x, w):
    Ho, Wo = x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1
    return sum(w[a, b] * x[a : a + Ho, b : b + Wo] for a in range(w.shape[0]) for b in range(w.shape[1]))


def cross_correlate2d__right__windows(x, w):
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape)
    return np.tensordot(windows, w, axes=((2, 3), (0, 1)))


def cross_correlate2d__right__fft(x, w):
    shape = (x.shape[0] + w.shape[0] - 1, x.shape[1] + w.shape[1] - 1)
    full = np.fft.irfft2(np.fft.rfft2(x, shape) * np.fft.rfft2(w[::-1, ::-1], shape), shape)
    return full[w.shape[0] - 1 : x.shape[0], w.shape[1] - 1 : x.shape[1]]


def cross_correlate2d__flipped(x, w):
    return cross_correlate2d__right__loops(x, np.flip(w))


def cross_correlate2d__other__flipped_rows(x, w):
    return cross_correlate2d__right__loops(x, w[::-1])


def cross_correlate2d__one_short(x, w):
    kh, kw = w.shape
    out = np.zeros((x.shape[0] - kh, x.shape[1] - kw))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(x[i : i + kh, j : j + kw] * w)
    return out


def conv2d_forward__right__loops(x, w, b, stride=1, pad=0):
    F, _C, kh, kw = w.shape
    Ho, Wo = _sizes(x, kh, kw, stride, pad)
    xp = _pad(x, pad)
    out = np.zeros((len(x), F, Ho, Wo))
    for n in range(len(x)):
        for f in range(F):
            for i in range(Ho):
                for j in range(Wo):
                    window = xp[n, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
                    out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out


def conv2d_forward__right__windows(x, w, b, stride=1, pad=0):
    v = np.lib.stride_tricks.sliding_window_view(_pad(x, pad), w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncijab,fcab->nfij", v, w) + b[None, :, None, None]


def conv2d_forward__right__im2col_indices(x, w, b, stride=1, pad=0):
    F, C, kh, kw = w.shape
    Ho, Wo = _sizes(x, kh, kw, stride, pad)
    i0 = np.tile(np.repeat(np.arange(kh), kw), C)
    i1 = stride * np.repeat(np.arange(Ho), Wo)
    j0 = np.tile(np.arange(kw), kh * C)
    j1 = stride * np.tile(np.arange(Wo), Ho)
    k = np.repeat(np.arange(C), kh * kw).reshape(-1, 1)
    cols = _pad(x, pad)[:, k, i0.reshape(-1, 1) + i1, j0.reshape(-1, 1) + j1]
    cols = cols.transpose(1, 2, 0).reshape(kh * kw * C, -1)
    res = w.reshape(F, -1) @ cols + b.reshape(-1, 1)
    return res.reshape(F, Ho, Wo, len(x)).transpose(3, 0, 1, 2)


def conv2d_forward__bias_missing(x, w, b, stride=1, pad=0):
    return conv2d_forward__right__loops(x, w, np.zeros(len(b)), stride, pad)


def conv2d_forward__flipped(x, w, b, stride=1, pad=0):
    return conv2d_forward__right__loops(x, w[:, :, ::-1, ::-1], b, stride, pad)


def conv2d_forward__channels_averaged(x, w, b, stride=1, pad=0):
    v = np.lib.stride_tricks.sliding_window_view(_pad(x, pad), w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncijab,fcab->nfij", v, w) / x.shape[1] + b[None, :, None, None]


def conv2d_forward__other__bias_on_width(x, w, b, stride=1, pad=0):
    return conv2d_forward__right__loops(x, w, 0 * b, stride, pad) + b.sum()


def conv2d_backward__right__loops(dout, x, w, stride=1, pad=0):
    _F, _C, kh, kw = w.shape
    xp = _pad(x, pad)
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for n, f, i, j in np.ndindex(dout.shape):
        s = np.s_[n, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
        dxp[s] += w[f] * dout[n, f, i, j]
        dw[f] += xp[s] * dout[n, f, i, j]
    H, W = x.shape[2:]
    return dxp[:, :, pad : pad + H, pad : pad + W], dw, np.sum(dout, axis=(0, 2, 3))


def conv2d_backward__right__kernel_loop(dout, x, w, stride=1, pad=0):
    xp = _pad(x, pad)
    dxp, dw = np.zeros(xp.shape), np.zeros(w.shape)
    Ho, Wo = dout.shape[2:]
    for a in range(w.shape[2]):
        for b in range(w.shape[3]):
            view = np.s_[:, :, a : a + stride * Ho : stride, b : b + stride * Wo : stride]
            dxp[view] += np.einsum("nfij,fc->ncij", dout, w[:, :, a, b])
            dw[:, :, a, b] = np.einsum("nfij,ncij->fc", dout, xp[view])
    end = np.s_[:, :, pad : dxp.shape[2] - pad, pad : dxp.shape[3] - pad]
    return dxp[end], dw, dout.transpose(1, 0, 2, 3).reshape(len(w), -1).sum(1)


def conv2d_backward__pad_zero_slice(dout, x, w, stride=1, pad=0):
    _F, _C, kh, kw = w.shape
    xp = _pad(x, pad)
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for n, f, i, j in np.ndindex(dout.shape):
        s = np.s_[n, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
        dxp[s] += w[f] * dout[n, f, i, j]
        dw[f] += xp[s] * dout[n, f, i, j]
    return dxp[:, :, pad:-pad, pad:-pad], dw, np.sum(dout, axis=(0, 2, 3))


def conv2d_backward__overlap_overwritten(dout, x, w, stride=1, pad=0):
    _F, _C, kh, kw = w.shape
    H, W = x.shape[2:]
    xp = _pad(x, pad)
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for n in range(len(x)):
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                s = np.s_[n, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
                dxp[s] = np.tensordot(dout[n, :, i, j], w, axes=1)
                dw += dout[n, :, i, j][:, None, None, None] * xp[s]
    return dxp[:, :, pad : pad + H, pad : pad + W], dw, dout.sum((0, 2, 3))


def conv2d_backward__db_over_batch_only(dout, x, w, stride=1, pad=0):
    dx, dw, _ = conv2d_backward__right__kernel_loop(dout, x, w, stride, pad)
    return dx, dw, dout.sum(axis=0)


def conv2d_backward__other__db_total(dout, x, w, stride=1, pad=0):
    dx, dw, _ = conv2d_backward__right__kernel_loop(dout, x, w, stride, pad)
    return dx, dw, dout.sum()


def im2col__right__windows(x, kh, kw, stride=1, pad=0):
    v = np.lib.stride_tricks.sliding_window_view(_pad(x, pad), (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    N, C, Ho, Wo = v.shape[:4]
    return v.transpose(0, 2, 3, 1, 4, 5).reshape(N, Ho * Wo, C * kh * kw)


def im2col__right__loops(x, kh, kw, stride=1, pad=0):
    Ho, Wo = _sizes(x, kh, kw, stride, pad)
    xp = _pad(x, pad)
    rows = [
        xp[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw].reshape(len(x), -1)
        for i in range(Ho)
        for j in range(Wo)
    ]
    return np.stack(rows, axis=1)


def im2col__transposed(x, kh, kw, stride=1, pad=0):
    return im2col__right__windows(x, kh, kw, stride, pad).transpose(0, 2, 1)


def im2col__channels_last(x, kh, kw, stride=1, pad=0):
    v = np.lib.stride_tricks.sliding_window_view(_pad(x, pad), (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    N, _C, Ho, Wo = v.shape[:4]
    return v.transpose(0, 2, 3, 4, 5, 1).reshape(N, Ho * Wo, -1)


def im2col__other__one_matrix(x, kh, kw, stride=1, pad=0):
    cols = im2col__right__windows(x, kh, kw, stride, pad)
    return cols.reshape(-1, cols.shape[-1])


def col2im__right__loops(cols, shape, kh, kw, stride=1, pad=0):
    N, C, H, W = shape
    big = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    Wo = (W + 2 * pad - kw) // stride + 1
    for l in range(cols.shape[1]):
        i, j = l // Wo * stride, l % Wo * stride
        big[:, :, i : i + kh, j : j + kw] += cols[:, l].reshape(N, C, kh, kw)
    return big[:, :, pad : pad + H, pad : pad + W]


def col2im__right__kernel_loop(cols, shape, kh, kw, stride=1, pad=0):
    N, C, H, W = shape
    Ho, Wo = (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1
    c = cols.reshape(N, Ho, Wo, C, kh, kw).transpose(0, 3, 4, 5, 1, 2)
    img = np.zeros((N, C, H + 2 * pad + stride - 1, W + 2 * pad + stride - 1))
    for a in range(kh):
        for b in range(kw):
            img[:, :, a : a + stride * Ho : stride, b : b + stride * Wo : stride] += c[:, :, a, b]
    return img[:, :, pad : H + pad, pad : W + pad]


def col2im__overwrites(cols, shape, kh, kw, stride=1, pad=0):
    N, C, H, W = shape
    big = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    Wo = (W + 2 * pad - kw) // stride + 1
    for l in range(cols.shape[1]):
        i, j = l // Wo * stride, l % Wo * stride
        big[:, :, i : i + kh, j : j + kw] = cols[:, l].reshape(N, C, kh, kw)
    return big[:, :, pad : pad + H, pad : pad + W]


def col2im__padding_kept(cols, shape, kh, kw, stride=1, pad=0):
    N, C, H, W = shape
    big = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    Wo = (W + 2 * pad - kw) // stride + 1
    for l in range(cols.shape[1]):
        i, j = l // Wo * stride, l % Wo * stride
        big[:, :, i : i + kh, j : j + kw] += cols[:, l].reshape(N, C, kh, kw)
    return big


def conv1d_causal__right__loop(x, w, b):
    N, C, T = x.shape
    F, _, k = w.shape
    xp = np.concatenate([np.zeros((N, C, k - 1)), x], axis=2)
    out = np.zeros((N, F, T))
    for t in range(T):
        out[:, :, t] = np.tensordot(xp[:, :, t : t + k], w, axes=((1, 2), (1, 2))) + b
    return out


def conv1d_causal__right__taps(x, w, b):
    N, _C, T = x.shape
    F, _, k = w.shape
    out = np.zeros((N, F, T)) + b[:, None]
    for lag in range(min(k, T)):
        out[:, :, lag:] += np.einsum("nct,fc->nft", x[:, :, : T - lag], w[:, :, k - 1 - lag])
    return out


def conv1d_causal__flipped(x, w, b):
    return conv1d_causal__right__loop(x, w[:, :, ::-1], b)


def conv1d_causal__symmetric_padding(x, w, b):
    _N, _C, T = x.shape
    k = w.shape[2]
    xp = np.pad(x, ((0, 0), (0, 0), ((k - 1) // 2, k - 1 - (k - 1) // 2)))
    return np.stack([np.einsum("nck,fck->nf", xp[:, :, t : t + k], w) + b for t in range(T)], axis=2)


def conv1d_causal__symmetric_padding__larger_left(x, w, b):
    _N, _C, T = x.shape
    k = w.shape[2]
    xp = np.pad(x, ((0, 0), (0, 0), (k // 2, k - 1 - k // 2)))
    return np.stack([np.einsum("nck,fck->nf", xp[:, :, t : t + k], w) + b for t in range(T)], axis=2)


def conv1d_causal__other__no_bias(x, w, b):
    return conv1d_causal__right__loop(x, w, 0 * b)


def conv2d_forward__right__strided(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    _F, _, kh, kw = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    s0, s1, s2, s3 = xp.strides
    Ho = (H + 2 * pad - kh) // stride + 1
    Wo = (W + 2 * pad - kw) // stride + 1
    v = np.lib.stride_tricks.as_strided(xp, (N, C, Ho, Wo, kh, kw), (s0, s1, s2 * stride, s3 * stride, s2, s3))
    return np.tensordot(v, w, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2) + b.reshape(1, -1, 1, 1)


def conv2d_forward__right__fourier(x, w, b, stride=1, pad=0):
    _N, _C, _H, _W = x.shape
    _F, _, kh, kw = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    h, wd = xp.shape[2:]
    s = (h + kh - 1, wd + kw - 1)
    out = np.fft.ifft2(np.einsum("ncuv,fcuv->nfuv", np.fft.fft2(xp, s), np.fft.fft2(w[:, :, ::-1, ::-1], s))).real
    return out[:, :, kh - 1 : h : 1, kw - 1 : wd : 1][:, :, ::stride, ::stride] + b[:, None, None]


def conv2d_backward__right__full_convolution(dout, x, w, stride=1, pad=0):
    N, C, H, W = x.shape
    F, _, kh, kw = w.shape
    Ho, Wo = dout.shape[2:]
    up = np.zeros((N, F, (Ho - 1) * stride + 1, (Wo - 1) * stride + 1))
    up[:, :, ::stride, ::stride] = dout
    full = np.pad(up, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
    sw = np.lib.stride_tricks.sliding_window_view
    dxp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    d = np.einsum("nfijab,fcab->ncij", sw(full, (kh, kw), axis=(2, 3)), w[:, :, ::-1, ::-1])
    dxp[:, :, : d.shape[2], : d.shape[3]] = d
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))[:, :, : up.shape[2] + kh - 1, : up.shape[3] + kw - 1]
    dw = np.einsum("ncabij,nfij->fcab", sw(xp, up.shape[2:], axis=(2, 3)), up)
    return (dxp[:, :, pad : pad + H, pad : pad + W], dw, np.einsum("nfij->f", dout))
