import math

import numpy as np


def fans__right__prod(shape):
    area = int(np.prod(shape[2:]))
    return shape[1] * area, shape[0] * area


def fans__right__unpack(shape):
    if len(shape) == 2:
        out, inn = shape
        return (inn, out)
    F, C, kh, kw = shape
    return [C * kh * kw, F * kh * kw]


def fans__swapped(shape):
    area = math.prod(shape[2:])
    return shape[0] * area, shape[1] * area


def fans__kernel_ignored(shape):
    return shape[1], shape[0]


def fans__kernel_in_one_only(shape):
    return int(np.prod(shape[1:])), shape[0]


def fans__other__kernel_as_fans(shape):
    return shape[-1], shape[-2]


def _fan(shape):
    area = math.prod(shape[2:])
    return shape[1] * area, shape[0] * area


def xavier_uniform__right__formula(shape, rng):
    a = np.sqrt(6.0 / sum(_fan(shape)))
    return -a + 2 * a * rng.random(shape)


def xavier_uniform__right__var(shape, rng):
    fi, fo = _fan(shape)
    std = math.sqrt(2 / (fi + fo))
    return (rng.random(shape) - 0.5) * (2 * math.sqrt(3) * std)


def xavier_uniform__right__uniform(shape, rng):
    a = math.sqrt(6 / sum(_fan(shape)))
    return rng.uniform(-a, a, size=shape)


def xavier_uniform__normal_std(shape, rng):
    fi, fo = _fan(shape)
    return (2 * rng.random(shape) - 1) * np.sqrt(2 / (fi + fo))


def xavier_uniform__one_sided(shape, rng):
    return rng.random(shape) * np.sqrt(6 / sum(_fan(shape)))


def xavier_uniform__other__normal(shape, rng):
    return rng.standard_normal(shape) * np.sqrt(2 / sum(_fan(shape)))


def xavier_uniform__other__swapped_bounds(shape, rng):
    a = np.sqrt(6 / sum(_fan(shape)))
    return rng.uniform(a, -a, size=shape)


def he_normal__right__normal(shape, rng):
    return rng.normal(0.0, math.sqrt(2 / _fan(shape)[0]), shape)


def he_normal__right__divide(shape, rng):
    return rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]) / 2)


def he_normal__lecun(shape, rng):
    return rng.standard_normal(shape) / np.sqrt(_fan(shape)[0])


def he_normal__variance_as_std(shape, rng):
    return rng.normal(0, 2 / _fan(shape)[0], shape)


def he_normal__other__uniform(shape, rng):
    a = np.sqrt(6 / _fan(shape)[0])
    return rng.uniform(-a, a, shape)


def orthogonal__right__qr(shape, rng):
    m, n = shape
    a = rng.standard_normal((max(m, n), min(m, n)))
    q, r = np.linalg.qr(a)
    q = q * np.sign(np.diag(r))
    return q if m >= n else q.T


def orthogonal__right__gram_schmidt(shape, rng):
    m, n = shape
    a = rng.standard_normal((n, m) if m < n else (m, n))
    q = np.zeros_like(a)
    for j in range(a.shape[1]):
        v = a[:, j].copy()
        for _ in range(2):
            v -= q[:, :j] @ (q[:, :j].T @ v)
        q[:, j] = v / np.linalg.norm(v)
    return q.T if m < n else q


def orthogonal__signs(shape, rng):
    m, n = shape
    q, _ = np.linalg.qr(rng.standard_normal((max(m, n), min(m, n))))
    return q if m >= n else q.T


def orthogonal__other__svd(shape, rng):
    a = rng.standard_normal(shape)
    u, _, vt = np.linalg.svd(a, full_matrices=False)
    return u @ vt


def orthogonal__gaussian(shape, rng):
    return rng.standard_normal(shape)


def predicted_variance__right__loop(v0, fan_ins, weight_vars, relu):
    v = [v0]
    for f, w in zip(fan_ins, weight_vars):
        v.append(v[-1] * f * w * (0.5 if relu else 1.0))
    return np.array(v)


def predicted_variance__right__cumprod(v0, fan_ins, weight_vars, relu):
    factors = np.array(fan_ins, dtype=float) * np.array(weight_vars, dtype=float)
    if relu:
        factors = factors / 2
    return v0 * np.cumprod(np.concatenate([[1.0], factors]))


def predicted_variance__relu_half_missing(v0, fan_ins, weight_vars, relu):
    v = [v0]
    for f, w in zip(fan_ins, weight_vars):
        v.append(v[-1] * f * w)
    return np.array(v)


def predicted_variance__fan_in_missing(v0, fan_ins, weight_vars, relu):
    v = [v0]
    for w in weight_vars:
        v.append(v[-1] * w * (0.5 if relu else 1))
    return np.array(v)


def predicted_variance__other__no_start(v0, fan_ins, weight_vars, relu):
    v, out = v0, []
    for f, w in zip(fan_ins, weight_vars):
        v = v * f * w * (0.5 if relu else 1)
        out.append(v)
    return np.array(out)


def activation_stds__right__loop(x, weights, act):
    out = []
    for W in weights:
        x = act(x @ W.T)
        out.append(np.std(x))
    return np.array(out)


def activation_stds__right__einsum(x, weights, act):
    out = np.zeros(len(weights))
    for i, W in enumerate(weights):
        x = act(np.einsum("nd,hd->nh", x, W))
        out[i] = np.sqrt(np.mean((x - np.mean(x)) ** 2))
    return out


def activation_stds__before_activation(x, weights, act):
    out = []
    for W in weights:
        z = x @ W.T
        out.append(z.std())
        x = act(z)
    return np.array(out)


def activation_stds__per_feature(x, weights, act):
    out = []
    for W in weights:
        x = act(x @ W.T)
        out.append(x.std(axis=0).mean())
    return np.array(out)


def activation_stds__other__ddof(x, weights, act):
    out = []
    for W in weights:
        x = act(x @ W.T)
        out.append(x.std(ddof=1))
    return np.array(out)
