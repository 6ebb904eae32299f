"""References, wrong functions and cases for batch normalization."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Value, Wrong

TITLE = "Batch normalization"
NEEDS = (4, 2)


def _draw(rng: np.random.Generator, *shape: int, spread: float = 1.0) -> Array:
    """Entries whose mean differs from feature to feature (axis 1) and is at most twice the spread."""
    per_feature = (1, shape[1]) + (1,) * (len(shape) - 2)
    mean = rng.uniform(0.5, 1.5, per_feature) * rng.choice([-1.0, 1.0], per_feature)
    return spread * (mean + rng.uniform(0.8, 1.6, per_feature) * rng.standard_normal(shape))


def _signed(rng: np.random.Generator, n: int, low: float = 0.4, high: float = 1.9) -> Array:
    return rng.uniform(low, high, n) * rng.choice([-1.0, 1.0], n)


# batch_stats


def batch_stats(x: Array) -> tuple[Array, Array]:
    mu = x.mean(axis=0)  # (m, D) -> (D,)
    return mu, ((x - mu) ** 2).mean(axis=0)


def batch_stats_columns(x: Array) -> tuple[Array, Array]:
    m, D = x.shape
    mu, var = np.zeros(D), np.zeros(D)
    for j in range(D):
        mu[j] = sum(x[:, j]) / m
        var[j] = sum((x[:, j] - mu[j]) ** 2) / m
    return mu, var


def batch_stats_welford(x: Array) -> tuple[Array, Array]:
    mu, total = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    for count, row in enumerate(x, start=1):
        step = row - mu
        mu = mu + step / count
        total = total + step * (row - mu)
    return mu, total / len(x)


def batch_stats__ddof1(x: Array) -> tuple[Array, Array]:
    """Divides the sum of squared deviations by m - 1, the unbiased estimate of statistics books."""
    return x.mean(axis=0), x.var(axis=0, ddof=1)


def batch_stats__ddof1_guarded(x: Array) -> tuple[Array, Array]:
    """Divides the sum of squared deviations by m - 1, or by 1 for a single example."""
    mu = x.mean(axis=0)
    return mu, ((x - mu) ** 2).sum(axis=0) / max(len(x) - 1, 1)


def batch_stats__over_features(x: Array) -> tuple[Array, Array]:
    """Averages along axis 1, so there is one mean and one variance for each example."""
    return x.mean(axis=1), x.var(axis=1)


def batch_stats__std_not_var(x: Array) -> tuple[Array, Array]:
    """Returns the standard deviation in place of the variance."""
    return x.mean(axis=0), x.std(axis=0)


def batch_stats__raw_moment(x: Array) -> tuple[Array, Array]:
    """Averages x^2 itself, so the squared mean is still inside."""
    return x.mean(axis=0), (x**2).mean(axis=0)


def batch_stats__cancellation(x: Array) -> tuple[Array, Array]:
    """Computes E[x^2] - mu^2: two large numbers whose difference has no digits left."""
    mu = x.mean(axis=0)
    return mu, (x**2).mean(axis=0) - mu**2


def batch_stats_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("all dimensions differ", x=_draw(rng, 5, 3))
    yield Case("as many examples as features", x=_draw(rng, 4, 4))
    yield Case("two examples", x=_draw(rng, 2, 3))
    yield Case("one example", x=_draw(rng, 1, 4))
    yield Case("one feature", x=_draw(rng, 6, 1))
    yield Case("small spread", x=_draw(rng, 6, 4, spread=3e-3))
    offset = rng.uniform(0.9e8, 1.1e8, (1, 3))
    yield Case("offset of 1e8", kind="stability", float64_only=True, x=offset + _draw(rng, 7, 3))


# batchnorm_forward


def batchnorm_forward(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    mu, var = batch_stats(x)
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


def batchnorm_forward_columns(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    columns = []
    for column, scale, shift in zip(x.T, gamma, beta):
        centred = column - np.mean(column)
        columns.append(scale * (centred / (np.dot(centred, centred) / len(column) + eps) ** 0.5) + shift)
    return np.stack(columns, axis=1)


def batchnorm_forward_by_projection(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Centres with the matrix I - 1/m and scales with a diagonal one."""
    m = x.shape[0]
    centred = (np.eye(m) - np.full((m, m), 1 / m)) @ x
    scale = np.diag(gamma / np.sqrt(np.einsum("ij,ij->j", centred, centred) / m + eps))
    return centred @ scale + beta


def batchnorm_forward__ddof1(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Normalizes with the variance that divides by m - 1, so the values come out slightly too small."""
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0, ddof=1) + eps) + beta


def batchnorm_forward__ddof1_guarded(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Normalizes with the variance that divides by m - 1, or by 1 for a single example."""
    centred = x - x.mean(axis=0)
    var = (centred**2).sum(axis=0) / max(len(x) - 1, 1)
    return gamma * centred / np.sqrt(var + eps) + beta


def batchnorm_forward__eps_outside(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Divides by sigma + eps instead of sqrt(var + eps)."""
    return gamma * (x - x.mean(axis=0)) / (x.std(axis=0) + eps) + beta


def batchnorm_forward__axis1(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Normalizes each example over its features, which is layer normalization."""
    mu, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


def batchnorm_forward__axis1_flat(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Takes the statistics over axis 1 and lets them broadcast along the features, which fails unless m = D."""
    return gamma * (x - x.mean(axis=1)) / np.sqrt(x.var(axis=1) + eps) + beta


def batchnorm_forward__no_eps(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Divides by sigma alone, which is 0 divided by 0 for a constant feature."""
    return gamma * (x - x.mean(axis=0)) / x.std(axis=0) + beta


def batchnorm_forward__variance_not_rooted(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Divides by var + eps and forgets the root."""
    return gamma * (x - x.mean(axis=0)) / (x.var(axis=0) + eps) + beta


def batchnorm_forward__variance_not_rooted_bare(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Divides by the variance itself, without root and without eps."""
    return gamma * (x - x.mean(axis=0)) / x.var(axis=0) + beta


def batchnorm_forward__gamma_beta_swapped(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Scales by beta and shifts by gamma."""
    return beta * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + gamma


def batchnorm_forward__beta_scaled(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Adds beta before the scale, so the shift is multiplied by gamma as well."""
    return gamma * ((x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta)


def batchnorm_forward__global_stats(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Takes one mean and one variance over the whole matrix."""
    return gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta


def _with_constant_feature(rng: np.random.Generator, m: int, D: int) -> Array:
    x = _draw(rng, m, D)
    x[:, rng.integers(D)] = rng.choice([-1.5, -0.75, 0.5, 1.25])  # dyadic: the mean is exact, the variance exactly 0
    return x


def batchnorm_forward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def affine(D: int) -> dict[str, Value]:
        return {"gamma": _signed(rng, D), "beta": _signed(rng, D)}

    yield Case("all dimensions differ", x=_draw(rng, 5, 3), **affine(3))
    yield Case("as many examples as features", x=_draw(rng, 4, 4), **affine(4))
    yield Case("one example", x=_draw(rng, 1, 3), **affine(3))
    yield Case("constant feature", x=_with_constant_feature(rng, 4, 3), **affine(3))
    yield Case("tiny variance, default eps", x=_draw(rng, 6, 4, spread=1e-3), **affine(4))
    yield Case("spread about the root of eps", x=_draw(rng, 7, 2, spread=3e-3), **affine(2))
    yield Case("eps given as 0.5", x=_draw(rng, 6, 3), **affine(3), eps=0.5)
    yield Case("small eps given", x=_draw(rng, 5, 4, spread=1e-3), **affine(4), eps=1e-6)


# batchnorm_backward


def batchnorm_backward(dout: Array, x: Array, gamma: Array, eps: float = 1e-5) -> tuple[Array, Array, Array]:
    mu, var = batch_stats(x)
    s = np.sqrt(var + eps)
    x_hat, d, m = (x - mu) / s, gamma * dout, len(x)
    dx = (m * d - d.sum(axis=0) - x_hat * (d * x_hat).sum(axis=0)) / (m * s)
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def batchnorm_backward_three_paths(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    m, centred = x.shape[0], x - np.mean(x, axis=0)
    inverse = 1 / np.sqrt(np.mean(centred**2, axis=0) + eps)
    d = dout * gamma
    dvar = np.sum(d * centred, axis=0) * -0.5 * inverse**3
    dmu = -np.sum(d * inverse, axis=0) - 2 * dvar * np.mean(centred, axis=0)
    dx = d * inverse + dvar * 2 * centred / m + dmu / m
    return dx, np.einsum("ij,ij->j", dout, centred * inverse), np.ones(m) @ dout


def batchnorm_backward_jacobians(dout: Array, x: Array, gamma: Array, eps: float = 1e-5) -> tuple[Array, Array, Array]:
    m, D = x.shape
    dx, dgamma, dbeta = np.zeros((m, D)), np.zeros(D), np.zeros(D)
    for j in range(D):
        s = (np.var(x[:, j]) + eps) ** 0.5
        x_hat = (x[:, j] - np.mean(x[:, j])) / s
        jacobian = (np.eye(m) - 1 / m - np.outer(x_hat, x_hat) / m) * gamma[j] / s
        dx[:, j] = jacobian @ dout[:, j]
        dgamma[j], dbeta[j] = dout[:, j] @ x_hat, sum(dout[:, j])
    return dx, dgamma, dbeta


def _normalized(x: Array, eps: float) -> tuple[Array, Array]:
    s = np.sqrt(x.var(axis=0) + eps)
    return (x - x.mean(axis=0)) / s, s


def batchnorm_backward__stats_constant(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Treats mean and variance as constants, so dx is only gamma dout / s."""
    x_hat, s = _normalized(x, eps)
    return gamma * dout / s, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def batchnorm_backward__mean_path_missing(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Drops the sum over d, the path through the mean."""
    (x_hat, s), d, m = _normalized(x, eps), gamma * dout, len(x)
    dx = (m * d - x_hat * (d * x_hat).sum(axis=0)) / (m * s)
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def batchnorm_backward__variance_path_missing(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Drops x_hat times the sum over d x_hat, the path through the variance."""
    (x_hat, s), d, m = _normalized(x, eps), gamma * dout, len(x)
    dx = (m * d - d.sum(axis=0)) / (m * s)
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def batchnorm_backward__gamma_missing(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Puts dout where gamma dout belongs in dx."""
    (x_hat, s), m = _normalized(x, eps), len(x)
    dx = (m * dout - dout.sum(axis=0) - x_hat * (dout * x_hat).sum(axis=0)) / (m * s)
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def batchnorm_backward__dgamma_raw_x(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Multiplies dout by x instead of x_hat in dgamma."""
    (x_hat, s), d, m = _normalized(x, eps), gamma * dout, len(x)
    dx = (m * d - d.sum(axis=0) - x_hat * (d * x_hat).sum(axis=0)) / (m * s)
    return dx, (dout * x).sum(axis=0), dout.sum(axis=0)


def batchnorm_backward__dgamma_raw_x_centred(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Multiplies dout by x - mu, which is not yet divided by s, in dgamma."""
    (x_hat, s), d, m = _normalized(x, eps), gamma * dout, len(x)
    dx = (m * d - d.sum(axis=0) - x_hat * (d * x_hat).sum(axis=0)) / (m * s)
    return dx, (dout * (x - x.mean(axis=0))).sum(axis=0), dout.sum(axis=0)


def batchnorm_backward__params_averaged(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Averages dgamma and dbeta over the batch instead of summing."""
    (x_hat, s), d, m = _normalized(x, eps), gamma * dout, len(x)
    dx = (m * d - d.sum(axis=0) - x_hat * (d * x_hat).sum(axis=0)) / (m * s)
    return dx, (dout * x_hat).mean(axis=0), dout.mean(axis=0)


def batchnorm_backward__eps_forgotten(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Uses s = sigma, without the eps of the forward pass."""
    s, d, m = x.std(axis=0), gamma * dout, len(x)
    x_hat = (x - x.mean(axis=0)) / s
    dx = (m * d - d.sum(axis=0) - x_hat * (d * x_hat).sum(axis=0)) / (m * s)
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def batchnorm_backward__eps_forgotten_in_dx(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Divides dx by sigma without eps, although x_hat was divided by the right s."""
    (x_hat, _), d, m = _normalized(x, eps), gamma * dout, len(x)
    dx = (m * d - d.sum(axis=0) - x_hat * (d * x_hat).sum(axis=0)) / (m * x.std(axis=0))
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def batchnorm_backward__eps_forgotten_in_x_hat(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Divides x_hat by sigma without eps, although dx is divided by the right s."""
    (_, s), d, m = _normalized(x, eps), gamma * dout, len(x)
    x_hat = (x - x.mean(axis=0)) / x.std(axis=0)
    dx = (m * d - d.sum(axis=0) - x_hat * (d * x_hat).sum(axis=0)) / (m * s)
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def batchnorm_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def batch(m: int, D: int, spread: float = 1.0) -> dict[str, Value]:
        return {"dout": _draw(rng, m, D), "x": _draw(rng, m, D, spread=spread), "gamma": _signed(rng, D)}

    yield Case("all dimensions differ", **batch(5, 3))
    yield Case("as many examples as features", **batch(4, 4))
    yield Case("one example", **batch(1, 3))
    yield Case("three examples, eps given as 0.5", **batch(3, 2), eps=0.5)
    yield Case("eps given as 0.1", **batch(6, 4), eps=0.1)
    yield Case("spread about the root of eps", **batch(6, 3, spread=4e-3))
    yield Case("gamma far from 1", **{**batch(7, 2), "gamma": _signed(rng, 2, 8.0, 20.0)})


def _any_shift(args: Mapping[str, Value], rng: np.random.Generator) -> Mapping[str, Value]:
    return {"beta": rng.standard_normal(args["gamma"].shape)}


# update_running


def update_running(
    running_mean: Array, running_var: Array, mu: Array, var: Array, momentum: float = 0.9
) -> tuple[Array, Array]:
    return momentum * running_mean + (1 - momentum) * mu, momentum * running_var + (1 - momentum) * var


def update_running_by_steps(
    running_mean: Array, running_var: Array, mu: Array, var: Array, momentum: float = 0.9
) -> tuple[Array, Array]:
    rate = 1 - momentum
    return running_mean + rate * (mu - running_mean), running_var + rate * (var - running_var)


def update_running_as_product(
    running_mean: Array, running_var: Array, mu: Array, var: Array, momentum: float = 0.9
) -> tuple[Array, Array]:
    weights = np.array([momentum, 1 - momentum])
    return weights @ np.stack([running_mean, mu]), weights @ np.stack([running_var, var])


def update_running__momentum_swapped(
    running_mean: Array, running_var: Array, mu: Array, var: Array, momentum: float = 0.9
) -> tuple[Array, Array]:
    """Gives the new batch the weight momentum, as PyTorch defines the word."""
    return (1 - momentum) * running_mean + momentum * mu, (1 - momentum) * running_var + momentum * var


def update_running__replaced(
    running_mean: Array, running_var: Array, mu: Array, var: Array, momentum: float = 0.9
) -> tuple[Array, Array]:
    """Stores the statistics of the batch and drops the old averages."""
    return mu, var


def update_running__mean_only(
    running_mean: Array, running_var: Array, mu: Array, var: Array, momentum: float = 0.9
) -> tuple[Array, Array]:
    """Updates the mean and leaves the running variance as it was."""
    return momentum * running_mean + (1 - momentum) * mu, running_var


def update_running__std_averaged(
    running_mean: Array, running_var: Array, mu: Array, var: Array, momentum: float = 0.9
) -> tuple[Array, Array]:
    """Averages standard deviations and squares the result."""
    std = momentum * np.sqrt(running_var) + (1 - momentum) * np.sqrt(var)
    return momentum * running_mean + (1 - momentum) * mu, std**2


def update_running__sum(
    running_mean: Array, running_var: Array, mu: Array, var: Array, momentum: float = 0.9
) -> tuple[Array, Array]:
    """Adds the share of the batch to the undamped old value."""
    return running_mean + (1 - momentum) * mu, running_var + (1 - momentum) * var


def update_running__sum_unweighted(
    running_mean: Array, running_var: Array, mu: Array, var: Array, momentum: float = 0.9
) -> tuple[Array, Array]:
    """Adds the statistics of the batch to the old values, neither of them weighted."""
    return running_mean + mu, running_var + var


def update_running_cases(rng: np.random.Generator) -> Iterator[Case]:
    def averages(D: int) -> dict[str, Value]:
        return {
            "running_mean": _signed(rng, D),
            "running_var": rng.uniform(0.2, 0.9, D),
            "mu": _signed(rng, D),
            "var": rng.uniform(1.5, 4.0, D),
        }

    yield Case("default momentum", **averages(4))
    yield Case("momentum given as 0.7", **averages(3), momentum=0.7)
    yield Case("small momentum", **averages(5), momentum=0.2)
    yield Case("momentum 0", **averages(3), momentum=0.0)
    yield Case("momentum 1", **averages(3), momentum=1.0)
    yield Case("one feature", **averages(1), momentum=0.8)
    start = {"running_mean": np.zeros(3), "running_var": np.ones(3)}
    yield Case("first batch", **{**averages(3), **start})


# batchnorm_inference


def batchnorm_inference(
    x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Array:
    return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta


def batchnorm_inference_as_affine_map(
    x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Array:
    slope = gamma / np.sqrt(running_var + eps)
    return x * slope + (beta - running_mean * slope)


def batchnorm_inference_entries(
    x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Array:
    out = np.empty(x.shape)
    for i, j in np.ndindex(*x.shape):
        out[i, j] = gamma[j] * ((x[i, j] - running_mean[j]) * (running_var[j] + eps) ** -0.5) + beta[j]
    return out


def batchnorm_inference__batch_stats(
    x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Array:
    """Normalizes with mean and variance of the batch at hand, as in training."""
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta


def batchnorm_inference__eps_outside(
    x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Array:
    """Divides by sqrt(running_var) + eps."""
    return gamma * (x - running_mean) / (np.sqrt(running_var) + eps) + beta


def batchnorm_inference__var_as_std(
    x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Array:
    """Divides by the running variance (plus eps) as if it were a standard deviation."""
    return gamma * (x - running_mean) / (running_var + eps) + beta


def batchnorm_inference__var_as_std_bare(
    x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Array:
    """Divides by the running variance itself as if it were a standard deviation, without eps."""
    return gamma * (x - running_mean) / running_var + beta


def batchnorm_inference__no_affine(
    x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Array:
    """Returns the normalized values, without gamma and beta."""
    return (x - running_mean) / np.sqrt(running_var + eps)


def batchnorm_inference__mean_scaled(
    x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Array:
    """Divides x first and subtracts the mean afterwards, so the mean is never divided."""
    return gamma * (x / np.sqrt(running_var + eps) - running_mean) + beta


def batchnorm_inference__mean_scaled_last(
    x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Array:
    """Divides and scales x first and subtracts the mean at the end, so the mean is neither divided nor scaled."""
    return gamma * x / np.sqrt(running_var + eps) - running_mean + beta


def batchnorm_inference_cases(rng: np.random.Generator) -> Iterator[Case]:
    def layer(D: int, low: float = 0.3, high: float = 3.0) -> dict[str, Value]:
        return {
            "gamma": _signed(rng, D),
            "beta": _signed(rng, D),
            "running_mean": _signed(rng, D),
            "running_var": rng.uniform(low, high, D),
        }

    yield Case("all dimensions differ", x=_draw(rng, 5, 3), **layer(3))
    yield Case("as many examples as features", x=_draw(rng, 4, 4), **layer(4))
    yield Case("one example", x=_draw(rng, 1, 4), **layer(4))
    yield Case("batch unlike the training data", x=4.0 - 3.0 * _draw(rng, 6, 3), **layer(3))
    yield Case("eps given as 0.5", x=_draw(rng, 4, 2), **layer(2), eps=0.5)
    small = layer(3, 4e-6, 3e-5)
    small["running_mean"] *= 3e-3
    yield Case("running variance about eps", x=_draw(rng, 5, 3, spread=3e-3), **small)
    flat = layer(3)
    flat["running_var"][1] = 0.0
    flat["running_mean"][1] *= 3e-3
    x = _draw(rng, 4, 3)
    x[:, 1] *= 3e-3
    yield Case("running variance 0", x=x, **flat)


# spatial_batchnorm_forward


def spatial_batchnorm_forward(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    mu = x.mean(axis=(0, 2, 3), keepdims=True)  # (N, C, H, W) -> (1, C, 1, 1)
    var = ((x - mu) ** 2).mean(axis=(0, 2, 3), keepdims=True)
    return gamma[:, None, None] * (x - mu) / np.sqrt(var + eps) + beta[:, None, None]


def spatial_batchnorm_forward_as_rows(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    last = np.moveaxis(x, 1, -1)  # (N, C, H, W) -> (N, H, W, C)
    rows = batchnorm_forward(last.reshape(-1, x.shape[1]), gamma, beta, eps)
    return np.moveaxis(rows.reshape(last.shape), -1, 1)


def spatial_batchnorm_forward_channels(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    out = np.zeros_like(x)
    for c in range(x.shape[1]):
        values = x[:, c]
        out[:, c] = (values - np.mean(values)) * (gamma[c] / np.sqrt(np.var(values) + eps)) + beta[c]
    return out


def spatial_batchnorm_forward__per_pixel(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Takes the statistics over the batch axis only, so each pixel position has its own."""
    x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    return gamma.reshape(1, -1, 1, 1) * x_hat + beta.reshape(1, -1, 1, 1)


def spatial_batchnorm_forward__per_example(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Takes the statistics over H and W of each image alone, which is instance normalization."""
    mu, var = x.mean(axis=(2, 3), keepdims=True), x.var(axis=(2, 3), keepdims=True)
    return gamma.reshape(1, -1, 1, 1) * (x - mu) / np.sqrt(var + eps) + beta.reshape(1, -1, 1, 1)


def spatial_batchnorm_forward__per_example_all_channels(
    x: Array, gamma: Array, beta: Array, eps: float = 1e-5
) -> Array:
    """Takes the statistics over C, H and W of each image alone, so the batch axis is left out."""
    mu, var = x.mean(axis=(1, 2, 3), keepdims=True), x.var(axis=(1, 2, 3), keepdims=True)
    return gamma.reshape(1, -1, 1, 1) * (x - mu) / np.sqrt(var + eps) + beta.reshape(1, -1, 1, 1)


def spatial_batchnorm_forward__reshape_scramble(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Reshapes to (-1, C) without moving the channel axis last, so rows mix channels."""
    rows = x.reshape(-1, x.shape[1])
    return batchnorm_forward(rows, gamma, beta, eps).reshape(x.shape)


def spatial_batchnorm_forward__reshape_scramble_by_channel(
    x: Array, gamma: Array, beta: Array, eps: float = 1e-5
) -> Array:
    """Reshapes to (C, -1), one row for each channel, without moving the channel axis first."""
    rows = x.reshape(x.shape[1], -1).T
    return batchnorm_forward(rows, gamma, beta, eps).T.reshape(x.shape)


def spatial_batchnorm_forward__reshape_scramble_in(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Reshapes to (-1, C) without moving the channel axis last, though it moves that axis back at the end."""
    N, C, H, W = x.shape
    out = batchnorm_forward(x.reshape(-1, C), gamma, beta, eps)
    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2)


def spatial_batchnorm_forward__reshape_scramble_out(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Moves the channel axis last at first, but reshapes to (N, C, H, W) without moving it back."""
    rows = x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])
    return batchnorm_forward(rows, gamma, beta, eps).reshape(x.shape)


def spatial_batchnorm_forward__gamma_on_width(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Multiplies by gamma as it is, so its entries go along the last axis, the width."""
    mu, var = x.mean(axis=(0, 2, 3), keepdims=True), x.var(axis=(0, 2, 3), keepdims=True)
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


def spatial_batchnorm_forward__gamma_on_width_with_statistics(
    x: Array, gamma: Array, beta: Array, eps: float = 1e-5
) -> Array:
    """Lets the statistics (C,) broadcast along the width, and gamma and beta with them."""
    mu, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


def spatial_batchnorm_forward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def affine(C: int) -> dict[str, Value]:
        return {"gamma": _signed(rng, C), "beta": _signed(rng, C)}

    yield Case("all dimensions differ", x=_draw(rng, 2, 3, 4, 5), **affine(3))
    yield Case("as many channels as columns", x=_draw(rng, 2, 3, 4, 3), **affine(3))
    yield Case("all dimensions equal", x=_draw(rng, 2, 2, 2, 2), **affine(2))
    yield Case("one image", x=_draw(rng, 1, 3, 2, 4), **affine(3))
    yield Case("one pixel", x=_draw(rng, 5, 3, 1, 1), **affine(3))
    yield Case("eps given as 0.5", x=_draw(rng, 3, 2, 2, 4), **affine(2), eps=0.5)
    yield Case("spread about the root of eps", x=_draw(rng, 4, 2, 3, 2, spread=3e-3), **affine(2))


# spatial_batchnorm_backward


def spatial_batchnorm_backward(dout: Array, x: Array, gamma: Array, eps: float = 1e-5) -> tuple[Array, Array, Array]:
    N, _, H, W = x.shape
    axes, m = (0, 2, 3), N * H * W
    centred = x - x.mean(axis=axes, keepdims=True)
    s = np.sqrt((centred**2).mean(axis=axes, keepdims=True) + eps)
    x_hat, d = centred / s, gamma[:, None, None] * dout
    through_mean, through_var = d.sum(axis=axes, keepdims=True), (d * x_hat).sum(axis=axes, keepdims=True)
    dx = (m * d - through_mean - x_hat * through_var) / (m * s)
    return dx, (dout * x_hat).sum(axis=axes), dout.sum(axis=axes)  # (N, C, H, W) -> (C,)


def spatial_batchnorm_backward_as_rows(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    N, C, H, W = x.shape
    dout_rows, x_rows = (a.transpose(0, 2, 3, 1).reshape(-1, C) for a in (dout, x))
    dx, dgamma, dbeta = batchnorm_backward(dout_rows, x_rows, gamma, eps)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta


def spatial_batchnorm_backward_channels(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    dx, dgamma, dbeta = np.zeros(x.shape), np.zeros(x.shape[1]), np.zeros(x.shape[1])
    for c in range(x.shape[1]):
        s = np.sqrt(np.var(x[:, c]) + eps)
        x_hat = (x[:, c] - np.mean(x[:, c])) / s
        dbeta[c], dgamma[c] = np.sum(dout[:, c]), np.vdot(dout[:, c], x_hat)
        dx[:, c] = gamma[c] / s * (dout[:, c] - dbeta[c] / x_hat.size - x_hat * dgamma[c] / x_hat.size)
    return dx, dgamma, dbeta


def _normalized_channels(x: Array, eps: float) -> tuple[Array, Array]:
    s = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + eps)
    return (x - x.mean(axis=(0, 2, 3), keepdims=True)) / s, s


def spatial_batchnorm_backward__m_is_N(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Puts m = N into the formula, although the sums run over N H W values."""
    (x_hat, s), axes, N = _normalized_channels(x, eps), (0, 2, 3), x.shape[0]
    d = gamma.reshape(1, -1, 1, 1) * dout
    sums = d.sum(axis=axes, keepdims=True) + x_hat * (d * x_hat).sum(axis=axes, keepdims=True)
    return (N * d - sums) / (N * s), (dout * x_hat).sum(axis=axes), dout.sum(axis=axes)


def spatial_batchnorm_backward__params_over_batch_only(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Sums dgamma and dbeta over the batch axis only, which leaves (C, H, W)."""
    (x_hat, s), axes, m = _normalized_channels(x, eps), (0, 2, 3), x.size / x.shape[1]
    d = gamma.reshape(1, -1, 1, 1) * dout
    sums = d.sum(axis=axes, keepdims=True) + x_hat * (d * x_hat).sum(axis=axes, keepdims=True)
    return (m * d - sums) / (m * s), (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def spatial_batchnorm_backward__stats_constant(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Treats mean and variance of a channel as constants, so dx is only gamma dout / s."""
    x_hat, s = _normalized_channels(x, eps)
    dx = gamma.reshape(1, -1, 1, 1) * dout / s
    return dx, (dout * x_hat).sum(axis=(0, 2, 3)), dout.sum(axis=(0, 2, 3))


def spatial_batchnorm_backward__reshape_scramble(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Reshapes dout and x to (-1, C) without moving the channel axis last, so rows mix channels."""
    C = x.shape[1]
    dx, dgamma, dbeta = batchnorm_backward(dout.reshape(-1, C), x.reshape(-1, C), gamma, eps)
    return dx.reshape(x.shape), dgamma, dbeta


def spatial_batchnorm_backward__reshape_scramble_by_channel(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Reshapes dout and x to (C, -1), one row for each channel, without moving the channel axis first."""
    C = x.shape[1]
    dx, dgamma, dbeta = batchnorm_backward(dout.reshape(C, -1).T, x.reshape(C, -1).T, gamma, eps)
    return dx.T.reshape(x.shape), dgamma, dbeta


def spatial_batchnorm_backward__reshape_scramble_out(
    dout: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Moves the channel axis last at first, but reshapes dx to (N, C, H, W) without moving it back."""
    dout_rows, x_rows = (a.transpose(0, 2, 3, 1).reshape(-1, x.shape[1]) for a in (dout, x))
    dx, dgamma, dbeta = batchnorm_backward(dout_rows, x_rows, gamma, eps)
    return dx.reshape(x.shape), dgamma, dbeta


def spatial_batchnorm_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def images(*shape: int, spread: float = 1.0) -> dict[str, Value]:
        return {"dout": _draw(rng, *shape), "x": _draw(rng, *shape, spread=spread), "gamma": _signed(rng, shape[1])}

    yield Case("all dimensions differ", **images(5, 3, 4, 2))
    yield Case("as many channels as columns", **images(2, 3, 4, 3))
    yield Case("all dimensions equal", **images(2, 2, 2, 2))
    yield Case("one image", **images(1, 3, 2, 4))
    yield Case("one pixel", **images(5, 3, 1, 1))
    yield Case("eps given as 0.25", **images(3, 2, 2, 4), eps=0.25)
    yield Case("spread about the root of eps", **images(4, 2, 3, 2, spread=4e-3))


# fold_batchnorm


def fold_batchnorm(
    W: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> tuple[Array, Array]:
    s = gamma / np.sqrt(running_var + eps)
    return s[:, None] * W, (b - running_mean) * s + beta


def fold_batchnorm_as_product(
    W: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> tuple[Array, Array]:
    scale = np.diag(gamma * (running_var + eps) ** -0.5)
    return scale @ W, scale @ b + (beta - scale @ running_mean)


def fold_batchnorm_by_probing(
    W: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> tuple[Array, Array]:
    """Runs both layers on 0 and on each unit vector: an affine map is known by these values."""
    probes = np.vstack([np.zeros(W.shape[1]), np.eye(W.shape[1])])
    out = batchnorm_inference(probes @ W.T + b, gamma, beta, running_mean, running_var, eps)
    return (out[1:] - out[0]).T, out[0]


def fold_batchnorm__columns(
    W: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> tuple[Array, Array]:
    """Multiplies W by the scale as it is, so it goes along the columns of W."""
    s = gamma / np.sqrt(running_var + eps)
    return W * s, (b - running_mean) * s + beta


def fold_batchnorm__columns_one_by_one(
    W: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> tuple[Array, Array]:
    """Multiplies column j of W by the scale of output unit j, which need not exist."""
    s, W2 = gamma / np.sqrt(running_var + eps), W.copy()
    for j in range(W.shape[1]):
        W2[:, j] = s[j] * W[:, j]
    return W2, (b - running_mean) * s + beta


def fold_batchnorm__mean_forgotten(
    W: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> tuple[Array, Array]:
    """Scales the bias and adds beta, but never subtracts the running mean."""
    s = gamma / np.sqrt(running_var + eps)
    return s[:, None] * W, b * s + beta


def fold_batchnorm__bias_unscaled(
    W: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> tuple[Array, Array]:
    """Scales the running mean but not the bias: b + beta - s running_mean."""
    s = gamma / np.sqrt(running_var + eps)
    return s[:, None] * W, b + beta - s * running_mean


def fold_batchnorm__bias_unscaled_nothing_scaled(
    W: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> tuple[Array, Array]:
    """Scales neither the bias nor the running mean: b - running_mean + beta."""
    s = gamma / np.sqrt(running_var + eps)
    return s[:, None] * W, b - running_mean + beta


def fold_batchnorm__eps_forgotten(
    W: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> tuple[Array, Array]:
    """Uses gamma / sqrt(running_var), without eps."""
    s = gamma / np.sqrt(running_var)
    return s[:, None] * W, (b - running_mean) * s + beta


def fold_batchnorm__beta_scaled(
    W: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> tuple[Array, Array]:
    """Multiplies beta by the scale together with the rest of the bias."""
    s = gamma / np.sqrt(running_var + eps)
    return s[:, None] * W, (b - running_mean + beta) * s


def fold_batchnorm_cases(rng: np.random.Generator) -> Iterator[Case]:
    def layers(out: int, inputs: int, low: float = 0.3, high: float = 3.0) -> dict[str, Value]:
        return {
            "W": rng.standard_normal((out, inputs)),
            "b": _signed(rng, out),
            "gamma": _signed(rng, out),
            "beta": _signed(rng, out),
            "running_mean": _signed(rng, out),
            "running_var": rng.uniform(low, high, out),
        }

    yield Case("all dimensions differ", **layers(4, 3))
    yield Case("as many outputs as inputs", **layers(3, 3))
    yield Case("one output unit", **layers(1, 4))
    pruned = layers(4, 2)
    pruned["gamma"][rng.integers(4)] = 0.0
    yield Case("gamma 0 in one unit", **pruned)
    yield Case("eps given as 0.5", **layers(2, 5), eps=0.5)
    yield Case("running variance about eps", **layers(3, 5, 4e-6, 3e-5))


# The table

CHECKS = (
    Check(
        batch_stats,
        cases=batch_stats_cases,
        returns=("mu: D", "var: D"),
        formula=(
            r"\begin{aligned}"
            r" \mu_j &= \frac{1}{m} \sum_i x_{ij} \\"
            r" \text{var}_j &= \frac{1}{m} \sum_i (x_{ij} - \mu_j)^2"
            r" \end{aligned}"
        ),
        args={"x": "m D"},
        wrong=(
            Wrong(
                batch_stats__ddof1,
                id="ddof1",
                hint="BatchNorm uses the biased variance, 1/m.",
                also=(batch_stats__ddof1_guarded,),
            ),
            Wrong(batch_stats__over_features, id="over-features", hint="Statistics are per feature, over the batch."),
            Wrong(batch_stats__std_not_var, id="std-not-var", hint="The formula asks for the variance."),
            Wrong(batch_stats__raw_moment, id="raw-moment", hint="Variance is about the mean."),
            Wrong(
                batch_stats__cancellation,
                id="cancellation",
                hint="Subtract the mean before squaring.",
                tags=("edge",),
            ),
        ),
        alternates=(batch_stats_columns, batch_stats_welford),
        hints=(
            "Which axis of x counts the examples, and what shape is left when it has been averaged away?",
            "The variance is itself an average, over the same axis: of what?",
            "For a feature near 1e8, which do you square: the value, or its distance from the mean?",
        ),
    ),
    Check(
        batchnorm_forward,
        cases=batchnorm_forward_cases,
        returns=("out: m D",),
        formula=(
            r"\begin{aligned}"
            r" \hat{x}_{ij} &= \frac{x_{ij} - \mu_j}{\sqrt{\text{var}_j + \epsilon}} \\"
            r" \text{out}_{ij} &= \gamma_j \hat{x}_{ij} + \beta_j"
            r" \end{aligned}"
        ),
        args={"x": "m D", "gamma": "D", "beta": "D"},
        needs=(batch_stats,),
        wrong=(
            Wrong(
                batchnorm_forward__ddof1,
                id="ddof1",
                hint="Divide by m, not by m-1.",
                also=(batchnorm_forward__ddof1_guarded,),
            ),
            Wrong(batchnorm_forward__eps_outside, id="eps-outside", hint="eps belongs under the root."),
            Wrong(
                batchnorm_forward__axis1,
                id="axis1",
                hint="Normalise each feature over the batch.",
                also=(batchnorm_forward__axis1_flat,),
            ),
            Wrong(batchnorm_forward__no_eps, id="no-eps", hint="eps keeps the division safe."),
            Wrong(
                batchnorm_forward__variance_not_rooted,
                id="variance-not-rooted",
                hint="Divide by a standard deviation.",
                also=(batchnorm_forward__variance_not_rooted_bare,),
            ),
            Wrong(batchnorm_forward__gamma_beta_swapped, id="gamma-beta-swapped", hint="γ scales, β shifts."),
            Wrong(batchnorm_forward__beta_scaled, id="beta-scaled", hint="Scale first, then shift."),
            Wrong(batchnorm_forward__global_stats, id="global-stats", hint="Each feature has its own statistics."),
        ),
        alternates=(batchnorm_forward_columns, batchnorm_forward_by_projection),
        hints=(
            "Which two numbers does each feature need before any of its entries can be normalized?",
            "Centre first, then divide: by what, if the variance of a feature is 0?",
            "gamma and beta of shape (D,) meet (m, D): they line up with the last axis. Scale, then shift.",
        ),
    ),
    Check(
        batchnorm_backward,
        cases=batchnorm_backward_cases,
        returns=("dx: m D", "dgamma: D", "dbeta: D"),
        formula=(
            r"\begin{aligned}"
            r" s_j &= \sqrt{\text{var}_j + \epsilon} \qquad d_{ij} = \gamma_j \, \text{dout}_{ij} \\"
            r" A_j &= \sum_k d_{kj} \qquad B_j = \sum_k d_{kj} \, \hat{x}_{kj} \\"
            r" \text{dx}_{ij} &= \frac{m \, d_{ij} - A_j - \hat{x}_{ij} B_j}{m \, s_j} \\"
            r" \text{dgamma}_j &= \sum_i \text{dout}_{ij} \, \hat{x}_{ij} \qquad \text{dbeta}_j"
            r" = \sum_i \text{dout}_{ij}"
            r" \end{aligned}"
        ),
        args={"dout": "m D", "x": "m D", "gamma": "D"},
        needs=(batch_stats,),
        gradient=Gradient(of=batchnorm_forward, wrt={"x": "dx", "gamma": "dgamma", "beta": "dbeta"}, fixed=_any_shift),
        wrong=(
            Wrong(
                batchnorm_backward__stats_constant,
                id="stats-constant",
                hint="μ and σ² depend on every x in the batch.",
            ),
            Wrong(
                batchnorm_backward__mean_path_missing,
                id="mean-path-missing",
                hint="Shifting one example shifts the mean of all.",
            ),
            Wrong(
                batchnorm_backward__variance_path_missing,
                id="variance-path-missing",
                hint="Moving one example changes the spread of all.",
            ),
            Wrong(
                batchnorm_backward__gamma_missing,
                id="gamma-missing",
                hint="x̂ was multiplied by γ on the way out.",
            ),
            Wrong(
                batchnorm_backward__dgamma_raw_x,
                id="dgamma-raw-x",
                hint="γ multiplies the normalised value.",
                also=(batchnorm_backward__dgamma_raw_x_centred,),
            ),
            Wrong(
                batchnorm_backward__params_averaged,
                id="params-averaged",
                hint="Parameters collect the sum over examples.",
            ),
            Wrong(
                batchnorm_backward__eps_forgotten,
                id="eps-forgotten",
                hint="Forward and backward must use the same s.",
                also=(
                    batchnorm_backward__eps_forgotten_in_dx,
                    batchnorm_backward__eps_forgotten_in_x_hat,
                ),
            ),
        ),
        alternates=(batchnorm_backward_three_paths, batchnorm_backward_jacobians),
        hints=(
            "gamma and beta are the easy part: each was used once for every example. What do their gradients add up?",
            "If one x_ij grows, what else in its column changes besides x_hat_ij? Each answer is one term of dx.",
            "Check yourself: does your dx sum to 0 down every column, and is it 0 for a batch of one?",
        ),
    ),
    Check(
        update_running,
        cases=update_running_cases,
        returns=("mean: D", "var: D"),
        formula=(
            r"\begin{aligned}"
            r" \text{mean\_new} &= \text{momentum} \cdot \text{running\_mean} + (1"
            r" - \text{momentum}) \cdot \mu \\"
            r" \text{var\_new} &= \text{momentum} \cdot \text{running\_var} + (1"
            r" - \text{momentum}) \cdot \text{var}"
            r" \end{aligned}"
        ),
        args={"running_mean": "D", "running_var": "D", "mu": "D", "var": "D"},
        wrong=(
            Wrong(
                update_running__momentum_swapped,
                id="momentum-swapped",
                hint="The old average keeps the share `momentum`.",
                tags=("variant",),
                variant_of="PyTorch",
            ),
            Wrong(update_running__replaced, id="replaced", hint="One batch must not erase the history."),
            Wrong(update_running__mean_only, id="mean-only", hint="The test pass needs both."),
            Wrong(update_running__std_averaged, id="std-averaged", hint="Average the variances themselves."),
            Wrong(
                update_running__sum, id="sum", hint="The two weights sum to 1.", also=(update_running__sum_unweighted,)
            ),
        ),
        alternates=(update_running_by_steps, update_running_as_product),
        hints=(
            "With momentum = 1, which of the two, the old average or the batch, should come back untouched?",
            "Mean and variance follow one rule. Write it once, and make new arrays instead of changing the old.",
        ),
    ),
    Check(
        batchnorm_inference,
        cases=batchnorm_inference_cases,
        returns=("out: m D",),
        formula=(
            r"\begin{aligned}"
            r" \hat{x}_{ij} &= \frac{x_{ij} - \text{running\_mean}_j}{\sqrt{\text{running\_var}_j"
            r" + \epsilon}} \\"
            r" \text{out}_{ij} &= \gamma_j \hat{x}_{ij} + \beta_j"
            r" \end{aligned}"
        ),
        args={"x": "m D", "gamma": "D", "beta": "D", "running_mean": "D", "running_var": "D"},
        wrong=(
            Wrong(
                batchnorm_inference__batch_stats,
                id="batch-stats",
                hint="At test time the result must not depend on the other examples.",
            ),
            Wrong(
                batchnorm_inference__eps_outside,
                id="eps-outside",
                hint="Same place for eps as in training: under the root.",
            ),
            Wrong(
                batchnorm_inference__var_as_std,
                id="var-as-std",
                hint="Take the root.",
                also=(batchnorm_inference__var_as_std_bare,),
            ),
            Wrong(
                batchnorm_inference__no_affine,
                id="no-affine",
                hint="The learned scale and shift stay in use.",
            ),
            Wrong(
                batchnorm_inference__mean_scaled,
                id="mean-scaled",
                hint="Centre first, then scale.",
                also=(batchnorm_inference__mean_scaled_last,),
            ),
        ),
        alternates=(batchnorm_inference_as_affine_map, batchnorm_inference_entries),
        hints=(
            "A single example has no spread of its own. Where do mean and variance come from now?",
            "It is the formula of the training pass with two symbols exchanged; eps, gamma and beta stay.",
        ),
    ),
    Check(
        spatial_batchnorm_forward,
        cases=spatial_batchnorm_forward_cases,
        returns=("out: N C H W",),
        formula=(
            r"\begin{aligned}"
            r" \mu_c &= \frac{1}{N H W} \sum_{n,i,j} x_{ncij} \qquad \text{var}_c"
            r" = \frac{1}{N H W} \sum_{n,i,j} (x_{ncij} - \mu_c)^2 \\"
            r" \text{out}_{ncij} &= \gamma_c \frac{x_{ncij} - \mu_c}{\sqrt{\text{var}_c + \epsilon}} + \beta_c"
            r" \end{aligned}"
        ),
        args={"x": "N C H W", "gamma": "C", "beta": "C"},
        needs=(batchnorm_forward,),
        wrong=(
            Wrong(
                spatial_batchnorm_forward__per_pixel,
                id="per-pixel",
                hint="All positions of a channel share the statistics.",
            ),
            Wrong(
                spatial_batchnorm_forward__per_example,
                id="per-example",
                hint="The batch axis belongs to the statistics.",
                also=(spatial_batchnorm_forward__per_example_all_channels,),
            ),
            Wrong(
                spatial_batchnorm_forward__reshape_scramble,
                id="reshape-scramble",
                hint="Transpose before you reshape.",
                also=(
                    spatial_batchnorm_forward__reshape_scramble_by_channel,
                    spatial_batchnorm_forward__reshape_scramble_in,
                    spatial_batchnorm_forward__reshape_scramble_out,
                ),
            ),
            Wrong(
                spatial_batchnorm_forward__gamma_on_width,
                id="gamma-on-width",
                hint="Give γ the shape (1,C,1,1).",
                also=(spatial_batchnorm_forward__gamma_on_width_with_statistics,),
            ),
        ),
        alternates=(spatial_batchnorm_forward_as_rows, spatial_batchnorm_forward_channels),
        hints=(
            "How many means are there for C channels, and how many values does each of them average?",
            "Average over three axes at once, or make every pixel an example of C features.",
            "Broadcasting lines shapes up from the right. With what would gamma of shape (C,) line up?",
        ),
    ),
    Check(
        spatial_batchnorm_backward,
        cases=spatial_batchnorm_backward_cases,
        returns=("dx: N C H W", "dgamma: C", "dbeta: C"),
        formula=(
            r"\begin{aligned}"
            r" m &= N H W \qquad d = \gamma_c \, \text{dout}_{ncij} \\"
            r" \text{dx} &= \frac{m \, d - (\sum d) - \hat{x} \, (\sum d \, \hat{x})}{m \, s_c} \\"
            r" \text{dgamma}_c &= \sum \text{dout} \, \hat{x} \qquad \text{dbeta}_c = \sum \text{dout}"
            r" \end{aligned}"
        ),
        args={"dout": "N C H W", "x": "N C H W", "gamma": "C"},
        needs=(batchnorm_backward,),
        gradient=Gradient(
            of=spatial_batchnorm_forward, wrt={"x": "dx", "gamma": "dgamma", "beta": "dbeta"}, fixed=_any_shift
        ),
        wrong=(
            Wrong(
                spatial_batchnorm_backward__m_is_N,
                id="m-is-N",
                hint="The number of values per channel is N·H·W.",
            ),
            Wrong(
                spatial_batchnorm_backward__params_over_batch_only,
                id="params-over-batch-only",
                hint="One γ per channel: sum over N, H and W.",
            ),
            Wrong(
                spatial_batchnorm_backward__stats_constant,
                id="stats-constant",
                hint="They depend on all pixels of the channel.",
            ),
            Wrong(
                spatial_batchnorm_backward__reshape_scramble,
                id="reshape-scramble",
                hint="Move the channel axis last first.",
                also=(
                    spatial_batchnorm_backward__reshape_scramble_by_channel,
                    spatial_batchnorm_backward__reshape_scramble_out,
                ),
            ),
        ),
        alternates=(spatial_batchnorm_backward_as_rows, spatial_batchnorm_backward_channels),
        hints=(
            "If every pixel is one example with C features, which function do you already have?",
            "How many examples are there then? That number is m wherever the formula has it.",
            "If you go through rows: on the way back, undo the reshape first and the transpose after it.",
        ),
    ),
    Check(
        fold_batchnorm,
        cases=fold_batchnorm_cases,
        returns=("W2: out in", "b2: out"),
        formula=(
            r"\begin{aligned}"
            r" s_k &= \frac{\gamma_k}{\sqrt{\text{running\_var}_k + \epsilon}} \\"
            r" \text{W2}_{kl} &= s_k W_{kl} \\"
            r" \text{b2}_k &= s_k \, (b_k - \text{running\_mean}_k) + \beta_k"
            r" \end{aligned}"
        ),
        args={
            "W": "out in",
            "b": "out",
            "gamma": "out",
            "beta": "out",
            "running_mean": "out",
            "running_var": "out",
        },
        needs=(batchnorm_inference,),
        wrong=(
            Wrong(
                fold_batchnorm__columns,
                id="columns",
                hint="Each output unit has its own scale: rows.",
                also=(fold_batchnorm__columns_one_by_one,),
            ),
            Wrong(
                fold_batchnorm__mean_forgotten,
                id="mean-forgotten",
                hint="The running mean is subtracted from the pre-activation.",
            ),
            Wrong(
                fold_batchnorm__bias_unscaled,
                id="bias-unscaled",
                hint="The bias passes through BatchNorm too.",
                also=(fold_batchnorm__bias_unscaled_nothing_scaled,),
            ),
            Wrong(fold_batchnorm__eps_forgotten, id="eps-forgotten", hint="The same eps as at test time."),
            Wrong(fold_batchnorm__beta_scaled, id="beta-scaled", hint="β is added after the scale."),
        ),
        alternates=(fold_batchnorm_as_product, fold_batchnorm_by_probing),
        hints=(
            "Write the test pass of z = W x + b for one unit and sort: what multiplies x, and what is left?",
            "What does one unit's scale multiply: a row of W or a column? Rows are outputs.",
        ),
    ),
)
