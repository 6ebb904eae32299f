"""References, wrong functions and cases for dot products, matrices and shapes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.spec import Array, Case, Check, Property, Wrong

TITLE = "Dot products, matrices and shapes"
NEEDS = (1,)


def row_dot(X: Array, Y: Array) -> Array:
    return np.sum(X * Y, axis=1)


def row_dot_einsum(X: Array, Y: Array) -> Array:
    return np.einsum("nd,nd->n", X, Y)


def row_dot_loop(X: Array, Y: Array) -> Array:
    return np.array([x @ y for x, y in zip(X, Y)])


def row_dot_matrix_products(X: Array, Y: Array) -> Array:
    return (X[:, None, :] @ Y[:, :, None])[:, 0, 0]


def row_dot__all_pairs(X: Array, Y: Array) -> Array:
    """Computes X Y^T and returns an (N, N) matrix of all pairs of rows."""
    return X @ Y.T


def row_dot__summed_to_scalar(X: Array, Y: Array) -> Any:
    """Sums over every entry and returns one number."""
    return np.sum(X * Y)


def row_dot__columns(X: Array, Y: Array) -> Array:
    """Sums down the columns, giving D numbers."""
    return np.sum(X * Y, axis=0)


def row_dot__averaged(X: Array, Y: Array) -> Array:
    """Divides the dot products by D."""
    return np.sum(X * Y, axis=1) / max(X.shape[1], 1)


def row_dot__averaged_unguarded(X: Array, Y: Array) -> Array:
    """Takes the mean of the products, which is nan where there are no features."""
    return np.mean(X * Y, axis=1)


def row_dot_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(*shape: int) -> Array:
        return rng.normal(0.5, 1.0, size=shape)

    yield Case("more rows than features", X=draw(5, 3), Y=draw(5, 3))
    yield Case("more features than rows", X=draw(2, 6), Y=draw(2, 6))
    yield Case("square", X=draw(4, 4), Y=draw(4, 4))
    yield Case("one row", X=draw(1, 4) + 1.0, Y=draw(1, 4) + 1.0)
    yield Case("one feature", X=draw(4, 1), Y=draw(4, 1))
    yield Case("one number", X=draw(1, 1), Y=draw(1, 1))
    yield Case("no features", X=np.zeros((3, 0)), Y=np.zeros((3, 0)))


def cosine_similarity(x: Array, y: Array) -> float:
    lengths = np.sqrt(np.sum(x**2)) * np.sqrt(np.sum(y**2))
    if lengths == 0:
        return 0.0
    return float(np.sum(x * y) / lengths)


def cosine_similarity_unit_vectors(x: Array, y: Array) -> float:
    if not x.any() or not y.any():
        return 0.0
    return float((x / np.linalg.norm(x)) @ (y / np.linalg.norm(y)))


def cosine_similarity_loop(x: Array, y: Array) -> float:
    lengths = math.hypot(*x) * math.hypot(*y)
    return sum(a * b for a, b in zip(x.tolist(), y.tolist())) / lengths if lengths else 0.0


def cosine_similarity__not_normalised(x: Array, y: Array) -> float:
    """Returns the plain dot product."""
    return float(np.sum(x * y))


def cosine_similarity__one_norm(x: Array, y: Array) -> float:
    """Divides by the norm of x only."""
    length = np.linalg.norm(x)
    if length == 0:
        return 0.0
    return float(np.sum(x * y) / length)


def cosine_similarity__one_norm_unguarded(x: Array, y: Array) -> float:
    """Divides by the norm of x only, 0 too, which gives nan."""
    return float(np.sum(x * y) / np.linalg.norm(x))


def cosine_similarity__one_norm_second(x: Array, y: Array) -> float:
    """Divides by the norm of y only."""
    length = np.linalg.norm(y)
    if length == 0:
        return 0.0
    return float(np.sum(x * y) / length)


def cosine_similarity__squared_norms(x: Array, y: Array) -> float:
    """Divides by the squared norms, without the square roots."""
    lengths = np.sum(x**2) * np.sum(y**2)
    if lengths == 0:
        return 0.0
    return float(np.sum(x * y) / lengths)


def cosine_similarity__squared_norms_unguarded(x: Array, y: Array) -> float:
    """Divides by the squared norms, without the square roots; a zero vector gives nan."""
    return float(np.sum(x * y) / (np.sum(x**2) * np.sum(y**2)))


def cosine_similarity__eps_bias(x: Array, y: Array) -> float:
    """Adds 1e-8 to the denominator, which changes the result for tiny vectors."""
    return float(np.sum(x * y) / (np.linalg.norm(x) * np.linalg.norm(y) + 1e-8))


def cosine_similarity__eps_bias_each(x: Array, y: Array) -> float:
    """Adds 1e-8 to each norm, which changes the result for tiny vectors."""
    return float(np.sum(x * y) / ((np.linalg.norm(x) + 1e-8) * (np.linalg.norm(y) + 1e-8)))


def cosine_similarity__eps_bias_floor(x: Array, y: Array) -> float:
    """Lets the denominator not fall below 1e-8, which changes the result for tiny vectors."""
    return float(np.sum(x * y) / max(np.linalg.norm(x) * np.linalg.norm(y), 1e-8))


def cosine_similarity__eps_bias_smaller(x: Array, y: Array) -> float:
    """Adds 1e-12 to the denominator, which changes the result for tiny vectors."""
    return float(np.sum(x * y) / (np.linalg.norm(x) * np.linalg.norm(y) + 1e-12))


def cosine_similarity__zero_nan(x: Array, y: Array) -> float:
    """Divides 0 by 0 for a zero vector and returns nan."""
    return float(np.sum(x * y) / (np.linalg.norm(x) * np.linalg.norm(y)))


def cosine_similarity__zero_nan_raises(x: Array, y: Array) -> float:
    """Divides Python floats, so a zero vector raises ZeroDivisionError."""
    return float(x @ y) / (math.sqrt(float(x @ x)) * math.sqrt(float(y @ y)))


def cosine_cases(rng: np.random.Generator) -> Iterator[Case]:
    x, y = _near(rng, 5)
    yield Case("acute angle", x=2 * x, y=y)
    x, y = _near(rng, 4)
    yield Case("obtuse angle", x=x, y=-0.5 * y)
    x, _ = _near(rng, 3)
    yield Case("parallel", x=x, y=float(rng.uniform(1.5, 3.0)) * x)
    x, _ = _near(rng, 6)
    yield Case("opposite", x=x, y=-float(rng.uniform(1.5, 3.0)) * x)
    x, y = _near(rng, 5)
    yield Case("one vector scaled by 1e-6", x=1e-6 * x, y=y)
    x, y = _near(rng, 4)
    yield Case("both vectors scaled by 1e-4", x=1e-4 * x, y=1e-4 * y)
    x, y = _near(rng, 3)
    yield Case("both vectors scaled by 1e-7", x=1e-7 * x, y=1e-7 * y)
    x, y = _near(rng, 4)
    yield Case("orthogonal", x=x * np.array([1.0, 0.0, 1.0, 0.0]), y=y * np.array([0.0, 1.0, 0.0, 1.0]))
    x, y = _near(rng, 4)
    yield Case("first vector zero", x=np.zeros(4), y=y)
    yield Case("second vector zero", x=x, y=np.zeros(4))
    yield Case("both vectors zero", x=np.zeros(3), y=np.zeros(3))
    yield Case("one entry", x=rng.uniform(0.5, 3.0, size=1), y=-rng.uniform(2.0, 3.0, size=1))


def _near(rng: np.random.Generator, n: int) -> tuple[Array, Array]:
    """Two vectors of different lengths at an angle well below 90 degrees."""
    x = rng.uniform(0.6, 1.6, size=n) * np.where(rng.permutation(n) % 2, 1.0, -1.0)
    return x, 1.7 * x + rng.uniform(-0.8, 0.8, size=n)


def linear(x: Array, W: Array, b: Array) -> Array:
    return x @ W.T + b


def linear_einsum(x: Array, W: Array, b: Array) -> Array:
    return np.einsum("ni,oi->no", x, W) + b


def linear_columns(x: Array, W: Array, b: Array) -> Array:
    """Examples as columns, as in W x + b, turned back at the end."""
    return (W @ x.T + b[:, None]).T


def linear_augmented(x: Array, W: Array, b: Array) -> Array:
    """The bias is the weight of a feature that is always 1."""
    ones = np.ones((len(x), 1), dtype=x.dtype)
    return np.hstack([x, ones]) @ np.hstack([W, b[:, None]]).T


def linear__untransposed(x: Array, W: Array, b: Array) -> Array:
    """Multiplies by W instead of W^T, which runs silently when W is square."""
    return x @ W + b


def linear__bias_down_columns(x: Array, W: Array, b: Array) -> Array:
    """Adds b as a column, so example n gets bias n (silent when N = out)."""
    return x @ W.T + b[:, None]


def linear__no_bias(x: Array, W: Array, b: Array) -> Array:
    """Leaves the bias out."""
    return x @ W.T


def linear__transposed_result(x: Array, W: Array, b: Array) -> Array:
    """Returns W x^T + b with shape (out, N)."""
    return W @ x.T + b[:, None]


def linear__transposed_result_row_bias(x: Array, W: Array, b: Array) -> Array:
    """Computes W x^T with shape (out, N) and adds b along its last axis, which only fits when N = out."""
    return W @ x.T + b


def linear_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(N: int, inputs: int, outputs: int) -> dict[str, Array]:
        shapes = {"x": (N, inputs), "W": (outputs, inputs), "b": (outputs,)}
        return {name: rng.normal(0.4, 1.0, size=shape) for name, shape in shapes.items()}

    yield Case("all sizes differ", bind=draw(5, 3, 4))
    yield Case("everything square", bind=draw(3, 3, 3))
    yield Case("square weights", bind=draw(2, 4, 4))
    yield Case("as many examples as outputs", bind=draw(4, 2, 4))
    yield Case("one example", bind=draw(1, 4, 3))
    yield Case("one output", bind=draw(4, 3, 1))
    yield Case("no examples", bind=draw(0, 3, 2))


def sum_outer(A: Array, B: Array) -> Array:
    return A.T @ B


def sum_outer_einsum(A: Array, B: Array) -> Array:
    return np.einsum("np,nq->pq", A, B)


def sum_outer_loop(A: Array, B: Array) -> Array:
    total = np.zeros((A.shape[1], B.shape[1]), dtype=A.dtype)
    for a, b in zip(A, B):
        total += np.outer(a, b)
    return total


def sum_outer_broadcast(A: Array, B: Array) -> Array:
    return np.sum(A[:, :, None] * B[:, None, :], axis=0)


def sum_outer__transposed(A: Array, B: Array) -> Array:
    """Returns B^T A, with shape (Q, P)."""
    return B.T @ A


def sum_outer__mean(A: Array, B: Array) -> Array:
    """Divides the sum by N."""
    return A.T @ B / max(len(A), 1)


def sum_outer__mean_unguarded(A: Array, B: Array) -> Array:
    """Divides the sum by N, which is nan for no rows."""
    return A.T @ B / len(A)


def sum_outer__outer_of_sums(A: Array, B: Array) -> Array:
    """Takes the outer product of the summed vectors."""
    return np.outer(A.sum(axis=0), B.sum(axis=0))


def sum_outer__gram(A: Array, B: Array) -> Array:
    """Returns A B^T, an (N, N) matrix of similarities."""
    return A @ B.T


def sum_outer_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(N: int, P: int, Q: int) -> dict[str, Array]:
        return {"A": rng.normal(0.4, 1.0, size=(N, P)), "B": rng.normal(-0.3, 1.0, size=(N, Q))}

    yield Case("all sizes differ", bind=draw(5, 3, 4))
    yield Case("everything square", bind=draw(3, 3, 3))
    yield Case("square result", bind=draw(5, 4, 4))
    yield Case("as many rows as columns of A", bind=draw(4, 4, 2))
    yield Case("one row", bind=draw(1, 3, 2))
    yield Case("one column each", bind=draw(4, 1, 1))
    yield Case("no rows", bind=draw(0, 2, 3))


def pairwise_sq_dists(X: Array, Y: Array) -> Array:
    squares_x, squares_y = np.sum(X**2, axis=1), np.sum(Y**2, axis=1)
    return np.maximum(squares_x[:, None] - 2 * X @ Y.T + squares_y, 0.0)


def pairwise_sq_dists_differences(X: Array, Y: Array) -> Array:
    return np.sum((X[:, None, :] - Y[None, :, :]) ** 2, axis=2)


def pairwise_sq_dists_loop(X: Array, Y: Array) -> Array:
    return np.array([[np.dot(x - y, x - y) for y in Y] for x in X])


def pairwise_sq_dists_centred(X: Array, Y: Array) -> Array:
    """Distances do not change when both sets move: moving Y to the origin avoids most cancellation."""
    X, Y = X - Y.mean(axis=0), Y - Y.mean(axis=0)
    cross = np.einsum("nd,md->nm", X, Y)
    dists = np.einsum("nd,nd->n", X, X)[:, None] + np.einsum("md,md->m", Y, Y) - 2 * cross
    return np.clip(dists, 0, None)


def pairwise_sq_dists__sign(X: Array, Y: Array) -> Array:
    """Adds 2 x . y instead of subtracting it."""
    squares_x, squares_y = np.sum(X**2, axis=1), np.sum(Y**2, axis=1)
    return np.maximum(squares_x[:, None] + 2 * X @ Y.T + squares_y, 0.0)


def pairwise_sq_dists__rooted(X: Array, Y: Array) -> Array:
    """Takes the square root of the squared distances."""
    squares_x, squares_y = np.sum(X**2, axis=1), np.sum(Y**2, axis=1)
    return np.sqrt(np.maximum(squares_x[:, None] - 2 * X @ Y.T + squares_y, 0.0))


def pairwise_sq_dists__missing_y_norm(X: Array, Y: Array) -> Array:
    """Leaves out ||y||^2."""
    return np.maximum(np.sum(X**2, axis=1)[:, None] - 2 * X @ Y.T, 0.0)


def pairwise_sq_dists__missing_y_norm_unclipped(X: Array, Y: Array) -> Array:
    """Leaves out ||y||^2 and the clipping, so many values are negative."""
    return np.sum(X**2, axis=1)[:, None] - 2 * X @ Y.T


def pairwise_sq_dists__unclipped(X: Array, Y: Array) -> Array:
    """Lets rounding produce small negative distances for equal rows."""
    squares_x, squares_y = np.sum(X**2, axis=1), np.sum(Y**2, axis=1)
    return squares_x[:, None] - 2 * X @ Y.T + squares_y


def pairwise_sq_dists__swapped_axes(X: Array, Y: Array) -> Array:
    """Returns the (M, N) matrix, with the rows of Y first."""
    squares_x, squares_y = np.sum(X**2, axis=1), np.sum(Y**2, axis=1)
    return np.maximum(squares_y[:, None] - 2 * Y @ X.T + squares_x, 0.0)


def dists_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(*shape: int) -> Array:
        return rng.normal(0.5, 1.0, size=shape)

    yield Case("all sizes differ", X=draw(4, 3), Y=draw(5, 3) - 1.0)
    yield Case("everything square", X=draw(3, 3), Y=draw(3, 3) - 1.0)
    yield Case("as many rows in both", X=draw(4, 2), Y=draw(4, 2) + 1.0)
    yield Case("one row each", X=draw(1, 4), Y=draw(1, 4) + 2.0)
    yield Case("one feature", X=draw(3, 1), Y=draw(2, 1) + 2.0)
    whole = rng.integers(-4, 5, size=(4, 3)).astype(float)  # exact in either precision: no rounding to clip
    yield Case("a set with itself", X=whole, Y=whole.copy())
    # Rounding decides which of the many close pairs go below 0; in two sets some always do.
    yield Case("equal rows far from the origin", float64_only=True, bind=_far_rows(rng, 5))
    yield Case("equal rows of more features, far out", float64_only=True, bind=_far_rows(rng, 7))


def _far_rows(rng: np.random.Generator, D: int) -> dict[str, Array]:
    """Rows near an offset of 1e4: eight within 1e-6 of each other, six of them in both sets, and others apart."""
    offset = rng.uniform(0.5e4, 1.5e4, size=D) * rng.choice([-1.0, 1.0], size=D)
    close = offset + 1e-6 * rng.normal(size=(8, D))
    X = np.vstack([close, offset + rng.normal(size=(3, D))])
    Y = np.vstack([close[:6], offset + 2 * rng.normal(size=(2, D))])
    return {"X": rng.permutation(X), "Y": rng.permutation(Y)}


def unbroadcast(g: Array, shape: tuple[int, ...]) -> Array:
    g = np.sum(g, axis=tuple(range(g.ndim - len(shape))))
    stretched = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return np.sum(g, axis=stretched, keepdims=True)


def unbroadcast_step_by_step(g: Array, shape: tuple[int, ...]) -> Array:
    while g.ndim > len(shape):
        g = np.asarray(g.sum(axis=0))
    for axis, size in enumerate(shape):
        if size != g.shape[axis]:
            g = g.sum(axis=axis, keepdims=True)
    return g


def unbroadcast_padded(g: Array, shape: tuple[int, ...]) -> Array:
    """In front of `shape` stand axes of size 1, one for each axis that is new in g."""
    padded = (1,) * (g.ndim - len(shape)) + tuple(shape)
    axes = tuple(axis for axis, size in enumerate(padded) if size == 1)
    return np.add.reduce(g, axis=axes, keepdims=True).reshape(shape)


def unbroadcast_scatter(g: Array, shape: tuple[int, ...]) -> Array:
    """Adds every entry of g to the entry that it was copied from."""
    out = np.zeros(shape, dtype=g.dtype)
    source = np.broadcast_to(np.arange(out.size).reshape(shape), g.shape)
    np.add.at(out.reshape(-1), source.ravel(), g.ravel())
    return out


def unbroadcast__mean(g: Array, shape: tuple[int, ...]) -> Array:
    """Averages over the broadcast axes instead of summing."""
    g = np.mean(g, axis=tuple(range(g.ndim - len(shape))))
    stretched = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return np.mean(g, axis=stretched, keepdims=True)


def unbroadcast__mean_inner(g: Array, shape: tuple[int, ...]) -> Array:
    """Averages over the axes of size 1; only the new leading axes are summed."""
    g = np.sum(g, axis=tuple(range(g.ndim - len(shape))))
    for axis, size in enumerate(shape):
        if size == 1:
            g = np.mean(g, axis=axis, keepdims=True)
    return np.asarray(g)


def unbroadcast__mean_leading(g: Array, shape: tuple[int, ...]) -> Array:
    """Averages over the new leading axes; only the axes of size 1 are summed."""
    g = np.mean(g, axis=tuple(range(g.ndim - len(shape))))
    for axis, size in enumerate(shape):
        if size == 1:
            g = np.sum(g, axis=axis, keepdims=True)
    return np.asarray(g)


def unbroadcast__axis_dropped(g: Array, shape: tuple[int, ...]) -> Array:
    """Loses the axes of size 1, returning the wrong shape."""
    g = np.sum(g, axis=tuple(range(g.ndim - len(shape))))
    stretched = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return np.asarray(np.sum(g, axis=stretched))


def unbroadcast__axis_dropped_stretched(g: Array, shape: tuple[int, ...]) -> Array:
    """Loses those axes of size 1 that were stretched, returning the wrong shape."""
    g = np.sum(g, axis=tuple(range(g.ndim - len(shape))))
    stretched = tuple(axis for axis, size in enumerate(shape) if size != g.shape[axis])
    return np.asarray(np.sum(g, axis=stretched))


def unbroadcast__leading_only(g: Array, shape: tuple[int, ...]) -> Array:
    """Sums over extra leading axes but not over inner axes of size 1."""
    return np.asarray(np.sum(g, axis=tuple(range(g.ndim - len(shape)))))


def unbroadcast__first_slice(g: Array, shape: tuple[int, ...]) -> Array:
    """Takes the first of the copies instead of summing them."""
    g = g[(0,) * (g.ndim - len(shape))]
    return np.asarray(g)[tuple(slice(size) for size in shape)]


def unbroadcast__first_slice_leading(g: Array, shape: tuple[int, ...]) -> Array:
    """Takes the first of the copies along new leading axes; axes of size 1 are summed."""
    g = g[(0,) * (g.ndim - len(shape))]
    stretched = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return np.sum(g, axis=stretched, keepdims=True)


def unbroadcast__first_slice_inner(g: Array, shape: tuple[int, ...]) -> Array:
    """Takes the first of the copies along axes of size 1; new leading axes are summed."""
    g = np.asarray(np.sum(g, axis=tuple(range(g.ndim - len(shape)))))
    return g[tuple(slice(size) for size in shape)]


def unbroadcast_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(*shape: int) -> Array:
        return rng.normal(0.7, 1.0, size=shape)

    yield Case("a bias added to every row", g=draw(4, 3), shape=(3,))
    yield Case("square, leading axis", g=draw(3, 3), shape=(3,))
    yield Case("two leading axes", g=draw(2, 3, 4), shape=(4,))
    yield Case("one number a row", g=draw(4, 3), shape=(4, 1))
    yield Case("square, one number a row", g=draw(3, 3), shape=(3, 1))
    yield Case("square, one number a column", g=draw(3, 3), shape=(1, 3))
    yield Case("leading and inner axes", g=draw(2, 3, 4), shape=(3, 1))
    yield Case("two inner axes", g=draw(3, 2, 4), shape=(1, 2, 1))
    yield Case("all axes of size 1", g=draw(2, 3), shape=(1, 1))
    yield Case("down to a number", g=draw(2, 3) + 1.0, shape=())
    yield Case("a number to a number", g=np.array(rng.uniform(0.5, 2.0)), shape=())
    yield Case("nothing was broadcast", g=draw(3, 4), shape=(3, 4))
    yield Case("size 1 that was not stretched", g=draw(3, 1), shape=(3, 1))


CHECKS = (
    Check(
        row_dot,
        cases=row_dot_cases,
        returns=("out: N",),
        formula=r"\text{out}_n = \sum_d X_{nd} Y_{nd}",
        args={"X": "N D", "Y": "N D"},
        alternates=(row_dot_einsum, row_dot_loop, row_dot_matrix_products),
        hints=(
            "Which of the two axes disappears in a dot product, the examples or the features?",
            "Multiply entry by entry first; then sum along that axis only.",
        ),
        wrong=(
            Wrong(
                row_dot__all_pairs,
                id="all-pairs",
                hint="You need N numbers, one for each pair of matching rows.",
            ),
            Wrong(
                row_dot__summed_to_scalar,
                id="summed-to-scalar",
                hint="Sum over the features only, keep the examples.",
            ),
            Wrong(
                row_dot__columns,
                id="columns",
                hint="Examples are rows: sum along axis 1.",
            ),
            Wrong(
                row_dot__averaged,
                id="averaged",
                hint="A dot product is a sum, not a mean.",
                also=(row_dot__averaged_unguarded,),
            ),
        ),
    ),
    Check(
        cosine_similarity,
        cases=cosine_cases,
        returns=("cosine:",),
        formula=(
            r"\cos = \frac{\sum_d x_d y_d}{\|x\| \, \|y\|} \qquad \|x\|"
            r" = \sqrt{\sum_d x_d^2}"
        ),
        args={"x": "D", "y": "D"},
        alternates=(cosine_similarity_unit_vectors, cosine_similarity_loop),
        hints=(
            "What must you divide the dot product by so that doubling x, or y, changes nothing?",
            "Compute both lengths; if one of them is 0 return 0.0, otherwise divide by their product as it is.",
        ),
        wrong=(
            Wrong(
                cosine_similarity__not_normalised,
                id="not-normalised",
                hint="The answer must not change when a vector is rescaled.",
            ),
            Wrong(
                cosine_similarity__one_norm,
                id="one-norm",
                hint="Both vectors have to be scaled to unit length.",
                also=(
                    cosine_similarity__one_norm_unguarded,
                    cosine_similarity__one_norm_second,
                ),
            ),
            Wrong(
                cosine_similarity__squared_norms,
                id="squared-norms",
                hint="Take the square roots in the denominator.",
                also=(cosine_similarity__squared_norms_unguarded,),
            ),
            Wrong(
                cosine_similarity__eps_bias,
                id="eps-bias",
                hint="Handle the zero vector separately instead of biasing every other case.",
                tags=("edge",),
                also=(
                    cosine_similarity__eps_bias_each,
                    cosine_similarity__eps_bias_floor,
                    cosine_similarity__eps_bias_smaller,
                ),
            ),
            Wrong(
                cosine_similarity__zero_nan,
                id="zero-nan",
                hint="Define the similarity with a zero vector as 0.",
                tags=("edge",),
                also=(cosine_similarity__zero_nan_raises,),
            ),
        ),
    ),
    Check(
        linear,
        cases=linear_cases,
        returns=("out: N out",),
        formula=r"\text{out}_{no} = \sum_i x_{ni} W_{oi} + b_o \qquad \text{out} = x \, W^\top + b",
        args={"x": "N in", "W": "out in", "b": "out"},
        alternates=(linear_einsum, linear_columns, linear_augmented),
        hints=(
            "x is (N, in) and W is (out, in): which axes must meet so that (N, out) is left?",
            "W has to be turned so that its input axis comes first; b then lines up with the last axis by itself.",
        ),
        wrong=(
            Wrong(
                linear__untransposed,
                id="untransposed",
                hint="Each output is a row of W dotted with the input.",
            ),
            Wrong(
                linear__bias_down_columns,
                id="bias-down-columns",
                hint="The bias belongs to the output units and broadcasts over examples.",
            ),
            Wrong(
                linear__no_bias,
                id="no-bias",
                hint="An affine map has an offset.",
            ),
            Wrong(
                linear__transposed_result,
                id="transposed-result",
                hint="Examples stay rows on the way out.",
                also=(linear__transposed_result_row_bias,),
            ),
        ),
    ),
    Check(
        sum_outer,
        cases=sum_outer_cases,
        returns=("out: P Q",),
        formula=(
            r"\text{out}_{pq} = \sum_n A_{np} B_{nq} \qquad \text{out}"
            r" = \sum_n a_n b_n^\top = A^\top B"
        ),
        args={"A": "N P", "B": "N Q"},
        alternates=(sum_outer_einsum, sum_outer_loop, sum_outer_broadcast),
        hints=(
            "Write the entry (p, q) of the result as a sum. Over which index does it run?",
            "That index is the row number of both matrices. Which one must be transposed so that a matrix product "
            "sums over it?",
        ),
        wrong=(
            Wrong(
                sum_outer__transposed,
                id="transposed",
                hint="Row index from A, column index from B.",
            ),
            Wrong(
                sum_outer__mean,
                id="mean",
                hint="The sum was asked for; averaging happens in the loss.",
                also=(sum_outer__mean_unguarded,),
            ),
            Wrong(
                sum_outer__outer_of_sums,
                id="outer-of-sums",
                hint="Form each outer product before summing over examples.",
            ),
            Wrong(
                sum_outer__gram,
                id="gram",
                hint="The example axis is the one that is summed away.",
            ),
        ),
    ),
    Check(
        pairwise_sq_dists,
        cases=dists_cases,
        returns=("dists: N M",),
        formula=(
            r"\text{out}_{nm} = \|x_n\|^2 - 2 \, x_n^\top y_m + \|y_m\|^2"
            r" \qquad \text{at least } 0"
        ),
        args={"X": "N D", "Y": "M D"},
        alternates=(pairwise_sq_dists_differences, pairwise_sq_dists_loop, pairwise_sq_dists_centred),
        properties=(Property("no-negative", output="dists", text="A squared distance is never below 0."),),
        hints=(
            "Expand (x - y) . (x - y): which of its three terms depend on both n and m?",
            "One matrix product gives all the cross terms; the squares of the rows of X go down a column, those of Y "
            "along a row.",
            "Three large numbers cancel where two rows are equal. Which results can only be rounding?",
        ),
        wrong=(
            Wrong(
                pairwise_sq_dists__sign,
                id="sign",
                hint="Expand (x-y)² and look at the cross term.",
            ),
            Wrong(
                pairwise_sq_dists__rooted,
                id="rooted",
                hint="Squared distances were asked for.",
            ),
            Wrong(
                pairwise_sq_dists__missing_y_norm,
                id="missing-y-norm",
                hint="The square of a difference has three terms.",
                also=(pairwise_sq_dists__missing_y_norm_unclipped,),
            ),
            Wrong(
                pairwise_sq_dists__unclipped,
                id="unclipped",
                hint="Cancellation can dip below zero: clip.",
                tags=("property",),
            ),
            Wrong(
                pairwise_sq_dists__swapped_axes,
                id="swapped-axes",
                hint="Rows belong to X.",
            ),
        ),
    ),
    Check(
        unbroadcast,
        cases=unbroadcast_cases,
        returns=("out: shape",),
        formula=(
            r"\text{out}_i = \sum_{p \in P_i} g_p \qquad P_i"
            r" = \text{all positions that the entry } i \text{ was copied to}"
        ),
        alternates=(unbroadcast_step_by_step, unbroadcast_padded, unbroadcast_scatter),
        hints=(
            "Line the two shapes up from the right. Which axes of g are new, and which were stretched from size 1?",
            "First sum over the new axes in front, until both shapes have the same number of axes.",
            "Then sum over the axes where `shape` has a 1, and keep each of them as an axis of size 1.",
        ),
        wrong=(
            Wrong(
                unbroadcast__mean,
                id="mean",
                hint="A value used k times collects the sum of k gradients.",
                tags=("edge",),
                also=(
                    unbroadcast__mean_inner,
                    unbroadcast__mean_leading,
                ),
            ),
            Wrong(
                unbroadcast__axis_dropped,
                id="axis-dropped",
                hint="Keep a broadcast axis as an axis of size 1.",
                tags=("edge",),
                also=(unbroadcast__axis_dropped_stretched,),
            ),
            Wrong(
                unbroadcast__leading_only,
                id="leading-only",
                hint="Axes of size 1 were broadcast too.",
                tags=("edge",),
            ),
            Wrong(
                unbroadcast__first_slice,
                id="first-slice",
                hint="Every copy contributes to the gradient.",
                also=(
                    unbroadcast__first_slice_leading,
                    unbroadcast__first_slice_inner,
                ),
            ),
        ),
    ),
)
