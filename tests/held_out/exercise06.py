import numpy as np


def _soft(z, axis=-1):
    e = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def softmax__right__in_place(z, axis=-1):
    out = np.array(z, dtype=float)
    out -= out.max(axis=axis, keepdims=True)
    np.exp(out, out=out)
    out /= out.sum(axis=axis, keepdims=True)
    return out


def softmax__right__log(z, axis=-1):
    return np.exp(z - np.logaddexp.reduce(z, axis=axis, keepdims=True))


def softmax__right__rows(z, axis=-1):
    def one(row):
        e = np.exp(row - max(row))
        return e / e.sum()

    return np.apply_along_axis(one, axis, z)


def softmax__overflow(z, axis=-1):
    e = np.exp(z)
    return e / e.sum(axis=axis, keepdims=True)


def softmax__global_max(z, axis=-1):
    e = np.exp(z - np.max(z))
    return e / e.sum(axis=axis, keepdims=True)


def softmax__global_sum(z, axis=-1):
    e = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return e / np.sum(e)


def softmax__wrong_axis(z, axis=-1):
    e = np.exp(z - np.max(z, axis=0))
    return e / e.sum(axis=0)


def log_softmax__right__two_step(z, axis=-1):
    s = z - z.max(axis=axis, keepdims=True)
    return s - np.log(np.exp(s).sum(axis=axis, keepdims=True))


def log_softmax__right__logaddexp(z, axis=-1):
    return z - np.logaddexp.reduce(z, axis=axis, keepdims=True)


def log_softmax__log_of_softmax(z, axis=-1):
    return np.log(_soft(z, axis))


def log_softmax__floored(z, axis=-1):
    return np.log(_soft(z, axis) + 1e-9)


def log_softmax__floored__clip(z, axis=-1):
    return np.log(np.clip(_soft(z, axis), 1e-12, 1.0))


def log_softmax__other__naive(z, axis=-1):
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


def softmax_backward__right__jacobian(dout, z, axis=-1):
    p = np.moveaxis(_soft(z, axis), axis, -1)
    d = np.moveaxis(dout, axis, -1)
    J = p[..., :, None] * (np.eye(p.shape[-1]) - p[..., None, :])
    return np.moveaxis((J @ d[..., None])[..., 0], -1, axis)


def softmax_backward__right__difference(dout, z, axis=-1):
    p = _soft(z, axis)
    g = dout * p
    return g - p * g.sum(axis=axis, keepdims=True)


def softmax_backward__diagonal_only(dout, z, axis=-1):
    p = _soft(z, axis)
    return dout * p * (1 - p)


def softmax_backward__p_missing(dout, z, axis=-1):
    p = _soft(z, axis)
    return dout - np.sum(p * dout, axis=axis, keepdims=True)


def softmax_backward__mean_coupling(dout, z, axis=-1):
    p = _soft(z, axis)
    return p * (dout - np.mean(p * dout, axis=axis, keepdims=True))


def softmax_backward__other__last_axis(dout, z, axis=-1):
    p = _soft(z, axis)
    return p * (dout - np.sum(p * dout, axis=-1, keepdims=True))


def softmax_temperature__right__plain(z, T):
    return _soft(np.divide(z, T))


def softmax_temperature__right__shift_first(z, T):
    e = np.exp((z - z.max(-1, keepdims=True)) / T)
    return e / e.sum(-1)[..., None]


def softmax_temperature__multiplied(z, T):
    return _soft(T * z)


def softmax_temperature__after_softmax(z, T):
    return _soft(z) / T


def softmax_temperature__ignored(z, T):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def logit__right__ratio(p):
    return np.log(p / (1 - p))


def logit__right__log1p(p):
    return np.log(p) - np.log1p(-p)


def logit__right__arctanh(p):
    return -np.log(1 / p - 1)


def logit__sign(p):
    return np.log(1 / p - 1)


def logit__clipped(p):
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return np.log(p / (1 - p))


def logit__precedence(p):
    return np.log(p) / (1 - p)


def logit__other__eps(p):
    return np.log(p / (1 - p + 1e-2))


def one_hot__right__eye(y, C):
    return np.eye(C)[y]


def one_hot__right__compare(y, C):
    return (np.asarray(y)[..., None] == np.arange(C)).astype(float)


def one_hot__right__put(y, C):
    out = np.zeros((y.size, C))
    out[np.arange(y.size), y.ravel()] = 1
    return out.reshape(*y.shape, C)


def one_hot__inferred_classes(y, C):
    return np.eye(y.max() + 1)[y]


def one_hot__transposed(y, C):
    return np.array([(y == c).astype(float) for c in range(C)])


def one_hot__other__ints(y, C):
    return np.eye(C, dtype=int)[y]


def masked_softmax__right__where(z, mask, axis=-1):
    z = np.where(mask, z, -np.inf)
    m = z.max(axis=axis, keepdims=True)
    m[np.isneginf(m)] = 0
    e = np.exp(z - m)
    s = e.sum(axis=axis, keepdims=True)
    return np.divide(e, s, out=np.zeros_like(e), where=s > 0)


def masked_softmax__right__rows(z, mask, axis=-1):
    zm, mm = np.moveaxis(z, axis, -1), np.moveaxis(np.broadcast_to(mask, z.shape), axis, -1)
    out = np.zeros(zm.shape)
    for i in np.ndindex(zm.shape[:-1]):
        kept = zm[i][mm[i]]
        if kept.size:
            e = np.exp(kept - kept.max())
            out[i][mm[i]] = e / e.sum()
    return np.moveaxis(out, -1, axis)


def masked_softmax__not_renormalised(z, mask, axis=-1):
    return np.where(mask, _soft(z, axis), 0)


def masked_softmax__all_masked_uniform(z, mask, axis=-1):
    return _soft(np.where(mask, z, -1e9), axis)


def masked_softmax__all_masked_uniform__1e30(z, mask, axis=-1):
    return _soft(np.where(mask, z, -1e30), axis)


def masked_softmax__all_masked_nan(z, mask, axis=-1):
    return _soft(np.where(mask, z, -np.inf), axis)


def masked_softmax__inverted(z, mask, axis=-1):
    z = np.where(mask, -np.inf, z)
    m = z.max(axis=axis, keepdims=True)
    m = np.where(np.isfinite(m), m, 0)
    e = np.exp(z - m)
    s = e.sum(axis=axis, keepdims=True)
    return e / np.where(s == 0, 1, s)


def masked_softmax__right__nan_to_num(z, mask, axis=-1):
    with np.errstate(all="ignore"):
        z = np.where(mask, z, -np.inf)
        e = np.exp(z - z.max(axis=axis, keepdims=True))
        return np.nan_to_num(e / e.sum(axis=axis, keepdims=True))


def softmax_backward__right__quotient_rule(dout, z, axis=-1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    S = e.sum(axis=axis, keepdims=True)
    de = dout / S - (dout * e).sum(axis=axis, keepdims=True) / S**2
    return de * e
