import numpy as np


def num_patches__right__plain(H, W, P):
    if H % P != 0 or W % P != 0:
        raise ValueError("P must divide H and W")
    return H // P * (W // P)


def num_patches__right__divmod(H, W, P):
    (rows, a), (cols, b) = divmod(H, P), divmod(W, P)
    if a or b:
        raise ValueError(f"{P} does not divide {H}, {W}")
    return rows * cols


def num_patches__floors(H, W, P):
    return (H // P) * (W // P)


def num_patches__other__assert(H, W, P):
    assert H % P == 0 and W % P == 0
    return (H // P) * (W // P)


def num_patches__other__float(H, W, P):
    if H % P or W % P:
        raise ValueError
    return H * W / P**2


def num_patches__class_token(H, W, P):
    if H % P or W % P:
        raise ValueError
    return (H // P) * (W // P) + 1


def patchify__right__transpose(x, P):
    N, C, H, W = x.shape
    x = x.reshape(N, C, H // P, P, W // P, P)
    return x.transpose(0, 2, 4, 1, 3, 5).reshape(N, -1, C * P * P)


def patchify__right__loops(x, P):
    N, C, H, W = x.shape
    patches = [x[:, :, i : i + P, j : j + P].reshape(N, C * P * P) for i in range(0, H, P) for j in range(0, W, P)]
    return np.stack(patches, axis=1)


def patchify__right__einsum(x, P):
    N, C, H, W = x.shape
    return np.einsum("nchpwq->nhwcpq", x.reshape(N, C, H // P, P, W // P, P)).reshape(N, H * W // P**2, C * P**2)


def patchify__channels_last(x, P):
    N, C, H, W = x.shape
    x = x.reshape(N, C, H // P, P, W // P, P)
    return np.einsum("nchpwq->nhwpqc", x).reshape(N, -1, C * P * P)


def patchify__plain_reshape(x, P):
    N, C, H, W = x.shape
    return x.reshape(N, (H // P) * (W // P), C * P * P)


def patchify__column_order(x, P):
    N, _C, H, W = x.shape
    return np.stack(
        [x[:, :, i : i + P, j : j + P].reshape(N, -1) for j in range(0, W, P) for i in range(0, H, P)], axis=1
    )


def unpatchify__right__transpose(tokens, P, C, H, W):
    t = tokens.reshape(len(tokens), H // P, W // P, C, P, P)
    return t.transpose(0, 3, 1, 4, 2, 5).reshape(-1, C, H, W)


def unpatchify__right__loops(tokens, P, C, H, W):
    out = np.zeros((tokens.shape[0], C, H, W))
    l = 0
    for i in range(0, H, P):
        for j in range(0, W, P):
            out[:, :, i : i + P, j : j + P] = tokens[:, l].reshape(-1, C, P, P)
            l += 1
    return out


def unpatchify__plain_reshape(tokens, P, C, H, W):
    return tokens.reshape(-1, C, H, W)


def unpatchify__channels_last(tokens, P, C, H, W):
    t = tokens.reshape(-1, H // P, W // P, P, P, C)
    return np.einsum("nhwpqc->nchpwq", t).reshape(-1, C, H, W)


def unpatchify__grid_swapped(tokens, P, C, H, W):
    t = tokens.reshape(-1, W // P, H // P, C, P, P)
    return t.transpose(0, 3, 2, 4, 1, 5).reshape(-1, C, H, W)


def patch_embed__right__matmul(x, E, b, P):
    return patchify__right__transpose(x, P) @ E.T + b


def patch_embed__right__convolution(x, E, b, P):
    N, C, H, W = x.shape
    K = E.reshape(-1, C, P, P)
    out = np.zeros((N, H // P, W // P, len(E)))
    for i in range(H // P):
        for j in range(W // P):
            out[:, i, j] = np.tensordot(x[:, :, i * P : i * P + P, j * P : j * P + P], K, ((1, 2, 3), (1, 2, 3))) + b
    return out.reshape(N, -1, len(E))


def patch_embed__no_bias(x, E, b, P):
    return patchify__right__loops(x, P) @ E.T


def patch_embed__untransposed(x, E, b, P):
    return patchify__right__loops(x, P) @ E + b


def patch_embed__other__channels_last(x, E, b, P):
    return patchify__channels_last(x, P) @ E.T + b


def patch_kernel__right__reshape(E, C, P):
    return E.reshape(len(E), C, P, P)


def patch_kernel__right__copy(E, C, P):
    K = np.zeros((E.shape[0], C, P, P))
    for c in range(C):
        for i in range(P):
            for j in range(P):
                K[:, c, i, j] = E[:, c * P * P + i * P + j]
    return K


def patch_kernel__channels_last(E, C, P):
    return np.moveaxis(E.reshape(-1, P, P, C), 3, 1)


def patch_kernel__flipped(E, C, P):
    return E.reshape(-1, C, P, P)[:, :, ::-1, ::-1]


def patch_kernel__other__plain_pp_c(E, C, P):
    return E.reshape(-1, P, P, C)


def add_class_and_positions__right__concat(tokens, cls, pos):
    c = np.broadcast_to(cls, (len(tokens), 1, len(cls)))
    return np.concatenate([c, tokens], axis=1) + pos


def add_class_and_positions__right__fill(tokens, cls, pos):
    N, L, D = tokens.shape
    out = np.empty((N, L + 1, D))
    out[:, 0] = cls
    out[:, 1:] = tokens
    out += pos
    return out


def add_class_and_positions__class_last(tokens, cls, pos):
    c = np.tile(cls, (len(tokens), 1, 1))
    return np.concatenate([tokens, c], axis=1) + pos


def add_class_and_positions__class_without_position(tokens, cls, pos):
    c = np.tile(cls, (len(tokens), 1, 1))
    return np.concatenate([c, tokens + pos[1:]], axis=1)


def add_class_and_positions__no_positions(tokens, cls, pos):
    return np.concatenate([np.tile(cls, (len(tokens), 1, 1)), tokens], axis=1)


def vit_classify__right__plain(tokens, gamma, beta, W, b):
    m = tokens.mean(-1, keepdims=True)
    v = tokens.var(-1, keepdims=True)
    y = gamma * (tokens - m) / np.sqrt(v + 1e-5) + beta
    return y[:, 0] @ W.T + b


def vit_classify__right__class_only(tokens, gamma, beta, W, b):
    c = tokens[:, 0]
    c = c - c.mean(axis=1)[:, None]
    c = c / np.sqrt((c * c).mean(axis=1) + 1e-5)[:, None]
    return (gamma * c + beta).dot(W.T) + b


def vit_classify__no_norm(tokens, gamma, beta, W, b):
    return tokens[:, 0] @ W.T + b


def vit_classify__mean_pool(tokens, gamma, beta, W, b):
    m = tokens.mean(-1, keepdims=True)
    y = gamma * (tokens - m) / np.sqrt(tokens.var(-1, keepdims=True) + 1e-5) + beta
    return y.mean(axis=1) @ W.T + b


def vit_classify__other__eps_1e_3(tokens, gamma, beta, W, b):
    c = tokens[:, 0]
    c = (c - c.mean(1, keepdims=True)) / np.sqrt(c.var(1, keepdims=True) + 1e-2)
    return (gamma * c + beta) @ W.T + b
