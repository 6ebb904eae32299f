import math

import numpy as np


def _sig(x):
    return 0.5 * (1 + np.tanh(0.5 * x))


def sigmoid__right__cs231n(x):
    x = np.asarray(x, dtype=float)
    pos = x >= 0
    z = np.zeros_like(x)
    z[pos] = np.exp(-x[pos])
    z[~pos] = np.exp(x[~pos])
    top = np.ones_like(x)
    top[~pos] = z[~pos]
    return top / (1 + z)


def sigmoid__right__where(x):
    e = np.exp(-np.abs(x))
    return np.where(np.asarray(x) >= 0, 1 / (1 + e), e / (1 + e))


def sigmoid__right__log_domain(x):
    return np.exp(-np.logaddexp(0, -np.asarray(x, dtype=float)))


def sigmoid__right__clipped_input(x):
    return 1.0 / (1.0 + np.exp(-np.clip(x, -500, 500)))


def sigmoid__overflow(x):
    return 1 / (1 + np.exp(-x))


def sigmoid__sign(x):
    return 1 / (1 + np.exp(np.clip(x, -500, 500)))


def sigmoid__shifted_output(x):
    s = 1 / (1 + np.exp(-np.clip(x, -500, 500)))
    return np.clip(s, 1e-15, 1 - 1e-15)


def sigmoid_backward__right__product(dout, x):
    s = _sig(x)
    return dout * s * (1 - s)


def sigmoid_backward__right__symmetric(dout, x):
    e = np.exp(-np.abs(x))
    return dout * e / (1 + e) ** 2


def sigmoid_backward__input_as_output(dout, x):
    return dout * x * (1 - x)


def sigmoid_backward__dout_ignored(dout, x):
    s = _sig(x)
    return s * (1 - s)


def sigmoid_backward__other__plus(dout, x):
    s = _sig(x)
    return dout * s * (1 + s)


def tanh_backward__right__factors(dout, x):
    t = np.tanh(x)
    return dout * (1 - t) * (1 + t)


def tanh_backward__right__exp(dout, x):
    e = np.exp(-2 * np.abs(x))
    return dout * 4 * e / (1 + e) ** 2


def tanh_backward__not_squared(dout, x):
    return dout * (1 - np.tanh(x))


def tanh_backward__sech(dout, x):
    return dout / np.cosh(x)


def tanh_backward__input_as_output(dout, x):
    return (1 - np.power(x, 2)) * dout


def relu__right__mask(x):
    return x * (x > 0)


def relu__right__copy(x):
    out = x.copy()
    out[out < 0] = 0
    return out


def relu__right__abs(x):
    return (np.abs(x) + x) / 2


def relu__right__clip(x):
    return np.clip(x, 0, None)


def relu__in_place(x):
    x[x < 0] = 0
    return x


def relu__leaky(x):
    return np.where(x > 0, x, 0.01 * x)


def relu__leaky__tenth(x):
    return np.where(x > 0, x, 0.1 * x)


def relu__capped__six(x):
    return np.minimum(np.maximum(0, x), 6)


def relu_backward__right__where(dout, x):
    return np.where(x > 0, dout, 0)


def relu_backward__right__copy(dout, x):
    dx = np.array(dout, copy=True)
    dx[x <= 0] = 0
    return dx


def relu_backward__right__heaviside(dout, x):
    return dout * np.heaviside(x, 0)


def relu_backward__open_at_zero(dout, x):
    dx = dout.copy()
    dx[x < 0] = 0
    return dx


def relu_backward__dout_ignored(dout, x):
    return (x > 0).astype(float)


def relu_backward__times_activation(dout, x):
    return dout * np.maximum(0, x)


def relu_backward__masks_dout(dout, x):
    dx = dout.copy()
    dx[dout < 0] = 0
    return dx


def leaky_relu_backward__right__where(dout, x, alpha=0.01):
    return np.where(x > 0, dout, alpha * dout)


def leaky_relu_backward__right__slope(dout, x, alpha=0.01):
    slope = np.ones_like(x)
    slope[x <= 0] = alpha
    return dout * slope


def leaky_relu_backward__right__loop(dout, x, alpha=0.01):
    out = np.empty(x.shape)
    for i, v in np.ndenumerate(x):
        out[i] = dout[i] * (1.0 if v > 0 else alpha)
    return out


def leaky_relu_backward__plain_relu(dout, x, alpha=0.01):
    return dout * (x > 0)


def leaky_relu_backward__value_as_slope(dout, x, alpha=0.01):
    return dout * np.where(x > 0, 1, alpha * x)


def leaky_relu_backward__other__at_zero(dout, x, alpha=0.01):
    return np.where(x >= 0, dout, alpha * dout)


def gelu__right__loop(x):
    c = math.sqrt(2 / math.pi)
    out = np.zeros(np.shape(x))
    for i, v in np.ndenumerate(x):
        out[i] = v / 2 * (1 + math.tanh(c * (v + 0.044715 * v**3)))
    return out


def gelu__right__sigmoid_form(x):
    u = np.sqrt(2 / np.pi) * x * (1 + 0.044715 * x * x)
    return x * _sig(2 * u)


def gelu__silu(x):
    return x / (1 + np.exp(-x))


def gelu__sigmoid_approx(x):
    return x / (1 + np.exp(-1.702 * x))


def gelu__other__erf(x):
    return np.vectorize(lambda v: v * 0.5 * (1 + math.erf(v / math.sqrt(2))), otypes=[float])(x)


def gelu__no_half(x):
    return x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def gelu_backward__right__chain(dout, x):
    c, k = math.sqrt(2 / math.pi), 0.044715
    u = c * (x + k * x**3)
    t = np.tanh(u)
    dt = dout * 0.5 * x
    du = dt * (1 - t**2)
    return dout * 0.5 * (1 + t) + du * c * (1 + 3 * k * x**2)


def gelu_backward__right__sigmoid_form(dout, x):
    a = 2 * np.sqrt(2 / np.pi)
    s = _sig(a * (x + 0.044715 * x**3))
    return dout * (s + x * s * (1 - s) * a * (1 + 0.134145 * x**2))


def gelu_backward__outer_only(dout, x):
    return dout * 0.5 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def gelu_backward__inner_missing(dout, x):
    t = np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))
    return dout * (0.5 * (1 + t) + 0.5 * x * (1 - t**2))


def gelu_backward__other__no_square(dout, x):
    c = np.sqrt(2 / np.pi)
    t = np.tanh(c * (x + 0.044715 * x**3))
    return dout * (0.5 * (1 + t) + 0.5 * x * (1 - t) * c * (1 + 3 * 0.044715 * x**2))
