"""References, wrong functions and cases for turning logits into probabilities."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Property, Wrong

TITLE = "Logits to probabilities"
NEEDS = (1, 4)

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


def softmax(z: Array, axis: int = -1) -> Array:
    e = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def softmax_from_its_log(z: Array, axis: int = -1) -> Array:
    return np.exp(z - np.expand_dims(np.logaddexp.reduce(z, axis=axis), axis))


def softmax_loop(z: Array, axis: int = -1) -> Array:
    def one(row: Array) -> Array:
        weights = np.array([math.exp(float(score - row.max())) for score in row], dtype=row.dtype)
        return weights / weights.sum()

    return np.apply_along_axis(one, axis, z)


def softmax_ratios(z: Array, axis: int = -1) -> Array:
    """1 / p_c is the sum of exp(z_k - z_c); sums that overflow belong to probabilities of 0."""
    z = np.moveaxis(z, axis, -1)
    with np.errstate(over="ignore"):
        p = 1 / np.sum(np.exp(z[..., None, :] - z[..., :, None]), axis=-1)
    return np.moveaxis(p, -1, axis)


def softmax__overflow(z: Array, axis: int = -1) -> Array:
    """Exponentiates without subtracting the maximum, so large logits give nan."""
    e = np.exp(z)
    return e / np.sum(e, axis=axis, keepdims=True)


def softmax__global_sum(z: Array, axis: int = -1) -> Array:
    """Divides by the sum of the whole batch, so rows do not sum to 1."""
    e = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return e / np.sum(e)


def softmax__global_sum_and_max(z: Array, axis: int = -1) -> Array:
    """Subtracts the maximum and divides by the sum of the whole batch, so rows do not sum to 1."""
    e = np.exp(z - np.max(z))
    return e / np.sum(e)


def softmax__global_sum_unshifted(z: Array, axis: int = -1) -> Array:
    """Divides by the sum of the whole batch, unshifted, so rows do not sum to 1 and large logits give nan."""
    e = np.exp(z)
    return e / np.sum(e)


def softmax__wrong_axis(z: Array, axis: int = -1) -> Array:
    """Normalises down the columns, whatever the axis argument says."""
    e = np.exp(z - np.max(z, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


def softmax__wrong_axis_last(z: Array, axis: int = -1) -> Array:
    """Normalises along the last axis, whatever the axis argument says."""
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def softmax__wrong_axis_second(z: Array, axis: int = -1) -> Array:
    """Normalises along axis 1, which a vector does not have, whatever the axis argument says."""
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def softmax__global_max(z: Array, axis: int = -1) -> Array:
    """Subtracts the maximum of the whole array, so a row 1e4 lower becomes 0/0."""
    e = np.exp(z - np.max(z))
    return e / np.sum(e, axis=axis, keepdims=True)


def softmax__linear(z: Array, axis: int = -1) -> Array:
    """Divides the logits by their sum without exponentiating."""
    return z / np.sum(z, axis=axis, keepdims=True)


def softmax__linear_shifted(z: Array, axis: int = -1) -> Array:
    """Divides the logits below their maximum by their sum without exponentiating."""
    shifted = z - np.max(z, axis=axis, keepdims=True)
    return shifted / np.sum(shifted, axis=axis, keepdims=True)


def softmax__linear_from_minimum(z: Array, axis: int = -1) -> Array:
    """Divides the logits above their minimum by their sum without exponentiating."""
    shifted = z - np.min(z, axis=axis, keepdims=True)
    return shifted / np.sum(shifted, axis=axis, keepdims=True)


def softmax__linear_absolute(z: Array, axis: int = -1) -> Array:
    """Divides the magnitudes of the logits by their sum without exponentiating."""
    return np.abs(z) / np.sum(np.abs(z), axis=axis, keepdims=True)


def softmax__base_two(z: Array, axis: int = -1) -> Array:
    """Uses 2^z instead of e^z."""
    e = np.exp2(z - np.max(z, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def softmax__base_two_unshifted(z: Array, axis: int = -1) -> Array:
    """Uses 2^z instead of e^z, unshifted, so large logits give nan."""
    e = np.exp2(z)
    return e / np.sum(e, axis=axis, keepdims=True)


def _logits(rng: np.random.Generator, *shape: int) -> Array:
    return rng.normal(0.5, 1.3, size=shape)


def _logit_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Shapes and axes for softmax and its log."""
    yield Case("rows", z=_logits(rng, 3, 4))
    yield Case("square, rows", z=_logits(rng, 4, 4))
    yield Case("columns", z=_logits(rng, 3, 5), axis=0)
    yield Case("square, columns", z=_logits(rng, 3, 3), axis=0)
    yield Case("middle of three axes", z=_logits(rng, 2, 4, 3), axis=1)
    yield Case("cube, last axis", z=_logits(rng, 3, 3, 3))
    yield Case("one vector", z=_logits(rng, 5))
    yield Case("one row", z=_logits(rng, 1, 4))
    yield Case("one class", z=_logits(rng, 4, 1))
    yield Case("only negative logits", z=-rng.uniform(0.5, 4.0, size=(2, 3)))


def softmax_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield from _logit_cases(rng)
    # The middle one stays below 88, so that exp overflows for the same logits in float32 and float64.
    far = np.array([1e4, -1e4, 0.0, 5e3]) + rng.uniform(-50.0, 50.0, size=4)
    yield Case("logits up to 1e4", kind="stability", z=np.stack([rng.permutation(far) for _ in range(3)]))
    for name, offset in (("logits near 1e4", 1e4), ("logits near -1e4", -1e4)):
        yield Case(name, kind="stability", float64_only=True, z=offset + rng.uniform(-3.0, 3.0, size=(3, 4)))
    apart = rng.uniform(-3.0, 3.0, size=(3, 4))
    apart[rng.integers(3)] += 1e4
    yield Case("rows 1e4 apart", kind="stability", float64_only=True, z=apart)


def log_softmax(z: Array, axis: int = -1) -> Array:
    shifted = z - np.max(z, axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


def log_softmax_pairwise(z: Array, axis: int = -1) -> Array:
    return z - np.expand_dims(np.logaddexp.reduce(z, axis=axis), axis)


def log_softmax_loop(z: Array, axis: int = -1) -> Array:
    def one(row: Array) -> Array:
        m = float(row.max())
        return row - (m + math.log(math.fsum(math.exp(score - m) for score in row.tolist())))

    return np.apply_along_axis(one, axis, z)


def log_softmax__log_of_softmax(z: Array, axis: int = -1) -> Array:
    """Takes the log of an underflowed probability, giving -inf."""
    return np.log(softmax(z, axis))


def log_softmax__log_of_softmax_unshifted(z: Array, axis: int = -1) -> Array:
    """Takes the log of a probability whose exponentials under- and overflow, giving -inf and nan."""
    e = np.exp(z)
    return np.log(e / np.sum(e, axis=axis, keepdims=True))


def log_softmax__floored(z: Array, axis: int = -1) -> Array:
    """Computes log(softmax + 1e-12), which caps the loss at 27.6."""
    return np.log(softmax(z, axis) + 1e-12)


def _log_softmax_added(eps: float) -> Callable[..., Array]:
    def log_softmax__floored_added(z: Array, axis: int = -1) -> Array:
        """Computes log(softmax + EPS), which caps the loss."""
        return np.log(softmax(z, axis) + eps)

    return log_softmax__floored_added


def _log_softmax_floor(eps: float) -> Callable[..., Array]:
    def log_softmax__floored_maximum(z: Array, axis: int = -1) -> Array:
        """Lets no probability fall below EPS, which caps the loss."""
        return np.log(np.maximum(softmax(z, axis), eps))

    return log_softmax__floored_maximum


def log_softmax__shift_only(z: Array, axis: int = -1) -> Array:
    """Subtracts the maximum but not the log of the sum."""
    return z - np.max(z, axis=axis, keepdims=True)


def log_softmax__wrong_axis(z: Array, axis: int = -1) -> Array:
    """Normalises along axis 0, whatever the axis argument says."""
    shifted = z - np.max(z, axis=0, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=0, keepdims=True))


def log_softmax__wrong_axis_last(z: Array, axis: int = -1) -> Array:
    """Normalises along the last axis, whatever the axis argument says."""
    shifted = z - np.max(z, axis=-1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))


def log_softmax__wrong_axis_second(z: Array, axis: int = -1) -> Array:
    """Normalises along axis 1, which a vector does not have, whatever the axis argument says."""
    shifted = z - np.max(z, axis=1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))


def log_softmax_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield from _logit_cases(rng)
    confident = rng.permutation([40.0, -25.0, 0.0, -60.0]) + rng.uniform(-2.0, 2.0, size=(2, 4))
    yield Case("probabilities below 1e-12", z=confident)
    far = np.array([1e4, -1e4, 0.0]) + rng.uniform(-50.0, 50.0, size=3)  # exp(middle) is finite in float32 too
    yield Case("a gap of 2e4", kind="stability", z=np.stack([rng.permutation(far) for _ in range(2)]))
    yield Case("logits near 1e4", kind="stability", float64_only=True, z=1e4 + rng.uniform(-2.0, 2.0, size=(3, 4)))
    apart = rng.uniform(-2.0, 2.0, size=(3, 4))
    apart[rng.integers(3)] -= 1e4
    yield Case("rows 1e4 apart", kind="stability", float64_only=True, z=apart)


def softmax_backward(dout: Array, z: Array, axis: int = -1) -> Array:
    p = softmax(z, axis)
    return p * (dout - np.sum(dout * p, axis=axis, keepdims=True))


def softmax_backward_two_terms(dout: Array, z: Array, axis: int = -1) -> Array:
    p = softmax(z, axis)
    weighted = p * dout
    return weighted - p * weighted.sum(axis=axis, keepdims=True)


def softmax_backward_jacobian(dout: Array, z: Array, axis: int = -1) -> Array:
    """The whole Jacobian of each slice."""
    p, upstream = np.moveaxis(softmax(z, axis), axis, -1), np.moveaxis(dout, axis, -1)
    jacobian = p[..., :, None] * (np.eye(p.shape[-1], dtype=p.dtype) - p[..., None, :])
    return np.moveaxis(np.einsum("...ij,...i->...j", jacobian, upstream), -1, axis)


def softmax_backward__diagonal_only(dout: Array, z: Array, axis: int = -1) -> Array:
    """Uses dout p (1 - p), ignoring that all outputs share a normaliser."""
    p = softmax(z, axis)
    return dout * p * (1 - p)


def softmax_backward__p_missing(dout: Array, z: Array, axis: int = -1) -> Array:
    """Returns dout - sum dout p without the factor p."""
    p = softmax(z, axis)
    return dout - np.sum(dout * p, axis=axis, keepdims=True)


def softmax_backward__p_missing_inside(dout: Array, z: Array, axis: int = -1) -> Array:
    """Returns p (dout - sum dout), without the factor p in the sum."""
    return softmax(z, axis) * (dout - np.sum(dout, axis=axis, keepdims=True))


def softmax_backward__p_missing_after_sum(dout: Array, z: Array, axis: int = -1) -> Array:
    """Returns dout p - sum dout p, without the factor p of the second term."""
    weighted = dout * softmax(z, axis)
    return weighted - np.sum(weighted, axis=axis, keepdims=True)


def softmax_backward__logits_as_p(dout: Array, z: Array, axis: int = -1) -> Array:
    """Uses the logits where the probabilities belong."""
    return z * (dout - np.sum(dout * z, axis=axis, keepdims=True))


def softmax_backward__logits_as_p_inside(dout: Array, z: Array, axis: int = -1) -> Array:
    """Weights the sum with the logits where the probabilities belong."""
    return softmax(z, axis) * (dout - np.sum(dout * z, axis=axis, keepdims=True))


def softmax_backward__assumes_cross_entropy(dout: Array, z: Array, axis: int = -1) -> Array:
    """Returns p - dout, as if dout were a one-hot label."""
    return softmax(z, axis) - dout


def softmax_backward__assumes_cross_entropy_mean(dout: Array, z: Array, axis: int = -1) -> Array:
    """Returns (p - dout) / N, as if dout were one-hot labels of a batch."""
    return (softmax(z, axis) - dout) / len(z)


def softmax_backward__mean_coupling(dout: Array, z: Array, axis: int = -1) -> Array:
    """Averages dout p instead of summing it."""
    p = softmax(z, axis)
    return p * (dout - np.mean(dout * p, axis=axis, keepdims=True))


def softmax_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(*shape: int) -> dict[str, Array]:
        return {"dout": rng.normal(-0.4, 1.3, size=shape), "z": _logits(rng, *shape)}

    yield Case("rows", bind=draw(3, 4))
    yield Case("square, rows", bind=draw(4, 4))
    yield Case("columns", bind=draw(3, 5), axis=0)
    yield Case("square, columns", bind=draw(3, 3), axis=0)
    yield Case("middle of three axes", bind=draw(2, 4, 3), axis=1)
    yield Case("one vector", bind=draw(5))
    yield Case("two classes", bind=draw(4, 2))
    yield Case("one row", bind=draw(1, 3))
    level = draw(3, 4)
    level["dout"][rng.integers(3)] = rng.uniform(0.5, 2.0)
    yield Case("dout constant along one row", bind=level)
    certain = draw(3, 4)
    certain["z"][1] = rng.permutation([1e4, -1e4, 0.0, 5e3])
    yield Case("one row saturated", kind="stability", scale="row", gradient=False, bind=certain)


def softmax_temperature(z: Array, T: float) -> Array:
    return softmax(z / T)


def softmax_temperature_shift_first(z: Array, T: float) -> Array:
    weights = np.exp((z - z.max(axis=-1, keepdims=True)) / T)
    return weights / weights.sum(axis=-1, keepdims=True)


def softmax_temperature_logs(z: Array, T: float) -> Array:
    scaled = z / T
    return np.exp(scaled - np.asarray(np.logaddexp.reduce(scaled, axis=-1))[..., None])


def softmax_temperature__multiplied(z: Array, T: float) -> Array:
    """Multiplies the logits by T, so a high temperature sharpens."""
    return softmax(z * T)


def softmax_temperature__after_softmax(z: Array, T: float) -> Array:
    """Divides the probabilities by T, so they no longer sum to 1."""
    return softmax(z) / T


def softmax_temperature__after_softmax_again(z: Array, T: float) -> Array:
    """Divides the probabilities by T and applies the softmax to them once more."""
    return softmax(softmax(z) / T)


def softmax_temperature__ignored(z: Array, T: float) -> Array:
    """Leaves T out."""
    return softmax(z)


def softmax_temperature__root_unnormalised(z: Array, T: float) -> Array:
    """Raises p to the power 1/T and does not renormalise."""
    return softmax(z) ** (1 / T)


def softmax_temperature__root_unnormalised_exponentials(z: Array, T: float) -> Array:
    """Raises the shifted exponentials to the power 1/T and does not normalise."""
    return np.exp((z - np.max(z, axis=-1, keepdims=True)) / T)


def temperature_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("cold", z=_logits(rng, 3, 4), T=float(rng.uniform(0.4, 0.7)))
    yield Case("hot", z=_logits(rng, 4, 3), T=float(rng.uniform(2.0, 4.0)))
    yield Case("square", z=_logits(rng, 4, 4), T=float(rng.uniform(1.5, 2.5)))
    yield Case("three axes", z=_logits(rng, 2, 3, 4), T=float(rng.uniform(0.5, 0.8)))
    yield Case("one vector", z=_logits(rng, 5), T=float(rng.uniform(1.5, 2.5)))
    yield Case("temperature one", z=_logits(rng, 2, 3), T=1.0)
    yield Case("one class", z=_logits(rng, 3, 1), T=float(rng.uniform(2.0, 3.0)))
    tens = np.stack([rng.permutation([10.0, 7.0, -10.0, 3.0]) for _ in range(3)])
    yield Case("near absolute zero", kind="stability", z=tens + rng.uniform(-0.5, 0.5, size=(3, 4)), T=1e-3)
    yield Case("very hot", kind="stability", z=_logits(rng, 3, 4), T=1e6)


def logit(p: Array) -> Array:
    return np.log(p) - np.log1p(-np.asarray(p))


def logit_of_odds(p: Array) -> Array:
    p = np.asarray(p)
    return np.log(p / (1 - p))


def logit_of_inverse_odds(p: Array) -> Array:
    return -np.log(1 / np.asarray(p) - 1)


def logit__log_p(p: Array) -> Array:
    """Returns log p only."""
    return np.log(p)


def logit__sign(p: Array) -> Array:
    """Returns log((1 - p) / p)."""
    p = np.asarray(p)
    return np.log((1 - p) / p)


def logit__clipped(p: Array) -> Array:
    """Clips p to [1e-7, 1 - 1e-7] first, flattening the tails."""
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return np.log(p) - np.log(1 - p)


def _logit_clipped(eps: float) -> Callable[..., Array]:
    def logit__clipped_to(p: Array) -> Array:
        """Clips p to [EPS, 1 - EPS] first, flattening the tails."""
        p = np.clip(p, eps, 1 - eps)
        return np.log(p) - np.log(1 - p)

    return logit__clipped_to


def _logit_added(eps: float) -> Callable[..., Array]:
    def logit__clipped_by_adding(p: Array) -> Array:
        """Adds EPS to p and to 1 - p, flattening the tails."""
        p = np.asarray(p)
        return np.log((p + eps) / (1 - p + eps))

    return logit__clipped_by_adding


def logit__precedence(p: Array) -> Array:
    """Computes log(p) / (1 - p)."""
    return np.log(p) / (1 - np.asarray(p))


def logit__precedence_two_logs(p: Array) -> Array:
    """Computes log(p) / log(1 - p)."""
    return np.log(p) / np.log(1 - np.asarray(p))


def logit_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case(
        "both sides of one half",
        p=rng.permutation(np.append(rng.uniform(0.05, 0.4, size=3), rng.uniform(0.6, 0.95, size=2))),
    )
    yield Case("matrix", p=rng.uniform(0.05, 0.95, size=(3, 4)))
    yield Case("a number", p=float(rng.uniform(0.1, 0.4)))
    yield Case("one half", p=0.5)
    yield Case("one half among others", p=np.append(rng.uniform(0.1, 0.9, size=3), 0.5))
    yield Case("undoes the sigmoid on the left", p=1 / (1 + np.exp(rng.uniform(18.0, 30.0, size=4))))
    yield Case(
        "undoes the sigmoid on the right", float64_only=True, p=1 / (1 + np.exp(-rng.uniform(17.0, 20.0, size=4)))
    )
    yield Case("near 1e-300", kind="stability", float64_only=True, p=1e-300 * rng.uniform(0.5, 2.0, size=3))


def one_hot(y: Array, C: int) -> Array:
    return (y[..., None] == np.arange(C)).astype(float)


def one_hot_identity_rows(y: Array, C: int) -> Array:
    return np.eye(C)[y]


def one_hot_filled(y: Array, C: int) -> Array:
    out = np.zeros((*y.shape, C))
    for position in np.ndindex(y.shape):
        out[position][int(y[position])] = 1.0
    return out


def one_hot_scatter(y: Array, C: int) -> Array:
    flat = np.zeros((y.size, C))
    flat[np.arange(y.size), y.ravel()] = 1
    return flat.reshape(*y.shape, C)


def one_hot__inferred_classes(y: Array, C: int) -> Array:
    """Uses max(y) + 1 columns, so a missing last class changes the shape."""
    return np.eye(int(np.max(y)) + 1)[y]


def one_hot__inferred_classes_of_nothing(y: Array, C: int) -> Array:
    """Uses max(y) + 1 columns, and none for no labels, so a missing last class changes the shape."""
    return (y[..., None] == np.arange(int(np.max(y, initial=-1)) + 1)).astype(float)


def one_hot__inferred_classes_counted(y: Array, C: int) -> Array:
    """Uses as many columns as there are different labels, so a missing class leaves too few."""
    return np.eye(len(np.unique(y)))[y]


def one_hot__one_based(y: Array, C: int) -> Array:
    """Shifts the labels by one."""
    return np.eye(C)[y - 1]


def one_hot__one_based_columns(y: Array, C: int) -> Array:
    """Takes the columns for the labels 1 to C, so label 0 has none."""
    return (y[..., None] == np.arange(1, C + 1)).astype(float)


def one_hot__transposed(y: Array, C: int) -> Array:
    """Puts the classes first."""
    return (np.arange(C).reshape(C, *[1] * y.ndim) == y).astype(float)


def one_hot__transposed_reversed(y: Array, C: int) -> Array:
    """Reverses all axes, so the classes come first and the labels are transposed as well."""
    return np.eye(C)[y].T


def one_hot__transposed_column(y: Array, C: int) -> Array:
    """Compares the labels with a column of classes, which puts the classes first and fits few matrices of labels."""
    return (np.arange(C)[:, None] == y).astype(float)


def one_hot__label_value(y: Array, C: int) -> Array:
    """Writes the label number instead of 1."""
    return (y[..., None] == np.arange(C)) * y[..., None].astype(float)


def one_hot_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("every class occurs", y=rng.permutation([0, 1, 2, 3, int(rng.integers(4))]), C=4)
    y = rng.integers(3, size=6)
    y[:2] = 0, 2
    yield Case("a class is missing from the middle", y=np.where(y == 1, 2, y)[rng.permutation(6)], C=3)
    yield Case("the last classes are missing", y=rng.integers(3, size=5), C=6)
    yield Case("as many labels as classes", y=rng.permutation([0, 1, 3, 3]), C=4)
    yield Case("matrix of labels", y=rng.integers(5, size=(2, 3)), C=5)
    yield Case("square matrix of labels", y=rng.integers(3, size=(3, 3)), C=3)
    yield Case("one label", y=rng.integers(1, 4, size=1), C=4)
    yield Case("one class", y=np.zeros(3, dtype=int), C=1)
    yield Case("no labels", y=np.zeros(0, dtype=int), C=3)


def masked_softmax(z: Array, mask: Array, axis: int = -1) -> Array:
    kept = np.where(mask, z, -np.inf)
    m = np.max(kept, axis=axis, keepdims=True)
    e = np.exp(kept - np.where(np.isfinite(m), m, 0.0))
    total = np.sum(e, axis=axis, keepdims=True)
    return e / np.where(total > 0, total, 1.0)


def masked_softmax_filled(z: Array, mask: Array, axis: int = -1) -> Array:
    """Masked entries get the smallest kept logit, then weight 0."""
    lowest = np.min(np.where(mask, z, np.inf), axis=axis, keepdims=True)
    filled = np.where(mask, z, np.where(np.isfinite(lowest), lowest, 0.0))
    weights = softmax(filled, axis) * mask
    total = weights.sum(axis=axis, keepdims=True)
    return np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)


def masked_softmax_selected(z: Array, mask: Array, axis: int = -1) -> Array:
    """Slice by slice, the softmax of what is kept."""
    out = np.zeros(np.moveaxis(z, axis, -1).shape, dtype=z.dtype)
    for position in np.ndindex(out.shape[:-1]):
        keep = np.moveaxis(mask, axis, -1)[position]
        if keep.any():
            out[position][keep] = softmax(np.moveaxis(z, axis, -1)[position][keep])
    return np.moveaxis(out, -1, axis)


def masked_softmax__logits_times_mask(z: Array, mask: Array, axis: int = -1) -> Array:
    """Multiplies the logits by 0, so masked entries still get weight e^0."""
    return softmax(z * mask, axis)


def masked_softmax__logits_times_mask_where(z: Array, mask: Array, axis: int = -1) -> Array:
    """Sets masked logits to 0, so masked entries still get weight e^0."""
    return softmax(np.where(mask, z, 0.0), axis)


def masked_softmax__not_renormalised(z: Array, mask: Array, axis: int = -1) -> Array:
    """Applies the mask after the softmax, so rows sum to less than 1."""
    return softmax(z, axis) * mask


def masked_softmax__not_renormalised_where(z: Array, mask: Array, axis: int = -1) -> Array:
    """Sets masked probabilities to 0 after the softmax, so rows sum to less than 1."""
    return np.where(mask, softmax(z, axis), 0.0)


def masked_softmax__all_masked_nan(z: Array, mask: Array, axis: int = -1) -> Array:
    """Divides 0 by 0 in a fully masked row."""
    return softmax(np.where(mask, z, -np.inf), axis)


def masked_softmax__all_masked_nan_multiplied(z: Array, mask: Array, axis: int = -1) -> Array:
    """Multiplies the exponentials by the mask, which gives 0/0 where the largest logit or all of them are masked."""
    e = np.exp(z - np.max(z, axis=axis, keepdims=True)) * mask
    return e / np.sum(e, axis=axis, keepdims=True)


def masked_softmax__all_masked_nan_added(z: Array, mask: Array, axis: int = -1) -> Array:
    """Adds -inf to masked logits and divides 0 by 0 in a fully masked row."""
    return softmax(z + np.where(mask, 0.0, -np.inf), axis)


def masked_softmax__all_masked_uniform(z: Array, mask: Array, axis: int = -1) -> Array:
    """Fills with -1e9, so a fully masked row becomes uniform."""
    return softmax(np.where(mask, z, -1e9), axis)


def masked_softmax__all_masked_uniform_added(z: Array, mask: Array, axis: int = -1) -> Array:
    """Adds -1e9 to masked logits, so a fully masked row becomes the softmax of its own logits."""
    return softmax(z + np.where(mask, 0.0, -1e9), axis)


def masked_softmax__all_masked_uniform_less(z: Array, mask: Array, axis: int = -1) -> Array:
    """Fills with -1e4, so a fully masked row becomes uniform."""
    return softmax(np.where(mask, z, -1e4), axis)


def masked_softmax__inverted(z: Array, mask: Array, axis: int = -1) -> Array:
    """Keeps what should be masked."""
    return masked_softmax(z, ~mask, axis)


def masked_softmax__inverted_unguarded(z: Array, mask: Array, axis: int = -1) -> Array:
    """Keeps what should be masked, and divides 0 by 0 where nothing should be."""
    return softmax(np.where(mask, -np.inf, z), axis)


def masked_softmax__inverted_large_negative(z: Array, mask: Array, axis: int = -1) -> Array:
    """Keeps what should be masked and fills the rest with -1e9."""
    return softmax(np.where(mask, -1e9, z), axis)


def masked_softmax__inverted_zeros(z: Array, mask: Array, axis: int = -1) -> Array:
    """Keeps what should be masked, and returns 0 wherever its weights have no positive sum."""
    kept = np.where(mask, -np.inf, z)
    m = np.max(kept, axis=axis, keepdims=True)
    e = np.exp(kept - np.where(np.isfinite(m), m, 0.0))
    total = np.sum(e, axis=axis, keepdims=True)
    return np.divide(e, total, out=np.zeros_like(e), where=total > 0)


def masked_softmax_cases(rng: np.random.Generator) -> Iterator[Case]:
    def mask(*shape: int) -> Array:
        """Both values in every row and every column of the last two axes."""
        shift = np.add.outer(rng.permutation(shape[-2]), rng.permutation(shape[-1]))
        return np.array(np.broadcast_to(shift % 3 > 0, shape))

    yield Case("rows", z=_logits(rng, 3, 4), mask=mask(3, 4))
    yield Case("square, rows", z=_logits(rng, 4, 4), mask=mask(4, 4))
    yield Case("columns", z=_logits(rng, 5, 3), mask=mask(5, 3), axis=0)
    yield Case("middle of three axes", z=_logits(rng, 2, 3, 4), mask=mask(2, 3, 4), axis=1)
    yield Case("one vector", z=_logits(rng, 5), mask=rng.permutation([True, True, True, False, False]))
    yield Case("nothing masked", z=_logits(rng, 2, 3), mask=np.ones((2, 3), dtype=bool))
    yield Case("one entry kept", z=_logits(rng, 3, 4), mask=np.eye(4, dtype=bool)[rng.permutation(4)[:3]])
    some = mask(4, 3)
    some[rng.integers(4)] = False
    yield Case("a row with nothing kept", z=_logits(rng, 4, 3), mask=some)
    yield Case("nothing kept at all", z=_logits(rng, 2, 3), mask=np.zeros((2, 3), dtype=bool))
    hidden, keep = _logits(rng, 3, 4), mask(3, 4)
    hidden[~keep] = np.nan
    yield Case("nan under the mask", z=hidden, mask=keep)
    low, keep = _logits(rng, 3, 4) - 1e4, mask(3, 4)
    low[~keep] += 2e4
    yield Case("kept near -1e4, masked near 1e4", kind="stability", float64_only=True, z=low, mask=keep)
    apart = rng.uniform(-3.0, 3.0, size=(3, 4))
    apart[rng.integers(3)] += 1e4
    yield Case("rows 1e4 apart", kind="stability", float64_only=True, z=apart, mask=mask(3, 4))


CHECKS = (
    Check(
        softmax,
        cases=softmax_cases,
        returns=("p: like z",),
        formula=r"m = \max_c z_c \qquad p_c = \frac{\exp(z_c - m)}{\sum_k \exp(z_k - m)}",
        alternates=(softmax_from_its_log, softmax_loop, softmax_ratios),
        properties=(Property("within", output="p", text="A probability lies between 0 and 1."),),
        hints=(
            "Which number may you subtract from all logits of a row without changing the result, and which choice keeps every exponential at most 1?",
            "Take maximum and sum along the axis with keepdims=True, so that both line up with z.",
        ),
        wrong=(
            Wrong(
                softmax__overflow,
                id="overflow",
                hint="Subtract each row's maximum: it cancels in the ratio.",
                tags=("edge",),
            ),
            Wrong(
                softmax__global_sum,
                id="global-sum",
                hint="Every example has its own normaliser.",
                also=(
                    softmax__global_sum_and_max,
                    softmax__global_sum_unshifted,
                ),
            ),
            Wrong(
                softmax__wrong_axis,
                id="wrong-axis",
                hint="The probabilities of one example must sum to 1.",
                also=(
                    softmax__wrong_axis_last,
                    softmax__wrong_axis_second,
                ),
            ),
            Wrong(
                softmax__global_max,
                id="global-max",
                hint="Each row needs its own maximum.",
                tags=("edge",),
            ),
            Wrong(
                softmax__linear,
                id="linear",
                hint="Scores may be negative; the exponential makes them positive.",
                also=(
                    softmax__linear_shifted,
                    softmax__linear_from_minimum,
                    softmax__linear_absolute,
                ),
            ),
            Wrong(
                softmax__base_two,
                id="base-two",
                hint="The base is e.",
                also=(softmax__base_two_unshifted,),
            ),
        ),
    ),
    Check(
        log_softmax,
        cases=log_softmax_cases,
        returns=("log_p: like z",),
        formula=r"\log p_c = z_c - \operatorname{logsumexp}(z)",
        alternates=(log_softmax_pairwise, log_softmax_loop),
        hints=(
            "Write log(e^z / sum e^z) as a difference of two terms. Which of them needs no exponential at all?",
            "The other term is the log-sum-exp of exercise 1, one per slice, kept as an axis of size 1.",
        ),
        wrong=(
            Wrong(
                log_softmax__log_of_softmax,
                id="log-of-softmax",
                hint="Simplify log(e^z/Σe^z) before coding.",
                tags=("edge",),
                also=(log_softmax__log_of_softmax_unshifted,),
            ),
            Wrong(
                log_softmax__floored,
                id="floored",
                hint="An epsilon hides confident mistakes.",
                tags=("edge",),
                also=(
                    *_each_tiny(_log_softmax_added),
                    *_each_tiny(_log_softmax_floor),
                ),
            ),
            Wrong(
                log_softmax__shift_only,
                id="shift-only",
                hint="The exponentials of the result must sum to 1.",
            ),
            Wrong(
                log_softmax__wrong_axis,
                id="wrong-axis",
                hint="Normalise within each example.",
                also=(
                    log_softmax__wrong_axis_last,
                    log_softmax__wrong_axis_second,
                ),
            ),
        ),
    ),
    Check(
        softmax_backward,
        cases=softmax_backward_cases,
        returns=("dz: like z",),
        formula=(
            r"\text{dz}_c = p_c \, \left(\text{dout}_c - \sum_k \text{dout}_k p_k\right)"
            r" \qquad p = \operatorname{softmax}(z)"
        ),
        needs=(softmax,),
        alternates=(softmax_backward_two_terms, softmax_backward_jacobian),
        gradient=Gradient(of=softmax, wrt={"z": "dz"}),
        hints=(
            "One logit moves all probabilities of its slice. Which sum over them does every dz of the slice share?",
            "Compute p, then the sum of dout p along the axis, kept as an axis of size 1. What happens to dout - that sum?",
        ),
        wrong=(
            Wrong(
                softmax_backward__diagonal_only,
                id="diagonal-only",
                hint="Raising one logit lowers every other probability.",
            ),
            Wrong(
                softmax_backward__p_missing,
                id="p-missing",
                hint="The Jacobian is diag(p) - p pᵀ: p multiplies everything.",
                also=(
                    softmax_backward__p_missing_inside,
                    softmax_backward__p_missing_after_sum,
                ),
            ),
            Wrong(
                softmax_backward__logits_as_p,
                id="logits-as-p",
                hint="The Jacobian is written in the outputs p.",
                also=(softmax_backward__logits_as_p_inside,),
            ),
            Wrong(
                softmax_backward__assumes_cross_entropy,
                id="assumes-cross-entropy",
                hint="p - y holds only after softmax and cross-entropy together.",
                also=(softmax_backward__assumes_cross_entropy_mean,),
            ),
            Wrong(
                softmax_backward__mean_coupling,
                id="mean-coupling",
                hint="The coupling term is a sum over the classes.",
            ),
        ),
    ),
    Check(
        softmax_temperature,
        cases=temperature_cases,
        returns=("p: like z",),
        formula=r"p = \operatorname{softmax}(z / T)",
        needs=(softmax,),
        alternates=(softmax_temperature_shift_first, softmax_temperature_logs),
        hints=(
            "At which stage, logits or probabilities, does T act, and should a large T bring the values closer together?",
            "Scale the logits first and hand them to the stable softmax; it takes care of the rest.",
        ),
        wrong=(
            Wrong(
                softmax_temperature__multiplied,
                id="multiplied",
                hint="Heat flattens: divide the logits.",
            ),
            Wrong(
                softmax_temperature__after_softmax,
                id="after-softmax",
                hint="The temperature acts on the logits.",
                also=(softmax_temperature__after_softmax_again,),
            ),
            Wrong(
                softmax_temperature__ignored,
                id="ignored",
                hint="Different temperatures must give different sharpness.",
            ),
            Wrong(
                softmax_temperature__root_unnormalised,
                id="root-unnormalised",
                hint="After sharpening, divide by the sum again.",
                also=(softmax_temperature__root_unnormalised_exponentials,),
            ),
        ),
    ),
    Check(
        logit,
        cases=logit_cases,
        returns=("z: like p",),
        formula=r"\operatorname{logit}(p) = \log p - \log(1 - p)",
        alternates=(logit_of_odds, logit_of_inverse_odds),
        hints=(
            "Solve p = 1 / (1 + e^(-z)) for z.",
            "It is a difference of two logs; p and 1 - p take part alike, and nothing is clipped.",
        ),
        wrong=(
            Wrong(
                logit__log_p,
                id="log-p",
                hint="The odds compare p with 1-p.",
            ),
            Wrong(
                logit__sign,
                id="sign",
                hint="More probable than not must be positive.",
            ),
            Wrong(
                logit__clipped,
                id="clipped",
                hint="Tiny probabilities have large negative logits.",
                tags=("edge",),
                also=(
                    *_each_tiny(_logit_clipped),
                    *_each_tiny(_logit_added),
                ),
            ),
            Wrong(
                logit__precedence,
                id="precedence",
                hint="Divide first, then take the log.",
                also=(logit__precedence_two_logs,),
            ),
        ),
    ),
    Check(
        one_hot,
        cases=one_hot_cases,
        returns=("out: y C",),
        formula=(
            r"\text{out}[\ldots, c] = \begin{cases} 1 & \text{where } y = c \\"
            r" 0 & \text{elsewhere} \end{cases}"
        ),
        alternates=(one_hot_identity_rows, one_hot_filled, one_hot_scatter),
        hints=(
            "What shape must the result have, and how many of its entries are 1?",
            "Compare each label with all of 0 to C - 1 along a new last axis, or pick rows of the identity matrix; return floats.",
        ),
        wrong=(
            Wrong(
                one_hot__inferred_classes,
                id="inferred-classes",
                hint="The number of classes is given, not observed.",
                also=(
                    one_hot__inferred_classes_of_nothing,
                    one_hot__inferred_classes_counted,
                ),
            ),
            Wrong(
                one_hot__one_based,
                id="one-based",
                hint="Labels start at 0.",
                also=(one_hot__one_based_columns,),
            ),
            Wrong(
                one_hot__transposed,
                id="transposed",
                hint="The class axis comes last.",
                also=(
                    one_hot__transposed_reversed,
                    one_hot__transposed_column,
                ),
            ),
            Wrong(
                one_hot__label_value,
                id="label-value",
                hint="A one-hot row contains a single 1.",
            ),
        ),
    ),
    Check(
        masked_softmax,
        cases=masked_softmax_cases,
        returns=("p: like z",),
        formula=(
            r"p_c = \begin{cases} \frac{\exp(z_c)}{\sum_{k \text{ kept}} \exp(z_k)}"
            r" & \text{where mask}_c \text{ is True} \\"
            r" 0 & \text{where mask}_c \text{ is False} \end{cases}"
        ),
        needs=(softmax,),
        alternates=(masked_softmax_filled, masked_softmax_selected),
        properties=(
            Property("zero-where-masked", output="p", argument="mask", text="A masked entry has weight 0 exactly."),
        ),
        hints=(
            "Which logit gives weight 0 after the exponential? Put it under the mask with np.where, which also removes nan.",
            "The maximum is taken over what is kept. What is it where nothing is kept, and which shift is harmless there?",
            "Divide by the sum of the kept weights, but by 1 where that sum is 0.",
        ),
        wrong=(
            Wrong(
                masked_softmax__logits_times_mask,
                id="logits-times-mask",
                hint="A masked score must count as minus infinity, not as zero.",
                also=(masked_softmax__logits_times_mask_where,),
            ),
            Wrong(
                masked_softmax__not_renormalised,
                id="not-renormalised",
                hint="Mask before you normalise.",
                also=(masked_softmax__not_renormalised_where,),
            ),
            Wrong(
                masked_softmax__all_masked_nan,
                id="all-masked-nan",
                hint="Nothing to attend to means all weights are 0.",
                also=(
                    masked_softmax__all_masked_nan_multiplied,
                    masked_softmax__all_masked_nan_added,
                ),
            ),
            Wrong(
                masked_softmax__all_masked_uniform,
                id="all-masked-uniform",
                hint="A large negative number is not minus infinity when everything is masked.",
                also=(
                    masked_softmax__all_masked_uniform_added,
                    masked_softmax__all_masked_uniform_less,
                ),
            ),
            Wrong(
                masked_softmax__inverted,
                id="inverted",
                hint="True means keep.",
                also=(
                    masked_softmax__inverted_unguarded,
                    masked_softmax__inverted_large_negative,
                    masked_softmax__inverted_zeros,
                ),
            ),
        ),
    ),
)
