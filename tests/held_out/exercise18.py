import numpy as np


def layernorm_forward__right__minimal(x, gamma, beta, eps=1e-5):
    mean = x.mean(-1, keepdims=True)
    centred = x - mean
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + eps) * gamma + beta


def layernorm_forward__right__rows(x, gamma, beta, eps=1e-5):
    out = np.zeros_like(x)
    for i in np.ndindex(x.shape[:-1]):
        row = x[i]
        out[i] = gamma * (row - np.mean(row)) / (np.var(row) + eps) ** 0.5 + beta
    return out


def layernorm_forward__right__flat(x, gamma, beta, eps=1e-5):
    flat = x.reshape(-1, x.shape[-1]).T
    y = (flat - flat.mean(0)) / np.sqrt(flat.var(0) + eps)
    return (y.T * gamma + beta).reshape(x.shape)


def layernorm_forward__batch_axis(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta


def layernorm_forward__ddof1(x, gamma, beta, eps=1e-5):
    m = x.mean(-1, keepdims=True)
    return gamma * (x - m) / np.sqrt(x.var(-1, keepdims=True, ddof=1) + eps) + beta


def layernorm_forward__eps_outside(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(-1, keepdims=True)) / (x.std(-1, keepdims=True) + eps) + beta


def layernorm_forward__other__annotated(x, gamma, beta, eps=1e-5):
    m = x.mean(-1, keepdims=True)
    return gamma * (x - m) / (x.std(-1, keepdims=True, ddof=1) + eps) + beta


def layernorm_backward__right__formula(dout, x, gamma, eps=1e-5):
    D = x.shape[-1]
    mu = x.mean(-1, keepdims=True)
    s = np.sqrt(x.var(-1, keepdims=True) + eps)
    xh = (x - mu) / s
    d = dout * gamma
    dx = (D * d - d.sum(-1, keepdims=True) - xh * (d * xh).sum(-1, keepdims=True)) / (D * s)
    axes = tuple(range(x.ndim - 1))
    return dx, (dout * xh).sum(axes), dout.sum(axes)


def layernorm_backward__right__graph(dout, x, gamma, eps=1e-5):
    shape, D = x.shape, x.shape[-1]
    x2, d2 = x.reshape(-1, D), dout.reshape(-1, D)
    c = x2 - x2.mean(1)[:, None]
    v = (c * c).mean(1)
    r = (v + eps) ** -0.5
    dxh = d2 * gamma
    dr = (dxh * c).sum(1)
    dv = -0.5 * r**3 * dr
    dc = dxh * r[:, None] + 2 / D * c * dv[:, None]
    dx = dc - dc.mean(1, keepdims=True)
    return dx.reshape(shape), np.einsum("nd,nd->d", d2, c * r[:, None]), d2.sum(0)


def layernorm_backward__variance_path_missing(dout, x, gamma, eps=1e-5):
    s = np.sqrt(x.var(-1, keepdims=True) + eps)
    xh = (x - x.mean(-1, keepdims=True)) / s
    d = dout * gamma
    axes = tuple(range(x.ndim - 1))
    return (d - d.mean(-1, keepdims=True)) / s, (dout * xh).sum(axes), dout.sum(axes)


def layernorm_backward__gamma_late(dout, x, gamma, eps=1e-5):
    s = np.sqrt(x.var(-1, keepdims=True) + eps)
    xh = (x - x.mean(-1, keepdims=True)) / s
    axes = tuple(range(x.ndim - 1))
    inner = dout - dout.mean(-1, keepdims=True) - xh * (dout * xh).mean(-1, keepdims=True)
    return gamma * inner / s, (dout * xh).sum(axes), dout.sum(axes)


def layernorm_backward__other__params_over_first_axis(dout, x, gamma, eps=1e-5):
    s = np.sqrt(x.var(-1, keepdims=True) + eps)
    xh = (x - x.mean(-1, keepdims=True)) / s
    d = dout * gamma
    dx = (d - d.mean(-1, keepdims=True) - xh * (d * xh).mean(-1, keepdims=True)) / s
    return dx, (dout * xh).sum(0), dout.sum(0)


def rmsnorm_forward__right__plain(x, gamma, eps=1e-6):
    return gamma * (x / np.sqrt(np.mean(np.square(x), -1, keepdims=True) + eps))


def rmsnorm_forward__right__einsum(x, gamma, eps=1e-6):
    ms = np.einsum("...d,...d->...", x, x) / x.shape[-1]
    return x * (ms + eps)[..., None] ** -0.5 * gamma


def rmsnorm_forward__eps_outside(x, gamma, eps=1e-6):
    return gamma * x / (np.sqrt(np.mean(x**2, -1, keepdims=True)) + eps)


def rmsnorm_forward__sum(x, gamma, eps=1e-6):
    return gamma * x / np.sqrt(np.sum(x**2, -1, keepdims=True) + eps)


def rmsnorm_forward__other__no_gamma(x, gamma, eps=1e-6):
    return x / np.sqrt(np.mean(x**2, -1, keepdims=True) + eps)


def rmsnorm_forward__centred(x, gamma, eps=1e-6):
    x = x - x.mean(-1, keepdims=True)
    return gamma * x / np.sqrt(np.mean(x**2, -1, keepdims=True) + eps)


def rmsnorm_backward__right__expanded(dout, x, gamma, eps=1e-6):
    D = x.shape[-1]
    r = 1 / np.sqrt((x * x).mean(-1, keepdims=True) + eps)
    d = dout * gamma
    dx = r * d - r**3 * x * (d * x).sum(-1, keepdims=True) / D
    return dx, (dout * x * r).reshape(-1, D).sum(0)


def rmsnorm_backward__right__jacobian(dout, x, gamma, eps=1e-6):
    D = x.shape[-1]
    dx, dgamma = np.zeros_like(x), np.zeros(D)
    for i in np.ndindex(x.shape[:-1]):
        r = (np.mean(x[i] ** 2) + eps) ** -0.5
        J = gamma[:, None] * (r * np.eye(D) - r**3 / D * np.outer(x[i], x[i]))
        dx[i] = dout[i] @ J
        dgamma += dout[i] * x[i] * r
    return dx, dgamma


def rmsnorm_backward__projection_missing(dout, x, gamma, eps=1e-6):
    r = 1 / np.sqrt((x * x).mean(-1, keepdims=True) + eps)
    return dout * gamma * r, (dout * x * r).sum(axis=tuple(range(x.ndim - 1)))


def rmsnorm_backward__gamma_missing(dout, x, gamma, eps=1e-6):
    r = 1 / np.sqrt((x * x).mean(-1, keepdims=True) + eps)
    xh = x * r
    dx = r * (dout - xh * (dout * xh).mean(-1, keepdims=True))
    return dx, (dout * xh).sum(axis=tuple(range(x.ndim - 1)))


def groupnorm_forward__right__reshape(x, gamma, beta, groups, eps=1e-5):
    N, C, H, W = x.shape
    g = x.reshape(N, groups, -1)
    g = (g - g.mean(-1, keepdims=True)) / np.sqrt(g.var(-1, keepdims=True) + eps)
    return g.reshape(N, C, H, W) * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)


def groupnorm_forward__right__loops(x, gamma, beta, groups, eps=1e-5):
    out = np.zeros_like(x)
    size = x.shape[1] // groups
    for n in range(len(x)):
        for k in range(groups):
            part = slice(k * size, (k + 1) * size)
            block = x[n, part]
            norm = (block - block.mean()) / np.sqrt(block.var() + eps)
            out[n, part] = gamma[part, None, None] * norm + beta[part, None, None]
    return out


def groupnorm_forward__interleaved(x, gamma, beta, groups, eps=1e-5):
    N, C, H, W = x.shape
    g = x.reshape(N, C // groups, groups, H, W)
    m = g.mean((1, 3, 4), keepdims=True)
    v = g.var((1, 3, 4), keepdims=True)
    g = ((g - m) / np.sqrt(v + eps)).reshape(x.shape)
    return g * gamma[:, None, None] + beta[:, None, None]


def groupnorm_forward__instance(x, gamma, beta, groups, eps=1e-5):
    m, v = x.mean((2, 3), keepdims=True), x.var((2, 3), keepdims=True)
    return (x - m) / np.sqrt(v + eps) * gamma[:, None, None] + beta[:, None, None]


def groupnorm_forward__other__group_size_as_groups(x, gamma, beta, groups, eps=1e-5):
    N, C, H, W = x.shape
    g = x.reshape(N, C // groups, -1)
    g = (g - g.mean(-1, keepdims=True)) / np.sqrt(g.var(-1, keepdims=True) + eps)
    return g.reshape(N, C, H, W) * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)


def layernorm_forward__right__one_pass(x, gamma, beta, eps=1e-05):
    mu = x.mean(-1, keepdims=True)
    var = (x**2).mean(-1, keepdims=True) - mu**2
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


def groupnorm_forward__right__one_pass(x, gamma, beta, groups, eps=1e-05):
    N, C, H, W = x.shape
    y = x.reshape(N, groups, C // groups, H, W)
    mu = y.mean((2, 3, 4), keepdims=True)
    var = (y * y).mean((2, 3, 4), keepdims=True) - mu**2
    y = (y - mu) / np.sqrt(var + eps)
    y = y.reshape(x.shape)
    return y * gamma[None, :, None, None] + beta[None, :, None, None]
