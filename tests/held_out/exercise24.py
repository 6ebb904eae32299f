import itertools

import numpy as np


def _step(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx.T + h @ Wh.T + b)


def rnn_step__right__columns(x, h_prev, W_xh, W_hh, b_h):
    return np.tanh(W_hh @ h_prev.T + W_xh @ x.T + b_h[:, None]).T


def rnn_step__right__concat(x, h_prev, W_xh, W_hh, b_h):
    return np.tanh(np.concatenate([h_prev, x], 1) @ np.concatenate([W_hh, W_xh], 1).T + b_h)


def rnn_step__hh_untransposed(x, h_prev, W_xh, W_hh, b_h):
    return np.tanh(x @ W_xh.T + h_prev @ W_hh + b_h)


def rnn_step__no_bias(x, h_prev, W_xh, W_hh, b_h):
    return np.tanh(x @ W_xh.T + h_prev @ W_hh.T)


def rnn_step__sigmoid(x, h_prev, W_xh, W_hh, b_h):
    return 1 / (1 + np.exp(-(x @ W_xh.T + h_prev @ W_hh.T + b_h)))


def rnn_step__other__relu(x, h_prev, W_xh, W_hh, b_h):
    return np.maximum(0, x @ W_xh.T + h_prev @ W_hh.T + b_h)


def rnn_step_backward__right__plain(dh, x, h_prev, W_xh, W_hh, b_h):
    h = _step(x, h_prev, W_xh, W_hh, b_h)
    da = dh * (1 - h * h)
    return da @ W_xh, da @ W_hh, da.T @ x, da.T @ h_prev, da.sum(0)


def rnn_step_backward__right__loop(dh, x, h_prev, W_xh, W_hh, b_h):
    dx, dhp = np.zeros_like(x), np.zeros_like(h_prev)
    dWx, dWh, db = np.zeros_like(W_xh), np.zeros_like(W_hh), np.zeros_like(b_h)
    for n in range(len(x)):
        a = W_hh.dot(h_prev[n]) + W_xh.dot(x[n]) + b_h
        raw = (1 - np.tanh(a) ** 2) * dh[n]
        db += raw
        dWx += np.outer(raw, x[n])
        dWh += np.outer(raw, h_prev[n])
        dx[n], dhp[n] = W_xh.T.dot(raw), W_hh.T.dot(raw)
    return dx, dhp, dWx, dWh, db


def rnn_step_backward__hh_transposed(dh, x, h_prev, W_xh, W_hh, b_h):
    h = _step(x, h_prev, W_xh, W_hh, b_h)
    da = dh * (1 - h * h)
    return da @ W_xh, da @ W_hh.T, da.T @ x, da.T @ h_prev, da.sum(0)


def rnn_step_backward__slope_missing(dh, x, h_prev, W_xh, W_hh, b_h):
    return dh @ W_xh, dh @ W_hh, dh.T @ x, dh.T @ h_prev, dh.sum(0)


def rnn_step_backward__new_state_in_dW(dh, x, h_prev, W_xh, W_hh, b_h):
    h = _step(x, h_prev, W_xh, W_hh, b_h)
    da = dh * (1 - h**2)
    return da @ W_xh, da @ W_hh, da.T @ x, da.T @ h, da.sum(0)


def rnn_step_backward__other__slope_of_previous(dh, x, h_prev, W_xh, W_hh, b_h):
    da = dh * (1 - h_prev**2)
    return da @ W_xh, da @ W_hh, da.T @ x, da.T @ h_prev, da.sum(0)


def rnn_forward__right__list(x, h0, W_xh, W_hh, b_h):
    N, T, _ = x.shape
    hs, h = np.zeros((N, T, len(b_h))), h0
    for t in range(T):
        h = _step(x[:, t], h, W_xh, W_hh, b_h)
        hs[:, t] = h
    return hs


def rnn_forward__right__precomputed(x, h0, W_xh, W_hh, b_h):
    xs = np.einsum("ntd,hd->tnh", x, W_xh) + b_h
    states, h = [], h0
    for a in xs:
        h = np.tanh(a + h @ W_hh.T)
        states.append(h)
    if not states:
        return np.zeros((x.shape[0], 0, len(b_h)))
    return np.stack(states, axis=1)


def rnn_forward__zero_start(x, h0, W_xh, W_hh, b_h):
    h = np.zeros_like(h0)
    hs = np.zeros((x.shape[0], x.shape[1], len(b_h)))
    for t in range(x.shape[1]):
        h = _step(x[:, t, :], h, W_xh, W_hh, b_h)
        hs[:, t, :] = h
    return hs


def rnn_forward__state_not_carried(x, h0, W_xh, W_hh, b_h):
    hs = np.zeros((x.shape[0], x.shape[1], len(b_h)))
    for t in range(x.shape[1]):
        hs[:, t, :] = _step(x[:, t, :], h0, W_xh, W_hh, b_h)
    return hs


def rnn_forward__includes_h0(x, h0, W_xh, W_hh, b_h):
    h = h0
    hs = np.zeros((x.shape[0], x.shape[1], len(b_h)))
    for t in range(x.shape[1]):
        hs[:, t] = h
        h = _step(x[:, t], h, W_xh, W_hh, b_h)
    return hs


def rnn_forward__other__time_first_result(x, h0, W_xh, W_hh, b_h):
    hs, h = [], h0
    for t in range(x.shape[1]):
        h = _step(x[:, t], h, W_xh, W_hh, b_h)
        hs.append(h)
    return np.array(hs)


def _bptt(dhs, x, h0, Wx, Wh, b, carry=True, wrap=False):
    N, T, _D = x.shape
    hs = np.zeros((N, T, len(b)))
    h = h0
    for t in range(T):
        h = _step(x[:, t], h, Wx, Wh, b)
        hs[:, t] = h
    dx, dWx, dWh, db = np.zeros_like(x), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    dnext = np.zeros_like(h0)
    for t in reversed(range(T)):
        dh = dhs[:, t] + (dnext if carry else 0)
        da = dh * (1 - hs[:, t] ** 2)
        prev = hs[:, t - 1] if t > 0 or wrap else h0
        dWx += da.T @ x[:, t]
        dWh += da.T @ prev
        db += da.sum(axis=0)
        dx[:, t] = da @ Wx
        dnext = da @ Wh
    return dx, dnext, dWx, dWh, db


def rnn_backward__right__plain(dhs, x, h0, W_xh, W_hh, b_h):
    return _bptt(dhs, x, h0, W_xh, W_hh, b_h)


def rnn_backward__right__recursive(dhs, x, h0, W_xh, W_hh, b_h):
    if x.shape[1] == 0:
        return x.copy(), np.zeros_like(h0), 0 * W_xh, 0 * W_hh, 0 * b_h
    h1 = _step(x[:, 0], h0, W_xh, W_hh, b_h)
    dxs, dh1, gx, gh, gb = rnn_backward__right__recursive(dhs[:, 1:], x[:, 1:], h1, W_xh, W_hh, b_h)
    da = (dhs[:, 0] + dh1) * (1 - h1**2)
    dx = np.concatenate([(da @ W_xh)[:, None], dxs], axis=1)
    return dx, da @ W_hh, gx + da.T @ x[:, 0], gh + da.T @ h0, gb + da.sum(0)


def rnn_backward__no_carry(dhs, x, h0, W_xh, W_hh, b_h):
    return _bptt(dhs, x, h0, W_xh, W_hh, b_h, carry=False)


def rnn_backward__wraps_at_zero(dhs, x, h0, W_xh, W_hh, b_h):
    return _bptt(dhs, x, h0, W_xh, W_hh, b_h, wrap=True)


def rnn_backward__other__h0_gradient_zero(dhs, x, h0, W_xh, W_hh, b_h):
    dx, _, a, c, d = _bptt(dhs, x, h0, W_xh, W_hh, b_h)
    return dx, np.zeros_like(h0), a, c, d


def rnn_output__right__einsum(h, W_hy, b_y):
    return np.einsum("nth,oh->nto", h, W_hy) + b_y


def rnn_output__right__flat(h, W_hy, b_y):
    N, T, H = h.shape
    return (h.reshape(N * T, H).dot(W_hy.T) + b_y).reshape(N, T, len(b_y))


def rnn_output__no_bias(h, W_hy, b_y):
    return h @ W_hy.T


def rnn_output__last_only(h, W_hy, b_y):
    return h[:, -1] @ W_hy.T + b_y


def rnn_output__untransposed(h, W_hy, b_y):
    return h @ W_hy + b_y


def rnn_output_backward__right__einsum(dy, h, W_hy):
    return dy @ W_hy, np.einsum("nto,nth->oh", dy, h), dy.sum((0, 1))


def rnn_output_backward__right__flat(dy, h, W_hy):
    d, f = dy.reshape(-1, dy.shape[-1]), h.reshape(-1, h.shape[-1])
    return (d @ W_hy).reshape(h.shape), d.T @ f, d.sum(axis=0)


def rnn_output_backward__bias_over_batch(dy, h, W_hy):
    return dy @ W_hy, np.einsum("nto,nth->oh", dy, h), dy.sum(axis=0)


def rnn_output_backward__transposed(dy, h, W_hy):
    return dy @ W_hy, np.tensordot(h, dy, axes=((0, 1), (0, 1))), dy.sum((0, 1))


def rnn_output_backward__time_averaged(dy, h, W_hy):
    T = dy.shape[1]
    return dy @ W_hy, np.einsum("nto,nth->oh", dy, h) / T, dy.sum((0, 1)) / T


def truncated_bptt_chunks__right__range(T, k):
    return [(s, min(s + k, T)) for s in range(0, T, k)]


def truncated_bptt_chunks__right__while(T, k):
    chunks, start = (), 0
    while start < T:
        end = start + k if start + k < T else T
        chunks += ((start, end),)
        start = end
    return chunks


def truncated_bptt_chunks__right__lists(T, k):
    edges = [*list(range(0, T, k)), T]
    return [list(pair) for pair in itertools.pairwise(edges)]


def truncated_bptt_chunks__overrun(T, k):
    return [(s, s + k) for s in range(0, T, k)]


def truncated_bptt_chunks__tail_dropped(T, k):
    return [(i * k, (i + 1) * k) for i in range(T // k)]


def truncated_bptt_chunks__inclusive_end(T, k):
    return [(s, min(s + k, T) - 1) for s in range(0, T, k)]
