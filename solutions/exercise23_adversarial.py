"""References, wrong functions and cases for attack and defense."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Wrong

TITLE = "Attack and defense"
NEEDS = (7, 19)


def _softmax(logits: Array) -> Array:
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _cross_entropy(logits: Array, y: Array) -> float:
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -(np.eye(logits.shape[1])[y] * log_probs).sum(axis=1).mean()


def _victim_loss(x: Array, W: Array, b: Array, y: Array) -> float:
    return _cross_entropy(x @ W.T + b, y)


def _errors(x: Array, W: Array, b: Array, y: Array) -> Array:
    """The gradient of the summed cross-entropy with respect to the logits, p - onehot(y)."""
    return _softmax(x @ W.T + b) - np.eye(len(b))[y]


def input_gradient(x: Array, W: Array, b: Array, y: Array) -> Array:
    return _errors(x, W, b, y) / len(y) @ W


def input_gradient_expected(x: Array, W: Array, b: Array, y: Array) -> Array:
    # The weights of the classes on average, minus those of the right class.
    return (_softmax(x @ W.T + b) @ W - W[y]) / x.shape[0]


def input_gradient_loops(x: Array, W: Array, b: Array, y: Array) -> Array:
    dx = np.zeros_like(x)
    for n in range(x.shape[0]):
        logits = W @ x[n] + b
        weights = np.exp(logits - logits.max())
        for c in range(W.shape[0]):
            dx[n] += (weights[c] / weights.sum() - (c == y[n])) * W[c] / x.shape[0]
    return dx


def input_gradient__weight_gradient(x: Array, W: Array, b: Array, y: Array) -> Array:
    """Returns the gradient with respect to W."""
    return (_errors(x, W, b, y) / len(y)).T @ x


def input_gradient__transposed(x: Array, W: Array, b: Array, y: Array) -> Array:
    """Multiplies by the transposed weights on the way back, which is silent when W is square."""
    return _errors(x, W, b, y) / len(y) @ W.T


def input_gradient__not_averaged(x: Array, W: Array, b: Array, y: Array) -> Array:
    """Leaves out the 1/N of the mean."""
    return _errors(x, W, b, y) @ W


def input_gradient__logit_gradient(x: Array, W: Array, b: Array, y: Array) -> Array:
    """Stops at the gradient of the logits, (p - y)/N."""
    return _errors(x, W, b, y) / len(y)


def input_gradient__logit_gradient_summed(x: Array, W: Array, b: Array, y: Array) -> Array:
    """Stops at p - y."""
    return _errors(x, W, b, y)


def input_gradient__bias_missing(x: Array, W: Array, b: Array, y: Array) -> Array:
    """Computes the probabilities without the bias."""
    return _errors(x, W, np.zeros_like(b), y) / len(y) @ W


def _victim(rng: np.random.Generator, N: int, D: int, C: int, spread: float = 1.0) -> dict[str, Array]:
    """Inputs in [0, 1], labels, and a classifier with weights of the given size."""
    return {
        "x": rng.uniform(0.1, 0.9, (N, D)),
        "W": spread * rng.standard_normal((C, D)),
        "b": spread * (rng.standard_normal(C) + 0.5),
        "y": rng.integers(0, C, N),
    }


def _saturated(rng: np.random.Generator, N: int, D: int, C: int) -> dict[str, Array]:
    """A victim whose logits would overflow, each row in a range of its own, and whose labels are the least likely."""
    while True:
        v = _victim(rng, N, D, C, spread=3e3)
        logits = v["x"] @ v["W"].T + v["b"]
        if np.ptp(logits.max(axis=1)) > 1e3:
            return {**v, "y": logits.argmin(axis=1)}


def input_gradient_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("all sizes different", bind=_victim(rng, N=3, D=5, C=4))
    yield Case("as many features as classes", bind=_victim(rng, N=2, D=4, C=4))
    yield Case("all sizes equal", bind=_victim(rng, N=3, D=3, C=3))
    yield Case("one example", bind=_victim(rng, N=1, D=4, C=3))
    v = _victim(rng, N=3, D=4, C=5)
    v["y"] = np.full(3, rng.integers(0, 5))
    yield Case("one label for all", bind=v)
    yield Case("saturated logits, wrong labels", kind="stability", bind=_saturated(rng, N=3, D=4, C=5))


def fgsm(x: Array, grad: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    return np.clip(x + eps * np.sign(grad), lo, hi)


def fgsm_masks(x: Array, grad: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    up, down = np.minimum(x + eps, hi), np.maximum(x - eps, lo)
    return np.select([grad > 0, grad < 0], [up, down], np.clip(x, lo, hi))


def fgsm_entries(x: Array, grad: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    out = x.copy()
    for i in np.ndindex(x.shape):
        direction = int(grad[i] > 0) - int(grad[i] < 0)
        out[i] = min(max(x[i] + direction * eps, lo), hi)
    return out


def fgsm__raw_gradient(x: Array, grad: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    """Adds eps times the gradient without taking its sign."""
    return np.clip(x + eps * grad, lo, hi)


def fgsm__minus(x: Array, grad: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    """Subtracts the step, which lowers the loss."""
    return np.clip(x - eps * np.sign(grad), lo, hi)


def fgsm__not_clipped(x: Array, grad: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    """Leaves the range of valid inputs."""
    return x + eps * np.sign(grad)


def fgsm__l2_normalised(x: Array, grad: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    """Divides the gradient by its Euclidean norm instead of taking its sign."""
    return np.clip(x + eps * grad / np.linalg.norm(grad), lo, hi)


def fgsm__l2_normalised_by_example(x: Array, grad: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    """Divides the gradient of each example by its own Euclidean norm instead of taking its sign."""
    return np.clip(x + eps * grad / _norms(grad), lo, hi)


def fgsm__sign_of_zero(x: Array, grad: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    """Counts a gradient of 0 as positive, so those inputs move too."""
    return np.clip(x + eps * np.where(grad >= 0, 1.0, -1.0), lo, hi)


def fgsm__sign_of_zero_down(x: Array, grad: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    """Counts a gradient of 0 as negative, so those inputs move down."""
    return np.clip(x + eps * np.where(grad > 0, 1.0, -1.0), lo, hi)


def _signed(rng: np.random.Generator, *shape: int) -> Array:
    """Gradients of both signs, at least 0.05 away from 0."""
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(0.05, 2.0, shape)


def _step_inputs(rng: np.random.Generator) -> Iterator[tuple[str, Array, Array, float, tuple[float, float] | None]]:
    """Name, x, gradient, eps and range (None: left at its default) of a step."""
    yield "inside the range", rng.uniform(0.3, 0.7, (3, 4)), _signed(rng, 3, 4), float(rng.uniform(0.1, 0.2)), None

    x = np.concatenate([rng.uniform(0.0, 0.08, (2, 4)), rng.uniform(0.92, 1.0, (2, 4))])
    yield "near both ends of the range", x, _signed(rng, 4, 4), float(rng.uniform(0.1, 0.2)), None

    x = rng.permutation([0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]).reshape(2, 4)
    grad = rng.permutation([-1.0, -0.3, 0.2, 0.7, -0.6, 0.4, 1.3, -0.1]).reshape(2, 4)
    yield "pixels at 0 and 1", x, grad, float(rng.uniform(0.1, 0.3)), None

    grad = _signed(rng, 2, 3, 2, 2)
    grad[:, rng.integers(3)] = 0.0
    yield "zero gradient, images", rng.uniform(0.3, 0.7, (2, 3, 2, 2)), grad, float(rng.uniform(0.1, 0.2)), None

    yield "no budget", rng.uniform(0.1, 0.9, (3, 2)), _signed(rng, 3, 2), 0.0, None

    x = rng.uniform(-2, 2, (3, 5))
    x[0] = np.sign(x[0]) * rng.uniform(1.9, 2.0, 5)
    yield "another range", x, _signed(rng, 3, 5), float(rng.uniform(0.4, 0.8)), (-2.0, 2.0)

    yield "one input", rng.uniform(0.5, 0.6, (1, 1)), _signed(rng, 1, 1), float(rng.uniform(0.2, 0.3)), None


def _range(bounds: tuple[float, float] | None) -> dict[str, float]:
    return {} if bounds is None else {"lo": bounds[0], "hi": bounds[1]}


def fgsm_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, x, grad, eps, bounds in _step_inputs(rng):
        yield Case(name, bind={"x": x, "grad": grad, "eps": eps, **_range(bounds)})


def fgsm_targeted(x: Array, grad_target: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    return np.clip(x - eps * np.sign(grad_target), lo, hi)


def fgsm_targeted_climbs(x: Array, grad_target: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    return fgsm(x, -grad_target, eps, lo, hi)


def fgsm_targeted_entries(x: Array, grad_target: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    out = x.copy()
    out[grad_target > 0] -= eps
    out[grad_target < 0] += eps
    return np.minimum(np.maximum(out, lo), hi)


def fgsm_targeted__plus(x: Array, grad_target: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    """Adds the step, which moves away from the wanted label."""
    return np.clip(x + eps * np.sign(grad_target), lo, hi)


def fgsm_targeted__not_clipped(x: Array, grad_target: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    """Leaves the range of valid inputs."""
    return x - eps * np.sign(grad_target)


def fgsm_targeted__raw_gradient(x: Array, grad_target: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    """Subtracts eps times the gradient without taking its sign."""
    return np.clip(x - eps * grad_target, lo, hi)


def fgsm_targeted__half_step(x: Array, grad_target: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    """Steps by eps/2."""
    return np.clip(x - eps / 2 * np.sign(grad_target), lo, hi)


def fgsm_targeted_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, x, grad, eps, bounds in _step_inputs(rng):
        yield Case(name, bind={"x": x, "grad_target": grad, "eps": eps, **_range(bounds)})


def project_linf(x_adv: Array, x: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    return np.clip(np.clip(x_adv, x - eps, x + eps), lo, hi)


def project_linf_change(x_adv: Array, x: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    delta = np.clip(x_adv - x, -eps, eps)
    return np.clip(x + delta, lo, hi)


def project_linf_bounds(x_adv: Array, x: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    return np.minimum(np.maximum(x_adv, np.maximum(x - eps, lo)), np.minimum(x + eps, hi))


def project_linf__range_only(x_adv: Array, x: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    """Clips to the range of valid inputs only."""
    return np.clip(x_adv, lo, hi)


def project_linf__ball_only(x_adv: Array, x: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    """Clips the change only, so the result may leave the range."""
    return np.clip(x_adv, x - eps, x + eps)


def project_linf__around_zero(x_adv: Array, x: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    """Clips the input itself to [-eps, eps], as if the clean input were 0."""
    return np.clip(np.clip(x_adv, -eps, eps), lo, hi)


def project_linf__rescaled(x_adv: Array, x: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    """Scales the whole change down until its largest entry is eps."""
    delta = x_adv - x
    largest = np.abs(delta).max()
    if largest > eps:
        delta = delta * (eps / largest)
    return np.clip(x + delta, lo, hi)


def project_linf__rescaled_by_example(x_adv: Array, x: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    """Scales the change of each example down until its largest entry is eps."""
    delta = x_adv - x
    largest = np.abs(delta).max(axis=tuple(range(1, delta.ndim)), keepdims=True)
    return np.clip(x + delta * np.where(largest > eps, eps / largest, 1.0), lo, hi)


def project_linf__rescaled_always(x_adv: Array, x: Array, eps: float, lo: float = 0.0, hi: float = 1.0) -> Array:
    """Scales the whole change, a small one too, until its largest entry is eps."""
    delta = x_adv - x
    return np.clip(x + delta * (eps / np.abs(delta).max()), lo, hi)


def project_linf_cases(rng: np.random.Generator) -> Iterator[Case]:
    x, eps = rng.uniform(0.4, 0.6, (3, 4)), float(rng.uniform(0.1, 0.15))
    delta = _signed(rng, 3, 4) * eps  # between 0.05 eps and 2 eps
    yield Case("some entries outside the ball", x_adv=x + delta, x=x, eps=eps)

    x, eps = rng.uniform(0.3, 0.7, (2, 3, 2, 2)), float(rng.uniform(0.1, 0.2))
    yield Case("already inside", x_adv=x + eps * rng.uniform(-0.9, 0.9, x.shape), x=x, eps=eps)

    x, eps = rng.permutation([0.0, 1.0, 0.0, 1.0, 0.03, 0.96]).reshape(2, 3), float(rng.uniform(0.1, 0.2))
    away = np.where(x < 0.5, -1.0, 1.0)
    away[rng.integers(2), rng.integers(3)] *= -1  # one entry moves inwards
    yield Case("x at the border of the range", x_adv=x + eps * away * rng.uniform(0.4, 1.8, (2, 3)), x=x, eps=eps)

    x = rng.uniform(0.1, 0.9, (2, 5))
    yield Case("no budget", x_adv=x + _signed(rng, 2, 5), x=x, eps=0.0)

    x, eps = rng.uniform(-1, 1, (4, 3)), float(rng.uniform(0.4, 0.6))
    x[0] = np.sign(x[0]) * rng.uniform(0.9, 1.0, 3)
    yield Case("another range", x_adv=x + eps * _signed(rng, 4, 3), x=x, eps=eps, lo=-1.0, hi=1.0)

    x = rng.uniform(0.4, 0.6, (1, 1))
    yield Case("one input, far outside", x_adv=x + rng.uniform(1, 2), x=x, eps=float(rng.uniform(0.1, 0.2)))


def project_l2(delta: Array, eps: float) -> Array:
    axes = tuple(range(1, delta.ndim))
    norm = np.sqrt((delta**2).sum(axis=axes, keepdims=True))
    return delta * eps / np.maximum(norm, eps)


def project_l2_examples(delta: Array, eps: float) -> Array:
    out = delta.copy()
    for n, example in enumerate(delta):
        if (norm := np.linalg.norm(example.ravel())) > eps:
            out[n] = example / norm * eps
    return out


def project_l2_divides(delta: Array, eps: float) -> Array:
    flat = delta.reshape(delta.shape[0], -1)
    return (flat / np.maximum(1, np.linalg.norm(flat, axis=1, keepdims=True) / eps)).reshape(delta.shape)


def _norms(delta: Array) -> Array:
    """Norm of each example, with axes that broadcast."""
    return np.linalg.norm(delta.reshape(len(delta), -1), axis=1).reshape(-1, *[1] * (delta.ndim - 1))


def project_l2__batch_norm_of_all(delta: Array, eps: float) -> Array:
    """Takes one norm over the whole batch."""
    norm = np.linalg.norm(delta.ravel())
    return delta if norm <= eps else eps * delta / norm


def project_l2__always(delta: Array, eps: float) -> Array:
    """Brings every change to length eps, the short ones too."""
    return eps * delta / _norms(delta)


def project_l2__always_guarded(delta: Array, eps: float) -> Array:
    """Brings every change but a zero one to length eps, the short ones too."""
    norm = _norms(delta)
    return eps * delta / np.where(norm > 0, norm, 1.0)


def project_l2__elementwise(delta: Array, eps: float) -> Array:
    """Clips every entry to [-eps, eps]."""
    return np.clip(delta, -eps, eps)


def project_l2__squared_norm(delta: Array, eps: float) -> Array:
    """Divides by the squared norm."""
    norm = _norms(delta)
    return np.where(norm <= eps, delta, eps * delta / norm**2)


def project_l2__squared_norm_in_the_comparison(delta: Array, eps: float) -> Array:
    """Takes the sum of squares for the norm, in the comparison and in the division."""
    norm = _norms(delta) ** 2
    return np.where(norm <= eps, delta, eps * delta / norm)


def _changes(rng: np.random.Generator, shape: tuple[int, ...], norms: list[float]) -> Array:
    """Changes whose examples have the given norms."""
    delta = rng.standard_normal(shape) + 0.2
    return delta / _norms(delta) * np.array(norms).reshape(-1, *[1] * (len(shape) - 1))


def project_l2_cases(rng: np.random.Generator) -> Iterator[Case]:
    eps = float(rng.uniform(0.4, 0.6))
    norms = [eps * float(factor) for factor in rng.permutation([0.3, 0.8, 1.4, 2.5])]
    yield Case("two of four outside the ball", delta=_changes(rng, (4, 3), norms), eps=eps)

    eps = float(rng.uniform(1.2, 1.8))
    norms = [eps * float(factor) for factor in rng.permutation([0.6, 1.8, 3.0])]
    yield Case("images", delta=_changes(rng, (3, 2, 4, 3), norms), eps=eps)

    eps = float(rng.uniform(0.4, 0.6))
    delta = _changes(rng, (3, 5), [0.5 * eps, eps, 2 * eps])
    delta[1] = 0.0
    yield Case("one change is zero", delta=delta, eps=eps)

    eps = float(rng.uniform(0.8, 1.2))
    yield Case("all inside, together outside", delta=_changes(rng, (3, 3), [0.9 * eps, 0.7 * eps, 0.8 * eps]), eps=eps)

    eps = float(rng.uniform(0.3, 0.5))
    yield Case("outside with small entries", delta=_changes(rng, (2, 12), [1.3 * eps, 1.5 * eps]), eps=eps)
    yield Case("one example", delta=_changes(rng, (1, 4), [2.0]), eps=float(rng.uniform(0.5, 1.5)))


def pgd(x: Array, y: Array, W: Array, b: Array, eps: float, alpha: float, steps: int) -> Array:
    x_adv = x
    for _ in range(steps):
        x_adv = project_linf(x_adv + alpha * np.sign(input_gradient(x_adv, W, b, y)), x, eps)
    return x_adv


def pgd_changes(x: Array, y: Array, W: Array, b: Array, eps: float, alpha: float, steps: int) -> Array:
    low, high = np.maximum(-eps, -x), np.minimum(eps, 1 - x)  # the change that both the ball and the range allow
    delta = np.zeros_like(x)
    for _ in range(steps):
        direction = np.sign(input_gradient_expected(x + delta, W, b, y))
        delta = np.clip(delta + alpha * direction, low, high)
    return x + delta


def pgd_examples(x: Array, y: Array, W: Array, b: Array, eps: float, alpha: float, steps: int) -> Array:
    if steps == 0:
        return x.copy()
    rows = []
    for n in range(x.shape[0]):  # the 1/N of the mean changes no sign
        before = pgd_examples(x[n : n + 1], y[n : n + 1], W, b, eps, alpha, steps - 1)
        step = fgsm(before, input_gradient(before, W, b, y[n : n + 1]), alpha, -np.inf, np.inf)
        rows.append(project_linf_bounds(step, x[n : n + 1], eps))
    return np.concatenate(rows)


def pgd__stale_gradient(x: Array, y: Array, W: Array, b: Array, eps: float, alpha: float, steps: int) -> Array:
    """Uses the gradient at the clean input in every step."""
    direction = np.sign(input_gradient(x, W, b, y))
    x_adv = x
    for _ in range(steps):
        x_adv = project_linf(x_adv + alpha * direction, x, eps)
    return x_adv


def pgd__no_projection(x: Array, y: Array, W: Array, b: Array, eps: float, alpha: float, steps: int) -> Array:
    """Clips to the range of valid inputs only."""
    x_adv = x
    for _ in range(steps):
        x_adv = np.clip(x_adv + alpha * np.sign(input_gradient(x_adv, W, b, y)), 0.0, 1.0)
    return x_adv


def pgd__no_projection_never_clipped(
    x: Array, y: Array, W: Array, b: Array, eps: float, alpha: float, steps: int
) -> Array:
    """Adds the steps and never clips, neither to the ball nor to the range."""
    x_adv = x
    for _ in range(steps):
        x_adv = x_adv + alpha * np.sign(input_gradient(x_adv, W, b, y))
    return x_adv


def pgd__no_projection_until_the_end(
    x: Array, y: Array, W: Array, b: Array, eps: float, alpha: float, steps: int
) -> Array:
    """Projects once, after the last step, so the attack leaves the ball on its way."""
    x_adv = x
    for _ in range(steps):
        x_adv = x_adv + alpha * np.sign(input_gradient(x_adv, W, b, y))
    return project_linf(x_adv, x, eps)


def pgd__moving_ball(x: Array, y: Array, W: Array, b: Array, eps: float, alpha: float, steps: int) -> Array:
    """Projects around the previous iterate, so the changes of several steps add up beyond eps."""
    x_adv = x
    for _ in range(steps):
        x_adv = project_linf(x_adv + alpha * np.sign(input_gradient(x_adv, W, b, y)), x_adv, eps)
    return x_adv


def pgd__full_steps(x: Array, y: Array, W: Array, b: Array, eps: float, alpha: float, steps: int) -> Array:
    """Steps by eps instead of alpha."""
    x_adv = x
    for _ in range(steps):
        x_adv = project_linf(x_adv + eps * np.sign(input_gradient(x_adv, W, b, y)), x, eps)
    return x_adv


def pgd__descends(x: Array, y: Array, W: Array, b: Array, eps: float, alpha: float, steps: int) -> Array:
    """Walks down the loss."""
    x_adv = x
    for _ in range(steps):
        x_adv = project_linf(x_adv - alpha * np.sign(input_gradient(x_adv, W, b, y)), x, eps)
    return x_adv


def _clear_signs(v: dict[str, Array], eps: float, alpha: float, steps: int) -> bool:
    """Whether no gradient entry on the way of the attack is close to 0, where rounding would decide its sign."""
    path = [pgd(v["x"], v["y"], v["W"], v["b"], eps, alpha, count) for count in range(steps)]
    gradients = [np.abs(input_gradient(x, v["W"], v["b"], v["y"])) for x in path]
    used = v["W"].any(axis=0)
    return all(gradient[:, used].min() > 0.01 * gradient.max() for gradient in gradients)


def _turns(v: dict[str, Array], eps: float, alpha: float, steps: int) -> bool:
    """Whether the direction changes on the way: neither the gradient at the clean input nor a late projection will do."""
    args = v["x"], v["y"], v["W"], v["b"], eps, alpha, steps
    right, stale, late = pgd(*args), pgd__stale_gradient(*args), pgd__no_projection_until_the_end(*args)
    return not (np.allclose(right, stale) or np.allclose(right, late) or np.allclose(stale, late))


def _attack(
    rng: np.random.Generator,
    sizes: tuple[int, int, int],
    eps: float,
    alpha: float,
    steps: int,
    turning: bool,
    unused: int | None = None,
    borders: bool = False,
) -> dict[str, Array | float | int]:
    """A victim on which the attack has clear signs and, if asked for, changes its direction or reaches 0 and 1.

    The weights of the feature `unused` are 0, and so is its gradient.
    """
    while True:
        v = _victim(rng, *sizes, spread=3.0)
        if unused is not None:
            v["W"][:, unused] = 0
        if borders and not {0.0, 1.0} <= set(pgd(**v, eps=eps, alpha=alpha, steps=steps).flat):
            continue
        if _clear_signs(v, eps, alpha, steps) and (not turning or _turns(v, eps, alpha, steps)):
            return {**v, "eps": eps, "alpha": alpha, "steps": steps}


def pgd_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("direction changes on the way", bind=_attack(rng, (3, 4, 5), rng.uniform(0.3, 0.4), 0.25, 4, True))
    v = _attack(rng, (3, 3, 3), rng.uniform(0.2, 0.3), rng.uniform(0.08, 0.1), 4, False, borders=True)
    yield Case("all sizes equal, both borders reached", bind=v)
    yield Case("alpha larger than eps", bind=_attack(rng, (2, 4, 3), 0.1, rng.uniform(0.15, 0.25), 3, False))
    yield Case("too few steps to reach eps", bind=_attack(rng, (2, 4, 3), 0.3, rng.uniform(0.03, 0.06), 3, False))
    v = _attack(rng, (3, 4, 3), rng.uniform(0.2, 0.3), 0.15, 3, False, unused=int(rng.integers(4)))
    yield Case("a feature that no class uses", bind=v)
    yield Case("no steps", bind=_attack(rng, (2, 3, 4), rng.uniform(0.1, 0.2), 0.05, 0, False))
    yield Case("one step, one example", bind=_attack(rng, (1, 4, 3), 0.2, rng.uniform(0.05, 0.1), 1, False))


def adversarial_loss(x: Array, x_adv: Array, y: Array, W: Array, b: Array, weight: float = 0.5) -> float:
    return (1 - weight) * _victim_loss(x, W, b, y) + weight * _victim_loss(x_adv, W, b, y)


def adversarial_loss_between(x: Array, x_adv: Array, y: Array, W: Array, b: Array, weight: float = 0.5) -> float:
    clean = _cross_entropy(x @ W.T + b, y)
    return clean + weight * (_cross_entropy(x_adv @ W.T + b, y) - clean)


def adversarial_loss_weighted(x: Array, x_adv: Array, y: Array, W: Array, b: Array, weight: float = 0.5) -> float:
    logits = np.concatenate([x, x_adv]) @ W.T + b
    top, right = logits.max(axis=1), logits[np.arange(2 * len(y)), np.tile(y, 2)]
    losses = top + np.log(np.exp(logits - top[:, None]).sum(axis=1)) - right
    shares = np.repeat([1 - weight, weight], len(y)) / len(y)
    return float(losses @ shares)


def adversarial_loss__adversarial_only(
    x: Array, x_adv: Array, y: Array, W: Array, b: Array, weight: float = 0.5
) -> float:
    """Takes the loss of the attacked examples only."""
    return _victim_loss(x_adv, W, b, y)


def adversarial_loss__swapped(x: Array, x_adv: Array, y: Array, W: Array, b: Array, weight: float = 0.5) -> float:
    """Gives the clean part weight and the adversarial part 1 - weight."""
    return weight * _victim_loss(x, W, b, y) + (1 - weight) * _victim_loss(x_adv, W, b, y)


def adversarial_loss__sum(x: Array, x_adv: Array, y: Array, W: Array, b: Array, weight: float = 0.5) -> float:
    """Adds the two losses in full."""
    return _victim_loss(x, W, b, y) + _victim_loss(x_adv, W, b, y)


def adversarial_loss__mixed_input(x: Array, x_adv: Array, y: Array, W: Array, b: Array, weight: float = 0.5) -> float:
    """Evaluates one loss at the weighted average of the two inputs."""
    return _victim_loss((1 - weight) * x + weight * x_adv, W, b, y)


def adversarial_loss__mixed_input_evenly(
    x: Array, x_adv: Array, y: Array, W: Array, b: Array, weight: float = 0.5
) -> float:
    """Evaluates one loss at the plain average of the two inputs, whatever the weight."""
    return _victim_loss((x + x_adv) / 2, W, b, y)


def _attacked(rng: np.random.Generator, N: int, D: int, C: int) -> dict[str, Array]:
    """A victim and inputs that are far enough from the clean ones to tell the two losses apart."""
    v = _victim(rng, N, D, C, spread=2.0)
    direction = np.sign(input_gradient(v["x"], v["W"], v["b"], v["y"]))
    return {**v, "x_adv": np.clip(v["x"] + rng.uniform(0.3, 0.5) * direction, 0, 1)}


def adversarial_loss_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("weight at its default", bind=_attacked(rng, N=3, D=5, C=4))
    yield Case("weight given", weight=float(rng.uniform(0.2, 0.4)), bind=_attacked(rng, N=4, D=3, C=5))
    yield Case("clean only", weight=0.0, bind=_attacked(rng, N=2, D=4, C=3))
    yield Case("adversarial only", weight=1.0, bind=_attacked(rng, N=2, D=3, C=4))
    v = _attacked(rng, N=3, D=3, C=3)
    yield Case("nothing was changed", weight=float(rng.uniform(0.6, 0.8)), bind={**v, "x_adv": v["x"].copy()})
    yield Case("one example", weight=float(rng.uniform(0.6, 0.8)), bind=_attacked(rng, N=1, D=4, C=3))
    v = _saturated(rng, N=3, D=4, C=5)
    v["x_adv"] = np.clip(v["x"] + rng.uniform(-0.1, 0.1, v["x"].shape), 0, 1)
    yield Case("saturated logits, wrong labels", kind="stability", weight=float(rng.uniform(0.6, 0.8)), bind=v)


def robust_accuracy(logits_clean: Array, logits_adv: Array, y: Array) -> float:
    right = (logits_clean.argmax(axis=1) == y) & (logits_adv.argmax(axis=1) == y)
    return right.mean()


def robust_accuracy_counts(logits_clean: Array, logits_adv: Array, y: Array) -> float:
    count = 0
    for clean, adv, label in zip(logits_clean, logits_adv, y):
        count += int(np.argmax(clean)) == label == int(np.argmax(adv))
    return count / len(y)


def robust_accuracy_misses(logits_clean: Array, logits_adv: Array, y: Array) -> float:
    predictions = np.argmax([logits_clean, logits_adv], axis=2)  # (2, N)
    return 1.0 - float(np.any(predictions != y, axis=0).sum()) / y.size


def robust_accuracy__adversarial_only(logits_clean: Array, logits_adv: Array, y: Array) -> float:
    """Counts the examples that are right after the attack, whatever they were before."""
    return (logits_adv.argmax(axis=1) == y).mean()


def robust_accuracy__among_correct(logits_clean: Array, logits_adv: Array, y: Array) -> float:
    """Divides by the number of examples that were right before the attack."""
    clean = logits_clean.argmax(axis=1) == y
    return (clean & (logits_adv.argmax(axis=1) == y)).sum() / clean.sum()


def robust_accuracy__attack_success(logits_clean: Array, logits_adv: Array, y: Array) -> float:
    """Returns the share of examples that were right and are wrong after the attack."""
    return ((logits_clean.argmax(axis=1) == y) & (logits_adv.argmax(axis=1) != y)).mean()


def robust_accuracy__attack_success_among_correct(logits_clean: Array, logits_adv: Array, y: Array) -> float:
    """Returns the share that is wrong after the attack among the examples that were right before it."""
    clean = logits_clean.argmax(axis=1) == y
    return (clean & (logits_adv.argmax(axis=1) != y)).sum() / clean.sum()


def robust_accuracy__unchanged_prediction(logits_clean: Array, logits_adv: Array, y: Array) -> float:
    """Counts predictions that the attack did not change, the wrong ones too."""
    return (logits_clean.argmax(axis=1) == logits_adv.argmax(axis=1)).mean()


def _logits_for(rng: np.random.Generator, predictions: Array, C: int) -> Array:
    """Logits whose largest entry is the given class, by at least 0.3."""
    logits = rng.uniform(-2, 1, (len(predictions), C))
    logits[np.arange(len(predictions)), predictions] = logits.max(axis=1) + rng.uniform(0.3, 1, len(predictions))
    return logits


def _outcomes(rng: np.random.Generator, counts: dict[str, int], C: int) -> dict[str, Array]:
    """Logits and labels with so many examples of each kind, in random order.

    The kinds: kept (right twice), broken (right, then wrong), mended (wrong, then right), same (wrong twice, the same
    class), other (wrong twice, another class).
    """
    kinds = rng.permutation([kind for kind, count in counts.items() for _ in range(count)])
    y = rng.integers(0, C, len(kinds))
    one, two = (y + 1) % C, (y + 2) % C
    clean = np.select([kinds == "kept", kinds == "broken"], [y, y], one)
    adv = np.select([kinds == "kept", kinds == "mended", kinds == "other"], [y, y, two], one)
    return {"logits_clean": _logits_for(rng, clean, C), "logits_adv": _logits_for(rng, adv, C), "y": y}


def robust_accuracy_cases(rng: np.random.Generator) -> Iterator[Case]:
    mixed = {"kept": 4, "broken": 1, "mended": 2, "same": 1, "other": 3}
    yield Case("all outcomes", bind=_outcomes(rng, mixed, C=4))
    yield Case("wrong before, right after", bind=_outcomes(rng, {"kept": 2, "mended": 3}, C=3))
    yield Case("everything is broken", bind=_outcomes(rng, {"broken": 4}, C=5))
    yield Case("everything survives", bind=_outcomes(rng, {"kept": 3}, C=3))
    yield Case("as many examples as classes", bind=_outcomes(rng, {"kept": 1, "broken": 1, "same": 2}, C=4))
    yield Case("one example", bind=_outcomes(rng, {"broken": 1}, C=3))
    tied = np.array([[2.0, 2.0, 1.0], [0.5, 1.5, 1.5], [3.0, 3.0, 3.0], [1.0, 0.0, 1.0]]) + float(rng.integers(-4, 5))
    y = np.array([0, 2, 0, 0])
    yield Case("ties: the first class counts", logits_clean=tied, logits_adv=_logits_for(rng, y, 3), y=y)


CHECKS = (
    Check(
        input_gradient,
        cases=input_gradient_cases,
        returns=("dx: N D",),
        formula=(
            r"\begin{aligned}"
            r" \text{logits} &= x \, W^\top + b \qquad p = \operatorname{softmax}(\text{logits})"
            r" \text{ over the classes} \\"
            r" \text{loss} &= -\frac{1}{N} \sum_n \log p[n, y_n] \\"
            r" \text{dx} &= \frac{p - \operatorname{onehot}(y)}{N} \, W"
            r" \end{aligned}"
        ),
        args={"x": "N D", "W": "C D", "b": "C", "y": "N"},
        gradient=Gradient(of=_victim_loss, wrt={"x": "dx"}, returns=("loss",)),
        wrong=(
            Wrong(
                input_gradient__weight_gradient,
                id="weight-gradient",
                hint="The attack changes the input, not the weights.",
            ),
            Wrong(input_gradient__transposed, id="transposed", hint="Forward uses Wᵀ, backward uses W."),
            Wrong(input_gradient__not_averaged, id="not-averaged", hint="The loss is a mean."),
            Wrong(
                input_gradient__logit_gradient,
                id="logit-gradient",
                hint="One more step back through the linear layer.",
                also=(input_gradient__logit_gradient_summed,),
            ),
            Wrong(input_gradient__bias_missing, id="bias-missing", hint="Use the victim's actual logits."),
        ),
        alternates=(input_gradient_expected, input_gradient_loops),
        hints=(
            "What is the gradient of the mean cross-entropy with respect to the logits (exercise 7)?",
            "How do the logits depend on x, and what does that make of the gradient's shape, (N, C) to (N, D)?",
            "Subtract the largest logit of each row before exponentiating.",
        ),
    ),
    Check(
        fgsm,
        cases=fgsm_cases,
        returns=("x_adv: N ...",),
        formula=(
            r"\text{x\_adv} = \operatorname{clip}(x + \epsilon \cdot"
            r" \operatorname{sign}(\text{grad}), \text{lo}, \text{hi})"
        ),
        args={"x": "N ...", "grad": "N ..."},
        wrong=(
            Wrong(
                fgsm__raw_gradient,
                id="raw-gradient",
                hint="Under a max-norm budget only the sign counts.",
            ),
            Wrong(fgsm__minus, id="minus", hint="An untargeted attack climbs the loss."),
            Wrong(fgsm__not_clipped, id="not-clipped", hint="The result must still be an image."),
            Wrong(
                fgsm__l2_normalised,
                id="l2-normalised",
                hint="That is the step for an L2 budget.",
                also=(fgsm__l2_normalised_by_example,),
            ),
            Wrong(
                fgsm__sign_of_zero, id="sign-of-zero", hint="No gradient, no change.", also=(fgsm__sign_of_zero_down,)
            ),
        ),
        alternates=(fgsm_masks, fgsm_entries),
        hints=(
            "Each pixel may move by eps. In which direction does the loss grow?",
            "What does NumPy's sign give for 0, and what is left to do for pixels that leave the range?",
        ),
    ),
    Check(
        fgsm_targeted,
        cases=fgsm_targeted_cases,
        returns=("x_adv: N ...",),
        formula=(
            r"\text{x\_adv} = \operatorname{clip}(x - \epsilon \cdot"
            r" \operatorname{sign}(\text{grad\_target}), \text{lo}, \text{hi})"
        ),
        args={"x": "N ...", "grad_target": "N ..."},
        wrong=(
            Wrong(
                fgsm_targeted__plus,
                id="plus",
                hint="Going towards a label means descending its loss.",
            ),
            Wrong(fgsm_targeted__not_clipped, id="not-clipped", hint="Clip to [lo,hi]."),
            Wrong(fgsm_targeted__raw_gradient, id="raw-gradient", hint="Only the sign counts."),
            Wrong(fgsm_targeted__half_step, id="half-step", hint="The full budget is used."),
        ),
        alternates=(fgsm_targeted_climbs, fgsm_targeted_entries),
        hints=(
            "The gradient belongs to the loss of the label that the attacker wants. Should that loss grow?",
            "Otherwise it is the step of fgsm.",
        ),
    ),
    Check(
        project_linf,
        cases=project_linf_cases,
        returns=("x_adv: N ...",),
        formula=(
            r"\begin{aligned}"
            r" & \text{first clip every entry of x\_adv to } [x - \epsilon, x + \epsilon] \text{,} \\"
            r" & \text{then to } [\text{lo}, \text{hi}]"
            r" \end{aligned}"
        ),
        args={"x_adv": "N ...", "x": "N ..."},
        wrong=(
            Wrong(
                project_linf__range_only,
                id="range-only",
                tags=("edge",),
                hint="The change may be at most ε per pixel.",
            ),
            Wrong(project_linf__ball_only, id="ball-only", hint="It must remain an image."),
            Wrong(
                project_linf__around_zero,
                id="around-zero",
                hint="The ball is around the original image.",
            ),
            Wrong(
                project_linf__rescaled,
                id="rescaled",
                hint="Each pixel is limited on its own.",
                also=(
                    project_linf__rescaled_by_example,
                    project_linf__rescaled_always,
                ),
            ),
        ),
        alternates=(project_linf_change, project_linf_bounds),
        hints=(
            "Between which two values may one pixel lie, seen from the clean one?",
            "The bounds of a clip may be arrays. Which second clip is still needed?",
        ),
    ),
    Check(
        project_l2,
        cases=project_l2_cases,
        returns=("delta: N ...",),
        formula=(
            r"\text{result}_n = \begin{cases} \text{delta}_n"
            r" & \text{if } \|\text{delta}_n\| \leq \epsilon \\"
            r" \epsilon \cdot \frac{\text{delta}_n}{\|\text{delta}_n\|} & \text{otherwise} \end{cases}"
        ),
        args={"delta": "N ..."},
        wrong=(
            Wrong(
                project_l2__batch_norm_of_all,
                id="batch-norm-of-all",
                hint="Every example has its own budget.",
            ),
            Wrong(
                project_l2__always, id="always", hint="Only project from outside.", also=(project_l2__always_guarded,)
            ),
            Wrong(project_l2__elementwise, id="elementwise", hint="The ball is round, not a box."),
            Wrong(
                project_l2__squared_norm,
                id="squared-norm",
                hint="Use the norm.",
                also=(project_l2__squared_norm_in_the_comparison,),
            ),
        ),
        alternates=(project_l2_examples, project_l2_divides),
        hints=(
            "Over which axes is the norm of one example taken when delta is (N, C, H, W)?",
            "By which factor is a change that is too long multiplied, and by which one that is not?",
            "Is there an example whose norm you must not divide by?",
        ),
    ),
    Check(
        pgd,
        cases=pgd_cases,
        returns=("x_adv: N D",),
        formula=(
            r"\begin{aligned}"
            r" & \text{x\_adv} = x \\"
            r" & \text{steps times:} \\"
            r" & \quad g = \text{input\_gradient}(\text{x\_adv}, W, b, y) \\"
            r" & \quad \text{x\_adv} = \text{project\_linf}(\text{x\_adv}"
            r" + \alpha \cdot \operatorname{sign}(g), x, \epsilon)"
            r" \end{aligned}"
        ),
        args={"x": "N D", "y": "N", "W": "C D", "b": "C"},
        needs=(input_gradient, project_linf),
        wrong=(
            Wrong(pgd__stale_gradient, id="stale-gradient", hint="Recompute where you are."),
            Wrong(
                pgd__no_projection,
                id="no-projection",
                hint="After each step, return to the ball.",
                also=(
                    pgd__no_projection_never_clipped,
                    pgd__no_projection_until_the_end,
                ),
            ),
            Wrong(pgd__moving_ball, id="moving-ball", hint="The ball stays around the clean input."),
            Wrong(pgd__full_steps, id="full-steps", tags=("edge",), hint="Many small steps."),
            Wrong(pgd__descends, id="descends", hint="The attacker climbs."),
        ),
        alternates=(pgd_changes, pgd_examples),
        hints=(
            "Keep two arrays: the clean input, which never changes, and the current one.",
            "Where is the gradient of each step taken, and by how much does the step move?",
            "Around which of the two arrays does the projection go?",
        ),
    ),
    Check(
        adversarial_loss,
        cases=adversarial_loss_cases,
        returns=("loss:",),
        formula=(
            r"\begin{aligned}"
            r" \text{loss} &= (1 - \text{weight}) \operatorname{CE}(x \, W^\top + b, y) \\"
            r" & + \text{weight} \cdot \operatorname{CE}(\text{x\_adv} \, W^\top + b, y)"
            r" \end{aligned}"
        ),
        args={"x": "N D", "x_adv": "N D", "y": "N", "W": "C D", "b": "C"},
        wrong=(
            Wrong(
                adversarial_loss__adversarial_only,
                id="adversarial-only",
                hint="Both kinds are trained on.",
            ),
            Wrong(
                adversarial_loss__swapped,
                id="swapped",
                hint="weight is the adversarial share.",
            ),
            Wrong(adversarial_loss__sum, id="sum", hint="The weights sum to 1."),
            Wrong(
                adversarial_loss__mixed_input,
                id="mixed-input",
                hint="Mix the losses, not the inputs.",
                also=(adversarial_loss__mixed_input_evenly,),
            ),
        ),
        alternates=(adversarial_loss_between, adversarial_loss_weighted),
        hints=(
            "How many losses are computed, and at which inputs?",
            "What is left for weight = 0, and what for weight = 1?",
        ),
    ),
    Check(
        robust_accuracy,
        cases=robust_accuracy_cases,
        returns=("accuracy:",),
        formula=(
            r"\frac{1}{N} \sum_n [\operatorname{argmax} \text{logits\_clean}_n"
            r" = y_n \text{ and } \operatorname{argmax} \text{logits\_adv}_n = y_n]"
        ),
        args={"logits_clean": "N C", "logits_adv": "N C", "y": "N"},
        wrong=(
            Wrong(
                robust_accuracy__adversarial_only,
                id="adversarial-only",
                hint="An example must be right in both cases.",
            ),
            Wrong(robust_accuracy__among_correct, id="among-correct", hint="Divide by all examples."),
            Wrong(
                robust_accuracy__attack_success,
                id="attack-success",
                hint="Count what survives.",
                also=(robust_accuracy__attack_success_among_correct,),
            ),
            Wrong(
                robust_accuracy__unchanged_prediction,
                id="unchanged-prediction",
                hint="Compare with the label.",
            ),
        ),
        alternates=(robust_accuracy_counts, robust_accuracy_misses),
        hints=(
            "Which class does each row of logits predict?",
            "For each example two things must be true at once; how many examples is the count divided by?",
        ),
    ),
)
