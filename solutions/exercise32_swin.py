"""References, wrong functions and cases for shifted windows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.spec import Array, Case, Check, Value, Wrong

TITLE = "Shifted windows (Swin)"
NEEDS = (31,)


def _normal(rng: np.random.Generator, *shape: int, mean: float = 0.3) -> Array:
    return rng.standard_normal(shape) + mean


# window_partition


def window_partition(x: Array, M: int) -> Array:
    B, H, W, C = x.shape
    grid = x.reshape(B, H // M, M, W // M, M, C).swapaxes(2, 3)  # -> (B, H/M, W/M, M, M, C)
    return grid.reshape(B * (H // M) * (W // M), M, M, C)


def window_partition_slices(x: Array, M: int) -> Array:
    corners = [(r, s) for r in range(0, x.shape[1], M) for s in range(0, x.shape[2], M)]
    return np.stack([image[r : r + M, s : s + M] for image in x for r, s in corners])


def window_partition_every(x: Array, M: int) -> Array:
    """Every M-th of all windows of this size."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (M, M), axis=(1, 2))[:, ::M, ::M]
    return np.moveaxis(windows, 3, 5).reshape(-1, M, M, x.shape[3])  # C goes behind M, M


def window_partition__plain_reshape(x: Array, M: int) -> Array:
    """Reshapes at once, so the windows are stripes of pixels in memory order."""
    return x.reshape(-1, M, M, x.shape[3])


def window_partition__column_order(x: Array, M: int) -> Array:
    """Lists the windows of an image column by column."""
    B, H, W, C = x.shape
    return x.reshape(B, H // M, M, W // M, M, C).transpose(0, 3, 1, 2, 4, 5).reshape(-1, M, M, C)


def window_partition__transposed(x: Array, M: int) -> Array:
    """Swaps rows and columns inside the windows."""
    B, H, W, C = x.shape
    return x.reshape(B, H // M, M, W // M, M, C).transpose(0, 1, 3, 4, 2, 5).reshape(-1, M, M, C)


def window_partition__window_major(x: Array, M: int) -> Array:
    """Lists the first window of every image, then the second of every image, and so on."""
    B, H, W, C = x.shape
    return x.reshape(B, H // M, M, W // M, M, C).transpose(1, 3, 0, 2, 4, 5).reshape(-1, M, M, C)


def _shapes() -> Iterator[tuple[str, tuple[int, int, int, int], int]]:
    """Shapes of images and sizes of windows, with what they provoke."""
    yield "all sizes different", (3, 4, 8, 1), 2
    yield "several channels", (2, 4, 6, 3), 2
    yield "a tall image", (1, 9, 3, 2), 3
    yield "as many images as rows of windows", (2, 4, 4, 2), 2
    yield "one window", (2, 3, 3, 2), 3
    yield "windows of one pixel", (2, 2, 3, 4), 1
    yield "one image", (1, 6, 4, 2), 2


def window_partition_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, shape, M in _shapes():
        yield Case(name, x=_normal(rng, *shape), M=M)


# window_reverse


def window_reverse(windows: Array, M: int, H: int, W: int) -> Array:
    B, C = len(windows) * M * M // (H * W), windows.shape[3]
    return windows.reshape(B, H // M, W // M, M, M, C).swapaxes(2, 3).reshape(B, H, W, C)


def window_reverse_slices(windows: Array, M: int, H: int, W: int) -> Array:
    corners = [(r, s) for r in range(0, H, M) for s in range(0, W, M)]
    out = np.empty((len(windows) // len(corners), H, W, windows.shape[3]), dtype=windows.dtype)
    for place, window in enumerate(windows):
        b, (r, s) = place // len(corners), corners[place % len(corners)]
        out[b, r : r + M, s : s + M] = window
    return out


def window_reverse_joined(windows: Array, M: int, H: int, W: int) -> Array:
    """Joins windows to stripes, then stripes to images."""
    columns, rows = W // M, H // M
    stripes = [np.concatenate(windows[k : k + columns], axis=1) for k in range(0, len(windows), columns)]
    return np.stack([np.concatenate(stripes[k : k + rows]) for k in range(0, len(stripes), rows)])


def window_reverse__plain_reshape(windows: Array, M: int, H: int, W: int) -> Array:
    """Reshapes at once, without moving the axes back."""
    return windows.reshape(-1, H, W, windows.shape[3])


def window_reverse__grid_swapped(windows: Array, M: int, H: int, W: int) -> Array:
    """Reads the grid as W / M rows of H / M windows, which is silent for square images."""
    grid = windows.reshape(-1, W // M, H // M, M, M, windows.shape[3])
    return grid.transpose(0, 1, 3, 2, 4, 5).reshape(-1, H, W, windows.shape[3])


def window_reverse__grid_swapped_columns(windows: Array, M: int, H: int, W: int) -> Array:
    """Reads the grid as W / M columns of H / M windows, one column after the other."""
    grid = windows.reshape(-1, W // M, H // M, M, M, windows.shape[3])
    return grid.transpose(0, 2, 3, 1, 4, 5).reshape(-1, H, W, windows.shape[3])


def window_reverse__transposed(windows: Array, M: int, H: int, W: int) -> Array:
    """Swaps rows and columns inside the windows."""
    grid = windows.reshape(-1, H // M, W // M, M, M, windows.shape[3])
    return grid.transpose(0, 1, 4, 2, 3, 5).reshape(-1, H, W, windows.shape[3])


def window_reverse__window_major(windows: Array, M: int, H: int, W: int) -> Array:
    """Reads the first window of every image first, then the second of every image."""
    grid = windows.reshape(H // M, W // M, -1, M, M, windows.shape[3])
    return grid.transpose(2, 0, 3, 1, 4, 5).reshape(-1, H, W, windows.shape[3])


def window_reverse_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, (B, H, W, C), M in _shapes():
        yield Case(name, windows=_normal(rng, B * (H // M) * (W // M), M, M, C), M=M, H=H, W=W)


# cyclic_shift


def cyclic_shift(x: Array, s: int) -> Array:
    return np.roll(x, (-s, -s), axis=(1, 2))


def cyclic_shift_indexed(x: Array, s: int) -> Array:
    _, H, W, _ = x.shape
    return x[:, (np.arange(H)[:, None] + s) % H, (np.arange(W) + s) % W]


def cyclic_shift_joined(x: Array, s: int) -> Array:
    down, right = s % x.shape[1], s % x.shape[2]
    x = np.concatenate([x[:, down:], x[:, :down]], axis=1)
    return np.concatenate([x[:, :, right:], x[:, :, :right]], axis=2)


def cyclic_shift__wrong_sign(x: Array, s: int) -> Array:
    """Rolls by +s: down and to the right."""
    return np.roll(x, (s, s), axis=(1, 2))


def cyclic_shift__one_axis(x: Array, s: int) -> Array:
    """Rolls the height only."""
    return np.roll(x, -s, axis=1)


def cyclic_shift__one_axis_width(x: Array, s: int) -> Array:
    """Rolls the width only."""
    return np.roll(x, -s, axis=2)


def cyclic_shift__zero_filled(x: Array, s: int) -> Array:
    """Moves the image without wrapping around and fills the gap with zeros."""
    _, H, W, _ = x.shape
    out = np.zeros_like(x)
    old = slice(max(s, 0), H + min(s, 0)), slice(max(s, 0), W + min(s, 0))
    new = slice(max(-s, 0), H + min(-s, 0)), slice(max(-s, 0), W + min(-s, 0))
    out[:, new[0], new[1]] = x[:, old[0], old[1]]
    return out


def cyclic_shift__zero_filled_slices(x: Array, s: int) -> Array:
    """Copies x[:, s:, s:] into zeros, which wraps nothing; negative shifts come out wrong in another way."""
    _, H, W, _ = x.shape
    out = np.zeros_like(x)
    out[:, : H - s, : W - s] = x[:, s:, s:]
    return out


def cyclic_shift__zero_filled_padded(x: Array, s: int) -> Array:
    """Cuts s rows and columns off in front and pads zeros at the end, which a negative shift makes impossible."""
    return np.pad(x[:, s:, s:], ((0, 0), (0, s), (0, s), (0, 0)))


def cyclic_shift__zero_filled_rolled(x: Array, s: int) -> Array:
    """Rolls and then sets the last s rows and columns, which had come around, to zero."""
    _, H, W, _ = x.shape
    out = np.roll(x, (-s, -s), axis=(1, 2))
    out[:, H - s :] = 0
    out[:, :, W - s :] = 0
    return out


def cyclic_shift__wrong_axes(x: Array, s: int) -> Array:
    """Rolls width and channels, axes 2 and 3."""
    return np.roll(x, (-s, -s), axis=(2, 3))


def cyclic_shift_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("all sizes different", x=_normal(rng, 2, 4, 5, 3), s=1)
    yield Case("all sizes equal", x=_normal(rng, 3, 3, 3, 3), s=1)
    yield Case("a shift by two", x=_normal(rng, 1, 5, 7, 1), s=2)
    yield Case("a tall image", x=_normal(rng, 1, 7, 4, 1), s=3)
    yield Case("no shift", x=_normal(rng, 2, 3, 4, 2), s=0)
    yield Case("a negative shift", x=_normal(rng, 1, 4, 3, 2), s=-1)
    yield Case("a negative shift by two", x=_normal(rng, 1, 3, 5, 4), s=-2)


# shifted_window_mask


def shifted_window_mask(H: int, W: int, M: int, s: int) -> Array:
    row, column = np.arange(H) >= H - s, np.arange(W) >= W - s  # the cut at -M falls between windows
    region = 2 * row[:, None] + column
    windows = window_partition(region[None, :, :, None], M).reshape(-1, M * M)
    return windows[:, :, None] == windows[:, None, :]


def shifted_window_mask_slices(H: int, W: int, M: int, s: int) -> Array:
    """Numbers the nine regions one after the other, as the original code does."""
    region, number = np.zeros((1, H, W, 1)), 0
    for top, bottom in ((0, H - M), (H - M, H - s), (H - s, H)):
        for left, right in ((0, W - M), (W - M, W - s), (W - s, W)):
            region[:, top:bottom, left:right] = number
            number += 1
    windows = window_partition_slices(region, M).reshape(-1, M * M)
    return np.equal(windows[:, None], windows[..., None])


def shifted_window_mask_distances(H: int, W: int, M: int, s: int) -> Array:
    """Two places belong together if they were as far apart before the roll as they are now."""
    place = np.indices((H, W))  # (2, H, W)
    before = (place + s) % np.array([H, W])[:, None, None]
    moved = np.moveaxis(before - place, 0, -1)[None]
    windows = window_partition_slices(moved, M).reshape(-1, M * M, 2)
    return (windows[:, :, None] == windows[:, None, :]).all(axis=-1)


def _same_region(region: Array, M: int) -> Array:
    windows = window_partition(region[None, :, :, None], M).reshape(-1, M * M)
    return windows[:, :, None] == windows[:, None, :]


def shifted_window_mask__no_mask(H: int, W: int, M: int, s: int) -> Array:
    """Allows everything, also what only met through the wrap."""
    return np.ones(((H // M) * (W // M), M * M, M * M), dtype=bool)


def shifted_window_mask__inverted(H: int, W: int, M: int, s: int) -> Array:
    """Is True where two places must not attend to each other."""
    row, column = np.arange(H) >= H - s, np.arange(W) >= W - s
    return ~_same_region(2 * row[:, None] + column, M)


def shifted_window_mask__inverted_but_unshifted(H: int, W: int, M: int, s: int) -> Array:
    """Allows everything without a shift, and otherwise is True where two places must not attend to each other."""
    return ~shifted_window_mask(H, W, M, s) if s else shifted_window_mask(H, W, M, s)


def shifted_window_mask__rows_only(H: int, W: int, M: int, s: int) -> Array:
    """Cuts regions along the height only."""
    row = np.arange(H) >= H - s
    return _same_region(np.repeat(row[:, None], W, axis=1), M)


def shifted_window_mask__cut_at_front(H: int, W: int, M: int, s: int) -> Array:
    """Cuts each axis at s from the front, where -M from the end belongs, and at -s."""
    row = 1 * (np.arange(H) >= s) + (np.arange(H) >= H - s)
    column = 1 * (np.arange(W) >= s) + (np.arange(W) >= W - s)
    return _same_region(3 * row[:, None] + column, M)


def shifted_window_mask__cut_at_front_only(H: int, W: int, M: int, s: int) -> Array:
    """Cuts each axis at s from the front and nowhere else inside a window."""
    row, column = np.arange(H) >= s, np.arange(W) >= s
    return _same_region(2 * row[:, None] + column, M)


def shifted_window_mask__cut_at_front_slices(H: int, W: int, M: int, s: int) -> Array:
    """Numbers the slices up to s, from s to -s and from -s on, the later ones over the earlier."""
    region = np.zeros((H, W))
    slices = slice(0, s), slice(s, -s), slice(-s, None)
    for number, (rows, columns) in enumerate((a, b) for a in slices for b in slices):
        region[rows, columns] = number
    return _same_region(region, M)


def shifted_window_mask_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("height and width differ", H=4, W=6, M=2, s=1)
    yield Case("one column of windows", H=6, W=3, M=3, s=1)
    yield Case("one row of windows", H=3, W=6, M=3, s=2)
    yield Case("a square image", H=4, W=4, M=2, s=1)
    yield Case("one window", H=3, W=3, M=3, s=1)
    yield Case("one window of even size", H=4, W=4, M=4, s=2)
    yield Case("one window, a wide shift", H=4, W=4, M=4, s=3)
    yield Case("no shift", H=4, W=2 * int(rng.integers(3, 5)), M=2, s=0)


# relative_position_index


def relative_position_index(M: int) -> Array:
    row, column = np.divmod(np.arange(M * M), M)
    down, right = row[:, None] - row + M - 1, column[:, None] - column + M - 1
    return down * (2 * M - 1) + right


def relative_position_index_pairs(M: int) -> Array:
    index = np.zeros((M, M, M, M), dtype=int)
    for i, j, k, m in np.ndindex(M, M, M, M):
        index[i, j, k, m] = (i - k + M - 1) * (2 * M - 1) + j - m + M - 1
    return index.reshape(M * M, M * M)


def relative_position_index_coordinates(M: int) -> Array:
    places = np.indices((M, M)).reshape(2, M * M)
    difference = places[:, :, None] - places[:, None, :]
    return np.tensordot(np.array([2 * M - 1, 1]), difference + M - 1, axes=1)


def _differences(M: int) -> tuple[Array, Array]:
    row, column = np.divmod(np.arange(M * M), M)
    return row[:, None] - row, column[:, None] - column


def relative_position_index__not_shifted(M: int) -> Array:
    """Leaves out + (M - 1), so half of the indices are negative."""
    down, right = _differences(M)
    return down * (2 * M - 1) + right


def relative_position_index__not_shifted_columns(M: int) -> Array:
    """Shifts the differences of the rows to start at 0, but not those of the columns."""
    down, right = _differences(M)
    return (down + M - 1) * (2 * M - 1) + right


def relative_position_index__row_stride(M: int) -> Array:
    """Multiplies the difference of the rows by M, so different pairs share an index."""
    down, right = _differences(M)
    return (down + M - 1) * M + right + M - 1


def relative_position_index__reversed(M: int) -> Array:
    """Takes the key's position minus the query's."""
    down, right = _differences(M)
    return (M - 1 - down) * (2 * M - 1) + M - 1 - right


def relative_position_index__axes_swapped(M: int) -> Array:
    """Makes the difference of the columns the major index."""
    down, right = _differences(M)
    return (right + M - 1) * (2 * M - 1) + down + M - 1


def relative_position_index_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("windows of 2 by 2", M=2)
    yield Case("windows of 3 by 3", M=3)
    yield Case("windows of 4 by 4", M=4)
    yield Case("windows of one pixel", M=1)


# window_attention


def window_attention(Q: Array, K: Array, V: Array, table: Array, index: Array, mask: Array) -> Array:
    bias = np.moveaxis(table[index], 2, 0)  # (M^2, M^2, heads) -> (heads, M^2, M^2)
    scores = Q @ K.swapaxes(2, 3) / np.sqrt(Q.shape[3]) + bias
    scores = np.where(mask[:, None], scores, -np.inf)
    e = np.exp(scores - scores.max(axis=3, keepdims=True))
    return e @ V / e.sum(axis=3, keepdims=True)


def window_attention_heads(Q: Array, K: Array, V: Array, table: Array, index: Array, mask: Array) -> Array:
    """Window by window, head by head, query by query: only the keys that are allowed enter."""
    out = np.empty_like(V)
    for b, h, p in np.ndindex(*Q.shape[:3]):
        keys = np.flatnonzero(mask[b, p])
        scores = K[b, h, keys] @ Q[b, h, p] * Q.shape[-1] ** -0.5 + table[index[p, keys], h]
        e = np.exp(scores - max(scores))
        out[b, h, p] = e @ V[b, h, keys] / sum(e)
    return out


def window_attention_logs(Q: Array, K: Array, V: Array, table: Array, index: Array, mask: Array) -> Array:
    bias = table.T[:, index.ravel()].reshape(-1, *index.shape)
    scores = np.einsum("bhpd,bhqd->bhpq", Q, K) / Q.shape[-1] ** 0.5 + bias + np.where(mask, 0, -np.inf)[:, None]
    return np.einsum("bhpq,bhqd->bhpd", np.exp(scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True)), V)


def _weights(scores: Array, mask: Array | bool) -> Array:
    allowed = np.where(mask, scores, -np.inf)
    e = np.exp(allowed - allowed.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _scaled(Q: Array, K: Array) -> Array:
    return Q @ K.swapaxes(2, 3) / np.sqrt(Q.shape[3])


def window_attention__bias_after(Q: Array, K: Array, V: Array, table: Array, index: Array, mask: Array) -> Array:
    """Adds the bias to the weights, after the softmax."""
    return (_weights(_scaled(Q, K), mask[:, None]) + np.moveaxis(table[index], 2, 0)) @ V


def window_attention__bias_after_masked(Q: Array, K: Array, V: Array, table: Array, index: Array, mask: Array) -> Array:
    """Adds the bias to the weights, after the softmax, and sets forbidden weights to 0 again."""
    weights = _weights(_scaled(Q, K), mask[:, None]) + np.moveaxis(table[index], 2, 0)
    return weights * mask[:, None] @ V


def window_attention__shared_bias(Q: Array, K: Array, V: Array, table: Array, index: Array, mask: Array) -> Array:
    """Uses the bias of the first head in all heads."""
    return _weights(_scaled(Q, K) + table[index][:, :, 0], mask[:, None]) @ V


def window_attention__bias_scaled(Q: Array, K: Array, V: Array, table: Array, index: Array, mask: Array) -> Array:
    """Adds the bias before the division by the root of d, so it is scaled as well."""
    scores = (Q @ K.swapaxes(2, 3) + np.moveaxis(table[index], 2, 0)) / np.sqrt(Q.shape[3])
    return _weights(scores, mask[:, None]) @ V


def window_attention__mask_dropped(Q: Array, K: Array, V: Array, table: Array, index: Array, mask: Array) -> Array:
    """Ignores the mask."""
    return _weights(_scaled(Q, K) + np.moveaxis(table[index], 2, 0), True) @ V


def window_attention__index_transposed(Q: Array, K: Array, V: Array, table: Array, index: Array, mask: Array) -> Array:
    """Looks the bias up with query and key exchanged."""
    return _weights(_scaled(Q, K) + np.moveaxis(table[index.T], 2, 0), mask[:, None]) @ V


def window_attention_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(B: int, heads: int, M: int, d: int) -> dict[str, Value]:
        return {
            **{name: _normal(rng, B, heads, M * M, d) for name in ("Q", "K", "V")},
            "table": _normal(rng, (2 * M - 1) ** 2, heads),
            "index": relative_position_index(M),
            "mask": np.ones((B, M * M, M * M), dtype=bool),
        }

    def allowed(B: int, places: int) -> Array:
        """A mask in which each place may attend to itself and to some others."""
        return np.eye(places, dtype=bool) | (rng.random((B, places, places)) < 0.5)

    yield Case("the mask of a shift", **{**draw(4, 3, 2, 2), "mask": shifted_window_mask(4, 4, 2, 1)})
    yield Case("two images", **{**draw(4, 2, 2, 3), "mask": np.tile(shifted_window_mask(4, 2, 2, 1), (2, 1, 1))})
    yield Case("any mask", **{**draw(2, 2, 2, 5), "mask": allowed(2, 4)})
    yield Case("as many windows as places", **{**draw(4, 1, 2, 2), "mask": allowed(4, 4)})
    yield Case("as many heads and features as places", **{**draw(1, 4, 2, 4), "mask": allowed(1, 4)})
    yield Case("windows of 3 by 3", **{**draw(1, 2, 3, 2), "mask": shifted_window_mask(3, 3, 3, 1)})
    yield Case("one head, no shift", **draw(3, 1, 2, 3))
    yield Case("a table of zeros", **{**draw(2, 3, 2, 2), "table": np.zeros((9, 3)), "mask": allowed(2, 4)})
    yield Case("windows of one pixel", **draw(2, 3, 1, 4))

    def large(scores: list[float]) -> dict[str, Value]:
        """Arguments whose scores come out near those given, one for each of four keys."""
        args = draw(2, 2, 2, 4)
        args["Q"][..., 0] = 200.0
        args["K"][..., 0] = np.array(scores) / 100
        return args

    for name, scores in (
        ("scores near 10000", [1e4] * 4),
        ("scores near -10000", [-1e4] * 4),
        ("scores 20000 apart", [1e4, -1e4, 1e4, -1e4]),
    ):
        yield Case(name, kind="stability", float64_only=True, scale="row", **large(scores))
    above = {**large([-1e4, -1e4, 1e4, -1e4]), "mask": np.ones((2, 4, 4), dtype=bool)}
    above["mask"][:, [0, 1, 3], 2] = False
    yield Case("forbidden scores far above", kind="stability", float64_only=True, scale="row", **above)


# patch_merging


def patch_merging(x: Array, W: Array) -> Array:
    upper, lower = x[:, ::2], x[:, 1::2]
    four = [upper[:, :, ::2], lower[:, :, ::2], upper[:, :, 1::2], lower[:, :, 1::2]]
    return np.concatenate(four, axis=3) @ W.T


def patch_merging_blocks(x: Array, W: Array) -> Array:
    B, H, width, C = x.shape
    blocks = x.reshape(B, H // 2, 2, width // 2, 2, C).transpose(0, 1, 3, 4, 2, 5)  # column, then row, of the block
    return np.einsum("bijk,dk->bijd", blocks.reshape(B, H // 2, width // 2, 4 * C), W)


def patch_merging_summed(x: Array, W: Array) -> Array:
    """A sum of four linear maps, one for each place of the block."""
    C = x.shape[3]
    out = np.zeros((x.shape[0], x.shape[1] // 2, x.shape[2] // 2, len(W)), dtype=x.dtype)
    for k, (i, j) in enumerate([(0, 0), (1, 0), (0, 1), (1, 1)]):
        out = out + x[:, i::2, j::2] @ W[:, k * C : (k + 1) * C].T
    return out


def patch_merging__row_order(x: Array, W: Array) -> Array:
    """Joins the block row by row: right first, then down."""
    four = [x[:, ::2, ::2], x[:, ::2, 1::2], x[:, 1::2, ::2], x[:, 1::2, 1::2]]
    return np.concatenate(four, axis=3) @ W.T


def patch_merging__averaged(x: Array, W: Array) -> Array:
    """Puts the average of the four pixels in the place of each."""
    mean = (x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2]) / 4
    return np.concatenate([mean] * 4, axis=3) @ W.T


def patch_merging__averaged_without_map(x: Array, W: Array) -> Array:
    """Returns the average of the four pixels, without W."""
    return (x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2]) / 4


def patch_merging__blocks_of_halves(x: Array, W: Array) -> Array:
    """Joins the four quadrants of the image instead of neighbouring pixels."""
    h, w = x.shape[1] // 2, x.shape[2] // 2
    four = [x[:, :h, :w], x[:, h:, :w], x[:, :h, w:], x[:, h:, w:]]
    return np.concatenate(four, axis=3) @ W.T


def patch_merging__blocks_of_halves_by_rows(x: Array, W: Array) -> Array:
    """Joins the four quadrants of the image, right first, then down."""
    h, w = x.shape[1] // 2, x.shape[2] // 2
    return np.concatenate([x[:, :h, :w], x[:, :h, w:], x[:, h:, :w], x[:, h:, w:]], axis=3) @ W.T


def patch_merging__interleaved(x: Array, W: Array) -> Array:
    """Joins the first channel of the four pixels, then the second of the four, and so on."""
    four = np.stack([x[:, ::2, ::2], x[:, 1::2, ::2], x[:, ::2, 1::2], x[:, 1::2, 1::2]], axis=-1)
    return four.reshape(*four.shape[:3], -1) @ W.T


def patch_merging_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, (B, H, width, C), D in (
        ("all sizes different", (2, 4, 6, 3), 5),
        ("a tall image", (1, 6, 2, 2), 3),
        ("a square image", (3, 4, 4, 2), 4),
        ("square weights", (2, 2, 4, 2), 8),
        ("all sizes equal", (2, 2, 2, 2), 2),
        ("one channel", (2, 4, 6, 1), 3),
        ("one image of one block", (1, 2, 2, 3), 6),
    ):
        yield Case(name, x=_normal(rng, B, H, width, C), W=_normal(rng, D, 4 * C) / np.sqrt(4 * C))


CHECKS = (
    Check(
        window_partition,
        cases=window_partition_cases,
        returns=("windows: B*nW M M C",),
        formula=(
            r"\begin{aligned}"
            r" \text{out}[n, i, j, c] &= x[b, r \, M + i, s \, M + j, c] \\"
            r" n &= b \, \text{nW} + r \, \frac{W}{M} + s"
            r" \end{aligned}"
        ),
        args={"x": "B H W C"},
        wrong=(
            Wrong(
                window_partition__plain_reshape,
                id="plain-reshape",
                hint="Split both axes, then bring window indices together.",
            ),
            Wrong(window_partition__column_order, id="column-order", hint="Row by row."),
            Wrong(window_partition__transposed, id="transposed", hint="Rows stay rows."),
            Wrong(
                window_partition__window_major,
                id="window-major",
                hint="All windows of image 0 first.",
            ),
        ),
        alternates=(window_partition_slices, window_partition_every),
        hints=(
            "As in patchify: cut H into (H/M, M) and W into (W/M, M). In which order do the six axes lie?",
            "The two axes that number the windows must follow B; which two axes change places for that?",
        ),
    ),
    Check(
        window_reverse,
        cases=window_reverse_cases,
        returns=("x: B H W C",),
        formula=(
            r"\begin{aligned}"
            r" & \text{out}[b, r \, M + i, s \, M + j, c] = \text{windows}[n, i, j, c] \\"
            r" & n = b \, \text{nW} + r \, \frac{W}{M} + s"
            r" \end{aligned}"
        ),
        args={"windows": "B*nW M M C"},
        wrong=(
            Wrong(window_reverse__plain_reshape, id="plain-reshape", hint="Undo the axis order."),
            Wrong(
                window_reverse__grid_swapped,
                id="grid-swapped",
                hint="Rows of windows first.",
                also=(window_reverse__grid_swapped_columns,),
            ),
            Wrong(window_reverse__transposed, id="transposed", hint="Rows stay rows."),
            Wrong(window_reverse__window_major, id="window-major", hint="Image by image."),
        ),
        alternates=(window_reverse_slices, window_reverse_joined),
        hints=(
            "How many windows has one image, and how many images are there then?",
            "Go back through the steps of window_partition: which six axes did it have before its last reshape?",
        ),
    ),
    Check(
        cyclic_shift,
        cases=cyclic_shift_cases,
        returns=("out: B H W C",),
        formula=r"\text{out}[b, i, j, c] = x[b, (i + s) \bmod H, (j + s) \bmod W, c]",
        args={"x": "B H W C"},
        wrong=(
            Wrong(
                cyclic_shift__wrong_sign,
                id="wrong-sign",
                hint="The window moves down and right, so the image moves up and left.",
            ),
            Wrong(cyclic_shift__one_axis, id="one-axis", hint="Both axes.", also=(cyclic_shift__one_axis_width,)),
            Wrong(
                cyclic_shift__zero_filled,
                id="zero-filled",
                hint="What leaves on one side returns on the other.",
                also=(
                    cyclic_shift__zero_filled_slices,
                    cyclic_shift__zero_filled_padded,
                    cyclic_shift__zero_filled_rolled,
                ),
            ),
            Wrong(cyclic_shift__wrong_axes, id="wrong-axes", hint="Axes 1 and 2."),
        ),
        alternates=(cyclic_shift_indexed, cyclic_shift_joined),
        hints=(
            "With s = 1, which pixel of x stands in the upper left corner afterwards?",
            "np.roll takes several shifts and several axes at once. Which sign makes row 1 become row 0?",
        ),
    ),
    Check(
        shifted_window_mask,
        cases=shifted_window_mask_cases,
        returns=("mask: nW M² M²",),
        formula=(
            r"\begin{aligned}"
            r" & \text{region}(i) = \begin{cases} 0 & \text{if } i < H - M \\"
            r" 1 & \text{if } H - M \leq i < H - s \\"
            r" 2 & \text{if } i \geq H - s \end{cases} \\"
            r" & \text{mask}[w, p, q] = \text{True if } p \text{ and } q \text{ lie in the same region}"
            r" \end{aligned}"
        ),
        needs=(window_partition,),
        wrong=(
            Wrong(
                shifted_window_mask__no_mask,
                id="no-mask",
                hint="Pixels that only met through the wrap must not attend.",
            ),
            Wrong(
                shifted_window_mask__inverted,
                id="inverted",
                hint="True means may attend.",
                also=(shifted_window_mask__inverted_but_unshifted,),
            ),
            Wrong(shifted_window_mask__rows_only, id="rows-only", hint="Both axes were shifted."),
            Wrong(
                shifted_window_mask__cut_at_front,
                id="cut-at-front",
                hint="The wrapped rows and columns are at the end: cut at -M and -s.",
                also=(
                    shifted_window_mask__cut_at_front_only,
                    shifted_window_mask__cut_at_front_slices,
                ),
            ),
        ),
        alternates=(shifted_window_mask_slices, shifted_window_mask_distances),
        hints=(
            "Make an image (H, W) that holds the number of the region of each place. How do rows and columns combine?",
            "Partition this image as any other: each window is then a list of M^2 region numbers.",
            "Compare each list with itself, every entry with every entry: which two new axes does that take?",
        ),
    ),
    Check(
        relative_position_index,
        cases=relative_position_index_cases,
        returns=("index: M² M²",),
        formula=(
            r"\begin{aligned}"
            r" & \text{down} = \text{row}_p - \text{row}_q \qquad \text{right} = \text{column}_p"
            r" - \text{column}_q \\"
            r" & \text{index}[p, q] = (\text{down} + M - 1) \, (2M - 1) + (\text{right} + M - 1)"
            r" \end{aligned}"
        ),
        wrong=(
            Wrong(
                relative_position_index__not_shifted,
                id="not-shifted",
                hint="Indices start at 0.",
                also=(relative_position_index__not_shifted_columns,),
            ),
            Wrong(
                relative_position_index__row_stride,
                id="row-stride",
                hint="There are 2M-1 column differences.",
            ),
            Wrong(
                relative_position_index__reversed,
                id="reversed",
                hint="The row index is the query: i minus j.",
            ),
            Wrong(
                relative_position_index__axes_swapped,
                id="axes-swapped",
                hint="Row difference is the major index.",
            ),
        ),
        alternates=(relative_position_index_pairs, relative_position_index_coordinates),
        hints=(
            "Place p of a window stands in which row and in which column? Division with remainder gives both.",
            "Make the table of row differences (M^2, M^2) and that of column differences; both must start at 0.",
            "How many different column differences are there? That is the step from one row difference to the next.",
        ),
    ),
    Check(
        window_attention,
        cases=window_attention_cases,
        returns=("out: B heads M² d",),
        formula=(
            r"\begin{aligned}"
            r" \text{bias}[h, p, q] &= \text{table}[\text{index}[p, q], h] \\"
            r" S &= \frac{Q K^\top}{\sqrt{d}} + \text{bias} \\"
            r" A &= \text{softmax of } S \text{ over the keys that the mask allows} \\"
            r" \text{out} &= A \, V"
            r" \end{aligned}"
        ),
        args={
            "Q": "B heads M² d",
            "K": "B heads M² d",
            "V": "B heads M² d",
            "table": "(2M-1)² heads",
            "index": "M² M²",
            "mask": "B M² M²",
        },
        wrong=(
            Wrong(
                window_attention__bias_after,
                id="bias-after",
                hint="The bias changes the scores.",
                also=(window_attention__bias_after_masked,),
            ),
            Wrong(
                window_attention__shared_bias,
                id="shared-bias",
                hint="Each head has its own table column.",
            ),
            Wrong(
                window_attention__bias_scaled,
                id="bias-scaled",
                hint="Only the dot product is scaled.",
            ),
            Wrong(
                window_attention__mask_dropped,
                id="mask-dropped",
                hint="Shifted windows need their mask.",
            ),
            Wrong(
                window_attention__index_transposed,
                id="index-transposed",
                hint="Rows are queries.",
            ),
        ),
        alternates=(window_attention_heads, window_attention_logs),
        hints=(
            "What shape has table[index], and where must its last axis go to meet scores (B, heads, M^2, M^2)?",
            "Scale, add the bias, mask, softmax, mix: in this order. Where does the mask get an axis for the heads?",
        ),
    ),
    Check(
        patch_merging,
        cases=patch_merging_cases,
        returns=("out: B H/2 W/2 D",),
        formula=(
            r"\text{out}[b, i, j] = W \begin{bmatrix} x[b, 2i, 2j] \\"
            r" x[b, 2i + 1, 2j] \\"
            r" x[b, 2i, 2j + 1] \\"
            r" x[b, 2i + 1, 2j + 1] \end{bmatrix}"
        ),
        args={"x": "B H W C", "W": "D 4C"},
        wrong=(
            Wrong(patch_merging__row_order, id="row-order", hint="First down, then right."),
            Wrong(
                patch_merging__averaged,
                id="averaged",
                hint="Concatenate; W does the mixing.",
                also=(patch_merging__averaged_without_map,),
            ),
            Wrong(
                patch_merging__blocks_of_halves,
                id="blocks-of-halves",
                hint="Every second pixel, starting at 0 or 1.",
                also=(patch_merging__blocks_of_halves_by_rows,),
            ),
            Wrong(patch_merging__interleaved, id="interleaved", hint="Pixel after pixel."),
        ),
        alternates=(patch_merging_blocks, patch_merging_summed),
        hints=(
            "Which slice of x holds the upper left pixel of every block? Its shape is (B, H/2, W/2, C).",
            "Four such slices are joined along which axis, and in which order? W then has 4C columns to meet them.",
        ),
    ),
)
