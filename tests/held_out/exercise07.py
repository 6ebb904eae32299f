import numpy as np


def _soft(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _logsoft(z):
    s = z - z.max(axis=-1, keepdims=True)
    return s - np.log(np.exp(s).sum(axis=-1, keepdims=True))


def _sig(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def mse_loss__right__norm(pred, y):
    return np.linalg.norm(pred - y) ** 2 / pred.size


def mse_loss__right__average(pred, y):
    return np.average(np.square(np.subtract(y, pred)))


def mse_loss__right__loop(pred, y):
    total = 0.0
    for a, b in zip(pred.ravel(), y.ravel()):
        total += (a - b) * (a - b)
    return total / pred.size


def mse_loss__half(pred, y):
    return 0.5 * np.mean((pred - y) ** 2)


def mse_loss__rows_only(pred, y):
    return np.sum((pred - y) ** 2) / len(y)


def mse_loss__rooted(pred, y):
    return np.sqrt(((pred - y) ** 2).mean())


def mse_grad__right__plain(pred, y):
    return (pred - y) * (2.0 / y.size)


def mse_grad__right__added(pred, y):
    d = np.asarray(pred) - np.asarray(y)
    return (d + d) / np.prod(d.shape)


def mse_grad__rows_only(pred, y):
    return 2 * (pred - y) / pred.shape[0]


def mse_grad__factor_two(pred, y):
    return (pred - y) / pred.size


def mse_grad__sign(pred, y):
    return 2 * (y - pred) / y.size


def mse_grad__other__rows_no_two(pred, y):
    return (pred - y) / pred.shape[0]


def bce_with_logits__right__pytorch(z, y):
    return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))


def bce_with_logits__right__logaddexp(z, y):
    return (y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z)).mean()


def bce_with_logits__sigmoid_then_log(z, y):
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def bce_with_logits__floored(z, y):
    p = np.clip(_sig(z), 1e-7, 1 - 1e-7)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def bce_with_logits__floored__added(z, y):
    p = _sig(z)
    return -np.mean(y * np.log(p + 1e-8) + (1 - y) * np.log(1 - p + 1e-8))


def bce_with_logits__positives_only(z, y):
    return np.mean(y * np.logaddexp(0, -z))


def bce_with_logits__summed(z, y):
    return np.sum(np.logaddexp(0, z) - z * y)


def bce_with_logits_grad__right__plain(z, y):
    return (_sig(z) - y) / z.size


def bce_with_logits_grad__right__tanh(z, y):
    return (0.5 * np.tanh(z / 2) + 0.5 - y) / np.size(y)


def bce_with_logits_grad__not_averaged(z, y):
    return _sig(z) - y


def bce_with_logits_grad__other__rows(z, y):
    return (_sig(z) - y) / len(z)


def bce_with_logits_grad__extra_slope(z, y):
    s = _sig(z)
    return (s - y) * s * (1 - s) / y.size


def cross_entropy__right__pick(z, y):
    return -_logsoft(z)[np.arange(len(y)), y].mean()


def cross_entropy__right__one_hot(z, y):
    return -np.sum(_logsoft(z) * np.eye(z.shape[1])[y]) / len(z)


def cross_entropy__right__loop(z, y):
    total = 0.0
    for row, label in zip(z, y):
        m = row.max()
        total += m + np.log(sum(np.exp(v - m) for v in row)) - row[label]
    return total / len(y)


def cross_entropy__unstable(z, y):
    p = _soft(z)
    return -np.mean(np.log(p[range(len(y)), y]))


def cross_entropy__floored(z, y):
    p = _soft(z)
    return -np.mean(np.log(p[range(len(y)), y] + 1e-12))


def cross_entropy__floored__clip(z, y):
    p = np.clip(_soft(z), 1e-15, 1)
    return -np.log(p[np.arange(len(y)), y]).mean()


def cross_entropy__column_indexing(z, y):
    return -np.mean(_logsoft(z)[:, y])


def cross_entropy__double_softmax(z, y):
    return -np.mean(_logsoft(_soft(z))[np.arange(len(y)), y])


def cross_entropy_grad__right__in_place(z, y):
    d = _soft(z)
    d[np.arange(len(y)), y] -= 1
    d /= len(y)
    return d


def cross_entropy_grad__right__one_hot(z, y):
    return (np.exp(_logsoft(z)) - np.equal.outer(y, np.arange(z.shape[1]))) / z.shape[0]


def cross_entropy_grad__not_averaged(z, y):
    d = _soft(z)
    d[np.arange(len(y)), y] -= 1
    return d


def cross_entropy_grad__divided_by_entries(z, y):
    return (_soft(z) - np.eye(z.shape[1])[y]) / z.size


def cross_entropy_grad__other__all_columns(z, y):
    d = _soft(z)
    d[:, y] -= 1
    return d / len(y)


def smooth_labels__right__fill(y, C, eps):
    q = np.full((len(y), C), eps / C)
    q[np.arange(len(y)), y] += 1 - eps
    return q


def smooth_labels__right__mix(y, C, eps):
    hot = np.eye(C)[y]
    return hot + eps * (1 / C - hot)


def smooth_labels__other_classes_only(y, C, eps):
    q = np.full((len(y), C), eps / (C - 1))
    q[np.arange(len(y)), y] = 1 - eps
    return q


def smooth_labels__not_shared(y, C, eps):
    return (1 - eps) * np.eye(C)[y] + eps


def smooth_labels__other_classes_only__own_share_lost(y, C, eps):
    q = np.full((len(y), C), eps / C)
    q[np.arange(len(y)), y] = 1 - eps
    return q


def soft_cross_entropy__right__sum(z, q):
    return -(q * _logsoft(z)).sum() / len(z)


def soft_cross_entropy__right__einsum(z, q):
    return -np.einsum("nc,nc->n", q, z - np.logaddexp.reduce(z, axis=1)[:, None]).mean()


def soft_cross_entropy__per_entry(z, q):
    return -np.mean(q * _logsoft(z))


def soft_cross_entropy__hardened(z, q):
    return -np.mean(_logsoft(z)[np.arange(len(z)), np.argmax(q, axis=1)])


def soft_cross_entropy__other__unstable(z, q):
    return -np.mean(np.sum(q * np.log(_soft(z)), axis=1))


def masked_cross_entropy__right__pick(z, y, mask):
    if not mask.any():
        return 0.0
    picked = np.take_along_axis(_logsoft(z), y[..., None], axis=-1)[..., 0]
    return -picked[mask].mean()


def masked_cross_entropy__right__loops(z, y, mask):
    total, count = 0.0, 0
    for n in range(y.shape[0]):
        for t in range(y.shape[1]):
            if mask[n, t]:
                total += np.logaddexp.reduce(z[n, t]) - z[n, t, y[n, t]]
                count += 1
    return total / count if count else 0.0


def masked_cross_entropy__right__flat(z, y, mask):
    keep = mask.reshape(-1)
    zz, yy = z.reshape(-1, z.shape[-1])[keep], y.reshape(-1)[keep]
    return -np.sum(_logsoft(zz)[np.arange(len(yy)), yy]) / max(1, len(yy))


def masked_cross_entropy__counts_padding(z, y, mask):
    N, T = y.shape
    picked = _logsoft(z)[np.arange(N)[:, None], np.arange(T), y]
    return -np.mean(picked * mask)


def masked_cross_entropy__per_sequence(z, y, mask):
    N, T = y.shape
    picked = _logsoft(z)[np.arange(N)[:, None], np.arange(T), y]
    return -np.sum(picked * mask) / N


def masked_cross_entropy__mean_of_means(z, y, mask):
    N, T = y.shape
    picked = -_logsoft(z)[np.arange(N)[:, None], np.arange(T), y] * mask
    return np.mean(picked.sum(1) / np.maximum(mask.sum(1), 1))


def cross_entropy__right__shifted_twice(z, y):
    p = np.exp(z - z.max(1, keepdims=True))
    return float(np.mean(np.log(p.sum(1)) - (z - z.max(1, keepdims=True))[np.arange(len(y)), y]))


def cross_entropy_grad__right__pairwise(z, y):
    g = np.zeros_like(z)
    N, C = z.shape
    for n in range(N):
        for c in range(C):
            g[n, c] = (1 / np.sum(np.exp(np.clip(z[n] - z[n, c], -700, 700))) - (c == y[n])) / N
    return g
