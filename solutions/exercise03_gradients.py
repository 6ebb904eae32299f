"""References, wrong functions and cases for numerical gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np

from grader.spec import Array, Case, Check, Source, Wrong

TITLE = "Gradients, numerically"
NEEDS = (2,)

Function: TypeAlias = Callable[[Array], Any]


def numerical_gradient(f: Function, x: Array, h: float = 1e-5) -> Array:
    x = np.array(x, dtype=float)
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = h
        grad[i] = (f(x + step) - f(x - step)) / (2 * h)
    return grad


def numerical_gradient_in_place(f: Function, x: Array, h: float = 1e-5) -> Array:
    point = np.array(x, dtype=float)
    flat, slopes = point.reshape(-1), []
    for i in range(flat.size):
        kept = flat[i]
        flat[i] = kept + h
        above = f(point)
        flat[i] = kept - h
        slopes.append((above - f(point)) / (2 * h))
        flat[i] = kept
    return np.array(slopes).reshape(point.shape)


def numerical_gradient_unit_vectors(f: Function, x: Array, h: float = 1e-5) -> Array:
    steps = h * np.eye(np.size(x)).reshape(-1, *np.shape(x))
    differences = [float(f(x + step)) - float(f(x - step)) for step in steps]
    return np.reshape(differences, np.shape(x)) / (2 * h)


def numerical_gradient_two_sides(f: Function, x: Array, h: float = 1e-5) -> Array:
    x = np.asarray(x, dtype=float)
    right, left, here = np.zeros(x.shape), np.zeros(x.shape), f(x)
    for i in np.ndindex(x.shape):
        moved = x.copy()
        moved[i] += h
        right[i] = (f(moved) - here) / h
        moved[i] = x[i] - h
        left[i] = (here - f(moved)) / h
    return (right + left) / 2


def numerical_gradient__one_sided(f: Function, x: Array, h: float = 1e-5) -> Array:
    """Takes (f(x + h) - f(x)) / h, whose error is of order h."""
    x = np.array(x, dtype=float)
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = h
        grad[i] = (f(x + step) - f(x)) / h
    return grad


def numerical_gradient__one_sided_left(f: Function, x: Array, h: float = 1e-5) -> Array:
    """Takes (f(x) - f(x - h)) / h, whose error is of order h."""
    x = np.array(x, dtype=float)
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = h
        grad[i] = (f(x) - f(x - step)) / h
    return grad


def numerical_gradient__not_restored(f: Function, x: Array, h: float = 1e-5) -> Array:
    """Leaves x[i] at x[i] - h, so later entries are measured somewhere else."""
    x = np.array(x, dtype=float)
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += h
        above = f(x)
        x[i] -= 2 * h
        grad[i] = (above - f(x)) / (2 * h)
    return grad


def numerical_gradient__not_restored_above(f: Function, x: Array, h: float = 1e-5) -> Array:
    """Leaves x[i] at x[i] + h, so later entries are measured somewhere else."""
    x = np.array(x, dtype=float)
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] -= h
        below = f(x)
        x[i] += 2 * h
        grad[i] = (f(x) - below) / (2 * h)
    return grad


def numerical_gradient__not_restored_copies(f: Function, x: Array, h: float = 1e-5) -> Array:
    """Moves one pair of copies further with every entry, so the two points drift apart."""
    x = np.array(x, dtype=float)
    grad, above, below = np.zeros_like(x), x.copy(), x.copy()
    for i in np.ndindex(x.shape):
        above[i] += h
        below[i] -= h
        grad[i] = (f(above) - f(below)) / (2 * h)
    return grad


def numerical_gradient__half_divisor(f: Function, x: Array, h: float = 1e-5) -> Array:
    """Divides f(x + h) - f(x - h) by h instead of 2h, so the result is twice too large."""
    x = np.array(x, dtype=float)
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = h
        grad[i] = (f(x + step) - f(x - step)) / h
    return grad


def numerical_gradient__integer_truncation(f: Function, x: Array, h: float = 1e-5) -> Array:
    """Keeps the integer dtype, so the step h is stored as 0 and the gradient is 0."""
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = h
        grad[i] = (f(x + step) - f(x - step)) / (2 * h)
    return grad


def numerical_gradient__integer_truncation_in_place(f: Function, x: Array, h: float = 1e-5) -> Array:
    """Stores x + h and x - h in an integer array, which cuts the step off or makes it a whole one."""
    x = x.copy()
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + h
        above = f(x)
        x[i] = kept - h
        grad[i] = (above - f(x)) / (2 * h)
        x[i] = kept
    return grad


def numerical_gradient__integer_truncation_throughout(f: Function, x: Array, h: float = 1e-5) -> Array:
    """Keeps the integer dtype for the moved points and for the gradient."""
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[i] += h
        below[i] -= h
        grad[i] = (f(above) - f(below)) / (2 * h)
    return grad


def numerical_gradient__integer_truncation_of_result(f: Function, x: Array, h: float = 1e-5) -> Array:
    """Gives the gradient the integer dtype of x, which cuts off its fractions."""
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = h
        grad[i] = (f(x + step) - f(x - step)) / (2 * h)
    return grad


def numerical_gradient__all_at_once(f: Function, x: Array, h: float = 1e-5) -> Array:
    """Moves every entry together, so each component is the derivative along (1, ..., 1)."""
    x = np.array(x, dtype=float)
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


def numerical_gradient__all_at_once_number(f: Function, x: Array, h: float = 1e-5) -> Array:
    """Moves every entry together and returns the one number, the derivative along (1, ..., 1)."""
    return np.asarray((f(x + h) - f(x - h)) / (2 * h))


def gradient_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(*shape: int) -> Array:
        return rng.normal(size=shape) + 0.3

    yield Case(
        "coupled entries, default step",
        float64_only=True,
        f=Source("lambda x: np.sum(np.sin(A @ x) * c)", {"A": draw(3, 4), "c": draw(3)}),
        x=draw(4),
    )
    yield Case(
        "matrix, default step",
        float64_only=True,
        f=Source("lambda x: np.sum(np.tanh(x @ B) * C) + np.sum(x ** 2)", {"B": draw(4, 2), "C": draw(3, 2)}),
        x=draw(3, 4),
    )
    yield Case(
        "square matrix, weights not symmetric",
        float64_only=True,
        f=Source("lambda x: np.sum(W * x ** 2) + np.sum(x @ x)", {"W": draw(3, 3)}),
        x=draw(3, 3),
    )
    yield Case(
        "fast oscillation, default step",
        float64_only=True,
        f=Source("lambda x: np.sum(np.sin(w * x))", {"w": rng.uniform(80.0, 120.0, size=3)}),
        x=rng.uniform(-1.0, 1.0, size=3),
    )
    yield Case(
        "strongly curved, step of 1e-3",
        float64_only=True,
        f=Source("lambda x: np.exp(x @ Q @ x + c @ x)", {"Q": _curved(rng, 4), "c": draw(4)}),
        x=rng.uniform(0.2, 0.6, size=4),
        h=1e-3,
    )
    yield Case(
        "cubic, wide step",
        f=Source("lambda x: np.sum(c * x ** 3) + np.prod(x)", {"c": rng.uniform(0.5, 1.5, size=(2, 3))}),
        x=rng.uniform(0.6, 1.4, size=(2, 3)) * rng.choice([-1.0, 1.0], size=(2, 3)),
        h=0.25,
    )
    yield Case(
        "integer entries",
        float64_only=True,
        f=Source("lambda x: np.sum(a * x ** 2) + x[0] * x[1] * x[2]", {"a": rng.uniform(0.5, 1.5, size=5)}),
        x=rng.permutation([-3, -1, 1, 2, 4]),
    )
    yield Case(
        "0-d array",
        float64_only=True,
        f=Source("lambda x: a * np.sin(x) + x ** 2", {"a": float(rng.uniform(0.5, 2.0))}),
        x=np.array(rng.uniform(0.5, 1.5)),
    )
    yield Case(
        "one entry, step of 1e-2",
        float64_only=True,
        f=Source("lambda x: np.exp(a * x[0])", {"a": float(rng.uniform(1.0, 2.0))}),
        x=rng.uniform(-0.5, 0.5, size=1),
        h=1e-2,
    )


def _curved(rng: np.random.Generator, n: int) -> Array:
    """A matrix whose quadratic form couples all entries and bends the same way everywhere."""
    root = rng.uniform(0.3, 0.8, size=(n, n))
    return root @ root.T + 0.3 * np.eye(n)


def numerical_vjp(f: Function, x: Array, dout: Array, h: float = 1e-5) -> Array:
    return numerical_gradient(lambda point: np.sum(f(point) * dout), x, h)


def numerical_vjp_output_differences(f: Function, x: Array, dout: Array, h: float = 1e-5) -> Array:
    x = np.array(x, dtype=float)
    dx = np.zeros_like(x)
    for j in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[j] = h
        slope = (np.asarray(f(x + step)) - np.asarray(f(x - step))) / (2 * h)
        dx[j] = np.sum(slope * dout)
    return dx


def numerical_vjp_by_jacobian(f: Function, x: Array, dout: Array, h: float = 1e-5) -> Array:
    return np.reshape(np.ravel(dout) @ numerical_jacobian(f, x, h), np.shape(x))


def numerical_vjp__dout_ignored(f: Function, x: Array, dout: Array, h: float = 1e-5) -> Array:
    """Sums the outputs of f without weighting them by dout."""
    return numerical_gradient(lambda point: np.sum(f(point)), x, h)


def numerical_vjp__averaged(f: Function, x: Array, dout: Array, h: float = 1e-5) -> Array:
    """Differentiates the mean of f(x) * dout instead of its sum."""
    return numerical_gradient(lambda point: np.mean(f(point) * dout), x, h)


def numerical_vjp__abs_dout(f: Function, x: Array, dout: Array, h: float = 1e-5) -> Array:
    """Weights the outputs by |dout| and loses the sign."""
    return numerical_gradient(lambda point: np.sum(f(point) * np.abs(dout)), x, h)


def numerical_vjp__abs_dout_and_output(f: Function, x: Array, dout: Array, h: float = 1e-5) -> Array:
    """Differentiates the sum of |f(x) * dout| and loses the signs of both."""
    return numerical_gradient(lambda point: np.sum(np.abs(f(point) * dout)), x, h)


def numerical_vjp__squared(f: Function, x: Array, dout: Array, h: float = 1e-5) -> Array:
    """Differentiates the sum of (f(x) * dout)^2 instead of the sum of f(x) * dout."""
    return numerical_gradient(lambda point: np.sum((f(point) * dout) ** 2), x, h)


def numerical_vjp__squared_sum(f: Function, x: Array, dout: Array, h: float = 1e-5) -> Array:
    """Differentiates the square of the sum of f(x) * dout."""
    return numerical_gradient(lambda point: np.sum(f(point) * dout) ** 2, x, h)


def numerical_vjp__squared_output(f: Function, x: Array, dout: Array, h: float = 1e-5) -> Array:
    """Differentiates the sum of f(x)^2 * dout."""
    return numerical_gradient(lambda point: np.sum(np.asarray(f(point)) ** 2 * dout), x, h)


def vjp_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(*shape: int) -> Array:
        return rng.normal(size=shape) + 0.3

    yield Case(
        "more outputs than inputs",
        float64_only=True,
        f=Source("lambda x: np.sin(A @ x) + b", {"A": draw(5, 3), "b": draw(5)}),
        x=draw(3),
        dout=_signed(rng, 5),
    )
    yield Case(
        "matrix to matrix of another shape",
        float64_only=True,
        f=Source("lambda x: np.tanh(x @ B) + np.sum(x ** 2)", {"B": draw(2, 4)}),
        x=draw(3, 2),
        dout=_signed(rng, 3, 4),
    )
    yield Case(
        "matrix to vector",
        float64_only=True,
        f=Source("lambda x: np.sum(W * x ** 2, axis=0) * x[0]", {"W": draw(2, 4)}),
        x=draw(2, 4),
        dout=_signed(rng, 4),
    )
    yield Case(
        "square and not symmetric",
        float64_only=True,
        f=Source("lambda x: np.exp(0.5 * (A @ x))", {"A": draw(3, 3)}),
        x=rng.uniform(-1.0, 1.0, size=3),
        dout=_signed(rng, 3),
    )
    yield Case(
        "a number as output",
        float64_only=True,
        f=Source("lambda x: float(np.cos(c @ x) + x[0] * x[1])", {"c": draw(4)}),
        x=draw(4),
        dout=np.array(-rng.uniform(0.5, 2.0)),
    )
    yield Case(
        "fast oscillation, default step",
        float64_only=True,
        f=Source("lambda x: np.sin(w * x)", {"w": rng.uniform(80.0, 120.0, size=3)}),
        x=rng.uniform(-1.0, 1.0, size=3),
        dout=_signed(rng, 3),
    )
    yield Case(
        "wide step",
        f=Source("lambda x: c * x ** 3 + np.prod(x)", {"c": rng.uniform(0.5, 1.5, size=3)}),
        x=rng.uniform(0.6, 1.4, size=3) * rng.choice([-1.0, 1.0], size=3),
        dout=_signed(rng, 3),
        h=0.25,
    )
    yield Case(
        "one input, one output",
        float64_only=True,
        f=Source("lambda x: np.sin(a * x) + 1.0", {"a": rng.uniform(0.5, 1.0, size=1)}),
        x=rng.uniform(-0.8, 0.8, size=1),
        dout=-rng.uniform(0.5, 2.0, size=1),
        h=1e-3,
    )


def _signed(rng: np.random.Generator, *shape: int) -> Array:
    """Upstream gradients of both signs, none near 0 and none near 1."""
    signs = np.where(np.arange(int(np.prod(shape))) % 2, -1.0, 1.0)
    return rng.permutation(signs).reshape(shape) * rng.uniform(1.2, 2.5, size=shape)


def numerical_jacobian(f: Function, x: Array, h: float = 1e-5) -> Array:
    x = np.array(x, dtype=float)
    columns = []
    for j in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[j] = h
        columns.append(np.ravel(np.asarray(f(x + step)) - np.asarray(f(x - step))) / (2 * h))
    return np.stack(columns, axis=1)


def numerical_jacobian_by_rows(f: Function, x: Array, h: float = 1e-5) -> Array:
    m = np.size(f(x))
    rows = [numerical_vjp(f, x, np.reshape(row, np.shape(f(x))), h) for row in np.eye(m)]
    return np.reshape(rows, (m, np.size(x)))


def numerical_jacobian_filled(f: Function, x: Array, h: float = 1e-5) -> Array:
    point = np.array(x, dtype=float)
    flat = point.reshape(-1)
    jacobian = np.empty((np.size(f(point)), flat.size))
    for j in range(flat.size):
        kept = flat[j]
        flat[j] = kept + h
        above = np.array(f(point), dtype=float)
        flat[j] = kept - h
        jacobian[:, j] = ((above - f(point)) / (2 * h)).reshape(-1)
        flat[j] = kept
    return jacobian


def numerical_jacobian__transposed(f: Function, x: Array, h: float = 1e-5) -> Array:
    """Puts inputs on the rows and outputs on the columns."""
    x = np.array(x, dtype=float)
    rows = []
    for j in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[j] = h
        rows.append(np.ravel(np.asarray(f(x + step)) - np.asarray(f(x - step))) / (2 * h))
    return np.array(rows)


def numerical_jacobian__one_sided(f: Function, x: Array, h: float = 1e-5) -> Array:
    """Takes the forward difference (f(x + h) - f(x)) / h, whose error is of order h."""
    x = np.array(x, dtype=float)
    columns = []
    for j in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[j] = h
        columns.append(np.ravel(np.asarray(f(x + step)) - np.asarray(f(x))) / h)
    return np.stack(columns, axis=1)


def numerical_jacobian__one_sided_left(f: Function, x: Array, h: float = 1e-5) -> Array:
    """Takes the backward difference (f(x) - f(x - h)) / h, whose error is of order h."""
    x = np.array(x, dtype=float)
    columns = []
    for j in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[j] = h
        columns.append(np.ravel(np.asarray(f(x)) - np.asarray(f(x - step))) / h)
    return np.stack(columns, axis=1)


def numerical_jacobian__outputs_summed(f: Function, x: Array, h: float = 1e-5) -> Array:
    """Sums over the outputs first and returns only a gradient with n entries."""
    x = np.array(x, dtype=float)
    gradient = []
    for j in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[j] = h
        gradient.append(float(np.sum(f(x + step)) - np.sum(f(x - step))) / (2 * h))
    return np.array(gradient)


def numerical_jacobian__outputs_summed_like_x(f: Function, x: Array, h: float = 1e-5) -> Array:
    """Sums over the outputs first and returns only a gradient of the shape of x."""
    return numerical_gradient(lambda point: np.sum(f(point)), x, h)


def numerical_jacobian__outputs_summed_one_row(f: Function, x: Array, h: float = 1e-5) -> Array:
    """Sums over the outputs first and returns only one row."""
    return numerical_gradient(lambda point: np.sum(f(point)), x, h).reshape(1, -1)


def numerical_jacobian__column_major(f: Function, x: Array, h: float = 1e-5) -> Array:
    """Flattens x in Fortran order, column by column, which permutes the columns of J."""
    x = np.array(x, dtype=float)
    columns = []
    for j in range(x.size):
        flat = np.zeros(x.size)
        flat[j] = h
        step = flat.reshape(x.shape, order="F")
        columns.append(np.ravel(np.asarray(f(x + step)) - np.asarray(f(x - step))) / (2 * h))
    return np.stack(columns, axis=1)


def numerical_jacobian__column_major_throughout(f: Function, x: Array, h: float = 1e-5) -> Array:
    """Flattens x and f(x) in Fortran order, which permutes the columns and the rows of J."""
    x = np.array(x, dtype=float)
    columns = []
    for j in range(x.size):
        flat = np.zeros(x.size)
        flat[j] = h
        step = flat.reshape(x.shape, order="F")
        columns.append(np.ravel(np.asarray(f(x + step)) - np.asarray(f(x - step)), order="F") / (2 * h))
    return np.stack(columns, axis=1)


def jacobian_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(*shape: int) -> Array:
        return rng.normal(size=shape) + 0.3

    yield Case(
        "more outputs than inputs",
        float64_only=True,
        f=Source("lambda x: np.sin(A @ x) + b", {"A": draw(5, 3), "b": draw(5)}),
        x=draw(3),
    )
    yield Case(
        "as many outputs as inputs, not symmetric",
        float64_only=True,
        f=Source("lambda x: np.tanh(A @ x) * x[0]", {"A": draw(3, 3)}),
        x=rng.uniform(0.5, 1.5, size=3),
    )
    yield Case(
        "matrix to matrix",
        float64_only=True,
        f=Source("lambda x: np.sin(x @ B) + np.sum(x ** 2)", {"B": draw(3, 4)}),
        x=draw(2, 3),
    )
    yield Case(
        "square matrix to as many outputs",
        float64_only=True,
        f=Source("lambda x: (A @ x.reshape(-1)) ** 2 / 4", {"A": draw(4, 4)}),
        x=draw(2, 2),
    )
    yield Case(
        "a number as output",
        float64_only=True,
        f=Source("lambda x: float(np.sum(W * x ** 2) + x[0, 0] * x[1, 2])", {"W": draw(2, 3)}),
        x=draw(2, 3),
    )
    yield Case(
        "fast oscillation, default step",
        float64_only=True,
        f=Source("lambda x: np.sin(W @ x)", {"W": rng.uniform(60.0, 120.0, size=(2, 3))}),
        x=rng.uniform(-1.0, 1.0, size=3),
    )
    yield Case(
        "strongly curved, step of 1e-3",
        float64_only=True,
        f=Source("lambda x: np.exp(A @ x)", {"A": rng.uniform(0.8, 1.8, size=(4, 3))}),
        x=rng.uniform(-0.5, 0.5, size=3),
        h=1e-3,
    )
    yield Case(
        "wide step",
        f=Source("lambda x: c * x[0] ** 3 + x[1] * x[2] * d", {"c": draw(4), "d": draw(4)}),
        x=rng.uniform(0.6, 1.4, size=3),
        h=0.25,
    )
    yield Case(
        "one input",
        float64_only=True,
        f=Source("lambda x: np.exp(a * x[0])", {"a": rng.uniform(0.8, 1.8, size=3)}),
        x=rng.uniform(-0.5, 0.5, size=1),
    )


def relative_error(a: Array, b: Array, floor: float = 1e-8) -> float:
    if a.size == 0:
        return 0.0
    return float(np.max(np.abs(a - b) / np.maximum(floor, np.abs(a) + np.abs(b))))


def relative_error_loop(a: Array, b: Array, floor: float = 1e-8) -> float:
    worst = 0.0
    for one, other in zip(a.flat, b.flat):
        size = abs(one) + abs(other)
        worst = max(worst, abs(one - other) / (size if size > floor else floor))
    return float(worst)


def relative_error_two_bounds(a: Array, b: Array, floor: float = 1e-8) -> float:
    """Dividing by the larger of two denominators gives the smaller of two quotients."""
    gap, size = np.abs(a - b), np.abs(a) + np.abs(b)
    by_size = np.divide(gap, size, out=np.zeros_like(gap), where=size > 0)
    return float(np.max(np.minimum(by_size, gap / floor), initial=0.0))


def relative_error__absolute(a: Array, b: Array, floor: float = 1e-8) -> float:
    """Returns max |a - b|, so large gradients always fail and tiny ones always pass."""
    return float(np.max(np.abs(a - b), initial=0.0))


def relative_error__absolute_unguarded(a: Array, b: Array, floor: float = 1e-8) -> float:
    """Returns max |a - b|, which does not exist for empty arrays."""
    return float(np.max(np.abs(a - b)))


def relative_error__averaged(a: Array, b: Array, floor: float = 1e-8) -> float:
    """Takes the mean of the relative errors, which hides a single wrong entry."""
    if a.size == 0:
        return 0.0
    return float(np.mean(np.abs(a - b) / np.maximum(floor, np.abs(a) + np.abs(b))))


def relative_error__averaged_unguarded(a: Array, b: Array, floor: float = 1e-8) -> float:
    """Takes the mean of the relative errors, which hides a single wrong entry and is nan for none."""
    return float(np.mean(np.abs(a - b) / np.maximum(floor, np.abs(a) + np.abs(b))))


def relative_error__signed(a: Array, b: Array, floor: float = 1e-8) -> float:
    """Forgets the absolute value of a - b, so errors of one sign pass."""
    if a.size == 0:
        return 0.0
    return float(np.max((a - b) / np.maximum(floor, np.abs(a) + np.abs(b))))


def relative_error__signed_from_zero(a: Array, b: Array, floor: float = 1e-8) -> float:
    """Forgets the absolute value of a - b and starts the maximum at 0, so errors of one sign count as none."""
    return float(np.max((a - b) / np.maximum(floor, np.abs(a) + np.abs(b)), initial=0.0))


def relative_error__signed_reversed(a: Array, b: Array, floor: float = 1e-8) -> float:
    """Takes b - a without its absolute value, so errors of one sign pass."""
    if a.size == 0:
        return 0.0
    return float(np.max((b - a) / np.maximum(floor, np.abs(a) + np.abs(b))))


def relative_error__signed_unguarded(a: Array, b: Array, floor: float = 1e-8) -> float:
    """Forgets the absolute value of a - b, so errors of one sign pass; empty arrays raise."""
    return float(np.max((a - b) / np.maximum(floor, np.abs(a) + np.abs(b))))


def relative_error__one_denominator(a: Array, b: Array, floor: float = 1e-8) -> float:
    """Divides by |b| only, which is infinite where b is 0."""
    if a.size == 0:
        return 0.0
    return float(np.max(np.abs(a - b) / np.abs(b)))


def relative_error__one_denominator_floored(a: Array, b: Array, floor: float = 1e-8) -> float:
    """Divides by |b| only, or the floor where b is smaller."""
    if a.size == 0:
        return 0.0
    return float(np.max(np.abs(a - b) / np.maximum(floor, np.abs(b))))


def relative_error__one_denominator_first(a: Array, b: Array, floor: float = 1e-8) -> float:
    """Divides by |a| only, or the floor where a is smaller."""
    if a.size == 0:
        return 0.0
    return float(np.max(np.abs(a - b) / np.maximum(floor, np.abs(a))))


def relative_error__one_denominator_unguarded(a: Array, b: Array, floor: float = 1e-8) -> float:
    """Divides by |b| only, which is infinite where b is 0; empty arrays raise."""
    return float(np.max(np.abs(a - b) / np.abs(b)))


def relative_error__zero_over_zero(a: Array, b: Array, floor: float = 1e-8) -> float:
    """Divides by |a| + |b| without a floor, so two zeros give nan."""
    if a.size == 0:
        return 0.0
    return float(np.max(np.abs(a - b) / (np.abs(a) + np.abs(b))))


def relative_error__zero_over_zero_unguarded(a: Array, b: Array, floor: float = 1e-8) -> float:
    """Divides by |a| + |b| without a floor, so two zeros give nan; empty arrays raise."""
    return float(np.max(np.abs(a - b) / (np.abs(a) + np.abs(b))))


def relative_error_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("errors of both signs", bind=_gradients(rng, (4, 3), _signs(rng, 12)))
    yield Case("square", bind=_gradients(rng, (3, 3), _signs(rng, 9)))
    yield Case("every error negative", bind=_gradients(rng, (5,), -np.ones(5)))
    yield Case("every error positive", bind=_gradients(rng, (5,), np.ones(5)))
    one = float(rng.uniform(0.5, 2.0))
    yield Case("one entry", a=np.array([-one]), b=np.array([one * rng.uniform(0.3, 0.7)]))
    zero = _gradients(rng, (6,), _signs(rng, 6))
    zero["a"][1] = zero["b"][1] = 0.0
    yield Case("both zero in one entry", bind=zero)
    yield Case("all zero", a=np.zeros(3), b=np.zeros(3))
    half = _gradients(rng, (4,), -np.ones(4))
    half["b"][2] = 0.0
    yield Case("one of the two is zero", bind=half)
    mixed = _gradients(rng, (4,), _signs(rng, 4))
    size = np.array([1e6, 1e-4, 1.0, 1e-2])
    yield Case("one huge and one tiny entry", a=mixed["a"] * size, b=mixed["b"] * size)
    near = _gradients(rng, (4,), _signs(rng, 4))
    yield Case("below the floor", a=near["a"] * 1e-10, b=near["b"] * 1e-10)
    yield Case("floor given", bind=_gradients(rng, (3, 2), _signs(rng, 6)), floor=float(rng.uniform(8.0, 12.0)))
    yield Case("no entries", a=np.zeros((0, 3)), b=np.zeros((0, 3)))
    close = rng.normal(size=(2, 4)) + 0.3
    yield Case(
        "gradients that agree", float64_only=True, a=close, b=close * (1 + 1e-6 * rng.uniform(1, 2, size=(2, 4)))
    )


def _signs(rng: np.random.Generator, n: int) -> Array:
    """Both signs, mixed."""
    return rng.permutation(np.where(np.arange(n) % 2, -1.0, 1.0))


def _gradients(rng: np.random.Generator, shape: tuple[int, ...], signs: Array) -> dict[str, Array]:
    """Two gradients whose differences have the given signs and relative sizes of 5 to 40 per cent."""
    b = rng.uniform(0.5, 2.0, size=shape) * _signs(rng, signs.size).reshape(shape)
    return {"a": b + signs.reshape(shape) * np.abs(b) * rng.uniform(0.1, 0.6, size=shape), "b": b}


def directional_derivative(grad: Array, v: Array) -> float:
    length = np.sqrt(np.sum(v**2))
    if length == 0:
        return 0.0
    return float(np.sum(grad * v) / length)


def directional_derivative_unit_vector(grad: Array, v: Array) -> float:
    length = np.linalg.norm(v.ravel())
    return float(np.vdot(grad, v / length)) if length > 0 else 0.0


def directional_derivative_loop(grad: Array, v: Array) -> float:
    product = square = 0.0
    for slope, step in zip(grad.flat, v.flat):
        product += slope * step
        square += step * step
    return float(product / np.sqrt(square)) if square else 0.0


def directional_derivative__not_normalised(grad: Array, v: Array) -> float:
    """Returns grad . v, which grows with the length of v."""
    return float(np.sum(grad * v))


def directional_derivative__cosine(grad: Array, v: Array) -> float:
    """Divides by ||grad|| as well and returns the cosine of the angle."""
    length = np.sqrt(np.sum(v**2)) * np.sqrt(np.sum(grad**2))
    if length == 0:
        return 0.0
    return float(np.sum(grad * v) / length)


def directional_derivative__cosine_of_flat(grad: Array, v: Array) -> float:
    """Divides by ||grad|| as well and returns the cosine of the angle, nan where there is no slope."""
    length = np.sqrt(np.sum(v**2))
    if length == 0:
        return 0.0
    return float(np.sum(grad * v) / (length * np.sqrt(np.sum(grad**2))))


def directional_derivative__cosine_unguarded(grad: Array, v: Array) -> float:
    """Divides by ||grad|| as well and returns the cosine of the angle, nan for zero arrays."""
    return float(np.sum(grad * v) / (np.sqrt(np.sum(v**2)) * np.sqrt(np.sum(grad**2))))


def directional_derivative__elementwise(grad: Array, v: Array) -> Any:
    """Returns the array grad * v and does not add it up."""
    return grad * v


def directional_derivative__elementwise_unit(grad: Array, v: Array) -> Any:
    """Returns the array grad * v / ||v|| and does not add it up."""
    length = np.sqrt(np.sum(v**2))
    return grad * v / length if length else np.zeros_like(v)


def directional_derivative__elementwise_unguarded(grad: Array, v: Array) -> Any:
    """Returns the array grad * v / ||v|| and does not add it up; v = 0 gives nan."""
    return grad * v / np.sqrt(np.sum(v**2))


def directional_derivative__elementwise_or_zero(grad: Array, v: Array) -> Any:
    """Returns the array grad * v / ||v||, not added up, and the number 0 for v = 0."""
    length = np.sqrt(np.sum(v**2))
    return grad * v / length if length else 0.0


def directional_derivative__zero_nan(grad: Array, v: Array) -> float:
    """Divides 0 by 0 for v = 0 and returns nan."""
    return float(np.sum(grad * v) / np.sqrt(np.sum(v**2)))


def directional_derivative__zero_nan_raises(grad: Array, v: Array) -> float:
    """Divides Python floats, so v = 0 raises ZeroDivisionError."""
    return float(np.sum(grad * v)) / float(np.linalg.norm(v))


def directional_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(*shape: int) -> Array:
        return rng.normal(size=shape) + 0.4

    yield Case("direction longer than one", grad=2 * draw(5), v=3 * draw(5))
    yield Case("matrix", grad=draw(2, 4) - 1.0, v=draw(2, 4))
    yield Case("square matrix", grad=draw(3, 3), v=draw(3, 3))
    yield Case("very short direction", grad=draw(4), v=1e-6 * draw(4))
    yield Case("no direction", grad=draw(4), v=np.zeros(4))
    yield Case("no direction, matrix", grad=draw(3, 2), v=np.zeros((3, 2)))
    grad = 2 * draw(6)
    yield Case("straight downhill", grad=grad, v=-grad)
    grad = draw(3)
    yield Case("uphill, longer than the gradient", grad=grad, v=float(rng.uniform(2.0, 4.0)) * grad)
    yield Case("one entry", grad=draw(1), v=-rng.uniform(0.3, 0.7, size=1))
    yield Case("flat function", grad=np.zeros(3), v=draw(3))


CHECKS = (
    Check(
        numerical_gradient,
        cases=gradient_cases,
        returns=("grad: like x",),
        formula=r"g_i = \frac{f(x + h \, e_i) - f(x - h \, e_i)}{2h}",
        alternates=(numerical_gradient_in_place, numerical_gradient_unit_vectors, numerical_gradient_two_sides),
        hints=(
            "Entry i of the gradient needs two values of f. At which two points?",
            "Work on a float copy of x; for every index move that one entry by +h and by -h, and divide the "
            "difference of the two values by the distance of the two points.",
            "np.ndindex(x.shape) yields every index of an array of any shape, also of a 0-d one.",
        ),
        wrong=(
            Wrong(
                numerical_gradient__one_sided,
                id="one-sided",
                hint="Look both ways: the symmetric difference has error of order h².",
                also=(numerical_gradient__one_sided_left,),
            ),
            Wrong(
                numerical_gradient__not_restored,
                id="not-restored",
                hint="Put the entry back before moving to the next one.",
                also=(
                    numerical_gradient__not_restored_above,
                    numerical_gradient__not_restored_copies,
                ),
            ),
            Wrong(
                numerical_gradient__half_divisor,
                id="half-divisor",
                hint="The two points are 2h apart.",
            ),
            Wrong(
                numerical_gradient__integer_truncation,
                id="integer-truncation",
                hint="Convert to float before perturbing.",
                tags=("edge",),
                also=(
                    numerical_gradient__integer_truncation_in_place,
                    numerical_gradient__integer_truncation_throughout,
                    numerical_gradient__integer_truncation_of_result,
                ),
            ),
            Wrong(
                numerical_gradient__all_at_once,
                id="all-at-once",
                hint="One coordinate at a time.",
                also=(numerical_gradient__all_at_once_number,),
            ),
        ),
    ),
    Check(
        numerical_vjp,
        cases=vjp_cases,
        returns=("dx: like x",),
        formula=r"\text{dx}_j = \frac{\partial}{\partial x_j} \sum_i f(x)_i \, \text{dout}_i",
        needs=(numerical_gradient,),
        alternates=(numerical_vjp_output_differences, numerical_vjp_by_jacobian),
        hints=(
            "Which single number, made of f(x) and dout, has this gradient with respect to x?",
            "Make that number a function of x alone, and measure its gradient with the function you already have.",
        ),
        wrong=(
            Wrong(
                numerical_vjp__dout_ignored,
                id="dout-ignored",
                hint="The upstream gradient says how much each output matters.",
            ),
            Wrong(
                numerical_vjp__averaged,
                id="averaged",
                hint="The weighted outputs are summed.",
            ),
            Wrong(
                numerical_vjp__abs_dout,
                id="abs-dout",
                hint="Upstream gradients have signs.",
                also=(numerical_vjp__abs_dout_and_output,),
            ),
            Wrong(
                numerical_vjp__squared,
                id="squared",
                hint="The loss is linear in the output here.",
                also=(
                    numerical_vjp__squared_sum,
                    numerical_vjp__squared_output,
                ),
            ),
        ),
    ),
    Check(
        numerical_jacobian,
        cases=jacobian_cases,
        returns=("J: m n",),
        formula=(
            r"J_{ij} = \frac{\partial f_i}{\partial x_j} \approx \frac{f(x"
            r" + h \, e_j)_i - f(x - h \, e_j)_i}{2h}"
        ),
        alternates=(numerical_jacobian_by_rows, numerical_jacobian_filled),
        hints=(
            "If only x_j moves, which part of J does the change of all outputs tell you?",
            "Moving one input by +h and -h gives two arrays of outputs: their flattened difference over 2h is one "
            "column. Put the columns side by side in C order of x.",
        ),
        wrong=(
            Wrong(
                numerical_jacobian__transposed,
                id="transposed",
                hint="Rows are outputs, columns are inputs.",
            ),
            Wrong(
                numerical_jacobian__one_sided,
                id="one-sided",
                hint="Use both neighbours.",
                also=(numerical_jacobian__one_sided_left,),
            ),
            Wrong(
                numerical_jacobian__outputs_summed,
                id="outputs-summed",
                hint="Keep one row per output.",
                also=(
                    numerical_jacobian__outputs_summed_like_x,
                    numerical_jacobian__outputs_summed_one_row,
                ),
            ),
            Wrong(
                numerical_jacobian__column_major,
                id="column-major",
                hint="NumPy flattens row by row.",
                tags=("edge",),
                also=(numerical_jacobian__column_major_throughout,),
            ),
        ),
    ),
    Check(
        relative_error,
        cases=relative_error_cases,
        returns=("error:",),
        formula=r"\max_i \frac{|a_i - b_i|}{\max(\text{floor}, |a_i| + |b_i|)}",
        alternates=(relative_error_loop, relative_error_two_bounds),
        hints=(
            "How large is a difference of 0.01 between gradients near 1e-3, and between gradients near 1e3?",
            "Divide entry by entry, with the floor inside the denominator, and only then look for the worst entry.",
            "The maximum of an empty array raises: what do two empty gradients differ by?",
        ),
        wrong=(
            Wrong(
                relative_error__absolute,
                id="absolute",
                hint="Compare the difference with the size of the values.",
                also=(relative_error__absolute_unguarded,),
            ),
            Wrong(
                relative_error__averaged,
                id="averaged",
                hint="One wrong entry is enough to fail: take the maximum.",
                also=(relative_error__averaged_unguarded,),
            ),
            Wrong(
                relative_error__signed,
                id="signed",
                hint="An error may have either sign.",
                tags=("edge",),
                also=(
                    relative_error__signed_from_zero,
                    relative_error__signed_reversed,
                    relative_error__signed_unguarded,
                ),
            ),
            Wrong(
                relative_error__one_denominator,
                id="one-denominator",
                hint="Use a denominator that treats both arguments alike.",
                also=(
                    relative_error__one_denominator_floored,
                    relative_error__one_denominator_first,
                    relative_error__one_denominator_unguarded,
                ),
            ),
            Wrong(
                relative_error__zero_over_zero,
                id="zero-over-zero",
                hint="Keep the denominator away from zero.",
                tags=("edge",),
                also=(relative_error__zero_over_zero_unguarded,),
            ),
        ),
    ),
    Check(
        directional_derivative,
        cases=directional_cases,
        returns=("rate:",),
        formula=(
            r"\frac{\sum_i \text{grad}_i v_i}{\|v\|} \qquad \|v\|"
            r" = \sqrt{\sum_i v_i^2}"
        ),
        alternates=(directional_derivative_unit_vector, directional_derivative_loop),
        hints=(
            "What must happen to the result when v is made twice as long?",
            "Sum the products of matching entries and divide by the length of v; decide first what v = 0 gives.",
        ),
        wrong=(
            Wrong(
                directional_derivative__not_normalised,
                id="not-normalised",
                hint="A direction has length one.",
            ),
            Wrong(
                directional_derivative__cosine,
                id="cosine",
                hint="The steepness of the slope must survive.",
                also=(
                    directional_derivative__cosine_of_flat,
                    directional_derivative__cosine_unguarded,
                ),
            ),
            Wrong(
                directional_derivative__elementwise,
                id="elementwise",
                hint="A rate of change is one number.",
                also=(
                    directional_derivative__elementwise_unit,
                    directional_derivative__elementwise_unguarded,
                    directional_derivative__elementwise_or_zero,
                ),
            ),
            Wrong(
                directional_derivative__zero_nan,
                id="zero-nan",
                hint="No direction, no change.",
                tags=("edge",),
                also=(directional_derivative__zero_nan_raises,),
            ),
        ),
    ),
)
