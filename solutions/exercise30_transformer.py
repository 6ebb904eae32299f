"""References, wrong functions and cases for the Transformer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Value, Wrong

TITLE = "The Transformer"
NEEDS = (29, 18, 5)

FfnGradients = tuple[Array, Array, Array, Array, Array]
Arrays = tuple[Array, ...]


def _normal(rng: np.random.Generator, *shape: int, mean: float = 0.3) -> Array:
    return rng.standard_normal(shape) + mean


def _weight(rng: np.random.Generator, rows: int, columns: int) -> Array:
    """A matrix that is not symmetric and keeps the size of what it multiplies."""
    return (1.3 * rng.standard_normal((rows, columns)) + 0.2) / np.sqrt(columns)


def _signed(rng: np.random.Generator, n: int) -> Array:
    return rng.uniform(0.4, 1.9, n) * rng.choice([-1.0, 1.0], n)


# sinusoidal_positions


def sinusoidal_positions(T: int, D: int) -> Array:
    column = np.arange(D)
    angle = np.arange(T)[:, None] / 10000.0 ** (column // 2 * 2 / D)
    return np.where(column % 2 == 0, np.sin(angle), np.cos(angle))


def sinusoidal_positions_entries(T: int, D: int) -> Array:
    P = np.zeros((T, D))
    for p, j in np.ndindex(T, D):
        angle = p * 10000.0 ** (-(j - j % 2) / D)
        P[p, j] = np.cos(angle) if j % 2 else np.sin(angle)
    return P


def sinusoidal_positions_rotations(T: int, D: int) -> Array:
    """Each pair is a point on the circle that turns by the same angle from position to position."""
    i = np.arange((D + 1) // 2)
    turn = np.exp(1j * np.outer(np.arange(T), np.exp(-np.log(10000.0) * 2 * i / D)))
    return np.stack([turn.imag, turn.real], axis=-1).reshape(T, -1)[:, :D]


def _alternating(angle: Array) -> Array:
    """Sines of the even columns of angles, cosines of the odd ones."""
    return np.where(np.arange(angle.shape[1]) % 2 == 0, np.sin(angle), np.cos(angle))


def sinusoidal_positions__exponent_doubled(T: int, D: int) -> Array:
    """Takes the column number 2i for i, so that the exponent is 4i / D."""
    even = np.arange(D) // 2 * 2
    return _alternating(np.arange(T)[:, None] / 10000.0 ** (2 * even / D))


def sinusoidal_positions__exponent_doubled_by_column(T: int, D: int) -> Array:
    """Takes the number of each column for i, so that sines and cosines have exponents of their own, twice too large."""
    return _alternating(np.arange(T)[:, None] / 10000.0 ** (2 * np.arange(D) / D))


def sinusoidal_positions__exponent_doubled_even(T: int, D: int) -> Array:
    """Takes the column number 2i for i, and needs as many cosines as sines: an odd D raises."""
    angle = np.arange(T)[:, None] / 10000.0 ** (2 * np.arange(0, D, 2) / D)
    P = np.zeros((T, D))
    P[:, 0::2], P[:, 1::2] = np.sin(angle), np.cos(angle)
    return P


def sinusoidal_positions__cos_shifted(T: int, D: int) -> Array:
    """Gives the cosine in column 2i + 1 the exponent (2i + 1) / D."""
    return _alternating(np.arange(T)[:, None] / 10000.0 ** (np.arange(D) / D))


def sinusoidal_positions__cos_shifted_to_next(T: int, D: int) -> Array:
    """Gives the cosine in column 2i + 1 the exponent of the next pair, (2i + 2) / D."""
    return _alternating(np.arange(T)[:, None] / 10000.0 ** ((np.arange(D) + 1) // 2 * 2 / D))


def sinusoidal_positions__halves(T: int, D: int) -> Array:
    """Puts all sines first and all cosines after them."""
    angle = np.arange(T)[:, None] / 10000.0 ** (2 * np.arange((D + 1) // 2) / D)
    return np.concatenate([np.sin(angle), np.cos(angle)[:, : D // 2]], axis=1)


def sinusoidal_positions__halves_even(T: int, D: int) -> Array:
    """Puts D // 2 sines first and as many cosines after them, so an odd D loses a column."""
    angle = np.arange(T)[:, None] / 10000.0 ** (2 * np.arange(D // 2) / D)
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1)


def sinusoidal_positions__halves_padded(T: int, D: int) -> Array:
    """Puts D // 2 sines first and as many cosines after them; an odd D leaves the last column 0."""
    P = np.zeros((T, D))
    P[:, : D // 2 * 2] = sinusoidal_positions__halves_even(T, D)
    return P


def sinusoidal_positions__halves_raising(T: int, D: int) -> Array:
    """Puts D // 2 sines first and fills the rest with as many cosines, which an odd D makes impossible."""
    angle = np.arange(T)[:, None] / 10000.0 ** (2 * np.arange(D // 2) / D)
    P = np.zeros((T, D))
    P[:, : D // 2] = np.sin(angle)
    P[:, D // 2 :] = np.cos(angle)
    return P


def sinusoidal_positions__from_one(T: int, D: int) -> Array:
    """Counts the positions from 1."""
    return _alternating(np.arange(1, T + 1)[:, None] / 10000.0 ** (np.arange(D) // 2 * 2 / D))


def sinusoidal_positions__base(T: int, D: int) -> Array:
    """Uses 1000 where 10000 belongs."""
    return _alternating(np.arange(T)[:, None] / 1000.0 ** (np.arange(D) // 2 * 2 / D))


def sinusoidal_positions_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("even number of features", T=5, D=6)
    yield Case("odd number of features", T=4, D=7)
    yield Case("as many positions as features", T=4, D=4)
    yield Case("one position", T=1, D=5)
    yield Case("one pair", T=3, D=2)
    yield Case("a single feature", T=3, D=1)
    yield Case("a longer table", T=int(rng.integers(10, 20)), D=int(rng.integers(8, 12)))


# embed_tokens


def embed_tokens(ids: Array, E: Array, P: Array) -> Array:
    return np.sqrt(E.shape[1]) * E[ids] + P[: ids.shape[1]]


def embed_tokens_loop(ids: Array, E: Array, P: Array) -> Array:
    N, T = ids.shape
    out = np.zeros((N, T, E.shape[1]))
    for n, t in np.ndindex(N, T):
        out[n, t] = E[ids[n, t]] * E.shape[1] ** 0.5 + P[t]
    return out


def embed_tokens_one_hot(ids: Array, E: Array, P: Array) -> Array:
    """A look-up is a product with one-hot rows."""
    one_hot = ids[:, :, None] == np.arange(len(E))
    place = np.eye(ids.shape[1], len(P))
    return one_hot @ (E * np.sqrt(E.shape[1])) + place @ P


def embed_tokens__unscaled(ids: Array, E: Array, P: Array) -> Array:
    """Adds the positions to the embedding as it is, without the root of D."""
    return E[ids] + P[: ids.shape[1]]


def embed_tokens__scaled_both(ids: Array, E: Array, P: Array) -> Array:
    """Multiplies the sum of embedding and position by the root of D."""
    return np.sqrt(E.shape[1]) * (E[ids] + P[: ids.shape[1]])


def embed_tokens__position_of_id(ids: Array, E: Array, P: Array) -> Array:
    """Looks positions up by the token's number, so a word always has the same one."""
    return np.sqrt(E.shape[1]) * E[ids] + P[ids]


def embed_tokens__position_missing(ids: Array, E: Array, P: Array) -> Array:
    """Returns the scaled embedding without positions."""
    return np.sqrt(E.shape[1]) * E[ids]


def _ids(rng: np.random.Generator, N: int, T: int, V: int) -> Array:
    """Tokens in which one word occurs twice and one never, and the last word of the vocabulary occurs."""
    missing = rng.integers(V - 1)
    ids = rng.choice([v for v in range(V) if v != missing], (N, T))
    ids.flat[rng.choice(N * T, 2, replace=False)] = V - 1
    return ids


def embed_tokens_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(N: int, T: int, V: int, D: int, Tmax: int) -> dict[str, Value]:
        return {"ids": _ids(rng, N, T, V), "E": _normal(rng, V, D), "P": _normal(rng, Tmax, D)}

    yield Case("all sizes different", **draw(N=2, T=4, V=6, D=3, Tmax=5))
    yield Case("more positions than words", **draw(N=2, T=3, V=4, D=5, Tmax=7))
    yield Case("as many positions as words", **draw(N=3, T=4, V=5, D=2, Tmax=5))
    yield Case("all sizes equal", **draw(N=3, T=3, V=3, D=3, Tmax=3))
    yield Case("as long as the table of positions", **draw(N=2, T=5, V=3, D=4, Tmax=5))
    yield Case("one sequence", **draw(N=1, T=4, V=4, D=6, Tmax=6))
    repeated = {**draw(N=2, T=3, V=4, D=3, Tmax=4), "ids": np.full((2, 3), rng.integers(4))}
    yield Case("the same word everywhere", **repeated)
    yield Case("one token", ids=rng.integers(0, 3, (1, 1)), E=_normal(rng, 3, 4), P=_normal(rng, 4, 4))


# embed_tokens_backward


def embed_tokens_backward(dout: Array, ids: Array, E: Array) -> Array:
    dE = np.zeros_like(E)
    np.add.at(dE, ids, np.sqrt(E.shape[1]) * dout)
    return dE


def embed_tokens_backward_loop(dout: Array, ids: Array, E: Array) -> Array:
    dE = np.zeros_like(E)
    for at in np.ndindex(*ids.shape):
        dE[ids[at]] += dout[at]
    return dE * E.shape[1] ** 0.5


def embed_tokens_backward_one_hot(dout: Array, ids: Array, E: Array) -> Array:
    one_hot = (ids.ravel() == np.arange(len(E))[:, None]).astype(dout.dtype)  # (V, N T)
    return np.sqrt(E.shape[1]) * (one_hot @ dout.reshape(-1, E.shape[1]))


def embed_tokens_backward__repeats_lost(dout: Array, ids: Array, E: Array) -> Array:
    """Adds with plain fancy indexing, so a word that occurs several times keeps one gradient."""
    dE = np.zeros_like(E)
    dE[ids] += np.sqrt(E.shape[1]) * dout
    return dE


def embed_tokens_backward__repeats_lost_by_rows(dout: Array, ids: Array, E: Array) -> Array:
    """Adds sequence after sequence with fancy indexing, so a word counts once in each of them."""
    dE = np.zeros_like(E)
    for tokens, gradient in zip(ids, dout):
        dE[tokens] += np.sqrt(E.shape[1]) * gradient
    return dE


def embed_tokens_backward__scale_missing(dout: Array, ids: Array, E: Array) -> Array:
    """Sums the gradients without the root of D."""
    dE = np.zeros_like(E)
    np.add.at(dE, ids, dout)
    return dE


def embed_tokens_backward__averaged(dout: Array, ids: Array, E: Array) -> Array:
    """Divides the sum of a word by the number of its occurrences."""
    dE = np.zeros_like(E)
    np.add.at(dE, ids, np.sqrt(E.shape[1]) * dout)
    counts = np.bincount(ids.ravel(), minlength=len(E))
    return dE / np.maximum(counts, 1)[:, None]


def embed_tokens_backward__dense(dout: Array, ids: Array, E: Array) -> Array:
    """Gives every row of the table the mean gradient, whether its word occurs or not."""
    mean = dout.mean(axis=(0, 1))
    return np.sqrt(E.shape[1]) * np.tile(mean, (len(E), 1))


def embed_tokens_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(N: int, T: int, V: int, D: int) -> dict[str, Value]:
        return {"dout": _normal(rng, N, T, D), "ids": _ids(rng, N, T, V), "E": _normal(rng, V, D)}

    yield Case("all sizes different", **draw(N=2, T=4, V=6, D=3))
    yield Case("few words, many repetitions", **draw(N=3, T=5, V=3, D=2))
    yield Case("as many words as features", **draw(N=2, T=3, V=4, D=4))
    yield Case("all sizes equal", **draw(N=3, T=3, V=3, D=3))
    yield Case("one sequence", **draw(N=1, T=5, V=4, D=6))
    yield Case("each word once", **{**draw(N=2, T=2, V=5, D=3), "ids": rng.permutation(5)[:4].reshape(2, 2)})
    yield Case("the same word everywhere", **{**draw(N=2, T=3, V=4, D=5), "ids": np.full((2, 3), rng.integers(4))})


def _any_positions(args: Mapping[str, Value], rng: np.random.Generator) -> Mapping[str, Value]:
    return {"P": rng.standard_normal(args["dout"].shape[1:])}


# ffn_forward


def ffn_forward(x: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Array:
    return np.maximum(x @ W1.T + b1, 0) @ W2.T + b2


def ffn_forward_positions(x: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Array:
    out = np.zeros_like(x)
    for at in np.ndindex(*x.shape[:-1]):
        z = W1 @ x[at] + b1
        out[at] = W2 @ np.where(z > 0, z, 0) + b2
    return out


def ffn_forward_units(x: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Array:
    """The sum of what each hidden unit adds."""
    out = np.zeros_like(x) + b2
    for w_in, bias, w_out in zip(W1, b1, W2.T):
        z = np.einsum("...d,d->...", x, w_in) + bias
        out = out + (0.5 * (z + np.abs(z)))[..., None] * w_out
    return out


def ffn_forward__no_activation(x: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Array:
    """Leaves ReLU out."""
    return (x @ W1.T + b1) @ W2.T + b2


def ffn_forward__output_activation(x: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Array:
    """Applies ReLU to the output too."""
    return np.maximum(np.maximum(x @ W1.T + b1, 0) @ W2.T + b2, 0)


def ffn_forward__residual_inside(x: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Array:
    """Adds x to the output."""
    return x + np.maximum(x @ W1.T + b1, 0) @ W2.T + b2


def ffn_forward__first_bias_missing(x: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Array:
    """Leaves b1 out."""
    return np.maximum(x @ W1.T, 0) @ W2.T + b2


def _ffn(rng: np.random.Generator, D: int, F: int) -> dict[str, Value]:
    return {
        "W1": _weight(rng, F, D),
        "b1": 0.5 * _signed(rng, F),
        "W2": _weight(rng, D, F),
        "b2": 0.5 * _signed(rng, D),
    }


def _ffn_draw(rng: np.random.Generator, lead: tuple[int, ...], D: int, F: int) -> dict[str, Value]:
    """Arguments whose hidden units are partly open and stay away from the kink of ReLU."""
    while True:
        args = {"x": _normal(rng, *lead, D), **_ffn(rng, D, F)}
        z = args["x"] @ args["W1"].T + args["b1"]
        if np.abs(z).min() > 2e-2 and 0.2 < np.mean(z > 0) < 0.8:
            return args


def _ffn_inputs(rng: np.random.Generator) -> Iterator[tuple[str, dict[str, Value]]]:
    yield "three axes", _ffn_draw(rng, (2, 3), 4, 5)
    yield "two axes", _ffn_draw(rng, (4,), 3, 6)
    yield "all sizes equal", _ffn_draw(rng, (3, 3), 3, 3)
    yield "as many positions as hidden units", _ffn_draw(rng, (2, 4), 3, 4)
    yield "fewer hidden units than features", _ffn_draw(rng, (3, 2), 5, 2)
    yield "one example", _ffn_draw(rng, (1, 4), 2, 3)
    dead = _ffn_draw(rng, (2, 3), 3, 4)
    dead["b1"][rng.integers(4)] = -20.0
    yield "a dead unit", dead


def ffn_forward_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, args in _ffn_inputs(rng):
        yield Case(name, **args)


# ffn_backward


def _rows(x: Array) -> Array:
    return x.reshape(-1, x.shape[-1])


def ffn_backward(dout: Array, x: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> FfnGradients:
    z = x @ W1.T + b1
    dz = dout @ W2 * (z > 0)
    dW1, db1 = _rows(dz).T @ _rows(x), _rows(dz).sum(axis=0)
    dW2, db2 = _rows(dout).T @ _rows(np.maximum(z, 0)), _rows(dout).sum(axis=0)
    return dz @ W1, dW1, db1, dW2, db2


def ffn_backward_tensordot(dout: Array, x: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> FfnGradients:
    lead = tuple(range(x.ndim - 1))
    open_units = (x @ W1.T + b1) > 0
    a = (x @ W1.T + b1) * open_units
    dz = np.where(open_units, np.tensordot(dout, W2, axes=1), 0)
    dW1, dW2 = (np.tensordot(g, value, axes=(lead, lead)) for g, value in ((dz, x), (dout, a)))
    return np.tensordot(dz, W1, axes=1), dW1, dz.sum(axis=lead), dW2, dout.sum(axis=lead)


def ffn_backward_positions(dout: Array, x: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> FfnGradients:
    dx, dW1, db1, dW2, db2 = (np.zeros_like(value) for value in (x, W1, b1, W2, b2))
    for at in np.ndindex(*x.shape[:-1]):
        z = W1 @ x[at] + b1
        dz = np.where(z > 0, W2.T @ dout[at], 0)
        dx[at] = W1.T @ dz
        dW1 += np.outer(dz, x[at])
        db1 += dz
        dW2 += np.outer(dout[at], np.maximum(z, 0))
        db2 += dout[at]
    return dx, dW1, db1, dW2, db2


def ffn_backward__gate_missing(dout: Array, x: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> FfnGradients:
    """Lets the gradient pass through closed units too."""
    z = x @ W1.T + b1
    dz = dout @ W2
    dW1, db1 = _rows(dz).T @ _rows(x), _rows(dz).sum(axis=0)
    dW2, db2 = _rows(dout).T @ _rows(np.maximum(z, 0)), _rows(dout).sum(axis=0)
    return dz @ W1, dW1, db1, dW2, db2


def ffn_backward__uses_z(dout: Array, x: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> FfnGradients:
    """Multiplies dout by the pre-activation in dW2."""
    z = x @ W1.T + b1
    dz = dout @ W2 * (z > 0)
    dW1, db1 = _rows(dz).T @ _rows(x), _rows(dz).sum(axis=0)
    dW2, db2 = _rows(dout).T @ _rows(z), _rows(dout).sum(axis=0)
    return dz @ W1, dW1, db1, dW2, db2


def ffn_backward__batch_only(dout: Array, x: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> FfnGradients:
    """Sums the gradients of the biases over the first axis only, so each position keeps its own."""
    z = x @ W1.T + b1
    dz = dout @ W2 * (z > 0)
    dW1, dW2 = _rows(dz).T @ _rows(x), _rows(dout).T @ _rows(np.maximum(z, 0))
    return dz @ W1, dW1, dz.sum(axis=0), dW2, dout.sum(axis=0)


def ffn_backward__position_averaged(dout: Array, x: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> FfnGradients:
    """Divides the gradients of the weights by the number of positions."""
    dx, dW1, db1, dW2, db2 = ffn_backward(dout, x, W1, b1, W2, b2)
    positions = _rows(x).shape[0]
    return dx, dW1 / positions, db1, dW2 / positions, db2


def ffn_backward__position_averaged_biases_too(
    dout: Array, x: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> FfnGradients:
    """Divides the gradients of weights and biases by the number of positions."""
    dx, dW1, db1, dW2, db2 = ffn_backward(dout, x, W1, b1, W2, b2)
    positions = _rows(x).shape[0]
    return dx, dW1 / positions, db1 / positions, dW2 / positions, db2 / positions


def ffn_backward__position_averaged_length(
    dout: Array, x: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> FfnGradients:
    """Divides the gradients of the weights by the length of a sequence."""
    dx, dW1, db1, dW2, db2 = ffn_backward(dout, x, W1, b1, W2, b2)
    return dx, dW1 / x.shape[-2], db1, dW2 / x.shape[-2], db2


def ffn_backward__position_averaged_length_biases_too(
    dout: Array, x: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> FfnGradients:
    """Divides the gradients of weights and biases by the length of a sequence."""
    dx, *gradients = ffn_backward(dout, x, W1, b1, W2, b2)
    dW1, db1, dW2, db2 = (gradient / x.shape[-2] for gradient in gradients)
    return dx, dW1, db1, dW2, db2


def ffn_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, args in _ffn_inputs(rng):
        yield Case(name, dout=_normal(rng, *args["x"].shape), **args)
    args, unit = _ffn_draw(rng, (2, 3), 4, 3), rng.integers(3)
    args["W1"][unit] = args["b1"][unit] = 0.0
    yield Case("a unit exactly at 0", gradient=False, dout=_normal(rng, 2, 3, 4), **args)


# encoder_block


def _layernorm(x: Array, gamma: Array, beta: Array) -> Array:
    mu, var = x.mean(axis=-1, keepdims=True), x.var(axis=-1, keepdims=True)
    return gamma * (x - mu) / np.sqrt(var + 1e-5) + beta


def _attend(Q: Array, K: Array, V: Array, keep: Array | bool) -> Array:
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    allowed = np.where(keep, scores, scores.min())  # forbidden scores may be far above the others
    e = keep * np.exp(allowed - allowed.max(axis=-1, keepdims=True))
    return e / np.maximum(e.sum(axis=-1, keepdims=True), 1) @ V


def _self_attention(x: Array, weights: Arrays, heads: int, mask: Array | None) -> Array:
    Wq, Wk, Wv, Wo = weights
    N, T, D = x.shape
    Q, K, V = ((x @ W.T).reshape(N, T, heads, D // heads).swapaxes(1, 2) for W in (Wq, Wk, Wv))
    return _attend(Q, K, V, True if mask is None else mask).swapaxes(1, 2).reshape(N, T, D) @ Wo.T


def encoder_block(
    x: Array,
    mask: Array | None,
    attn: Arrays,
    ffn: Arrays,
    ln1: Arrays,
    ln2: Arrays,
    heads: int,
    pre_norm: bool = False,
) -> Array:
    if pre_norm:
        h = x + _self_attention(_layernorm(x, *ln1), attn, heads, mask)
        return h + ffn_forward(_layernorm(h, *ln2), *ffn)
    h = _layernorm(x + _self_attention(x, attn, heads, mask), *ln1)
    return _layernorm(h + ffn_forward(h, *ffn), *ln2)


def _normalized(x: Array, gamma: Array, beta: Array) -> Array:
    centred = x - x.mean(axis=-1)[..., None]
    return (
        centred * (np.einsum("...d,...d->...", centred, centred) / x.shape[-1] + 1e-5)[..., None] ** -0.5 * gamma + beta
    )


def _heads_summed(x: Array, weights: Arrays, heads: int, mask: Array | None) -> Array:
    """Self-attention as a sum over heads, each with its rows of the projections and its columns of Wo."""
    Wq, Wk, Wv, Wo = weights
    N, T, D = x.shape
    keep = np.broadcast_to(True if mask is None else mask, (N, heads, T, T))
    out = np.zeros_like(x)
    for h, block in enumerate(np.split(np.arange(D), heads)):
        scores = np.einsum("ntd,nsd->nts", x @ Wq[block].T, x @ Wk[block].T) * (heads / D) ** 0.5
        scores = np.where(keep[:, h], scores, -np.inf)
        total = np.logaddexp.reduce(scores, axis=-1, keepdims=True)
        A = np.exp(scores - np.where(np.isfinite(total), total, 0))
        out = out + A @ (x @ Wv[block].T) @ Wo[:, block].T
    return out


def encoder_block_sublayers(
    x: Array,
    mask: Array | None,
    attn: Arrays,
    ffn: Arrays,
    ln1: Arrays,
    ln2: Arrays,
    heads: int,
    pre_norm: bool = False,
) -> Array:
    """Both forms in one loop over the sub-layers."""

    def attention(h: Array) -> Array:
        return _heads_summed(h, attn, heads, mask)

    def network(h: Array) -> Array:
        return ffn_forward_positions(h, *ffn)

    for norm, sublayer in zip((ln1, ln2), (attention, network)):
        before = _normalized(x, *norm) if pre_norm else x
        x = x + sublayer(before)
        x = x if pre_norm else _normalized(x, *norm)
    return x


def encoder_block_examples(
    x: Array,
    mask: Array | None,
    attn: Arrays,
    ffn: Arrays,
    ln1: Arrays,
    ln2: Arrays,
    heads: int,
    pre_norm: bool = False,
) -> Array:
    """Example by example: nothing in a block mixes them."""
    N, T, _ = x.shape
    keep = np.broadcast_to(True if mask is None else mask, (N, heads, T, T))
    rows = []
    for n in range(N):
        h = x[n : n + 1]
        read = _self_attention(_normalized(h, *ln1) if pre_norm else h, attn, heads, keep[n : n + 1])
        h = h + read if pre_norm else _normalized(h + read, *ln1)
        thought = ffn_forward_units(_normalized(h, *ln2) if pre_norm else h, *ffn)
        rows.append(h + thought if pre_norm else _normalized(h + thought, *ln2))
    return np.concatenate(rows)


def encoder_block__attention_residual_missing(
    x: Array,
    mask: Array | None,
    attn: Arrays,
    ffn: Arrays,
    ln1: Arrays,
    ln2: Arrays,
    heads: int,
    pre_norm: bool = False,
) -> Array:
    """Goes on with the output of the attention alone, without adding x."""
    if pre_norm:
        h = _self_attention(_layernorm(x, *ln1), attn, heads, mask)
        return h + ffn_forward(_layernorm(h, *ln2), *ffn)
    h = _layernorm(_self_attention(x, attn, heads, mask), *ln1)
    return _layernorm(h + ffn_forward(h, *ffn), *ln2)


def encoder_block__ffn_residual_missing(
    x: Array,
    mask: Array | None,
    attn: Arrays,
    ffn: Arrays,
    ln1: Arrays,
    ln2: Arrays,
    heads: int,
    pre_norm: bool = False,
) -> Array:
    """Returns the output of the second sub-layer alone, without adding its input."""
    if pre_norm:
        h = x + _self_attention(_layernorm(x, *ln1), attn, heads, mask)
        return ffn_forward(_layernorm(h, *ln2), *ffn)
    h = _layernorm(x + _self_attention(x, attn, heads, mask), *ln1)
    return _layernorm(ffn_forward(h, *ffn), *ln2)


def encoder_block__pre_for_post(
    x: Array,
    mask: Array | None,
    attn: Arrays,
    ffn: Arrays,
    ln1: Arrays,
    ln2: Arrays,
    heads: int,
    pre_norm: bool = False,
) -> Array:
    """Normalises before the sub-layers, whichever form is asked for."""
    h = x + _self_attention(_layernorm(x, *ln1), attn, heads, mask)
    return h + ffn_forward(_layernorm(h, *ln2), *ffn)


def encoder_block__pre_for_post_exchanged(
    x: Array,
    mask: Array | None,
    attn: Arrays,
    ffn: Arrays,
    ln1: Arrays,
    ln2: Arrays,
    heads: int,
    pre_norm: bool = False,
) -> Array:
    """Exchanges the two forms: normalises before where post-norm is asked for, and the sums where pre-norm is."""
    return encoder_block(x, mask, attn, ffn, ln1, ln2, heads, not pre_norm)


def encoder_block__post_for_pre(
    x: Array,
    mask: Array | None,
    attn: Arrays,
    ffn: Arrays,
    ln1: Arrays,
    ln2: Arrays,
    heads: int,
    pre_norm: bool = False,
) -> Array:
    """Ignores pre_norm: normalises the sums in any case."""
    h = _layernorm(x + _self_attention(x, attn, heads, mask), *ln1)
    return _layernorm(h + ffn_forward(h, *ffn), *ln2)


def encoder_block__norms_shared(
    x: Array,
    mask: Array | None,
    attn: Arrays,
    ffn: Arrays,
    ln1: Arrays,
    ln2: Arrays,
    heads: int,
    pre_norm: bool = False,
) -> Array:
    """Uses the first norm for both sub-layers."""
    if pre_norm:
        h = x + _self_attention(_layernorm(x, *ln1), attn, heads, mask)
        return h + ffn_forward(_layernorm(h, *ln1), *ffn)
    h = _layernorm(x + _self_attention(x, attn, heads, mask), *ln1)
    return _layernorm(h + ffn_forward(h, *ffn), *ln1)


def encoder_block__normalised_residual(
    x: Array,
    mask: Array | None,
    attn: Arrays,
    ffn: Arrays,
    ln1: Arrays,
    ln2: Arrays,
    heads: int,
    pre_norm: bool = False,
) -> Array:
    """In pre-norm, adds what a sub-layer gives to its normalised input."""
    if pre_norm:
        normal = _layernorm(x, *ln1)
        h = _layernorm(normal + _self_attention(normal, attn, heads, mask), *ln2)
        return h + ffn_forward(h, *ffn)
    h = _layernorm(x + _self_attention(x, attn, heads, mask), *ln1)
    return _layernorm(h + ffn_forward(h, *ffn), *ln2)


def encoder_block__normalised_residual_first(
    x: Array,
    mask: Array | None,
    attn: Arrays,
    ffn: Arrays,
    ln1: Arrays,
    ln2: Arrays,
    heads: int,
    pre_norm: bool = False,
) -> Array:
    """In pre-norm, adds the attention to its normalised input; the second sub-layer is right."""
    if not pre_norm:
        return encoder_block(x, mask, attn, ffn, ln1, ln2, heads)
    normal = _layernorm(x, *ln1)
    h = normal + _self_attention(normal, attn, heads, mask)
    return h + ffn_forward(_layernorm(h, *ln2), *ffn)


def encoder_block__normalised_residual_second(
    x: Array,
    mask: Array | None,
    attn: Arrays,
    ffn: Arrays,
    ln1: Arrays,
    ln2: Arrays,
    heads: int,
    pre_norm: bool = False,
) -> Array:
    """In pre-norm, adds the network to its normalised input; the first sub-layer is right."""
    if not pre_norm:
        return encoder_block(x, mask, attn, ffn, ln1, ln2, heads)
    h = _layernorm(x + _self_attention(_layernorm(x, *ln1), attn, heads, mask), *ln2)
    return h + ffn_forward(h, *ffn)


def _lengths(T: int, *lengths: int) -> Array:
    """The mask (N, 1, 1, T) of padded sequences."""
    return (np.arange(T) < np.array(lengths)[:, None])[:, None, None, :]


def encoder_block_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(N: int, T: int, D: int, F: int, heads: int, spread: float = 1.0) -> dict[str, Value]:
        return {
            "x": spread * _normal(rng, N, T, D),
            "mask": None,
            "attn": tuple(_weight(rng, D, D) for _ in range(4)),
            "ffn": tuple(_ffn(rng, D, F).values()),
            "ln1": (_signed(rng, D), _signed(rng, D)),
            "ln2": (_signed(rng, D), _signed(rng, D)),
            "heads": heads,
        }

    yield Case("post-norm by default", **draw(2, 3, 6, 5, 3))
    yield Case("post-norm with padding", **{**draw(3, 4, 4, 5, 2), "mask": _lengths(4, 2, 4, 3)}, pre_norm=False)
    yield Case("post-norm with a causal mask", **{**draw(2, 3, 4, 6, 4), "mask": np.tri(3, dtype=bool)})
    yield Case("pre-norm", **draw(2, 3, 6, 4, 2), pre_norm=True)
    yield Case("pre-norm with padding", **{**draw(2, 4, 6, 5, 3), "mask": _lengths(4, 3, 2)}, pre_norm=True)
    yield Case("pre-norm, all sizes equal", **{**draw(2, 4, 4, 4, 4), "mask": np.tri(4, dtype=bool)}, pre_norm=True)
    yield Case("one token", **draw(1, 1, 4, 3, 2))
    small = draw(2, 3, 4, 5, 2, spread=3e-3)
    yield Case("pre-norm of small activations", **small, pre_norm=True)
    yield Case("post-norm of small activations", **draw(2, 3, 5, 4, 1, spread=3e-3))
    yield Case("an empty sequence", **{**draw(2, 3, 4, 5, 2), "mask": _lengths(3, 2, 0)})
    large = {**draw(2, 4, 6, 5, 2, spread=100.0), "mask": _lengths(4, 2, 3)}
    yield Case("large activations", kind="stability", float64_only=True, scale="row", **large)


# cross_attention


def cross_attention(y: Array, memory: Array, Wq: Array, Wk: Array, Wv: Array, mask: Array) -> Array:
    return _attend(y @ Wq.T, memory @ Wk.T, memory @ Wv.T, mask)


def cross_attention_folded(y: Array, memory: Array, Wq: Array, Wk: Array, Wv: Array, mask: Array) -> Array:
    """Scores as a bilinear form of y and memory; the values are projected after they are mixed."""
    scores = np.einsum("ntd,de,nse->nts", y, Wq.T @ Wk / np.sqrt(len(Wq)), memory)
    scores = np.where(mask, scores, -np.inf)
    total = np.logaddexp.reduce(scores, axis=-1, keepdims=True)
    A = np.exp(scores - np.where(np.isfinite(total), total, 0))
    return A @ memory @ Wv.T


def cross_attention_queries(y: Array, memory: Array, Wq: Array, Wk: Array, Wv: Array, mask: Array) -> Array:
    out = np.zeros((*y.shape[:2], len(Wv)))
    for n, t in np.ndindex(*y.shape[:2]):
        real = memory[n][mask[n, 0]]
        if len(real):
            scores = real @ Wk.T @ (Wq @ y[n, t]) / len(Wq) ** 0.5
            e = np.exp(scores - scores.max())
            out[n, t] = Wv @ (e @ real) / e.sum()
    return out


def cross_attention__roles_swapped(y: Array, memory: Array, Wq: Array, Wk: Array, Wv: Array, mask: Array) -> Array:
    """Takes the queries from memory, the keys and values from y."""
    return _attend(memory @ Wq.T, y @ Wk.T, y @ Wv.T, mask)


def cross_attention__roles_swapped_memory_alone(
    y: Array, memory: Array, Wq: Array, Wk: Array, Wv: Array, mask: Array
) -> Array:
    """Takes the queries from memory as well as keys and values, and never reads y."""
    return _attend(memory @ Wq.T, memory @ Wk.T, memory @ Wv.T, mask)


def cross_attention__roles_swapped_unmasked(
    y: Array, memory: Array, Wq: Array, Wk: Array, Wv: Array, mask: Array
) -> Array:
    """Takes the queries from memory, keys and values from y, and has no use for the mask over memory."""
    return _attend(memory @ Wq.T, y @ Wk.T, y @ Wv.T, True)


def cross_attention__self_attention(y: Array, memory: Array, Wq: Array, Wk: Array, Wv: Array, mask: Array) -> Array:
    """Takes queries, keys and values from y."""
    return _attend(y @ Wq.T, y @ Wk.T, y @ Wv.T, mask)


def cross_attention__self_attention_unmasked(
    y: Array, memory: Array, Wq: Array, Wk: Array, Wv: Array, mask: Array
) -> Array:
    """Takes queries, keys and values from y and has no use for the mask over memory."""
    return _attend(y @ Wq.T, y @ Wk.T, y @ Wv.T, True)


def cross_attention__values_from_y(y: Array, memory: Array, Wq: Array, Wk: Array, Wv: Array, mask: Array) -> Array:
    """Takes keys and values from memory and ignores the mask, so padding is read as well."""
    return _attend(y @ Wq.T, memory @ Wk.T, memory @ Wv.T, True)


def cross_attention__values_from_y_too(y: Array, memory: Array, Wq: Array, Wk: Array, Wv: Array, mask: Array) -> Array:
    """Takes the keys from memory but the values from y, and ignores the mask."""
    return _attend(y @ Wq.T, memory @ Wk.T, y @ Wv.T, True)


def cross_attention__keys_as_values(y: Array, memory: Array, Wq: Array, Wk: Array, Wv: Array, mask: Array) -> Array:
    """Mixes the keys instead of the values."""
    keys = memory @ Wk.T
    return _attend(y @ Wq.T, keys, keys, mask)


def cross_attention_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(Ty: int, Tm: int, D: int, Dm: int, dk: int, *lengths: int) -> dict[str, Value]:
        N = len(lengths)
        return {
            "y": _normal(rng, N, Ty, D),
            "memory": _normal(rng, N, Tm, Dm),
            "Wq": _weight(rng, dk, D),
            "Wk": _weight(rng, dk, Dm),
            "Wv": _weight(rng, D, Dm),
            "mask": _lengths(Tm, *lengths)[:, 0],
        }

    yield Case("all sizes different", **draw(3, 5, 4, 6, 7, 3, 5))
    yield Case("one width for all", **draw(3, 4, 5, 5, 5, 2, 3))
    yield Case("all sizes equal", **draw(3, 3, 3, 3, 3, 2, 3, 1))
    yield Case("as many tokens on both sides", **draw(4, 4, 3, 3, 2, 3, 2))
    holes = draw(2, 4, 3, 2, 4, 4, 4)
    holes["mask"] = np.array([[[True, False, True, True]], [[False, True, False, True]]])
    yield Case("padding on the left and in the middle", **holes)
    yield Case("a memory of padding only", **draw(2, 3, 4, 3, 2, 2, 0))
    yield Case("no padding", **draw(3, 2, 2, 4, 3, 2, 2))
    yield Case("one example", **draw(2, 4, 3, 4, 2, 3))

    def large(real: list[float], padding: float) -> dict[str, Value]:
        """The first feature adds such scores at real positions and at padding, and nothing to the values."""
        args = draw(3, 4, 4, 4, 4, 3, 2)
        for name in ("Wq", "Wk", "Wv"):
            args[name][0] = args[name][:, 0] = 0.0
        args["Wq"][0, 0] = args["Wk"][0, 0] = 1.0
        args["y"][:, :, 0] = 200.0
        args["memory"][:, :, 0] = np.where(args["mask"][:, 0], real, padding) / 100
        return args

    for name, real, padding in (
        ("scores near 10000", [1e4] * 4, 1e4),
        ("scores near -10000", [-1e4] * 4, -1e4),
        ("real scores 20000 apart", [1e4, -1e4, 1e4, 1e4], -1e4),
        ("padding far above the real scores", [-1e4] * 4, 1e4),
    ):
        yield Case(name, kind="stability", float64_only=True, scale="row", **large(real, padding))


# next_token_loss


def next_token_loss(logits: Array, ids: Array, valid: Array) -> float:
    counted = valid[:, 1:] & valid[:, :-1]
    if not counted.any():
        return 0.0
    z = logits[:, :-1][counted]  # (N, T - 1, V) -> (number of predictions, V)
    z = z - z.max(axis=1, keepdims=True)
    right = z[np.arange(len(z)), ids[:, 1:][counted]]
    return float((np.log(np.exp(z).sum(axis=1)) - right).mean())


def next_token_loss_loop(logits: Array, ids: Array, valid: Array) -> float:
    losses = []
    for z, tokens, real in zip(logits, ids, valid):
        for t in range(len(tokens) - 1):
            if real[t] and real[t + 1]:
                losses.append(np.logaddexp.reduce(z[t]) - z[t, tokens[t + 1]])
    return float(np.mean(losses)) if losses else 0.0


def next_token_loss_one_hot(logits: Array, ids: Array, valid: Array) -> float:
    """All positions, the rest weighed with 0."""
    weight = (valid[:, 1:] & valid[:, :-1]).astype(float)
    z = logits[:, :-1]
    log_probs = z - np.logaddexp.reduce(z, axis=-1, keepdims=True)
    one_hot = ids[:, 1:, None] == np.arange(z.shape[-1])
    return float(-np.einsum("ntv,ntv,nt->", log_probs, one_hot, weight) / max(weight.sum(), 1))


def _masked_cross_entropy(z: Array, y: Array, mask: Array) -> float:
    if not mask.any():
        return 0.0
    rows = z[mask] - z[mask].max(axis=-1, keepdims=True)
    return float(np.mean(np.log(np.exp(rows).sum(axis=-1)) - rows[np.arange(len(rows)), y[mask]]))


def next_token_loss__unshifted(logits: Array, ids: Array, valid: Array) -> float:
    """Compares the prediction of each position with the token that stands there."""
    return _masked_cross_entropy(logits, ids, valid)


def next_token_loss__unshifted_without_last(logits: Array, ids: Array, valid: Array) -> float:
    """Drops the last position, but compares each prediction with the token at its own place."""
    return _masked_cross_entropy(logits[:, :-1], ids[:, :-1], valid[:, 1:] & valid[:, :-1])


def next_token_loss__unshifted_first_tokens(logits: Array, ids: Array, valid: Array) -> float:
    """Compares all but the last prediction with the token at its own place, wherever that is real."""
    return _masked_cross_entropy(logits[:, :-1], ids[:, :-1], valid[:, :-1])


def next_token_loss__shifted_wrong_way(logits: Array, ids: Array, valid: Array) -> float:
    """Compares the prediction of position t + 1 with token t."""
    return _masked_cross_entropy(logits[:, 1:], ids[:, :-1], valid[:, 1:] & valid[:, :-1])


def next_token_loss__shifted_wrong_way_where_target_is_real(logits: Array, ids: Array, valid: Array) -> float:
    """Compares the prediction of position t + 1 with token t wherever token t is real."""
    return _masked_cross_entropy(logits[:, 1:], ids[:, :-1], valid[:, :-1])


def next_token_loss__padding_counted(logits: Array, ids: Array, valid: Array) -> float:
    """Averages over all positions, padding included."""
    return _masked_cross_entropy(logits[:, :-1], ids[:, 1:], np.ones_like(valid[:, 1:]))


def next_token_loss__padding_counted_nan(logits: Array, ids: Array, valid: Array) -> float:
    """Averages over all positions, padding included; where there is none the mean of nothing is nan."""
    z = logits[:, :-1]
    log_probs = z - np.logaddexp.reduce(z, axis=-1, keepdims=True)
    return float(-np.take_along_axis(log_probs, ids[:, 1:, None], axis=-1).mean())


def next_token_loss__mask_of_inputs(logits: Array, ids: Array, valid: Array) -> float:
    """Asks only that the reading token is real, so the step into padding counts."""
    return _masked_cross_entropy(logits[:, :-1], ids[:, 1:], valid[:, :-1])


def next_token_loss_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(valid: Array, V: int) -> dict[str, Value]:
        ids = np.where(valid, rng.integers(V, size=valid.shape), 0)
        return {"logits": 1.5 * _normal(rng, *valid.shape, V), "ids": ids, "valid": valid}

    def lengths(T: int, *values: int) -> Array:
        return np.arange(T) < np.array(values)[:, None]

    yield Case("sequences of different length", **draw(lengths(5, 3, 5, 2), 4))
    yield Case("no padding", **draw(lengths(4, 4, 4), 3))
    yield Case("all sizes equal", **draw(lengths(3, 2, 3, 3), 3))
    yield Case("padding on the left", **draw(lengths(5, 4, 3)[:, ::-1], 6))
    yield Case("padding in the middle", **draw(rng.permuted([[True] * 5 + [False, True]] * 2, axis=1), 3))
    yield Case("one sequence", **draw(lengths(6, 4), 5))
    yield Case("sequences of one token and of none", **draw(lengths(4, 1, 0, 3), 4))
    yield Case("one position", **draw(lengths(1, 1, 1), 3))
    yield Case("padding only", **draw(lengths(3, 0, 0), 4))
    for name, offset in (("logits near 10000", 1e4), ("logits near -10000", -1e4)):
        args = draw(lengths(4, 3, 4), 5)
        args["logits"] = args["logits"] + offset
        yield Case(name, kind="stability", float64_only=True, **args)
    args = draw(lengths(4, 4, 3), 3)
    args["logits"] = args["logits"] + rng.permutation([1e4, -1e4])[:, None, None]
    yield Case("sequences 20000 apart", kind="stability", float64_only=True, **args)
    args = draw(lengths(4, 4, 3), 3)
    args["logits"] = args["logits"] + rng.permuted(np.tile([1e4, -1e4, -1e4], (2, 4, 1)), axis=2)
    yield Case("classes 20000 apart", kind="stability", float64_only=True, **args)


CHECKS = (
    Check(
        sinusoidal_positions,
        cases=sinusoidal_positions_cases,
        returns=("P: T D",),
        formula=(
            r"\begin{aligned}"
            r" P[p, 2i] &= \sin\left(\frac{p}{10000^{2i / D}}\right) \\"
            r" P[p, 2i + 1] &= \cos\left(\frac{p}{10000^{2i / D}}\right) \qquad i = 0, 1, 2, \ldots"
            r" \end{aligned}"
        ),
        wrong=(
            Wrong(
                sinusoidal_positions__exponent_doubled,
                id="exponent-doubled",
                hint="The pair number i counts 0,1,2,..",
                also=(
                    sinusoidal_positions__exponent_doubled_by_column,
                    sinusoidal_positions__exponent_doubled_even,
                ),
            ),
            Wrong(
                sinusoidal_positions__cos_shifted,
                id="cos-shifted",
                hint="A sine and its cosine share the frequency.",
                also=(sinusoidal_positions__cos_shifted_to_next,),
            ),
            Wrong(
                sinusoidal_positions__halves,
                id="halves",
                hint="They alternate.",
                tags=("variant",),
                variant_of="Hugging Face diffusers",
                also=(
                    sinusoidal_positions__halves_even,
                    sinusoidal_positions__halves_padded,
                    sinusoidal_positions__halves_raising,
                ),
            ),
            Wrong(sinusoidal_positions__from_one, id="from-one", hint="The first position is 0."),
            Wrong(
                sinusoidal_positions__base,
                id="base",
                hint="The wavelengths go up to 10000·2π.",
            ),
        ),
        alternates=(sinusoidal_positions_entries, sinusoidal_positions_rotations),
        hints=(
            "Columns 0 and 1 share i = 0, columns 2 and 3 share i = 1: how do you get i from the column number?",
            "Make a table of angles (T, D) first; which columns of it become sines, and which cosines?",
        ),
    ),
    Check(
        embed_tokens,
        cases=embed_tokens_cases,
        returns=("out: N T D",),
        formula=r"\text{out}_{nt} = \sqrt{D} \, E[\text{ids}_{nt}] + P[t]",
        args={"ids": "N T", "E": "V D", "P": "Tmax D"},
        wrong=(
            Wrong(
                embed_tokens__unscaled,
                id="unscaled",
                hint="The embedding is scaled before positions are added.",
            ),
            Wrong(embed_tokens__scaled_both, id="scaled-both", hint="Only the embedding is scaled."),
            Wrong(
                embed_tokens__position_of_id,
                id="position-of-id",
                hint="Positions depend on the place, not on the word.",
            ),
            Wrong(
                embed_tokens__position_missing,
                id="position-missing",
                hint="Attention alone has no sense of order.",
            ),
        ),
        alternates=(embed_tokens_loop, embed_tokens_one_hot),
        hints=(
            "What shape does E have when it is indexed with a whole (N, T) array of ids?",
            "Which rows of P does a batch of length T use, and does the batch axis matter to them?",
        ),
    ),
    Check(
        embed_tokens_backward,
        cases=embed_tokens_backward_cases,
        returns=("dE: V D",),
        formula=(
            r"\text{dE}_v = \sqrt{D} \sum_{(n, t)\,:\,\text{ids}_{nt}"
            r" = v} \text{dout}_{nt}"
        ),
        args={"dout": "N T D", "ids": "N T", "E": "V D"},
        gradient=Gradient(of=embed_tokens, wrt={"E": "dE"}, fixed=_any_positions),
        wrong=(
            Wrong(
                embed_tokens_backward__repeats_lost,
                id="repeats-lost",
                hint="Repeated indices need an accumulating add.",
                also=(embed_tokens_backward__repeats_lost_by_rows,),
            ),
            Wrong(embed_tokens_backward__scale_missing, id="scale-missing", hint="Forward scaled the row."),
            Wrong(embed_tokens_backward__averaged, id="averaged", hint="Occurrences add up."),
            Wrong(embed_tokens_backward__dense, id="dense", hint="Only looked-up rows move."),
        ),
        alternates=(embed_tokens_backward_loop, embed_tokens_backward_one_hot),
        hints=(
            "Start from zeros in the shape of E. Which row does the gradient of one token go to?",
            "What happens in NumPy to dE[ids] += ... when an id occurs twice? Look at np.add.at.",
        ),
    ),
    Check(
        ffn_forward,
        cases=ffn_forward_cases,
        returns=("out: ... D",),
        formula=r"\text{out} = \operatorname{relu}(x \, W_1^\top + b_1) \, W_2^\top + b_2",
        args={"x": "... D", "W1": "F D", "b1": "F", "W2": "D F", "b2": "D"},
        wrong=(
            Wrong(
                ffn_forward__no_activation,
                id="no-activation",
                hint="Two linear maps are one linear map.",
            ),
            Wrong(ffn_forward__output_activation, id="output-activation", hint="The output is linear."),
            Wrong(
                ffn_forward__residual_inside,
                id="residual-inside",
                hint="The residual belongs to the block.",
            ),
            Wrong(
                ffn_forward__first_bias_missing,
                id="first-bias-missing",
                hint="Bias before the activation.",
            ),
        ),
        alternates=(ffn_forward_positions, ffn_forward_units),
        hints=(
            "Matmul with a matrix acts on the last axis and leaves the others alone: is a loop over positions needed?",
            "Linear, ReLU, linear: how many biases, and where does each belong?",
        ),
    ),
    Check(
        ffn_backward,
        cases=ffn_backward_cases,
        returns=("dx: ... D", "dW1: F D", "db1: F", "dW2: D F", "db2: D"),
        formula=(
            r"\begin{aligned}"
            r" z &= x \, W_1^\top + b_1 \qquad a = \operatorname{relu}(z) \\"
            r" \text{dW}_2 &= \sum \text{dout} \, a^\top \qquad \text{db}_2 = \sum \text{dout} \\"
            r" \text{dz} &= (\text{dout} \, W_2) \odot [z > 0] \\"
            r" \text{dW}_1 &= \sum \text{dz} \, x^\top \qquad \text{db}_1 = \sum \text{dz} \qquad \text{dx}"
            r" = \text{dz} \, W_1"
            r" \end{aligned}"
        ),
        args={"dout": "... D", "x": "... D", "W1": "F D", "b1": "F", "W2": "D F", "b2": "D"},
        gradient=Gradient(
            of=ffn_forward,
            wrt={"x": "dx", "W1": "dW1", "b1": "db1", "W2": "dW2", "b2": "db2"},
        ),
        wrong=(
            Wrong(ffn_backward__gate_missing, id="gate-missing", hint="Closed units pass nothing."),
            Wrong(ffn_backward__uses_z, id="uses-z", hint="W2 saw relu(z)."),
            Wrong(ffn_backward__batch_only, id="batch-only", hint="Sum over positions as well."),
            Wrong(
                ffn_backward__position_averaged,
                id="position-averaged",
                hint="The weights are shared: sum.",
                also=(
                    ffn_backward__position_averaged_biases_too,
                    ffn_backward__position_averaged_length,
                    ffn_backward__position_averaged_length_biases_too,
                ),
            ),
        ),
        alternates=(ffn_backward_tensordot, ffn_backward_positions),
        hints=(
            "Every position is one more example for the same weights. What reshape makes x a plain batch of rows?",
            "Go back layer by layer: dout through W2, through the gate of ReLU, then through W1.",
            "Which value did W2 multiply on the way forward, and which did W1?",
        ),
    ),
    Check(
        encoder_block,
        cases=encoder_block_cases,
        returns=("out: N T D",),
        formula=(
            r"\begin{aligned}"
            r" \text{post-norm:} & & h &= \text{LN1}(x + \text{MHA}(x)) & \text{out} &= \text{LN2}(h"
            r" + \text{FFN}(h)) \\"
            r" \text{pre-norm:} & & h &= x + \text{MHA}(\text{LN1}(x)) & \text{out} &= h"
            r" + \text{FFN}(\text{LN2}(h))"
            r" \end{aligned}"
        ),
        args={"x": "N T D", "mask": "N heads T T"},
        needs=(ffn_forward,),
        wrong=(
            Wrong(
                encoder_block__attention_residual_missing,
                id="attention-residual-missing",
                hint="Each sub-layer adds to its input.",
            ),
            Wrong(
                encoder_block__ffn_residual_missing,
                id="ffn-residual-missing",
                hint="The second sub-layer adds to its input, too.",
            ),
            Wrong(
                encoder_block__pre_for_post,
                id="pre-for-post",
                hint="Post-norm normalises the sum.",
                also=(encoder_block__pre_for_post_exchanged,),
            ),
            Wrong(
                encoder_block__post_for_pre,
                id="post-for-pre",
                tags=("edge",),
                hint="Pre-norm leaves the residual path untouched.",
            ),
            Wrong(encoder_block__norms_shared, id="norms-shared", hint="Each sub-layer has its own norm."),
            Wrong(
                encoder_block__normalised_residual,
                id="normalised-residual",
                tags=("edge",),
                hint="The residual path carries x itself.",
                also=(
                    encoder_block__normalised_residual_first,
                    encoder_block__normalised_residual_second,
                ),
            ),
        ),
        alternates=(encoder_block_sublayers, encoder_block_examples),
        hints=(
            "Copy multi_head_attention and layernorm_forward from the exercises before. What is left is two lines a form.",
            "In post-norm, what exactly goes into each norm: the sub-layer's output, or a sum?",
            "In pre-norm, follow x from the input to the output: does any norm stand in its way?",
        ),
    ),
    Check(
        cross_attention,
        cases=cross_attention_cases,
        returns=("out: N Ty D",),
        formula=(
            r"\begin{aligned}"
            r" Q &= y \, \text{Wq}^\top \qquad K = \text{memory} \, \text{Wk}^\top \qquad V"
            r" = \text{memory} \, \text{Wv}^\top \\"
            r" \text{out} &= \operatorname{softmax}\left(\frac{Q K^\top}{\sqrt{d_k}}, \text{masked}\right) V"
            r" \end{aligned}"
        ),
        args={
            "y": "N Ty D",
            "memory": "N Tm Dm",
            "Wq": "d_k D",
            "Wk": "d_k Dm",
            "Wv": "D Dm",
            "mask": "N 1 Tm",
        },
        wrong=(
            Wrong(
                cross_attention__roles_swapped,
                id="roles-swapped",
                hint="The decoder asks, the encoder answers.",
                also=(
                    cross_attention__roles_swapped_memory_alone,
                    cross_attention__roles_swapped_unmasked,
                ),
            ),
            Wrong(
                cross_attention__self_attention,
                id="self-attention",
                hint="Keys and values come from the encoder.",
                also=(cross_attention__self_attention_unmasked,),
            ),
            Wrong(
                cross_attention__values_from_y,
                id="values-from-y",
                hint="Padding of the source is masked.",
                also=(cross_attention__values_from_y_too,),
            ),
            Wrong(cross_attention__keys_as_values, id="keys-as-values", hint="Mix the values."),
        ),
        alternates=(cross_attention_folded, cross_attention_queries),
        hints=(
            "The output has a row for each position of y. Which of Q, K and V must then come from y?",
            "How does a mask (N, 1, Tm) broadcast against scores (N, Ty, Tm)?",
        ),
    ),
    Check(
        next_token_loss,
        cases=next_token_loss_cases,
        returns=("loss:",),
        formula=(
            r"\begin{aligned}"
            r" & \text{loss} = -\frac{1}{M} \sum_{(n, t)} \log"
            r" \operatorname{softmax}(\text{logits}_{nt})[\text{ids}_{n,t+1}] \\"
            r" & \text{over all } M \text{ pairs } (n, t) \text{ for which tokens } t \text{ and } t"
            r" + 1 \text{ are both real}"
            r" \end{aligned}"
        ),
        args={"logits": "N T V", "ids": "N T", "valid": "N T"},
        wrong=(
            Wrong(
                next_token_loss__unshifted,
                id="unshifted",
                hint="The model predicts the next token.",
                also=(
                    next_token_loss__unshifted_without_last,
                    next_token_loss__unshifted_first_tokens,
                ),
            ),
            Wrong(
                next_token_loss__shifted_wrong_way,
                id="shifted-wrong-way",
                hint="Drop the last logits and the first token.",
                also=(next_token_loss__shifted_wrong_way_where_target_is_real,),
            ),
            Wrong(
                next_token_loss__padding_counted,
                id="padding-counted",
                hint="Padding is not predicted.",
                also=(next_token_loss__padding_counted_nan,),
            ),
            Wrong(
                next_token_loss__mask_of_inputs,
                id="mask-of-inputs",
                hint="The target must be real as well.",
            ),
        ),
        alternates=(next_token_loss_loop, next_token_loss_one_hot),
        hints=(
            "A sequence of T tokens has T - 1 transitions. Which logits have no target, and which token is no target?",
            "A transition counts if both its ends are real: how do two slices of valid say that?",
            "The rest is masked_cross_entropy of exercise 7. What is its value when nothing counts?",
        ),
    ),
)
