import numpy as np


def _softmax(S, mask):
    S = np.where(mask, S, -np.inf)
    e = np.exp(S - S.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def window_partition__right__official(x, M):
    B, H, W, C = x.shape
    x = x.reshape(B, H // M, M, W // M, M, C)
    return x.transpose(0, 1, 3, 2, 4, 5).reshape(-1, M, M, C)


def window_partition__right__loops(x, M):
    out = []
    for img in x:
        for i in range(0, img.shape[0], M):
            for j in range(0, img.shape[1], M):
                out.append(img[i : i + M, j : j + M].copy())
    return np.array(out)


def window_partition__window_major(x, M):
    B, H, W, C = x.shape
    return x.reshape(B, H // M, M, W // M, M, C).transpose(1, 3, 0, 2, 4, 5).reshape(-1, M, M, C)


def window_partition__plain_reshape(x, M):
    return x.reshape(-1, M, M, x.shape[-1])


def window_partition__other__per_image(x, M):
    B, H, W, C = x.shape
    return x.reshape(B, H // M, M, W // M, M, C).transpose(0, 1, 3, 2, 4, 5).reshape(B, -1, M, M, C)


def window_reverse__right__official(windows, M, H, W):
    B = len(windows) // (H * W // M // M)
    x = windows.reshape(B, H // M, W // M, M, M, -1)
    return x.transpose(0, 1, 3, 2, 4, 5).reshape(B, H, W, -1)


def window_reverse__right__loops(windows, M, H, W):
    per = (H // M) * (W // M)
    out = np.zeros((len(windows) // per, H, W, windows.shape[-1]))
    for k, win in enumerate(windows):
        b, r = divmod(k, per)
        i, j = divmod(r, W // M)
        out[b, i * M : (i + 1) * M, j * M : (j + 1) * M] = win
    return out


def window_reverse__plain_reshape(windows, M, H, W):
    return windows.reshape(-1, H, W, windows.shape[-1])


def window_reverse__grid_swapped(windows, M, H, W):
    C = windows.shape[-1]
    x = windows.reshape(-1, W // M, H // M, M, M, C)
    return x.transpose(0, 2, 3, 1, 4, 5).reshape(-1, H, W, C)


def cyclic_shift__right__roll(x, s):
    return np.roll(x, (-s, -s), axis=(1, 2))


def cyclic_shift__right__index(x, s):
    i = (np.arange(x.shape[1]) + s) % x.shape[1]
    j = (np.arange(x.shape[2]) + s) % x.shape[2]
    return x[:, i][:, :, j]


def cyclic_shift__wrong_sign(x, s):
    return np.roll(x, s, axis=(1, 2))


def cyclic_shift__one_axis(x, s):
    return np.roll(x, -s, axis=1)


def cyclic_shift__other__flat_roll(x, s):
    return np.roll(x, -s)


def shifted_window_mask__right__official(H, W, M, s):
    img = np.zeros((1, H, W, 1))
    count = 0
    cuts = (slice(0, -M), slice(-M, -s), slice(-s, None)) if s else (slice(None),)
    for h in cuts:
        for w in cuts:
            img[:, h, w, :] = count
            count += 1
    win = window_partition__right__official(img, M).reshape(-1, M * M)
    return win[:, None, :] == win[:, :, None]


def shifted_window_mask__right__origin(H, W, M, s):
    def region(n):
        i = np.arange(n)
        return (i >= n - M).astype(int) + (i >= n - s) if s else np.zeros(n, dtype=int)

    r = region(H)[:, None] * 3 + region(W)[None, :]
    rows = [r[i : i + M, j : j + M].ravel() for i in range(0, H, M) for j in range(0, W, M)]
    return np.array([[[a == b for b in row] for a in row] for row in rows])


def shifted_window_mask__no_mask(H, W, M, s):
    n = (H // M) * (W // M)
    return np.ones((n, M * M, M * M), dtype=bool)


def shifted_window_mask__other__additive(H, W, M, s):
    same = shifted_window_mask__right__official(H, W, M, s)
    return np.where(same, 0.0, -100.0)


def shifted_window_mask__inverted(H, W, M, s):
    return ~shifted_window_mask__right__origin(H, W, M, s)


def relative_position_index__right__official(M):
    coords = np.stack(np.meshgrid(np.arange(M), np.arange(M), indexing="ij")).reshape(2, -1)
    rel = (coords[:, :, None] - coords[:, None, :]).transpose(1, 2, 0).copy()
    rel[:, :, 0] += M - 1
    rel[:, :, 1] += M - 1
    rel[:, :, 0] *= 2 * M - 1
    return rel.sum(-1)


def relative_position_index__right__loops(M):
    out = np.zeros((M * M, M * M), dtype=int)
    for a in range(M * M):
        for b in range(M * M):
            out[a, b] = (a // M - b // M + M - 1) * (2 * M - 1) + a % M - b % M + M - 1
    return out


def relative_position_index__reversed(M):
    i, j = np.divmod(np.arange(M * M), M)
    return (i[None] - i[:, None] + M - 1) * (2 * M - 1) + j[None] - j[:, None] + M - 1


def relative_position_index__row_stride(M):
    i, j = np.divmod(np.arange(M * M), M)
    return (i[:, None] - i[None] + M - 1) * M + j[:, None] - j[None] + M - 1


def relative_position_index__not_shifted(M):
    i, j = np.divmod(np.arange(M * M), M)
    return (i[:, None] - i[None]) * (2 * M - 1) + j[:, None] - j[None]


def window_attention__right__plain(Q, K, V, table, index, mask):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    S = S + table[index].transpose(2, 0, 1)[None]
    return _softmax(S, mask[:, None]) @ V


def window_attention__other__forbidden_in_the_maximum(Q, K, V, table, index, mask):
    out = np.zeros((*Q.shape[:3], V.shape[-1]))
    for h in range(Q.shape[1]):
        bias = table[:, h][index]
        for b in range(len(Q)):
            S = Q[b, h].dot(K[b, h].T) * Q.shape[-1] ** -0.5 + bias
            e = np.exp(S - S.max(1, keepdims=True)) * mask[b]
            out[b, h] = (e / e.sum(1, keepdims=True)) @ V[b, h]
    return out


def window_attention__mask_dropped(Q, K, V, table, index, mask):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1]) + np.moveaxis(table[index], -1, 0)
    return _softmax(S, True) @ V


def window_attention__bias_scaled(Q, K, V, table, index, mask):
    S = (Q @ K.swapaxes(-1, -2) + np.moveaxis(table[index], -1, 0)) / np.sqrt(Q.shape[-1])
    return _softmax(S, mask[:, None]) @ V


def window_attention__index_transposed(Q, K, V, table, index, mask):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1]) + table[index].transpose(2, 1, 0)
    return _softmax(S, mask[:, None]) @ V


def window_attention__other__no_bias(Q, K, V, table, index, mask):
    return _softmax(Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1]), mask[:, None]) @ V


def patch_merging__right__official(x, W):
    parts = [x[:, 0::2, 0::2], x[:, 1::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 1::2]]
    return np.concatenate(parts, axis=-1) @ W.T


def patch_merging__right__reshape(x, W):
    B, H, Wd, C = x.shape
    y = x.reshape(B, H // 2, 2, Wd // 2, 2, C).transpose(0, 1, 3, 4, 2, 5)
    return y.reshape(B, H // 2, Wd // 2, 4 * C) @ W.T


def patch_merging__row_order(x, W):
    parts = [x[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]
    return np.concatenate(parts, axis=-1) @ W.T


def patch_merging__interleaved(x, W):
    parts = [x[:, i::2, j::2] for j in (0, 1) for i in (0, 1)]
    y = np.stack(parts, axis=-1)
    return y.reshape(*y.shape[:3], -1) @ W.T


def patch_merging__other__not_projected(x, W):
    parts = [x[:, i::2, j::2] for j in (0, 1) for i in (0, 1)]
    return np.concatenate(parts, axis=-1)
