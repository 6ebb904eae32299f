import numpy as np


def _sig(x):
    return 0.5 * (1 + np.tanh(np.asarray(x) / 2))


def skipgram_pairs__right__loops(tokens, window):
    pairs = []
    for i, centre in enumerate(tokens):
        for j in range(max(0, i - window), min(len(tokens), i + window + 1)):
            if j != i:
                pairs.append((centre, tokens[j]))
    return pairs


def skipgram_pairs__right__offsets(tokens, window):
    n = len(tokens)
    return [
        [tokens[i], tokens[i + d]] for i in range(n) for d in range(-window, window + 1) if d != 0 and 0 <= i + d < n
    ]


def skipgram_pairs__wraps_around(tokens, window):
    n = len(tokens)
    return [(tokens[i], tokens[i + d]) for i in range(n) for d in range(-window, window + 1) if d != 0 and i + d < n]


def skipgram_pairs__includes_self(tokens, window):
    n = len(tokens)
    return [(tokens[i], tokens[j]) for i in range(n) for j in range(max(0, i - window), min(n, i + window + 1))]


def skipgram_pairs__window_exclusive(tokens, window):
    n = len(tokens)
    return [(tokens[i], tokens[j]) for i in range(n) for j in range(max(0, i - window), min(n, i + window)) if j != i]


def skipgram_pairs__other__by_word(tokens, window):
    n = len(tokens)
    return [
        (tokens[i], tokens[j])
        for i in range(n)
        for j in range(max(0, i - window), min(n, i + window + 1))
        if tokens[j] != tokens[i]
    ]


def cbow_examples__right__slices(tokens, window):
    out = []
    for i in range(len(tokens)):
        context = tuple(tokens[max(0, i - window) : i]) + tuple(tokens[i + 1 : i + window + 1])
        if context:
            out.append((context, tokens[i]))
    return out


def cbow_examples__right__lists(tokens, window):
    out = []
    for i, w in enumerate(tokens):
        context = [tokens[j] for j in range(i - window, i + window + 1) if 0 <= j < len(tokens) and j != i]
        if len(context) > 0:
            out.append([context, w])
    return out


def cbow_examples__full_windows_only(tokens, window):
    out = []
    for i in range(window, len(tokens) - window):
        context = tuple(tokens[i - window : i] + tokens[i + 1 : i + window + 1])
        out.append((context, tokens[i]))
    return out


def cbow_examples__left_only(tokens, window):
    return [(tuple(tokens[max(0, i - window) : i]), tokens[i]) for i in range(1, len(tokens)) if window]


def cbow_examples__other__empty_kept(tokens, window):
    return [
        (tuple(tokens[max(0, i - window) : i]) + tuple(tokens[i + 1 : i + window + 1]), tokens[i])
        for i in range(len(tokens))
    ]


def noise_distribution__right__where(counts, power=0.75):
    w = np.zeros(len(counts))
    seen = counts > 0
    w[seen] = counts[seen].astype(float) ** power
    return w / w.sum()


def noise_distribution__right__frequencies(counts, power=0.75):
    f = counts / counts.sum()
    w = np.where(f > 0, np.power(f, power), 0.0)
    return w / np.sum(w)


def noise_distribution__no_power(counts, power=0.75):
    return counts / counts.sum()


def noise_distribution__power_after(counts, power=0.75):
    f = counts / counts.sum()
    return np.where(counts > 0, f**power, 0)


def noise_distribution__other__zero_power_zero(counts, power=0.75):
    w = np.asarray(counts, float) ** power
    return w / w.sum()


def subsample_keep__right__where(counts, t=1e-5):
    f = counts / counts.sum()
    safe = np.where(f > 0, f, 1.0)
    return np.where(f > 0, np.minimum(1.0, np.sqrt(t / safe)), 1.0)


def subsample_keep__right__loop(counts, t=1e-5):
    total = sum(counts)
    return np.array([min(1.0, (t * total / c) ** 0.5) if c else 1.0 for c in counts])


def subsample_keep__no_root(counts, t=1e-5):
    f = counts / counts.sum()
    return np.where(f > 0, np.minimum(1.0, t / np.where(f > 0, f, 1)), 1.0)


def subsample_keep__other__google(counts, t=1e-5):
    f = counts / counts.sum()
    safe = np.where(f > 0, f, 1.0)
    return np.where(f > 0, np.minimum(1.0, (np.sqrt(safe / t) + 1) * t / safe), 1.0)


def subsample_keep__discard(counts, t=1e-5):
    f = counts / counts.sum()
    return np.where(f > 0, 1 - np.minimum(1.0, np.sqrt(t / np.where(f > 0, f, 1))), 0.0)


def _skip(v_c, o, U):
    s = U @ v_c
    lse = np.logaddexp.reduce(s)
    d = np.exp(s - lse)
    d[o] -= 1
    return lse - s[o], d


def skipgram_softmax__right__plain(v_c, o, U):
    loss, d = _skip(v_c, o, U)
    return loss, U.T @ d, np.outer(d, v_c)


def skipgram_softmax__right__cs224n(v_c, o, U):
    scores = U.dot(v_c)
    e = np.exp(scores - scores.max())
    p = e / e.sum()
    loss = -(scores[o] - scores.max() - np.log(e.sum()))
    delta = p - np.eye(len(U))[o]
    return loss, np.sum(delta[:, None] * U, axis=0), delta[:, None] * v_c[None, :]


def skipgram_softmax__label_missing(v_c, o, U):
    s = U @ v_c
    lse = np.logaddexp.reduce(s)
    p = np.exp(s - lse)
    return lse - s[o], U.T @ p, np.outer(p, v_c)


def skipgram_softmax__dU_transposed(v_c, o, U):
    loss, d = _skip(v_c, o, U)
    return loss, U.T @ d, np.outer(v_c, d)


def skipgram_softmax__unstable(v_c, o, U):
    s = U @ v_c
    e = np.exp(s - s.max())
    p = e / e.sum()
    loss = -np.log(p[o])
    p[o] -= 1
    return loss, U.T @ p, np.outer(p, v_c)


def skipgram_softmax__unstable__naive(v_c, o, U):
    e = np.exp(U @ v_c)
    p = e / e.sum()
    loss = -np.log(p[o])
    p[o] -= 1
    return loss, U.T @ p, np.outer(p, v_c)


def sgns__right__plain(v_c, o, neg, U):
    so, sn = U[o] @ v_c, U[neg] @ v_c
    loss = np.logaddexp(0, -so) + np.logaddexp(0, sn).sum()
    go, gn = _sig(so) - 1, _sig(sn)
    dU = np.zeros_like(U)
    dU[o] += go * v_c
    np.add.at(dU, neg, gn[:, None] * v_c)
    return loss, go * U[o] + gn @ U[neg], dU


def sgns__right__loop(v_c, o, neg, U):
    loss, dv, dU = 0.0, np.zeros_like(v_c), np.zeros_like(U)
    for k, label in [(o, 1)] + [(j, 0) for j in neg]:
        s = U[k].dot(v_c)
        loss += np.logaddexp(0, -s if label else s)
        g = float(_sig(s)) - label
        dv += g * U[k]
        dU[k] += g * v_c
    return loss, dv, dU


def sgns__repeats_lost(v_c, o, neg, U):
    so, sn = U[o] @ v_c, U[neg] @ v_c
    loss = np.logaddexp(0, -so) + np.logaddexp(0, sn).sum()
    go, gn = _sig(so) - 1, _sig(sn)
    dU = np.zeros_like(U)
    dU[o] += go * v_c
    dU[neg] += gn[:, None] * v_c
    return loss, go * U[o] + gn @ U[neg], dU


def sgns__floored(v_c, o, neg, U):
    so, sn = U[o] @ v_c, U[neg] @ v_c
    loss = -np.log(_sig(so) + 1e-10) - np.log(_sig(-sn) + 1e-10).sum()
    go, gn = _sig(so) - 1, _sig(sn)
    dU = np.zeros_like(U)
    dU[o] += go * v_c
    np.add.at(dU, neg, gn[:, None] * v_c)
    return loss, go * U[o] + gn @ U[neg], dU


def sgns__other__unstable(v_c, o, neg, U):
    so, sn = U[o] @ v_c, U[neg] @ v_c
    loss = -np.log(_sig(so)) - np.log(_sig(-sn)).sum()
    go, gn = _sig(so) - 1, _sig(sn)
    dU = np.zeros_like(U)
    dU[o] += go * v_c
    np.add.at(dU, neg, gn[:, None] * v_c)
    return loss, go * U[o] + gn @ U[neg], dU


def sgns__negatives_averaged(v_c, o, neg, U):
    so, sn = U[o] @ v_c, U[neg] @ v_c
    K = max(len(neg), 1)
    loss = np.logaddexp(0, -so) + np.logaddexp(0, sn).sum() / K
    go, gn = _sig(so) - 1, _sig(sn) / K
    dU = np.zeros_like(U)
    dU[o] += go * v_c
    np.add.at(dU, neg, gn[:, None] * v_c)
    return loss, go * U[o] + gn @ U[neg], dU


def cbow_sgns__right__plain(context, centre, neg, V, U):
    h = V[context].mean(axis=0)
    loss, dh, dU = sgns__right__plain(h, centre, neg, U)
    dV = np.zeros_like(V)
    np.add.at(dV, context, dh / len(context))
    return loss, dV, dU


def cbow_sgns__right__loop(context, centre, neg, V, U):
    h = sum(V[c] for c in context) / len(context)
    loss, dh, dU = sgns__right__loop(h, centre, neg, U)
    dV = V * 0
    for c in context:
        dV[c] += dh / len(context)
    return (loss, dV, dU)


def cbow_sgns__gradient_not_shared(context, centre, neg, V, U):
    h = V[context].mean(axis=0)
    loss, dh, dU = sgns__right__plain(h, centre, neg, U)
    dV = np.zeros_like(V)
    np.add.at(dV, context, dh)
    return loss, dV, dU


def cbow_sgns__repeats_lost(context, centre, neg, V, U):
    h = V[context].mean(axis=0)
    loss, dh, dU = sgns__right__plain(h, centre, neg, U)
    dV = np.zeros_like(V)
    dV[context] += dh / len(context)
    return loss, dV, dU


def cbow_sgns__summed(context, centre, neg, V, U):
    h = V[context].sum(axis=0)
    loss, dh, dU = sgns__right__plain(h, centre, neg, U)
    dV = np.zeros_like(V)
    np.add.at(dV, context, dh)
    return loss, dV, dU


def analogy__right__mask(E, a, b, c):
    n = np.linalg.norm(E, axis=1, keepdims=True)
    X = E / np.where(n == 0, 1, n)
    s = X @ (X[b] - X[a] + X[c])
    s[[a, b, c]] = -np.inf
    return int(np.argmax(s))


def analogy__right__loop(E, a, b, c):
    rows = [r / np.linalg.norm(r) if np.any(r) else r for r in E]
    target = rows[b] - rows[a] + rows[c]
    scores = {i: r.dot(target) for i, r in enumerate(rows) if i not in (a, b, c)}
    return max(scores, key=scores.get)


def analogy__query_not_excluded(E, a, b, c):
    n = np.linalg.norm(E, axis=1, keepdims=True)
    X = E / np.where(n == 0, 1, n)
    return np.argmax(X @ (X[b] - X[a] + X[c]))


def analogy__not_normalised(E, a, b, c):
    s = E @ (E[b] - E[a] + E[c])
    s[[a, b, c]] = -np.inf
    return np.argmax(s)


def analogy__not_normalised__query(E, a, b, c):
    n = np.linalg.norm(E, axis=1)
    t = E[b] - E[a] + E[c]
    s = E @ t / np.where(n == 0, 1, n)
    s[[a, b, c]] = -np.inf
    return int(s.argmax())


def analogy__sign(E, a, b, c):
    n = np.linalg.norm(E, axis=1, keepdims=True)
    X = E / np.where(n == 0, 1, n)
    s = X @ (X[a] - X[b] + X[c])
    s[[a, b, c]] = -np.inf
    return int(np.argmax(s))


def sgns__right__signed(v_c, o, neg, U):
    def sig(z):
        return 1 / (1 + np.exp(-np.clip(z, -700, 700)))

    idx = np.concatenate([[o], np.asarray(neg, dtype=int)]).astype(int)
    sgn = np.where(np.arange(len(idx)) == 0, 1.0, -1.0)
    s = U[idx] @ v_c * sgn
    loss = np.sum(np.maximum(-s, 0) + np.log1p(np.exp(-np.abs(s))))
    g = -sig(-s) * sgn
    dU = np.zeros_like(U)
    np.add.at(dU, idx, g[:, None] * v_c)
    return (loss, g @ U[idx], dU)
