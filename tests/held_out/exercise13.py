import math

import numpy as np


def hflip__right__where(x, flags):
    return np.where(np.asarray(flags, dtype=bool)[:, None, None, None], x[:, :, :, ::-1], x)


def hflip__right__loop(x, flags):
    return np.stack([np.fliplr(img.transpose(1, 2, 0)).transpose(2, 0, 1) if f else img for img, f in zip(x, flags)])


def hflip__right__copy(x, flags):
    out = x.copy()
    out[flags] = out[flags][..., ::-1]
    return out


def hflip__vertical(x, flags):
    out = x.copy()
    out[flags] = np.flip(x[flags], axis=2)
    return out


def hflip__all_examples(x, flags):
    return np.flip(x, -1)


def hflip__other__in_place(x, flags):
    x[flags] = x[flags][..., ::-1]
    return x


def rotate90__right__rot90(x, k):
    return np.rot90(x, k, axes=(2, 3)).copy()


def rotate90__right__transpose(x, k):
    for _ in range(k % 4):
        x = x.swapaxes(-1, -2)[:, :, ::-1, :]
    return x


def rotate90__clockwise(x, k):
    return np.rot90(x, k, axes=(3, 2))


def rotate90__wrong_axes(x, k):
    return np.rot90(x, k, axes=(1, 2))


def rotate90__wrong_axes__first_axes(x, k):
    return np.rot90(x, k)


def rotate90__k_limited(x, k):
    if k == 1:
        return x.transpose(0, 1, 3, 2)[:, :, ::-1]
    if k == 2:
        return x[:, :, ::-1, ::-1]
    if k == 3:
        return x.transpose(0, 1, 3, 2)[:, :, :, ::-1]
    return x.copy()


def rotate_nearest__right__loops(x, degrees):
    _N, _C, H, W = x.shape
    out = np.zeros_like(x)
    cy, cx = (H - 1) / 2, (W - 1) / 2
    a = math.radians(degrees)
    for i in range(H):
        for j in range(W):
            dy, dx = i - cy, j - cx
            sy = math.floor(cy + math.cos(a) * dy + math.sin(a) * dx + 0.5)
            sx = math.floor(cx - math.sin(a) * dy + math.cos(a) * dx + 0.5)
            if 0 <= sy < H and 0 <= sx < W:
                out[:, :, i, j] = x[:, :, sy, sx]
    return out


def rotate_nearest__right__grid(x, degrees):
    H, W = x.shape[2:]
    a = degrees * np.pi / 180
    i, j = np.indices((H, W), dtype=float)
    i -= (H - 1) / 2
    j -= (W - 1) / 2
    R = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    src = np.tensordot(R, np.stack([i, j]), axes=1)
    si = np.floor(src[0] + (H - 1) / 2 + 0.5).astype(int)
    sj = np.floor(src[1] + (W - 1) / 2 + 0.5).astype(int)
    ok = (si >= 0) & (si < H) & (sj >= 0) & (sj < W)
    out = np.zeros_like(x)
    out[:, :, ok] = x[:, :, si[ok], sj[ok]]
    return out


def rotate_nearest__clockwise(x, degrees):
    return rotate_nearest__right__loops(x, -degrees)


def rotate_nearest__corner(x, degrees):
    _N, _C, H, W = x.shape
    out = np.zeros_like(x)
    a = np.deg2rad(degrees)
    for i in range(H):
        for j in range(W):
            sy = int(np.floor(np.cos(a) * i + np.sin(a) * j + 0.5))
            sx = int(np.floor(-np.sin(a) * i + np.cos(a) * j + 0.5))
            if 0 <= sy < H and 0 <= sx < W:
                out[:, :, i, j] = x[:, :, sy, sx]
    return out


def rotate_nearest__half_pixel(x, degrees):
    _N, _C, H, W = x.shape
    out = np.zeros_like(x)
    a = np.deg2rad(degrees)
    for i in range(H):
        for j in range(W):
            dy, dx = i - H / 2, j - W / 2
            sy = int(np.floor(H / 2 + np.cos(a) * dy + np.sin(a) * dx + 0.5))
            sx = int(np.floor(W / 2 - np.sin(a) * dy + np.cos(a) * dx + 0.5))
            if 0 <= sy < H and 0 <= sx < W:
                out[:, :, i, j] = x[:, :, sy, sx]
    return out


def rotate_nearest__other__forward_map(x, degrees):
    _N, _C, H, W = x.shape
    out = np.zeros_like(x)
    a = np.deg2rad(degrees)
    cy, cx = (H - 1) / 2, (W - 1) / 2
    for i in range(H):
        for j in range(W):
            dy, dx = i - cy, j - cx
            ty = int(np.floor(cy + np.cos(a) * dy - np.sin(a) * dx + 0.5))
            tx = int(np.floor(cx + np.sin(a) * dy + np.cos(a) * dx + 0.5))
            if 0 <= ty < H and 0 <= tx < W:
                out[:, :, ty, tx] = x[:, :, i, j]
    return out


def pad_and_crop__right__pad(x, pad, top, left):
    H, W = x.shape[2:]
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))[:, :, top : top + H, left : left + W]


def pad_and_crop__right__shift(x, pad, top, left):
    _N, _C, H, W = x.shape
    out = np.zeros_like(x)
    for i in range(H):
        for j in range(W):
            a, b = i + top - pad, j + left - pad
            if 0 <= a < H and 0 <= b < W:
                out[:, :, i, j] = x[:, :, a, b]
    return out


def pad_and_crop__swapped(x, pad, top, left):
    H, W = x.shape[-2:]
    big = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    return big[..., left : left + H, top : top + W]


def pad_and_crop__edge_padding(x, pad, top, left):
    H, W = x.shape[-2:]
    big = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], mode="edge")
    return big[..., top : top + H, left : left + W]


def pad_and_crop__edge_padding__mirrored(x, pad, top, left):
    H, W = x.shape[-2:]
    big = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], mode="symmetric")
    return big[..., top : top + H, left : left + W]


def color_jitter__right__steps(x, brightness, contrast):
    y = x * brightness
    mean = y.mean(axis=(1, 2, 3), keepdims=True)
    return np.clip(mean + contrast * (y - mean), 0, 1)


def color_jitter__right__loop(x, brightness, contrast):
    out = []
    for img in x:
        y = brightness * img
        m = y.sum() / y.size
        out.append(np.minimum(np.maximum(contrast * y + (1 - contrast) * m, 0.0), 1.0))
    return np.array(out)


def color_jitter__batch_mean(x, brightness, contrast):
    y = x * brightness
    return np.clip((y - y.mean()) * contrast + y.mean(), 0, 1)


def color_jitter__not_clipped(x, brightness, contrast):
    y = x * brightness
    m = y.mean(axis=(1, 2, 3), keepdims=True)
    return (y - m) * contrast + m


def color_jitter__per_channel(x, brightness, contrast):
    y = x * brightness
    m = y.mean(axis=(2, 3), keepdims=True)
    return np.clip((y - m) * contrast + m, 0, 1)


def color_jitter__other__clipped_between(x, brightness, contrast):
    y = np.clip(x * brightness, 0, 1)
    m = y.mean(axis=(1, 2, 3), keepdims=True)
    return np.clip((y - m) * contrast + m, 0, 1)


def random_erase__right__slice(x, top, left, h, w, value=0.0):
    out = np.array(x)
    out[:, :, max(top, 0) : max(top + h, 0), max(left, 0) : max(left + w, 0)] = value
    return out


def random_erase__right__where(x, top, left, h, w, value=0.0):
    i, j = np.arange(x.shape[2])[:, None], np.arange(x.shape[3])[None, :]
    inside = (i >= top) & (i < top + h) & (j >= left) & (j < left + w)
    return np.where(inside, value, x)


def random_erase__in_place(x, top, left, h, w, value=0.0):
    x[:, :, max(top, 0) : max(top + h, 0), max(left, 0) : max(left + w, 0)] = value
    return x


def random_erase__swapped(x, top, left, h, w, value=0.0):
    out = x.copy()
    out[:, :, max(top, 0) : max(top + w, 0), max(left, 0) : max(left + h, 0)] = value
    return out


def random_erase__end_coordinates(x, top, left, h, w, value=0.0):
    out = x.copy()
    out[:, :, top:h, left:w] = value
    return out


def mixup__right__formula(x, y, perm, lam):
    return lam * x + (1 - lam) * x[perm], lam * y + (1 - lam) * y[perm]


def mixup__right__lerp(x, y, perm, lam):
    xp, yp = np.take(x, perm, axis=0), np.take(y, perm, axis=0)
    return xp + lam * (x - xp), yp + lam * (y - yp)


def mixup__labels_unmixed(x, y, perm, lam):
    return lam * x + (1 - lam) * x[perm], y


def mixup__lambda_swapped(x, y, perm, lam):
    return lam * x + (1 - lam) * x[perm], (1 - lam) * y + lam * y[perm]


def mixup__lambda_swapped__both_swapped(x, y, perm, lam):
    return (1 - lam) * x + lam * x[perm], (1 - lam) * y + lam * y[perm]


def rotate_nearest__right__complex(x, degrees):
    _N, _C, H, W = x.shape
    a = -math.radians(degrees)
    out = np.zeros_like(x)
    rot = complex(math.cos(a), math.sin(a))
    for i in range(H):
        for j in range(W):
            z = complex(j - (W - 1) / 2, (H - 1) / 2 - i) * rot
            sj = math.floor(z.real + (W - 1) / 2 + 0.5)
            si = math.floor((H - 1) / 2 - z.imag + 0.5)
            if 0 <= si < H and 0 <= sj < W:
                out[:, :, i, j] = x[:, :, si, sj]
    return out


def rotate_nearest__right__pixel_centres(x, degrees):
    _N, _C, H, W = x.shape
    t = np.deg2rad(degrees)
    c, s = (np.cos(t), np.sin(t))
    ii, jj = np.meshgrid(np.arange(H), np.arange(W), indexing="ij")
    y = ii - H / 2 + 0.5
    u = jj - W / 2 + 0.5
    sy = np.floor(s * u + c * y + H / 2).astype(int)
    sx = np.floor(c * u - s * y + W / 2).astype(int)
    ok = (sy >= 0) & (sy < H) & (sx >= 0) & (sx < W)
    out = x[:, :, np.clip(sy, 0, H - 1), np.clip(sx, 0, W - 1)]
    return np.where(ok, out, 0.0)
