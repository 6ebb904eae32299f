import numpy as np


def _logp(z):
    s = z - z.max(axis=1, keepdims=True)
    return s - np.log(np.exp(s).sum(axis=1, keepdims=True))


def _forward(p, x):
    z = x @ p["W1"].T + p["b1"]
    h = np.maximum(z, 0)
    return z, h, h @ p["W2"].T + p["b2"]


def mlp_forward__right__plain(params, x):
    z1 = np.dot(x, params["W1"].T) + params["b1"]
    h = z1 * (z1 > 0)
    return z1, h, np.dot(h, params["W2"].T) + params["b2"]


def mlp_forward__right__columns(params, x):
    W1, b1, W2, b2 = (params[k] for k in ("W1", "b1", "W2", "b2"))
    z1 = W1 @ x.T + b1[:, None]
    h = np.where(z1 > 0, z1, 0.0)
    logits = W2 @ h + b2[:, None]
    return z1.T, h.T, logits.T


def mlp_forward__relu_on_logits(params, x):
    z1 = x @ params["W1"].T + params["b1"]
    h = np.maximum(0, z1)
    return z1, h, np.maximum(0, h @ params["W2"].T + params["b2"])


def mlp_forward__no_activation(params, x):
    z1 = x @ params["W1"].T + params["b1"]
    return z1, z1, z1 @ params["W2"].T + params["b2"]


def mlp_forward__returns_probabilities(params, x):
    z1, h, logits = _forward(params, x)
    return z1, h, np.exp(_logp(logits))


def mlp_forward__other__second_bias_missing(params, x):
    z1, h, logits = _forward(params, x)
    return z1, h, logits - params["b2"]


def mlp_loss__right__plain(params, x, y, lam=0.0):
    logits = _forward(params, x)[2]
    data = -_logp(logits)[np.arange(len(y)), y].mean()
    return data + 0.5 * lam * (np.sum(params["W1"] ** 2) + np.sum(params["W2"] ** 2))


def mlp_loss__right__loop(params, x, y, lam=0.0):
    total = 0.0
    for n in range(len(y)):
        z = _forward(params, x[n : n + 1])[2][0]
        total += np.logaddexp.reduce(z) - z[y[n]]
    penalty = sum(float(np.linalg.norm(params[k]) ** 2) for k in ("W1", "W2"))
    return total / len(y) + lam / 2 * penalty


def mlp_loss__half_missing(params, x, y, lam=0.0):
    logits = _forward(params, x)[2]
    return -_logp(logits)[np.arange(len(y)), y].mean() + lam * sum(np.sum(params[k] ** 2) for k in ("W1", "W2"))


def mlp_loss__biases_penalised(params, x, y, lam=0.0):
    logits = _forward(params, x)[2]
    return -_logp(logits)[np.arange(len(y)), y].mean() + lam / 2 * sum(np.sum(v**2) for v in params.values())


def mlp_loss__other__summed(params, x, y, lam=0.0):
    logits = _forward(params, x)[2]
    return -_logp(logits)[np.arange(len(y)), y].sum() + lam / 2 * sum(np.sum(params[k] ** 2) for k in ("W1", "W2"))


def _backward(params, x, y, lam, gate=True, l2=1.0, mean=True):
    z, h, logits = _forward(params, x)
    d = np.exp(_logp(logits))
    d[np.arange(len(y)), y] -= 1
    if mean:
        d /= len(y)
    grads = {"W2": d.T @ h + l2 * lam * params["W2"], "b2": d.sum(0)}
    dh = d @ params["W2"]
    if gate:
        dh[z <= 0] = 0
    grads["W1"] = dh.T @ x + l2 * lam * params["W1"]
    grads["b1"] = dh.sum(0)
    return grads


def mlp_backward__right__plain(params, x, y, lam=0.0):
    return _backward(params, x, y, lam)


def mlp_backward__right__per_example(params, x, y, lam=0.0):
    g = {k: np.zeros_like(v) for k, v in params.items()}
    for xi, yi in zip(x, y):
        z = params["W1"] @ xi + params["b1"]
        h = np.maximum(z, 0)
        s = params["W2"] @ h + params["b2"]
        p = np.exp(s - s.max())
        p /= p.sum()
        p[yi] -= 1
        dz = (params["W2"].T @ p) * (z > 0)
        g["W2"] += np.outer(p, h)
        g["b2"] += p
        g["W1"] += np.outer(dz, xi)
        g["b1"] += dz
    out = {k: v / len(x) for k, v in g.items()}
    for k in ("W1", "W2"):
        out[k] = out[k] + lam * params[k]
    return out


def mlp_backward__gate_missing(params, x, y, lam=0.0):
    return _backward(params, x, y, lam, gate=False)


def mlp_backward__penalty_doubled(params, x, y, lam=0.0):
    return _backward(params, x, y, lam, l2=2)


def mlp_backward__not_averaged(params, x, y, lam=0.0):
    return _backward(params, x, y, lam, mean=False)


def mlp_backward__other__as_tuple(params, x, y, lam=0.0):
    g = _backward(params, x, y, lam)
    return g["W1"], g["b1"], g["W2"], g["b2"]


def mlp_backward__other__other_keys(params, x, y, lam=0.0):
    return {"d" + k: v for k, v in _backward(params, x, y, lam).items()}


def predict__right__argmax(logits):
    return logits.argmax(axis=1)


def predict__right__loop(logits):
    out = []
    for row in logits:
        best = 0
        for c in range(1, len(row)):
            if row[c] > row[best]:
                best = c
        out.append(best)
    return np.array(out)


def predict__right__int32(logits):
    return np.argmax(logits, -1).astype(np.int32)


def predict__column_wise(logits):
    return np.argmax(logits, axis=0)


def predict__maximum_value(logits):
    return logits.max(axis=1)


def predict__other__floats(logits):
    return np.argmax(logits, axis=1).astype(float)


def predict__last_tie(logits):
    return logits.shape[1] - 1 - np.argmax(logits[:, ::-1], axis=1)


def accuracy__right__mean(logits, y):
    return np.mean(np.argmax(logits, axis=-1) == y)


def accuracy__right__count(logits, y):
    return sum(int(np.argmax(row) == label) for row, label in zip(logits, y)) / len(y)


def accuracy__percent(logits, y):
    return 100 * np.mean(np.argmax(logits, axis=1) == y)


def accuracy__count(logits, y):
    return np.sum(logits.argmax(1) == y)


def accuracy__error_rate(logits, y):
    return np.mean(logits.argmax(1) != y)


def confusion_matrix__right__add_at(y, y_pred, C):
    out = np.zeros((C, C), dtype=int)
    np.add.at(out, (y, y_pred), 1)
    return out


def confusion_matrix__right__bincount(y, y_pred, C):
    return np.bincount(C * y + y_pred, minlength=C * C).reshape(C, C)


def confusion_matrix__right__loop(y, y_pred, C):
    out = np.zeros((C, C), dtype=np.int32)
    for a, b in zip(y, y_pred):
        out[a, b] += 1
    return out


def confusion_matrix__right__one_hot(y, y_pred, C):
    eye = np.eye(C, dtype=int)
    return eye[y].T @ eye[y_pred]


def confusion_matrix__repeats_lost(y, y_pred, C):
    out = np.zeros((C, C), dtype=int)
    out[y, y_pred] += 1
    return out


def confusion_matrix__other__floats(y, y_pred, C):
    out = np.zeros((C, C))
    for a, b in zip(y, y_pred):
        out[a, b] += 1
    return out


def confusion_matrix__transposed(y, y_pred, C):
    out = np.zeros((C, C), dtype=int)
    for a, b in zip(y, y_pred):
        out[b, a] += 1
    return out
