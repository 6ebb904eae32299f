import numpy as np


def _win(x, k, s):
    return np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))[:, :, ::s, ::s]


def maxpool_forward__right__windows(x, k, stride):
    return _win(x, k, stride).max(axis=(-2, -1))


def maxpool_forward__right__loops(x, k, stride):
    N, C, H, W = x.shape
    Ho, Wo = 1 + (H - k) // stride, 1 + (W - k) // stride
    out = np.zeros((N, C, Ho, Wo))
    for n in range(N):
        for c in range(C):
            for i in range(Ho):
                for j in range(Wo):
                    out[n, c, i, j] = np.max(x[n, c, i * stride : i * stride + k, j * stride : j * stride + k])
    return out


def maxpool_forward__right__running(x, k, stride):
    H, W = x.shape[2:]
    Ho, Wo = (H - k) // stride + 1, (W - k) // stride + 1
    out = np.full((*x.shape[:2], Ho, Wo), -np.inf)
    for a in range(k):
        for b in range(k):
            np.maximum(
                out, x[:, :, a : a + stride * Ho : stride, b : b + stride * Wo : stride][:, :, :Ho, :Wo], out=out
            )
    return out


def maxpool_forward__stride_is_k(x, k, stride):
    return _win(x, k, k).max(axis=(-2, -1))


def maxpool_forward__zero_start(x, k, stride):
    N, C, H, W = x.shape
    Ho, Wo = 1 + (H - k) // stride, 1 + (W - k) // stride
    out = np.zeros((N, C, Ho, Wo))
    for a in range(k):
        for b in range(k):
            for i in range(Ho):
                for j in range(Wo):
                    out[:, :, i, j] = np.maximum(out[:, :, i, j], x[:, :, i * stride + a, j * stride + b])
    return out


def maxpool_forward__across_channels(x, k, stride):
    N, C, H, W = x.shape
    Ho, Wo = 1 + (H - k) // stride, 1 + (W - k) // stride
    out = np.zeros((N, C, Ho, Wo))
    for n in range(N):
        for i in range(Ho):
            for j in range(Wo):
                out[n, :, i, j] = x[n, :, i * stride : i * stride + k, j * stride : j * stride + k].max()
    return out


def maxpool_backward__right__argmax(dout, x, k, stride):
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        window = x[n, c, i * stride : i * stride + k, j * stride : j * stride + k]
        a, b = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, i * stride + a, j * stride + b] += dout[n, c, i, j]
    return dx


def maxpool_backward__right__vector(dout, x, k, stride):
    N, C, Ho, Wo = dout.shape
    best = _win(x, k, stride).reshape(N, C, Ho, Wo, -1).argmax(-1)
    n, c, i, j = np.indices(dout.shape)
    dx = np.zeros_like(x)
    np.add.at(dx, (n, c, i * stride + best // k, j * stride + best % k), dout)
    return dx


def maxpool_backward__all_ties(dout, x, k, stride):
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        s = np.s_[n, c, i * stride : i * stride + k, j * stride : j * stride + k]
        dx[s] += (x[s] == x[s].max()) * dout[n, c, i, j]
    return dx


def maxpool_backward__overwrites(dout, x, k, stride):
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        window = x[n, c, i * stride : i * stride + k, j * stride : j * stride + k]
        a, b = np.unravel_index(np.argmax(window), (k, k))
        dx[n, c, i * stride + a, j * stride + b] = dout[n, c, i, j]
    return dx


def maxpool_backward__overwrites__mask(dout, x, k, stride):
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        s = np.s_[n, c, i * stride : i * stride + k, j * stride : j * stride + k]
        dx[s] = (x[s] == np.max(x[s])) * dout[n, c, i, j]
    return dx


def maxpool_backward__other__shared_ties(dout, x, k, stride):
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        s = np.s_[n, c, i * stride : i * stride + k, j * stride : j * stride + k]
        m = x[s] == x[s].max()
        dx[s] += m / m.sum() * dout[n, c, i, j]
    return dx


def avgpool_forward__right__windows(x, k, stride):
    return np.einsum("ncijab->ncij", _win(x, k, stride)) / k**2


def avgpool_forward__right__integral(x, k, stride):
    c = np.zeros((*x.shape[:2], x.shape[2] + 1, x.shape[3] + 1))
    c[:, :, 1:, 1:] = x.cumsum(2).cumsum(3)
    total = c[:, :, k:, k:] - c[:, :, :-k, k:] - c[:, :, k:, :-k] + c[:, :, :-k, :-k]
    return total[:, :, ::stride, ::stride] / (k * k)


def avgpool_forward__sum(x, k, stride):
    return _win(x, k, stride).sum((-1, -2))


def avgpool_forward__divided_by_k(x, k, stride):
    return _win(x, k, stride).sum((-1, -2)) / k


def avgpool_forward__other__divided_by_stride(x, k, stride):
    return _win(x, k, stride).sum((-1, -2)) / stride**2


def avgpool_backward__right__loops(dout, x, k, stride):
    dx = np.zeros_like(x)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            dx[:, :, i * stride : i * stride + k, j * stride : j * stride + k] += (
                dout[:, :, i, j][..., None, None] / k**2
            )
    return dx


def avgpool_backward__right__offsets(dout, x, k, stride):
    dx = np.zeros(x.shape)
    i, j = np.arange(dout.shape[2]) * stride, np.arange(dout.shape[3]) * stride
    for a in range(k):
        for b in range(k):
            dx[:, :, (i + a)[:, None], j + b] += dout / (k * k)
    return dx


def avgpool_backward__overwrites(dout, x, k, stride):
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        dx[n, c, i * stride : i * stride + k, j * stride : j * stride + k] = dout[n, c, i, j] / k**2
    return dx


def avgpool_backward__not_divided(dout, x, k, stride):
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        dx[n, c, i * stride : i * stride + k, j * stride : j * stride + k] += dout[n, c, i, j]
    return dx


def global_avg_pool__right__reshape(x):
    return x.reshape(*x.shape[:2], -1).mean(-1)


def global_avg_pool__right__twice(x):
    return x.mean(axis=3).mean(axis=2)


def global_avg_pool__keeps_axes(x):
    return x.mean(axis=(2, 3), keepdims=True)


def global_avg_pool__over_channels(x):
    return x.mean(axis=1)


def global_avg_pool__maximum(x):
    return x.max(axis=(2, 3))


def global_avg_pool_backward__right__broadcast(dout, x):
    return np.broadcast_to(dout[:, :, None, None], x.shape) / (x.shape[2] * x.shape[3])


def global_avg_pool_backward__right__ones(dout, x):
    _N, _C, H, W = x.shape
    return np.einsum("nc,hw->nchw", dout, np.full((H, W), 1.0 / (H * W)))


def global_avg_pool_backward__not_divided(dout, x):
    return np.ones_like(x) * dout[:, :, None, None]


def global_avg_pool_backward__divided_by_channels(dout, x):
    return np.ones_like(x) * dout[:, :, None, None] / x[0].size


def global_avg_pool_backward__divided_by_height(dout, x):
    return np.ones_like(x) * dout[:, :, None, None] / x.shape[2]


def global_avg_pool_backward__other__divided_by_all(dout, x):
    return np.ones_like(x) * dout[:, :, None, None] / x.size
