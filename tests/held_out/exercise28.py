import numpy as np


def _masked(scores, mask):
    z = np.where(mask, scores, -np.inf)
    m = z.max(axis=-1, keepdims=True)
    e = np.exp(z - np.where(np.isfinite(m), m, 0))
    s = e.sum(axis=-1, keepdims=True)
    return e / np.where(s == 0, 1, s)


def general_scores__right__einsum(q, K, Wa):
    return np.einsum("nd,de,nse->ns", q, Wa, K)


def general_scores__right__matmul(q, K, Wa):
    return np.matmul(K, (q @ Wa)[:, :, None]).squeeze(-1)


def general_scores__right__loop(q, K, Wa):
    return np.array([[q[n] @ Wa @ k for k in K[n]] for n in range(len(q))])


def general_scores__transposed(q, K, Wa):
    return np.einsum("nse,ne->ns", K, q @ Wa.T)


def general_scores__scaled(q, K, Wa):
    return np.einsum("nd,de,nse->ns", q, Wa, K) / np.sqrt(K.shape[-1])


def general_scores__weight_ignored(q, K, Wa):
    return np.einsum("nd,nsd->ns", q, K)


def additive_scores__right__broadcast(q, K, Wq, Wk, v):
    return np.tanh((q @ Wq.T)[:, None, :] + K @ Wk.T) @ v


def additive_scores__right__loop(q, K, Wq, Wk, v):
    out = np.zeros(K.shape[:2])
    for n in range(out.shape[0]):
        for s in range(out.shape[1]):
            out[n, s] = v.dot(np.tanh(Wq.dot(q[n]) + Wk.dot(K[n, s])))
    return out


def additive_scores__right__concat(q, K, Wq, Wk, v):
    qs = np.repeat(q[:, None], K.shape[1], axis=1)
    return np.tanh(np.concatenate([qs, K], -1) @ np.concatenate([Wq, Wk], 1).T).dot(v)


def additive_scores__no_tanh(q, K, Wq, Wk, v):
    return ((q @ Wq.T)[:, None] + K @ Wk.T) @ v


def additive_scores__tanh_outside(q, K, Wq, Wk, v):
    return np.tanh(((q @ Wq.T)[:, None] + K @ Wk.T) @ v)


def additive_scores__other__keepdims(q, K, Wq, Wk, v):
    return np.tanh((q @ Wq.T)[:, None] + K @ Wk.T) @ v[:, None]


def attention_weights__right__where(scores, mask):
    return _masked(scores, mask)


def attention_weights__right__loop(scores, mask):
    out = np.zeros_like(scores)
    for n in range(len(scores)):
        idx = np.flatnonzero(mask[n])
        if len(idx):
            e = np.exp(scores[n, idx] - scores[n, idx].max())
            out[n, idx] = e / e.sum()
    return out


def attention_weights__mask_ignored(scores, mask):
    e = np.exp(scores - scores.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def attention_weights__other__finite_fill(scores, mask):
    z = np.where(mask, scores, -1e9)
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def attention_weights__zero_score(scores, mask):
    z = scores * mask
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def attention_context__right__einsum(weights, values):
    return np.einsum("ns,nsd->nd", weights, values)


def attention_context__right__bmm(weights, values):
    return (weights[:, None, :] @ values)[:, 0]


def attention_context__averaged(weights, values):
    return (weights[:, :, None] * values).mean(axis=1)


def attention_context__hard(weights, values):
    return values[np.arange(len(values)), weights.argmax(axis=1)]


def attention_context__other__unsummed(weights, values):
    return weights[:, :, None] * values


def attention_read_backward__right__formula(dctx, scores, mask, values):
    a = _masked(scores, mask)
    da = np.einsum("nd,nsd->ns", dctx, values)
    return a * (da - (a * da).sum(1, keepdims=True)), a[..., None] * dctx[:, None]


def attention_read_backward__right__jacobian(dctx, scores, mask, values):
    a = _masked(scores, mask)
    J = np.einsum("ns,st->nst", a, np.eye(a.shape[1])) - np.einsum("ns,nt->nst", a, a)
    da = (values @ dctx[:, :, None])[:, :, 0]
    return np.einsum("nst,nt->ns", J, da), np.einsum("ns,nd->nsd", a, dctx)


def attention_read_backward__not_centred(dctx, scores, mask, values):
    a = _masked(scores, mask)
    return a * np.einsum("nd,nsd->ns", dctx, values), a[..., None] * dctx[:, None]


def attention_read_backward__unnormalised(dctx, scores, mask, values):
    a = _masked(scores, mask)
    return np.einsum("nd,nsd->ns", dctx, values), a[..., None] * dctx[:, None]


def attention_read_backward__other__diagonal(dctx, scores, mask, values):
    a = _masked(scores, mask)
    return a * (1 - a) * np.einsum("nd,nsd->ns", dctx, values), a[..., None] * dctx[:, None]


def luong_output__right__concat(c, h, Wc):
    return np.tanh(np.concatenate([c, h], axis=1).dot(Wc.T))


def luong_output__right__blocks(c, h, Wc):
    D = c.shape[1]
    return np.tanh(c @ Wc[:, :D].T + h @ Wc[:, D:].T)


def luong_output__order_swapped(c, h, Wc):
    return np.tanh(np.hstack([h, c]) @ Wc.T)


def luong_output__no_tanh(c, h, Wc):
    return np.hstack([c, h]) @ Wc.T


def luong_output__other__sigmoid(c, h, Wc):
    return 1 / (1 + np.exp(-np.hstack([c, h]) @ Wc.T))


def teacher_forcing_inputs__right__concat(y, bos):
    return np.concatenate([np.full((len(y), 1), bos, dtype=y.dtype), y[:, :-1]], axis=1)


def teacher_forcing_inputs__right__roll(y, bos):
    out = np.roll(y, 1, axis=1)
    out[:, 0] = bos
    return out


def teacher_forcing_inputs__right__default_int(y, bos):
    return np.hstack([np.full((y.shape[0], 1), bos), y])[:, : y.shape[1]]


def teacher_forcing_inputs__too_long(y, bos):
    return np.hstack([np.full((len(y), 1), bos), y])


def teacher_forcing_inputs__other__floats(y, bos):
    out = np.zeros(y.shape)
    out[:, 0] = bos
    out[:, 1:] = y[:, :-1]
    return out


def teacher_forcing_inputs__rolled(y, bos):
    return np.roll(y, 1, axis=1)


def greedy_decode__right__while(step, state, bos, eos, max_len):
    out, token = [], bos
    while len(out) < max_len:
        logits, state = step(token, state)
        token = int(np.argmax(logits))
        if token == eos:
            break
        out.append(token)
    return out


def greedy_decode__right__numpy_ints(step, state, bos, eos, max_len):
    tokens = [bos]
    for _ in range(max_len):
        logits, state = step(tokens[-1], state)
        tokens.append(np.argmax(logits))
        if tokens[-1] == eos:
            return tokens[1:-1]
    return tokens[1:]


def greedy_decode__eos_included(step, state, bos, eos, max_len):
    out, token = [], bos
    for _ in range(max_len):
        logits, state = step(token, state)
        token = int(np.argmax(logits))
        out.append(token)
        if token == eos:
            break
    return out


def greedy_decode__state_lost(step, state, bos, eos, max_len):
    out, token = [], bos
    for _ in range(max_len):
        logits, _ = step(token, state)
        token = int(np.argmax(logits))
        if token == eos:
            break
        out.append(token)
    return out


def greedy_decode__other__bos_included(step, state, bos, eos, max_len):
    out = [bos]
    for _ in range(max_len):
        logits, state = step(out[-1], state)
        token = int(np.argmax(logits))
        if token == eos:
            break
        out.append(token)
    return out
