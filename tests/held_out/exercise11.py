import numpy as np


def dropout_mask__right__where(shape, p, rng):
    u = rng.random(shape)
    if p == 1:
        return np.zeros(shape)
    return np.where(u >= p, 1 / (1 - p), 0.0)


def dropout_mask__right__astype(shape, p, rng):
    keep = (rng.random(shape) >= p).astype(np.float64)
    return keep / max(1.0 - p, 1e-300)


def dropout_mask__right__size(shape, p, rng):
    u = rng.random(size=shape)
    m = np.zeros(shape)
    if p < 1.0:
        m[~(u < p)] = 1.0 / (1.0 - p)
    return m


def dropout_mask__p_is_keep(shape, p, rng):
    return (rng.random(shape) < p) / p


def dropout_mask__p_is_keep__guarded(shape, p, rng):
    if p == 0:
        return np.zeros(shape)
    return (rng.random(shape) < p) / p


def dropout_mask__division_by_zero(shape, p, rng):
    return (rng.random(shape) >= p) / (1 - p)


def dropout_mask__not_scaled(shape, p, rng):
    return (rng.random(shape) >= p).astype(float)


def dropout_mask__other__binomial(shape, p, rng):
    if p == 1:
        return np.zeros(shape)
    return rng.binomial(1, 1 - p, shape) / (1 - p)


def dropout_mask__other__fresh_generator(shape, p, rng):
    if p == 1:
        return np.zeros(shape)
    return (np.random.rand(*shape) >= p) / (1 - p)


def dropout_mask__other__reversed_comparison(shape, p, rng):
    if p == 1:
        return np.zeros(shape)
    return (rng.random(shape) < 1 - p) / (1 - p)


def dropout_forward__right__plain(a, p, rng, train=True):
    if not train:
        return a.copy(), np.ones(a.shape)
    keep = rng.random(a.shape) >= p
    mask = keep / (1 - p) if p < 1 else np.zeros(a.shape)
    return a * mask, mask


def dropout_forward__right__mask_first(a, p, rng, train=True):
    mask = np.ones_like(a)
    if train:
        u = rng.random(a.shape)
        mask[u < p] = 0
        mask[u >= p] = 1 / (1 - p) if p != 1 else 0
    return np.multiply(a, mask), mask


def dropout_forward__drops_at_test(a, p, rng, train=True):
    if p == 1:
        return np.zeros_like(a), np.zeros_like(a)
    mask = (rng.random(a.shape) >= p) / (1 - p)
    return a * mask, mask


def dropout_forward__scaled_at_test(a, p, rng, train=True):
    if not train:
        return a * (1 - p), np.ones_like(a)
    mask = (rng.random(a.shape) >= p) / (1 - p) if p < 1 else np.zeros_like(a)
    return a * mask, mask


def dropout_forward__binary_mask_returned(a, p, rng, train=True):
    if not train:
        return a, np.ones_like(a)
    mask = (rng.random(a.shape) >= p).astype(float)
    return (a * mask / (1 - p) if p < 1 else a * 0), mask


def dropout_forward__other__draws_at_test(a, p, rng, train=True):
    mask = (rng.random(a.shape) >= p) / (1 - p) if p < 1 else np.zeros_like(a)
    return (a * mask, mask) if train else (a, np.ones_like(a))


def dropout_backward__right__einsum(dout, mask):
    return np.einsum("...,...->...", dout, mask)


def dropout_backward__right__where(dout, mask):
    return np.where(mask == 0, 0.0, dout * mask)


def dropout_backward__scale_lost(dout, mask):
    return np.where(mask > 0, dout, 0)


def dropout_backward__not_masked(dout, mask):
    return dout


def dropout_backward__divided(dout, mask):
    out = np.zeros_like(dout)
    out[mask > 0] = dout[mask > 0] / mask[mask > 0]
    return out


def spatial_dropout_mask__right__broadcast(shape, p, rng):
    N, C, _H, _W = shape
    keep = rng.random((N, C, 1, 1)) >= p
    scale = 0.0 if p == 1 else 1 / (1 - p)
    return np.broadcast_to(keep * scale, shape).copy()


def spatial_dropout_mask__right__repeat(shape, p, rng):
    u = rng.random((*shape[:2], 1, 1))
    m = np.repeat(np.repeat(u, shape[2], axis=2), shape[3], axis=3)
    return np.where(m < p, 0.0, 1 / (1 - p) if p < 1 else 0.0)


def spatial_dropout_mask__other__integers_at_one(shape, p, rng):
    keep = rng.random((*shape[:2], 1, 1)) >= p
    return np.where(np.broadcast_to(keep, shape), 1 / (1 - p), 0.0) if p < 1 else np.zeros(shape, dtype=int)


def spatial_dropout_mask__right__view(shape, p, rng):
    keep = (rng.random((shape[0], shape[1], 1, 1)) >= p).astype(float)
    if p < 1:
        keep /= 1 - p
    return keep * np.ones(shape)


def spatial_dropout_mask__per_pixel(shape, p, rng):
    return (rng.random(shape) >= p) / (1 - p) if p < 1 else np.zeros(shape)


def spatial_dropout_mask__not_scaled(shape, p, rng):
    return np.ones(shape) * (rng.random((shape[0], shape[1], 1, 1)) >= p)


def spatial_dropout_mask__other__not_broadcast(shape, p, rng):
    return (rng.random((shape[0], shape[1], 1, 1)) >= p) / (1 - p) if p < 1 else np.zeros((*shape[:2], 1, 1))


def ensemble_average__right__loop(probs):
    total = np.zeros(probs.shape[1:])
    for p in probs:
        total += p
    return total / len(probs)


def ensemble_average__right__einsum(probs):
    return np.einsum("snc->nc", probs) / probs.shape[0]


def ensemble_average__wrong_axis(probs):
    return probs.mean(1)


def ensemble_average__geometric(probs):
    g = np.exp(np.log(probs).mean(axis=0))
    return g / g.sum(axis=1, keepdims=True)


def ensemble_average__votes(probs):
    return np.eye(probs.shape[2])[probs.argmax(-1)].mean(axis=0)


def ensemble_average__geometric__not_renormalised(probs):
    return np.exp(np.log(probs).mean(axis=0))


def weight_scaling_test__right__minus(a, p):
    return a - p * a


def weight_scaling_test__right__multiply(a, p):
    return np.multiply(1.0 - p, a)


def weight_scaling_test__times_p(a, p):
    return a * p


def weight_scaling_test__inverted_rule(a, p):
    return a / (1 - p)
