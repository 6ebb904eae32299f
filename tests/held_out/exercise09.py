import math

import numpy as np


def momentum_step__right__plain(theta, v, g, lr, mu=0.9):
    velocity = mu * v - lr * g
    return theta + velocity, velocity


def momentum_step__right__copies(theta, v, g, lr, mu=0.9):
    new_theta, new_v = theta.copy(), v.copy()
    new_v *= mu
    new_v -= lr * g
    new_theta += new_v
    return [new_theta, new_v]


def momentum_step__torch_form(theta, v, g, lr, mu=0.9):
    v = mu * v + g
    return theta - lr * v, v


def momentum_step__sign__both_ways(theta, v, g, lr, mu=0.9):
    v = mu * v + lr * g
    return theta - v, v


def momentum_step__damped(theta, v, g, lr, mu=0.9):
    v = mu * v - (1 - mu) * lr * g
    return theta + v, v


def momentum_step__old_velocity(theta, v, g, lr, mu=0.9):
    new_theta = theta + v
    return new_theta, mu * v - lr * g


def momentum_step__nesterov(theta, v, g, lr, mu=0.9):
    v_prev = v
    v = mu * v - lr * g
    return theta - mu * v_prev + (1 + mu) * v, v


def rmsprop_step__right__plain(theta, s, g, lr, rho=0.9, eps=1e-8):
    s = s + (1 - rho) * (g * g - s)
    return theta - lr / (np.sqrt(s) + eps) * g, s


def rmsprop_step__right__loop(theta, s, g, lr, rho=0.9, eps=1e-8):
    new, cache = np.zeros_like(theta), np.zeros_like(s)
    for i in np.ndindex(theta.shape):
        cache[i] = rho * s[i] + (1 - rho) * g[i] ** 2
        new[i] = theta[i] - lr * g[i] / (math.sqrt(cache[i]) + eps)
    return new, cache


def rmsprop_step__eps_inside(theta, s, g, lr, rho=0.9, eps=1e-8):
    s = rho * s + (1 - rho) * g**2
    return theta - lr * g / np.sqrt(s + eps), s


def rmsprop_step__rho_swapped(theta, s, g, lr, rho=0.9, eps=1e-8):
    s = (1 - rho) * s + rho * g**2
    return theta - lr * g / (np.sqrt(s) + eps), s


def rmsprop_step__other__adagrad(theta, s, g, lr, rho=0.9, eps=1e-8):
    s = s + g**2
    return theta - lr * g / (np.sqrt(s) + eps), s


def rmsprop_step__no_root(theta, s, g, lr, rho=0.9, eps=1e-8):
    s = rho * s + (1 - rho) * g**2
    return theta - lr * g / (s + eps), s


def adam_step__right__alpha_t(theta, m, v, t, g, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    t = t + 1
    m = m + (1 - b1) * (g - m)
    v = v + (1 - b2) * (g * g - v)
    root = np.sqrt(v) / math.sqrt(1 - b2**t)
    return theta - lr / (1 - b1**t) * m / (root + eps), m, v, t


def adam_step__right__dict(theta, m, v, t, g, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    step = int(t) + 1
    state = {"m": np.add(b1 * m, (1 - b1) * g), "v": np.add(b2 * v, (1 - b2) * np.square(g))}
    hat = {k: state[k] / (1 - b**step) for k, b in zip("mv", (b1, b2))}
    update = -lr * hat["m"] / (eps + hat["v"] ** 0.5)
    return (theta + update, state["m"], state["v"], step)


def adam_step__no_correction(theta, m, v, t, g, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g**2
    return theta - lr * m / (np.sqrt(v) + eps), m, v, t + 1


def adam_step__t_late(theta, m, v, t, g, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g**2
    mh, vh = m / (1 - b1**t), v / (1 - b2**t)
    t += 1
    return theta - lr * mh / (np.sqrt(vh) + eps), m, v, t


def adam_step__constant_correction(theta, m, v, t, g, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g**2
    return theta - lr * (m / (1 - b1)) / (np.sqrt(v / (1 - b2)) + eps), m, v, t + 1


def adam_step__other__hats_returned(theta, m, v, t, g, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    t += 1
    m = (b1 * m + (1 - b1) * g) / (1 - b1**t)
    v = (b2 * v + (1 - b2) * g**2) / (1 - b2**t)
    return theta - lr * m / (np.sqrt(v) + eps), m, v, t


def adam_step__eps_inside(theta, m, v, t, g, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    t += 1
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g**2
    return theta - lr * (m / (1 - b1**t)) / np.sqrt(v / (1 - b2**t) + eps), m, v, t


def adam_step__other__t_not_returned(theta, m, v, t, g, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    k = t + 1
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g**2
    return theta - lr * (m / (1 - b1**k)) / (np.sqrt(v / (1 - b2**k)) + eps), m, v, t


def adamw_step__right__pytorch(theta, m, v, t, g, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
    t += 1
    p = theta * (1 - lr * wd)
    m = m * b1 + g * (1 - b1)
    v = v * b2 + g * g * (1 - b2)
    denom = np.sqrt(v) / np.sqrt(1 - b2**t) + eps
    return p - (lr / (1 - b1**t)) * m / denom, m, v, t


def adamw_step__right__sum(theta, m, v, t, g, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
    t = t + 1
    m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
    direction = (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps) + wd * theta
    return theta - lr * direction, m, v, t


def adamw_step__coupled(theta, m, v, t, g, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
    g = g + wd * theta
    t += 1
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g**2
    return theta - lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps), m, v, t


def adamw_step__decays_new(theta, m, v, t, g, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
    t += 1
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g**2
    theta = theta - lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps)
    theta = theta - lr * wd * theta
    return theta, m, v, t


def adamw_step__rate_missing(theta, m, v, t, g, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
    t += 1
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g**2
    return theta * (1 - wd) - lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps), m, v, t


def adamw_step__other__no_decay(theta, m, v, t, g, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
    t += 1
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g**2
    return theta - lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps), m, v, t


def warmup_cosine__right__branches(t, base_lr, warmup, total):
    if t >= total:
        return 0.0
    if t < warmup:
        return base_lr * (t + 1) / warmup
    progress = (t - warmup) / (total - warmup)
    return base_lr * 0.5 * (1.0 + math.cos(math.pi * progress))


def warmup_cosine__right__half_angle(t, base_lr, warmup, total):
    if t < warmup:
        return (t + 1) / warmup * base_lr
    if t < total:
        return base_lr * np.cos(np.pi / 2 * (t - warmup) / (total - warmup)) ** 2
    return 0


def warmup_cosine__zero_start(t, base_lr, warmup, total):
    if t < warmup:
        return base_lr * t / warmup
    if t >= total:
        return 0.0
    return 0.5 * base_lr * (1 + np.cos(np.pi * (t - warmup) / (total - warmup)))


def warmup_cosine__warmup_counted(t, base_lr, warmup, total):
    if t < warmup:
        return base_lr * (t + 1) / warmup
    if t >= total:
        return 0.0
    return 0.5 * base_lr * (1 + np.cos(np.pi * t / total))


def warmup_cosine__rises_again(t, base_lr, warmup, total):
    if t < warmup:
        return base_lr * (t + 1) / warmup
    return 0.5 * base_lr * (1 + np.cos(np.pi * (t - warmup) / (total - warmup)))


def warmup_cosine__other__rises_to_base_later(t, base_lr, warmup, total):
    if t < warmup:
        return base_lr * (t + 1) / (warmup + 1)
    if t >= total:
        return 0.0
    return 0.5 * base_lr * (1 + np.cos(np.pi * (t - warmup) / (total - warmup)))
