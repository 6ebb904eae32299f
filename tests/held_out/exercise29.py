import numpy as np


def _softmax(S, mask=None):
    if mask is not None:
        S = np.where(mask, S, -np.inf)
    m = S.max(-1, keepdims=True)
    e = np.exp(S - np.where(np.isneginf(m), 0, m))
    t = e.sum(-1, keepdims=True)
    return np.divide(e, t, out=np.zeros_like(e), where=t > 0)


def _att(Q, K, V, mask=None, scale=None):
    scale = np.sqrt(Q.shape[-1]) if scale is None else scale
    A = _softmax(Q @ np.swapaxes(K, -1, -2) / scale, mask)
    return A @ V, A


def qkv__right__plain(x, Wq, Wk, Wv):
    return x @ Wq.T, x @ Wk.T, x @ Wv.T


def qkv__right__joint(x, Wq, Wk, Wv):
    both = x @ np.concatenate([Wq, Wk, Wv]).T
    a, b = len(Wq), len(Wq) + len(Wk)
    return both[..., :a], both[..., a:b], both[..., b:]


def qkv__right__list(x, Wq, Wk, Wv):
    return [np.einsum("...d,ed->...e", x, W) for W in (Wq, Wk, Wv)]


def qkv__untransposed(x, Wq, Wk, Wv):
    return x @ Wq, x @ Wk, x @ Wv


def qkv__order(x, Wq, Wk, Wv):
    return x @ Wq.T, x @ Wv.T, x @ Wk.T


def qkv__other__stacked(x, Wq, Wk, Wv):
    return x @ np.concatenate([Wq, Wk, Wv]).T


def causal_mask__right__tril(T):
    return np.tril(np.ones((T, T), dtype=bool))


def causal_mask__right__compare(T):
    i = np.arange(T)
    return i[None, :] <= i[:, None]


def causal_mask__right__not_triu(T):
    return ~np.triu(np.ones((T, T)), k=1).astype(bool)


def causal_mask__other__floats(T):
    return np.tril(np.ones((T, T)))


def causal_mask__other__minus_inf(T):
    return np.triu(np.full((T, T), -np.inf), 1)


def causal_mask__inverted(T):
    return np.triu(np.ones((T, T)), 1) == 1


def causal_mask__upper(T):
    return np.tril(np.ones((T, T), dtype=bool)).T


def padding_mask__right__broadcast(lengths, T):
    return np.arange(T) < np.asarray(lengths)[:, None]


def padding_mask__right__loop(lengths, T):
    mask = np.zeros((len(lengths), T), dtype=bool)
    for n, length in enumerate(lengths):
        mask[n, :length] = True
    return mask


def padding_mask__off_by_one(lengths, T):
    return np.arange(T)[None] <= np.asarray(lengths)[:, None]


def padding_mask__inverted(lengths, T):
    return np.arange(T)[None] >= np.asarray(lengths)[:, None]


def padding_mask__other__ints(lengths, T):
    return (np.arange(T)[None] < np.asarray(lengths)[:, None]).astype(int)


def scaled_dot_product_attention__right__plain(Q, K, V, mask=None):
    return _att(Q, K, V, mask)


def scaled_dot_product_attention__right__scaled_query(Q, K, V, mask=None):
    S = np.einsum("...qd,...kd->...qk", Q / np.sqrt(Q.shape[-1]), K)
    if mask is None:
        mask = np.ones(S.shape, dtype=bool)
    mask = np.broadcast_to(mask, S.shape)
    A = np.zeros(S.shape)
    for i in np.ndindex(S.shape[:-1]):
        if mask[i].any():
            row = S[i][mask[i]]
            e = np.exp(row - row.max())
            A[i][mask[i]] = e / e.sum()
    return np.einsum("...qk,...kd->...qd", A, V), A


def scaled_dot_product_attention__unscaled(Q, K, V, mask=None):
    return _att(Q, K, V, mask, scale=1.0)


def scaled_dot_product_attention__finite_fill(Q, K, V, mask=None):
    S = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    if mask is not None:
        S = np.where(mask, S, -1e9)
    A = _softmax(S)
    return A @ V, A


def scaled_dot_product_attention__finite_fill__added(Q, K, V, mask=None):
    S = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    if mask is not None:
        S = S + (1 - mask) * -1e9
    A = _softmax(S)
    return A @ V, A


def scaled_dot_product_attention__other__nan_rows(Q, K, V, mask=None):
    S = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    if mask is not None:
        S = np.where(mask, S, -np.inf)
    e = np.exp(S - S.max(-1, keepdims=True))
    A = e / e.sum(-1, keepdims=True)
    return A @ V, A


def scaled_dot_product_attention__mask_after(Q, K, V, mask=None):
    A = _softmax(Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1]))
    if mask is not None:
        A = A * mask
    return A @ V, A


def scaled_dot_product_attention__scaled_by_d(Q, K, V, mask=None):
    return _att(Q, K, V, mask, scale=Q.shape[-1])


def attention_backward__right__plain(dout, Q, K, V, mask=None):
    _, A = _att(Q, K, V, mask)
    dA = dout @ np.swapaxes(V, -1, -2)
    dS = A * (dA - (A * dA).sum(-1, keepdims=True)) / np.sqrt(Q.shape[-1])
    return dS @ K, np.swapaxes(dS, -1, -2) @ Q, np.swapaxes(A, -1, -2) @ dout


def attention_backward__right__einsum(dout, Q, K, V, mask=None):
    d = Q.shape[-1]
    out, A = _att(Q, K, V, mask)
    delta = np.einsum("...qe,...qe->...q", dout, out)[..., None]
    dS = A * (np.einsum("...qe,...ke->...qk", dout, V) - delta)
    dQ = np.einsum("...qk,...kd->...qd", dS, K) / d**0.5
    dK = np.einsum("...qk,...qd->...kd", dS, Q) / d**0.5
    return dQ, dK, np.einsum("...qk,...qe->...ke", A, dout)


def attention_backward__scale_missing(dout, Q, K, V, mask=None):
    _, A = _att(Q, K, V, mask)
    dA = dout @ np.swapaxes(V, -1, -2)
    dS = A * (dA - (A * dA).sum(-1, keepdims=True))
    return dS @ K, np.swapaxes(dS, -1, -2) @ Q, np.swapaxes(A, -1, -2) @ dout


def attention_backward__not_centred(dout, Q, K, V, mask=None):
    _, A = _att(Q, K, V, mask)
    dS = A * (dout @ np.swapaxes(V, -1, -2)) / np.sqrt(Q.shape[-1])
    return dS @ K, np.swapaxes(dS, -1, -2) @ Q, np.swapaxes(A, -1, -2) @ dout


def attention_backward__not_centred__diagonal(dout, Q, K, V, mask=None):
    _, A = _att(Q, K, V, mask)
    dS = A * (1 - A) * (dout @ np.swapaxes(V, -1, -2)) / np.sqrt(Q.shape[-1])
    return dS @ K, np.swapaxes(dS, -1, -2) @ Q, np.swapaxes(A, -1, -2) @ dout


def split_heads__right__transpose(x, heads):
    N, T, D = x.shape
    return x.reshape(N, T, heads, D // heads).transpose(0, 2, 1, 3)


def split_heads__right__split(x, heads):
    return np.stack(np.split(x, heads, axis=-1), axis=1)


def split_heads__no_transpose(x, heads):
    N, T, D = x.shape
    return x.reshape(N, heads, T, D // heads)


def split_heads__heads_third(x, heads):
    return x.reshape(x.shape[0], x.shape[1], heads, -1)


def split_heads__interleaved(x, heads):
    N, T, D = x.shape
    return x.reshape(N, T, D // heads, heads).transpose(0, 3, 1, 2)


def merge_heads__right__transpose(x):
    N, h, T, d = x.shape
    return x.swapaxes(1, 2).reshape(N, T, h * d)


def merge_heads__right__concat(x):
    return np.concatenate([x[:, h] for h in range(x.shape[1])], axis=-1)


def merge_heads__no_transpose(x):
    N, h, T, d = x.shape
    return x.reshape(N, T, h * d)


def merge_heads__averaged(x):
    return x.mean(axis=1)


def merge_heads__averaged__summed(x):
    return x.sum(axis=1)


def multi_head_attention__right__plain(x, Wq, Wk, Wv, Wo, heads, mask=None):
    _N, _T, _D = x.shape
    q, k, v = (split_heads__right__transpose(x @ W.T, heads) for W in (Wq, Wk, Wv))
    return merge_heads__right__transpose(_att(q, k, v, mask)[0]) @ Wo.T


def multi_head_attention__right__per_head(x, Wq, Wk, Wv, Wo, heads, mask=None):
    N, T, D = x.shape
    d = D // heads
    full = None if mask is None else np.broadcast_to(mask, (N, heads, T, T))
    out = np.zeros((N, T, D))
    for h in range(heads):
        rows = slice(h * d, (h + 1) * d)
        q, k, v = x @ Wq[rows].T, x @ Wk[rows].T, x @ Wv[rows].T
        y, _ = _att(q, k, v, None if full is None else full[:, h])
        out += y @ Wo[:, rows].T
    return out


def multi_head_attention__full_width_scale(x, Wq, Wk, Wv, Wo, heads, mask=None):
    q, k, v = (split_heads__right__transpose(x @ W.T, heads) for W in (Wq, Wk, Wv))
    return merge_heads__right__transpose(_att(q, k, v, mask, np.sqrt(x.shape[-1]))[0]) @ Wo.T


def multi_head_attention__no_output_map(x, Wq, Wk, Wv, Wo, heads, mask=None):
    q, k, v = (split_heads__right__transpose(x @ W.T, heads) for W in (Wq, Wk, Wv))
    return merge_heads__right__transpose(_att(q, k, v, mask)[0])


def multi_head_attention__mask_dropped(x, Wq, Wk, Wv, Wo, heads, mask=None):
    q, k, v = (split_heads__right__transpose(x @ W.T, heads) for W in (Wq, Wk, Wv))
    return merge_heads__right__transpose(_att(q, k, v)[0]) @ Wo.T


def multi_head_attention__other__bad_merge(x, Wq, Wk, Wv, Wo, heads, mask=None):
    q, k, v = (split_heads__right__transpose(x @ W.T, heads) for W in (Wq, Wk, Wv))
    return _att(q, k, v, mask)[0].reshape(x.shape) @ Wo.T


def scaled_dot_product_attention__right__nan_to_num(Q, K, V, mask=None):
    S = np.matmul(Q, np.swapaxes(K, -1, -2)) * Q.shape[-1] ** (-0.5)
    with np.errstate(all="ignore"):
        if mask is not None:
            S = np.where(mask, S, -np.inf)
        A = np.exp(S - np.max(S, -1, keepdims=True))
        A = A / A.sum(-1, keepdims=True)
    A = np.nan_to_num(A)
    return (A @ V, A)
