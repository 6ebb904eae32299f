"""References, wrong functions and cases for logarithms and stable sums."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np

from grader.spec import Array, Case, Check, Wrong

TITLE = "Logarithms and stable sums"
NEEDS = ()

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


def log_likelihood(p: Array) -> float:
    with np.errstate(divide="ignore"):
        return float(np.sum(np.log(p)))


def log_likelihood_loop(p: Array) -> float:
    total = 0.0
    for probability in p:
        total += math.log(probability) if probability > 0 else -math.inf
    return total


def log_likelihood_mask(p: Array) -> float:
    if np.any(p == 0):
        return -math.inf
    return float(np.log(p).sum())


def log_likelihood__product_first(p: Array) -> float:
    """Takes the log of the product, which underflows to 0 for a few hundred small factors."""
    return float(np.log(np.prod(p)))


def log_likelihood__wrong_base(p: Array) -> float:
    """Uses log10, so the value is off by the factor 1 / ln 10."""
    return float(np.sum(np.log10(p)))


def log_likelihood__wrong_base_two(p: Array) -> float:
    """Uses log2, so the value is off by the factor 1 / ln 2."""
    return float(np.sum(np.log2(p)))


def log_likelihood__mean_not_sum(p: Array) -> float:
    """Averages the logs, so the value is n times too small in magnitude."""
    if p.size == 0:
        return 0.0
    return float(np.mean(np.log(p)))


def log_likelihood__mean_not_sum_of_nothing(p: Array) -> float:
    """Averages the logs, so the value is n times too small in magnitude and that of no events is nan."""
    return float(np.mean(np.log(p)))


def log_likelihood__eps_inside(p: Array) -> float:
    """Adds 1e-8 inside the log, so an impossible event costs 18.4 instead of being impossible."""
    return float(np.sum(np.log(p + 1e-8)))


def _log_likelihood_added(eps: float) -> Callable[..., float]:
    def log_likelihood__eps_inside_added(p: Array) -> float:
        """Adds EPS inside the log, so an impossible event has a finite cost."""
        return float(np.sum(np.log(p + eps)))

    return log_likelihood__eps_inside_added


def _log_likelihood_floor(eps: float) -> Callable[..., float]:
    def log_likelihood__eps_inside_floor(p: Array) -> float:
        """Lets no probability fall below EPS, so an impossible event has a finite cost."""
        return float(np.sum(np.log(np.maximum(p, eps))))

    return log_likelihood__eps_inside_floor


def log_likelihood__negated(p: Array) -> float:
    """Returns the negative log-likelihood."""
    return float(-np.sum(np.log(p)))


def log_likelihood__negated_apart_from_zero(p: Array) -> float:
    """Returns the negative log-likelihood, except for an impossible event."""
    if np.any(p == 0):
        return -math.inf
    return float(-np.sum(np.log(p)))


def likelihood_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("five probabilities", p=rng.uniform(0.05, 0.95, size=5))
    yield Case("small probabilities", p=rng.uniform(1e-5, 1e-3, size=4))
    yield Case("a certain event among others", p=np.append(rng.uniform(0.1, 0.9, size=6), 1.0))
    yield Case("one probability", p=rng.uniform(0.1, 0.6, size=1))
    impossible = rng.uniform(0.1, 0.9, size=4)
    impossible[rng.integers(4)] = 0.0
    yield Case("an impossible event", p=impossible)
    yield Case("only impossible events", p=np.zeros(2))
    yield Case("no events", p=np.zeros(0))
    yield Case("product underflows", kind="stability", p=rng.uniform(5e-4, 2e-3, size=400))


def logsumexp(x: Array, axis: int = -1, keepdims: bool = False) -> Array:
    m = np.max(x, axis=axis, keepdims=True)
    m = np.where(np.isfinite(m), m, 0.0)  # -inf - -inf is nan: a slice of only -inf needs no shift
    with np.errstate(divide="ignore"):
        out = m + np.log(np.sum(np.exp(x - m), axis=axis, keepdims=True))
    return out if keepdims else np.squeeze(out, axis=axis)


def logsumexp_pairwise(x: Array, axis: int = -1, keepdims: bool = False) -> Array:
    """The log of a sum of two exponentials, again and again."""
    out = np.asarray(np.logaddexp.reduce(x, axis=axis))
    return np.expand_dims(out, axis) if keepdims else out


def logsumexp_largest_apart(x: Array, axis: int = -1, keepdims: bool = False) -> Array:
    """The largest term counts 1; log1p takes the others."""
    ordered = np.sort(np.moveaxis(x, axis, -1), axis=-1)
    top, rest = ordered[..., -1:], ordered[..., :-1]
    shifted = np.subtract(rest, top, out=np.full_like(rest, -np.inf), where=np.isfinite(rest))
    out = top + np.log1p(np.sum(np.exp(shifted), axis=-1, keepdims=True))
    return np.moveaxis(out, -1, axis) if keepdims else out[..., 0]


def logsumexp_loop(x: Array, axis: int = -1, keepdims: bool = False) -> Array:
    def one(row: Array) -> float:
        m = float(row.max())
        if m == -math.inf:
            return m
        return m + math.log(math.fsum(math.exp(entry - m) for entry in row))

    out = np.apply_along_axis(one, axis, x)
    return np.expand_dims(out, axis) if keepdims else out


def logsumexp__no_shift(x: Array, axis: int = -1, keepdims: bool = False) -> Array:
    """Exponentiates x directly, so 1e4 overflows to inf and -1e4 gives log 0."""
    return np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims))


def logsumexp__global_max(x: Array, axis: int = -1, keepdims: bool = False) -> Array:
    """Subtracts the maximum of the whole array, so a row far below it underflows to log 0."""
    m = np.max(x)
    m = m if np.isfinite(m) else 0.0
    return m + np.log(np.sum(np.exp(x - m), axis=axis, keepdims=keepdims))


def logsumexp__global_max_unguarded(x: Array, axis: int = -1, keepdims: bool = False) -> Array:
    """Subtracts the maximum of the whole array, -inf too, so a row far below it underflows and only -inf gives nan."""
    m = np.max(x)
    return m + np.log(np.sum(np.exp(x - m), axis=axis, keepdims=keepdims))


def logsumexp__shift_not_restored(x: Array, axis: int = -1, keepdims: bool = False) -> Array:
    """Returns log sum exp(x - m) and forgets to add m back."""
    m = np.max(x, axis=axis, keepdims=True)
    m = np.where(np.isfinite(m), m, 0.0)
    return np.log(np.sum(np.exp(x - m), axis=axis, keepdims=keepdims))


def logsumexp__shift_not_restored_unguarded(x: Array, axis: int = -1, keepdims: bool = False) -> Array:
    """Returns log sum exp(x - m) and forgets to add m back; a row of only -inf gives nan."""
    m = np.max(x, axis=axis, keepdims=True)
    return np.log(np.sum(np.exp(x - m), axis=axis, keepdims=keepdims))


def logsumexp__wrong_axis(x: Array, axis: int = -1, keepdims: bool = False) -> Array:
    """Reduces over axis 0 whatever the axis argument says."""
    m = np.max(x, axis=0, keepdims=True)
    m = np.where(np.isfinite(m), m, 0.0)
    out = m + np.log(np.sum(np.exp(x - m), axis=0, keepdims=True))
    return out if keepdims else np.squeeze(out, axis=0)


def logsumexp__wrong_axis_unguarded(x: Array, axis: int = -1, keepdims: bool = False) -> Array:
    """Reduces over axis 0 whatever the axis argument says; only -inf gives nan."""
    m = np.max(x, axis=0, keepdims=True)
    out = m + np.log(np.sum(np.exp(x - m), axis=0, keepdims=True))
    return out if keepdims else np.squeeze(out, axis=0)


def logsumexp__wrong_axis_last(x: Array, axis: int = -1, keepdims: bool = False) -> Array:
    """Reduces over the last axis whatever the axis argument says."""
    m = np.max(x, axis=-1, keepdims=True)
    m = np.where(np.isfinite(m), m, 0.0)
    out = m + np.log(np.sum(np.exp(x - m), axis=-1, keepdims=True))
    return out if keepdims else np.squeeze(out, axis=-1)


def logsumexp__wrong_axis_everything(x: Array, axis: int = -1, keepdims: bool = False) -> Array:
    """Reduces over every axis whatever the axis argument says."""
    m = np.max(x) if np.isfinite(np.max(x)) else 0.0
    return m + np.log(np.sum(np.exp(x - m), keepdims=keepdims))


def logsumexp__log_mean_exp(x: Array, axis: int = -1, keepdims: bool = False) -> Array:
    """Averages the exponentials, so the value is too small by log n."""
    m = np.max(x, axis=axis, keepdims=True)
    m = np.where(np.isfinite(m), m, 0.0)
    out = m + np.log(np.mean(np.exp(x - m), axis=axis, keepdims=True))
    return out if keepdims else np.squeeze(out, axis=axis)


def logsumexp__log_mean_exp_unguarded(x: Array, axis: int = -1, keepdims: bool = False) -> Array:
    """Averages the exponentials, so the value is too small by log n; a row of only -inf gives nan."""
    m = np.max(x, axis=axis, keepdims=True)
    out = m + np.log(np.mean(np.exp(x - m), axis=axis, keepdims=True))
    return out if keepdims else np.squeeze(out, axis=axis)


def logsumexp_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(*shape: int) -> Array:
        return rng.normal(0.5, 1.5, size=shape)

    yield Case("rows", x=draw(3, 4))
    yield Case("square", x=draw(4, 4))
    yield Case("down the columns", x=draw(3, 5), axis=0)
    yield Case("keeps the reduced axis", x=draw(4, 3), keepdims=True)
    yield Case("middle of three axes, kept", x=draw(2, 4, 3), axis=1, keepdims=True)
    yield Case("cube, first axis", x=draw(3, 3, 3), axis=0)
    yield Case("one vector", x=draw(5) + 2.0)
    yield Case("one entry a row", x=draw(4, 1) + 2.0)
    yield Case("one row", x=draw(1, 3) + 2.0)
    some = draw(3, 4) + 2.0
    some[0, rng.integers(4)] = some[2, rng.integers(4)] = -np.inf
    yield Case("a term of minus infinity", x=some)
    empty = draw(3, 4) + 2.0
    empty[rng.integers(3)] = -np.inf
    yield Case("a row of only minus infinity", x=empty)
    yield Case("only minus infinity", x=np.full(3, -np.inf))
    yield Case("logits near 1e4", kind="stability", x=1e4 + 3 * draw(3, 4))
    yield Case("logits near -1e4", kind="stability", x=-1e4 + 3 * draw(4, 3))
    gap = np.array([1e4, -1e4, 0.0]) + rng.uniform(-50.0, 50.0, size=3)
    yield Case("a gap of 2e4 in a row", kind="stability", x=np.stack([rng.permutation(gap) for _ in range(2)]))
    apart = draw(3, 4) + 4.0
    apart[rng.integers(3)] += 1e4
    yield Case("maxima 1e4 apart", kind="stability", scale="row", x=apart)


def softplus(x: Array) -> Array:
    return np.maximum(x, 0.0) + np.log(1.0 + np.exp(-np.abs(x)))


def softplus_two_terms(x: Array) -> Array:
    """A log-sum-exp of 0 and x."""
    return np.logaddexp(0.0, x)


def softplus_by_sides(x: Array) -> Array:
    decaying = np.log1p(np.exp(np.where(np.asarray(x) > 0, -np.asarray(x), x)))
    return np.where(np.asarray(x) > 0, x + decaying, decaying)


def softplus__overflow(x: Array) -> Array:
    """Evaluates log(1 + exp(x)) literally, giving inf for x above 710."""
    return np.log(1.0 + np.exp(x))


def softplus__sign_flipped(x: Array) -> Array:
    """Uses e^(-x) where e^x belongs, returning softplus(-x)."""
    return np.maximum(-x, 0.0) + np.log(1.0 + np.exp(-np.abs(x)))


def softplus__sign_flipped_literal(x: Array) -> Array:
    """Uses e^(-x) where e^x belongs, in the literal formula: log(1 + e^(-x)), inf far left."""
    return np.log(1.0 + np.exp(-np.asarray(x)))


def softplus__missing_abs(x: Array) -> Array:
    """Leaves out the absolute value in the exponent, so negative x is counted twice."""
    return np.maximum(x, 0.0) + np.log(1.0 + np.exp(-x))


def softplus__missing_abs_positive(x: Array) -> Array:
    """Leaves out the absolute value and its minus sign, so positive x is counted twice."""
    return np.maximum(x, 0.0) + np.log(1.0 + np.exp(x))


def softplus__hard(x: Array) -> Array:
    """Returns max(x, 0) only, losing log 2 at the origin."""
    return np.maximum(x, 0.0)


def softplus_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case(
        "both signs", x=rng.permutation(np.append(rng.uniform(0.3, 3.0, size=3), rng.uniform(-3.0, -0.3, size=2)))
    )
    yield Case("matrix", x=rng.normal(0.4, 1.5, size=(3, 4)))
    yield Case("three axes", x=rng.normal(-0.4, 1.0, size=(2, 1, 3)))
    yield Case("only negative", x=rng.uniform(-3.0, -0.5, size=4))
    yield Case("a zero among others", x=rng.permutation(np.append(rng.uniform(-2.0, 2.0, size=4), 0.0)))
    yield Case("the number zero", x=0.0)
    yield Case("a positive number", x=float(rng.uniform(0.5, 2.0)))
    yield Case("a negative number", x=float(rng.uniform(-2.0, -0.5)))
    yield Case("0-d array", x=np.array(rng.uniform(-2.0, 2.0)))
    yield Case("nearly the identity", x=rng.uniform(3.5, 9.0, size=4))
    yield Case("tens to hundreds", x=rng.uniform(35.0, 600.0, size=3))
    yield Case("beyond the overflow of exp", kind="stability", x=rng.uniform(0.8e4, 1.2e4, size=3))
    yield Case("far left", kind="stability", x=-rng.uniform(0.8e4, 1.2e4, size=3))


def log_sigmoid(x: Array) -> Array:
    return -softplus(-np.asarray(x))


def log_sigmoid_two_terms(x: Array) -> Array:
    return -np.logaddexp(0.0, -np.asarray(x))


def log_sigmoid_linear_part(x: Array) -> Array:
    """min(x, 0) is the straight part."""
    return np.minimum(x, 0.0) - np.log1p(np.exp(-np.abs(x)))


def log_sigmoid__log_of_sigmoid(x: Array) -> Array:
    """Takes the log after the sigmoid has underflowed to 0, giving -inf on the far left."""
    return np.log(1.0 / (1.0 + np.exp(-np.asarray(x))))


def log_sigmoid__floored(x: Array) -> Array:
    """Adds 1e-12 inside the log, so nothing can fall below -27.6."""
    return np.log(1.0 / (1.0 + np.exp(-np.asarray(x))) + 1e-12)


def _log_sigmoid_added(eps: float) -> Callable[..., Array]:
    def log_sigmoid__floored_added(x: Array) -> Array:
        """Adds EPS inside the log, so nothing can fall below the log of that."""
        return np.log(1.0 / (1.0 + np.exp(-np.asarray(x))) + eps)

    return log_sigmoid__floored_added


def _log_sigmoid_floor(eps: float) -> Callable[..., Array]:
    def log_sigmoid__floored_maximum(x: Array) -> Array:
        """Lets the sigmoid not fall below EPS, so nothing can fall below the log of that."""
        return np.log(np.maximum(1.0 / (1.0 + np.exp(-np.asarray(x))), eps))

    return log_sigmoid__floored_maximum


def log_sigmoid__sign_lost(x: Array) -> Array:
    """Returns softplus(-x), the negative of the log-probability."""
    return softplus(-np.asarray(x))


def log_sigmoid__sign_lost_literal(x: Array) -> Array:
    """Returns log(1 + e^(-x)), the negative of the log-probability, inf far left."""
    return np.log(1.0 + np.exp(-np.asarray(x)))


def log_sigmoid__other_class(x: Array) -> Array:
    """Returns -softplus(x), which is log(1 - s(x))."""
    return -softplus(x)


def log_sigmoid__other_class_literal(x: Array) -> Array:
    """Returns log(1 - s(x)), the log-probability of the other class, -inf far right."""
    return np.log(1.0 - 1.0 / (1.0 + np.exp(-np.asarray(x))))


def log_sigmoid_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case(
        "both signs", x=rng.permutation(np.append(rng.uniform(0.3, 3.0, size=2), rng.uniform(-3.0, -0.3, size=3)))
    )
    yield Case("matrix", x=rng.normal(-0.4, 1.5, size=(4, 3)))
    yield Case("three axes", x=rng.normal(0.4, 1.0, size=(1, 3, 2)))
    yield Case("a zero among others", x=rng.permutation(np.append(rng.uniform(-2.0, 2.0, size=3), 0.0)))
    yield Case("a negative number", x=float(rng.uniform(-2.0, -0.5)))
    yield Case("a positive number", x=float(rng.uniform(0.5, 1.5)))
    yield Case("nearly the logit itself", x=-rng.uniform(3.5, 9.0, size=4))
    wrong = np.append(rng.uniform(25.0, 60.0, size=5), rng.uniform(1.0, 3.0))  # the last one keeps e^x above rounding
    yield Case("confidently wrong", x=-rng.permutation(wrong).reshape(2, 3))
    yield Case("logits near -1e4", kind="stability", x=-rng.uniform(0.8e4, 1.2e4, size=4))
    yield Case("logits near 1e4", kind="stability", x=rng.uniform(0.8e4, 1.2e4, size=4))


def entropy(p: Array, axis: int = -1) -> Array:
    return -np.sum(p * np.log(np.where(p > 0, p, 1.0)), axis=axis)


def entropy_masked_log(p: Array, axis: int = -1) -> Array:
    surprise = -np.log(p, out=np.zeros_like(p), where=p > 0)
    return np.asarray(np.add.reduce(p * surprise, axis=axis))


def entropy_loop(p: Array, axis: int = -1) -> Array:
    def one(row: Array) -> float:
        return sum(-share * math.log(share) for share in row if share > 0)

    return np.apply_along_axis(one, axis, p)


def entropy__zero_times_log_zero(p: Array, axis: int = -1) -> Array:
    """Multiplies 0 by -inf and returns nan for a one-hot row."""
    return -np.sum(p * np.log(p), axis=axis)


def entropy__bits(p: Array, axis: int = -1) -> Array:
    """Uses log2 and returns bits."""
    return -np.sum(p * np.log2(np.where(p > 0, p, 1.0)), axis=axis)


def entropy__bits_unguarded(p: Array, axis: int = -1) -> Array:
    """Uses log2 and returns bits; 0 log 0 gives nan."""
    return -np.sum(p * np.log2(p), axis=axis)


def entropy__no_minus(p: Array, axis: int = -1) -> Array:
    """Forgets the leading minus sign."""
    return np.sum(p * np.log(np.where(p > 0, p, 1.0)), axis=axis)


def entropy__no_minus_unguarded(p: Array, axis: int = -1) -> Array:
    """Forgets the leading minus sign; 0 log 0 gives nan."""
    return np.sum(p * np.log(p), axis=axis)


def entropy__mean_over_classes(p: Array, axis: int = -1) -> Array:
    """Averages over the classes instead of summing."""
    return -np.mean(p * np.log(np.where(p > 0, p, 1.0)), axis=axis)


def entropy__mean_over_classes_unguarded(p: Array, axis: int = -1) -> Array:
    """Averages over the classes instead of summing; 0 log 0 gives nan."""
    return -np.mean(p * np.log(p), axis=axis)


def entropy__wrong_axis(p: Array, axis: int = -1) -> Array:
    """Reduces over the last axis whatever the axis argument says."""
    return -np.sum(p * np.log(np.where(p > 0, p, 1.0)), axis=-1)


def entropy__wrong_axis_second(p: Array, axis: int = -1) -> Array:
    """Reduces over axis 1 whatever the axis argument says, which a single distribution does not have."""
    return -np.sum(p * np.log(np.where(p > 0, p, 1.0)), axis=1)


def entropy__wrong_axis_first(p: Array, axis: int = -1) -> Array:
    """Reduces over axis 0 whatever the axis argument says."""
    return -np.sum(p * np.log(np.where(p > 0, p, 1.0)), axis=0)


def entropy__wrong_axis_everything(p: Array, axis: int = -1) -> Array:
    """Reduces over every axis whatever the axis argument says."""
    return np.asarray(-np.sum(p * np.log(np.where(p > 0, p, 1.0))))


def entropy_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("rows", p=_distributions(rng, (3, 4), -1))
    yield Case("square, rows", p=_distributions(rng, (3, 3), -1))
    yield Case("columns", p=_distributions(rng, (4, 3), 0), axis=0)
    yield Case("square, columns", p=_distributions(rng, (4, 4), 0), axis=0)
    yield Case("middle of three axes", p=_distributions(rng, (2, 3, 4), 1), axis=1)
    yield Case("one distribution", p=_distributions(rng, (5,), -1))
    some = _distributions(rng, (3, 4), -1)
    some[1, rng.integers(4)] = 0.0
    yield Case("an impossible outcome", p=some / some.sum(axis=-1, keepdims=True))
    yield Case("one-hot rows", p=np.eye(4)[rng.integers(4, size=3)])
    mixed = _distributions(rng, (3, 5), -1)
    mixed[rng.integers(3)] = np.eye(5)[rng.integers(5)]
    yield Case("one row of three is one-hot", p=mixed)
    n = int(rng.integers(5, 9))
    yield Case("uniform", p=np.full((2, n), 1 / n))
    yield Case("a single outcome", p=np.ones((3, 1)))


def _distributions(rng: np.random.Generator, shape: tuple[int, ...], axis: int) -> Array:
    """Positive entries, of different sizes, that sum to 1 along an axis."""
    weights = rng.uniform(0.1, 1.0, size=shape) ** 2
    return np.asarray(weights / weights.sum(axis=axis, keepdims=True))


def kl_divergence(p: Array, q: Array) -> float:
    possible = p > 0
    with np.errstate(divide="ignore"):
        return float(np.sum(p[possible] * (np.log(p[possible]) - np.log(q[possible]))))


def kl_divergence_ratio(p: Array, q: Array) -> float:
    if np.any((q == 0) & (p > 0)):
        return math.inf
    ratio = np.divide(p, q, out=np.ones_like(p), where=(p > 0) & (q > 0))
    return float(p @ np.log(ratio))


def kl_divergence_loop(p: Array, q: Array) -> float:
    total = 0.0
    for share, expected in zip(p, q):
        if share > 0:
            total += share * (math.log(share) - math.log(expected)) if expected > 0 else math.inf
    return float(total)


def kl_divergence_cross_entropy_minus_entropy(p: Array, q: Array) -> float:
    if np.any((q == 0) & (p > 0)):
        return math.inf
    entropy = -sum(share * math.log(share) for share in p.tolist() if share > 0)
    return -float(np.sum(p * np.log(np.where(p > 0, q, 1.0)))) - entropy


def kl_divergence__reversed(p: Array, q: Array) -> float:
    """Swaps the roles and returns KL(q || p)."""
    possible = q > 0
    return float(np.sum(q[possible] * (np.log(q[possible]) - np.log(p[possible]))))


def kl_divergence__reversed_unguarded(p: Array, q: Array) -> float:
    """Swaps the roles and returns KL(q || p), which is nan where q has a zero."""
    return float(np.sum(q * (np.log(q) - np.log(p))))


def kl_divergence__reversed_mask_of_p(p: Array, q: Array) -> float:
    """Swaps the roles but still leaves out the terms with p = 0."""
    possible = p > 0
    return float(np.sum(q[possible] * (np.log(q[possible]) - np.log(p[possible]))))


def kl_divergence__cross_entropy(p: Array, q: Array) -> float:
    """Returns -sum p log q and forgets to subtract the entropy of p."""
    possible = p > 0
    return float(-np.sum(p[possible] * np.log(q[possible])))


def kl_divergence__cross_entropy_unguarded(p: Array, q: Array) -> float:
    """Returns -sum p log q and forgets to subtract the entropy of p; 0 log 0 gives nan."""
    return float(-np.sum(p * np.log(q)))


def kl_divergence__symmetrised(p: Array, q: Array) -> float:
    """Averages the two directions."""

    def one_way(a: Array, b: Array) -> Any:
        return np.sum(a[a > 0] * (np.log(a[a > 0]) - np.log(b[a > 0])))

    return float((one_way(p, q) + one_way(q, p)) / 2)


def kl_divergence__symmetrised_sum(p: Array, q: Array) -> float:
    """Adds the two directions."""

    def one_way(a: Array, b: Array) -> Any:
        return np.sum(a[a > 0] * (np.log(a[a > 0]) - np.log(b[a > 0])))

    return float(one_way(p, q) + one_way(q, p))


def kl_divergence__symmetrised_unguarded(p: Array, q: Array) -> float:
    """Averages the two directions; 0 log 0 gives nan."""
    forward, backward = np.sum(p * (np.log(p) - np.log(q))), np.sum(q * (np.log(q) - np.log(p)))
    return float((forward + backward) / 2)


def kl_divergence__symmetrised_factored(p: Array, q: Array) -> float:
    """Averages the two directions in one sum, half of (p - q)(log p - log q)."""
    return float(np.sum((p - q) * (np.log(p) - np.log(q))) / 2)


def kl_divergence__smoothed_q(p: Array, q: Array) -> float:
    """Adds 1e-12 to q, so an impossible event gets a finite penalty."""
    possible = p > 0
    return float(np.sum(p[possible] * (np.log(p[possible]) - np.log(q[possible] + 1e-12))))


def _kl_divergence_smoothed(eps: float) -> Callable[..., float]:
    def kl_divergence__smoothed_q_by(p: Array, q: Array) -> float:
        """Adds EPS to q, so an impossible event gets a finite penalty."""
        possible = p > 0
        return float(np.sum(p[possible] * (np.log(p[possible]) - np.log(q[possible] + eps))))

    return kl_divergence__smoothed_q_by


def _kl_divergence_floor(eps: float) -> Callable[..., float]:
    def kl_divergence__smoothed_q_floor(p: Array, q: Array) -> float:
        """Lets q not fall below EPS, so an impossible event gets a finite penalty."""
        possible = p > 0
        return float(np.sum(p[possible] * (np.log(p[possible]) - np.log(np.maximum(q[possible], eps)))))

    return kl_divergence__smoothed_q_floor


def kl_divergence__nan_on_zero_p(p: Array, q: Array) -> float:
    """Evaluates 0 log 0 and returns nan."""
    return float(np.sum(p * (np.log(p) - np.log(q))))


def kl_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, n in (("five outcomes", 5), ("three outcomes", 3), ("two outcomes", 2)):
        p, q = _far_apart(rng, n)
        yield Case(name, p=p, q=q)
    p, q = _far_apart(rng, 4)
    p[0] = 0.0
    yield Case("p excludes an outcome", p=p / p.sum(), q=q)
    p, q = _far_apart(rng, 5)
    p[1] = q[1] = 0.0
    yield Case("both exclude an outcome", p=p / p.sum(), q=q / q.sum())
    p, q = _far_apart(rng, 4)
    q[2] = 0.0
    yield Case("q excludes what p allows", p=p, q=q / q.sum())
    p, _ = _far_apart(rng, 4)
    yield Case("equal distributions", p=p, q=p.copy())
    yield Case("p is certain", p=np.eye(4)[int(rng.integers(4))], q=_far_apart(rng, 4)[1])
    yield Case("a single outcome", p=np.ones(1), q=np.ones(1))


def _far_apart(rng: np.random.Generator, n: int) -> tuple[Array, Array]:
    """Two distributions of different shapes, so that the two directions of the divergence differ."""
    order = rng.permutation(n)
    p = 3.0 ** np.arange(n) * rng.uniform(0.8, 1.2, size=n)
    q = 1.3 ** -np.arange(n) * rng.uniform(0.8, 1.2, size=n)
    return (p / p.sum())[order], (q / q.sum())[order]


CHECKS = (
    Check(
        log_likelihood,
        cases=likelihood_cases,
        returns=("log_likelihood:",),
        formula=r"\log \prod_i p_i = \sum_i \log p_i",
        args={"p": "n"},
        alternates=(log_likelihood_loop, log_likelihood_mask),
        hints=(
            "What does the logarithm make of a product?",
            "Take the log of every factor first, then add. np.errstate silences the warning that log 0 gives.",
        ),
        wrong=(
            Wrong(
                log_likelihood__product_first,
                id="product-first",
                hint="Turn the product into a sum before anything can underflow.",
                tags=("edge",),
            ),
            Wrong(
                log_likelihood__wrong_base,
                id="wrong-base",
                hint="The course's logarithm is the natural one.",
                also=(log_likelihood__wrong_base_two,),
            ),
            Wrong(
                log_likelihood__mean_not_sum,
                id="mean-not-sum",
                hint="A product of n factors becomes a sum of n logs, not their average.",
                also=(log_likelihood__mean_not_sum_of_nothing,),
            ),
            Wrong(
                log_likelihood__eps_inside,
                id="eps-inside",
                hint="Do not hide a zero probability: its log is minus infinity.",
                tags=("edge",),
                also=(
                    *_each_tiny(_log_likelihood_added),
                    *_each_tiny(_log_likelihood_floor),
                ),
            ),
            Wrong(
                log_likelihood__negated,
                id="negated",
                hint="The log of a probability is never positive, and no minus sign was asked for here.",
                also=(log_likelihood__negated_apart_from_zero,),
            ),
        ),
    ),
    Check(
        logsumexp,
        cases=logsumexp_cases,
        returns=("out: x without axis",),
        formula=(
            r"\begin{aligned}"
            r" m &= \max_j x_j \\"
            r" \text{out} &= m + \log \sum_j \exp(x_j - m)"
            r" \end{aligned}"
        ),
        alternates=(logsumexp_pairwise, logsumexp_largest_apart, logsumexp_loop),
        hints=(
            "Which of the exponents can overflow, and which number m makes all x_j - m at most 0?",
            "Take the maximum with keepdims=True so that it lines up with x, shift, exponentiate, sum, log, and undo "
            "the shift; drop the kept axis at the very end if it was not asked for.",
            "For a slice of only -inf the shift itself is -inf, and -inf - (-inf) is nan. Which shift is harmless there?",
        ),
        wrong=(
            Wrong(
                logsumexp__no_shift,
                id="no-shift",
                hint="Subtract the largest entry before exponentiating and add it back afterwards.",
                tags=("edge",),
            ),
            Wrong(
                logsumexp__global_max,
                id="global-max",
                hint="Each row needs its own maximum, with keepdims so it broadcasts.",
                tags=("edge",),
                also=(logsumexp__global_max_unguarded,),
            ),
            Wrong(
                logsumexp__shift_not_restored,
                id="shift-not-restored",
                hint="The shift must be undone outside the log.",
                also=(logsumexp__shift_not_restored_unguarded,),
            ),
            Wrong(
                logsumexp__wrong_axis,
                id="wrong-axis",
                hint="Reduce over the axis you were given.",
                also=(
                    logsumexp__wrong_axis_unguarded,
                    logsumexp__wrong_axis_last,
                    logsumexp__wrong_axis_everything,
                ),
            ),
            Wrong(
                logsumexp__log_mean_exp,
                id="log-mean-exp",
                hint="It is a log of a sum, not of a mean.",
                also=(logsumexp__log_mean_exp_unguarded,),
            ),
        ),
    ),
    Check(
        softplus,
        cases=softplus_cases,
        returns=("out: like x",),
        formula=r"\operatorname{softplus}(x) = \log(1 + e^x) = \max(x, 0) + \log(1 + \exp(-|x|))",
        alternates=(softplus_two_terms, softplus_by_sides),
        hints=(
            "For x = 1000, which of the two terms of 1 + e^x decides, and what is its log?",
            "Factor out the larger of the two terms: what is left inside the log has an exponent that is never positive.",
        ),
        wrong=(
            Wrong(
                softplus__overflow,
                id="overflow",
                hint="Factor out the large term so that only a decaying exponential is left.",
                tags=("edge",),
            ),
            Wrong(
                softplus__sign_flipped,
                id="sign-flipped",
                hint="Softplus grows like x on the right and dies out on the left.",
                also=(softplus__sign_flipped_literal,),
            ),
            Wrong(
                softplus__missing_abs,
                id="missing-abs",
                hint="The correction term must be the same on both sides of zero.",
                also=(softplus__missing_abs_positive,),
            ),
            Wrong(
                softplus__hard,
                id="hard",
                hint="Softplus is smooth: it is log 2, not 0, at x = 0.",
            ),
        ),
    ),
    Check(
        log_sigmoid,
        cases=log_sigmoid_cases,
        returns=("out: like x",),
        formula=r"\log s(x) = -\operatorname{softplus}(-x)",
        needs=(softplus,),
        alternates=(log_sigmoid_two_terms, log_sigmoid_linear_part),
        hints=(
            "Write log(1 / (1 + e^(-x))) as the log of one quantity, without a fraction.",
            "What is left is a softplus. Of which argument, and with which sign?",
        ),
        wrong=(
            Wrong(
                log_sigmoid__log_of_sigmoid,
                id="log-of-sigmoid",
                hint="Simplify log(1/(1+e^{-x})) on paper before coding it.",
                tags=("edge",),
            ),
            Wrong(
                log_sigmoid__floored,
                id="floored",
                hint="A small constant caps the loss; use the exact identity instead.",
                tags=("edge",),
                also=(
                    *_each_tiny(_log_sigmoid_added),
                    *_each_tiny(_log_sigmoid_floor),
                ),
            ),
            Wrong(
                log_sigmoid__sign_lost,
                id="sign-lost",
                hint="The logarithm of a probability cannot be positive.",
                also=(log_sigmoid__sign_lost_literal,),
            ),
            Wrong(
                log_sigmoid__other_class,
                id="other-class",
                hint="Check the limit: log σ(x) tends to 0 on the right.",
                also=(log_sigmoid__other_class_literal,),
            ),
        ),
    ),
    Check(
        entropy,
        cases=entropy_cases,
        returns=("entropy: p without axis",),
        formula=r"H(p) = -\sum_j p_j \log p_j \qquad 0 \log 0 = 0",
        alternates=(entropy_masked_log, entropy_loop),
        hints=(
            "How surprised are you, in nats, by an outcome of probability p, and how often does it come?",
            "Sum p log p along the axis; before that, give log a harmless number wherever p is 0.",
        ),
        wrong=(
            Wrong(
                entropy__zero_times_log_zero,
                id="zero-times-log-zero",
                hint="The limit of p log p at 0 is 0; mask those entries.",
                tags=("edge",),
            ),
            Wrong(
                entropy__bits,
                id="bits",
                hint="The unit of this course is the nat.",
                also=(entropy__bits_unguarded,),
            ),
            Wrong(
                entropy__no_minus,
                id="no-minus",
                hint="Entropy is never negative.",
                also=(entropy__no_minus_unguarded,),
            ),
            Wrong(
                entropy__mean_over_classes,
                id="mean-over-classes",
                hint="It is an expectation: the weights p already do the averaging.",
                also=(entropy__mean_over_classes_unguarded,),
            ),
            Wrong(
                entropy__wrong_axis,
                id="wrong-axis",
                hint="Respect the axis argument.",
                tags=("edge",),
                also=(
                    entropy__wrong_axis_second,
                    entropy__wrong_axis_first,
                    entropy__wrong_axis_everything,
                ),
            ),
        ),
    ),
    Check(
        kl_divergence,
        cases=kl_cases,
        returns=("divergence:",),
        formula=r"\operatorname{KL}(p \,\|\, q) = \sum_j p_j \, (\log p_j - \log q_j)",
        args={"p": "n", "q": "n"},
        alternates=(kl_divergence_ratio, kl_divergence_loop, kl_divergence_cross_entropy_minus_entropy),
        hints=(
            "Under which of the two distributions is the average taken?",
            "Keep only the entries with p > 0; there, average the difference of the two logs with the weights p.",
            "A log of q = 0 is -inf and gives the infinite result by itself: only its warning has to be silenced.",
        ),
        wrong=(
            Wrong(
                kl_divergence__reversed,
                id="reversed",
                hint="The expectation is taken under the first argument.",
                also=(
                    kl_divergence__reversed_unguarded,
                    kl_divergence__reversed_mask_of_p,
                ),
            ),
            Wrong(
                kl_divergence__cross_entropy,
                id="cross-entropy",
                hint="The divergence of a distribution from itself must be zero.",
                also=(kl_divergence__cross_entropy_unguarded,),
            ),
            Wrong(
                kl_divergence__symmetrised,
                id="symmetrised",
                hint="The Kullback-Leibler divergence is not symmetric.",
                also=(
                    kl_divergence__symmetrised_sum,
                    kl_divergence__symmetrised_unguarded,
                    kl_divergence__symmetrised_factored,
                ),
            ),
            Wrong(
                kl_divergence__smoothed_q,
                id="smoothed-q",
                hint="If q rules out something p allows, the divergence is infinite.",
                tags=("edge",),
                also=(
                    *_each_tiny(_kl_divergence_smoothed),
                    *_each_tiny(_kl_divergence_floor),
                ),
            ),
            Wrong(
                kl_divergence__nan_on_zero_p,
                id="nan-on-zero-p",
                hint="Terms with p = 0 contribute nothing.",
                tags=("edge",),
            ),
        ),
    ),
)
