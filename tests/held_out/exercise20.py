import math

import numpy as np


def conv_output_size__right__floor(n, k, stride=1, pad=0, dilation=1):
    extent = dilation * (k - 1) + 1
    room = n + 2 * pad - extent
    return room // stride + 1 if room >= 0 else 0


def conv_output_size__right__count(n, k, stride=1, pad=0, dilation=1):
    return len(range(0, n + 2 * pad - dilation * (k - 1), stride))


def conv_output_size__right__numpy_int(n, k, stride=1, pad=0, dilation=1):
    return max(0, np.int64(np.floor((n + 2 * pad - dilation * (k - 1) - 1) / stride)) + 1)


def conv_output_size__negative_size(n, k, stride=1, pad=0, dilation=1):
    return (n + 2 * pad - dilation * (k - 1) - 1) // stride + 1


def conv_output_size__float(n, k, stride=1, pad=0, dilation=1):
    if n + 2 * pad < dilation * (k - 1) + 1:
        return 0
    return (n + 2 * pad - dilation * (k - 1) - 1) / stride + 1


def conv_output_size__dilation_ignored(n, k, stride=1, pad=0, dilation=1):
    return max(0, (n - k + 2 * pad) // stride + 1)


def conv_output_size__other__dilation_times_k(n, k, stride=1, pad=0, dilation=1):
    return max(0, (n + 2 * pad - dilation * k) // stride + 1)


def conv_output_size__right__ceil(n, k, stride=1, pad=0, dilation=1):
    return max(0, math.ceil((n + 2 * pad - dilation * (k - 1)) / stride))


def same_padding__right__floor(k, dilation=1):
    total = (k - 1) * dilation
    return total // 2, total - total // 2


def same_padding__right__divmod(k, dilation=1):
    half, odd = divmod(dilation * (k - 1), 2)
    return [half, half + odd]


def same_padding__larger_left(k, dilation=1):
    total = (k - 1) * dilation
    return total - total // 2, total // 2


def same_padding__symmetric_large(k, dilation=1):
    return dilation * (k // 2), dilation * (k // 2)


def same_padding__symmetric_small(k, dilation=1):
    p = dilation * (k - 1) // 2
    return p, p


def same_padding__other__floats(k, dilation=1):
    return dilation * (k - 1) / 2, dilation * (k - 1) / 2


def pad_images__right__pad(x, pad, value=0.0):
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), constant_values=value)


def pad_images__right__full(x, pad, value=0.0):
    N, C, H, W = x.shape
    out = np.full((N, C, H + 2 * pad, W + 2 * pad), value)
    out[:, :, pad : pad + H, pad : pad + W] = x
    return out


def pad_images__other__negative_slice(x, pad, value=0.0):
    N, C, H, W = x.shape
    out = np.full((N, C, H + 2 * pad, W + 2 * pad), value, dtype=float)
    out[:, :, pad:-pad, pad:-pad] = x
    return out


def pad_images__all_axes(x, pad, value=0.0):
    return np.pad(x, pad, constant_values=value)


def pad_images__value_ignored(x, pad, value=0.0):
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))


def conv_param_count__right__plain(C, F, kh, kw, groups=1, bias=True):
    return F * (C // groups) * kh * kw + (F if bias else 0)


def conv_param_count__right__bool(C, F, kh, kw, groups=1, bias=True):
    return F * ((C // groups) * kh * kw + bool(bias))


def conv_param_count__other__float(C, F, kh, kw, groups=1, bias=True):
    return F * (C / groups) * kh * kw + F * bias


def conv_param_count__groups_ignored(C, F, kh, kw, groups=1, bias=True):
    n = F * C * kh * kw
    if bias:
        n += F
    return n


def conv_param_count__other__both_divided(C, F, kh, kw, groups=1, bias=True):
    return (F // groups) * (C // groups) * kh * kw + (F if bias else 0)


def conv_param_count__channels_forgotten(C, F, kh, kw, groups=1, bias=True):
    return F * kh * kw + F * int(bias)


def receptive_field__right__forward(layers):
    r, j = 1, 1
    for k, s in layers:
        r, j = r + (k - 1) * j, j * s
    return r


def receptive_field__right__backward(layers):
    r = 1
    for k, s in reversed(layers):
        r = (r - 1) * s + k
    return r


def receptive_field__right__products(layers):
    return 1 + sum((k - 1) * math.prod(s for _, s in layers[:i]) for i, (k, _) in enumerate(layers))


def receptive_field__strides_ignored(layers):
    r = 1
    for k, s in layers:
        r += k - 1
    return r


def receptive_field__stride_early(layers):
    r, j = 1, 1
    for k, s in layers:
        j *= s
        r += (k - 1) * j
    return r


def receptive_field__other__only_own_stride(layers):
    r = 1
    for k, s in layers:
        r += (k - 1) * s
    return r


def receptive_field__other__last_stride_kept(layers):
    r, j = 1, 1
    for k, s in layers:
        r += (k - 1) * j
        j = s
    return r
