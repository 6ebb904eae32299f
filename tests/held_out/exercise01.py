import math

import numpy as np


def log_likelihood__right__loop(p):
    total = 0.0
    for value in p:
        if value == 0:
            return -math.inf
        total += math.log(value)
    return total


def log_likelihood__right__errstate(p):
    with np.errstate(divide="ignore"):
        return np.log(np.asarray(p, dtype=float)).sum()


def log_likelihood__right__masked(p):
    logs = np.full(len(p), -np.inf)
    logs[p > 0] = np.log(p[p > 0])
    return np.sum(logs)


def log_likelihood__product_first__loop(p):
    product = 1.0
    for value in p:
        product = product * value
    return np.log(product)


def log_likelihood__eps_inside__tiny(p):
    return float(np.log(p + 1e-12).sum())


def log_likelihood__eps_inside__clipped(p):
    return np.sum(np.log(np.clip(p, 1e-15, 1)))


def log_likelihood__wrong_base__two(p):
    return sum(math.log2(v) if v > 0 else -math.inf for v in p)


def log_likelihood__mean_not_sum(p):
    return np.log(p).mean()


def logsumexp__right__reduce(x, axis=-1, keepdims=False):
    return np.logaddexp.reduce(x, axis=axis, keepdims=keepdims)


def logsumexp__right__where(x, axis=-1, keepdims=False):
    c = np.max(x, axis=axis, keepdims=True)
    c = np.where(np.isfinite(c), c, 0)
    with np.errstate(divide="ignore"):
        out = c + np.log(np.exp(x - c).sum(axis=axis, keepdims=True))
    return out if keepdims else out.squeeze(axis)


def logsumexp__right__moved(x, axis=-1, keepdims=False):
    moved = np.moveaxis(x, axis, 0)
    top = moved.max(0)
    out = np.full(top.shape, -np.inf)
    alive = top > -np.inf
    out[alive] = top[alive] + np.log(np.sum(np.exp(moved[:, alive] - top[alive]), 0))
    return np.expand_dims(out, axis) if keepdims else out


def logsumexp__no_shift(x, axis=-1, keepdims=False):
    return np.log(np.exp(x).sum(axis=axis, keepdims=keepdims))


def logsumexp__global_max(x, axis=-1, keepdims=False):
    m = x.max()
    return m + np.log(np.sum(np.exp(x - m), axis=axis, keepdims=keepdims))


def logsumexp__shift_not_restored(x, axis=-1, keepdims=False):
    shifted = x - np.max(x, axis=axis, keepdims=True)
    return np.log(np.sum(np.exp(shifted), axis=axis, keepdims=keepdims))


def softplus__right__logaddexp(x):
    return np.logaddexp(0, x)


def softplus__right__where(x):
    x = np.asarray(x, dtype=float)
    small = np.minimum(x, 30.0)
    return np.where(x > 30, x + np.exp(-np.maximum(x, 30.0)), np.log1p(np.exp(small)))


def softplus__right__halves(x):
    half = np.abs(x) / 2
    return np.log1p(np.exp(-2 * half)) + x / 2 + half


def softplus__overflow(x):
    return np.log(1 + np.exp(x))


def softplus__overflow__log1p(x):
    return np.log1p(np.exp(x))


def softplus__missing_abs(x):
    return np.maximum(0, x) + np.log1p(np.exp(-x))


def softplus__hard(x):
    return np.where(x > 0, x, 0.0)


def log_sigmoid__right__logaddexp(x):
    return -np.logaddexp(0.0, -x)


def log_sigmoid__right__branches(x):
    x = np.asarray(x, float)
    z = np.exp(-np.abs(x))
    return np.where(x >= 0, -np.log1p(z), x - np.log1p(z))


def log_sigmoid__log_of_sigmoid(x):
    s = 1 / (1 + np.exp(-x))
    return np.log(s)


def log_sigmoid__floored(x):
    s = np.clip(1 / (1 + np.exp(-x)), 1e-15, None)
    return np.log(s)


def log_sigmoid__other_class(x):
    return np.minimum(-x, 0) - np.log1p(np.exp(-abs(x)))


def log_sigmoid__log_of_sigmoid__stable_sigmoid(x):
    e = np.exp(-np.abs(x))
    s = np.where(x >= 0, 1 / (1 + e), e / (1 + e))
    return np.log(s)


def entropy__right__xlogy(p, axis=-1):
    safe = np.where(p > 0, p, 1.0)
    return -(p * np.log(safe)).sum(axis=axis)


def entropy__right__nansum(p, axis=-1):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nansum(-p * np.log(p), axis=axis)


def entropy__right__along(p, axis=-1):
    return np.apply_along_axis(lambda row: -sum(v * math.log(v) for v in row if v > 0), axis, p)


def entropy__zero_times_log_zero(p, axis=-1):
    return -np.sum(p * np.log(p), axis=axis)


def entropy__bits(p, axis=-1):
    q = np.where(p == 0, 1, p)
    return -np.sum(p * np.log2(q), axis=axis)


def entropy__other__eps(p, axis=-1):
    return -np.sum(p * np.log(p + 1e-3), axis=axis)


def entropy__mean_over_classes(p, axis=-1):
    q = np.where(p == 0, 1, p)
    return -(p * np.log(q)).mean(axis=axis)


def kl_divergence__right__loop(p, q):
    total = 0.0
    for a, b in zip(p, q):
        if a > 0:
            total += math.inf if b == 0 else a * math.log(a / b)
    return total


def kl_divergence__right__mask(p, q):
    keep = p != 0
    with np.errstate(divide="ignore"):
        return np.dot(p[keep], np.log(p[keep]) - np.log(q[keep]))


def kl_divergence__nan_on_zero_p(p, q):
    return np.sum(p * np.log(p / q))


def kl_divergence__smoothed_q(p, q):
    keep = p > 0
    return np.sum(p[keep] * np.log(p[keep] / (q[keep] + 1e-10)))


def kl_divergence__reversed(p, q):
    total = 0.0
    for a, b in zip(p, q):
        if b > 0:
            total += b * np.log(b / a) if a > 0 else np.inf
    return total


def kl_divergence__cross_entropy(p, q):
    keep = p > 0
    return -np.sum(p[keep] * np.log(q[keep]))


def entropy__right__tiny(p, axis=-1):
    return -np.sum(p * np.log(p + 1e-300), axis=axis)


def log_sigmoid__right__minimum(x):
    return np.minimum(x, 0) - np.log(1 + np.exp(-np.abs(x)))


def softplus__right__formula(x):
    return np.maximum(x, 0) + np.log(1 + np.exp(-np.abs(x)))


def log_sigmoid__right__difference(x):
    return x - np.logaddexp(0, x)
