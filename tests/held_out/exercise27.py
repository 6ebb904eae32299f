import numpy as np


def _sig(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def _gates(x, h, Wg, bg):
    a = np.hstack([h, x]) @ Wg.T + bg
    H = h.shape[1]
    return _sig(a[:, :H]), _sig(a[:, H:])


def gru_gates__right__split(x, h_prev, Wg, bg):
    return tuple(np.split(1 / (1 + np.exp(-(np.concatenate([h_prev, x], 1) @ Wg.T + bg))), 2, axis=1))


def gru_gates__right__each(x, h_prev, Wg, bg):
    H = h_prev.shape[1]
    hx = np.concatenate([h_prev, x], axis=-1)
    return _sig(np.einsum("nk,hk->nh", hx, Wg[:H]) + bg[:H]), _sig(np.einsum("nk,hk->nh", hx, Wg[H:]) + bg[H:])


def gru_gates__swapped(x, h_prev, Wg, bg):
    z, r = _gates(x, h_prev, Wg, bg)
    return r, z


def gru_gates__x_first(x, h_prev, Wg, bg):
    H = h_prev.shape[1]
    a = _sig(np.concatenate([x, h_prev], 1) @ Wg.T + bg)
    return a[:, :H], a[:, H:]


def gru_gates__no_bias(x, h_prev, Wg, bg):
    return _gates(x, h_prev, Wg, 0 * bg)


def gru_candidate__right__concat(x, h_prev, r, Wc, bc):
    return np.tanh(np.concatenate([r * h_prev, x], axis=1) @ Wc.T + bc)


def gru_candidate__right__blocks(x, h_prev, r, Wc, bc):
    H = h_prev.shape[1]
    return np.tanh(Wc[:, :H] @ (h_prev * r).T + Wc[:, H:] @ x.T + bc[:, None]).T


def gru_candidate__reset_after(x, h_prev, r, Wc, bc):
    H = h_prev.shape[1]
    return np.tanh(r * (h_prev @ Wc[:, :H].T) + x @ Wc[:, H:].T + bc)


def gru_candidate__no_reset(x, h_prev, r, Wc, bc):
    return np.tanh(np.hstack([h_prev, x]) @ Wc.T + bc)


def gru_candidate__other__x_first(x, h_prev, r, Wc, bc):
    return np.tanh(np.hstack([x, r * h_prev]) @ Wc.T + bc)


def gru_step__right__mix(x, h_prev, Wg, bg, Wc, bc):
    z, r = _gates(x, h_prev, Wg, bg)
    n = np.tanh(np.hstack([r * h_prev, x]) @ Wc.T + bc)
    return h_prev + z * (n - h_prev)


def gru_step__right__plain(x, h_prev, Wg, bg, Wc, bc):
    z, r = _gates(x, h_prev, Wg, bg)
    n = gru_candidate__right__blocks(x, h_prev, r, Wc, bc)
    return z * n + (1 - z) * h_prev


def gru_step__interpolation_swapped(x, h_prev, Wg, bg, Wc, bc):
    z, r = _gates(x, h_prev, Wg, bg)
    n = np.tanh(np.hstack([r * h_prev, x]) @ Wc.T + bc)
    return (1 - z) * n + z * h_prev


def gru_step__additive(x, h_prev, Wg, bg, Wc, bc):
    z, r = _gates(x, h_prev, Wg, bg)
    return h_prev + z * np.tanh(np.hstack([r * h_prev, x]) @ Wc.T + bc)


def gru_step__other__torch_both(x, h_prev, Wg, bg, Wc, bc):
    H = h_prev.shape[1]
    z, r = _gates(x, h_prev, Wg, bg)
    n = np.tanh(r * (h_prev @ Wc[:, :H].T) + x @ Wc[:, H:].T + bc)
    return (1 - z) * n + z * h_prev


def gru_step__reset_as_update(x, h_prev, Wg, bg, Wc, bc):
    _z, r = _gates(x, h_prev, Wg, bg)
    n = np.tanh(np.hstack([r * h_prev, x]) @ Wc.T + bc)
    return (1 - r) * h_prev + r * n


def _back(dh, x, h, Wg, bg, Wc, bc, leak=1, cand=1, gate=1):
    H = h.shape[1]
    z, r = _gates(x, h, Wg, bg)
    rx = np.hstack([r * h, x])
    n = np.tanh(rx @ Wc.T + bc)
    dn = dh * z * (1 - n * n)
    drx = dn @ Wc
    dr = drx[:, :H] * h
    dg = np.hstack([dh * (n - h) * z * (1 - z), dr * r * (1 - r)])
    dhx = dg @ Wg
    dhp = leak * dh * (1 - z) + cand * drx[:, :H] * r + gate * dhx[:, :H]
    return drx[:, H:] + dhx[:, H:], dhp, dg.T @ np.hstack([h, x]), dg.sum(0), dn.T @ rx, dn.sum(0)


def gru_step_backward__right__stacked(dh, x, h_prev, Wg, bg, Wc, bc):
    return _back(dh, x, h_prev, Wg, bg, Wc, bc)


def gru_step_backward__right__per_example(dh, x, h_prev, Wg, bg, Wc, bc):
    H = h_prev.shape[1]
    dx, dhp = np.zeros_like(x), np.zeros_like(h_prev)
    dWg, dbg, dWc, dbc = 0 * Wg, 0 * bg, 0 * Wc, 0 * bc
    for k in range(len(x)):
        h, d, v = h_prev[k], dh[k], x[k]
        hx = np.r_[h, v]
        s = _sig(Wg @ hx + bg)
        z, r = s[:H], s[H:]
        cx = np.r_[r * h, v]
        n = np.tanh(Wc @ cx + bc)
        dnet = d * z * (1 - n**2)
        dcx = Wc.T @ dnet
        ds = np.r_[d * (n - h), dcx[:H] * h] * s * (1 - s)
        dhx = Wg.T @ ds
        dx[k] = dcx[H:] + dhx[H:]
        dhp[k] = d * (1 - z) + dcx[:H] * r + dhx[:H]
        dWg += np.outer(ds, hx)
        dbg += ds
        dWc += np.outer(dnet, cx)
        dbc += dnet
    return dx, dhp, dWg, dbg, dWc, dbc


def gru_step_backward__leak_missing(dh, x, h_prev, Wg, bg, Wc, bc):
    return _back(dh, x, h_prev, Wg, bg, Wc, bc, leak=0)


def gru_step_backward__candidate_path_missing(dh, x, h_prev, Wg, bg, Wc, bc):
    return _back(dh, x, h_prev, Wg, bg, Wc, bc, cand=0)


def gru_step_backward__gate_path_missing(dh, x, h_prev, Wg, bg, Wc, bc):
    return _back(dh, x, h_prev, Wg, bg, Wc, bc, gate=0)


def gru_step_backward__other__torch_convention(dh, x, h_prev, Wg, bg, Wc, bc):
    H = h_prev.shape[1]
    z, r = _gates(x, h_prev, Wg, bg)
    rx = np.hstack([r * h_prev, x])
    n = np.tanh(rx @ Wc.T + bc)
    dn = dh * (1 - z) * (1 - n * n)
    drx = dn @ Wc
    dg = np.hstack([dh * (h_prev - n) * z * (1 - z), drx[:, :H] * h_prev * r * (1 - r)])
    dhx = dg @ Wg
    dhp = dh * z + drx[:, :H] * r + dhx[:, :H]
    return drx[:, H:] + dhx[:, H:], dhp, dg.T @ np.hstack([h_prev, x]), dg.sum(0), dn.T @ rx, dn.sum(0)


def gru_forward__right__plain(x, h0, Wg, bg, Wc, bc):
    hs, h = np.zeros((x.shape[0], x.shape[1], h0.shape[1])), h0
    for t in range(x.shape[1]):
        h = gru_step__right__mix(x[:, t], h, Wg, bg, Wc, bc)
        hs[:, t] = h
    return hs


def gru_forward__right__transposed(x, h0, Wg, bg, Wc, bc):
    hs = [h0]
    for xt in np.swapaxes(x, 0, 1):
        hs.append(gru_step__right__plain(xt, hs[-1], Wg, bg, Wc, bc))
    return np.array(hs[1:]).reshape(-1, *h0.shape).transpose(1, 0, 2)


def gru_forward__zero_start(x, h0, Wg, bg, Wc, bc):
    return gru_forward__right__plain(x, np.zeros_like(h0), Wg, bg, Wc, bc)


def gru_forward__state_not_carried(x, h0, Wg, bg, Wc, bc):
    hs = np.zeros((x.shape[0], x.shape[1], h0.shape[1]))
    for t in range(x.shape[1]):
        hs[:, t] = gru_step__right__mix(x[:, t], h0, Wg, bg, Wc, bc)
    return hs


def gru_forward__other__last_only(x, h0, Wg, bg, Wc, bc):
    h = h0
    for t in range(x.shape[1]):
        h = gru_step__right__mix(x[:, t], h, Wg, bg, Wc, bc)
    return h


def recurrent_param_count__right__dict(kind, D, H):
    return {"rnn": 1, "gru": 3, "lstm": 4}[kind] * H * (H + D + 1)


def recurrent_param_count__right__ifs(kind, D, H):
    gates = 1
    if kind == "gru":
        gates = 3
    elif kind == "lstm":
        gates = 4
    return gates * (H * H + H * D + H)


def recurrent_param_count__two_biases(kind, D, H):
    return {"rnn": 1, "gru": 3, "lstm": 4}[kind] * (H * (H + D) + 2 * H)


def recurrent_param_count__gate_count(kind, D, H):
    return {"rnn": 1, "gru": 2, "lstm": 4}[kind] * H * (H + D + 1)


def recurrent_param_count__other__lstm_three(kind, D, H):
    return {"rnn": 1, "gru": 3, "lstm": 3}[kind] * H * (H + D + 1)
