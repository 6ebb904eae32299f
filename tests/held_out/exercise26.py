import numpy as np


def _sig(x):
    return 0.5 * (np.tanh(x / 2) + 1)


def _gates(x, h, W, b, order="figo"):
    H = h.shape[1]
    a = np.hstack([h, x]) @ W.T + b
    parts = {name: a[:, k * H : (k + 1) * H] for k, name in enumerate(order)}
    return tuple(np.tanh(parts[n]) if n == "g" else _sig(parts[n]) for n in "figo")


def lstm_gates__right__split(x, h_prev, W, b):
    a = np.concatenate((h_prev, x), axis=1).dot(W.T) + b
    f, i, g, o = np.split(a, 4, axis=1)
    return _sig(f), _sig(i), np.tanh(g), _sig(o)


def lstm_gates__right__two_products(x, h_prev, W, b):
    H = h_prev.shape[1]
    a = h_prev @ W[:, :H].T + x @ W[:, H:].T + b
    a = a.reshape(len(x), 4, H)
    s = 1 / (1 + np.exp(-a))
    return s[:, 0], s[:, 1], 2 / (1 + np.exp(-2 * a[:, 2])) - 1, s[:, 3]


def lstm_gates__torch_order(x, h_prev, W, b):
    return _gates(x, h_prev, W, b, "ifgo")


def lstm_gates__candidate_last(x, h_prev, W, b):
    return _gates(x, h_prev, W, b, "fiog")


def lstm_gates__other__cs231n_order(x, h_prev, W, b):
    return _gates(x, h_prev, W, b, "ifog")


def lstm_gates__x_first(x, h_prev, W, b):
    H = h_prev.shape[1]
    a = np.hstack([x, h_prev]) @ W.T + b
    return _sig(a[:, :H]), _sig(a[:, H : 2 * H]), np.tanh(a[:, 2 * H : 3 * H]), _sig(a[:, 3 * H :])


def lstm_gates__candidate_sigmoid(x, h_prev, W, b):
    H = h_prev.shape[1]
    s = _sig(np.hstack([h_prev, x]) @ W.T + b)
    return s[:, :H], s[:, H : 2 * H], s[:, 2 * H : 3 * H], s[:, 3 * H :]


def lstm_cell_update__right__plain(f, i, g, o, c_prev):
    c = np.multiply(f, c_prev) + np.multiply(i, g)
    return np.multiply(o, np.tanh(c)), c


def lstm_cell_update__right__in_place(f, i, g, o, c_prev):
    c = c_prev.copy()
    c *= f
    c += i * g
    h = np.tanh(c)
    h *= o
    return h, c


def lstm_cell_update__no_tanh(f, i, g, o, c_prev):
    c = f * c_prev + i * g
    return o * c, c


def lstm_cell_update__gates_swapped(f, i, g, o, c_prev):
    c = i * c_prev + f * g
    return o * np.tanh(c), c


def lstm_cell_update__other__outputs_swapped(f, i, g, o, c_prev):
    c = f * c_prev + i * g
    return c, o * np.tanh(c)


def lstm_step__right__plain(x, h_prev, c_prev, W, b):
    f, i, g, o = _gates(x, h_prev, W, b)
    c = f * c_prev + i * g
    return o * np.tanh(c), c


def lstm_step__right__columns(x, h_prev, c_prev, W, b):
    H = h_prev.shape[1]
    z = np.vstack([h_prev.T, x.T])
    a = W @ z + b[:, None]
    f, i, o = _sig(a[:H]), _sig(a[H : 2 * H]), _sig(a[3 * H :])
    c = f * c_prev.T + i * np.tanh(a[2 * H : 3 * H])
    return (o * np.tanh(c)).T, c.T


def lstm_step__outputs_swapped(x, h_prev, c_prev, W, b):
    f, i, g, o = _gates(x, h_prev, W, b)
    c = f * c_prev + i * g
    return c, o * np.tanh(c)


def lstm_step__cell_forgotten(x, h_prev, c_prev, W, b):
    _f, i, g, o = _gates(x, h_prev, W, b)
    c = i * g
    return o * np.tanh(c), c


def lstm_step__other__no_tanh(x, h_prev, c_prev, W, b):
    f, i, g, o = _gates(x, h_prev, W, b)
    c = f * c_prev + i * g
    return o * c, c


def _step_back(dh, dc, x, h_prev, c_prev, W, b, cell_path=True, candidate=None, swap=False, apply_forget=True):
    H = h_prev.shape[1]
    f, i, g, o = _gates(x, h_prev, W, b)
    t = np.tanh(f * c_prev + i * g)
    dct = dc + (dh * o * (1 - t * t) if cell_path else 0)
    slope_g = (1 - g**2) if candidate is None else candidate(g)
    da = np.hstack([dct * c_prev * f * (1 - f), dct * g * i * (1 - i), dct * i * slope_g, dh * t * o * (1 - o)])
    dz = da @ W
    z = np.hstack([h_prev, x])
    first, second = dz[:, :H], dz[:, H:]
    if swap:
        first, second = dz[:, x.shape[1] :], dz[:, : x.shape[1]]
    return second, first, dct * f if apply_forget else dct, da.T @ z, da.sum(0)


def lstm_step_backward__right__stacked(dh, dc, x, h_prev, c_prev, W, b):
    return _step_back(dh, dc, x, h_prev, c_prev, W, b)


def lstm_step_backward__right__gate_by_gate(dh, dc, x, h_prev, c_prev, W, b):
    H = h_prev.shape[1]
    z = np.concatenate([h_prev, x], axis=1)
    Wf, Wi, Wg, Wo = W[:H], W[H : 2 * H], W[2 * H : 3 * H], W[3 * H :]
    f, i, g, o = _gates(x, h_prev, W, b)
    c = f * c_prev + i * g
    tc = np.tanh(c)
    do = dh * tc
    do = do * o * (1 - o)
    dct = dc + dh * o * (1 - tc**2)
    df = dct * c_prev * f * (1 - f)
    di = dct * g * i * (1 - i)
    dg = dct * i * (1 - g**2)
    dW = np.concatenate([d.T @ z for d in (df, di, dg, do)], axis=0)
    db = np.concatenate([d.sum(0) for d in (df, di, dg, do)])
    dz = df @ Wf + di @ Wi + dg @ Wg + do @ Wo
    return dz[:, H:], dz[:, :H], dct * f, dW, db


def lstm_step_backward__cell_path_missing(dh, dc, x, h_prev, c_prev, W, b):
    return _step_back(dh, dc, x, h_prev, c_prev, W, b, cell_path=False)


def lstm_step_backward__candidate_slope(dh, dc, x, h_prev, c_prev, W, b):
    return _step_back(dh, dc, x, h_prev, c_prev, W, b, candidate=lambda g: g * (1 - g))


def lstm_step_backward__x_and_h_swapped(dh, dc, x, h_prev, c_prev, W, b):
    return _step_back(dh, dc, x, h_prev, c_prev, W, b, swap=True)


def lstm_step_backward__forget_not_applied(dh, dc, x, h_prev, c_prev, W, b):
    return _step_back(dh, dc, x, h_prev, c_prev, W, b, apply_forget=False)


def lstm_step_backward__other__all_slopes_missing(dh, dc, x, h_prev, c_prev, W, b):
    H = h_prev.shape[1]
    f, i, g, o = _gates(x, h_prev, W, b)
    t = np.tanh(f * c_prev + i * g)
    dct = dc + dh * o * (1 - t * t)
    da = np.hstack([dct * c_prev, dct * g, dct * i, dh * t])
    dz = da @ W
    return dz[:, H:], dz[:, :H], dct * f, da.T @ np.hstack([h_prev, x]), da.sum(0)


def _run(x, h, c, W, b, carry_c=True):
    N, T, _ = x.shape
    hs, cs, c0 = np.zeros((N, T, h.shape[1])), np.zeros((N, T, h.shape[1])), c
    for t in range(T):
        f, i, g, o = _gates(x[:, t], h, W, b)
        c = f * (c if carry_c else c0) + i * g
        h = o * np.tanh(c)
        hs[:, t], cs[:, t] = h, c
    return hs, cs


def lstm_forward__right__plain(x, h0, c0, W, b):
    return _run(x, h0, c0, W, b)


def lstm_forward__right__precomputed(x, h0, c0, W, b):
    H = h0.shape[1]
    ax = x @ W[:, H:].T + b
    h, c, hs, cs = h0, c0, [], []
    for t in range(x.shape[1]):
        a = ax[:, t] + h @ W[:, :H].T
        f, i, g, o = (a[:, k * H : (k + 1) * H] for k in range(4))
        c = _sig(f) * c + _sig(i) * np.tanh(g)
        h = _sig(o) * np.tanh(c)
        hs.append(h)
        cs.append(c)
    if not hs:
        empty = np.zeros((len(x), 0, H))
        return empty, empty
    return np.stack(hs, 1), np.stack(cs, 1)


def lstm_forward__cell_not_carried(x, h0, c0, W, b):
    return _run(x, h0, c0, W, b, carry_c=False)


def lstm_forward__cell_starts_as_state(x, h0, c0, W, b):
    return _run(x, h0, h0, W, b)


def lstm_forward__other__zero_cell(x, h0, c0, W, b):
    return _run(x, h0, np.zeros_like(c0), W, b)


def lstm_forward__other__only_states(x, h0, c0, W, b):
    return _run(x, h0, c0, W, b)[0]


def _back(dhs, x, h0, c0, W, b, carry_c=True, wrap=False, state=True):
    hs, cs = _run(x, h0, c0, W, b)
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros_like(b)
    dh, dc = np.zeros_like(h0), np.zeros_like(c0)
    for t in range(x.shape[1] - 1, -1, -1):
        hp = hs[:, t - 1] if t or wrap else h0
        cp = cs[:, t - 1] if t or wrap else c0
        dh_t = dhs[:, t] + (dh if state else 0)
        dx[:, t], dh, dc, gW, gb = _step_back(dh_t, dc if carry_c else 0 * dc, x[:, t], hp, cp, W, b)
        dW += gW
        db += gb
    return dx, dh, dc, dW, db


def lstm_backward__right__plain(dhs, x, h0, c0, W, b):
    return _back(dhs, x, h0, c0, W, b)


def lstm_backward__right__recursive(dhs, x, h0, c0, W, b):
    if not x.shape[1]:
        return 0 * x, 0 * h0, 0 * c0, 0 * W, 0 * b
    h, c = lstm_step__right__plain(x[:, 0], h0, c0, W, b)
    dx, dh, dc, dW, db = lstm_backward__right__recursive(dhs[:, 1:], x[:, 1:], h, c, W, b)
    first = _step_back(dhs[:, 0] + dh, dc, x[:, 0], h0, c0, W, b)
    return np.concatenate([first[0][:, None], dx], 1), first[1], first[2], dW + first[3], db + first[4]


def lstm_backward__cell_carry_dropped(dhs, x, h0, c0, W, b):
    return _back(dhs, x, h0, c0, W, b, carry_c=False)


def lstm_backward__state_carry_dropped(dhs, x, h0, c0, W, b):
    return _back(dhs, x, h0, c0, W, b, state=False)


def lstm_backward__wraps_at_zero(dhs, x, h0, c0, W, b):
    return _back(dhs, x, h0, c0, W, b, wrap=True)


def lstm_init__right__uniform(D, H, rng):
    a = 1 / np.sqrt(H)
    W = rng.uniform(-a, a, (4 * H, H + D))
    b = np.zeros(4 * H)
    b[:H] = 1
    return W, b


def lstm_init__right__concat(D, H, rng):
    u = rng.random((4 * H, H + D))
    return (2 * u - 1) * H**-0.5, np.concatenate([np.ones(H), np.zeros(3 * H)])


def lstm_init__zero_forget_bias(D, H, rng):
    return (2 * rng.random((4 * H, H + D)) - 1) / np.sqrt(H), np.zeros(4 * H)


def lstm_init__wrong_block(D, H, rng):
    b = np.zeros(4 * H)
    b[H : 2 * H] = 1
    return (2 * rng.random((4 * H, H + D)) - 1) / np.sqrt(H), b


def lstm_init__other__xavier(D, H, rng):
    b = np.zeros(4 * H)
    b[:H] = 1
    return (2 * rng.random((4 * H, H + D)) - 1) / np.sqrt(H + D), b
