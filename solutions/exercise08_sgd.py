"""References, wrong functions and cases for gradient descent and SGD."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from grader.spec import Array, Case, Check, Source, Wrong

TITLE = "Gradient descent and SGD"
NEEDS = (4, 7)


def _objective_grad(theta: Array, X: Array, y: Array) -> Array:
    """The gradient of the mean of half the squared residuals (exercise 4)."""
    return X.T @ (X @ theta - y) / len(y)


def _shuffled(rng: np.random.Generator, n: int) -> Array:
    """A permutation of 0 .. n-1 that is not the sorted one, where there is another."""
    while True:
        perm = rng.permutation(n)
        if n < 2 or not np.array_equal(perm, np.arange(n)):
            return perm


# Steps on the full objective


def gd_step(theta: Array, grad: Array, lr: float) -> Array:
    return theta - lr * grad


def gd_step_negative(theta: Array, grad: Array, lr: float) -> Array:
    return np.add(np.multiply(-lr, grad), theta)


def gd_step_loop(theta: Array, grad: Array, lr: float) -> Array:
    new = theta.copy()
    for index in np.ndindex(theta.shape):
        new[index] -= lr * grad[index]
    return new


def gd_step__ascent(theta: Array, grad: Array, lr: float) -> Array:
    """Adds the gradient and walks uphill."""
    return theta + lr * grad


def gd_step__normalised(theta: Array, grad: Array, lr: float) -> Array:
    """Divides the gradient by its norm, so every step has length lr."""
    return theta - lr * grad / np.linalg.norm(grad)


def gd_step__sign_only(theta: Array, grad: Array, lr: float) -> Array:
    """Uses the sign of the gradient and ignores its size."""
    return theta - lr * np.sign(grad)


def gd_step__sign_only_divided(theta: Array, grad: Array, lr: float) -> Array:
    """Divides every entry of the gradient by its size, which is 0/0 where the gradient is 0."""
    return theta - lr * grad / np.abs(grad)


def gd_step__sign_only_two_ways(theta: Array, grad: Array, lr: float) -> Array:
    """Takes one step of lr down or up at every entry, up where the gradient is 0 too."""
    return theta - np.where(grad > 0, lr, -lr)


def gd_step__scales_theta(theta: Array, grad: Array, lr: float) -> Array:
    """Multiplies the whole difference by lr, the parameters included."""
    return lr * (theta - grad)


def gd_step__scales_theta_instead(theta: Array, grad: Array, lr: float) -> Array:
    """Multiplies the parameters by lr, and not the gradient."""
    return lr * theta - grad


def gd_step_cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(name: str, shape: tuple[int, ...], lr: float) -> Case:
        return Case(name, theta=rng.normal(0.3, 1.0, shape), grad=rng.normal(-0.2, 1.5, shape), lr=lr)

    yield case("a vector of parameters", (7,), float(rng.uniform(0.2, 0.5)))
    yield case("a matrix of parameters", (3, 5), float(rng.uniform(0.05, 0.15)))
    yield case("a square matrix, a large rate", (4, 4), float(rng.uniform(1.5, 2.5)))
    yield case("one parameter", (1,), float(rng.uniform(0.3, 0.6)))
    yield case("rate 0 stays where it is", (2, 3), 0.0)
    flat = rng.permutation([0.0, 0.0, 1.0, -1.0, 1.0, 1.0]).reshape(3, 2) * rng.uniform(0.5, 2.0, (3, 2))
    yield Case("a gradient with zeros", theta=rng.normal(0.3, 1.0, (3, 2)), grad=flat, lr=float(rng.uniform(0.3, 0.7)))


GradFn = Callable[[Array], Array]


def gradient_descent(grad_fn: GradFn, theta0: Array, lr: float, steps: int) -> Array:
    path = [theta0]
    for _ in range(steps):
        path.append(path[-1] - lr * grad_fn(path[-1]))
    return np.array(path)


def gradient_descent_filled(grad_fn: GradFn, theta0: Array, lr: float, steps: int) -> Array:
    path = np.empty((steps + 1, len(theta0)), dtype=theta0.dtype)
    path[0] = theta0
    for k in range(steps):
        path[k + 1] = path[k] - lr * grad_fn(path[k].copy())
    return path


def gradient_descent_recursive(grad_fn: GradFn, theta0: Array, lr: float, steps: int) -> Array:
    if steps == 0:
        return theta0[None, :]
    rest = gradient_descent_recursive(grad_fn, theta0 + (-lr) * grad_fn(theta0), lr, steps - 1)
    return np.concatenate([theta0[None, :], rest])


def gradient_descent__stale_gradient(grad_fn: GradFn, theta0: Array, lr: float, steps: int) -> Array:
    """Evaluates the gradient once, at the start, and keeps using it."""
    slope = grad_fn(theta0)
    path = [theta0]
    for _ in range(steps):
        path.append(path[-1] - lr * slope)
    return np.array(path)


def gradient_descent__start_missing(grad_fn: GradFn, theta0: Array, lr: float, steps: int) -> Array:
    """Omits the starting point, so the path has one row too few."""
    theta, path = theta0, []
    for _ in range(steps):
        theta = theta - lr * grad_fn(theta)
        path.append(theta)
    return np.array(path)


def gradient_descent__start_missing_filled(grad_fn: GradFn, theta0: Array, lr: float, steps: int) -> Array:
    """Fills an array with a row for each step but none for the starting point."""
    theta, path = theta0, np.zeros((steps, len(theta0)), dtype=theta0.dtype)
    for k in range(steps):
        theta = theta - lr * grad_fn(theta)
        path[k] = theta
    return path


def gradient_descent__start_missing_stacked(grad_fn: GradFn, theta0: Array, lr: float, steps: int) -> Array:
    """Omits the starting point, and np.stack finds nothing to stack when there are no steps."""
    theta, path = theta0, []
    for _ in range(steps):
        theta = theta - lr * grad_fn(theta)
        path.append(theta)
    return np.stack(path)


def gradient_descent__start_missing_one_more(grad_fn: GradFn, theta0: Array, lr: float, steps: int) -> Array:
    """Omits the starting point and takes one step more instead."""
    theta, path = theta0, []
    for _ in range(steps + 1):
        theta = theta - lr * grad_fn(theta)
        path.append(theta)
    return np.array(path)


def gradient_descent__aliased(grad_fn: GradFn, theta0: Array, lr: float, steps: int) -> Array:
    """Appends one and the same array, which is updated in place, so every row equals the last one."""
    theta = theta0.copy()
    path = [theta]
    for _ in range(steps):
        theta -= lr * grad_fn(theta)
        path.append(theta)
    return np.array(path)


def gradient_descent__aliased_argument(grad_fn: GradFn, theta0: Array, lr: float, steps: int) -> Array:
    """Updates the caller's array in place and appends it each time, so every row equals the last one."""
    path = [theta0]
    for _ in range(steps):
        theta0 -= lr * grad_fn(theta0)
        path.append(theta0)
    return np.array(path)


def gradient_descent__aliased_after_start(grad_fn: GradFn, theta0: Array, lr: float, steps: int) -> Array:
    """Appends one and the same copy, updated in place, so every row but the first equals the last one."""
    theta = theta0.copy()
    path = [theta0]
    for _ in range(steps):
        theta -= lr * grad_fn(theta)
        path.append(theta)
    return np.array(path)


def gradient_descent__ascent(grad_fn: GradFn, theta0: Array, lr: float, steps: int) -> Array:
    """Adds the gradient at each step and moves uphill."""
    path = [theta0]
    for _ in range(steps):
        path.append(path[-1] + lr * grad_fn(path[-1]))
    return np.array(path)


def gradient_descent__decayed(grad_fn: GradFn, theta0: Array, lr: float, steps: int) -> Array:
    """Divides the rate by the number of the step."""
    path = [theta0]
    for k in range(1, steps + 1):
        path.append(path[-1] - lr / k * grad_fn(path[-1]))
    return np.array(path)


def gradient_descent__decayed_by_root(grad_fn: GradFn, theta0: Array, lr: float, steps: int) -> Array:
    """Divides the rate by the square root of the number of the step."""
    path = [theta0]
    for k in range(1, steps + 1):
        path.append(path[-1] - lr / np.sqrt(k) * grad_fn(path[-1]))
    return np.array(path)


def gradient_descent__decayed_at_once(grad_fn: GradFn, theta0: Array, lr: float, steps: int) -> Array:
    """Divides the rate by one more than the number of the step, the first time too."""
    path = [theta0]
    for k in range(1, steps + 1):
        path.append(path[-1] - lr / (k + 1) * grad_fn(path[-1]))
    return np.array(path)


def _bowl(rng: np.random.Generator, eigenvalues: Sequence[float]) -> Array:
    """A symmetric matrix with these eigenvalues, its eigenvectors not along the axes."""
    while True:
        q = np.linalg.qr(rng.normal(size=(len(eigenvalues), len(eigenvalues))))[0]
        if np.abs(q).max() < 0.95 or len(eigenvalues) == 1:
            A = (q * np.asarray(eigenvalues)) @ q.T
            return (A + A.T) / 2


def gradient_descent_cases(rng: np.random.Generator) -> Iterator[Case]:
    def start(size: int) -> Array:
        return rng.choice([-1.0, 1.0], size) * rng.uniform(0.5, 1.5, size)

    def bowl(*eigenvalues: float) -> Source:
        data = {"A": _bowl(rng, eigenvalues), "b": rng.normal(0.5, 0.5, len(eigenvalues))}
        return Source("lambda theta: A @ theta - b", data)

    curved = Source("lambda theta: A @ np.tanh(theta) + 0.3 * theta", {"A": _bowl(rng, (0.4, 0.9, 1.6, 2.2))})
    yield Case("a curved valley", grad_fn=curved, theta0=start(4), lr=float(rng.uniform(0.2, 0.3)), steps=6)
    yield Case(
        "a quadratic bowl", grad_fn=bowl(0.5, 1.1, 2.0), theta0=start(3), lr=float(rng.uniform(0.3, 0.4)), steps=5
    )
    yield Case("as many steps as parameters less one", grad_fn=bowl(0.7, 1.5, 2.5), theta0=start(3), lr=0.25, steps=2)
    yield Case("a rate that diverges", scale="row", grad_fn=bowl(2.0, 3.0), theta0=start(2), lr=1.4, steps=8)
    yield Case("one parameter", grad_fn=bowl(1.3), theta0=start(1), lr=float(rng.uniform(0.3, 0.6)), steps=4)
    yield Case("no step", grad_fn=bowl(0.6, 1.2, 1.8, 2.4), theta0=start(4), lr=0.3, steps=0)
    yield Case("rate 0 stays at the start", grad_fn=bowl(0.8, 1.4), theta0=start(2), lr=0.0, steps=3)


# Minibatches


def make_minibatches(perm: Array, batch_size: int) -> list[Array]:
    return [perm[start : start + batch_size] for start in range(0, len(perm), batch_size)]


def make_minibatches_split(perm: Array, batch_size: int) -> list[Array]:
    return np.split(perm, range(batch_size, len(perm), batch_size)) if len(perm) else []


def make_minibatches_consume(perm: Array, batch_size: int) -> list[Array]:
    batches, rest = [], list(perm)
    while rest:
        batches.append(np.array(rest[:batch_size]))
        rest = rest[batch_size:]
    return batches


def make_minibatches__last_dropped(perm: Array, batch_size: int) -> list[Array]:
    """Throws an incomplete last batch away."""
    return [perm[start : start + batch_size] for start in range(0, len(perm) - batch_size + 1, batch_size)]


def make_minibatches__last_dropped_always(perm: Array, batch_size: int) -> list[Array]:
    """Stops one batch early, whether the last one is complete or not."""
    return [perm[start : start + batch_size] for start in range(0, len(perm) - batch_size, batch_size)]


def make_minibatches__last_padded(perm: Array, batch_size: int) -> list[Array]:
    """Fills the last batch by repeating examples from the front."""
    count = -(-len(perm) // batch_size)
    wanted = np.arange(count * batch_size) % max(len(perm), 1)
    return [perm[wanted[j * batch_size : (j + 1) * batch_size]] for j in range(count)]


def make_minibatches__sorted(perm: Array, batch_size: int) -> list[Array]:
    """Ignores the permutation and cuts 0 .. n-1."""
    order = np.arange(len(perm))
    return [order[start : start + batch_size] for start in range(0, len(perm), batch_size)]


def make_minibatches__overlapping(perm: Array, batch_size: int) -> list[Array]:
    """Moves the start of a batch by one example instead of by the batch size."""
    return [perm[start : start + batch_size] for start in range(len(perm))]


def make_minibatches__overlapping_full(perm: Array, batch_size: int) -> list[Array]:
    """Moves the start of a batch by one example, as long as the batch is full."""
    return [perm[start : start + batch_size] for start in range(len(perm) - batch_size + 1)]


def make_minibatches_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("the last batch is shorter", perm=_shuffled(rng, 11), batch_size=4)
    yield Case("the batches divide the examples", perm=_shuffled(rng, 12), batch_size=3)
    yield Case("as many batches as examples in each", perm=_shuffled(rng, 9), batch_size=3)
    yield Case("batches of one example", perm=_shuffled(rng, 5), batch_size=1)
    yield Case("one batch of all examples", perm=_shuffled(rng, 6), batch_size=6)
    yield Case("a batch larger than the data", perm=_shuffled(rng, 5), batch_size=7)
    yield Case("a last batch of one example", perm=_shuffled(rng, 7), batch_size=2)
    yield Case("no examples", perm=_shuffled(rng, 0), batch_size=3)


def sgd_epoch(theta: Array, X: Array, y: Array, perm: Array, batch_size: int, lr: float) -> Array:
    for batch in make_minibatches(perm, batch_size):
        theta = theta - lr * _objective_grad(theta, X[batch], y[batch])
    return theta


def sgd_epoch_shuffled_first(theta: Array, X: Array, y: Array, perm: Array, batch_size: int, lr: float) -> Array:
    X, y, theta = X[perm], y[perm], theta.copy()
    for start in range(0, len(y), batch_size):
        rows, targets = X[start : start + batch_size], y[start : start + batch_size]
        theta -= lr * np.mean((rows @ theta - targets)[:, None] * rows, axis=0)
    return theta


def sgd_epoch_loop(theta: Array, X: Array, y: Array, perm: Array, batch_size: int, lr: float) -> Array:
    for batch in make_minibatches_consume(perm, batch_size):
        total = np.zeros_like(theta)
        for i in batch:
            total += (np.dot(X[i], theta) - y[i]) * X[i]
        theta = theta - lr * total / len(batch)
    return theta


def sgd_epoch__stale_gradient(theta: Array, X: Array, y: Array, perm: Array, batch_size: int, lr: float) -> Array:
    """Computes the gradients of all batches at the initial theta."""
    grads = [_objective_grad(theta, X[batch], y[batch]) for batch in make_minibatches(perm, batch_size)]
    for grad in grads:
        theta = theta - lr * grad
    return theta


def sgd_epoch__full_batch(theta: Array, X: Array, y: Array, perm: Array, batch_size: int, lr: float) -> Array:
    """Uses all the data in each step."""
    for _ in make_minibatches(perm, batch_size):
        theta = theta - lr * _objective_grad(theta, X, y)
    return theta


def sgd_epoch__full_batch_once(theta: Array, X: Array, y: Array, perm: Array, batch_size: int, lr: float) -> Array:
    """Takes one step with all the data."""
    return theta - lr * _objective_grad(theta, X[perm], y[perm])


def sgd_epoch__batch_sum(theta: Array, X: Array, y: Array, perm: Array, batch_size: int, lr: float) -> Array:
    """Sums the gradient over the batch instead of averaging it."""
    for batch in make_minibatches(perm, batch_size):
        theta = theta - lr * X[batch].T @ (X[batch] @ theta - y[batch])
    return theta


def sgd_epoch__divides_by_nominal(theta: Array, X: Array, y: Array, perm: Array, batch_size: int, lr: float) -> Array:
    """Divides by the nominal batch size, also in a last batch that is shorter."""
    for batch in make_minibatches(perm, batch_size):
        theta = theta - lr * X[batch].T @ (X[batch] @ theta - y[batch]) / batch_size
    return theta


def sgd_epoch__divides_by_nominal_total(
    theta: Array, X: Array, y: Array, perm: Array, batch_size: int, lr: float
) -> Array:
    """Divides the gradient of a batch by the number of all examples."""
    for batch in make_minibatches(perm, batch_size):
        theta = theta - lr * X[batch].T @ (X[batch] @ theta - y[batch]) / len(X)
    return theta


def sgd_epoch__order_ignored(theta: Array, X: Array, y: Array, perm: Array, batch_size: int, lr: float) -> Array:
    """Goes through the data in its original order."""
    for start in range(0, len(y), batch_size):
        batch = slice(start, start + batch_size)
        theta = theta - lr * _objective_grad(theta, X[batch], y[batch])
    return theta


def sgd_epoch_cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(name: str, n: int, d: int, batch_size: int) -> Case:
        X, theta = rng.normal(0.3, 1.0, (n, d)), rng.normal(0.5, 1.0, d)
        y = X @ rng.normal(-0.5, 1.0, d) + rng.normal(0.0, 0.5, n)
        lr = float(rng.uniform(0.15, 0.3))
        return Case(name, theta=theta, X=X, y=y, perm=_shuffled(rng, n), batch_size=batch_size, lr=lr)

    yield case("a shorter last batch", 8, 4, 3)
    yield case("batches that divide the examples", 6, 3, 2)
    yield case("as many examples as parameters", 4, 4, 2)
    yield case("batches of one example", 5, 3, 1)
    yield case("one batch of all examples", 5, 2, 5)
    yield case("a batch larger than the data", 3, 2, 4)
    yield case("one example", 1, 3, 1)


# Rates and combinations


def max_stable_lr(A: Array) -> float:
    return float(2.0 / np.linalg.eigvalsh(A).max())


def max_stable_lr_singular(A: Array) -> float:
    return float(2.0 / np.linalg.svd(A, compute_uv=False)[0])


def max_stable_lr_power(A: Array) -> float:
    """A symmetric matrix raised to a high power grows like that power of its largest eigenvalue."""
    power, log_norm = A, 0.0
    for j in range(50):
        norm = float(np.linalg.norm(power))
        log_norm += np.log(norm) / 2**j
        power = (power / norm) @ (power / norm)
    return float(2.0 * np.exp(-log_norm))


def max_stable_lr__one_over(A: Array) -> float:
    """Returns 1 / lambda_max, the rate that removes the steepest component in one step."""
    return float(1.0 / np.linalg.eigvalsh(A).max())


def max_stable_lr__smallest(A: Array) -> float:
    """Divides by the smallest eigenvalue."""
    return float(2.0 / np.linalg.eigvalsh(A).min())


def max_stable_lr__trace(A: Array) -> float:
    """Divides by the trace, the sum of the eigenvalues."""
    return float(2.0 / np.trace(A))


def max_stable_lr__largest_entry(A: Array) -> float:
    """Divides by the largest entry of the matrix."""
    return float(2.0 / np.max(A))


def max_stable_lr_cases(rng: np.random.Generator) -> Iterator[Case]:
    def size(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    yield Case("a bowl that is not along the axes", A=_bowl(rng, (size(0.3, 0.5), size(0.9, 1.2), size(2.0, 3.0))))
    yield Case("a long valley", A=_bowl(rng, (size(0.05, 0.1), size(0.4, 0.6), size(1.5, 2.0), size(4.0, 6.0))))
    yield Case("two parameters", A=_bowl(rng, (size(0.6, 0.9), size(1.6, 2.2))))
    yield Case("a diagonal matrix", A=np.diag(rng.permutation([size(0.2, 0.4), size(0.8, 1.1), size(2.5, 3.5)])))
    yield Case("equal eigenvalues", A=size(0.7, 1.8) * np.eye(4))
    yield Case("one parameter", A=rng.uniform(0.5, 3.0, (1, 1)))


def combine_microbatch_grads(grads: Sequence[Array], sizes: Sequence[int]) -> Array:
    total = np.zeros_like(grads[0])
    for grad, size in zip(grads, sizes):
        total = total + size * grad
    return total / sum(sizes)


def combine_microbatch_grads_average(grads: Sequence[Array], sizes: Sequence[int]) -> Array:
    return np.average(np.stack(grads), axis=0, weights=np.asarray(sizes))


def combine_microbatch_grads_running(grads: Sequence[Array], sizes: Sequence[int]) -> Array:
    mean, seen = np.zeros_like(grads[0]), 0
    for grad, size in zip(grads, sizes):
        seen += size
        mean = mean + (grad - mean) * (size / seen)
    return mean


def combine_microbatch_grads__plain_mean(grads: Sequence[Array], sizes: Sequence[int]) -> Array:
    """Averages the means although the sizes differ."""
    return np.mean(np.stack(grads), axis=0)


def combine_microbatch_grads__plain_sum(grads: Sequence[Array], sizes: Sequence[int]) -> Array:
    """Adds the means."""
    return np.sum(np.stack(grads), axis=0)


def combine_microbatch_grads__divided_by_count(grads: Sequence[Array], sizes: Sequence[int]) -> Array:
    """Divides the weighted sum by the number of micro-batches."""
    weighted = [size * grad for grad, size in zip(grads, sizes)]
    return np.sum(weighted, axis=0) / len(grads)


def combine_microbatch_grads__not_divided(grads: Sequence[Array], sizes: Sequence[int]) -> Array:
    """Returns the weighted sum without dividing."""
    return np.sum([size * grad for grad, size in zip(grads, sizes)], axis=0)


def combine_microbatch_grads_cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(name: str, shape: tuple[int, ...], *sizes: int) -> Case:
        return Case(
            name, grads=[rng.normal(0.3, 1.0, shape) for _ in sizes], sizes=[int(s) for s in rng.permutation(sizes)]
        )

    yield case("unequal sizes", (5,), 3, 7, 2, 8)
    yield case("a matrix of parameters", (3, 4), 6, 1)
    yield case("as many micro-batches as parameters", (3,), 5, 2, 9)
    yield case("equal sizes", (4,), 4, 4, 4)
    yield case("one micro-batch", (2, 3), 6)
    yield case("a square matrix, one example each and one large batch", (2, 2), 1, 1, 10)


CHECKS = (
    Check(
        gd_step,
        cases=gd_step_cases,
        returns=("theta: D",),
        formula=r"\theta\text{\_new} = \theta - \text{lr} \cdot \text{grad}",
        args={"theta": "D", "grad": "D"},
        wrong=(
            Wrong(gd_step__ascent, id="ascent", hint="Walk downhill."),
            Wrong(gd_step__normalised, id="normalised", hint="The step length depends on the gradient."),
            Wrong(
                gd_step__sign_only,
                id="sign-only",
                hint="Size matters too.",
                also=(
                    gd_step__sign_only_divided,
                    gd_step__sign_only_two_ways,
                ),
            ),
            Wrong(
                gd_step__scales_theta,
                id="scales-theta",
                hint="Only the gradient is scaled.",
                also=(gd_step__scales_theta_instead,),
            ),
        ),
        alternates=(gd_step_negative, gd_step_loop),
        hints=(
            "The gradient points where J grows fastest. Which way do you want to go?",
            "What should come out when the rate is 0, and what when the gradient is twice as long?",
        ),
    ),
    Check(
        gradient_descent,
        cases=gradient_descent_cases,
        returns=("path: steps+1 D",),
        formula=(
            r"\theta_{k+1} = \theta_k - \text{lr} \cdot \text{grad\_fn}(\theta_k)"
            r" \qquad k = 0, \ldots, \text{steps} - 1"
        ),
        args={"theta0": "D"},
        wrong=(
            Wrong(
                gradient_descent__stale_gradient,
                id="stale-gradient",
                hint="The slope changes as you move.",
            ),
            Wrong(
                gradient_descent__start_missing,
                id="start-missing",
                hint="The first row is where you began.",
                also=(
                    gradient_descent__start_missing_filled,
                    gradient_descent__start_missing_stacked,
                    gradient_descent__start_missing_one_more,
                ),
            ),
            Wrong(
                gradient_descent__aliased,
                id="aliased",
                hint="Store a copy at each step.",
                also=(
                    gradient_descent__aliased_argument,
                    gradient_descent__aliased_after_start,
                ),
            ),
            Wrong(gradient_descent__ascent, id="ascent", hint="Subtract."),
            Wrong(
                gradient_descent__decayed,
                id="decayed",
                hint="The rate is constant here.",
                also=(
                    gradient_descent__decayed_by_root,
                    gradient_descent__decayed_at_once,
                ),
            ),
        ),
        alternates=(gradient_descent_filled, gradient_descent_recursive),
        needs=(gd_step,),
        hints=(
            "How many points does a path with no step at all have?",
            "At which point must grad_fn be called for the third step?",
            "Is each row that you store its own array, or one array that is still being changed?",
        ),
    ),
    Check(
        make_minibatches,
        cases=make_minibatches_cases,
        returns=("batches: list",),
        formula=(
            r"\begin{aligned}"
            r" \text{batch}_j &= \text{perm}[j \cdot \text{batch\_size}], \text{perm}[j \cdot"
            r" \text{batch\_size} + 1], \ldots, \\"
            r" & \quad \text{at most batch\_size of them}"
            r" \end{aligned}"
        ),
        args={"perm": "n"},
        wrong=(
            Wrong(
                make_minibatches__last_dropped,
                id="last-dropped",
                hint="Every example is seen once per epoch.",
                also=(make_minibatches__last_dropped_always,),
            ),
            Wrong(make_minibatches__last_padded, id="last-padded", hint="No example is seen twice."),
            Wrong(make_minibatches__sorted, id="sorted", hint="The order is the shuffled one."),
            Wrong(
                make_minibatches__overlapping,
                id="overlapping",
                hint="Batches do not overlap.",
                also=(make_minibatches__overlapping_full,),
            ),
        ),
        alternates=(make_minibatches_split, make_minibatches_consume),
        hints=(
            "At which positions of perm does a new batch begin, for 11 examples in batches of 4?",
            "What does a slice return when it reaches past the end of an array?",
        ),
    ),
    Check(
        sgd_epoch,
        cases=sgd_epoch_cases,
        returns=("theta: D",),
        formula=(
            r"\theta \leftarrow \theta - \text{lr} \cdot \frac{1}{m} X_b^\top \, (X_b \, \theta"
            r" - y_b) \qquad \text{for each batch } b \text{ in turn}"
        ),
        args={"theta": "D", "X": "N D", "y": "N", "perm": "N"},
        wrong=(
            Wrong(sgd_epoch__stale_gradient, id="stale-gradient", hint="Update between batches."),
            Wrong(
                sgd_epoch__full_batch,
                id="full-batch",
                hint="Only the batch is looked at.",
                also=(sgd_epoch__full_batch_once,),
            ),
            Wrong(
                sgd_epoch__batch_sum,
                id="batch-sum",
                hint="The step must not depend on the batch size.",
            ),
            Wrong(
                sgd_epoch__divides_by_nominal,
                id="divides-by-nominal",
                hint="Average over the examples that are there.",
                also=(sgd_epoch__divides_by_nominal_total,),
            ),
            Wrong(sgd_epoch__order_ignored, id="order-ignored", hint="Use the permutation."),
        ),
        alternates=(sgd_epoch_shuffled_first, sgd_epoch_loop),
        needs=(make_minibatches, gd_step),
        hints=(
            "make_minibatches gives the indices of each batch. Which rows of X and which entries of y belong to it?",
            "At which theta is the gradient of the second batch taken?",
            "By how many examples do you divide in the last batch?",
        ),
    ),
    Check(
        max_stable_lr,
        cases=max_stable_lr_cases,
        returns=("lr:",),
        formula=(
            r"\begin{aligned}"
            r" J(\theta) &= \frac{1}{2} \theta^\top A \, \theta \\"
            r" \eta_{\max} &= \frac{2}{\lambda_{\max}} \qquad \lambda_{\max}"
            r" \text{ the largest eigenvalue of } A"
            r" \end{aligned}"
        ),
        args={"A": "D D"},
        wrong=(
            Wrong(
                max_stable_lr__one_over,
                id="one-over",
                hint="The iteration factor 1-ηλ may go down to -1.",
            ),
            Wrong(
                max_stable_lr__smallest,
                id="smallest",
                hint="The steepest direction diverges first.",
            ),
            Wrong(
                max_stable_lr__trace,
                id="trace",
                hint="The largest eigenvalue, not their sum.",
            ),
            Wrong(
                max_stable_lr__largest_entry,
                id="largest-entry",
                hint="Eigenvalues, not entries.",
            ),
        ),
        alternates=(max_stable_lr_singular, max_stable_lr_power),
        hints=(
            "The gradient is A theta. By which factor does one step multiply a component along an eigenvector?",
            "For which rates is that factor smaller than 1 in size? Which eigenvalue sets the tightest limit?",
        ),
    ),
    Check(
        combine_microbatch_grads,
        cases=combine_microbatch_grads_cases,
        returns=("grad: D",),
        formula=(
            r"g = \frac{\sum_j \text{sizes}_j \cdot \text{grads}_j}{\sum_j"
            r" \text{sizes}_j}"
        ),
        wrong=(
            Wrong(
                combine_microbatch_grads__plain_mean,
                id="plain-mean",
                hint="Weight each mean by its number of examples.",
            ),
            Wrong(
                combine_microbatch_grads__plain_sum,
                id="plain-sum",
                hint="The result is again a mean.",
            ),
            Wrong(
                combine_microbatch_grads__divided_by_count,
                id="divided-by-count",
                hint="Divide by the number of examples.",
            ),
            Wrong(
                combine_microbatch_grads__not_divided,
                id="not-divided",
                hint="Divide by the total size.",
            ),
        ),
        alternates=(combine_microbatch_grads_average, combine_microbatch_grads_running),
        hints=(
            "A mean over 3 examples and a mean over 7: what was the sum over all 10?",
            "From the sums of the micro-batches to the mean of the whole: divide by what?",
        ),
    ),
)
