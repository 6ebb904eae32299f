"""References, wrong functions and cases for the Vision Transformer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.spec import Array, Case, Check, Value, Wrong

TITLE = "Vision Transformer"
NEEDS = (30, 21)


def _normal(rng: np.random.Generator, *shape: int, mean: float = 0.3) -> Array:
    return rng.standard_normal(shape) + mean


def _signed(rng: np.random.Generator, n: int) -> Array:
    return rng.uniform(0.4, 1.9, n) * rng.choice([-1.0, 1.0], n)


# num_patches


def num_patches(H: int, W: int, P: int) -> int:
    if H % P or W % P:
        raise ValueError("P must divide H and W")
    return (H // P) * (W // P)


def num_patches_corners(H: int, W: int, P: int) -> int:
    """Counts upper left corners."""
    if any(side % P != 0 for side in (H, W)):
        raise ValueError("the patch grid does not fit")
    return sum(1 for _ in range(0, H, P) for _ in range(0, W, P))


def num_patches_divmod(H: int, W: int, P: int) -> int:
    rows, rest_of_rows = divmod(H, P)
    columns, rest_of_columns = divmod(W, P)
    if rest_of_rows or rest_of_columns:
        raise ValueError("the patch grid does not fit")
    return rows * columns


def num_patches__floors(H: int, W: int, P: int) -> int:
    """Rounds both sides down and says nothing about what is cut off."""
    return (H // P) * (W // P)


def num_patches__floors_area(H: int, W: int, P: int) -> int:
    """Divides the number of pixels by P squared and rounds the quotient down."""
    return H * W // P**2


def num_patches__pixels(H: int, W: int, P: int) -> int:
    """Divides the number of pixels by P once, not by P squared."""
    if H % P or W % P:
        raise ValueError("P must divide H and W")
    return H * W // P


def num_patches__pixels_unchecked(H: int, W: int, P: int) -> int:
    """Divides the number of pixels by P once, whether the grid fits or not."""
    return H * W // P


def num_patches__class_token(H: int, W: int, P: int) -> int:
    """Adds one for the class token."""
    if H % P or W % P:
        raise ValueError("P must divide H and W")
    return (H // P) * (W // P) + 1


def num_patches__class_token_unchecked(H: int, W: int, P: int) -> int:
    """Adds one for the class token, whether the grid fits or not."""
    return (H // P) * (W // P) + 1


def num_patches__square_only(H: int, W: int, P: int) -> int:
    """Takes the height for both sides."""
    if H % P:
        raise ValueError("P must divide H")
    return (H // P) ** 2


def num_patches__square_only_checked(H: int, W: int, P: int) -> int:
    """Asks that P divides both sides, but counts with the height for both."""
    if H % P or W % P:
        raise ValueError("P must divide H and W")
    return (H // P) ** 2


def num_patches__square_only_unchecked(H: int, W: int, P: int) -> int:
    """Takes the height for both sides, whether the grid fits or not."""
    return (H // P) ** 2


def num_patches_cases(rng: np.random.Generator) -> Iterator[Case]:
    P = int(rng.integers(3, 8))
    rows = int(rng.integers(2, 6))
    yield Case("height and width differ", H=rows * P, W=(rows + 3) * P, P=P)
    yield Case("a tall image", H=24, W=6, P=3)
    yield Case("a square image", H=224, W=224, P=16)
    yield Case("one patch", H=P, W=P, P=P)
    yield Case("one row of patches", H=P, W=4 * P, P=P)
    yield Case("patches of one pixel", H=5, W=3, P=1)
    yield Case("height does not fit", raises=ValueError, H=2 * P + 1, W=3 * P, P=P)
    yield Case("width does not fit", raises=ValueError, H=3 * P, W=2 * P - 1, P=P)
    yield Case("neither fits, but the number of pixels does", raises=ValueError, H=8, W=9, P=6)
    yield Case("the image is smaller than a patch", raises=ValueError, H=P - 1, W=P - 1, P=P)


# patchify


def patchify(x: Array, P: int) -> Array:
    N, C, H, W = x.shape
    grid = x.reshape(N, C, H // P, P, W // P, P).transpose(0, 2, 4, 1, 3, 5)  # -> (N, H/P, W/P, C, P, P)
    return grid.reshape(N, num_patches(H, W, P), C * P * P)


def patchify_slices(x: Array, P: int) -> Array:
    _, _, H, W = x.shape
    corners = [(r, s) for r in range(0, H, P) for s in range(0, W, P)]
    return np.stack([x[:, :, r : r + P, s : s + P].reshape(len(x), -1) for r, s in corners], axis=1)


def patchify_windows(x: Array, P: int) -> Array:
    """Every P-th window of the size of a patch."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (P, P), axis=(2, 3))[:, :, ::P, ::P]
    tokens = np.moveaxis(windows, 1, 3)  # (N, C, H/P, W/P, P, P) -> (N, H/P, W/P, C, P, P)
    return tokens.reshape(len(x), -1, x.shape[1] * P**2)


def patchify__plain_reshape(x: Array, P: int) -> Array:
    """Reshapes at once, so the tokens are stripes of pixels in memory order."""
    N, C, H, W = x.shape
    return x.reshape(N, (H // P) * (W // P), C * P * P)


def patchify__channels_last(x: Array, P: int) -> Array:
    """Flattens a patch as (P, P, C), with the channel last."""
    N, C, H, W = x.shape
    grid = x.reshape(N, C, H // P, P, W // P, P).transpose(0, 2, 4, 3, 5, 1)
    return grid.reshape(N, (H // P) * (W // P), P * P * C)


def patchify__column_order(x: Array, P: int) -> Array:
    """Lists the patches column by column."""
    N, C, H, W = x.shape
    grid = x.reshape(N, C, H // P, P, W // P, P).transpose(0, 4, 2, 1, 3, 5)
    return grid.reshape(N, (H // P) * (W // P), C * P * P)


def patchify__pixels_transposed(x: Array, P: int) -> Array:
    """Swaps rows and columns inside a patch."""
    N, C, H, W = x.shape
    grid = x.reshape(N, C, H // P, P, W // P, P).transpose(0, 2, 4, 1, 5, 3)
    return grid.reshape(N, (H // P) * (W // P), C * P * P)


def _shapes() -> Iterator[tuple[str, tuple[int, int, int, int], int]]:
    """Shapes of images and sizes of patches, with what they provoke."""
    yield "all sizes different", (2, 3, 4, 8), 2
    yield "a tall image", (1, 2, 9, 3), 3
    yield "a square grid", (3, 2, 4, 4), 2
    yield "as many channels as pixels in a row", (2, 2, 2, 4), 2
    yield "as many rows of patches as pixels in one", (1, 4, 6, 9), 3
    yield "one channel", (2, 1, 4, 6), 2
    yield "patches of one pixel", (2, 3, 2, 4), 1
    yield "one patch", (2, 3, 3, 3), 3


def patchify_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, shape, P in _shapes():
        yield Case(name, x=_normal(rng, *shape), P=P)


# unpatchify


def unpatchify(tokens: Array, P: int, C: int, H: int, W: int) -> Array:
    grid = tokens.reshape(len(tokens), H // P, W // P, C, P, P)
    return grid.transpose(0, 3, 1, 4, 2, 5).reshape(len(tokens), C, H, W)  # -> (N, C, H/P, P, W/P, P)


def unpatchify_slices(tokens: Array, P: int, C: int, H: int, W: int) -> Array:
    out = np.empty((len(tokens), C, H, W), dtype=tokens.dtype)
    for place in range(tokens.shape[1]):
        r, s = divmod(place, W // P)
        out[:, :, r * P : (r + 1) * P, s * P : (s + 1) * P] = tokens[:, place].reshape(-1, C, P, P)
    return out


def unpatchify_numbered(tokens: Array, P: int, C: int, H: int, W: int) -> Array:
    """Lets patchify_slices say which pixel each entry of a token is."""
    pixel = patchify_slices(np.arange(C * H * W).reshape(1, C, H, W), P)[0]
    out = np.empty((len(tokens), C * H * W), dtype=tokens.dtype)
    out[:, pixel] = tokens
    return out.reshape(-1, C, H, W)


def unpatchify__plain_reshape(tokens: Array, P: int, C: int, H: int, W: int) -> Array:
    """Reshapes at once, without moving the axes back."""
    return tokens.reshape(len(tokens), C, H, W)


def unpatchify__grid_swapped(tokens: Array, P: int, C: int, H: int, W: int) -> Array:
    """Reads the grid as W / P rows of H / P patches, which is silent for square images."""
    grid = tokens.reshape(len(tokens), W // P, H // P, C, P, P)
    return grid.transpose(0, 3, 1, 4, 2, 5).reshape(len(tokens), C, H, W)


def unpatchify__grid_swapped_columns(tokens: Array, P: int, C: int, H: int, W: int) -> Array:
    """Reads the grid as W / P columns of H / P patches, one column after the other."""
    grid = tokens.reshape(len(tokens), W // P, H // P, C, P, P)
    return grid.transpose(0, 3, 2, 4, 1, 5).reshape(len(tokens), C, H, W)


def unpatchify__channels_last(tokens: Array, P: int, C: int, H: int, W: int) -> Array:
    """Reads a token as (P, P, C), with the channel last."""
    grid = tokens.reshape(len(tokens), H // P, W // P, P, P, C)
    return grid.transpose(0, 5, 1, 3, 2, 4).reshape(len(tokens), C, H, W)


def unpatchify__pixels_transposed(tokens: Array, P: int, C: int, H: int, W: int) -> Array:
    """Swaps rows and columns inside a patch."""
    grid = tokens.reshape(len(tokens), H // P, W // P, C, P, P)
    return grid.transpose(0, 3, 1, 5, 2, 4).reshape(len(tokens), C, H, W)


def unpatchify_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, (N, C, H, W), P in _shapes():
        yield Case(name, tokens=_normal(rng, N, (H // P) * (W // P), C * P * P), P=P, C=C, H=H, W=W)


# patch_embed


def patch_embed(x: Array, E: Array, b: Array, P: int) -> Array:
    return patchify(x, P) @ E.T + b


def patch_embed_convolution(x: Array, E: Array, b: Array, P: int) -> Array:
    N, C, H, W = x.shape
    kernel = E.reshape(-1, C, P, P)
    out = np.empty((N, len(E), H // P, W // P), dtype=x.dtype)
    for r, s in np.ndindex(*out.shape[2:]):
        patch = x[:, :, r * P : (r + 1) * P, s * P : (s + 1) * P]
        out[:, :, r, s] = np.tensordot(patch, kernel, axes=([1, 2, 3], [1, 2, 3])) + b
    return out.reshape(N, len(E), -1).swapaxes(1, 2)  # (N, D, L) -> (N, L, D)


def patch_embed_einsum(x: Array, E: Array, b: Array, P: int) -> Array:
    N, C, H, W = x.shape
    grid, kernel = x.reshape(N, C, H // P, P, W // P, P), E.reshape(-1, C, P, P)
    return np.einsum("ncrisj,dcij->nrsd", grid, kernel).reshape(N, -1, len(E)) + b


def patch_embed__untransposed(x: Array, E: Array, b: Array, P: int) -> Array:
    """Multiplies by E instead of its transpose, which is silent when E is square."""
    return patchify(x, P) @ E + b


def patch_embed__no_bias(x: Array, E: Array, b: Array, P: int) -> Array:
    """Leaves b out."""
    return patchify(x, P) @ E.T


def patch_embed__mean_pooled(x: Array, E: Array, b: Array, P: int) -> Array:
    """Replaces all entries of a patch by their mean before the linear map."""
    tokens = patchify(x, P)
    return np.ones_like(tokens) * tokens.mean(axis=-1, keepdims=True) @ E.T + b


def patch_embed__mean_pooled_channels(x: Array, E: Array, b: Array, P: int) -> Array:
    """Replaces the entries of each channel of a patch by their mean before the linear map."""
    tokens = patchify(x, P).reshape(len(x), -1, x.shape[1], P * P)
    means = np.ones_like(tokens) * tokens.mean(axis=-1, keepdims=True)
    return means.reshape(len(x), -1, E.shape[1]) @ E.T + b


def patch_embed__overlapping(x: Array, E: Array, b: Array, P: int) -> Array:
    """Slides the patch by one pixel instead of P, which gives (H - P + 1)(W - P + 1) tokens."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (P, P), axis=(2, 3)).transpose(0, 2, 3, 1, 4, 5)
    N, rows, columns = windows.shape[:3]
    return windows.reshape(N, rows * columns, -1) @ E.T + b


def patch_embed_cases(rng: np.random.Generator) -> Iterator[Case]:
    for (name, shape, P), D in zip(_shapes(), (5, 4, 3, 6, 2, 4, 5, 7)):
        K = shape[1] * P**2
        yield Case(name, x=_normal(rng, *shape), E=_normal(rng, D, K) / np.sqrt(K), b=_signed(rng, D), P=P)
    E = _normal(rng, 8, 8) / np.sqrt(8)
    yield Case("as many features as pixels in a patch", x=_normal(rng, 2, 2, 4, 6), E=E, b=_signed(rng, 8), P=2)


# patch_kernel


def patch_kernel(E: Array, C: int, P: int) -> Array:
    return E.reshape(len(E), C, P, P)


def patch_kernel_entries(E: Array, C: int, P: int) -> Array:
    kernel = np.empty((len(E), C, P, P), dtype=E.dtype)
    for c, i, j in np.ndindex(C, P, P):
        kernel[:, c, i, j] = E[:, (c * P + i) * P + j]
    return kernel


def patch_kernel_channels(E: Array, C: int, P: int) -> Array:
    return np.stack([part.reshape(-1, P, P) for part in np.split(E, C, axis=1)], axis=1)


def patch_kernel__channels_last(E: Array, C: int, P: int) -> Array:
    """Reads a row of E as (P, P, C) and moves the channel to the front."""
    return E.reshape(len(E), P, P, C).transpose(0, 3, 1, 2)


def patch_kernel__flipped(E: Array, C: int, P: int) -> Array:
    """Rotates each kernel by 180 degrees."""
    return E.reshape(len(E), C, P, P)[:, :, ::-1, ::-1]


def patch_kernel__flipped_rows(E: Array, C: int, P: int) -> Array:
    """Reverses each row of E, which exchanges the channels as well."""
    return E[:, ::-1].reshape(len(E), C, P, P)


def patch_kernel__transposed(E: Array, C: int, P: int) -> Array:
    """Swaps rows and columns of each kernel."""
    return E.reshape(len(E), C, P, P).swapaxes(2, 3)


def patch_kernel__scaled(E: Array, C: int, P: int) -> Array:
    """Divides by the number of pixels of a patch."""
    return E.reshape(len(E), C, P, P) / P**2


def patch_kernel__scaled_by_all(E: Array, C: int, P: int) -> Array:
    """Divides by the number of entries of a patch, all channels counted."""
    return E.reshape(len(E), C, P, P) / E.shape[1]


def patch_kernel_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("all sizes different", E=_normal(rng, 5, 12), C=3, P=2)
    yield Case("larger patches", E=_normal(rng, 4, 18), C=2, P=3)
    yield Case("all sizes equal", E=_normal(rng, 2, 8), C=2, P=2)
    yield Case("one channel", E=_normal(rng, 3, 4), C=1, P=2)
    yield Case("patches of one pixel", E=_normal(rng, 4, 3), C=3, P=1)
    yield Case("one kernel", E=_normal(rng, 1, 16), C=4, P=2)


# add_class_and_positions


def add_class_and_positions(tokens: Array, cls: Array, pos: Array) -> Array:
    first = np.repeat(cls[None, None], len(tokens), axis=0)  # (D,) -> (N, 1, D)
    return np.concatenate([first, tokens], axis=1) + pos


def add_class_and_positions_filled(tokens: Array, cls: Array, pos: Array) -> Array:
    N, L, D = tokens.shape
    out = np.empty((N, L + 1, D), dtype=tokens.dtype)
    out[:, 0] = cls + pos[0]
    out[:, 1:] = tokens + pos[1:]
    return out


def add_class_and_positions_stacked(tokens: Array, cls: Array, pos: Array) -> Array:
    return np.stack([np.vstack([cls, sequence]) + pos for sequence in tokens])


def _with_class(tokens: Array, cls: Array) -> Array:
    return np.concatenate([np.broadcast_to(cls, (len(tokens), 1, len(cls))), tokens], axis=1)


def add_class_and_positions__class_last(tokens: Array, cls: Array, pos: Array) -> Array:
    """Puts the class token behind the patches."""
    return np.concatenate([tokens, np.broadcast_to(cls, (len(tokens), 1, len(cls)))], axis=1) + pos


def add_class_and_positions__class_last_own_position(tokens: Array, cls: Array, pos: Array) -> Array:
    """Puts the class token behind the patches, together with position 0."""
    last = np.broadcast_to(cls + pos[0], (len(tokens), 1, len(cls)))
    return np.concatenate([tokens + pos[1:], last], axis=1)


def add_class_and_positions__class_without_position(tokens: Array, cls: Array, pos: Array) -> Array:
    """Adds positions to the patches only and puts the bare class token in front."""
    return _with_class(tokens + pos[1:], cls)


def add_class_and_positions__class_without_position_from_zero(tokens: Array, cls: Array, pos: Array) -> Array:
    """Adds positions to the patches only, from position 0 on, and puts the bare class token in front."""
    return _with_class(tokens + pos[:-1], cls)


def add_class_and_positions__positions_shifted(tokens: Array, cls: Array, pos: Array) -> Array:
    """Gives the first patch position 0, which the class token has as well, and so on."""
    return _with_class(tokens + pos[:-1], cls + pos[0])


def add_class_and_positions__positions_shifted_class_last(tokens: Array, cls: Array, pos: Array) -> Array:
    """Gives the patches the positions from 0 on and the class token the last one."""
    return _with_class(tokens + pos[:-1], cls + pos[-1])


def add_class_and_positions__no_positions(tokens: Array, cls: Array, pos: Array) -> Array:
    """Puts the class token in front and adds nothing."""
    return _with_class(tokens, cls)


def add_class_and_positions_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, (N, L, D) in (
        ("all sizes different", (2, 4, 3)),
        ("as many images as tokens", (4, 3, 2)),
        ("all sizes equal", (3, 3, 3)),
        ("as many features as tokens", (2, 3, 4)),
        ("one image", (1, 5, 4)),
        ("one patch", (3, 1, 2)),
        ("one feature", (2, 3, 1)),
    ):
        yield Case(name, tokens=_normal(rng, N, L, D), cls=_normal(rng, D), pos=_normal(rng, L + 1, D))


# vit_classify


def vit_classify(tokens: Array, gamma: Array, beta: Array, W: Array, b: Array) -> Array:
    t = tokens[:, 0]
    centred = t - t.mean(axis=1, keepdims=True)
    var = (centred**2).mean(axis=1, keepdims=True)
    return (gamma * centred / np.sqrt(var + 1e-5) + beta) @ W.T + b


def vit_classify_all_tokens(tokens: Array, gamma: Array, beta: Array, W: Array, b: Array) -> Array:
    """Classifies every token and reads the first answer."""
    x_hat = (tokens - tokens.mean(axis=-1, keepdims=True)) / np.sqrt(tokens.var(axis=-1, keepdims=True) + 1e-5)
    return (np.einsum("nld,d,kd->nlk", x_hat, gamma, W) + W @ beta + b)[:, 0]


def vit_classify_images(tokens: Array, gamma: Array, beta: Array, W: Array, b: Array) -> Array:
    rows = []
    for sequence in tokens:
        centred = sequence[0] - sum(sequence[0]) / len(gamma)
        rows.append(W @ (gamma * centred * (centred @ centred / len(gamma) + 1e-5) ** -0.5 + beta) + b)
    return np.array(rows)


def _layernorm(x: Array, gamma: Array, beta: Array) -> Array:
    return gamma * (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5) + beta


def vit_classify__mean_pool(tokens: Array, gamma: Array, beta: Array, W: Array, b: Array) -> Array:
    """Averages all normalised tokens."""
    return _layernorm(tokens, gamma, beta).mean(axis=1) @ W.T + b


def vit_classify__mean_pool_first(tokens: Array, gamma: Array, beta: Array, W: Array, b: Array) -> Array:
    """Averages all tokens and normalises their mean."""
    return _layernorm(tokens.mean(axis=1), gamma, beta) @ W.T + b


def vit_classify__last_token(tokens: Array, gamma: Array, beta: Array, W: Array, b: Array) -> Array:
    """Reads the last token."""
    return _layernorm(tokens, gamma, beta)[:, -1] @ W.T + b


def vit_classify__no_norm(tokens: Array, gamma: Array, beta: Array, W: Array, b: Array) -> Array:
    """Gives the class token to the linear map as it is."""
    return tokens[:, 0] @ W.T + b


def vit_classify__no_bias(tokens: Array, gamma: Array, beta: Array, W: Array, b: Array) -> Array:
    """Leaves b out."""
    return _layernorm(tokens, gamma, beta)[:, 0] @ W.T


def vit_classify_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(N: int, L: int, D: int, C: int, spread: float = 1.0) -> dict[str, Value]:
        return {
            "tokens": spread * _normal(rng, N, L, D, mean=0.8),
            "gamma": _signed(rng, D),
            "beta": _signed(rng, D),
            "W": _normal(rng, C, D) / np.sqrt(D),
            "b": _signed(rng, C),
        }

    yield Case("all sizes different", **draw(2, 5, 4, 3))
    yield Case("as many classes as features", **draw(3, 2, 4, 4))
    yield Case("all sizes equal", **draw(3, 3, 3, 3))
    yield Case("one image", **draw(1, 4, 5, 2))
    yield Case("one patch", **draw(3, 2, 5, 4))
    yield Case("the class token alone", **draw(2, 1, 4, 3))
    large = draw(2, 4, 3, 5)
    large["tokens"][:, 1] *= 100.0
    yield Case("a large second token", **large)
    yield Case("spread about the root of eps", **draw(2, 3, 5, 4, spread=3e-3))


CHECKS = (
    Check(
        num_patches,
        cases=num_patches_cases,
        returns=("L:",),
        formula=r"L = \frac{H}{P} \cdot \frac{W}{P}",
        wrong=(
            Wrong(
                num_patches__floors,
                id="floors",
                tags=("edge",),
                hint="A patch grid must fit exactly.",
                also=(num_patches__floors_area,),
            ),
            Wrong(
                num_patches__pixels, id="pixels", hint="A patch has P² pixels.", also=(num_patches__pixels_unchecked,)
            ),
            Wrong(
                num_patches__class_token,
                id="class-token",
                hint="Count patches only.",
                also=(num_patches__class_token_unchecked,),
            ),
            Wrong(
                num_patches__square_only,
                id="square-only",
                hint="Images need not be square.",
                also=(
                    num_patches__square_only_checked,
                    num_patches__square_only_unchecked,
                ),
            ),
        ),
        alternates=(num_patches_corners, num_patches_divmod),
        hints=(
            "How many patches fit side by side, and how many rows of them are there?",
            "Which operator gives what is left over when P does not divide H? It must be 0 for both sides.",
        ),
    ),
    Check(
        patchify,
        cases=patchify_cases,
        returns=("tokens: N L CPP",),
        formula=(
            r"\begin{aligned}"
            r" \text{out}[n, l, k] &= x[n, c, r \, P + i, s \, P + j] \\"
            r" l &= r \, \frac{W}{P} + s \qquad k = (c \, P + i) \, P + j"
            r" \end{aligned}"
        ),
        args={"x": "N C H W"},
        needs=(num_patches,),
        wrong=(
            Wrong(
                patchify__plain_reshape,
                id="plain-reshape",
                hint="Split height and width first, then move the axes.",
            ),
            Wrong(
                patchify__channels_last,
                id="channels-last",
                hint="Channel first inside a patch.",
                tags=("variant",),
                variant_of="TensorFlow",
            ),
            Wrong(patchify__column_order, id="column-order", hint="Row by row."),
            Wrong(
                patchify__pixels_transposed,
                id="pixels-transposed",
                hint="Rows inside a patch stay rows.",
            ),
        ),
        alternates=(patchify_slices, patchify_windows),
        hints=(
            "Cut the axis H into (H/P, P) and the axis W into (W/P, P). Which six axes are there now, in which order?",
            "Which two of the six number the patches? They go behind N; what follows is flattened.",
        ),
    ),
    Check(
        unpatchify,
        cases=unpatchify_cases,
        returns=("x: N C H W",),
        formula=(
            r"\begin{aligned}"
            r" & \text{out}[n, c, r \, P + i, s \, P + j] = \text{tokens}[n, l, k] \\"
            r" & l = r \, \frac{W}{P} + s \qquad k = (c \, P + i) \, P + j"
            r" \end{aligned}"
        ),
        args={"tokens": "N L CPP"},
        wrong=(
            Wrong(unpatchify__plain_reshape, id="plain-reshape", hint="Undo the axis order."),
            Wrong(
                unpatchify__grid_swapped,
                id="grid-swapped",
                hint="Rows of patches first.",
                also=(unpatchify__grid_swapped_columns,),
            ),
            Wrong(
                unpatchify__channels_last,
                id="channels-last",
                hint="Channel first.",
                tags=("variant",),
                variant_of="TensorFlow",
            ),
            Wrong(unpatchify__pixels_transposed, id="pixels-transposed", hint="Keep rows as rows."),
        ),
        alternates=(unpatchify_slices, unpatchify_numbered),
        hints=(
            "Write down the six axes that patchify had just before its last reshape. Start from there.",
            "Bring each P next to the axis of the grid that it belongs to, then join the two.",
        ),
    ),
    Check(
        patch_embed,
        cases=patch_embed_cases,
        returns=("out: N L D",),
        formula=r"\text{out}_{nl} = E \, \text{patch}_{nl} + b",
        args={"x": "N C H W", "E": "D CPP", "b": "D"},
        needs=(patchify,),
        wrong=(
            Wrong(patch_embed__untransposed, id="untransposed", hint="Row form."),
            Wrong(patch_embed__no_bias, id="no-bias", hint="The projection has a bias."),
            Wrong(
                patch_embed__mean_pooled,
                id="mean-pooled",
                hint="All pixels of a patch enter.",
                also=(patch_embed__mean_pooled_channels,),
            ),
            Wrong(patch_embed__overlapping, id="overlapping", hint="Patches do not overlap."),
        ),
        alternates=(patch_embed_convolution, patch_embed_einsum),
        hints=(
            "Once the patches are rows, this is a linear layer. Which axis of E meets the C P P entries of a row?",
            "What shape has b, and which axis of (N, L, D) does it line up with?",
        ),
    ),
    Check(
        patch_kernel,
        cases=patch_kernel_cases,
        returns=("kernel: D C P P",),
        formula=r"\text{kernel}[d, c, i, j] = E[d, (c \, P + i) \, P + j]",
        args={"E": "D CPP"},
        wrong=(
            Wrong(
                patch_kernel__channels_last,
                id="channels-last",
                hint="The flattening was channel first.",
                tags=("variant",),
                variant_of="TensorFlow",
            ),
            Wrong(
                patch_kernel__flipped,
                id="flipped",
                hint="Cross-correlation does not flip.",
                also=(patch_kernel__flipped_rows,),
            ),
            Wrong(patch_kernel__transposed, id="transposed", hint="Rows stay rows."),
            Wrong(patch_kernel__scaled, id="scaled", hint="No averaging.", also=(patch_kernel__scaled_by_all,)),
        ),
        alternates=(patch_kernel_entries, patch_kernel_channels),
        hints=(
            "A row of E multiplies a patch that was flattened from (C, P, P). What undoes a flattening?",
            "Check yourself: the kernel times one patch, entry by entry and summed, is one feature of patch_embed.",
        ),
    ),
    Check(
        add_class_and_positions,
        cases=add_class_and_positions_cases,
        returns=("out: N L+1 D",),
        formula=(
            r"\begin{aligned}"
            r" \text{out}_{n,0} &= \text{cls} + \text{pos}_0 \\"
            r" \text{out}_{n,l+1} &= \text{tokens}_{n,l} + \text{pos}_{l+1}"
            r" \end{aligned}"
        ),
        args={"tokens": "N L D", "cls": "D", "pos": "L+1 D"},
        wrong=(
            Wrong(
                add_class_and_positions__class_last,
                id="class-last",
                hint="In front.",
                also=(add_class_and_positions__class_last_own_position,),
            ),
            Wrong(
                add_class_and_positions__class_without_position,
                id="class-without-position",
                hint="The class token has a position, too.",
                also=(add_class_and_positions__class_without_position_from_zero,),
            ),
            Wrong(
                add_class_and_positions__positions_shifted,
                id="positions-shifted",
                hint="Position 0 belongs to the class token.",
                also=(add_class_and_positions__positions_shifted_class_last,),
            ),
            Wrong(
                add_class_and_positions__no_positions,
                id="no-positions",
                hint="Order must be encoded.",
            ),
        ),
        alternates=(add_class_and_positions_filled, add_class_and_positions_stacked),
        hints=(
            "To join cls with tokens along the axis of length L it needs the axes N and 1. How does it get them?",
            "pos has L + 1 rows: in which order do you join and add, so that none is left over?",
        ),
    ),
    Check(
        vit_classify,
        cases=vit_classify_cases,
        returns=("logits: N C",),
        formula=(
            r"\begin{aligned}"
            r" t &= \text{token } 0 \\"
            r" h &= \gamma \, \frac{t - \text{mean}}{\sqrt{\text{var} + 10^{-5}}} + \beta \\"
            r" \text{logits} &= W \, h + b"
            r" \end{aligned}"
        ),
        args={"tokens": "N L D", "gamma": "D", "beta": "D", "W": "C D", "b": "C"},
        wrong=(
            Wrong(
                vit_classify__mean_pool,
                id="mean-pool",
                hint="The class token is read.",
                also=(vit_classify__mean_pool_first,),
            ),
            Wrong(vit_classify__last_token, id="last-token", hint="The class token is first."),
            Wrong(vit_classify__no_norm, id="no-norm", hint="Normalise before the head."),
            Wrong(vit_classify__no_bias, id="no-bias", hint="The head has a bias."),
        ),
        alternates=(vit_classify_all_tokens, vit_classify_images),
        hints=(
            "Which token carries what the classifier needs, and do the others enter the result at all?",
            "Over which axis does layer normalization take its mean, and what comes after the norm?",
        ),
    ),
)
