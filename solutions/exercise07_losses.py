"""References, wrong functions and cases for losses and the p-y gradient."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Wrong

TITLE = "Losses and the p-y gradient"
NEEDS = (6,)

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


def _softmax(z: Array) -> Array:
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def _log_softmax(z: Array) -> Array:
    shifted = z - np.max(z, axis=-1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))


def _sigmoid(z: Array) -> Array:
    decaying = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, decaying) / (1.0 + decaying)


def _one_hot(y: Array, C: int) -> Array:
    return (y[..., None] == np.arange(C)).astype(float)


def mse_loss(pred: Array, y: Array) -> float:
    return float(np.mean((pred - y) ** 2))


def mse_loss_norm(pred: Array, y: Array) -> float:
    return float(np.linalg.norm(np.ravel(pred - y)) ** 2 / pred.size)


def mse_loss_loop(pred: Array, y: Array) -> float:
    return math.fsum((float(a) - float(b)) ** 2 for a, b in zip(pred.flat, y.flat)) / pred.size


def mse_loss__half(pred: Array, y: Array) -> float:
    """Includes a factor 1/2."""
    return float(np.mean((pred - y) ** 2) / 2)


def mse_loss__half_of_rows(pred: Array, y: Array) -> float:
    """Divides by 2N, as the objective of exercise 4 does."""
    return float(np.sum((pred - y) ** 2) / (2 * len(pred)))


def mse_loss__summed(pred: Array, y: Array) -> float:
    """Sums instead of averaging."""
    return float(np.sum((pred - y) ** 2))


def mse_loss__rows_only(pred: Array, y: Array) -> float:
    """Divides by N but not by the number of outputs."""
    return float(np.sum((pred - y) ** 2) / len(pred))


def mse_loss__rows_only_two_steps(pred: Array, y: Array) -> float:
    """Sums over axis 1, which a vector does not have, and averages over the examples."""
    return float(np.mean(np.sum((pred - y) ** 2, axis=1)))


def mse_loss__rooted(pred: Array, y: Array) -> float:
    """Takes the square root (RMSE)."""
    return float(np.sqrt(np.mean((pred - y) ** 2)))


def mse_loss__rooted_sum(pred: Array, y: Array) -> float:
    """Takes the square root of the sum of squares, the norm of pred - y."""
    return float(np.linalg.norm(pred - y))


def mse_loss__absolute(pred: Array, y: Array) -> float:
    """Averages |pred - y|."""
    return float(np.mean(np.abs(pred - y)))


def mse_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(*shape: int) -> dict[str, Array]:
        """Residuals of both signs, none of them near 0 or 1."""
        residual = rng.uniform(1.3, 2.5, size=shape) * rng.choice([-1.0, 1.0], size=shape)
        y = rng.normal(0.5, 1.0, size=shape)
        return {"pred": y + residual, "y": y}

    yield Case("one output", bind=draw(5))
    yield Case("more examples than outputs", bind=draw(4, 3))
    yield Case("more outputs than examples", bind=draw(3, 5))
    yield Case("square", bind=draw(4, 4))
    yield Case("one example", bind=draw(1, 3))
    yield Case("a column", bind=draw(3, 1))
    yield Case("one entry", bind=draw(1))
    small = draw(3, 4)
    yield Case("small residuals", pred=small["y"] + 0.1 * (small["pred"] - small["y"]), y=small["y"])
    y = rng.normal(0.5, 1.0, size=(2, 3))
    yield Case("perfect fit", pred=y, y=y.copy())


def mse_grad(pred: Array, y: Array) -> Array:
    return 2 * (pred - y) / pred.size


def mse_grad_mean_of_squares(pred: Array, y: Array) -> Array:
    """Each square carries the weight 1/size."""
    weight = np.full_like(pred, 1 / pred.size)
    return weight * (pred - y) + weight * (pred - y)


def mse_grad_loop(pred: Array, y: Array) -> Array:
    grad = np.empty_like(pred)
    for position in np.ndindex(pred.shape):
        grad[position] = (pred[position] - y[position]) / (0.5 * pred.size)
    return grad


def mse_grad__factor_two(pred: Array, y: Array) -> Array:
    """Forgets the 2."""
    return (pred - y) / pred.size


def mse_grad__rows_only(pred: Array, y: Array) -> Array:
    """Divides by N instead of the number of entries."""
    return 2 * (pred - y) / len(pred)


def mse_grad__sign(pred: Array, y: Array) -> Array:
    """Uses y - pred."""
    return 2 * (y - pred) / pred.size


def mse_grad__not_averaged(pred: Array, y: Array) -> Array:
    """Does not divide."""
    return 2 * (pred - y)


def bce_with_logits(z: Array, y: Array) -> float:
    softplus = np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))
    return float(np.mean(softplus - y * z))


def bce_with_logits_two_classes(z: Array, y: Array) -> float:
    """-log s(z) is softplus(-z), and -log(1 - s(z)) is softplus(z)."""
    return float(np.mean(y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z)))


def bce_with_logits_loop(z: Array, y: Array) -> float:
    def one(logit: float, label: float) -> float:
        small = math.log1p(math.exp(-abs(logit)))
        return small + ((1 - label) * logit if logit > 0 else -label * logit)

    return math.fsum(one(float(a), float(b)) for a, b in zip(z.flat, y.flat)) / z.size


def bce_with_logits__sigmoid_then_log(z: Array, y: Array) -> float:
    """Takes logs of saturated probabilities, giving inf or nan."""
    p = _sigmoid(z)
    return float(np.mean(-y * np.log(p) - (1 - y) * np.log(1 - p)))


def bce_with_logits__sigmoid_then_log_of_ratio(z: Array, y: Array) -> float:
    """Takes logs of e^z / (1 + e^z), which is inf / inf for large logits."""
    p = np.exp(z) / (1 + np.exp(z))
    return float(np.mean(-y * np.log(p) - (1 - y) * np.log(1 - p)))


def bce_with_logits__floored(z: Array, y: Array) -> float:
    """Clips the probability at 1e-12, capping the loss at 27.6."""
    p = _sigmoid(z)
    return float(np.mean(-y * np.log(np.maximum(p, 1e-12)) - (1 - y) * np.log(np.maximum(1 - p, 1e-12))))


def _bce_with_logits_added(eps: float) -> Callable[..., float]:
    def bce_with_logits__floored_added(z: Array, y: Array) -> float:
        """Adds EPS inside the logs, capping the loss."""
        p = _sigmoid(z)
        return float(np.mean(-y * np.log(p + eps) - (1 - y) * np.log(1 - p + eps)))

    return bce_with_logits__floored_added


def _bce_with_logits_clipped(eps: float) -> Callable[..., float]:
    def bce_with_logits__floored_clipped(z: Array, y: Array) -> float:
        """Clips the probability to [EPS, 1 - EPS], capping the loss."""
        p = np.clip(_sigmoid(z.astype(np.float64)), eps, 1 - eps)  # float32 cannot hold 1 - eps
        return float(np.mean(-y * np.log(p) - (1 - y) * np.log(1 - p)))

    return bce_with_logits__floored_clipped


def bce_with_logits__positives_only(z: Array, y: Array) -> float:
    """Keeps -y log p and drops the other class."""
    return float(np.mean(y * np.logaddexp(0, -z)))


def bce_with_logits__positives_only_literal(z: Array, y: Array) -> float:
    """Keeps -y log s(z) and drops the other class; the log of a saturated probability is -inf."""
    return float(np.mean(-y * np.log(_sigmoid(z))))


def bce_with_logits__labels_flipped(z: Array, y: Array) -> float:
    """Swaps the two classes."""
    return float(np.mean(np.logaddexp(0, z) - (1 - y) * z))


def bce_with_logits__labels_flipped_literal(z: Array, y: Array) -> float:
    """Swaps the two classes and takes logs of saturated probabilities, giving inf or nan."""
    p = _sigmoid(z)
    return float(np.mean(-(1 - y) * np.log(p) - y * np.log(1 - p)))


def bce_with_logits__summed(z: Array, y: Array) -> float:
    """Sums over the batch."""
    return float(np.sum(np.logaddexp(0, z) - y * z))


def _binary(rng: np.random.Generator, *shape: int) -> dict[str, Array]:
    """Logits of both signs, with labels of both kinds that are independent of them."""
    n = int(np.prod(shape))
    labels = rng.permutation(np.arange(n) % 2).astype(float)
    return {"z": rng.normal(0.4, 1.5, size=shape), "y": labels.reshape(shape)}


def _wrong_side(rng: np.random.Generator, low: float, high: float, n: int) -> dict[str, Array]:
    """Large logits, each with the wrong label."""
    z = rng.uniform(low, high, size=n) * np.where(rng.permutation(n) % 2, 1.0, -1.0)
    return {"z": z, "y": (z < 0).astype(float)}


def bce_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield from _bce_value_cases(rng)
    wrong = _wrong_side(rng, 40.0, 60.0, 5)
    wrong["z"][rng.integers(5)] /= 40.0  # with the classes swapped this one alone costs more than rounding
    yield Case("confidently wrong", bind=wrong)
    yield Case("wrong by 1e4", kind="stability", bind=_wrong_side(rng, 0.8e4, 1.2e4, 4))


def _bce_value_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("six examples", bind=_binary(rng, 6))
    yield Case("more examples than outputs", bind=_binary(rng, 5, 3))
    yield Case("more outputs than examples", bind=_binary(rng, 2, 4))
    yield Case("square", bind=_binary(rng, 3, 3))
    soft = _binary(rng, 3, 4)
    soft["y"] = 0.3 + 0.4 * soft["y"] * rng.uniform(0.8, 1.0, size=(3, 4))
    yield Case("soft labels", bind=soft)
    yield Case("only positives", z=rng.normal(-0.5, 1.0, size=4), y=np.ones(4))
    yield Case("only negatives", z=rng.normal(0.5, 1.0, size=4), y=np.zeros(4))
    yield Case("one entry", z=rng.uniform(0.5, 2.0, size=1), y=np.zeros(1))


def bce_with_logits_grad(z: Array, y: Array) -> Array:
    return (_sigmoid(z) - y) / z.size


def bce_with_logits_grad_two_classes(z: Array, y: Array) -> Array:
    """Each class pulls with the probability of the other one."""
    towards_one, towards_zero = y * _sigmoid(-z), (1 - y) * _sigmoid(z)
    return (towards_zero - towards_one) / z.size


def bce_with_logits_grad_tanh(z: Array, y: Array) -> Array:
    return (0.5 * np.tanh(z / 2) + 0.5 - y) / z.size


def bce_with_logits_grad__extra_slope(z: Array, y: Array) -> Array:
    """Multiplies by s (1 - s) once more, as for squared error."""
    p = _sigmoid(z)
    return (p - y) * p * (1 - p) / z.size


def bce_with_logits_grad__extra_slope_doubled(z: Array, y: Array) -> Array:
    """Differentiates the mean of (s(z) - y)^2, which multiplies by 2 s (1 - s)."""
    p = _sigmoid(z)
    return 2 * (p - y) * p * (1 - p) / z.size


def bce_with_logits_grad__raw_logit(z: Array, y: Array) -> Array:
    """Uses z - y."""
    return (z - y) / z.size


def bce_with_logits_grad__sign(z: Array, y: Array) -> Array:
    """Uses y - p."""
    return (y - _sigmoid(z)) / z.size


def bce_with_logits_grad__not_averaged(z: Array, y: Array) -> Array:
    """Does not divide by the number of entries."""
    return _sigmoid(z) - y


def bce_grad_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield from _bce_value_cases(rng)
    yield Case("confidently wrong", gradient=False, bind=_wrong_side(rng, 40.0, 60.0, 5))
    yield Case("wrong by 1e4", kind="stability", gradient=False, bind=_wrong_side(rng, 0.8e4, 1.2e4, 4))


def cross_entropy(z: Array, y: Array) -> float:
    return float(-np.mean(_log_softmax(z)[np.arange(len(y)), y]))


def cross_entropy_one_hot(z: Array, y: Array) -> float:
    return float(-np.sum(_one_hot(y, z.shape[1]) * _log_softmax(z)) / len(z))


def cross_entropy_loop(z: Array, y: Array) -> float:
    losses = []
    for logits, label in zip(z.tolist(), y.tolist()):
        top = max(logits)
        losses.append(top - logits[label] + math.log(math.fsum(math.exp(logit - top) for logit in logits)))
    return math.fsum(losses) / len(losses)


def cross_entropy_pairwise(z: Array, y: Array) -> float:
    """The mean log-sum-exp minus the mean logit of the true classes."""
    true = [logits[label] for logits, label in zip(z.tolist(), y.tolist())]
    return float(np.mean(np.logaddexp.reduce(z, axis=1))) - math.fsum(true) / len(true)


def cross_entropy__double_softmax(z: Array, y: Array) -> float:
    """Applies softmax to probabilities that were already softmaxed."""
    return float(-np.mean(_log_softmax(_softmax(z))[np.arange(len(y)), y]))


def cross_entropy__unstable(z: Array, y: Array) -> float:
    """Takes the log of an underflowed probability, giving inf."""
    return float(-np.mean(np.log(_softmax(z)[np.arange(len(y)), y])))


def cross_entropy__unstable_unshifted(z: Array, y: Array) -> float:
    """Takes the log of a probability whose exponentials under- and overflow, giving inf or nan."""
    e = np.exp(z)
    p = e / np.sum(e, axis=1, keepdims=True)
    return float(-np.mean(np.log(p[np.arange(len(y)), y])))


def cross_entropy__unstable_log_sum(z: Array, y: Array) -> float:
    """Takes the log of a sum of unshifted exponentials, which overflows to inf."""
    return float(np.mean(np.log(np.sum(np.exp(z), axis=1)) - z[np.arange(len(y)), y]))


def cross_entropy__floored(z: Array, y: Array) -> float:
    """Adds 1e-5 inside the log, shifting every loss slightly."""
    return float(-np.mean(np.log(_softmax(z)[np.arange(len(y)), y] + 1e-5)))


def _cross_entropy_added(eps: float) -> Callable[..., float]:
    def cross_entropy__floored_added(z: Array, y: Array) -> float:
        """Adds EPS inside the log, capping the loss."""
        return float(-np.mean(np.log(_softmax(z)[np.arange(len(y)), y] + eps)))

    return cross_entropy__floored_added


def _cross_entropy_clipped(eps: float) -> Callable[..., float]:
    def cross_entropy__floored_clipped(z: Array, y: Array) -> float:
        """Clips the probability to [EPS, 1 - EPS], capping the loss."""
        p = np.clip(_softmax(z.astype(np.float64)), eps, 1 - eps)  # float32 cannot hold 1 - eps
        return float(-np.mean(np.log(p[np.arange(len(y)), y])))

    return cross_entropy__floored_clipped


def _cross_entropy_floor(eps: float) -> Callable[..., float]:
    def cross_entropy__floored_maximum(z: Array, y: Array) -> float:
        """Lets no probability fall below EPS, capping the loss."""
        return float(-np.mean(np.log(np.maximum(_softmax(z)[np.arange(len(y)), y], eps))))

    return cross_entropy__floored_maximum


def cross_entropy__column_indexing(z: Array, y: Array) -> float:
    """Picks the columns y for every row, averaging an N by N block."""
    return float(-np.mean(_log_softmax(z)[:, y]))


def cross_entropy__column_indexing_sum(z: Array, y: Array) -> float:
    """Picks the columns y for every row and divides the sum of an N by N block by N."""
    return float(-np.sum(_log_softmax(z)[:, y]) / len(y))


def cross_entropy__all_classes(z: Array, y: Array) -> float:
    """Sums -log p over all classes."""
    return float(-np.sum(_log_softmax(z)) / len(y))


def cross_entropy__all_classes_mean(z: Array, y: Array) -> float:
    """Averages -log p over all classes of all examples."""
    return float(-np.mean(_log_softmax(z)))


def cross_entropy__summed(z: Array, y: Array) -> float:
    """Sums over the batch."""
    return float(-np.sum(_log_softmax(z)[np.arange(len(y)), y]))


def _classes(rng: np.random.Generator, N: int, C: int) -> dict[str, Array]:
    return {"z": rng.normal(0.5, 1.5, size=(N, C)), "y": rng.integers(C, size=N)}


def _label_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("more examples than classes", bind=_classes(rng, 5, 3))
    yield Case("more classes than examples", bind=_classes(rng, 3, 6))
    yield Case("as many examples as classes", bind=_classes(rng, 4, 4))
    yield Case("two classes", bind=_classes(rng, 5, 2))
    yield Case("one example", bind=_classes(rng, 1, 4))
    repeated = _classes(rng, 4, 5)
    repeated["y"] = np.array([2, 0, 2, 2])[rng.permutation(4)]
    yield Case("a label that repeats", bind=repeated)
    unlikely = _classes(rng, 4, 3)
    unlikely["z"][np.arange(4), unlikely["y"]] -= 7.0
    yield Case("unlikely labels", bind=unlikely)


def cross_entropy_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield from _label_cases(rng)
    whole = float(rng.integers(4, 9)) + rng.permutation([[0.0], [1.0], [3.0]])  # no precision holds their mean exactly
    yield Case("one class", z=whole, y=np.zeros(3, dtype=int))
    yield Case("true class 2e4 below the top", kind="stability", bind=_far_below(rng, 3, 4))
    yield Case("rows 1e4 apart", kind="stability", float64_only=True, bind=_rows_apart(rng, 4, 3))


def _far_below(rng: np.random.Generator, N: int, C: int) -> dict[str, Array]:
    """The true class near -1e4, another one near 1e4."""
    y = rng.integers(C, size=N)
    z = rng.uniform(-50.0, 50.0, size=(N, C))
    z[np.arange(N), y] -= 1e4
    z[np.arange(N), (y + 1) % C] += 1e4
    return {"z": z, "y": y}


def _rows_apart(rng: np.random.Generator, N: int, C: int) -> dict[str, Array]:
    """One row of logits near 1e4, the others near 0."""
    z = rng.uniform(-3.0, 3.0, size=(N, C))
    z[rng.integers(N)] += 1e4
    return {"z": z, "y": rng.integers(C, size=N)}


def cross_entropy_grad(z: Array, y: Array) -> Array:
    return (_softmax(z) - _one_hot(y, z.shape[1])) / len(z)


def cross_entropy_grad_in_place(z: Array, y: Array) -> Array:
    grad = np.array(_softmax(z))
    grad[np.arange(len(y)), y] -= 1
    grad /= len(y)
    return grad


def cross_entropy_grad_loop(z: Array, y: Array) -> Array:
    rows = []
    for logits, label in zip(z.tolist(), y.tolist()):
        weights = [math.exp(logit - max(logits)) for logit in logits]
        rows.append([w / math.fsum(weights) - (c == label) for c, w in enumerate(weights)])
    return np.array(rows) / len(rows)


def cross_entropy_grad_through_log_softmax(z: Array, y: Array) -> Array:
    """The upstream gradient of the log-softmax is -1/N at the labels; its backward pass does the rest."""
    upstream = -_one_hot(y, z.shape[1]) / len(z)
    return upstream - np.exp(_log_softmax(z)) * upstream.sum(axis=1, keepdims=True)


def cross_entropy_grad__not_averaged(z: Array, y: Array) -> Array:
    """Forgets 1/N."""
    return _softmax(z) - _one_hot(y, z.shape[1])


def cross_entropy_grad__sign(z: Array, y: Array) -> Array:
    """Returns (onehot - p) / N."""
    return (_one_hot(y, z.shape[1]) - _softmax(z)) / len(z)


def cross_entropy_grad__label_missing(z: Array, y: Array) -> Array:
    """Returns p / N without subtracting the label."""
    return _softmax(z) / len(z)


def cross_entropy_grad__jacobian_twice(z: Array, y: Array) -> Array:
    """Multiplies p - y by the softmax Jacobian again."""
    p = _softmax(z)
    residual = (p - _one_hot(y, z.shape[1])) / len(z)
    return p * (residual - np.sum(residual * p, axis=1, keepdims=True))


def cross_entropy_grad__jacobian_twice_diagonal(z: Array, y: Array) -> Array:
    """Multiplies p - y by p (1 - p), the diagonal of the softmax Jacobian."""
    p = _softmax(z)
    return (p - _one_hot(y, z.shape[1])) * p * (1 - p) / len(z)


def cross_entropy_grad__jacobian_twice_summed(z: Array, y: Array) -> Array:
    """Multiplies p - y, not averaged, by the softmax Jacobian again."""
    p = _softmax(z)
    residual = p - _one_hot(y, z.shape[1])
    return p * (residual - np.sum(residual * p, axis=1, keepdims=True))


def cross_entropy_grad__divided_by_entries(z: Array, y: Array) -> Array:
    """Divides by N C."""
    return (_softmax(z) - _one_hot(y, z.shape[1])) / z.size


def cross_entropy_grad__divided_by_entries_of_a_row(z: Array, y: Array) -> Array:
    """Divides by the number of classes C instead of N."""
    return (_softmax(z) - _one_hot(y, z.shape[1])) / z.shape[1]


def cross_entropy_grad_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield from _label_cases(rng)
    yield Case("confidently wrong", kind="stability", gradient=False, bind=_far_below(rng, 3, 4))
    yield Case("rows 1e4 apart", kind="stability", float64_only=True, gradient=False, bind=_rows_apart(rng, 4, 3))


def smooth_labels(y: Array, C: int, eps: float) -> Array:
    return (1 - eps) * _one_hot(y, C) + eps / C


def smooth_labels_filled(y: Array, C: int, eps: float) -> Array:
    out = np.full((len(y), C), eps / C)
    out[np.arange(len(y)), y] += 1 - eps
    return out


def smooth_labels_interpolated(y: Array, C: int, eps: float) -> Array:
    """A step of eps from the label towards the uniform distribution."""
    label = np.eye(C)[y]
    return label + eps * (np.full(C, 1 / C) - label)


def smooth_labels__other_classes_only(y: Array, C: int, eps: float) -> Array:
    """Spreads eps over the C - 1 wrong classes."""
    label = _one_hot(y, C)
    return (1 - eps) * label + eps / (C - 1) * (1 - label)


def smooth_labels__other_classes_only_by_all(y: Array, C: int, eps: float) -> Array:
    """Gives each wrong class eps / C and the label 1 - eps, without its own share."""
    out = np.full((len(y), C), eps / C)
    out[np.arange(len(y)), y] = 1 - eps
    return out


def smooth_labels__not_reduced(y: Array, C: int, eps: float) -> Array:
    """Adds eps / C without taking eps away from the label."""
    return _one_hot(y, C) + eps / C


def smooth_labels__not_reduced_at_label(y: Array, C: int, eps: float) -> Array:
    """Gives eps / C to the wrong classes and leaves the label at 1."""
    out = np.full((len(y), C), eps / C)
    out[np.arange(len(y)), y] = 1.0
    return out


def smooth_labels__not_shared(y: Array, C: int, eps: float) -> Array:
    """Adds eps instead of eps / C."""
    return (1 - eps) * _one_hot(y, C) + eps


def smooth_labels__not_shared_beside(y: Array, C: int, eps: float) -> Array:
    """Gives every wrong class eps instead of a share of it, and the label 1 - eps."""
    out = np.full((len(y), C), eps)
    out[np.arange(len(y)), y] = 1 - eps
    return out


def smooth_labels__swapped(y: Array, C: int, eps: float) -> Array:
    """Gives eps to the label and 1 - eps to the uniform part."""
    return eps * _one_hot(y, C) + (1 - eps) / C


def smooth_cases(rng: np.random.Generator) -> Iterator[Case]:
    def share() -> float:
        return float(rng.uniform(0.08, 0.35))

    yield Case("more labels than classes", y=rng.integers(3, size=5), C=3, eps=share())
    yield Case("more classes than labels", y=rng.integers(6, size=2), C=6, eps=share())
    yield Case("as many labels as classes", y=rng.integers(4, size=4), C=4, eps=share())
    yield Case("two classes", y=rng.permutation([0, 1, 1]), C=2, eps=share())
    yield Case("one label", y=rng.integers(5, size=1), C=5, eps=share())
    yield Case("more than half", y=rng.integers(4, size=3), C=4, eps=float(rng.uniform(0.6, 0.9)))
    yield Case("no smoothing", y=rng.integers(4, size=5), C=4, eps=0.0)
    yield Case("nothing but smoothing", y=rng.integers(3, size=4), C=3, eps=1.0)


def soft_cross_entropy(z: Array, q: Array) -> float:
    return float(-np.sum(q * _log_softmax(z)) / len(z))


def soft_cross_entropy_rows(z: Array, q: Array) -> float:
    rows = [-float(target @ scores) for target, scores in zip(q, _log_softmax(z))]
    return sum(rows) / len(rows)


def soft_cross_entropy_expected_logit(z: Array, q: Array) -> float:
    """As q sums to 1, the log-sum-exp comes out of the average."""
    top = z.max(axis=1)
    log_sum = top + np.log(np.exp(z - top[:, None]).sum(axis=1))
    return float(np.mean(log_sum - np.einsum("nc,nc->n", q, z)))


def soft_cross_entropy__hardened(z: Array, q: Array) -> float:
    """Uses argmax(q) as the label."""
    return float(-np.mean(_log_softmax(z)[np.arange(len(q)), np.argmax(q, axis=1)]))


def soft_cross_entropy__kl(z: Array, q: Array) -> float:
    """Subtracts the entropy of q."""
    entropy = -np.sum(q * np.log(np.where(q > 0, q, 1.0)))
    return float((-np.sum(q * _log_softmax(z)) - entropy) / len(z))


def soft_cross_entropy__kl_unguarded(z: Array, q: Array) -> float:
    """Subtracts the entropy of q; 0 log 0 gives nan."""
    return float(np.sum(q * (np.log(q) - _log_softmax(z))) / len(z))


def soft_cross_entropy__roles_swapped(z: Array, q: Array) -> float:
    """Computes -sum p log q."""
    return float(-np.sum(_softmax(z) * np.log(q)) / len(z))


def soft_cross_entropy__roles_swapped_masked(z: Array, q: Array) -> float:
    """Computes -sum p log q over the classes with q > 0."""
    return float(-np.sum(_softmax(z) * np.log(np.where(q > 0, q, 1.0))) / len(z))


def soft_cross_entropy__roles_swapped_floored(z: Array, q: Array) -> Any:
    """Computes -sum p log(q + 1e-12)."""
    return -np.sum(_softmax(z) * np.log(q + 1e-12)) / len(z)


def soft_cross_entropy__per_entry(z: Array, q: Array) -> float:
    """Averages over N C entries."""
    return float(-np.mean(q * _log_softmax(z)))


def soft_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(N: int, C: int) -> dict[str, Array]:
        """Targets whose largest class is clear and differs from row to row."""
        weights = rng.uniform(0.2, 1.0, size=(N, C))
        weights[np.arange(N), rng.integers(C, size=N)] += 1.5
        return {"z": rng.normal(0.5, 1.5, size=(N, C)), "q": weights / weights.sum(axis=1, keepdims=True)}

    yield Case("more examples than classes", bind=draw(5, 3))
    yield Case("more classes than examples", bind=draw(2, 5))
    yield Case("as many examples as classes", bind=draw(4, 4))
    yield Case("two classes", bind=draw(3, 2))
    yield Case("one example", bind=draw(1, 4))
    one_hot = draw(4, 3)
    one_hot["q"] = np.eye(3)[rng.integers(3, size=4)]
    yield Case("one-hot targets", bind=one_hot)
    excluded = draw(3, 4)
    columns = rng.integers(4, size=3)
    excluded["q"][np.arange(3), columns] = 0.0
    excluded["q"] /= excluded["q"].sum(axis=1, keepdims=True)
    excluded["z"][np.arange(3), columns] = -1e4
    yield Case("weight 0 at a logit of -1e4", kind="stability", bind=excluded)
    yield Case("one class", z=rng.normal(size=(3, 1)), q=np.ones((3, 1)))
    apart = draw(3, 4)
    apart["z"] = _rows_apart(rng, 3, 4)["z"]
    yield Case("rows 1e4 apart", kind="stability", float64_only=True, bind=apart)


def _token_losses(z: Array, y: Array) -> Array:
    n, t = np.indices(y.shape)
    return -_log_softmax(z)[n, t, y]  # (N, T, C) -> (N, T)


def masked_cross_entropy(z: Array, y: Array, mask: Array) -> float:
    if not mask.any():
        return 0.0
    return float(np.mean(_token_losses(z, y)[mask]))


def masked_cross_entropy_weights(z: Array, y: Array, mask: Array) -> float:
    losses = -np.sum(_one_hot(y, z.shape[-1]) * _log_softmax(z), axis=-1)
    return float(np.sum(losses * mask) / max(int(mask.sum()), 1))


def masked_cross_entropy_flattened(z: Array, y: Array, mask: Array) -> float:
    """A batch of the real tokens alone."""
    return cross_entropy(z[mask], y[mask]) if np.any(mask) else 0.0


def masked_cross_entropy_loop(z: Array, y: Array, mask: Array) -> float:
    total, count = 0.0, 0
    for position in zip(*np.nonzero(mask)):
        total += cross_entropy_loop(z[position][None], y[position][None])
        count += 1
    return total / count if count else 0.0


def masked_cross_entropy__counts_padding(z: Array, y: Array, mask: Array) -> float:
    """Divides by N T, the padding included."""
    return float(np.sum(_token_losses(z, y) * mask) / mask.size)


def masked_cross_entropy__counts_padding_losses(z: Array, y: Array, mask: Array) -> float:
    """Averages over all N T positions, the losses of the padding included."""
    return float(np.mean(_token_losses(z, y)))


def masked_cross_entropy__per_sequence(z: Array, y: Array, mask: Array) -> float:
    """Divides by N."""
    return float(np.sum(_token_losses(z, y) * mask) / len(mask))


def masked_cross_entropy__inverted(z: Array, y: Array, mask: Array) -> float:
    """Averages over the padding."""
    return masked_cross_entropy(z, y, ~mask)


def masked_cross_entropy__inverted_unguarded(z: Array, y: Array, mask: Array) -> float:
    """Averages over the padding, which is nan where there is none."""
    return float(np.mean(_token_losses(z, y)[~mask]))


def masked_cross_entropy__inverted_guarded(z: Array, y: Array, mask: Array) -> float:
    """Averages over the padding, unless there are no real tokens."""
    if not mask.any():
        return 0.0
    return float(np.mean(_token_losses(z, y)[~mask]))


def masked_cross_entropy__masked_logits(z: Array, y: Array, mask: Array) -> float:
    """Zeroes the logits of padding instead of dropping it, so padding costs log C."""
    return float(np.mean(_token_losses(z * mask[..., None], y)))


def masked_cross_entropy__masked_logits_guarded(z: Array, y: Array, mask: Array) -> float:
    """Zeroes the logits of padding, so padding costs log C, unless there are no real tokens."""
    if not mask.any():
        return 0.0
    return float(np.mean(_token_losses(z * mask[..., None], y)))


def masked_cross_entropy__masked_logits_per_token(z: Array, y: Array, mask: Array) -> float:
    """Zeroes the logits of padding, so padding costs log C, and divides by the number of real tokens."""
    if not mask.any():
        return 0.0
    return float(np.sum(_token_losses(z * mask[..., None], y)) / np.sum(mask))


def masked_cross_entropy__mean_of_means(z: Array, y: Array, mask: Array) -> float:
    """Averages within each sequence first, so short sequences weigh too much."""
    sums, counts = np.sum(_token_losses(z, y) * mask, axis=1), np.sum(mask, axis=1)
    return float(np.mean(sums / np.maximum(counts, 1)))


def masked_cross_entropy__mean_of_means_filled(z: Array, y: Array, mask: Array) -> float:
    """Averages within each sequence that has tokens first, so short sequences weigh too much."""
    losses = _token_losses(z, y)
    means = [np.mean(row[keep]) for row, keep in zip(losses, mask) if keep.any()]
    return float(np.mean(means)) if means else 0.0


def masked_cross_entropy__mean_of_means_unguarded(z: Array, y: Array, mask: Array) -> float:
    """Averages within each sequence first, which is nan for one without tokens."""
    sums = np.sum(_token_losses(z, y) * mask, axis=1)
    return float(np.mean(sums / np.sum(mask, axis=1)))


def masked_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(lengths: list[int], T: int, C: int) -> dict[str, Array]:
        N = len(lengths)
        mask = np.arange(T) < np.array(lengths)[:, None]
        y = np.where(mask, rng.integers(C, size=(N, T)), 0)
        return {"z": rng.normal(0.5, 1.5, size=(N, T, C)), "y": y, "mask": mask}

    yield Case("sequences of different length", bind=draw([4, 1, 3], 4, 5))
    yield Case("more sequences than steps", bind=draw([2, 1, 3, 1], 3, 2))
    yield Case("all sizes equal", bind=draw([3, 1, 2], 3, 3))
    yield Case("nothing padded", bind=draw([3, 3], 3, 4))
    yield Case("one sequence", bind=draw([2], 4, 3))
    yield Case("a sequence without tokens", bind=draw([3, 0, 2], 4, 3))
    holes = draw([4, 4, 4], 4, 3)
    holes["mask"] = np.add.outer(rng.permutation(3), rng.permutation(4)) % 3 > 0
    yield Case("padding in between", bind=holes)
    yield Case("all padding", bind=draw([0, 0], 3, 4))
    zeros = draw([2, 3], 3, 4)
    zeros["y"] = np.zeros((2, 3), dtype=int)
    yield Case("every label is 0", bind=zeros)
    apart = draw([2, 3], 3, 4)
    apart["z"][0, 1] += 1e4
    yield Case("one token's logits near 1e4", kind="stability", float64_only=True, bind=apart)
    far = draw([2, 1], 3, 4)
    far["z"][far["mask"], far["y"][far["mask"]]] -= 1e4
    yield Case("true class 1e4 below the others", kind="stability", bind=far)


CHECKS = (
    Check(
        mse_loss,
        cases=mse_cases,
        returns=("loss:",),
        formula=r"\text{loss} = \frac{1}{\text{size}} \sum_{\text{all entries}} (\text{pred} - y)^2",
        args={"pred": "N D", "y": "N D"},
        alternates=(mse_loss_norm, mse_loss_loop),
        hints=(
            "How many numbers are squared in all for predictions of shape (N, D)?",
            "Subtract, square, and take the mean over every entry at once.",
        ),
        wrong=(
            Wrong(
                mse_loss__half,
                id="half",
                hint="This loss is the plain mean of squares.",
                also=(mse_loss__half_of_rows,),
            ),
            Wrong(
                mse_loss__summed,
                id="summed",
                hint="Mean, over examples and outputs.",
            ),
            Wrong(
                mse_loss__rows_only,
                id="rows-only",
                hint="Divide by the number of entries.",
                also=(mse_loss__rows_only_two_steps,),
            ),
            Wrong(
                mse_loss__rooted,
                id="rooted",
                hint="No root in the MSE.",
                also=(mse_loss__rooted_sum,),
            ),
            Wrong(
                mse_loss__absolute,
                id="absolute",
                hint="Squared, not absolute.",
            ),
        ),
    ),
    Check(
        mse_grad,
        cases=mse_cases,
        returns=("grad: like pred",),
        formula=r"\text{grad} = \frac{2 \, (\text{pred} - y)}{\text{size}}",
        args={"pred": "N D", "y": "N D"},
        alternates=(mse_grad_mean_of_squares, mse_grad_loop),
        gradient=Gradient(of=mse_loss, wrt={"pred": "grad"}),
        hints=(
            "Differentiate (pred - y)^2 / size with respect to one entry of pred.",
            "The square brings a factor down, the mean a divisor: both belong to every entry.",
        ),
        wrong=(
            Wrong(
                mse_grad__factor_two,
                id="factor-two",
                hint="This loss has no 1/2 to cancel it.",
            ),
            Wrong(
                mse_grad__rows_only,
                id="rows-only",
                hint="Use the divisor of the loss.",
            ),
            Wrong(
                mse_grad__sign,
                id="sign",
                hint="Prediction minus target.",
            ),
            Wrong(
                mse_grad__not_averaged,
                id="not-averaged",
                hint="The loss is a mean, so the gradient is divided too.",
            ),
        ),
    ),
    Check(
        bce_with_logits,
        cases=bce_cases,
        returns=("loss:",),
        formula=(
            r"\begin{aligned}"
            r" \text{loss} &= \frac{1}{\text{size}} \sum_{\text{all entries}}"
            r" [\operatorname{softplus}(z) - y \, z] \\"
            r" &= \frac{1}{\text{size}} \sum_{\text{all entries}} [-y \log s(z) - (1 - y) \log(1 - s(z))]"
            r" \end{aligned}"
        ),
        args={"z": "N D", "y": "N D"},
        alternates=(bce_with_logits_two_classes, bce_with_logits_loop),
        hints=(
            "What is -log s(z) as a softplus, and what is -log(1 - s(z))?",
            "Insert both into -y log p - (1 - y) log(1 - p) and simplify: one softplus and one product are left.",
            "Use the softplus of exercise 1, whose exponent is never positive, and average over every entry.",
        ),
        wrong=(
            Wrong(
                bce_with_logits__sigmoid_then_log,
                id="sigmoid-then-log",
                hint="Combine sigmoid and log into softplus.",
                tags=("edge",),
                also=(bce_with_logits__sigmoid_then_log_of_ratio,),
            ),
            Wrong(
                bce_with_logits__floored,
                id="floored",
                hint="A very wrong logit must cost very much.",
                tags=("edge",),
                also=(
                    *_each_tiny(_bce_with_logits_added),
                    *_each_tiny(_bce_with_logits_clipped),
                ),
            ),
            Wrong(
                bce_with_logits__positives_only,
                id="positives-only",
                hint="Negative examples teach as well.",
                also=(bce_with_logits__positives_only_literal,),
            ),
            Wrong(
                bce_with_logits__labels_flipped,
                id="labels-flipped",
                hint="The logit is the log-odds of class 1.",
                also=(bce_with_logits__labels_flipped_literal,),
            ),
            Wrong(
                bce_with_logits__summed,
                id="summed",
                hint="Mean, not sum.",
            ),
        ),
    ),
    Check(
        bce_with_logits_grad,
        cases=bce_grad_cases,
        returns=("grad: like z",),
        formula=(
            r"\text{grad} = \frac{s(z) - y}{\text{size}}"
            r" \qquad s \text{ the sigmoid}"
        ),
        args={"z": "N D", "y": "N D"},
        alternates=(bce_with_logits_grad_two_classes, bce_with_logits_grad_tanh),
        gradient=Gradient(of=bce_with_logits, wrt={"z": "grad"}),
        hints=(
            "What is the derivative of softplus(z), and what that of y z?",
            "A stable sigmoid, the labels, and the divisor of the loss: nothing else is needed.",
        ),
        wrong=(
            Wrong(
                bce_with_logits_grad__extra_slope,
                id="extra-slope",
                hint="The slope of the sigmoid cancels against the log.",
                also=(bce_with_logits_grad__extra_slope_doubled,),
            ),
            Wrong(
                bce_with_logits_grad__raw_logit,
                id="raw-logit",
                hint="Compare the probability with the label.",
            ),
            Wrong(
                bce_with_logits_grad__sign,
                id="sign",
                hint="Prediction minus label.",
            ),
            Wrong(
                bce_with_logits_grad__not_averaged,
                id="not-averaged",
                hint="The loss is a mean.",
            ),
        ),
    ),
    Check(
        cross_entropy,
        cases=cross_entropy_cases,
        returns=("loss:",),
        formula=r"\text{loss} = -\frac{1}{N} \sum_n \log \operatorname{softmax}(z_n)[y_n]",
        args={"z": "N C", "y": "N"},
        alternates=(cross_entropy_one_hot, cross_entropy_loop, cross_entropy_pairwise),
        hints=(
            "Which single entry of each row of log-probabilities does the label select?",
            "Compute the log-softmax of exercise 6 for all rows, then index with the row numbers and the labels together.",
            "The loss is minus the mean of the N selected entries.",
        ),
        wrong=(
            Wrong(
                cross_entropy__double_softmax,
                id="double-softmax",
                hint="Feed logits in, exactly once.",
            ),
            Wrong(
                cross_entropy__unstable,
                id="unstable",
                hint="Use log-softmax.",
                tags=("edge",),
                also=(
                    cross_entropy__unstable_unshifted,
                    cross_entropy__unstable_log_sum,
                ),
            ),
            Wrong(
                cross_entropy__floored,
                id="floored",
                hint="No epsilon is needed with log-softmax.",
                also=(
                    *_each_tiny(_cross_entropy_added),
                    *_each_tiny(_cross_entropy_clipped),
                    *_each_tiny(_cross_entropy_floor),
                ),
            ),
            Wrong(
                cross_entropy__column_indexing,
                id="column-indexing",
                hint="Pair row n with column y[n].",
                also=(cross_entropy__column_indexing_sum,),
            ),
            Wrong(
                cross_entropy__all_classes,
                id="all-classes",
                hint="Only the true class enters.",
                also=(cross_entropy__all_classes_mean,),
            ),
            Wrong(
                cross_entropy__summed,
                id="summed",
                hint="Mean over examples.",
            ),
        ),
    ),
    Check(
        cross_entropy_grad,
        cases=cross_entropy_grad_cases,
        returns=("grad: N C",),
        formula=(
            r"\text{grad} = \frac{\operatorname{softmax}(z)"
            r" - \operatorname{onehot}(y)}{N}"
        ),
        args={"z": "N C", "y": "N"},
        alternates=(cross_entropy_grad_in_place, cross_entropy_grad_loop, cross_entropy_grad_through_log_softmax),
        gradient=Gradient(of=cross_entropy, wrt={"z": "grad"}),
        hints=(
            "The loss of one row is logsumexp(z) - z[y]. What are the derivatives of its two terms?",
            "The first gives a probability for every class, the second a 1 at the label; the mean over N examples divides both.",
        ),
        wrong=(
            Wrong(
                cross_entropy_grad__not_averaged,
                id="not-averaged",
                hint="The loss averages over the batch.",
            ),
            Wrong(
                cross_entropy_grad__sign,
                id="sign",
                hint="Probability minus label.",
            ),
            Wrong(
                cross_entropy_grad__label_missing,
                id="label-missing",
                hint="The true class pulls its logit up.",
            ),
            Wrong(
                cross_entropy_grad__jacobian_twice,
                id="jacobian-twice",
                hint="p-y already contains the softmax derivative.",
                also=(
                    cross_entropy_grad__jacobian_twice_diagonal,
                    cross_entropy_grad__jacobian_twice_summed,
                ),
            ),
            Wrong(
                cross_entropy_grad__divided_by_entries,
                id="divided-by-entries",
                hint="Average over examples only.",
                also=(cross_entropy_grad__divided_by_entries_of_a_row,),
            ),
        ),
    ),
    Check(
        smooth_labels,
        cases=smooth_cases,
        returns=("q: N C",),
        formula=r"\text{out} = (1 - \epsilon) \operatorname{onehot}(y) + \frac{\epsilon}{C}",
        args={"y": "N"},
        alternates=(smooth_labels_filled, smooth_labels_interpolated),
        hints=(
            "How much probability must a row hold in all, and how is it divided between the label and the uniform part?",
            "Scale the one-hot rows down, then give every class, the label too, its share of eps.",
        ),
        wrong=(
            Wrong(
                smooth_labels__other_classes_only,
                id="other-classes-only",
                hint="The uniform part covers all C classes.",
                also=(smooth_labels__other_classes_only_by_all,),
            ),
            Wrong(
                smooth_labels__not_reduced,
                id="not-reduced",
                hint="The row must still sum to 1.",
                also=(smooth_labels__not_reduced_at_label,),
            ),
            Wrong(
                smooth_labels__not_shared,
                id="not-shared",
                hint="The mass eps is divided among the classes.",
                also=(smooth_labels__not_shared_beside,),
            ),
            Wrong(
                smooth_labels__swapped,
                id="swapped",
                hint="Small eps means almost the original label.",
            ),
        ),
    ),
    Check(
        soft_cross_entropy,
        cases=soft_cases,
        returns=("loss:",),
        formula=(
            r"\text{loss} = -\frac{1}{N} \sum_n \sum_c q_{nc} \log"
            r" \operatorname{softmax}(z_n)[c]"
        ),
        args={"z": "N C", "q": "N C"},
        alternates=(soft_cross_entropy_rows, soft_cross_entropy_expected_logit),
        hints=(
            "Under which distribution is the average taken, and of which one is the log?",
            "Weight the log-softmax of the logits with q, sum over the classes, and average over the examples.",
        ),
        wrong=(
            Wrong(
                soft_cross_entropy__hardened,
                id="hardened",
                hint="Every class with weight contributes.",
            ),
            Wrong(
                soft_cross_entropy__kl,
                id="kl",
                hint="Cross-entropy keeps the entropy of the target.",
                also=(soft_cross_entropy__kl_unguarded,),
            ),
            Wrong(
                soft_cross_entropy__roles_swapped,
                id="roles-swapped",
                hint="The log is of the model.",
                also=(
                    soft_cross_entropy__roles_swapped_masked,
                    soft_cross_entropy__roles_swapped_floored,
                ),
            ),
            Wrong(
                soft_cross_entropy__per_entry,
                id="per-entry",
                hint="Sum over classes, mean over examples.",
            ),
        ),
    ),
    Check(
        masked_cross_entropy,
        cases=masked_cases,
        returns=("loss:",),
        formula=(
            r"\text{loss} = \frac{-\sum_{(n, t) \text{ real}} \log"
            r" \operatorname{softmax}(z_{nt})[y_{nt}]}{\text{number of real tokens}}"
        ),
        args={"z": "N T C", "y": "N T", "mask": "N T"},
        needs=(cross_entropy,),
        alternates=(masked_cross_entropy_weights, masked_cross_entropy_flattened, masked_cross_entropy_loop),
        hints=(
            "How many numbers does the average run over, and which ones?",
            "Compute the loss of each token, as an array (N, T), then keep the real ones. np.take_along_axis picks one class per token.",
            "What should the mean of no tokens at all be?",
        ),
        wrong=(
            Wrong(
                masked_cross_entropy__counts_padding,
                id="counts-padding",
                hint="Divide by the number of real tokens.",
                also=(masked_cross_entropy__counts_padding_losses,),
            ),
            Wrong(
                masked_cross_entropy__per_sequence,
                id="per-sequence",
                hint="Tokens are averaged, not sequences.",
            ),
            Wrong(
                masked_cross_entropy__inverted,
                id="inverted",
                hint="True marks real tokens.",
                also=(
                    masked_cross_entropy__inverted_unguarded,
                    masked_cross_entropy__inverted_guarded,
                ),
            ),
            Wrong(
                masked_cross_entropy__masked_logits,
                id="masked-logits",
                hint="Drop the token's loss, not its logits.",
                also=(
                    masked_cross_entropy__masked_logits_guarded,
                    masked_cross_entropy__masked_logits_per_token,
                ),
            ),
            Wrong(
                masked_cross_entropy__mean_of_means,
                id="mean-of-means",
                hint="Every real token counts the same.",
                also=(
                    masked_cross_entropy__mean_of_means_filled,
                    masked_cross_entropy__mean_of_means_unguarded,
                ),
            ),
        ),
    ),
)
