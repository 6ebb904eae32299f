"""References, wrong functions and cases for L1, L2 and weight decay."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from grader.spec import Array, Case, Check, Wrong

TITLE = "L1, L2 and weight decay"
NEEDS = (5, 9)


def _weights(rng: np.random.Generator, *shapes: tuple[int, ...], mean: float = 0.2) -> list[Array]:
    return [rng.normal(mean, 1.0, shape) for shape in shapes]


def _strength(rng: np.random.Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high))


# Penalties


def l2_penalty(weights: Sequence[Array], lam: float) -> float:
    return float(lam / 2.0 * sum(np.sum(w**2) for w in weights))


def l2_penalty_dot(weights: Sequence[Array], lam: float) -> float:
    total = 0.0
    for w in weights:
        flat = w.ravel()
        total += float(flat @ flat)
    return 0.5 * lam * total


def l2_penalty_loop(weights: Sequence[Array], lam: float) -> float:
    return math.fsum(lam * float(x) ** 2 / 2.0 for w in weights for x in w.ravel())


def l2_penalty__half_missing(weights: Sequence[Array], lam: float) -> float:
    """Uses lam times the sum of squares, twice too large."""
    return float(lam * sum(np.sum(w**2) for w in weights))


def l2_penalty__norm(weights: Sequence[Array], lam: float) -> float:
    """Uses the unsquared norm, lam/2 times the root of the sum of squares."""
    return float(lam / 2.0 * np.sqrt(sum(np.sum(w**2) for w in weights)))


def l2_penalty__norm_of_each(weights: Sequence[Array], lam: float) -> float:
    """Uses the unsquared norm of each array."""
    return float(lam / 2.0 * sum(np.linalg.norm(w) for w in weights))


def l2_penalty__mean(weights: Sequence[Array], lam: float) -> float:
    """Averages the squares over the weights instead of adding them."""
    if not weights:
        return 0.0
    return float(lam / 2.0 * np.mean(np.concatenate([w.ravel() for w in weights]) ** 2))


def l2_penalty__mean_of_each(weights: Sequence[Array], lam: float) -> float:
    """Averages the squares within each array and adds the means."""
    return float(lam / 2.0 * sum(np.mean(w**2) for w in weights))


def l2_penalty__mean_over_arrays(weights: Sequence[Array], lam: float) -> float:
    """Averages the sums of squares over the arrays."""
    return float(lam / 2.0 * sum(np.sum(w**2) for w in weights) / max(len(weights), 1))


def l2_penalty__mean_unguarded(weights: Sequence[Array], lam: float) -> float:
    """Averages the squares over the weights, which raises ValueError for no arrays."""
    return float(lam / 2.0 * np.mean(np.concatenate([w.ravel() for w in weights]) ** 2))


def l2_penalty__mean_of_nothing(weights: Sequence[Array], lam: float) -> float:
    """Divides by the number of weights, a ZeroDivisionError for no arrays."""
    return float(lam / 2.0 * sum(float(np.sum(w**2)) for w in weights) / sum(w.size for w in weights))


def l2_penalty__first_only(weights: Sequence[Array], lam: float) -> float:
    """Returns from within the loop, so only the first array counts."""
    for w in weights:
        return float(lam / 2.0 * np.sum(w**2))
    return 0.0


def l2_penalty__first_only_by_index(weights: Sequence[Array], lam: float) -> float:
    """Takes the array at index 0, which raises IndexError for no arrays."""
    return float(lam / 2.0 * np.sum(weights[0] ** 2))


def l2_penalty__first_only_or_none(weights: Sequence[Array], lam: float) -> Any:
    """Returns from within the loop, and nothing at all for no arrays."""
    for w in weights:
        return lam / 2.0 * np.sum(w**2)
    return None


def l2_penalty__first_only_but_last(weights: Sequence[Array], lam: float) -> float:
    """Overwrites the penalty with each array, so only the last one counts."""
    penalty = 0.0
    for w in weights:
        penalty = float(lam / 2.0 * np.sum(w**2))
    return penalty


def l2_penalty_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case(
        "arrays of different shape", weights=_weights(rng, (3,), (2, 5, 2), (2, 3)), lam=_strength(rng, 0.2, 0.7)
    )
    yield Case("two square arrays of one shape", weights=_weights(rng, (3, 3), (3, 3)), lam=_strength(rng, 1.3, 2.5))
    yield Case("one array", weights=_weights(rng, (2, 5)), lam=_strength(rng, 0.05, 0.15))
    yield Case("one negative weight", weights=[-rng.uniform(0.5, 2.0, (1, 1))], lam=_strength(rng, 0.3, 0.8))
    yield Case("no arrays", weights=[], lam=_strength(rng, 0.3, 0.9))
    yield Case("lam = 0", weights=_weights(rng, (3, 2), (4,)), lam=0.0)


def l1_penalty(weights: Sequence[Array], lam: float) -> float:
    return float(lam * sum(np.sum(np.abs(w)) for w in weights))


def l1_penalty_sign(weights: Sequence[Array], lam: float) -> float:
    return float(sum((lam * (np.sign(w) * w).sum() for w in weights), start=0.0))


def l1_penalty_loop(weights: Sequence[Array], lam: float) -> float:
    return lam * math.fsum(abs(float(x)) for w in weights for x in w.ravel())


def l1_penalty__half(weights: Sequence[Array], lam: float) -> float:
    """Includes a factor 1/2, as in the L2 penalty."""
    return float(lam / 2.0 * sum(np.sum(np.abs(w)) for w in weights))


def l1_penalty__no_abs(weights: Sequence[Array], lam: float) -> float:
    """Sums the signed weights, which cancel."""
    return float(lam * sum(np.sum(w) for w in weights))


def l1_penalty__no_abs_within_arrays(weights: Sequence[Array], lam: float) -> float:
    """Takes the absolute value of the sum of each array, in which weights cancel."""
    return float(lam * sum(np.abs(np.sum(w)) for w in weights))


def l1_penalty__no_abs_until_the_end(weights: Sequence[Array], lam: float) -> float:
    """Takes the absolute value of the sum of all weights, which cancel."""
    return float(lam * np.abs(sum(np.sum(w) for w in weights)))


def l1_penalty__squared(weights: Sequence[Array], lam: float) -> float:
    """Sums the squares of the weights."""
    return float(lam * sum(np.sum(w**2) for w in weights))


def l1_penalty__squared_and_halved(weights: Sequence[Array], lam: float) -> float:
    """Returns the L2 penalty, lam/2 times the sum of squares."""
    return float(lam / 2.0 * sum(np.sum(w**2) for w in weights))


def l1_penalty__mean(weights: Sequence[Array], lam: float) -> float:
    """Averages over the weights instead of adding them."""
    if not weights:
        return 0.0
    return float(lam * np.mean(np.abs(np.concatenate([w.ravel() for w in weights]))))


def l1_penalty__mean_of_each(weights: Sequence[Array], lam: float) -> float:
    """Averages within each array and adds the means."""
    return float(lam * sum(np.mean(np.abs(w)) for w in weights))


def l1_penalty__mean_over_arrays(weights: Sequence[Array], lam: float) -> float:
    """Averages the sums over the arrays."""
    return float(lam * sum(np.sum(np.abs(w)) for w in weights) / max(len(weights), 1))


def l1_penalty__mean_unguarded(weights: Sequence[Array], lam: float) -> float:
    """Averages over the weights, which raises ValueError for no arrays."""
    return float(lam * np.mean(np.abs(np.concatenate([w.ravel() for w in weights]))))


def l1_penalty__mean_of_nothing(weights: Sequence[Array], lam: float) -> float:
    """Divides by the number of weights, a ZeroDivisionError for no arrays."""
    return float(lam * sum(float(np.sum(np.abs(w))) for w in weights) / sum(w.size for w in weights))


def l1_penalty_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case(
        "arrays of different shape", weights=_weights(rng, (3,), (2, 3, 3), (2, 3)), lam=_strength(rng, 0.2, 0.7)
    )
    yield Case("two square arrays of one shape", weights=_weights(rng, (4, 4), (4, 4)), lam=_strength(rng, 1.3, 2.5))
    yield Case(
        "only negative weights",
        weights=[-rng.uniform(0.3, 2.0, s) for s in ((3, 2), (4,))],
        lam=_strength(rng, 0.2, 0.6),
    )
    yield Case("one negative weight", weights=[-rng.uniform(0.5, 2.0, 1)], lam=_strength(rng, 0.3, 0.8))
    yield Case("no arrays", weights=[], lam=_strength(rng, 0.3, 0.9))
    yield Case("lam = 0", weights=_weights(rng, (3, 2), (4,)), lam=0.0)


def l1_subgradient(w: Array, lam: float) -> Array:
    return lam * np.sign(w)


def l1_subgradient_where(w: Array, lam: float) -> Array:
    return np.where(w > 0, lam, np.where(w < 0, -lam, 0.0))


def l1_subgradient_loop(w: Array, lam: float) -> Array:
    slope = np.zeros(w.shape)
    for index in np.ndindex(w.shape):
        if w[index] != 0:
            slope[index] = math.copysign(lam, w[index])
    return slope


def l1_subgradient__proportional(w: Array, lam: float) -> Array:
    """Returns lam w, which is the gradient of the L2 penalty."""
    return lam * w


def l1_subgradient__proportional_doubled(w: Array, lam: float) -> Array:
    """Returns 2 lam w, which is the gradient of lam times the sum of squares."""
    return 2.0 * lam * w


def l1_subgradient__one_at_zero(w: Array, lam: float) -> Array:
    """Counts zero among the positive weights and returns +lam there."""
    return np.where(w >= 0, lam, -lam)


def l1_subgradient__one_at_zero_negative(w: Array, lam: float) -> Array:
    """Counts zero among the negative weights and returns -lam there."""
    return np.where(w > 0, lam, -lam)


def l1_subgradient__one_at_zero_divided(w: Array, lam: float) -> Array:
    """Divides w by |w| for its sign, which is nan at w = 0."""
    return lam * w / np.abs(w)


def l1_subgradient__magnitude(w: Array, lam: float) -> Array:
    """Returns lam |w|, the penalty of each weight instead of its slope."""
    return lam * np.abs(w)


def l1_subgradient__lam_missing(w: Array, lam: float) -> Array:
    """Returns the sign only."""
    return np.sign(w)


def l1_subgradient_cases(rng: np.random.Generator) -> Iterator[Case]:
    def some_zero(*shape: int) -> Array:
        w = rng.normal(0.0, 1.2, shape)
        w.ravel()[rng.choice(w.size, 2, replace=False)] = 0.0
        return w

    yield Case("weights of both signs", w=rng.normal(0.1, 1.2, 7), lam=_strength(rng, 0.3, 0.8))
    yield Case("some weights exactly 0", w=some_zero(3, 4), lam=_strength(rng, 1.2, 2.0))
    yield Case("a square matrix, some weights exactly 0", w=some_zero(3, 3), lam=_strength(rng, 0.2, 0.6))
    yield Case("tiny weights have the full slope", w=1e-6 * rng.normal(0.0, 1.0, (2, 3)), lam=_strength(rng, 0.4, 0.9))
    yield Case("all weights 0", w=np.zeros((2, 4)), lam=_strength(rng, 0.4, 0.9))
    yield Case("one negative weight", w=-rng.uniform(0.5, 2.0, 1), lam=_strength(rng, 0.4, 0.9))


# Steps


def weight_decay_step(w: Array, grad: Array, lr: float, lam: float) -> Array:
    return (1.0 - lr * lam) * w - lr * grad


def weight_decay_step_total(w: Array, grad: Array, lr: float, lam: float) -> Array:
    return w - lr * (grad + lam * w)


def weight_decay_step_loop(w: Array, grad: Array, lr: float, lam: float) -> Array:
    new = w.copy()
    for index in np.ndindex(w.shape):
        new[index] -= lr * lam * w[index]
        new[index] -= lr * grad[index]
    return new


def weight_decay_step__rate_missing(w: Array, grad: Array, lr: float, lam: float) -> Array:
    """Shrinks by 1 - lam, without the learning rate."""
    return (1.0 - lam) * w - lr * grad


def weight_decay_step__factor_two(w: Array, grad: Array, lr: float, lam: float) -> Array:
    """Shrinks by 1 - 2 lr lam, as if the penalty had no 1/2."""
    return (1.0 - 2.0 * lr * lam) * w - lr * grad


def weight_decay_step__grows(w: Array, grad: Array, lr: float, lam: float) -> Array:
    """Multiplies by 1 + lr lam, so weights grow."""
    return (1.0 + lr * lam) * w - lr * grad


def weight_decay_step__decays_after(w: Array, grad: Array, lr: float, lam: float) -> Array:
    """Applies the factor to the updated weight, which shrinks the gradient step too."""
    return (1.0 - lr * lam) * (w - lr * grad)


def weight_decay_step_cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(name: str, shape: tuple[int, ...], lr: float, lam: float) -> Case:
        return Case(name, w=rng.normal(0.4, 1.0, shape), grad=rng.normal(-0.3, 1.2, shape), lr=lr, lam=lam)

    yield case("a vector", (6,), _strength(rng, 0.2, 0.4), _strength(rng, 0.5, 0.9))
    yield case("a matrix, a small decay", (3, 4), _strength(rng, 0.3, 0.6), _strength(rng, 0.05, 0.1))
    yield case("a square matrix, a decay above 1", (3, 3), _strength(rng, 0.1, 0.2), _strength(rng, 1.5, 2.5))
    yield case("one weight", (1,), _strength(rng, 0.2, 0.4), _strength(rng, 0.3, 0.6))
    yield case("lam = 0 is gradient descent", (2, 3), _strength(rng, 0.3, 0.6), 0.0)
    still = {"w": rng.normal(0.4, 1.0, (4, 2)), "grad": np.zeros((4, 2))}
    yield Case("no gradient: only the decay", bind=still, lr=_strength(rng, 0.3, 0.5), lam=_strength(rng, 0.4, 0.8))


def soft_threshold(w: Array, t: float) -> Array:
    return np.sign(w) * np.maximum(np.abs(w) - t, 0.0)


def soft_threshold_residual(w: Array, t: float) -> Array:
    return w - np.clip(w, -t, t)


def soft_threshold_branches(w: Array, t: float) -> Array:
    shrunk = np.zeros_like(w)
    for index in np.ndindex(w.shape):
        if w[index] > t:
            shrunk[index] = w[index] - t
        elif w[index] < -t:
            shrunk[index] = w[index] + t
    return shrunk


def soft_threshold__hard(w: Array, t: float) -> Array:
    """Keeps w unchanged where |w| > t, and clears the others."""
    return np.where(np.abs(w) > t, w, 0.0)


def soft_threshold__hard_from_threshold(w: Array, t: float) -> Array:
    """Keeps w unchanged where |w| >= t, and clears the others."""
    return np.where(np.abs(w) >= t, w, 0.0)


def soft_threshold__overshoots(w: Array, t: float) -> Array:
    """Subtracts t from every magnitude without stopping at zero, so small weights change sign."""
    return np.sign(w) * (np.abs(w) - t)


def soft_threshold__positive_only(w: Array, t: float) -> Array:
    """Treats only the positive side: max(w - t, 0), which clears every negative weight."""
    return np.maximum(w - t, 0.0)


def soft_threshold__positive_only_others_kept(w: Array, t: float) -> Array:
    """Treats only the positive side and leaves negative weights as they are."""
    return np.where(w > 0, np.maximum(w - t, 0.0), w)


def soft_threshold__sign_lost(w: Array, t: float) -> Array:
    """Returns the shrunk magnitudes without their signs."""
    return np.maximum(np.abs(w) - t, 0.0)


def soft_threshold_cases(rng: np.random.Generator) -> Iterator[Case]:
    def w(shape: tuple[int, ...], t: float) -> Array:
        while True:  # none near the kinks, and some on each side of both
            drawn = rng.normal(0.0, 1.2, shape)
            clear = np.abs(np.abs(drawn) - t).min() > 1e-2
            if clear and drawn.max() > t and drawn.min() < -t and np.abs(drawn).min() < t:
                return drawn

    for name, shape, low, high in (
        ("weights on both sides of both thresholds", (8,), 0.4, 0.8),
        ("a matrix", (3, 5), 0.6, 1.0),
        ("a square matrix, a small threshold", (4, 4), 0.2, 0.3),
    ):
        t = _strength(rng, low, high)
        yield Case(name, w=w(shape, t), t=t)
    bound = float(rng.choice([0.5, 0.75, 1.25]))
    yield Case("|w| exactly at the threshold", w=rng.permutation([bound, -bound, 2.0, -1.5, 0.25]), t=bound)
    yield Case("all weights below the threshold", w=rng.uniform(-0.8, 0.8, (2, 3)), t=_strength(rng, 0.9, 1.4))
    yield Case("t = 0 changes nothing", w=rng.normal(0.2, 1.0, (3, 2)), t=0.0)
    yield Case("one negative weight", w=-rng.uniform(1.0, 2.0, 1), t=_strength(rng, 0.3, 0.7))


Tensors = Mapping[str, Array]


def regularized(data_loss: float, data_grads: Tensors, params: Tensors, lam: float) -> tuple[float, dict[str, Array]]:
    loss = data_loss + l2_penalty([p for name, p in params.items() if name.startswith("W")], lam)
    grads = {name: g + lam * params[name] if name.startswith("W") else g for name, g in data_grads.items()}
    return loss, grads


def regularized_loop(
    data_loss: float, data_grads: Tensors, params: Tensors, lam: float
) -> tuple[float, dict[str, Array]]:
    grads = {}
    for name in params:
        grads[name] = data_grads[name].copy()
        if name[0] == "W":
            data_loss = data_loss + float(np.vdot(params[name], params[name])) * lam / 2.0
            grads[name] += lam * params[name]
    return data_loss, grads


def regularized_strengths(
    data_loss: float, data_grads: Tensors, params: Tensors, lam: float
) -> tuple[float, dict[str, Array]]:
    strength = {name: lam if name[:1] == "W" else 0.0 for name in params}
    penalties = [0.5 * strength[name] * float(np.linalg.norm(p)) ** 2 for name, p in params.items()]
    return math.fsum([data_loss, *penalties]), {
        name: data_grads[name] + strength[name] * params[name] for name in params
    }


def regularized__biases_too(
    data_loss: float, data_grads: Tensors, params: Tensors, lam: float
) -> tuple[float, dict[str, Array]]:
    """Penalises the biases as well as the weights."""
    loss = data_loss + l2_penalty(list(params.values()), lam)
    return loss, {name: g + lam * params[name] for name, g in data_grads.items()}


def regularized__biases_too_in_gradient(
    data_loss: float, data_grads: Tensors, params: Tensors, lam: float
) -> tuple[float, dict[str, Array]]:
    """Penalises the biases in the gradients only."""
    loss = data_loss + l2_penalty([p for name, p in params.items() if name.startswith("W")], lam)
    return loss, {name: g + lam * params[name] for name, g in data_grads.items()}


def regularized__biases_too_in_loss(
    data_loss: float, data_grads: Tensors, params: Tensors, lam: float
) -> tuple[float, dict[str, Array]]:
    """Penalises the biases in the loss only."""
    loss = data_loss + l2_penalty(list(params.values()), lam)
    return loss, {n: g + lam * params[n] if n.startswith("W") else g for n, g in data_grads.items()}


def regularized__half_in_gradient(
    data_loss: float, data_grads: Tensors, params: Tensors, lam: float
) -> tuple[float, dict[str, Array]]:
    """Keeps the 1/2 of the penalty in its gradient."""
    loss = data_loss + l2_penalty([p for name, p in params.items() if name.startswith("W")], lam)
    return loss, {n: g + lam / 2.0 * params[n] if n.startswith("W") else g for n, g in data_grads.items()}


def regularized__two_in_gradient(
    data_loss: float, data_grads: Tensors, params: Tensors, lam: float
) -> tuple[float, dict[str, Array]]:
    """Adds 2 lam w to the gradient, as if the penalty had no 1/2."""
    loss = data_loss + l2_penalty([p for name, p in params.items() if name.startswith("W")], lam)
    return loss, {n: g + 2.0 * lam * params[n] if n.startswith("W") else g for n, g in data_grads.items()}


def regularized__two_in_gradient_and_loss(
    data_loss: float, data_grads: Tensors, params: Tensors, lam: float
) -> tuple[float, dict[str, Array]]:
    """Leaves the 1/2 out of the penalty, so its gradient is 2 lam w."""
    loss = data_loss + lam * sum(float(np.sum(p**2)) for name, p in params.items() if name.startswith("W"))
    return loss, {n: g + 2.0 * lam * params[n] if n.startswith("W") else g for n, g in data_grads.items()}


def regularized__loss_only(
    data_loss: float, data_grads: Tensors, params: Tensors, lam: float
) -> tuple[float, dict[str, Array]]:
    """Adds the penalty to the loss and leaves the gradients alone."""
    loss = data_loss + l2_penalty([p for name, p in params.items() if name.startswith("W")], lam)
    return loss, dict(data_grads)


def regularized__gradient_only(
    data_loss: float, data_grads: Tensors, params: Tensors, lam: float
) -> tuple[float, dict[str, Array]]:
    """Changes the gradients and reports the bare loss."""
    return data_loss, {n: g + lam * params[n] if n.startswith("W") else g for n, g in data_grads.items()}


def regularized_cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(name: str, lam: float, **shapes: tuple[int, ...]) -> Case:
        params = {key: rng.normal(0.3, 1.0, shape) for key, shape in shapes.items()}
        order = [str(key) for key in rng.permutation(list(shapes))]
        grads = {key: rng.normal(-0.2, 1.0, shapes[key]) for key in order}
        return Case(name, data_loss=float(rng.uniform(0.5, 2.5)), data_grads=grads, params=params, lam=lam)

    yield case("two layers", _strength(rng, 0.2, 0.6), W1=(4, 3), b1=(4,), W2=(2, 4), b2=(2,))
    yield case("square layers, a strength above 1", _strength(rng, 1.2, 2.0), W1=(3, 3), b1=(3,), W2=(3, 3), b2=(3,))
    yield case(
        "names of other kinds", _strength(rng, 0.3, 0.7), W=(2, 3), bias=(2,), gamma=(3,), offset_W=(2, 2), Wout=(4,)
    )
    yield case("one weight", _strength(rng, 0.4, 0.9), W=(1, 1))
    yield case("only biases", _strength(rng, 0.4, 0.9), b1=(3,), b2=(2,))
    yield case("lam = 0", 0.0, W1=(2, 4), b1=(2,))


CHECKS = (
    Check(
        l2_penalty,
        cases=l2_penalty_cases,
        returns=("penalty:",),
        formula=r"\text{penalty} = \frac{\lambda}{2} \sum_{\text{all arrays and entries}} w^2",
        wrong=(
            Wrong(
                l2_penalty__half_missing,
                id="half-missing",
                hint="The half makes the gradient exactly λw.",
                tags=("variant",),
                variant_of="Keras",
            ),
            Wrong(
                l2_penalty__norm,
                id="norm",
                hint="The weights are squared, no root is taken.",
                also=(l2_penalty__norm_of_each,),
            ),
            Wrong(
                l2_penalty__mean,
                id="mean",
                hint="Every weight pays its own penalty.",
                also=(
                    l2_penalty__mean_of_each,
                    l2_penalty__mean_over_arrays,
                    l2_penalty__mean_unguarded,
                    l2_penalty__mean_of_nothing,
                ),
            ),
            Wrong(
                l2_penalty__first_only,
                id="first-only",
                hint="All layers are penalised.",
                also=(
                    l2_penalty__first_only_by_index,
                    l2_penalty__first_only_or_none,
                    l2_penalty__first_only_but_last,
                ),
            ),
        ),
        alternates=(l2_penalty_dot, l2_penalty_loop),
        hints=(
            "What does one weight of size 3 add to the penalty when lam is 0.1?",
            "Add up over the entries of each array, then over the arrays. What is the sum over an empty list?",
        ),
    ),
    Check(
        l1_penalty,
        cases=l1_penalty_cases,
        returns=("penalty:",),
        formula=r"\text{penalty} = \lambda \sum_{\text{all arrays and entries}} |w|",
        wrong=(
            Wrong(l1_penalty__half, id="half", hint="Only the L2 penalty carries a half."),
            Wrong(
                l1_penalty__no_abs,
                id="no-abs",
                hint="Use absolute values.",
                also=(
                    l1_penalty__no_abs_within_arrays,
                    l1_penalty__no_abs_until_the_end,
                ),
            ),
            Wrong(
                l1_penalty__squared,
                id="squared",
                hint="That is L2; L1 is linear in |w|.",
                also=(l1_penalty__squared_and_halved,),
            ),
            Wrong(
                l1_penalty__mean,
                id="mean",
                hint="Sum over all weights.",
                also=(
                    l1_penalty__mean_of_each,
                    l1_penalty__mean_over_arrays,
                    l1_penalty__mean_unguarded,
                    l1_penalty__mean_of_nothing,
                ),
            ),
        ),
        alternates=(l1_penalty_sign, l1_penalty_loop),
        hints=(
            "Do a weight of 3 and one of -3 cancel, or do both cost the same?",
            "Compare with the L2 penalty term by term: which two things change?",
        ),
    ),
    Check(
        l1_subgradient,
        cases=l1_subgradient_cases,
        returns=("grad: D",),
        formula=(
            r"g_i = \begin{cases} \lambda & \text{where } w_i > 0 \\"
            r" -\lambda & \text{where } w_i < 0 \\"
            r" 0 & \text{where } w_i = 0 \end{cases}"
        ),
        args={"w": "D"},
        wrong=(
            Wrong(
                l1_subgradient__proportional,
                id="proportional",
                hint="The L1 slope does not depend on how large w is.",
                also=(l1_subgradient__proportional_doubled,),
            ),
            Wrong(
                l1_subgradient__one_at_zero,
                id="one-at-zero",
                hint="A weight that is zero should stay at rest.",
                also=(
                    l1_subgradient__one_at_zero_negative,
                    l1_subgradient__one_at_zero_divided,
                ),
            ),
            Wrong(l1_subgradient__magnitude, id="magnitude", hint="The derivative of |w| is a sign."),
            Wrong(l1_subgradient__lam_missing, id="lam-missing", hint="Scale by the strength."),
        ),
        alternates=(l1_subgradient_where, l1_subgradient_loop),
        hints=(
            "Draw lam*|w|. Which slopes does the graph have?",
            "How does the slope at w = 0.001 compare with that at w = 10? What should hold a weight that is exactly 0?",
        ),
    ),
    Check(
        weight_decay_step,
        cases=weight_decay_step_cases,
        returns=("w: D",),
        formula=(
            r"\text{w\_new} = (1 - \text{lr} \cdot \lambda) \, w"
            r" - \text{lr} \cdot \text{grad}"
        ),
        args={"w": "D", "grad": "D"},
        wrong=(
            Wrong(
                weight_decay_step__rate_missing,
                id="rate-missing",
                hint="The decay is part of the gradient step, so η multiplies it.",
            ),
            Wrong(
                weight_decay_step__factor_two, id="factor-two", hint="The penalty has a ½, so its gradient has no 2."
            ),
            Wrong(weight_decay_step__grows, id="grows", hint="Decay makes weights smaller."),
            Wrong(weight_decay_step__decays_after, id="decays-after", hint="Only the old weight is decayed."),
        ),
        alternates=(weight_decay_step_total, weight_decay_step_loop),
        hints=(
            "Write the gradient of Loss + lam/2 * sum w^2 for one weight, and make one step against it.",
            "Collect the terms that contain the old w. Which factor do you get?",
        ),
    ),
    Check(
        soft_threshold,
        cases=soft_threshold_cases,
        returns=("w: D",),
        formula=r"s_i = \operatorname{sign}(w_i) \cdot \max(|w_i| - t, 0)",
        args={"w": "D"},
        wrong=(
            Wrong(
                soft_threshold__hard,
                id="hard",
                hint="Survivors shrink as well.",
                also=(soft_threshold__hard_from_threshold,),
            ),
            Wrong(soft_threshold__overshoots, id="overshoots", hint="A weight stops at zero."),
            Wrong(
                soft_threshold__positive_only,
                id="positive-only",
                hint="Negative weights shrink towards zero too.",
                also=(soft_threshold__positive_only_others_kept,),
            ),
            Wrong(soft_threshold__sign_lost, id="sign-lost", hint="Give the sign back."),
        ),
        alternates=(soft_threshold_residual, soft_threshold_branches),
        hints=(
            "With t = 1: what becomes of 3, of 0.4, of -0.4 and of -3?",
            "Separate the weight into its sign and its size. Which of the two is changed, and where does it stop?",
        ),
    ),
    Check(
        regularized,
        cases=regularized_cases,
        returns=("loss:", "grads: dict"),
        formula=(
            r"\begin{aligned}"
            r" \text{loss} &= \text{data\_loss} + \frac{\lambda}{2} \sum_{\text{weights}} w^2 \\"
            r" g[\text{name}] &= \begin{cases} \text{data\_grads}[\text{name}]"
            r" + \lambda \cdot \text{params}[\text{name}] & \text{for a weight} \\"
            r" \text{data\_grads}[\text{name}] & \text{for a bias} \end{cases}"
            r" \end{aligned}"
        ),
        wrong=(
            Wrong(
                regularized__biases_too,
                id="biases-too",
                hint="Biases shift the function, they do not make it complex.",
                also=(
                    regularized__biases_too_in_gradient,
                    regularized__biases_too_in_loss,
                ),
            ),
            Wrong(regularized__half_in_gradient, id="half-in-gradient", hint="Differentiate λ/2 w²: the half cancels."),
            Wrong(
                regularized__two_in_gradient,
                id="two-in-gradient",
                hint="The penalty has a half, so the gradient has no two.",
                tags=("variant",),
                variant_of="Keras",
                also=(regularized__two_in_gradient_and_loss,),
            ),
            Wrong(
                regularized__loss_only, id="loss-only", hint="The weights only feel the penalty through their gradient."
            ),
            Wrong(regularized__gradient_only, id="gradient-only", hint="Loss and gradient must belong together."),
        ),
        alternates=(regularized_loop, regularized_strengths),
        needs=(l2_penalty,),
        hints=(
            "Which names take part in the penalty? Sort the parameters into two groups first.",
            "Differentiate lam/2 * w^2. What is added to the gradient of a weight, and what to that of a bias?",
            "Is the dict that you return your own, or the one that you were given?",
        ),
    ),
)
