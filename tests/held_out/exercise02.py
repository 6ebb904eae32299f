import numpy as np


def row_dot__right__einsum(X, Y):
    return np.einsum("nd,nd->n", X, Y)


def row_dot__right__loop(X, Y):
    out = np.zeros(len(X))
    for n in range(X.shape[0]):
        out[n] = X[n] @ Y[n]
    return out


def row_dot__right__matmul(X, Y):
    return (X[:, None, :] @ Y[:, :, None])[:, 0, 0]


def row_dot__all_pairs(X, Y):
    return np.dot(X, Y.T)


def row_dot__summed_to_scalar(X, Y):
    return np.sum(np.multiply(X, Y))


def row_dot__columns(X, Y):
    return sum(x * y for x, y in zip(X, Y))


def cosine_similarity__right__norms(x, y):
    a, b = np.linalg.norm(x), np.linalg.norm(y)
    if a == 0 or b == 0:
        return 0.0
    return np.dot(x / a, y / b)


def cosine_similarity__right__python(x, y):
    xx = sum(v * v for v in x)
    yy = sum(v * v for v in y)
    return 0.0 if xx == 0 or yy == 0 else sum(a * b for a, b in zip(x, y)) / (xx**0.5 * yy**0.5)


def cosine_similarity__right__array0(x, y):
    denominator = np.sqrt((x**2).sum()) * np.sqrt((y**2).sum())
    return np.where(denominator > 0, (x * y).sum() / (denominator + (denominator == 0)), 0.0)


def cosine_similarity__eps_bias(x, y):
    return x @ y / (np.linalg.norm(x) * np.linalg.norm(y) + 1e-12)


def cosine_similarity__eps_bias__max(x, y):
    return x @ y / max(np.linalg.norm(x) * np.linalg.norm(y), 1e-8)


def cosine_similarity__zero_nan(x, y):
    return np.sum(x * y) / np.sqrt(np.sum(x**2) * np.sum(y**2))


def cosine_similarity__squared_norms(x, y):
    d = (x @ x) * (y @ y)
    return 0.0 if d == 0 else (x @ y) / d


def linear__right__loops(x, W, b):
    out = np.empty((x.shape[0], W.shape[0]))
    for n in range(out.shape[0]):
        for o in range(out.shape[1]):
            out[n, o] = np.sum(x[n] * W[o]) + b[o]
    return out


def linear__right__column_form(x, W, b):
    return (W.dot(x.T) + b.reshape(-1, 1)).T


def linear__right__homogeneous(x, W, b):
    return np.hstack([x, np.ones((len(x), 1))]) @ np.hstack([W, b[:, None]]).T


def linear__untransposed(x, W, b):
    return x.dot(W) + b


def linear__no_bias(x, W, b):
    return np.einsum("ni,oi->no", x, W)


def linear__transposed_result(x, W, b):
    return W @ x.T + b[:, np.newaxis]


def sum_outer__right__loop(A, B):
    total = np.zeros((A.shape[1], B.shape[1]))
    for a, b in zip(A, B):
        total += np.outer(a, b)
    return total


def sum_outer__right__broadcast(A, B):
    return (A[:, :, None] * B[:, None, :]).sum(axis=0)


def sum_outer__right__tensordot(A, B):
    return np.tensordot(A, B, axes=(0, 0))


def sum_outer__transposed(A, B):
    return np.dot(B.T, A)


def sum_outer__mean(A, B):
    return np.mean([np.outer(a, b) for a, b in zip(A, B)], axis=0)


def sum_outer__outer_of_sums(A, B):
    return np.outer(A.sum(0), B.sum(0))


def pairwise_sq_dists__right__broadcast(X, Y):
    return ((X[:, None] - Y[None]) ** 2).sum(-1)


def pairwise_sq_dists__right__loops(X, Y):
    out = np.zeros((len(X), len(Y)))
    for i, x in enumerate(X):
        for j, y in enumerate(Y):
            out[i, j] = np.linalg.norm(x - y) ** 2
    return out


def pairwise_sq_dists__right__gram(X, Y):
    d = np.square(X).sum(1, keepdims=True) + np.square(Y).sum(1) - 2 * X.dot(Y.T)
    d[d < 0] = 0
    return d


def pairwise_sq_dists__rooted(X, Y):
    return np.linalg.norm(X[:, None, :] - Y[None, :, :], axis=2)


def pairwise_sq_dists__unclipped(X, Y):
    return (X**2).sum(1)[:, None] - 2 * X @ Y.T + (Y**2).sum(1)


def pairwise_sq_dists__swapped_axes(X, Y):
    return np.sum((Y[:, None] - X) ** 2, axis=-1)


def unbroadcast__right__micrograd(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


def unbroadcast__right__axes(g, shape):
    full = (1,) * (g.ndim - len(shape)) + tuple(shape)
    axes = tuple(i for i, (a, b) in enumerate(zip(g.shape, full)) if a != b)
    return np.sum(g, axis=axes, keepdims=True).reshape(shape)


def unbroadcast__right__add_at(g, shape):
    out = np.zeros(shape)
    where = np.broadcast_to(np.arange(out.size).reshape(shape), g.shape)
    return np.bincount(where.ravel(), weights=g.ravel(), minlength=out.size).reshape(shape)


def unbroadcast__mean(g, shape):
    while g.ndim > len(shape):
        g = g.mean(axis=0)
    for axis, size in enumerate(shape):
        if size == 1 and g.shape[axis] != 1:
            g = g.mean(axis=axis, keepdims=True)
    return g


def unbroadcast__leading_only(g, shape):
    while len(g.shape) != len(shape):
        g = np.sum(g, axis=0)
    return g


def unbroadcast__axis_dropped(g, shape):
    lead = g.ndim - len(shape)
    axes = tuple(range(lead)) + tuple(i + lead for i, n in enumerate(shape) if n == 1)
    return g.sum(axis=axes)
