"""References, wrong functions and cases for activation functions and their derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Wrong

TITLE = "Activation functions and their derivatives"
NEEDS = (4,)

# Constants that code adds inside a logarithm, or lets nothing fall below.
_TINY = (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 2.0**-52)
_F = TypeVar("_F", bound=Callable[..., Any])


def _each_tiny(make: Callable[[float], _F]) -> tuple[_F, ...]:
    """What `make` makes of each constant, with EPS in its docstring replaced by it."""
    made = []
    for eps in _TINY:
        function = make(eps)
        function.__name__ += f"_at_{eps:.1e}"
        function.__doc__ = (function.__doc__ or "").replace("EPS", f"{eps:.3g}")
        made.append(function)
    return tuple(made)


ROOT = math.sqrt(2 / math.pi)
CUBIC = 0.044715


def sigmoid(x: Array) -> Array:
    decaying = np.exp(-np.abs(x))
    return np.where(np.asarray(x) >= 0, 1.0, decaying) / (1.0 + decaying)


def sigmoid_by_sides(x: Array) -> Array:
    x = np.asarray(x)
    right, left = np.exp(-np.maximum(x, 0.0)), np.exp(np.minimum(x, 0.0))
    return np.where(x > 0, 1.0 / (1.0 + right), left / (left + 1.0))


def sigmoid_from_its_log(x: Array) -> Array:
    return np.exp(-np.logaddexp(0.0, -np.asarray(x)))


def sigmoid__sign(x: Array) -> Array:
    """Uses e^x in the denominator, returning s(-x)."""
    return sigmoid(-np.asarray(x))


def sigmoid__sign_clipped(x: Array) -> Array:
    """Uses e^x in the denominator, returning s(-x), with x kept within 500 of 0."""
    return 1.0 / (1.0 + np.exp(np.clip(x, -500.0, 500.0)))


def sigmoid__sign_literal(x: Array) -> Array:
    """Evaluates 1 / (1 + e^x), which is s(-x) and overflows for large x."""
    return 1.0 / (1.0 + np.exp(x))


def sigmoid__tanh_range(x: Array) -> Array:
    """Returns 2 s(x) - 1, with values in (-1, 1)."""
    return 2.0 * sigmoid(x) - 1.0


def sigmoid__tanh_range_tanh(x: Array) -> Array:
    """Returns tanh(x), with values in (-1, 1)."""
    return np.tanh(x)


def sigmoid__tanh_range_literal(x: Array) -> Array:
    """Evaluates 2 / (1 + e^(-x)) - 1, with values in (-1, 1), which overflows for very negative x."""
    return 2.0 / (1.0 + np.exp(-np.asarray(x))) - 1.0


def sigmoid__hard(x: Array) -> Array:
    """Uses the piecewise linear clip(0.2 x + 0.5, 0, 1)."""
    return np.clip(0.2 * np.asarray(x) + 0.5, 0.0, 1.0)


def sigmoid__hard_sixth(x: Array) -> Array:
    """Uses the piecewise linear clip(x / 6 + 0.5, 0, 1)."""
    return np.clip(np.asarray(x) / 6.0 + 0.5, 0.0, 1.0)


def sigmoid__hard_tangent(x: Array) -> Array:
    """Uses the piecewise linear clip(0.25 x + 0.5, 0, 1)."""
    return np.clip(0.25 * np.asarray(x) + 0.5, 0.0, 1.0)


def sigmoid__overflow(x: Array) -> Array:
    """Evaluates exp(-x) for very negative x: the value is right but an overflow warning is raised."""
    return 1.0 / (1.0 + np.exp(-np.asarray(x)))


def sigmoid__overflow_right(x: Array) -> Array:
    """Evaluates e^x / (1 + e^x), which is inf / inf = nan for large x."""
    return np.exp(x) / (1.0 + np.exp(x))


def sigmoid__overflow_both(x: Array) -> Array:
    """Chooses between two forms with np.where, which evaluates both everywhere: right values, but they overflow."""
    x = np.asarray(x)
    return np.where(x >= 0, 1.0 / (1.0 + np.exp(-x)), np.exp(x) / (1.0 + np.exp(x)))


def sigmoid__shifted_output(x: Array) -> Array:
    """Clips the result to [1e-7, 1 - 1e-7]."""
    return np.clip(sigmoid(x), 1e-7, 1 - 1e-7)


def _sigmoid_clipped(eps: float) -> Callable[..., Array]:
    def sigmoid__shifted_output_to(x: Array) -> Array:
        """Clips the result to [EPS, 1 - EPS]."""
        return np.clip(sigmoid(x), eps, 1 - eps)

    return sigmoid__shifted_output_to


def sigmoid__shifted_output_literal(x: Array) -> Array:
    """Evaluates 1 / (1 + e^(-x)), which overflows for very negative x, and clips it to [1e-7, 1 - 1e-7]."""
    return np.clip(1.0 / (1.0 + np.exp(-np.asarray(x))), 1e-7, 1 - 1e-7)


def sigmoid_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("both signs", x=_both_signs(rng, 5))
    yield Case("matrix", x=_both_signs(rng, 3, 4))
    yield Case("three axes", x=_both_signs(rng, 2, 1, 3))
    yield Case("a zero among others", x=rng.permutation(np.append(_both_signs(rng, 3), 0.0)))
    yield Case("the number zero", x=0.0)
    yield Case("a negative number", x=float(rng.uniform(-2.5, -0.5)))
    yield Case("a positive number", x=float(rng.uniform(0.5, 2.5)))
    yield Case("near -22", kind="stability", x=rng.uniform(-24.0, -20.0, size=(2, 3)))
    yield Case("near -38", kind="stability", x=rng.uniform(-40.0, -36.0, size=4))
    yield Case("near 1e4", kind="stability", x=rng.uniform(0.8e4, 1.2e4, size=4))
    yield Case("near -1e4", kind="stability", x=-rng.uniform(0.8e4, 1.2e4, size=4))


def _both_signs(rng: np.random.Generator, *shape: int) -> Array:
    """Entries of both signs, at least 0.1 away from 0 and some beyond 1."""
    n = int(np.prod(shape))
    sizes = np.where(np.arange(n) % 4 < 2, rng.uniform(0.1, 1.0, size=n), rng.uniform(1.1, 2.5, size=n))
    return np.asarray(rng.permutation(sizes * np.where(np.arange(n) % 2, -1.0, 1.0)).reshape(shape))


def _upstream(rng: np.random.Generator, *shape: int) -> Array:
    """Upstream gradients of both signs, none near 0 and none near 1."""
    return rng.uniform(1.2, 2.5, size=shape) * rng.choice([-1.0, 1.0], size=shape)


def _four_quadrants(rng: np.random.Generator, *shape: int) -> dict[str, Array]:
    """Upstream gradients and inputs in all four combinations of signs, in random places."""
    n = int(np.prod(shape))
    places = rng.permutation(n)
    x = rng.uniform(0.1, 2.5, size=n) * np.where(places % 2, -1.0, 1.0)
    dout = rng.uniform(1.2, 2.5, size=n) * np.where(places % 4 < 2, -1.0, 1.0)
    return {"dout": dout.reshape(shape), "x": x.reshape(shape)}


def _backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    """What every smooth activation is tried on."""
    yield Case("both signs", dout=_upstream(rng, 5), x=_both_signs(rng, 5))
    yield Case("matrix", dout=_upstream(rng, 3, 4), x=_both_signs(rng, 3, 4))
    yield Case("three axes", dout=_upstream(rng, 2, 1, 3), x=_both_signs(rng, 2, 1, 3))
    yield Case("one entry", dout=_upstream(rng, 1), x=_both_signs(rng, 1))
    yield Case("x is zero", dout=_upstream(rng, 3), x=np.zeros(3))
    yield Case("a zero among others", dout=_upstream(rng, 4), x=np.append(_both_signs(rng, 3), 0.0))


def saturating_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield from _backward_cases(rng)
    far = rng.uniform(0.8e4, 1.2e4, size=4) * rng.permutation([-1.0, -1.0, 1.0, 1.0])
    yield Case("saturated", kind="stability", gradient=False, dout=_upstream(rng, 4), x=far)


def sigmoid_backward(dout: Array, x: Array) -> Array:
    s = sigmoid(x)
    return dout * s * (1 - s)


def sigmoid_backward_two_sides(dout: Array, x: Array) -> Array:
    """1 - s(x) is s(-x)."""
    return dout * sigmoid(x) * sigmoid(-x)


def sigmoid_backward_exponentials(dout: Array, x: Array) -> Array:
    decaying = np.exp(-np.abs(x))
    return dout * decaying / np.square(1 + decaying)


def sigmoid_backward__input_as_output(dout: Array, x: Array) -> Array:
    """Computes x (1 - x), treating the input as if it were s(x)."""
    return dout * x * (1 - x)


def sigmoid_backward__double_sigmoid(dout: Array, x: Array) -> Array:
    """Applies the sigmoid twice before using s (1 - s)."""
    s = sigmoid(sigmoid(x))
    return dout * s * (1 - s)


def sigmoid_backward__dout_ignored(dout: Array, x: Array) -> Array:
    """Returns the local derivative only."""
    s = sigmoid(x)
    return s * (1 - s)


def sigmoid_backward__sign(dout: Array, x: Array) -> Array:
    """Returns dout s (s - 1)."""
    s = sigmoid(x)
    return dout * s * (s - 1)


def sigmoid_backward__squared(dout: Array, x: Array) -> Array:
    """Returns dout s^2."""
    return dout * sigmoid(x) ** 2


def _tanh(x: Array) -> Array:
    return np.tanh(x)


def tanh_backward(dout: Array, x: Array) -> Array:
    return dout * (1 - np.tanh(x) ** 2)


def tanh_backward_factors(dout: Array, x: Array) -> Array:
    t = np.tanh(x)
    return (1 - t) * (1 + t) * dout


def tanh_backward_exponentials(dout: Array, x: Array) -> Array:
    """sech^2 = 4 e / (1 + e)^2 with e = exp(-2 |x|)."""
    decaying = np.exp(-2 * np.abs(x))
    return dout * 4 * decaying / (1 + decaying) ** 2


def tanh_backward__not_squared(dout: Array, x: Array) -> Array:
    """Uses 1 - tanh(x)."""
    return dout * (1 - np.tanh(x))


def tanh_backward__input_as_output(dout: Array, x: Array) -> Array:
    """Uses 1 - x^2, treating the input as if it were tanh(x)."""
    return dout * (1 - x**2)


def tanh_backward__dout_ignored(dout: Array, x: Array) -> Array:
    """Returns the local derivative only."""
    return 1 - np.tanh(x) ** 2


def tanh_backward__sech(dout: Array, x: Array) -> Array:
    """Uses 1 / cosh(x), not its square."""
    return dout / np.cosh(x)


def relu(x: Array) -> Array:
    return np.maximum(x, 0.0)


def relu_where(x: Array) -> Array:
    return np.where(x > 0, x, np.zeros_like(x))


def relu_half_sum(x: Array) -> Array:
    return (x + np.abs(x)) / 2


def relu_copy(x: Array) -> Array:
    out = x.copy()
    out[out < 0] = 0
    return out


def relu__absolute(x: Array) -> Array:
    """Returns |x|."""
    return np.abs(x)


def relu__leaky(x: Array) -> Array:
    """Lets 1% of the negative side through."""
    return np.where(x > 0, x, 0.01 * x)


def relu__leaky_tenth(x: Array) -> Array:
    """Lets 10% of the negative side through."""
    return np.where(x > 0, x, 0.1 * x)


def relu__leaky_fifth(x: Array) -> Array:
    """Lets 20% of the negative side through."""
    return np.where(x > 0, x, 0.2 * x)


def relu__minimum(x: Array) -> Array:
    """Returns min(x, 0)."""
    return np.minimum(x, 0.0)


def relu__capped(x: Array) -> Array:
    """Also clips at 1."""
    return np.clip(x, 0.0, 1.0)


def relu__capped_six(x: Array) -> Array:
    """Also clips at 6."""
    return np.clip(x, 0.0, 6.0)


def relu__in_place(x: Array) -> Array:
    """Writes the zeros into the caller's array."""
    x[x < 0] = 0.0
    return x


def relu_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("both signs", x=_both_signs(rng, 6))
    yield Case("matrix", x=_both_signs(rng, 3, 4))
    yield Case("three axes", x=_both_signs(rng, 2, 2, 3))
    yield Case("only negative", x=-rng.uniform(0.2, 2.0, size=4))
    yield Case("only positive", x=rng.uniform(0.2, 3.0, size=4))
    yield Case("far from zero", x=rng.uniform(7.0, 20.0, size=4) * rng.permutation([-1.0, 1.0, 1.0, 1.0]))
    yield Case("zeros of both signs", x=np.append(_both_signs(rng, 4), [0.0, -0.0]))
    yield Case("one entry", x=-rng.uniform(0.2, 2.0, size=1))


def relu_backward(dout: Array, x: Array) -> Array:
    return dout * (x > 0)


def relu_backward_where(dout: Array, x: Array) -> Array:
    return np.where(x > 0, dout, 0.0)


def relu_backward_copy(dout: Array, x: Array) -> Array:
    dx = dout.copy()
    dx[x <= 0] = 0
    return dx


def relu_backward__masks_dout(dout: Array, x: Array) -> Array:
    """Zeroes the gradient where dout is negative instead of where x is."""
    return dout * (dout > 0)


def relu_backward__masks_dout_too(dout: Array, x: Array) -> Array:
    """Zeroes the gradient where dout is negative as well as where x is."""
    return dout * (dout > 0) * (x > 0)


def relu_backward__open_at_zero(dout: Array, x: Array) -> Array:
    """Passes the gradient at x = 0 (x >= 0)."""
    return dout * (x >= 0)


def relu_backward__open_at_zero_half(dout: Array, x: Array) -> Array:
    """Passes half of the gradient at x = 0."""
    return dout * np.heaviside(x, 0.5)


def relu_backward__dout_ignored(dout: Array, x: Array) -> Array:
    """Returns the 0/1 mask."""
    return (x > 0).astype(float)


def relu_backward__dout_ignored_bool(dout: Array, x: Array) -> Array:
    """Returns the mask itself, as booleans."""
    return x > 0


def relu_backward__dout_ignored_int(dout: Array, x: Array) -> Array:
    """Returns the 0/1 mask, as integers."""
    return np.where(x > 0, 1, 0)


def relu_backward__times_activation(dout: Array, x: Array) -> Array:
    """Multiplies by relu(x) instead of its derivative."""
    return dout * np.maximum(x, 0.0)


def relu_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("all four combinations of signs", bind=_four_quadrants(rng, 8))
    yield Case("matrix", bind=_four_quadrants(rng, 3, 4))
    yield Case("three axes", bind=_four_quadrants(rng, 2, 2, 3))
    yield Case("all units on", dout=_upstream(rng, 4), x=rng.uniform(0.2, 2.0, size=4))
    yield Case("all units off", dout=_upstream(rng, 4), x=-rng.uniform(0.2, 2.0, size=4))
    yield Case("one entry", dout=-rng.uniform(1.2, 2.5, size=1), x=rng.uniform(1.2, 2.0, size=1))
    zeros = _four_quadrants(rng, 6)
    zeros["x"][rng.permutation(6)[:2]] = 0.0
    yield Case("x exactly zero", gradient=False, bind=zeros)


def _leaky_relu(x: Array, alpha: float = 0.01) -> Array:
    return np.where(x > 0, x, alpha * x)


def leaky_relu_backward(dout: Array, x: Array, alpha: float = 0.01) -> Array:
    return dout * np.where(x > 0, 1.0, alpha)


def leaky_relu_backward_copy(dout: Array, x: Array, alpha: float = 0.01) -> Array:
    dx = dout.copy()
    dx[x <= 0] *= alpha
    return dx


def leaky_relu_backward_two_parts(dout: Array, x: Array, alpha: float = 0.01) -> Array:
    """The identity with slope alpha, and a ReLU with slope 1 - alpha on top."""
    return alpha * dout + (1 - alpha) * dout * (x > 0)


def leaky_relu_backward__plain_relu(dout: Array, x: Array, alpha: float = 0.01) -> Array:
    """Gives 0 on the negative side."""
    return dout * (x > 0)


def leaky_relu_backward__value_as_slope(dout: Array, x: Array, alpha: float = 0.01) -> Array:
    """Uses alpha x as the derivative on the negative side."""
    return dout * np.where(x > 0, 1.0, alpha * x)


def leaky_relu_backward__value_as_slope_both(dout: Array, x: Array, alpha: float = 0.01) -> Array:
    """Uses the values of the forward function, x and alpha x, as its derivative."""
    return dout * np.where(x > 0, x, alpha * x)


def leaky_relu_backward__value_as_slope_alone(dout: Array, x: Array, alpha: float = 0.01) -> Array:
    """Returns alpha x itself on the negative side, without the upstream gradient."""
    return np.where(x > 0, dout, alpha * x)


def leaky_relu_backward__sides_swapped(dout: Array, x: Array, alpha: float = 0.01) -> Array:
    """Puts alpha on the positive side."""
    return dout * np.where(x > 0, alpha, 1.0)


def leaky_relu_backward__sides_swapped_zero(dout: Array, x: Array, alpha: float = 0.01) -> Array:
    """Puts alpha on the positive side and at 0."""
    return dout * np.where(x < 0, 1.0, alpha)


def leaky_relu_backward__sign_of_dout(dout: Array, x: Array, alpha: float = 0.01) -> Array:
    """Chooses the side by the sign of dout."""
    return dout * np.where(dout > 0, 1.0, alpha)


def leaky_relu_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("default slope", bind=_four_quadrants(rng, 8))
    yield Case("matrix, larger slope", bind=_four_quadrants(rng, 3, 4), alpha=float(rng.uniform(0.15, 0.4)))
    yield Case("negative slope", bind=_four_quadrants(rng, 2, 3), alpha=-float(rng.uniform(0.2, 0.6)))
    yield Case("slope zero is the ReLU", bind=_four_quadrants(rng, 6), alpha=0.0)
    yield Case("slope one is the identity", bind=_four_quadrants(rng, 5), alpha=1.0)
    yield Case("only negative inputs", dout=_upstream(rng, 4), x=-rng.uniform(0.2, 2.0, size=4))
    yield Case("one entry", dout=-rng.uniform(1.2, 2.5, size=1), x=-rng.uniform(1.2, 2.0, size=1), alpha=0.3)
    zeros = _four_quadrants(rng, 6)
    zeros["x"][rng.permutation(6)[:2]] = 0.0
    yield Case("x exactly zero", gradient=False, bind=zeros, alpha=float(rng.uniform(0.1, 0.3)))


def gelu(x: Array) -> Array:
    return 0.5 * x * (1 + np.tanh(ROOT * (x + CUBIC * x**3)))


def gelu_as_gate(x: Array) -> Array:
    """1 + tanh(u) = 2 s(2u)."""
    return x * sigmoid(2 * ROOT * x * (1 + CUBIC * x * x))


def gelu_loop(x: Array) -> Array:
    values = [0.5 * v * (1 + math.tanh(ROOT * v * (1 + CUBIC * v * v))) for v in x.ravel().tolist()]
    return np.reshape(values, x.shape)


def gelu__silu(x: Array) -> Array:
    """Returns x s(x)."""
    return x * sigmoid(x)


def gelu__no_half(x: Array) -> Array:
    """Leaves out the factor 0.5."""
    return x * (1 + np.tanh(ROOT * (x + CUBIC * x**3)))


def gelu__quadratic(x: Array) -> Array:
    """Uses x^2 instead of x^3 inside, which breaks the odd symmetry of the argument."""
    return 0.5 * x * (1 + np.tanh(ROOT * (x + CUBIC * x**2)))


def gelu__constant(x: Array) -> Array:
    """Uses sqrt(2 pi) instead of sqrt(2 / pi)."""
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 * math.pi) * (x + CUBIC * x**3)))


def gelu__constant_root_over_pi(x: Array) -> Array:
    """Uses sqrt(2) / pi instead of sqrt(2 / pi)."""
    return 0.5 * x * (1 + np.tanh(math.sqrt(2) / math.pi * (x + CUBIC * x**3)))


def gelu__constant_no_root(x: Array) -> Array:
    """Uses 2 / pi instead of sqrt(2 / pi)."""
    return 0.5 * x * (1 + np.tanh(2 / math.pi * (x + CUBIC * x**3)))


def gelu__constant_inverse(x: Array) -> Array:
    """Uses sqrt(pi / 2) instead of sqrt(2 / pi)."""
    return 0.5 * x * (1 + np.tanh(math.sqrt(math.pi / 2) * (x + CUBIC * x**3)))


def gelu__sigmoid_approx(x: Array) -> Array:
    """Uses x s(1.702 x), off by up to 0.02."""
    return x * sigmoid(1.702 * x)


def gelu_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("both signs", x=_both_signs(rng, 5))
    yield Case("matrix", x=_both_signs(rng, 3, 4))
    yield Case("three axes", x=_both_signs(rng, 1, 3, 2))
    yield Case("near the minimum", x=-0.75 + rng.uniform(-0.1, 0.1, size=3))
    yield Case("a zero among others", x=rng.permutation(np.append(_both_signs(rng, 3), 0.0)))
    yield Case(
        "far out on both sides", x=rng.permutation([-10.0, 10.0, float(rng.uniform(7, 9)), float(rng.uniform(-9, -7))])
    )
    yield Case("one entry", x=rng.uniform(0.5, 1.5, size=1))


def gelu_backward(dout: Array, x: Array) -> Array:
    t = np.tanh(ROOT * (x + CUBIC * x**3))
    slope_u = ROOT * (1 + 3 * CUBIC * x**2)
    return dout * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * slope_u)


def gelu_backward_staged(dout: Array, x: Array) -> Array:
    """One stage at a time: product, tanh, polynomial."""
    t = np.tanh(ROOT * (x + CUBIC * x * x * x))
    dx, dt = dout * 0.5 * (1 + t), dout * 0.5 * x
    du = dt - dt * t * t
    return dx + du * ROOT + du * ROOT * CUBIC * 3 * x * x


def gelu_backward_as_gate(dout: Array, x: Array) -> Array:
    """GELU is x s(v) with v = 2u."""
    s = sigmoid(2 * ROOT * (x + CUBIC * x**3))
    return dout * s * (1 + x * (1 - s) * 2 * ROOT * (1 + 3 * CUBIC * x**2))


def gelu_backward__outer_only(dout: Array, x: Array) -> Array:
    """Keeps 0.5 (1 + t) and drops the second term of the product rule."""
    t = np.tanh(ROOT * (x + CUBIC * x**3))
    return dout * 0.5 * (1 + t)


def gelu_backward__inner_missing(dout: Array, x: Array) -> Array:
    """Forgets the derivative of the argument of tanh."""
    t = np.tanh(ROOT * (x + CUBIC * x**3))
    return dout * (0.5 * (1 + t) + 0.5 * x * (1 - t**2))


def gelu_backward__inner_missing_polynomial(dout: Array, x: Array) -> Array:
    """Differentiates the argument of tanh as sqrt(2 / pi) x, without its cubic term."""
    t = np.tanh(ROOT * (x + CUBIC * x**3))
    return dout * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * ROOT)


def gelu_backward__inner_missing_root(dout: Array, x: Array) -> Array:
    """Forgets the factor sqrt(2 / pi) of the derivative of the argument of tanh."""
    t = np.tanh(ROOT * (x + CUBIC * x**3))
    return dout * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * (1 + 3 * CUBIC * x**2))


def gelu_backward__cubic_slope(dout: Array, x: Array) -> Array:
    """Uses 0.044715 x^2 where 3 * 0.044715 x^2 belongs."""
    t = np.tanh(ROOT * (x + CUBIC * x**3))
    return dout * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * ROOT * (1 + CUBIC * x**2))


def gelu_backward__cubic_slope_two(dout: Array, x: Array) -> Array:
    """Uses 2 * 0.044715 x^2 where 3 * 0.044715 x^2 belongs."""
    t = np.tanh(ROOT * (x + CUBIC * x**3))
    return dout * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * ROOT * (1 + 2 * CUBIC * x**2))


def gelu_backward__cubic_slope_linear(dout: Array, x: Array) -> Array:
    """Uses 3 * 0.044715 x where 3 * 0.044715 x^2 belongs."""
    t = np.tanh(ROOT * (x + CUBIC * x**3))
    return dout * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * ROOT * (1 + 3 * CUBIC * x))


def gelu_backward__dout_ignored(dout: Array, x: Array) -> Array:
    """Returns the local derivative."""
    t = np.tanh(ROOT * (x + CUBIC * x**3))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t**2) * ROOT * (1 + 3 * CUBIC * x**2)


def gelu_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield from _backward_cases(rng)
    far = rng.permutation([-10.0, 10.0, float(rng.uniform(7, 9)), float(rng.uniform(-9, -7))])
    yield Case("far out on both sides", dout=_upstream(rng, 4), x=far)


CHECKS = (
    Check(
        sigmoid,
        cases=sigmoid_cases,
        returns=("out: like x",),
        formula=r"s(x) = \frac{1}{1 + e^{-x}} = \frac{e^x}{1 + e^x}",
        alternates=(sigmoid_by_sides, sigmoid_from_its_log),
        forbids_warning=True,
        hints=(
            "For which sign of x is e^(-x) harmless, and which form of the formula has only e^x?",
            "Compute e^(-|x|) once, which is never above 1, and build both sides from it.",
        ),
        wrong=(
            Wrong(
                sigmoid__sign,
                id="sign",
                hint="The sigmoid increases.",
                also=(sigmoid__sign_literal, sigmoid__sign_clipped),
            ),
            Wrong(
                sigmoid__tanh_range,
                id="tanh-range",
                hint="A probability lives between 0 and 1.",
                also=(
                    sigmoid__tanh_range_tanh,
                    sigmoid__tanh_range_literal,
                ),
            ),
            Wrong(
                sigmoid__hard,
                id="hard",
                hint="The sigmoid is smooth, not a ramp.",
                also=(
                    sigmoid__hard_sixth,
                    sigmoid__hard_tangent,
                ),
            ),
            Wrong(
                sigmoid__overflow,
                id="overflow",
                hint="Choose the form whose exponent is never positive.",
                tags=("warning",),
                also=(
                    sigmoid__overflow_right,
                    sigmoid__overflow_both,
                ),
            ),
            Wrong(
                sigmoid__shifted_output,
                id="shifted-output",
                hint="Let the function saturate; the losses take care of the logs.",
                tags=("edge",),
                also=(
                    *_each_tiny(_sigmoid_clipped),
                    sigmoid__shifted_output_literal,
                ),
            ),
        ),
    ),
    Check(
        sigmoid_backward,
        cases=saturating_cases,
        returns=("dx: like x",),
        formula=r"\text{dx} = \text{dout} \cdot s \, (1 - s) \qquad s = s(x)",
        needs=(sigmoid,),
        alternates=(sigmoid_backward_two_sides, sigmoid_backward_exponentials),
        gradient=Gradient(of=sigmoid, wrt={"x": "dx"}),
        hints=(
            "Differentiate 1 / (1 + e^(-x)) and write the result with s = s(x) only.",
            "Compute s from x once; the local derivative is a product of two factors made of s. What does dout do with it?",
        ),
        wrong=(
            Wrong(
                sigmoid_backward__input_as_output,
                id="input-as-output",
                hint="The formula s(1-s) needs s = σ(x).",
            ),
            Wrong(
                sigmoid_backward__double_sigmoid,
                id="double-sigmoid",
                hint="Apply σ exactly once.",
            ),
            Wrong(
                sigmoid_backward__dout_ignored,
                id="dout-ignored",
                hint="Multiply by the gradient that arrives.",
            ),
            Wrong(
                sigmoid_backward__sign,
                id="sign",
                hint="The sigmoid increases, so its derivative is positive.",
            ),
            Wrong(
                sigmoid_backward__squared,
                id="squared",
                hint="Check at x = 0: the slope there is 1/4, and it vanishes on both sides.",
            ),
        ),
    ),
    Check(
        tanh_backward,
        cases=saturating_cases,
        returns=("dx: like x",),
        formula=r"\text{dx} = \text{dout} \cdot (1 - \tanh(x)^2)",
        alternates=(tanh_backward_factors, tanh_backward_exponentials),
        gradient=Gradient(of=_tanh, wrt={"x": "dx"}),
        hints=(
            "The derivative of tanh is a formula in its output. Which value must you compute from x first?",
            "At x = 0 the slope is 1, far out it is 0 on both sides: an even function of the output.",
        ),
        wrong=(
            Wrong(
                tanh_backward__not_squared,
                id="not-squared",
                hint="One minus the square.",
            ),
            Wrong(
                tanh_backward__input_as_output,
                id="input-as-output",
                hint="The square is of the output, not of the input.",
            ),
            Wrong(
                tanh_backward__dout_ignored,
                id="dout-ignored",
                hint="Multiply by the upstream gradient.",
            ),
            Wrong(
                tanh_backward__sech,
                id="sech",
                hint="The derivative of tanh is sech squared.",
            ),
        ),
    ),
    Check(
        relu,
        cases=relu_cases,
        returns=("out: like x",),
        formula=r"\text{out} = \max(x, 0)",
        alternates=(relu_where, relu_half_sum, relu_copy),
        hints=(
            "What should -3, 0 and 5 become?",
            "One NumPy function compares every entry with a number and keeps the larger; it returns a new array.",
        ),
        wrong=(
            Wrong(
                relu__absolute,
                id="absolute",
                hint="Negative inputs are switched off, not mirrored.",
            ),
            Wrong(
                relu__leaky,
                id="leaky",
                hint="ReLU is exactly zero on the left.",
                also=(
                    relu__leaky_tenth,
                    relu__leaky_fifth,
                ),
            ),
            Wrong(
                relu__minimum,
                id="minimum",
                hint="Keep the positive part.",
            ),
            Wrong(
                relu__capped,
                id="capped",
                hint="ReLU is not bounded above.",
                also=(relu__capped_six,),
            ),
            Wrong(
                relu__in_place,
                id="in-place",
                hint="Return a new array.",
                tags=("mutates",),
            ),
        ),
    ),
    Check(
        relu_backward,
        cases=relu_backward_cases,
        returns=("dx: like x",),
        formula=(
            r"\text{dx} = \begin{cases} \text{dout} & \text{where } x > 0 \\"
            r" 0 & \text{where } x \leq 0 \end{cases}"
        ),
        alternates=(relu_backward_where, relu_backward_copy),
        gradient=Gradient(of=relu, wrt={"x": "dx"}),
        hints=(
            "Move x a little: for which entries does the output of the ReLU move with it?",
            "Make a mask from x, with the convention for x = 0, and let dout through where it is true.",
        ),
        wrong=(
            Wrong(
                relu_backward__masks_dout,
                id="masks-dout",
                hint="The gate was decided in the forward pass, by x.",
                also=(relu_backward__masks_dout_too,),
            ),
            Wrong(
                relu_backward__open_at_zero,
                id="open-at-zero",
                hint="By convention the slope at 0 is 0.",
                also=(relu_backward__open_at_zero_half,),
            ),
            Wrong(
                relu_backward__dout_ignored,
                id="dout-ignored",
                hint="Multiply the mask by the upstream gradient.",
                also=(
                    relu_backward__dout_ignored_bool,
                    relu_backward__dout_ignored_int,
                ),
            ),
            Wrong(
                relu_backward__times_activation,
                id="times-activation",
                hint="The derivative is 0 or 1, not x.",
            ),
        ),
    ),
    Check(
        leaky_relu_backward,
        cases=leaky_relu_cases,
        returns=("dx: like x",),
        formula=(
            r"\text{dx} = \begin{cases} \text{dout} & \text{where } x > 0 \\"
            r" \alpha \cdot \text{dout} & \text{where } x \leq 0 \end{cases}"
        ),
        alternates=(leaky_relu_backward_copy, leaky_relu_backward_two_parts),
        gradient=Gradient(of=_leaky_relu, wrt={"x": "dx"}),
        hints=(
            "What are the slopes of the two straight pieces?",
            "Choose one of the two slopes for every entry, by x, and multiply dout by it. Which piece owns x = 0?",
        ),
        wrong=(
            Wrong(
                leaky_relu_backward__plain_relu,
                id="plain-relu",
                hint="A leaky unit never dies: the slope there is alpha.",
            ),
            Wrong(
                leaky_relu_backward__value_as_slope,
                id="value-as-slope",
                hint="Differentiate alpha·x.",
                also=(
                    leaky_relu_backward__value_as_slope_both,
                    leaky_relu_backward__value_as_slope_alone,
                ),
            ),
            Wrong(
                leaky_relu_backward__sides_swapped,
                id="sides-swapped",
                hint="The full slope is on the right.",
                also=(leaky_relu_backward__sides_swapped_zero,),
            ),
            Wrong(
                leaky_relu_backward__sign_of_dout,
                id="sign-of-dout",
                hint="The side is decided by x.",
            ),
        ),
    ),
    Check(
        gelu,
        cases=gelu_cases,
        returns=("out: like x",),
        formula=(
            r"\begin{aligned}"
            r" u &= \sqrt{\frac{2}{\pi}} \, (x + 0.044715 \, x^3) \\"
            r" \text{out} &= 0.5 \, x \, (1 + \tanh(u))"
            r" \end{aligned}"
        ),
        alternates=(gelu_as_gate, gelu_loop),
        hints=(
            "Compute u first. How does it grow with x, and is it odd or even?",
            "The factor 0.5 (1 + tanh(u)) lies between 0 and 1; it says how much of x passes.",
        ),
        wrong=(
            Wrong(
                gelu__silu,
                id="silu",
                hint="That is SiLU; GELU uses the Gaussian shape.",
            ),
            Wrong(
                gelu__no_half,
                id="no-half",
                hint="For large x the function must approach x, not 2x.",
            ),
            Wrong(
                gelu__quadratic,
                id="quadratic",
                hint="The correction term is cubic.",
            ),
            Wrong(
                gelu__constant,
                id="constant",
                hint="The scale inside tanh is about 0.798.",
                also=(
                    gelu__constant_root_over_pi,
                    gelu__constant_no_root,
                    gelu__constant_inverse,
                ),
            ),
            Wrong(
                gelu__sigmoid_approx,
                id="sigmoid-approx",
                hint="A different approximation: use the tanh one.",
            ),
        ),
    ),
    Check(
        gelu_backward,
        cases=gelu_backward_cases,
        returns=("dx: like x",),
        formula=(
            r"\begin{aligned}"
            r" u &= \sqrt{\frac{2}{\pi}} \, (x + 0.044715 \, x^3) \qquad t = \tanh(u) \\"
            r" u' &= \sqrt{\frac{2}{\pi}} \, (1 + 3 \cdot 0.044715 \, x^2) \\"
            r" \text{dx} &= \text{dout} \cdot [0.5 \, (1 + t) + 0.5 \, x \, (1 - t^2) \, u']"
            r" \end{aligned}"
        ),
        alternates=(gelu_backward_staged, gelu_backward_as_gate),
        gradient=Gradient(of=gelu, wrt={"x": "dx"}),
        hints=(
            "GELU is a product of two factors that both depend on x. Which two terms does the product rule give?",
            "In the second term the chain rule needs three things: the outer factor, the slope of tanh at u, and du/dx.",
            "Check your du/dx alone: what is the derivative of 0.044715 x^3?",
        ),
        wrong=(
            Wrong(
                gelu_backward__outer_only,
                id="outer-only",
                hint="x also appears inside tanh.",
            ),
            Wrong(
                gelu_backward__inner_missing,
                id="inner-missing",
                hint="Chain rule: differentiate u as well.",
                also=(
                    gelu_backward__inner_missing_polynomial,
                    gelu_backward__inner_missing_root,
                ),
            ),
            Wrong(
                gelu_backward__cubic_slope,
                id="cubic-slope",
                hint="The derivative of x³ is 3x².",
                also=(
                    gelu_backward__cubic_slope_two,
                    gelu_backward__cubic_slope_linear,
                ),
            ),
            Wrong(
                gelu_backward__dout_ignored,
                id="dout-ignored",
                hint="Multiply by the upstream gradient.",
            ),
        ),
    ),
)
