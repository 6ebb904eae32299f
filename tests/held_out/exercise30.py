import math

import numpy as np


def _softmax(S, mask=None):
    if mask is not None:
        S = np.where(mask, S, -np.inf)
    m = S.max(-1, keepdims=True)
    e = np.exp(S - np.where(np.isneginf(m), 0, m))
    t = e.sum(-1, keepdims=True)
    return e / np.where(t == 0, 1, t)


def _mha(x, W, heads, mask):
    N, T, D = x.shape
    q, k, v = ((x @ w.T).reshape(N, T, heads, -1).swapaxes(1, 2) for w in W[:3])
    y = _softmax(q @ k.swapaxes(-1, -2) / math.sqrt(D // heads), mask) @ v
    return y.swapaxes(1, 2).reshape(N, T, D) @ W[3].T


def _ffn(x, W1, b1, W2, b2):
    return np.maximum(x @ W1.T + b1, 0) @ W2.T + b2


def _ln(x, gamma, beta):
    c = x - x.mean(-1, keepdims=True)
    return gamma * c / np.sqrt((c * c).mean(-1, keepdims=True) + 1e-5) + beta


def sinusoidal_positions__right__loop(T, D):
    out = np.zeros((T, D))
    for p in range(T):
        for j in range(D):
            angle = p / 10000 ** (2 * (j // 2) / D)
            out[p, j] = math.sin(angle) if j % 2 == 0 else math.cos(angle)
    return out


def sinusoidal_positions__right__div_term(T, D):
    pe = np.zeros((T, D))
    position = np.arange(T)[:, None]
    div = np.exp(np.arange(0, D, 2) * (-math.log(10000.0) / D))
    pe[:, 0::2] = np.sin(position * div)
    pe[:, 1::2] = np.cos(position * div)[:, : D // 2]
    return pe


def sinusoidal_positions__right__phase(T, D):
    j = np.arange(D)
    return np.sin(np.outer(np.arange(T), 10000.0 ** (-(j - j % 2) / D)) + (j % 2) * np.pi / 2)


def sinusoidal_positions__halves(T, D):
    angles = np.arange(T)[:, None] / 10000 ** (2 * np.arange((D + 1) // 2) / D)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)[:, :D]


def sinusoidal_positions__cos_shifted(T, D):
    angles = np.arange(T)[:, None] / 10000 ** (np.arange(D) / D)
    angles[:, 0::2] = np.sin(angles[:, 0::2])
    angles[:, 1::2] = np.cos(angles[:, 1::2])
    return angles


def sinusoidal_positions__from_one(T, D):
    j = np.arange(D)
    return np.sin(np.outer(np.arange(1, T + 1), 10000.0 ** (-(j - j % 2) / D)) + (j % 2) * np.pi / 2)


def embed_tokens__right__take(ids, E, P):
    return np.take(E, ids, axis=0) * np.sqrt(E.shape[1]) + P[: ids.shape[1]]


def embed_tokens__right__one_hot(ids, E, P):
    _N, T = ids.shape
    return np.eye(len(E))[ids] @ (E.shape[1] ** 0.5 * E) + P[None, :T]


def embed_tokens__unscaled(ids, E, P):
    return E[ids] + P[: ids.shape[1]]


def embed_tokens__scaled_both(ids, E, P):
    return (E[ids] + P[: ids.shape[1]]) * np.sqrt(E.shape[1])


def embed_tokens__position_of_id(ids, E, P):
    return E[ids] * np.sqrt(E.shape[1]) + P[ids]


def embed_tokens__other__scaled_by_d(ids, E, P):
    return E[ids] * E.shape[1] + P[: ids.shape[1]]


def embed_tokens_backward__right__add_at(dout, ids, E):
    dE = np.zeros_like(E)
    np.add.at(dE, ids, dout * np.sqrt(E.shape[1]))
    return dE


def embed_tokens_backward__right__one_hot(dout, ids, E):
    hot = np.eye(len(E))[ids.ravel()]
    return math.sqrt(E.shape[-1]) * hot.T @ dout.reshape(-1, E.shape[1])


def embed_tokens_backward__repeats_lost(dout, ids, E):
    dE = np.zeros_like(E)
    dE[ids] += dout * np.sqrt(E.shape[1])
    return dE


def embed_tokens_backward__scale_missing(dout, ids, E):
    dE = np.zeros_like(E)
    np.add.at(dE, ids, dout)
    return dE


def embed_tokens_backward__other__not_scattered(dout, ids, E):
    return dout * np.sqrt(E.shape[1])


def ffn_forward__right__plain(x, W1, b1, W2, b2):
    h = x @ W1.T + b1
    h[h < 0] = 0
    return h @ W2.T + b2


def ffn_forward__right__einsum(x, W1, b1, W2, b2):
    h = np.maximum(np.einsum("...d,hd->...h", x, W1) + b1, 0)
    return np.einsum("...h,dh->...d", h, W2) + b2


def ffn_forward__residual_inside(x, W1, b1, W2, b2):
    return x + _ffn(x, W1, b1, W2, b2)


def ffn_forward__no_activation(x, W1, b1, W2, b2):
    return (x @ W1.T + b1) @ W2.T + b2


def ffn_forward__other__gelu(x, W1, b1, W2, b2):
    z = x @ W1.T + b1
    return 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))) @ W2.T + b2


def _ffn_back(dout, x, W1, b1, W2, gate=True):
    X, d = x.reshape(-1, x.shape[-1]), dout.reshape(-1, dout.shape[-1])
    z = X @ W1.T + b1
    h = np.maximum(z, 0)
    dz = d @ W2
    if gate:
        dz = dz * (z > 0)
    return (dz @ W1).reshape(x.shape), dz.T @ X, dz.sum(0), d.T @ h, d.sum(0)


def ffn_backward__right__flat(dout, x, W1, b1, W2, b2):
    return _ffn_back(dout, x, W1, b1, W2)


def ffn_backward__right__einsum(dout, x, W1, b1, W2, b2):
    z = x @ W1.T + b1
    dz = np.where(z > 0, dout @ W2, 0)
    axes = tuple(range(x.ndim - 1))
    dW1 = np.tensordot(dz, x, (axes, axes))
    dW2 = np.tensordot(dout, np.maximum(z, 0), (axes, axes))
    return dz @ W1, dW1, dz.sum(axes), dW2, dout.sum(axes)


def ffn_backward__gate_missing(dout, x, W1, b1, W2, b2):
    return _ffn_back(dout, x, W1, b1, W2, gate=False)


def ffn_backward__batch_only(dout, x, W1, b1, W2, b2):
    dx, dW1, _, dW2, _ = _ffn_back(dout, x, W1, b1, W2)
    dz = (dout @ W2) * (x @ W1.T + b1 > 0)
    return dx, dW1, dz.sum(axis=0), dW2, dout.sum(axis=0)


def ffn_backward__other__order(dout, x, W1, b1, W2, b2):
    dx, dW1, db1, dW2, db2 = _ffn_back(dout, x, W1, b1, W2)
    return dx, dW1, dW2, db1, db2


def encoder_block__right__plain(x, mask, attn, ffn, ln1, ln2, heads, pre_norm=False):
    if pre_norm:
        x = x + _mha(_ln(x, *ln1), attn, heads, mask)
        return x + _ffn(_ln(x, *ln2), *ffn)
    x = _ln(x + _mha(x, attn, heads, mask), *ln1)
    return _ln(x + _ffn(x, *ffn), *ln2)


def encoder_block__post_for_pre(x, mask, attn, ffn, ln1, ln2, heads, pre_norm=False):
    x = _ln(x + _mha(x, attn, heads, mask), *ln1)
    return _ln(x + _ffn(x, *ffn), *ln2)


def encoder_block__norms_shared(x, mask, attn, ffn, ln1, ln2, heads, pre_norm=False):
    if pre_norm:
        x = x + _mha(_ln(x, *ln1), attn, heads, mask)
        return x + _ffn(_ln(x, *ln1), *ffn)
    x = _ln(x + _mha(x, attn, heads, mask), *ln1)
    return _ln(x + _ffn(x, *ffn), *ln1)


def encoder_block__ffn_residual_missing(x, mask, attn, ffn, ln1, ln2, heads, pre_norm=False):
    if pre_norm:
        x = x + _mha(_ln(x, *ln1), attn, heads, mask)
        return _ffn(_ln(x, *ln2), *ffn)
    x = _ln(x + _mha(x, attn, heads, mask), *ln1)
    return _ln(_ffn(x, *ffn), *ln2)


def encoder_block__other__mask_dropped(x, mask, attn, ffn, ln1, ln2, heads, pre_norm=False):
    return encoder_block__right__plain(x, None, attn, ffn, ln1, ln2, heads, pre_norm)


def cross_attention__right__plain(y, memory, Wq, Wk, Wv, mask):
    q, k, v = y @ Wq.T, memory @ Wk.T, memory @ Wv.T
    return _softmax(q @ k.swapaxes(1, 2) / math.sqrt(q.shape[-1]), mask) @ v


def cross_attention__other__padding_in_the_maximum(y, memory, Wq, Wk, Wv, mask):
    S = np.einsum("ntd,de,nse->nts", y, Wq.T @ Wk, memory) / np.sqrt(len(Wq))
    A = np.exp(S - S.max(axis=2, keepdims=True)) * mask
    total = A.sum(axis=2, keepdims=True)
    return (A / (total + (total == 0))) @ memory @ Wv.T


def cross_attention__self_attention(y, memory, Wq, Wk, Wv, mask):
    q, k, v = y @ Wq.T, y @ Wk.T, y @ Wv.T
    return _softmax(q @ k.swapaxes(1, 2) / math.sqrt(q.shape[-1])) @ v


def cross_attention__keys_as_values(y, memory, Wq, Wk, Wv, mask):
    q, k = y @ Wq.T, memory @ Wk.T
    return _softmax(q @ k.swapaxes(1, 2) / math.sqrt(q.shape[-1]), mask) @ k


def cross_attention__other__unscaled(y, memory, Wq, Wk, Wv, mask):
    q, k, v = y @ Wq.T, memory @ Wk.T, memory @ Wv.T
    return _softmax(q @ k.swapaxes(1, 2), mask) @ v


def next_token_loss__right__pick(logits, ids, valid):
    z, y = logits[:, :-1], ids[:, 1:]
    keep = valid[:, 1:] & valid[:, :-1]
    if not keep.any():
        return 0.0
    nll = np.logaddexp.reduce(z, axis=-1) - np.take_along_axis(z, y[..., None], -1)[..., 0]
    return nll[keep].sum() / keep.sum()


def next_token_loss__right__loop(logits, ids, valid):
    total, count = 0.0, 0
    for n in range(ids.shape[0]):
        for t in range(ids.shape[1] - 1):
            if valid[n, t] and valid[n, t + 1]:
                z = logits[n, t]
                m = z.max()
                total += m + math.log(np.exp(z - m).sum()) - z[ids[n, t + 1]]
                count += 1
    return total / count if count > 0 else 0


def _nll(z, y, keep):
    nll = np.logaddexp.reduce(z, axis=-1) - np.take_along_axis(z, y[..., None], -1)[..., 0]
    return nll[keep].mean() if keep.any() else 0.0


def next_token_loss__unshifted(logits, ids, valid):
    return _nll(logits, ids, valid)


def next_token_loss__padding_counted(logits, ids, valid):
    return _nll(logits[:, :-1], ids[:, 1:], np.ones_like(valid[:, 1:]))


def next_token_loss__mask_of_inputs(logits, ids, valid):
    return _nll(logits[:, :-1], ids[:, 1:], valid[:, :-1])


def next_token_loss__shifted_wrong_way(logits, ids, valid):
    return _nll(logits[:, 1:], ids[:, :-1], valid[:, 1:] & valid[:, :-1])


def sinusoidal_positions__right__by_pairs(T, D):
    pe = np.zeros((T, D))
    for i in range(0, D, 2):
        w = 1 / np.power(10000, i / D)
        pe[:, i] = np.sin(np.arange(T) * w)
        if i + 1 < D:
            pe[:, i + 1] = np.cos(np.arange(T) * w)
    return pe
