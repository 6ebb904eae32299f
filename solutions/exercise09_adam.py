"""References, wrong functions and cases for momentum, RMSProp and Adam."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from grader.spec import Array, Case, Check, Value, Wrong

TITLE = "Momentum, RMSProp and Adam"
NEEDS = (8,)


# Momentum


def momentum_step(theta: Array, v: Array, g: Array, lr: float, mu: float = 0.9) -> tuple[Array, Array]:
    v = mu * v - lr * g
    return theta + v, v


def momentum_step_expanded(theta: Array, v: Array, g: Array, lr: float, mu: float = 0.9) -> tuple[Array, Array]:
    return theta - lr * g + mu * v, -(lr * g - mu * v)


def momentum_step_loop(theta: Array, v: Array, g: Array, lr: float, mu: float = 0.9) -> tuple[Array, Array]:
    new_theta, new_v = theta.copy(), v.copy()
    for index in np.ndindex(theta.shape):
        new_v[index] *= mu
        new_v[index] -= lr * g[index]
        new_theta[index] += new_v[index]
    return new_theta, new_v


def momentum_step__torch_form(theta: Array, v: Array, g: Array, lr: float, mu: float = 0.9) -> tuple[Array, Array]:
    """Keeps v <- mu v + g and steps by -lr v, so the velocity holds neither the rate nor the minus sign."""
    v = mu * v + g
    return theta - lr * v, v


def momentum_step__damped(theta: Array, v: Array, g: Array, lr: float, mu: float = 0.9) -> tuple[Array, Array]:
    """Multiplies the gradient by 1 - mu as well, as in a running average."""
    v = mu * v - (1.0 - mu) * lr * g
    return theta + v, v


def momentum_step__damped_rate_outside(
    theta: Array, v: Array, g: Array, lr: float, mu: float = 0.9
) -> tuple[Array, Array]:
    """Averages the gradients with weights mu and 1 - mu and steps by -lr times the average."""
    v = mu * v + (1.0 - mu) * g
    return theta - lr * v, v


def momentum_step__damped_downhill(theta: Array, v: Array, g: Array, lr: float, mu: float = 0.9) -> tuple[Array, Array]:
    """Averages the negative gradients with weights mu and 1 - mu and steps by lr times the average."""
    v = mu * v - (1.0 - mu) * g
    return theta + lr * v, v


def momentum_step__old_velocity(theta: Array, v: Array, g: Array, lr: float, mu: float = 0.9) -> tuple[Array, Array]:
    """Moves by the velocity from before the update."""
    return theta + v, mu * v - lr * g


def momentum_step__nesterov(theta: Array, v: Array, g: Array, lr: float, mu: float = 0.9) -> tuple[Array, Array]:
    """Applies the look-ahead form, theta - mu v_old + (1 + mu) v_new."""
    new = mu * v - lr * g
    return theta - mu * v + (1.0 + mu) * new, new


def momentum_step__sign(theta: Array, v: Array, g: Array, lr: float, mu: float = 0.9) -> tuple[Array, Array]:
    """Adds lr g to the velocity and climbs."""
    v = mu * v + lr * g
    return theta + v, v


def momentum_step__sign_of_both(theta: Array, v: Array, g: Array, lr: float, mu: float = 0.9) -> tuple[Array, Array]:
    """Adds lr g to the velocity and subtracts the velocity from theta."""
    v = mu * v + lr * g
    return theta - v, v


def momentum_step__sign_of_move(theta: Array, v: Array, g: Array, lr: float, mu: float = 0.9) -> tuple[Array, Array]:
    """Subtracts the velocity, which holds the minus sign already, and climbs."""
    v = mu * v - lr * g
    return theta - v, v


def momentum_step_cases(rng: np.random.Generator) -> Iterator[Case]:
    def arrays(*shape: int) -> dict[str, Value]:
        return {
            "theta": rng.normal(0.5, 1.0, shape),
            "v": rng.normal(0.2, 0.7, shape),
            "g": rng.normal(-0.3, 1.5, shape),
        }

    yield Case("default friction", lr=float(rng.uniform(0.1, 0.3)), **arrays(6))
    yield Case(
        "a matrix, little memory", lr=float(rng.uniform(0.2, 0.4)), mu=float(rng.uniform(0.3, 0.6)), **arrays(3, 4)
    )
    yield Case("a square matrix, a large rate", lr=float(rng.uniform(1.5, 2.0)), mu=0.7, **arrays(3, 3))
    yield Case("mu = 0 is gradient descent", lr=float(rng.uniform(0.3, 0.6)), mu=0.0, **arrays(5))
    rest = {**arrays(4), "v": np.zeros(4)}
    yield Case("the first step, from rest", lr=float(rng.uniform(0.2, 0.5)), **rest)
    coasting = {**arrays(2, 3), "g": np.zeros((2, 3))}
    yield Case("no gradient: rolls on", lr=0.3, mu=0.8, **coasting)
    yield Case("one parameter", lr=float(rng.uniform(0.1, 0.4)), mu=0.95, **arrays(1))


# RMSProp


def rmsprop_step(
    theta: Array, s: Array, g: Array, lr: float, rho: float = 0.9, eps: float = 1e-8
) -> tuple[Array, Array]:
    s = rho * s + (1.0 - rho) * g**2
    return theta - lr * g / (np.sqrt(s) + eps), s


def rmsprop_step_moved_average(
    theta: Array, s: Array, g: Array, lr: float, rho: float = 0.9, eps: float = 1e-8
) -> tuple[Array, Array]:
    average = s + (1.0 - rho) * (g * g - s)
    step = g / np.add(np.power(average, 0.5), eps)
    return theta + step * (-lr), average


def rmsprop_step_loop(
    theta: Array, s: Array, g: Array, lr: float, rho: float = 0.9, eps: float = 1e-8
) -> tuple[Array, Array]:
    new_theta, new_s = np.zeros_like(theta), np.zeros_like(s)
    for index in np.ndindex(theta.shape):
        new_s[index] = math.fsum((rho * s[index], (1.0 - rho) * g[index] ** 2))
        new_theta[index] = theta[index] - g[index] * (lr / (math.sqrt(new_s[index]) + eps))
    return new_theta, new_s


def rmsprop_step__not_squared(
    theta: Array, s: Array, g: Array, lr: float, rho: float = 0.9, eps: float = 1e-8
) -> tuple[Array, Array]:
    """Accumulates g instead of its square."""
    s = rho * s + (1.0 - rho) * g
    return theta - lr * g / (np.sqrt(s) + eps), s


def rmsprop_step__not_squared_absolute(
    theta: Array, s: Array, g: Array, lr: float, rho: float = 0.9, eps: float = 1e-8
) -> tuple[Array, Array]:
    """Accumulates |g| instead of the square."""
    s = rho * s + (1.0 - rho) * np.abs(g)
    return theta - lr * g / (np.sqrt(s) + eps), s


def rmsprop_step__not_squared_nor_rooted(
    theta: Array, s: Array, g: Array, lr: float, rho: float = 0.9, eps: float = 1e-8
) -> tuple[Array, Array]:
    """Accumulates |g| instead of the square and divides by it without a root."""
    s = rho * s + (1.0 - rho) * np.abs(g)
    return theta - lr * g / (s + eps), s


def rmsprop_step__no_root(
    theta: Array, s: Array, g: Array, lr: float, rho: float = 0.9, eps: float = 1e-8
) -> tuple[Array, Array]:
    """Divides by s instead of its root."""
    s = rho * s + (1.0 - rho) * g**2
    return theta - lr * g / (s + eps), s


def rmsprop_step__eps_inside(
    theta: Array, s: Array, g: Array, lr: float, rho: float = 0.9, eps: float = 1e-8
) -> tuple[Array, Array]:
    """Puts eps under the root."""
    s = rho * s + (1.0 - rho) * g**2
    return theta - lr * g / np.sqrt(s + eps), s


def rmsprop_step__eps_inside_state(
    theta: Array, s: Array, g: Array, lr: float, rho: float = 0.9, eps: float = 1e-8
) -> tuple[Array, Array]:
    """Adds eps to the average itself, under the root and in the result."""
    s = rho * s + (1.0 - rho) * g**2 + eps
    return theta - lr * g / np.sqrt(s), s


def rmsprop_step__rho_swapped(
    theta: Array, s: Array, g: Array, lr: float, rho: float = 0.9, eps: float = 1e-8
) -> tuple[Array, Array]:
    """Weights the new value by rho and the old average by 1 - rho."""
    s = (1.0 - rho) * s + rho * g**2
    return theta - lr * g / (np.sqrt(s) + eps), s


def rmsprop_step__old_average(
    theta: Array, s: Array, g: Array, lr: float, rho: float = 0.9, eps: float = 1e-8
) -> tuple[Array, Array]:
    """Divides by the average from before the update."""
    return theta - lr * g / (np.sqrt(s) + eps), rho * s + (1.0 - rho) * g**2


def rmsprop_step_cases(rng: np.random.Generator) -> Iterator[Case]:
    def arrays(*shape: int) -> dict[str, Value]:
        g = rng.choice([-1.0, 1.0], shape) * rng.uniform(0.3, 2.0, shape)
        return {"theta": rng.normal(0.4, 0.7, shape), "s": rng.uniform(0.3, 3.0, shape), "g": g}

    yield Case("default memory and eps", lr=float(rng.uniform(0.2, 0.5)), **arrays(6))
    yield Case(
        "a matrix, short memory", lr=float(rng.uniform(0.1, 0.3)), rho=float(rng.uniform(0.55, 0.7)), **arrays(3, 4)
    )
    yield Case(
        "a large eps", lr=float(rng.uniform(0.4, 0.8)), rho=0.8, eps=float(rng.uniform(0.2, 0.4)), **arrays(3, 3)
    )
    first = {**arrays(5), "s": np.zeros(5)}
    yield Case("the first step", lr=float(rng.uniform(0.1, 0.3)), **first)
    tiny = {name: factor * array for (name, array), factor in zip(arrays(4).items(), (0.0, 1e-16, 1e-8))}
    yield Case("gradients as small as eps", lr=float(rng.uniform(0.5, 1.0)), **tiny)
    still = {**arrays(2, 3), "g": np.zeros((2, 3)), "s": np.zeros((2, 3))}
    yield Case("g = 0 and s = 0: no step", lr=0.5, **still)
    yield Case("g = 0: no step, but the average fades", lr=0.4, **{**arrays(2, 4), "g": np.zeros((2, 4))})
    yield Case("one parameter", lr=float(rng.uniform(0.1, 0.4)), rho=0.95, **arrays(1))


# Adam


def adam_step(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array, int]:
    t = t + 1
    m = b1 * m + (1.0 - b1) * g
    v = b2 * v + (1.0 - b2) * g**2
    m_hat, v_hat = m / (1.0 - b1**t), v / (1.0 - b2**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, t


def adam_step_scaled_rate(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array, int]:
    """The corrections are moved into the rate and into eps (Kingma and Ba 2015, end of section 2)."""
    m, v, t = m + (1.0 - b1) * (g - m), v + (1.0 - b2) * (g * g - v), t + 1
    root = math.sqrt(1.0 - b2**t)
    return theta - (lr * root / (1.0 - b1**t)) * m / (np.sqrt(v) + eps * root), m, v, t


def adam_step_loop(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array, int]:
    new_theta, new_m, new_v = theta.copy(), m.copy(), v.copy()
    for index in np.ndindex(theta.shape):
        new_m[index] = b1 * m[index] + (1.0 - b1) * g[index]
        new_v[index] = b2 * v[index] + (1.0 - b2) * g[index] * g[index]
        spread = math.sqrt(new_v[index] / (1.0 - b2 ** (t + 1))) + eps
        new_theta[index] -= lr * new_m[index] / ((1.0 - b1 ** (t + 1)) * spread)
    return new_theta, new_m, new_v, t + 1


def adam_step__no_correction(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array, int]:
    """Uses m and v without the bias correction."""
    m = b1 * m + (1.0 - b1) * g
    v = b2 * v + (1.0 - b2) * g**2
    return theta - lr * m / (np.sqrt(v) + eps), m, v, t + 1


def adam_step__no_correction_of_v(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array, int]:
    """Corrects m but uses v without the bias correction."""
    t = t + 1
    m = b1 * m + (1.0 - b1) * g
    v = b2 * v + (1.0 - b2) * g**2
    return theta - lr * m / (1.0 - b1**t) / (np.sqrt(v) + eps), m, v, t


def adam_step__no_correction_of_m(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array, int]:
    """Corrects v but uses m without the bias correction."""
    t = t + 1
    m = b1 * m + (1.0 - b1) * g
    v = b2 * v + (1.0 - b2) * g**2
    return theta - lr * m / (np.sqrt(v / (1.0 - b2**t)) + eps), m, v, t


def adam_step__constant_correction(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array, int]:
    """Divides by 1 - beta instead of 1 - beta^t, which is right in the first step only."""
    m = b1 * m + (1.0 - b1) * g
    v = b2 * v + (1.0 - b2) * g**2
    m_hat, v_hat = m / (1.0 - b1), v / (1.0 - b2)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, t + 1


def adam_step__t_late(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array, int]:
    """Increments t after using it, so the first step divides by 1 - beta^0 = 0."""
    m = b1 * m + (1.0 - b1) * g
    v = b2 * v + (1.0 - b2) * g**2
    m_hat, v_hat = m / (1.0 - b1**t), v / (1.0 - b2**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, t + 1


def adam_step__t_late_and_never(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array, int]:
    """Never increments t, so the first step divides by 1 - beta^0 = 0."""
    m = b1 * m + (1.0 - b1) * g
    v = b2 * v + (1.0 - b2) * g**2
    m_hat, v_hat = m / (1.0 - b1**t), v / (1.0 - b2**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, t


def adam_step__t_late_raises(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array, int]:
    """Increments t after using it, so the first step computes the number 1 / (1 - beta^0), a ZeroDivisionError."""
    m = b1 * m + (1.0 - b1) * g
    v = b2 * v + (1.0 - b2) * g**2
    correct_m, correct_v = 1.0 / (1.0 - b1**t), 1.0 / (1.0 - b2**t)
    return theta - lr * m * correct_m / (np.sqrt(v * correct_v) + eps), m, v, t + 1


def adam_step__betas_swapped(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array, int]:
    """Uses b2 for the mean of the gradients and b1 for that of their squares."""
    t = t + 1
    m = b2 * m + (1.0 - b2) * g
    v = b1 * v + (1.0 - b1) * g**2
    m_hat, v_hat = m / (1.0 - b2**t), v / (1.0 - b1**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, t


def adam_step__betas_swapped_in_averages(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array, int]:
    """Swaps b1 and b2 in the two averages, but not in their corrections."""
    t = t + 1
    m = b2 * m + (1.0 - b2) * g
    v = b1 * v + (1.0 - b1) * g**2
    m_hat, v_hat = m / (1.0 - b1**t), v / (1.0 - b2**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, t


def adam_step__betas_swapped_in_corrections(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array, int]:
    """Swaps b1 and b2 in the two corrections, but not in the averages."""
    t = t + 1
    m = b1 * m + (1.0 - b1) * g
    v = b2 * v + (1.0 - b2) * g**2
    m_hat, v_hat = m / (1.0 - b2**t), v / (1.0 - b1**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, t


def adam_step__eps_inside(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array, int]:
    """Puts eps under the root."""
    t = t + 1
    m = b1 * m + (1.0 - b1) * g
    v = b2 * v + (1.0 - b2) * g**2
    m_hat, v_hat = m / (1.0 - b1**t), v / (1.0 - b2**t)
    return theta - lr * m_hat / np.sqrt(v_hat + eps), m, v, t


def adam_step__eps_inside_before_correction(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array, int]:
    """Puts eps under the root, where the correction divides it too."""
    t = t + 1
    m = b1 * m + (1.0 - b1) * g
    v = b2 * v + (1.0 - b2) * g**2
    return theta - lr * m / (1.0 - b1**t) / np.sqrt((v + eps) / (1.0 - b2**t)), m, v, t


def adam_step__no_square(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array, int]:
    """Accumulates |g| in v instead of the square."""
    t = t + 1
    m = b1 * m + (1.0 - b1) * g
    v = b2 * v + (1.0 - b2) * np.abs(g)
    m_hat, v_hat = m / (1.0 - b1**t), v / (1.0 - b2**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, t


def adam_step__no_square_signed(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array, int]:
    """Accumulates g itself in v, whose root is nan where it is negative."""
    t = t + 1
    m = b1 * m + (1.0 - b1) * g
    v = b2 * v + (1.0 - b2) * g
    m_hat, v_hat = m / (1.0 - b1**t), v / (1.0 - b2**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, t


def _adam_arrays(rng: np.random.Generator, *shape: int) -> dict[str, Value]:
    """Parameters, non-zero moments such as a few steps leave behind, and a gradient of both signs."""
    signs = rng.choice([-1.0, 1.0], (2, *shape))
    return {
        "theta": rng.normal(0.4, 0.7, shape),
        "m": signs[0] * rng.uniform(0.2, 0.9, shape),
        "v": rng.uniform(0.3, 1.5, shape),
        "g": signs[1] * rng.uniform(0.4, 1.6, shape),
    }


def adam_step_cases(rng: np.random.Generator) -> Iterator[Case]:
    def arrays(*shape: int, **given: float) -> dict[str, Value]:
        """As drawn, with some of the arrays multiplied by a factor."""
        return {name: given.get(name, 1.0) * array for name, array in _adam_arrays(rng, *shape).items()}

    lr = float(rng.uniform(0.2, 0.5))
    yield Case("all defaults, from theta = 0", t=4, **arrays(6, theta=0.0))
    yield Case("own rates and memories", t=2, lr=lr, b1=0.7, b2=0.85, **arrays(3, 4))
    yield Case("a large eps", t=6, lr=lr, b1=0.8, b2=0.9, eps=float(rng.uniform(0.2, 0.5)), **arrays(3, 3))
    yield Case("the very first step", t=0, **arrays(5, theta=0.0, m=0.0, v=0.0))
    yield Case("a first step away from 0", t=0, lr=lr, b2=0.95, **arrays(2, 3, m=0.0, v=0.0))
    yield Case("gradients as small as eps", t=3, lr=lr, **arrays(4, theta=0.0, m=1e-8, v=1e-16, g=1e-8))
    yield Case("after a thousand steps", t=1000, lr=lr, **arrays(4, theta=0.5))
    yield Case("no gradient: the memory moves on", t=9, lr=lr, b1=0.85, b2=0.98, **arrays(2, 4, g=0.0))
    yield Case("no gradient and no memory: no step", t=1, lr=lr, **arrays(3, m=0.0, v=0.0, g=0.0))
    yield Case("one parameter", t=1, lr=lr, b1=0.6, b2=0.9, **arrays(1))


def adamw_step(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    wd: float = 0.01,
) -> tuple[Array, Array, Array, int]:
    new, m, v, t = adam_step(theta, m, v, t, g, lr, b1, b2, eps)
    return new - lr * wd * theta, m, v, t


def adamw_step_shrunk_first(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    wd: float = 0.01,
) -> tuple[Array, Array, Array, int]:
    return adam_step_scaled_rate((1.0 - lr * wd) * theta, m, v, t, g, lr, b1, b2, eps)


def adamw_step_loop(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    wd: float = 0.01,
) -> tuple[Array, Array, Array, int]:
    step, m, v, t = adam_step_loop(np.zeros_like(theta), m, v, t, g, 1.0, b1, b2, eps)
    new = np.empty_like(theta)
    for index in np.ndindex(theta.shape):
        new[index] = theta[index] + lr * (step[index] - wd * theta[index])
    return new, m, v, t


def adamw_step__coupled(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    wd: float = 0.01,
) -> tuple[Array, Array, Array, int]:
    """Adds wd theta to the gradient, so the decay is rescaled by the root of v (L2 in Adam)."""
    return adam_step(theta, m, v, t, g + wd * theta, lr, b1, b2, eps)


def adamw_step__coupled_after_averages(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    wd: float = 0.01,
) -> tuple[Array, Array, Array, int]:
    """Adds wd theta to the corrected mean, so the decay is rescaled by the root of v."""
    t = t + 1
    m = b1 * m + (1.0 - b1) * g
    v = b2 * v + (1.0 - b2) * g**2
    m_hat, v_hat = m / (1.0 - b1**t), v / (1.0 - b2**t)
    return theta - lr * (m_hat + wd * theta) / (np.sqrt(v_hat) + eps), m, v, t


def adamw_step__decays_new(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    wd: float = 0.01,
) -> tuple[Array, Array, Array, int]:
    """Decays the parameter that the Adam step has already updated."""
    new, m, v, t = adam_step(theta, m, v, t, g, lr, b1, b2, eps)
    return new - lr * wd * new, m, v, t


def adamw_step__rate_missing(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    wd: float = 0.01,
) -> tuple[Array, Array, Array, int]:
    """Subtracts wd theta without the learning rate."""
    new, m, v, t = adam_step(theta, m, v, t, g, lr, b1, b2, eps)
    return new - wd * theta, m, v, t


def adamw_step__grows(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    wd: float = 0.01,
) -> tuple[Array, Array, Array, int]:
    """Adds the decay, so weights grow."""
    new, m, v, t = adam_step(theta, m, v, t, g, lr, b1, b2, eps)
    return new + lr * wd * theta, m, v, t


def adamw_step_cases(rng: np.random.Generator) -> Iterator[Case]:
    def arrays(*shape: int, **given: float) -> dict[str, Value]:
        return {name: given.get(name, 1.0) * array for name, array in _adam_arrays(rng, *shape).items()}

    lr, wd = float(rng.uniform(0.2, 0.4)), float(rng.uniform(0.15, 0.3))
    yield Case("a large rate and decay", t=3, lr=0.5, wd=0.5, **arrays(6))
    yield Case("default decay, a large rate", t=5, lr=0.8, **arrays(3, 4))
    yield Case("default rate, a large decay", t=2, wd=float(rng.uniform(3.0, 5.0)), **arrays(5))
    yield Case("own memories and eps", t=2, lr=lr, b1=0.7, b2=0.8, eps=0.3, wd=wd, **arrays(3, 3))
    yield Case("the very first step", t=0, lr=lr, wd=wd, **arrays(4, m=0.0, v=0.0))
    yield Case("gradients as small as eps", t=4, lr=lr, wd=wd, **arrays(4, m=1e-8, v=1e-16, g=1e-8))
    yield Case("wd = 0 is Adam", t=7, lr=lr, wd=0.0, **arrays(2, 3))
    yield Case("no gradient: the weights still shrink", t=6, lr=lr, wd=wd, **arrays(2, 4, m=0.0, g=0.0))
    yield Case("after a thousand steps", t=1000, lr=lr, wd=wd, **arrays(3))
    yield Case("one parameter", t=1, lr=lr, b1=0.6, b2=0.9, wd=wd, **arrays(1))


# The schedule


def warmup_cosine(t: int, base_lr: float, warmup: int, total: int) -> float:
    if t < warmup:
        return base_lr * (t + 1) / warmup
    if t >= total:
        return 0.0
    return 0.5 * base_lr * (1.0 + math.cos(math.pi * (t - warmup) / (total - warmup)))


def warmup_cosine_half_angle(t: int, base_lr: float, warmup: int, total: int) -> float:
    if t >= total:
        return 0.0
    if t >= warmup:
        return float(base_lr * np.cos(np.pi / 2 * (t - warmup) / (total - warmup)) ** 2)
    return (t + 1) * (base_lr / warmup)


def warmup_cosine_table(t: int, base_lr: float, warmup: int, total: int) -> float:
    rising = [base_lr / warmup * step for step in range(1, warmup + 1)]
    phase = np.arange(total - warmup) / max(total - warmup, 1)
    rates = [*rising, *(base_lr / 2 + base_lr / 2 * np.sin(np.pi / 2 - np.pi * phase))]
    return float(rates[t]) if t < total else 0.0


def warmup_cosine__zero_start(t: int, base_lr: float, warmup: int, total: int) -> float:
    """Uses t / warmup, so the first step has rate 0."""
    if t < warmup:
        return base_lr * t / warmup
    if t >= total:
        return 0.0
    return 0.5 * base_lr * (1.0 + math.cos(math.pi * (t - warmup) / (total - warmup)))


def warmup_cosine__warmup_counted(t: int, base_lr: float, warmup: int, total: int) -> float:
    """Starts the cosine at step 0, so the rate jumps after the warm-up."""
    if t < warmup:
        return base_lr * (t + 1) / warmup
    if t >= total:
        return 0.0
    return 0.5 * base_lr * (1.0 + math.cos(math.pi * t / total))


def warmup_cosine__warmup_counted_in_length(t: int, base_lr: float, warmup: int, total: int) -> float:
    """Counts the warm-up into the length of the cosine, which is not at 0 when the schedule ends."""
    if t < warmup:
        return base_lr * (t + 1) / warmup
    if t >= total:
        return 0.0
    return 0.5 * base_lr * (1.0 + math.cos(math.pi * (t - warmup) / total))


def warmup_cosine__warmup_counted_in_steps(t: int, base_lr: float, warmup: int, total: int) -> float:
    """Counts the warm-up into the steps of the cosine, which is past 0 when the schedule ends."""
    if t < warmup:
        return base_lr * (t + 1) / warmup
    if t >= total:
        return 0.0
    return 0.5 * base_lr * (1.0 + math.cos(math.pi * t / (total - warmup)))


def warmup_cosine__half_missing(t: int, base_lr: float, warmup: int, total: int) -> float:
    """Leaves out the factor 1/2 of the cosine."""
    if t < warmup:
        return base_lr * (t + 1) / warmup
    if t >= total:
        return 0.0
    return base_lr * (1.0 + math.cos(math.pi * (t - warmup) / (total - warmup)))


def warmup_cosine__rises_again(t: int, base_lr: float, warmup: int, total: int) -> float:
    """Keeps following the cosine after the end, where it rises again."""
    if t < warmup:
        return base_lr * (t + 1) / warmup
    return 0.5 * base_lr * (1.0 + math.cos(math.pi * (t - warmup) / (total - warmup)))


def warmup_cosine_cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(name: str, t: int, warmup: int, total: int) -> Case:
        return Case(name, t=t, base_lr=float(rng.uniform(0.2, 1.8)), warmup=warmup, total=total)

    warmup, length = int(rng.integers(4, 9)), int(rng.integers(11, 20))
    total = warmup + length
    yield case("the first step", 0, warmup, total)
    yield case("half-way up", warmup // 2, warmup, total)
    yield case("the last step of the warm-up", warmup - 1, warmup, total)
    yield case("the top", warmup, warmup, total)
    yield case("on the way down", warmup + length // 3, warmup, total)
    yield case("the last step", total - 1, warmup, total)
    yield case("the end", total, warmup, total)
    yield case("soon after the end", total + int(rng.integers(2, 5)), warmup, total)
    yield case("long after the end", total + length, warmup, total)
    yield case("no warm-up, the first step", 0, 0, length)
    yield case("no warm-up, on the way down", length // 2 + 1, 0, length)
    yield case("a warm-up of one step", 0, 1, length)
    yield case("nothing but warm-up, at its end", warmup, warmup, warmup)


CHECKS = (
    Check(
        momentum_step,
        cases=momentum_step_cases,
        returns=("theta: D", "v: D"),
        formula=(
            r"\begin{aligned}"
            r" \text{v\_new} &= \mu \, v - \text{lr} \cdot g \\"
            r" \theta\text{\_new} &= \theta + \text{v\_new}"
            r" \end{aligned}"
        ),
        args={"theta": "D", "v": "D", "g": "D"},
        wrong=(
            Wrong(
                momentum_step__torch_form,
                id="torch-form",
                hint="The velocity here already contains the rate and the minus sign.",
                tags=("variant",),
                variant_of="PyTorch",
            ),
            Wrong(
                momentum_step__damped,
                id="damped",
                hint="Momentum accumulates; it does not average.",
                also=(
                    momentum_step__damped_rate_outside,
                    momentum_step__damped_downhill,
                ),
            ),
            Wrong(
                momentum_step__old_velocity,
                id="old-velocity",
                hint="Update the velocity first, then move.",
            ),
            Wrong(
                momentum_step__nesterov,
                id="nesterov",
                hint="Classical momentum has no look-ahead.",
            ),
            Wrong(
                momentum_step__sign,
                id="sign",
                hint="The velocity points downhill.",
                also=(
                    momentum_step__sign_of_both,
                    momentum_step__sign_of_move,
                ),
            ),
        ),
        alternates=(momentum_step_expanded, momentum_step_loop),
        hints=(
            "Two lines, one for each thing that is remembered. Which of them needs the result of the other?",
            "A ball that rolls: what is left of its velocity after one step without any gradient?",
        ),
    ),
    Check(
        rmsprop_step,
        cases=rmsprop_step_cases,
        returns=("theta: D", "s: D"),
        formula=(
            r"\begin{aligned}"
            r" \text{s\_new} &= \rho \, s + (1 - \rho) \, g^2 \\"
            r" \theta\text{\_new} &= \theta - \text{lr} \cdot \frac{g}{\sqrt{\text{s\_new}} + \epsilon}"
            r" \end{aligned}"
        ),
        args={"theta": "D", "s": "D", "g": "D"},
        wrong=(
            Wrong(
                rmsprop_step__not_squared,
                id="not-squared",
                hint="The memory is of squared gradients.",
                also=(
                    rmsprop_step__not_squared_absolute,
                    rmsprop_step__not_squared_nor_rooted,
                ),
            ),
            Wrong(
                rmsprop_step__no_root,
                id="no-root",
                hint="The root restores the units of the gradient.",
            ),
            Wrong(
                rmsprop_step__eps_inside,
                id="eps-inside",
                hint="Add eps after the root.",
                tags=("edge",),
                also=(rmsprop_step__eps_inside_state,),
            ),
            Wrong(
                rmsprop_step__rho_swapped,
                id="rho-swapped",
                hint="The old average keeps most of the weight.",
            ),
            Wrong(
                rmsprop_step__old_average,
                id="old-average",
                hint="Update s first.",
            ),
        ),
        alternates=(rmsprop_step_moved_average, rmsprop_step_loop),
        hints=(
            "With rho = 0.9, what share of the new average comes from the new squared gradient?",
            "Is the gradient divided by the average from before or from after this step?",
            "What does the fraction become where both g and s are 0, and what keeps it from being nan?",
        ),
    ),
    Check(
        adam_step,
        cases=adam_step_cases,
        returns=("theta: D", "m: D", "v: D", "t:"),
        formula=(
            r"\begin{aligned}"
            r" \text{t\_new} &= t + 1 \\"
            r" \text{m\_new} &= b_1 m + (1 - b_1) \, g \qquad \hat{m} = \text{m\_new} / (1"
            r" - b_1^{\text{t\_new}}) \\"
            r" \text{v\_new} &= b_2 v + (1 - b_2) \, g^2 \qquad \hat{v} = \text{v\_new} / (1"
            r" - b_2^{\text{t\_new}}) \\"
            r" \theta\text{\_new} &= \theta - \text{lr} \cdot \frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon}"
            r" \end{aligned}"
        ),
        args={"theta": "D", "m": "D", "v": "D", "g": "D"},
        wrong=(
            Wrong(
                adam_step__no_correction,
                id="no-correction",
                hint="The averages start at zero; divide by 1 - β^t.",
                also=(
                    adam_step__no_correction_of_v,
                    adam_step__no_correction_of_m,
                ),
            ),
            Wrong(
                adam_step__constant_correction,
                id="constant-correction",
                hint="The correction fades as t grows: the exponent is the step.",
                tags=("edge",),
            ),
            Wrong(
                adam_step__t_late,
                id="t-late",
                hint="Count the step before correcting.",
                also=(
                    adam_step__t_late_and_never,
                    adam_step__t_late_raises,
                ),
            ),
            Wrong(
                adam_step__betas_swapped,
                id="betas-swapped",
                hint="The squares have the longer memory.",
                also=(
                    adam_step__betas_swapped_in_averages,
                    adam_step__betas_swapped_in_corrections,
                ),
            ),
            Wrong(
                adam_step__eps_inside,
                id="eps-inside",
                hint="Add eps after the root.",
                tags=("edge",),
                also=(adam_step__eps_inside_before_correction,),
            ),
            Wrong(
                adam_step__no_square,
                id="no-square",
                hint="v averages squared gradients.",
                also=(adam_step__no_square_signed,),
            ),
        ),
        alternates=(adam_step_scaled_rate, adam_step_loop),
        hints=(
            "Write the six lines of the formula in their order. Which t do the corrections see?",
            "In the very first step m = (1 - b1) g. What must it be divided by to become g?",
            "Which m and v do you return: the running averages, or the corrected copies?",
        ),
    ),
    Check(
        adamw_step,
        cases=adamw_step_cases,
        returns=("theta: D", "m: D", "v: D", "t:"),
        formula=(
            r"\theta\text{\_new} = \theta - \text{lr} \cdot \frac{\hat{m}}{\sqrt{\hat{v}}"
            r" + \epsilon} - \text{lr} \cdot \text{wd} \cdot \theta"
        ),
        args={"theta": "D", "m": "D", "v": "D", "g": "D"},
        wrong=(
            Wrong(
                adamw_step__coupled,
                id="coupled",
                hint="Decoupled decay acts on the weights directly.",
                also=(adamw_step__coupled_after_averages,),
            ),
            Wrong(
                adamw_step__decays_new,
                id="decays-new",
                hint="Shrink the old parameter.",
            ),
            Wrong(
                adamw_step__rate_missing,
                id="rate-missing",
                hint="The decay is scaled by the learning rate.",
            ),
            Wrong(
                adamw_step__grows,
                id="grows",
                hint="Decay shrinks weights.",
            ),
        ),
        alternates=(adamw_step_shrunk_first, adamw_step_loop),
        needs=(adam_step,),
        hints=(
            "Which of the four results of adam_step change when weight decay is added, and which stay?",
            "With g = 0 and m = 0, by which factor does theta shrink in one step?",
        ),
    ),
    Check(
        warmup_cosine,
        cases=warmup_cosine_cases,
        returns=("lr:",),
        formula=(
            r"\begin{cases} \text{base\_lr} \cdot \frac{t + 1}{\text{warmup}}"
            r" & t < \text{warmup} \\"
            r" \frac{1}{2} \, \text{base\_lr} \cdot \left(1 + \cos \frac{\pi \, (t"
            r" - \text{warmup})}{\text{total} - \text{warmup}}\right) & \text{warmup} \leq t < \text{total} \\"
            r" 0 & t \geq \text{total} \end{cases}"
        ),
        wrong=(
            Wrong(
                warmup_cosine__zero_start,
                id="zero-start",
                hint="The first step must already move.",
            ),
            Wrong(
                warmup_cosine__warmup_counted,
                id="warmup-counted",
                hint="The cosine begins when the warm-up ends.",
                tags=("edge",),
                also=(
                    warmup_cosine__warmup_counted_in_length,
                    warmup_cosine__warmup_counted_in_steps,
                ),
            ),
            Wrong(
                warmup_cosine__half_missing,
                id="half-missing",
                hint="The cosine term runs from 2 to 0.",
                tags=("edge",),
            ),
            Wrong(
                warmup_cosine__rises_again,
                id="rises-again",
                hint="The schedule ends at 0 and stays there.",
                tags=("edge",),
            ),
        ),
        alternates=(warmup_cosine_half_angle, warmup_cosine_table),
        hints=(
            "Three stretches of time, three formulas. Which one applies at t = 0, at t = warmup, at t = total?",
            "How far along the cosine is step t, counted from the end of the warm-up, as a share between 0 and 1?",
        ),
    ),
)
