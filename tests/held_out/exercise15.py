import math

import numpy as np


def clip_by_value__right__clip(g, threshold):
    return np.clip(g, -threshold, threshold)


def clip_by_value__right__masks(g, threshold):
    out = g.copy()
    out[out > threshold] = threshold
    out[out < -threshold] = -threshold
    return out


def clip_by_value__upper_only(g, threshold):
    return np.minimum(g, threshold)


def clip_by_value__by_norm(g, threshold):
    n = np.linalg.norm(g)
    return g * threshold / n if n > threshold else g


def clip_by_value__other__lower_only(g, threshold):
    return np.maximum(g, -threshold)


def clip_by_norm__right__if(g, threshold):
    norm = np.linalg.norm(g)
    if norm > threshold:
        return g * (threshold / norm)
    return g


def clip_by_norm__right__min(g, threshold):
    n = math.sqrt(np.sum(g * g))
    return g * min(1.0, threshold / n) if n > 0 else g.copy()


def clip_by_norm__right__max(g, threshold):
    n = np.sqrt((g**2).sum())
    return threshold * g / max(n, threshold)


def clip_by_norm__always_rescales(g, threshold):
    n = np.linalg.norm(g)
    return g if n == 0 else g / n * threshold


def clip_by_norm__eps_in_factor(g, threshold):
    coef = threshold / (np.linalg.norm(g) + 1e-6)
    return g * min(coef, 1.0)


def clip_by_norm__right__min_warns(g, threshold):
    return g * np.minimum(1, threshold / np.linalg.norm(g))


def clip_by_norm__per_element(g, threshold):
    return np.clip(g, -threshold, threshold)


def clip_by_norm__other__spectral(g, threshold):
    n = np.linalg.norm(g, 2)
    return g * threshold / n if n > threshold else g


def global_norm__right__hypot(grads):
    return math.hypot(*[float(v) for g in grads for v in g.ravel()])


def global_norm__right__norms(grads):
    return np.linalg.norm([np.linalg.norm(g) for g in grads])


def global_norm__right__generator(grads):
    return np.sqrt(sum(np.sum(g**2) for g in grads))


def global_norm__sum_of_norms(grads):
    return sum(np.linalg.norm(g) for g in grads)


def global_norm__largest(grads):
    return max(np.linalg.norm(g) for g in grads)


def global_norm__not_rooted(grads):
    return sum(float((g * g).sum()) for g in grads)


def clip_by_global_norm__right__scale(grads, threshold):
    norm = math.sqrt(sum(float(np.vdot(g, g)) for g in grads))
    scale = threshold / norm if norm > threshold else 1.0
    return [g * scale for g in grads], norm


def clip_by_global_norm__right__tensorflow(grads, threshold):
    norm = np.sqrt(np.sum([np.square(g).sum() for g in grads]))
    return tuple(threshold * g / np.maximum(norm, threshold) for g in grads), norm


def clip_by_global_norm__separately(grads, threshold):
    def clip(g):
        n = np.linalg.norm(g)
        return g * threshold / n if n > threshold else g

    return [clip(g) for g in grads], np.sqrt(sum(np.sum(g**2) for g in grads))


def clip_by_global_norm__other__eps(grads, threshold):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    coef = min(1.0, threshold / (norm + 1e-2))
    return [g * coef for g in grads], norm


def clip_by_global_norm__norm_after(grads, threshold):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    if norm > threshold:
        grads = [g * threshold / norm for g in grads]
        norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return list(grads), norm


def linear_bptt_norms__right__loop(W, d, T):
    out, v = [], d
    for _ in range(T + 1):
        out.append(np.linalg.norm(v))
        v = v @ W
    return np.array(out)


def linear_bptt_norms__right__power(W, d, T):
    return np.array([np.sqrt(np.sum((np.linalg.matrix_power(W.T, k) @ d) ** 2)) for k in range(T + 1)])


def linear_bptt_norms__not_transposed(W, d, T):
    norms = np.zeros(T + 1)
    for k in range(T + 1):
        norms[k] = np.linalg.norm(d)
        d = W @ d
    return norms


def linear_bptt_norms__start_missing(W, d, T):
    norms = np.zeros(T + 1)
    for k in range(T + 1):
        d = W.T @ d
        norms[k] = np.linalg.norm(d)
    return norms


def linear_bptt_norms__elementwise_power(W, d, T):
    return np.array([np.linalg.norm((W.T**k) @ d) for k in range(T + 1)])


def spectral_radius__right__max(W):
    return np.abs(np.linalg.eigvals(W)).max()


def spectral_radius__right__eig(W):
    values, _ = np.linalg.eig(W)
    return max(abs(v) for v in values)


def spectral_radius__singular_value(W):
    return np.linalg.svd(W, compute_uv=False).max()


def spectral_radius__real_part(W):
    return np.linalg.eigvals(W).real.max()


def spectral_radius__real_part__absolute(W):
    return np.abs(np.linalg.eigvals(W).real).max()


def spectral_radius__other__symmetric(W):
    return np.abs(np.linalg.eigvalsh(W)).max()


def sigmoid_depth_bound__right__prod(weights):
    return np.prod(np.abs(weights) / 4)


def sigmoid_depth_bound__right__loop(weights):
    bound = 1.0
    for w in weights:
        bound *= abs(w) * 0.25
    return bound


def sigmoid_depth_bound__right__power(weights):
    return float(np.prod(np.abs(weights)) / 4.0 ** len(weights))


def sigmoid_depth_bound__signed(weights):
    return np.prod(weights) * 0.25 ** len(weights)


def sigmoid_depth_bound__quarter_missing(weights):
    return np.prod(np.abs(weights))


def sigmoid_depth_bound__other__one_quarter(weights):
    return np.prod(np.abs(weights)) / 4


def clip_by_norm__right__divided(g, threshold):
    n = np.linalg.norm(g.ravel())
    return g / max(1.0, n / threshold)


def clip_by_global_norm__right__concatenated(grads, threshold):
    flat = np.concatenate([g.ravel() for g in grads]) if len(grads) else np.zeros(1)
    n = np.linalg.norm(flat)
    s = min(1.0, threshold / n) if n else 1.0
    return ([g * s for g in grads], n)
