import numpy as np


def _states(x, h, Wx, Wh, b):
    out = np.zeros((x.shape[0], x.shape[1], len(b)))
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ Wx.T + h @ Wh.T + b)
        out[:, t] = h
    return out


def _last(x, h0, layer):
    s = _states(x, h0, *layer)
    return s[:, -1] if x.shape[1] else h0


def one_to_one__right__plain(x, W_xh, b_h, W_hy, b_y):
    hidden = np.tanh(np.dot(x, W_xh.T) + b_h)
    return np.dot(hidden, W_hy.T) + b_y


def one_to_one__output_squashed(x, W_xh, b_h, W_hy, b_y):
    return np.tanh(np.tanh(x @ W_xh.T + b_h) @ W_hy.T + b_y)


def one_to_one__no_hidden(x, W_xh, b_h, W_hy, b_y):
    return (x @ W_xh.T + b_h) @ W_hy.T + b_y


def one_to_one__other__sigmoid(x, W_xh, b_h, W_hy, b_y):
    return 1 / (1 + np.exp(-(x @ W_xh.T + b_h))) @ W_hy.T + b_y


def one_to_many__right__loop(x, h0, W_xh, W_hh, b_h, W_hy, b_y, steps):
    h = np.tanh(x @ W_xh.T + h0 @ W_hh.T + b_h)
    ys = [h @ W_hy.T + b_y]
    for _ in range(steps - 1):
        h = np.tanh(h @ W_hh.T + b_h)
        ys.append(h @ W_hy.T + b_y)
    return np.stack(ys, 1)


def one_to_many__right__zero_inputs(x, h0, W_xh, W_hh, b_h, W_hy, b_y, steps):
    inputs = np.zeros((len(x), steps, x.shape[1]))
    inputs[:, 0] = x
    return _states(inputs, h0, W_xh, W_hh, b_h) @ W_hy.T + b_y


def one_to_many__input_repeated(x, h0, W_xh, W_hh, b_h, W_hy, b_y, steps):
    inputs = np.repeat(x[:, None], steps, axis=1)
    return _states(inputs, h0, W_xh, W_hh, b_h) @ W_hy.T + b_y


def one_to_many__bias_dropped(x, h0, W_xh, W_hh, b_h, W_hy, b_y, steps):
    h = np.tanh(x @ W_xh.T + h0 @ W_hh.T + b_h)
    ys = [h @ W_hy.T + b_y]
    for _ in range(1, steps):
        h = np.tanh(h @ W_hh.T)
        ys.append(h @ W_hy.T + b_y)
    return np.stack(ys, 1)


def one_to_many__other__h0_ignored(x, h0, W_xh, W_hh, b_h, W_hy, b_y, steps):
    inputs = np.zeros((len(x), steps, x.shape[1]))
    inputs[:, 0] = x
    return _states(inputs, 0 * h0, W_xh, W_hh, b_h) @ W_hy.T + b_y


def many_to_one__right__index(x, lengths, h0, W_xh, W_hh, b_h, W_hy, b_y):
    s = np.concatenate([h0[:, None], _states(x, h0, W_xh, W_hh, b_h)], axis=1)
    return s[np.arange(len(x)), lengths] @ W_hy.T + b_y


def many_to_one__right__masked(x, lengths, h0, W_xh, W_hh, b_h, W_hy, b_y):
    h = h0
    for t in range(x.shape[1]):
        new = np.tanh(x[:, t] @ W_xh.T + h @ W_hh.T + b_h)
        h = np.where((t < np.asarray(lengths))[:, None], new, h)
    return h @ W_hy.T + b_y


def many_to_one__right__each(x, lengths, h0, W_xh, W_hh, b_h, W_hy, b_y):
    rows = []
    for n, length in enumerate(lengths):
        h = h0[n]
        for t in range(length):
            h = np.tanh(W_xh @ x[n, t] + W_hh @ h + b_h)
        rows.append(W_hy @ h + b_y)
    return np.array(rows)


def many_to_one__last_padded(x, lengths, h0, W_xh, W_hh, b_h, W_hy, b_y):
    return _states(x, h0, W_xh, W_hh, b_h)[:, -1] @ W_hy.T + b_y


def many_to_one__empty_sequence__wraps(x, lengths, h0, W_xh, W_hh, b_h, W_hy, b_y):
    s = _states(x, h0, W_xh, W_hh, b_h)
    return s[np.arange(len(x)), np.asarray(lengths) - 1] @ W_hy.T + b_y


def many_to_one__mean_pooled(x, lengths, h0, W_xh, W_hh, b_h, W_hy, b_y):
    return _states(x, h0, W_xh, W_hh, b_h).mean(axis=1) @ W_hy.T + b_y


def many_to_many__right__plain(x, h0, W_xh, W_hh, b_h, W_hy, b_y):
    return _states(x, h0, W_xh, W_hh, b_h) @ W_hy.T + b_y


def many_to_many__right__step(x, h0, W_xh, W_hh, b_h, W_hy, b_y):
    y = np.empty((x.shape[0], x.shape[1], len(b_y)))
    h = h0.copy()
    for t in range(x.shape[1]):
        h = np.tanh(W_hh.dot(h.T) + W_xh.dot(x[:, t].T) + b_h.reshape(-1, 1)).T
        y[:, t] = h @ W_hy.T + b_y
    return y


def many_to_many__no_bias(x, h0, W_xh, W_hh, b_h, W_hy, b_y):
    return _states(x, h0, W_xh, W_hh, b_h) @ W_hy.T


def many_to_many__shifted(x, h0, W_xh, W_hh, b_h, W_hy, b_y):
    ys, h = [], h0
    for t in range(x.shape[1]):
        ys.append(h @ W_hy.T + b_y)
        h = np.tanh(x[:, t] @ W_xh.T + h @ W_hh.T + b_h)
    return np.stack(ys, axis=1)


def encoder_decoder__right__plain(x, y_in, h0, encoder, decoder):
    return _states(y_in, _last(x, h0, encoder), *decoder)


def encoder_decoder__right__loop(x, y_in, h0, encoder, decoder):
    h, out = h0, []
    for seq, (Wx, Wh, b), keep in ((x, encoder, False), (y_in, decoder, True)):
        for t in range(seq.shape[1]):
            h = np.tanh(seq[:, t] @ Wx.T + h @ Wh.T + b)
            if keep:
                out.append(h)
    return np.stack(out, axis=1)


def encoder_decoder__decoder_from_h0(x, y_in, h0, encoder, decoder):
    return _states(y_in, h0, *decoder)


def encoder_decoder__shared_weights(x, y_in, h0, encoder, decoder):
    return _states(y_in, _last(x, h0, encoder), *encoder)


def encoder_decoder__other__encoder_from_zero(x, y_in, h0, encoder, decoder):
    return _states(y_in, _last(x, np.zeros_like(h0), encoder), *decoder)


def stacked_rnn__right__plain(x, h0s, layers):
    for h0, layer in zip(h0s, layers):
        x = _states(x, h0, *layer)
    return x


def stacked_rnn__right__time_outer(x, h0s, layers):
    hs, out = list(h0s), []
    for t in range(x.shape[1]):
        inp = x[:, t]
        for k, (Wx, Wh, b) in enumerate(layers):
            hs[k] = np.tanh(inp @ Wx.T + hs[k] @ Wh.T + b)
            inp = hs[k]
        out.append(inp)
    return np.stack(out, axis=1)


def stacked_rnn__other__last_state_as_start(x, h0s, layers):
    h0s[0]
    for h0, layer in zip(h0s, layers):
        x = _states(x, np.zeros_like(h0), *layer)
    return x


def reverse_padded__right__loop(x, lengths):
    out = x.copy()
    for n, length in enumerate(lengths):
        out[n, :length] = x[n, :length][::-1]
    return out


def reverse_padded__right__gather(x, lengths):
    T = x.shape[1]
    t = np.arange(T)[None]
    L = np.asarray(lengths)[:, None]
    idx = np.where(t < L, L - 1 - t, t)
    return x[np.arange(len(x))[:, None], idx]


def reverse_padded__padding_first(x, lengths):
    return x[:, ::-1]


def reverse_padded__in_place(x, lengths):
    for n, length in enumerate(lengths):
        x[n, :length] = x[n, :length][::-1].copy()
    return x


def reverse_padded__other__padding_zeroed(x, lengths):
    out = np.zeros_like(x)
    for n, length in enumerate(lengths):
        out[n, :length] = x[n, :length][::-1]
    return out


def bidirectional_rnn__right__plain(x, lengths, h0_f, h0_b, forward, backward):
    f = _states(x, h0_f, *forward)
    b = reverse_padded__right__loop(_states(reverse_padded__right__loop(x, lengths), h0_b, *backward), lengths)
    out = np.concatenate([f, b], axis=2)
    for n, length in enumerate(lengths):
        out[n, length:] = 0
    return out


def bidirectional_rnn__right__each(x, lengths, h0_f, h0_b, forward, backward):
    N, T, _ = x.shape
    Hf = len(forward[2])
    out = np.zeros((N, T, Hf + len(backward[2])))
    for n, L in enumerate(lengths):
        h = h0_f[n]
        for t in range(L):
            h = np.tanh(forward[0] @ x[n, t] + forward[1] @ h + forward[2])
            out[n, t, :Hf] = h
        h = h0_b[n]
        for t in range(L - 1, -1, -1):
            h = np.tanh(backward[0] @ x[n, t] + backward[1] @ h + backward[2])
            out[n, t, Hf:] = h
    return out


def bidirectional_rnn__reads_padding(x, lengths, h0_f, h0_b, forward, backward):
    f = _states(x, h0_f, *forward)
    b = _states(x[:, ::-1], h0_b, *backward)[:, ::-1]
    mask = np.arange(x.shape[1])[None, :, None] < np.asarray(lengths)[:, None, None]
    return np.concatenate([f, b], axis=2) * mask


def bidirectional_rnn__not_realigned(x, lengths, h0_f, h0_b, forward, backward):
    f = _states(x, h0_f, *forward)
    b = _states(reverse_padded__right__loop(x, lengths), h0_b, *backward)
    mask = np.arange(x.shape[1])[None, :, None] < np.asarray(lengths)[:, None, None]
    return np.concatenate([f, b], axis=2) * mask


def bidirectional_rnn__padding_not_zeroed(x, lengths, h0_f, h0_b, forward, backward):
    f = _states(x, h0_f, *forward)
    b = reverse_padded__right__loop(_states(reverse_padded__right__loop(x, lengths), h0_b, *backward), lengths)
    return np.concatenate([f, b], axis=2)
