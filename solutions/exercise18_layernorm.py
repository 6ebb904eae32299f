"""References, wrong functions and cases for layer normalization and its relatives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Value, Wrong

TITLE = "Layer normalization and its relatives"
NEEDS = (17,)


def _signed(rng: np.random.Generator, *shape: int, low: float = 0.4, high: float = 1.9) -> Array:
    return rng.uniform(low, high, shape) * rng.choice([-1.0, 1.0], shape)


def _rows(rng: np.random.Generator, *shape: int, spread: float = 1.0) -> Array:
    """Rows along the last axis, each with its own mean and spread, the mean at most twice the spread."""
    lead = (*shape[:-1], 1)
    return spread * (_signed(rng, *lead, low=0.5, high=1.5) + rng.uniform(0.8, 1.6, lead) * rng.standard_normal(shape))


def _any_shift(args: Mapping[str, Value], rng: np.random.Generator) -> Mapping[str, Value]:
    return {"beta": rng.standard_normal(args["gamma"].shape)}


# layernorm_forward


def layernorm_forward(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    mu = x.mean(axis=-1, keepdims=True)
    var = ((x - mu) ** 2).mean(axis=-1, keepdims=True)
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


def layernorm_forward_row_by_row(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    out = np.empty(x.shape)
    for at in np.ndindex(*x.shape[:-1]):
        centred = x[at] - sum(x[at]) / len(gamma)
        out[at] = centred * (centred @ centred / len(gamma) + eps) ** -0.5 * gamma + beta
    return out


def layernorm_forward_by_projection(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Centres with the matrix I - 1/D, which is symmetric, so it can stand on the right."""
    D = x.shape[-1]
    centred = x @ (np.eye(D) - np.full((D, D), 1 / D))
    norm = np.linalg.norm(centred, axis=-1, keepdims=True)
    return centred / np.sqrt(norm**2 / D + eps) * gamma + beta


def layernorm_forward__batch_axis(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Takes mean and variance over axis 0, the batch, which is BatchNorm."""
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta


def layernorm_forward__batch_axis_tokens(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Takes mean and variance over all axes but the last, as BatchNorm does with the tokens of all sequences."""
    axes = tuple(range(x.ndim - 1))
    return gamma * (x - x.mean(axis=axes)) / np.sqrt(x.var(axis=axes) + eps) + beta


def layernorm_forward__all_axes(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Takes one mean and one variance for a whole sequence, the last two axes."""
    mu, var = x.mean(axis=(-2, -1), keepdims=True), x.var(axis=(-2, -1), keepdims=True)
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


def layernorm_forward__all_axes_whole_array(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Takes one mean and one variance for the whole array."""
    return gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta


def layernorm_forward__all_axes_but_the_first(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Takes the statistics of each example over all its axes, so the tokens of a sequence share them."""
    axes = tuple(range(1, x.ndim))
    mu, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


def layernorm_forward__ddof1(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Normalizes with the variance that divides by D - 1."""
    mu, var = x.mean(axis=-1, keepdims=True), x.var(axis=-1, ddof=1, keepdims=True)
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


def layernorm_forward__eps_outside(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Divides by sigma + eps instead of sqrt(var + eps)."""
    mu, std = x.mean(axis=-1, keepdims=True), x.std(axis=-1, keepdims=True)
    return gamma * (x - mu) / (std + eps) + beta


def layernorm_forward__no_affine(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Returns the normalized values, without gamma and beta."""
    mu, var = x.mean(axis=-1, keepdims=True), x.var(axis=-1, keepdims=True)
    return (x - mu) / np.sqrt(var + eps)


def layernorm_forward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def layer(*shape: int, spread: float = 1.0) -> dict[str, Value]:
        gamma, beta = _signed(rng, shape[-1]), _signed(rng, shape[-1])
        return {"x": _rows(rng, *shape, spread=spread), "gamma": gamma, "beta": beta}

    yield Case("all dimensions differ", **layer(4, 3))
    yield Case("sequences", **layer(3, 2, 5))
    yield Case("as many tokens as examples and features", **layer(3, 3, 3))
    yield Case("as many examples as features", **layer(4, 4))
    yield Case("one example", **layer(1, 5))
    yield Case("a single vector", **layer(6))
    constant = layer(3, 4)
    constant["x"][rng.integers(3)] = rng.choice([-1.5, -0.75, 0.5, 1.25])  # dyadic: the mean is exact
    yield Case("constant row", **constant)
    yield Case("eps given as 0.5", **layer(2, 3, 4), eps=0.5)
    yield Case("spread about the root of eps", **layer(4, 6, spread=3e-3))


# layernorm_backward


def layernorm_backward(dout: Array, x: Array, gamma: Array, eps: float = 1e-5) -> tuple[Array, Array, Array]:
    centred = x - x.mean(axis=-1, keepdims=True)
    s = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + eps)
    x_hat, d, D = centred / s, gamma * dout, len(gamma)
    dx = (d - d.mean(axis=-1, keepdims=True) - x_hat * (d * x_hat).mean(axis=-1, keepdims=True)) / s
    return dx, (dout * x_hat).reshape(-1, D).sum(axis=0), dout.reshape(-1, D).sum(axis=0)  # (..., D) -> (D,)


def layernorm_backward_jacobians(dout: Array, x: Array, gamma: Array, eps: float = 1e-5) -> tuple[Array, Array, Array]:
    D = len(gamma)
    dx, dgamma, dbeta = np.zeros(x.shape), np.zeros(D), np.zeros(D)
    for at in np.ndindex(*x.shape[:-1]):
        s = (np.var(x[at]) + eps) ** 0.5
        x_hat = (x[at] - np.mean(x[at])) / s
        dx[at] = (np.eye(D) - 1 / D - np.outer(x_hat, x_hat) / D) @ (gamma * dout[at]) / s
        dgamma, dbeta = dgamma + x_hat * dout[at], dbeta + dout[at]
    return dx, dgamma, dbeta


def layernorm_backward_three_paths(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    D = x.shape[-1]
    rows, upstream = x.reshape(-1, D).T, dout.reshape(-1, D).T
    centred = rows - np.mean(rows, axis=0)
    inverse = (np.mean(centred**2, axis=0) + eps) ** -0.5
    d = gamma[:, None] * upstream
    dvar = -0.5 * inverse**3 * np.einsum("ij,ij->j", d, centred)
    dmu = -inverse * np.sum(d, axis=0)
    dx = d * inverse + dvar * 2 * centred / D + dmu / D
    return dx.T.reshape(x.shape), np.einsum("ij,ij->i", upstream, centred * inverse), np.sum(upstream, axis=1)


def _normalized(x: Array, eps: float) -> tuple[Array, Array]:
    s = np.sqrt(x.var(axis=-1, keepdims=True) + eps)
    return (x - x.mean(axis=-1, keepdims=True)) / s, s


def layernorm_backward__batch_means(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Takes the two means of dx over axis 0, the batch."""
    (x_hat, s), d, others = _normalized(x, eps), gamma * dout, tuple(range(x.ndim - 1))
    dx = (d - d.mean(axis=0) - x_hat * (d * x_hat).mean(axis=0)) / s
    return dx, (dout * x_hat).sum(axis=others), dout.sum(axis=others)


def layernorm_backward__batch_means_tokens(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Takes the two means of dx over all axes but the last, the tokens of all sequences."""
    (x_hat, s), d, others = _normalized(x, eps), gamma * dout, tuple(range(x.ndim - 1))
    dx = (d - d.mean(axis=others) - x_hat * (d * x_hat).mean(axis=others)) / s
    return dx, (dout * x_hat).sum(axis=others), dout.sum(axis=others)


def layernorm_backward__variance_path_missing(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Drops x_hat mean(d x_hat), the path through the variance."""
    (x_hat, s), d, others = _normalized(x, eps), gamma * dout, tuple(range(x.ndim - 1))
    dx = (d - d.mean(axis=-1, keepdims=True)) / s
    return dx, (dout * x_hat).sum(axis=others), dout.sum(axis=others)


def layernorm_backward__gamma_late(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Takes the means of dout and multiplies by gamma at the end, which is right only for a constant gamma."""
    (x_hat, s), others = _normalized(x, eps), tuple(range(x.ndim - 1))
    inner = dout - dout.mean(axis=-1, keepdims=True) - x_hat * (dout * x_hat).mean(axis=-1, keepdims=True)
    return gamma * inner / s, (dout * x_hat).sum(axis=others), dout.sum(axis=others)


def layernorm_backward__params_over_features(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Sums dgamma and dbeta over the features, so one number is left for each row."""
    (x_hat, s), d = _normalized(x, eps), gamma * dout
    dx = (d - d.mean(axis=-1, keepdims=True) - x_hat * (d * x_hat).mean(axis=-1, keepdims=True)) / s
    return dx, (dout * x_hat).sum(axis=-1), dout.sum(axis=-1)


def layernorm_backward__params_over_features_dgamma(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Sums dgamma over the features, so one number is left for each row, and dbeta over the rows."""
    (x_hat, s), d = _normalized(x, eps), gamma * dout
    dx = (d - d.mean(axis=-1, keepdims=True) - x_hat * (d * x_hat).mean(axis=-1, keepdims=True)) / s
    return dx, (dout * x_hat).sum(axis=-1), dout.sum(axis=tuple(range(x.ndim - 1)))


def layernorm_backward__params_over_features_axis_one(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Sums dgamma and dbeta over axis 1, which holds the features of a matrix and the tokens of sequences."""
    (x_hat, s), d = _normalized(x, eps), gamma * dout
    dx = (d - d.mean(axis=-1, keepdims=True) - x_hat * (d * x_hat).mean(axis=-1, keepdims=True)) / s
    return dx, (dout * x_hat).sum(axis=1), dout.sum(axis=1)


def layernorm_backward__sums_not_means(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Uses sums over the features where dx has means."""
    (x_hat, s), d, others = _normalized(x, eps), gamma * dout, tuple(range(x.ndim - 1))
    dx = (d - d.sum(axis=-1, keepdims=True) - x_hat * (d * x_hat).sum(axis=-1, keepdims=True)) / s
    return dx, (dout * x_hat).sum(axis=others), dout.sum(axis=others)


def layernorm_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def layer(*shape: int, spread: float = 1.0) -> dict[str, Value]:
        return {"dout": _rows(rng, *shape), "x": _rows(rng, *shape, spread=spread), "gamma": _signed(rng, shape[-1])}

    yield Case("all dimensions differ", **layer(5, 3))
    yield Case("sequences", **layer(3, 2, 5))
    yield Case("as many tokens as examples and features", **layer(3, 3, 3))
    yield Case("as many examples as features", **layer(4, 4))
    yield Case("one example", **layer(1, 5))
    yield Case("eps given as 0.25", **layer(2, 3, 4), eps=0.25)
    yield Case("spread about the root of eps", **layer(3, 6, spread=4e-3))
    yield Case("gamma far from constant", **{**layer(4, 6), "gamma": np.geomspace(0.2, 9.0, 6) * _signed(rng, 6)})


# rmsnorm_forward


def rmsnorm_forward(x: Array, gamma: Array, eps: float = 1e-6) -> Array:
    return gamma * x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps)


def rmsnorm_forward_row_by_row(x: Array, gamma: Array, eps: float = 1e-6) -> Array:
    out = np.empty(x.shape)
    for at in np.ndindex(*x.shape[:-1]):
        out[at] = x[at] * gamma * (np.dot(x[at], x[at]) / len(gamma) + eps) ** -0.5
    return out


def rmsnorm_forward_by_norm(x: Array, gamma: Array, eps: float = 1e-6) -> Array:
    D = x.shape[-1]
    length = np.hypot(np.linalg.norm(x, axis=-1, keepdims=True), np.sqrt(D * eps))
    return x / length * (gamma * np.sqrt(D))


def rmsnorm_forward__centred(x: Array, gamma: Array, eps: float = 1e-6) -> Array:
    """Subtracts the mean first, as LayerNorm does."""
    centred = x - x.mean(axis=-1, keepdims=True)
    return gamma * centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + eps)


def rmsnorm_forward__centred_above(x: Array, gamma: Array, eps: float = 1e-6) -> Array:
    """Subtracts the mean from x but divides by the root mean square of x as it was."""
    centred = x - x.mean(axis=-1, keepdims=True)
    return gamma * centred / np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps)


def rmsnorm_forward__centred_below(x: Array, gamma: Array, eps: float = 1e-6) -> Array:
    """Divides by the standard deviation, from which the mean was subtracted, but leaves x as it was."""
    return gamma * x / np.sqrt(x.var(axis=-1, keepdims=True) + eps)


def rmsnorm_forward__sum(x: Array, gamma: Array, eps: float = 1e-6) -> Array:
    """Divides by the root of the sum of squares, without the 1/D."""
    return gamma * x / np.sqrt((x**2).sum(axis=-1, keepdims=True) + eps)


def rmsnorm_forward__eps_outside(x: Array, gamma: Array, eps: float = 1e-6) -> Array:
    """Divides by rms + eps instead of sqrt(mean(x^2) + eps)."""
    return gamma * x / (np.sqrt((x**2).mean(axis=-1, keepdims=True)) + eps)


def rmsnorm_forward__not_rooted(x: Array, gamma: Array, eps: float = 1e-6) -> Array:
    """Divides by the mean square and forgets the root."""
    return gamma * x / ((x**2).mean(axis=-1, keepdims=True) + eps)


def rmsnorm_forward__not_rooted_bare(x: Array, gamma: Array, eps: float = 1e-6) -> Array:
    """Divides by the mean square itself, without root and without eps."""
    return gamma * x / (x**2).mean(axis=-1, keepdims=True)


def rmsnorm_forward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def layer(*shape: int, spread: float = 1.0) -> dict[str, Value]:
        return {"x": _rows(rng, *shape, spread=spread), "gamma": _signed(rng, shape[-1])}

    yield Case("all dimensions differ", **layer(4, 3))
    yield Case("sequences", **layer(3, 2, 5))
    yield Case("as many tokens as examples and features", **layer(3, 3, 3))
    yield Case("one example", **layer(1, 5))
    yield Case("a single vector", **layer(6))
    zero = layer(4, 5)
    zero["x"][rng.integers(4)] = 0.0
    yield Case("row of zeros", **zero)
    yield Case("large scale", **layer(3, 4, spread=200.0))
    yield Case("scale about the root of eps", **layer(5, 4, spread=1e-3))
    yield Case("eps given as 0.5", **layer(2, 3, 4), eps=0.5)


# rmsnorm_backward


def rmsnorm_backward(dout: Array, x: Array, gamma: Array, eps: float = 1e-6) -> tuple[Array, Array]:
    r = 1 / np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps)
    x_hat, d = x * r, gamma * dout
    dx = r * (d - x_hat * (d * x_hat).mean(axis=-1, keepdims=True))
    return dx, (dout * x_hat).reshape(-1, len(gamma)).sum(axis=0)  # (..., D) -> (D,)


def rmsnorm_backward_jacobians(dout: Array, x: Array, gamma: Array, eps: float = 1e-6) -> tuple[Array, Array]:
    D = len(gamma)
    dx, dgamma = np.zeros(x.shape), np.zeros(D)
    for at in np.ndindex(*x.shape[:-1]):
        square = x[at] @ x[at] / D + eps
        jacobian = np.eye(D) / square**0.5 - np.outer(x[at], x[at]) / (D * square**1.5)
        dx[at] = jacobian @ (gamma * dout[at])
        dgamma += dout[at] * x[at] / square**0.5
    return dx, dgamma


def rmsnorm_backward_two_paths(dout: Array, x: Array, gamma: Array, eps: float = 1e-6) -> tuple[Array, Array]:
    D = x.shape[-1]
    square = np.einsum("...d,...d->...", x, x)[..., None] / D + eps
    d = dout * gamma
    dsquare = np.einsum("...d,...d->...", d, x)[..., None] * -0.5 * square**-1.5
    dgamma = np.einsum("nd,nd->d", dout.reshape(-1, D), (x / np.sqrt(square)).reshape(-1, D))
    return d / np.sqrt(square) + dsquare * 2 * x / D, dgamma


def rmsnorm_backward__projection_missing(dout: Array, x: Array, gamma: Array, eps: float = 1e-6) -> tuple[Array, Array]:
    """Treats the root mean square as a constant, so dx is only r gamma dout."""
    r = 1 / np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps)
    return r * gamma * dout, (dout * x * r).sum(axis=tuple(range(x.ndim - 1)))


def rmsnorm_backward__centred(dout: Array, x: Array, gamma: Array, eps: float = 1e-6) -> tuple[Array, Array]:
    """Subtracts mean(d) as well, which belongs to LayerNorm."""
    r = 1 / np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps)
    x_hat, d = x * r, gamma * dout
    dx = r * (d - d.mean(axis=-1, keepdims=True) - x_hat * (d * x_hat).mean(axis=-1, keepdims=True))
    return dx, (dout * x_hat).sum(axis=tuple(range(x.ndim - 1)))


def rmsnorm_backward__centred_fully(dout: Array, x: Array, gamma: Array, eps: float = 1e-6) -> tuple[Array, Array]:
    """Subtracts the mean of x as well as mean(d), the whole backward pass of LayerNorm."""
    s = np.sqrt(x.var(axis=-1, keepdims=True) + eps)
    x_hat, d = (x - x.mean(axis=-1, keepdims=True)) / s, gamma * dout
    dx = (d - d.mean(axis=-1, keepdims=True) - x_hat * (d * x_hat).mean(axis=-1, keepdims=True)) / s
    return dx, (dout * x_hat).sum(axis=tuple(range(x.ndim - 1)))


def rmsnorm_backward__gamma_missing(dout: Array, x: Array, gamma: Array, eps: float = 1e-6) -> tuple[Array, Array]:
    """Puts dout where gamma dout belongs in dx."""
    r = 1 / np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps)
    x_hat = x * r
    dx = r * (dout - x_hat * (dout * x_hat).mean(axis=-1, keepdims=True))
    return dx, (dout * x_hat).sum(axis=tuple(range(x.ndim - 1)))


def rmsnorm_backward__sum(dout: Array, x: Array, gamma: Array, eps: float = 1e-6) -> tuple[Array, Array]:
    """Uses a sum over the features where dx has a mean."""
    r = 1 / np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps)
    x_hat, d = x * r, gamma * dout
    dx = r * (d - x_hat * (d * x_hat).sum(axis=-1, keepdims=True))
    return dx, (dout * x_hat).sum(axis=tuple(range(x.ndim - 1)))


def rmsnorm_backward__sum_in_both_places(dout: Array, x: Array, gamma: Array, eps: float = 1e-6) -> tuple[Array, Array]:
    """Uses a sum over the features for the mean of the forward pass as well as for that of dx."""
    r = 1 / np.sqrt((x**2).sum(axis=-1, keepdims=True) + eps)
    x_hat, d = x * r, gamma * dout
    dx = r * (d - x_hat * (d * x_hat).sum(axis=-1, keepdims=True))
    return dx, (dout * x_hat).sum(axis=tuple(range(x.ndim - 1)))


def rmsnorm_backward__sum_in_the_root(dout: Array, x: Array, gamma: Array, eps: float = 1e-6) -> tuple[Array, Array]:
    """Uses a sum over the features in the root mean square and a mean in dx."""
    r = 1 / np.sqrt((x**2).sum(axis=-1, keepdims=True) + eps)
    x_hat, d = x * r, gamma * dout
    dx = r * (d - x_hat * (d * x_hat).mean(axis=-1, keepdims=True))
    return dx, (dout * x_hat).sum(axis=tuple(range(x.ndim - 1)))


def rmsnorm_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def layer(*shape: int, spread: float = 1.0) -> dict[str, Value]:
        return {"dout": _rows(rng, *shape), "x": _rows(rng, *shape, spread=spread), "gamma": _signed(rng, shape[-1])}

    yield Case("all dimensions differ", **layer(5, 3))
    yield Case("sequences", **layer(3, 2, 5))
    yield Case("as many tokens as examples and features", **layer(3, 3, 3))
    yield Case("one example", **layer(1, 4))
    zero = layer(4, 5)
    zero["x"][rng.integers(4)] = 0.0
    yield Case("row of zeros", **zero, eps=0.01)
    yield Case("scale about the root of eps", **layer(4, 3, spread=1e-3))
    yield Case("eps given as 0.25", **layer(2, 3, 4), eps=0.25)


# groupnorm_forward


def groupnorm_forward(x: Array, gamma: Array, beta: Array, groups: int, eps: float = 1e-5) -> Array:
    grouped = x.reshape(x.shape[0], groups, -1)  # (N, C, H, W) -> (N, G, C/G H W)
    mu = grouped.mean(axis=-1, keepdims=True)
    var = ((grouped - mu) ** 2).mean(axis=-1, keepdims=True)
    x_hat = ((grouped - mu) / np.sqrt(var + eps)).reshape(x.shape)
    return gamma[:, None, None] * x_hat + beta[:, None, None]


def groupnorm_forward_group_by_group(x: Array, gamma: Array, beta: Array, groups: int, eps: float = 1e-5) -> Array:
    out, size = np.zeros(x.shape), x.shape[1] // groups
    for n in range(x.shape[0]):
        for start in range(0, x.shape[1], size):
            block = x[n, start : start + size]
            out[n, start : start + size] = (block - np.mean(block)) / (np.var(block) + eps) ** 0.5
    return np.einsum("nchw,c->nchw", out, gamma) + np.reshape(beta, (1, -1, 1, 1))


def groupnorm_forward_by_membership(x: Array, gamma: Array, beta: Array, groups: int, eps: float = 1e-5) -> Array:
    """Averages with a matrix that says which channels share a group, and gives the result back to each channel."""
    C = x.shape[1]
    group = np.arange(C) // (C // groups)
    share = (group[:, None] == group) / (C // groups)
    mu = (x.mean(axis=(2, 3)) @ share)[:, :, None, None]
    var = (np.square(x - mu).mean(axis=(2, 3)) @ share)[:, :, None, None]
    return (x - mu) * gamma.reshape(-1, 1, 1) / np.sqrt(var + eps) + beta.reshape(-1, 1, 1)


def groupnorm_forward__instance(x: Array, gamma: Array, beta: Array, groups: int, eps: float = 1e-5) -> Array:
    """Normalizes each channel alone, which is instance normalization."""
    mu, var = x.mean(axis=(2, 3), keepdims=True), x.var(axis=(2, 3), keepdims=True)
    return gamma.reshape(1, -1, 1, 1) * (x - mu) / np.sqrt(var + eps) + beta.reshape(1, -1, 1, 1)


def groupnorm_forward__layer(x: Array, gamma: Array, beta: Array, groups: int, eps: float = 1e-5) -> Array:
    """Normalizes each example over all its channels, whatever the number of groups."""
    mu, var = x.mean(axis=(1, 2, 3), keepdims=True), x.var(axis=(1, 2, 3), keepdims=True)
    return gamma.reshape(1, -1, 1, 1) * (x - mu) / np.sqrt(var + eps) + beta.reshape(1, -1, 1, 1)


def groupnorm_forward__interleaved(x: Array, gamma: Array, beta: Array, groups: int, eps: float = 1e-5) -> Array:
    """Reshapes to (N, C/G, G, H, W), which puts every G-th channel into one group."""
    N, C, H, W = x.shape
    grouped = x.reshape(N, C // groups, groups, H, W)
    mu, var = grouped.mean(axis=(1, 3, 4), keepdims=True), grouped.var(axis=(1, 3, 4), keepdims=True)
    x_hat = ((grouped - mu) / np.sqrt(var + eps)).reshape(x.shape)
    return gamma.reshape(1, -1, 1, 1) * x_hat + beta.reshape(1, -1, 1, 1)


def groupnorm_forward__over_batch(x: Array, gamma: Array, beta: Array, groups: int, eps: float = 1e-5) -> Array:
    """Takes the statistics of a group over the batch as well."""
    N, C, H, W = x.shape
    grouped = x.reshape(N, groups, C // groups, H, W)
    mu, var = grouped.mean(axis=(0, 2, 3, 4), keepdims=True), grouped.var(axis=(0, 2, 3, 4), keepdims=True)
    x_hat = ((grouped - mu) / np.sqrt(var + eps)).reshape(x.shape)
    return gamma.reshape(1, -1, 1, 1) * x_hat + beta.reshape(1, -1, 1, 1)


def groupnorm_forward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def images(*shape: int, spread: float = 1.0) -> dict[str, Value]:
        per_channel = _signed(rng, *shape[:2], 1, 1) + rng.uniform(0.6, 1.6, (*shape[:2], 1, 1)) * _signed(rng, *shape)
        return {"x": spread * per_channel, "gamma": _signed(rng, shape[1]), "beta": _signed(rng, shape[1])}

    yield Case("all dimensions differ", **images(2, 4, 5, 3), groups=2)
    yield Case("three groups of two", **images(2, 6, 1, 4), groups=3)
    yield Case("as many channels as columns", **images(3, 4, 1, 4), groups=2)
    yield Case("as many images as channels", **images(4, 4, 2, 1), groups=2)
    yield Case("one image", **images(1, 6, 2, 3), groups=2)
    yield Case("one group", **images(3, 4, 2, 2), groups=1)
    yield Case("a group for each channel", **images(2, 3, 2, 4), groups=3)
    yield Case("eps given as 0.5", **images(2, 4, 3, 2), groups=2, eps=0.5)
    yield Case("spread about the root of eps", **images(3, 4, 2, 2, spread=3e-3), groups=2)


# The table

_AFFINE_AXES = {"gamma": "D", "beta": "D"}

CHECKS = (
    Check(
        layernorm_forward,
        cases=layernorm_forward_cases,
        returns=("out: N T D",),
        formula=(
            r"\begin{aligned}"
            r" \mu &= \frac{1}{D} \sum_j x_j \qquad \text{var} = \frac{1}{D} \sum_j (x_j - \mu)^2 \\"
            r" \text{out} &= \gamma \, \frac{x - \mu}{\sqrt{\text{var} + \epsilon}} + \beta"
            r" \end{aligned}"
        ),
        args={"x": "N T D", **_AFFINE_AXES},
        wrong=(
            Wrong(
                layernorm_forward__batch_axis,
                id="batch-axis",
                hint="Each token is normalised by itself.",
                also=(layernorm_forward__batch_axis_tokens,),
            ),
            Wrong(
                layernorm_forward__all_axes,
                id="all-axes",
                hint="Only the last axis is normalised.",
                also=(
                    layernorm_forward__all_axes_whole_array,
                    layernorm_forward__all_axes_but_the_first,
                ),
            ),
            Wrong(layernorm_forward__ddof1, id="ddof1", hint="Divide by D."),
            Wrong(layernorm_forward__eps_outside, id="eps-outside", hint="eps belongs under the root."),
            Wrong(layernorm_forward__no_affine, id="no-affine", hint="Scale and shift are part of the layer."),
        ),
        alternates=(layernorm_forward_row_by_row, layernorm_forward_by_projection),
        hints=(
            "Which entries share one mean: those of a feature, or those of a token? Count axes from the end.",
            "The mean of the last axis must still broadcast against x, whatever axes come before.",
            "It is exercise 17 along another axis: eps under the root, then gamma, then beta.",
        ),
    ),
    Check(
        layernorm_backward,
        cases=layernorm_backward_cases,
        returns=("dx: N T D", "dgamma: D", "dbeta: D"),
        formula=(
            r"\begin{aligned}"
            r" d &= \gamma \, \text{dout} \qquad s = \sqrt{\text{var} + \epsilon} \\"
            r" \text{dx} &= \frac{1}{s} \, (d - \operatorname{mean}(d)"
            r" - \hat{x} \operatorname{mean}(d \, \hat{x})) \\"
            r" \text{dgamma} &= \sum \text{dout} \, \hat{x} \qquad \text{dbeta} = \sum \text{dout}"
            r" \end{aligned}"
        ),
        args={"dout": "N T D", "x": "N T D", "gamma": "D"},
        gradient=Gradient(of=layernorm_forward, wrt={"x": "dx", "gamma": "dgamma", "beta": "dbeta"}, fixed=_any_shift),
        wrong=(
            Wrong(
                layernorm_backward__batch_means,
                id="batch-means",
                hint="The statistics were over the features, so are the means.",
                also=(layernorm_backward__batch_means_tokens,),
            ),
            Wrong(
                layernorm_backward__variance_path_missing,
                id="variance-path-missing",
                hint="The variance depends on x too.",
            ),
            Wrong(layernorm_backward__gamma_late, id="gamma-late", hint="Multiply by γ before taking the means."),
            Wrong(
                layernorm_backward__params_over_features,
                id="params-over-features",
                hint="γ has one entry per feature: sum over everything else.",
                also=(
                    layernorm_backward__params_over_features_dgamma,
                    layernorm_backward__params_over_features_axis_one,
                ),
            ),
            Wrong(
                layernorm_backward__sums_not_means,
                id="sums-not-means",
                hint="The statistics are averages over D.",
            ),
        ),
        alternates=(layernorm_backward_jacobians, layernorm_backward_three_paths),
        hints=(
            "Two kinds of reductions: which gradients add up over examples, and which means stay inside one row?",
            "What flows into x_hat is d = gamma dout. Make it first; both means are means of something with d.",
            "Check yourself: the entries of dx sum to 0 along the last axis.",
        ),
    ),
    Check(
        rmsnorm_forward,
        cases=rmsnorm_forward_cases,
        returns=("out: N T D",),
        formula=r"\text{out} = \frac{\gamma \, x}{\sqrt{\frac{1}{D} \sum_j x_j^2 + \epsilon}}",
        args={"x": "N T D", "gamma": "D"},
        wrong=(
            Wrong(
                rmsnorm_forward__centred,
                id="centred",
                hint="RMSNorm does not centre.",
                also=(
                    rmsnorm_forward__centred_above,
                    rmsnorm_forward__centred_below,
                ),
            ),
            Wrong(rmsnorm_forward__sum, id="sum", hint="The root mean square has a mean."),
            Wrong(rmsnorm_forward__eps_outside, id="eps-outside", hint="eps under the root."),
            Wrong(
                rmsnorm_forward__not_rooted,
                id="not-rooted",
                hint="Take the root.",
                also=(rmsnorm_forward__not_rooted_bare,),
            ),
        ),
        alternates=(rmsnorm_forward_row_by_row, rmsnorm_forward_by_norm),
        hints=(
            "Read the name backwards: square, mean, root. Over which axis is the mean?",
            "What is left of LayerNorm when nothing is subtracted and nothing added?",
        ),
    ),
    Check(
        rmsnorm_backward,
        cases=rmsnorm_backward_cases,
        returns=("dx: N T D", "dgamma: D"),
        formula=(
            r"\begin{aligned}"
            r" r &= \frac{1}{\sqrt{\operatorname{mean}(x^2) + \epsilon}} \qquad \hat{x} = x \, r \qquad d"
            r" = \gamma \, \text{dout} \\"
            r" \text{dx} &= r \, (d - \hat{x} \operatorname{mean}(d \, \hat{x})) \\"
            r" \text{dgamma} &= \sum \text{dout} \, \hat{x}"
            r" \end{aligned}"
        ),
        args={"dout": "N T D", "x": "N T D", "gamma": "D"},
        gradient=Gradient(of=rmsnorm_forward, wrt={"x": "dx", "gamma": "dgamma"}),
        wrong=(
            Wrong(
                rmsnorm_backward__projection_missing,
                id="projection-missing",
                hint="The root mean square depends on x.",
            ),
            Wrong(
                rmsnorm_backward__centred,
                id="centred",
                hint="There is no mean in the forward pass.",
                also=(rmsnorm_backward__centred_fully,),
            ),
            Wrong(rmsnorm_backward__gamma_missing, id="gamma-missing", hint="The output was multiplied by γ."),
            Wrong(
                rmsnorm_backward__sum,
                id="sum",
                hint="Mean over the features.",
                also=(
                    rmsnorm_backward__sum_in_both_places,
                    rmsnorm_backward__sum_in_the_root,
                ),
            ),
        ),
        alternates=(rmsnorm_backward_jacobians, rmsnorm_backward_two_paths),
        hints=(
            "Along how many paths does an entry of x reach the output of its row?",
            "One path is direct, one goes through r. LayerNorm had a third: why is it absent here?",
        ),
    ),
    Check(
        groupnorm_forward,
        cases=groupnorm_forward_cases,
        returns=("out: N C H W",),
        formula=(
            r"\begin{aligned}"
            r" & \text{group of channel } c = \left\lfloor \frac{c}{C / \text{groups}} \right\rfloor \\"
            r" & \mu, \text{var over the channels of a group and all of } H \text{ and } W"
            r" \text{, per example} \\"
            r" & \text{out}_{nchw} = \gamma_c \frac{x_{nchw} - \mu}{\sqrt{\text{var} + \epsilon}} + \beta_c"
            r" \end{aligned}"
        ),
        args={"x": "N C H W", "gamma": "C", "beta": "C"},
        wrong=(
            Wrong(
                groupnorm_forward__instance,
                id="instance",
                hint="All channels of a group share the statistics.",
            ),
            Wrong(groupnorm_forward__layer, id="layer", hint="Statistics are per group."),
            Wrong(groupnorm_forward__interleaved, id="interleaved", hint="Groups are consecutive channels."),
            Wrong(groupnorm_forward__over_batch, id="over-batch", hint="Each example is normalised by itself."),
        ),
        alternates=(groupnorm_forward_group_by_group, groupnorm_forward_by_membership),
        hints=(
            "How many means are there for N images and G groups, and how many values does each average?",
            "A reshape can split the channel axis in two. Which half comes first if neighbours stay together?",
            "gamma and beta belong to channels: go back to the shape of x before you use them.",
        ),
    ),
)
