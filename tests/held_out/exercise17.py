import numpy as np


def batch_stats__right__sums(x):
    m = x.shape[0]
    mu = np.sum(x, axis=0) / m
    d = x - mu
    return mu, np.einsum("md,md->d", d, d) / m


def batch_stats__right__welford(x):
    mean, m2 = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    for k, row in enumerate(x, 1):
        delta = row - mean
        mean = mean + delta / k
        m2 = m2 + delta * (row - mean)
    return mean, m2 / len(x)


def batch_stats__right__numpy(x):
    return x.mean(0), x.var(0)


def batch_stats__cancellation(x):
    mu = x.mean(axis=0)
    return mu, (x**2).mean(axis=0) - mu**2


def batch_stats__ddof1(x):
    return x.mean(axis=0), np.var(x, axis=0, ddof=1)


def batch_stats__std_not_var(x):
    return np.mean(x, axis=0), np.std(x, axis=0)


def batch_stats__other__keepdims(x):
    return x.mean(0, keepdims=True), x.var(0, keepdims=True)


def batchnorm_forward__right__kratzert(x, gamma, beta, eps=1e-5):
    N, _D = x.shape
    mu = 1.0 / N * np.sum(x, axis=0)
    xmu = x - mu
    var = 1.0 / N * np.sum(xmu**2, axis=0)
    ivar = 1.0 / np.sqrt(var + eps)
    return gamma * (xmu * ivar) + beta


def batchnorm_forward__right__scale_shift(x, gamma, beta, eps=1e-5):
    mu, var = x.mean(0), x.var(0)
    scale = gamma * (var + eps) ** -0.5
    return x * scale + (beta - mu * scale)


def batchnorm_forward__right__columns(x, gamma, beta, eps=1e-5):
    out = np.empty_like(x)
    for d in range(x.shape[1]):
        column = x[:, d]
        centred = column - column.mean()
        out[:, d] = gamma[d] * centred / np.sqrt((centred**2).mean() + eps) + beta[d]
    return out


def batchnorm_forward__eps_outside(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(0)) / (x.std(0) + eps) + beta


def batchnorm_forward__axis1(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=1, keepdims=True)
    return gamma * (x - mu) / np.sqrt(x.var(axis=1, keepdims=True) + eps) + beta


def batchnorm_forward__ddof1(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=0)
    var = np.sum((x - mu) ** 2, axis=0) / (len(x) - 1)
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


def batchnorm_forward__other__no_mean(x, gamma, beta, eps=1e-5):
    return gamma * x / np.sqrt(x.var(axis=0) + eps) + beta


def batchnorm_forward__no_eps(x, gamma, beta, eps=1e-5):
    return gamma * ((x - np.mean(x, 0)) / np.std(x, 0)) + beta


def batchnorm_backward__right__kratzert(dout, x, gamma, eps=1e-5):
    N, D = dout.shape
    xmu = x - x.mean(0)
    var = np.mean(xmu**2, 0)
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    xhat = xmu * ivar
    dbeta = dout.sum(0)
    dgamma = (dout * xhat).sum(0)
    dxhat = dout * gamma
    divar = (dxhat * xmu).sum(0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -divar / sqrtvar**2
    dvar = 0.5 / sqrtvar * dsqrtvar
    dxmu2 = 2 * xmu * (np.ones((N, D)) / N * dvar)
    dx1 = dxmu1 + dxmu2
    dmu = -dx1.sum(0)
    return dx1 + np.ones((N, D)) / N * dmu, dgamma, dbeta


def batchnorm_backward__right__alt(dout, x, gamma, eps=1e-5):
    std = np.sqrt(x.var(0) + eps)
    xhat = (x - x.mean(0)) / std
    dbeta, dgamma = dout.sum(0), np.sum(dout * xhat, 0)
    return gamma / std * (dout - dbeta / len(x) - xhat * dgamma / len(x)), dgamma, dbeta


def batchnorm_backward__right__jacobian(dout, x, gamma, eps=1e-5):
    m, D = x.shape
    dx = np.zeros_like(x)
    xhat = np.zeros_like(x)
    for d in range(D):
        s = np.sqrt(np.var(x[:, d]) + eps)
        xh = (x[:, d] - x[:, d].mean()) / s
        J = (np.eye(m) - 1 / m - np.outer(xh, xh) / m) / s
        dx[:, d] = J.T @ (gamma[d] * dout[:, d])
        xhat[:, d] = xh
    return dx, np.einsum("nd,nd->d", dout, xhat), dout.sum(0)


def batchnorm_backward__stats_constant(dout, x, gamma, eps=1e-5):
    s = np.sqrt(x.var(0) + eps)
    xhat = (x - x.mean(0)) / s
    return dout * gamma / s, (dout * xhat).sum(0), dout.sum(0)


def batchnorm_backward__gamma_missing(dout, x, gamma, eps=1e-5):
    s = np.sqrt(x.var(0) + eps)
    xhat = (x - x.mean(0)) / s
    dx = (dout - dout.mean(0) - xhat * (dout * xhat).mean(0)) / s
    return dx, (dout * xhat).sum(0), dout.sum(0)


def batchnorm_backward__variance_path_missing(dout, x, gamma, eps=1e-5):
    s = np.sqrt(x.var(0) + eps)
    xhat = (x - x.mean(0)) / s
    d = dout * gamma
    return (d - d.mean(0)) / s, (dout * xhat).sum(0), dout.sum(0)


def batchnorm_backward__other__gamma_beta_order(dout, x, gamma, eps=1e-5):
    s = np.sqrt(x.var(0) + eps)
    xhat = (x - x.mean(0)) / s
    d = dout * gamma
    return (d - d.mean(0) - xhat * (d * xhat).mean(0)) / s, dout.sum(0), (dout * xhat).sum(0)


def update_running__right__plain(running_mean, running_var, mu, var, momentum=0.9):
    return tuple(momentum * r + (1 - momentum) * b for r, b in ((running_mean, mu), (running_var, var)))


def update_running__right__increment(running_mean, running_var, mu, var, momentum=0.9):
    return running_mean + (1 - momentum) * (mu - running_mean), running_var - (1 - momentum) * (running_var - var)


def update_running__momentum_swapped(running_mean, running_var, mu, var, momentum=0.9):
    return (1 - momentum) * running_mean + momentum * mu, (1 - momentum) * running_var + momentum * var


def update_running__other__in_place(running_mean, running_var, mu, var, momentum=0.9):
    running_mean *= momentum
    running_mean += (1 - momentum) * mu
    running_var *= momentum
    running_var += (1 - momentum) * var
    return running_mean, running_var


def update_running__mean_only(running_mean, running_var, mu, var, momentum=0.9):
    return momentum * running_mean + (1 - momentum) * mu, running_var


def batchnorm_inference__right__plain(x, gamma, beta, running_mean, running_var, eps=1e-5):
    return (x - running_mean) / np.sqrt(running_var + eps) * gamma + beta


def batchnorm_inference__right__fold(x, gamma, beta, running_mean, running_var, eps=1e-5):
    a = gamma / np.sqrt(running_var + eps)
    return np.einsum("nd,d->nd", x, a) + (beta - a * running_mean)


def batchnorm_inference__batch_stats(x, gamma, beta, running_mean, running_var, eps=1e-5):
    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + eps) + beta


def batchnorm_inference__eps_outside(x, gamma, beta, running_mean, running_var, eps=1e-5):
    return gamma * (x - running_mean) / (np.sqrt(running_var) + eps) + beta


def batchnorm_inference__other__eps_forgotten(x, gamma, beta, running_mean, running_var, eps=1e-5):
    return gamma * (x - running_mean) / np.sqrt(running_var) + beta


def spatial_batchnorm_forward__right__reshape(x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    flat = x.transpose(0, 2, 3, 1).reshape(-1, C)
    out = gamma * (flat - flat.mean(0)) / np.sqrt(flat.var(0) + eps) + beta
    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2)


def spatial_batchnorm_forward__right__axes(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=(0, 2, 3), keepdims=True)
    var = ((x - mu) ** 2).mean(axis=(0, 2, 3), keepdims=True)
    return gamma[None, :, None, None] * (x - mu) / np.sqrt(var + eps) + beta.reshape(1, -1, 1, 1)


def spatial_batchnorm_forward__right__channels(x, gamma, beta, eps=1e-5):
    return np.stack(
        [
            g * (x[:, c] - x[:, c].mean()) / np.sqrt(x[:, c].var() + eps) + b
            for c, (g, b) in enumerate(zip(gamma, beta))
        ],
        axis=1,
    )


def spatial_batchnorm_forward__reshape_scramble(x, gamma, beta, eps=1e-5):
    C = x.shape[1]
    flat = x.reshape(-1, C)
    out = gamma * (flat - flat.mean(0)) / np.sqrt(flat.var(0) + eps) + beta
    return out.reshape(x.shape)


def spatial_batchnorm_forward__per_example(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=(2, 3), keepdims=True)
    var = x.var(axis=(2, 3), keepdims=True)
    return gamma.reshape(1, -1, 1, 1) * (x - mu) / np.sqrt(var + eps) + beta.reshape(1, -1, 1, 1)


def spatial_batchnorm_forward__gamma_on_width(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=(0, 2, 3), keepdims=True)
    var = x.var(axis=(0, 2, 3), keepdims=True)
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


def spatial_batchnorm_backward__right__reshape(dout, x, gamma, eps=1e-5):
    N, C, H, W = x.shape
    d2 = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    x2 = np.moveaxis(x, 1, -1).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward__right__alt(d2, x2, gamma, eps)
    return np.moveaxis(dx.reshape(N, H, W, C), -1, 1), dgamma, dbeta


def spatial_batchnorm_backward__right__axes(dout, x, gamma, eps=1e-5):
    ax = (0, 2, 3)
    mu = x.mean(ax, keepdims=True)
    s = np.sqrt(((x - mu) ** 2).mean(ax, keepdims=True) + eps)
    xh = (x - mu) / s
    d = dout * gamma[:, None, None]
    dx = (d - d.mean(ax, keepdims=True) - xh * (d * xh).mean(ax, keepdims=True)) / s
    return dx, (dout * xh).sum(ax), dout.sum(ax)


def spatial_batchnorm_backward__m_is_N(dout, x, gamma, eps=1e-5):
    ax, m = (0, 2, 3), x.shape[0]
    mu = x.mean(ax, keepdims=True)
    s = np.sqrt(x.var(ax, keepdims=True) + eps)
    xh = (x - mu) / s
    d = dout * gamma.reshape(1, -1, 1, 1)
    dx = 1 / (m * s) * (m * d - d.sum(ax, keepdims=True) - xh * (d * xh).sum(ax, keepdims=True))
    return dx, (dout * xh).sum(ax), dout.sum(ax)


def spatial_batchnorm_backward__stats_constant(dout, x, gamma, eps=1e-5):
    ax = (0, 2, 3)
    s = np.sqrt(x.var(ax, keepdims=True) + eps)
    xh = (x - x.mean(ax, keepdims=True)) / s
    return dout * gamma.reshape(1, -1, 1, 1) / s, (dout * xh).sum(ax), dout.sum(ax)


def spatial_batchnorm_backward__params_over_batch_only(dout, x, gamma, eps=1e-5):
    ax = (0, 2, 3)
    s = np.sqrt(x.var(ax, keepdims=True) + eps)
    xh = (x - x.mean(ax, keepdims=True)) / s
    d = dout * gamma[:, None, None]
    dx = (d - d.mean(ax, keepdims=True) - xh * (d * xh).mean(ax, keepdims=True)) / s
    return dx, (dout * xh).sum(axis=0), dout.sum(axis=0)


def fold_batchnorm__right__diag(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    S = np.diag(gamma / np.sqrt(running_var + eps))
    return S @ W, S @ (b - running_mean) + beta


def fold_batchnorm__right__rows(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    s = gamma * (running_var + eps) ** (-1 / 2)
    return (W.T * s).T, s * b - s * running_mean + beta


def fold_batchnorm__columns(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    s = gamma / np.sqrt(running_var + eps)
    return W * s, (b - running_mean) * s + beta


def fold_batchnorm__mean_forgotten(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    s = gamma / np.sqrt(running_var + eps)
    return W * s[:, None], b * s + beta


def fold_batchnorm__bias_unscaled(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    s = gamma / np.sqrt(running_var + eps)
    return W * s[:, None], b - running_mean * s + beta


def fold_batchnorm__other__bias_lost(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    s = gamma / np.sqrt(running_var + eps)
    return s[:, None] * W, beta - running_mean * s


def batchnorm_forward__right__one_pass(x, gamma, beta, eps=1e-05):
    mu = x.mean(0)
    var = (x**2).mean(0) - mu**2
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


def spatial_batchnorm_forward__right__one_pass(x, gamma, beta, eps=1e-05):
    mu = x.mean((0, 2, 3))
    var = (x * x).mean((0, 2, 3)) - mu * mu
    sc = gamma / np.sqrt(var + eps)
    return np.einsum("nchw,c->nchw", x, sc) + (beta - mu * sc)[:, None, None]


def batchnorm_backward__right__statistics(dout, x, gamma, eps=1e-05):
    m = len(x)
    mu = x.mean(0)
    var = x.var(0)
    s = np.sqrt(var + eps)
    dxh = dout * gamma
    dvar = np.sum(dxh * (x - mu) * -0.5 * (var + eps) ** (-1.5), 0)
    dmu = np.sum(-dxh / s, 0) + dvar * np.mean(-2 * (x - mu), 0)
    return (dxh / s + dvar * 2 * (x - mu) / m + dmu / m, np.sum(dout * (x - mu) / s, 0), dout.sum(0))
