"""References, wrong functions and cases for self-attention."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Property, Value, Wrong

TITLE = "Self-attention"
NEEDS = (28, 18)


def _normal(rng: np.random.Generator, *shape: int, mean: float = 0.3) -> Array:
    return rng.standard_normal(shape) + mean


def _weight(rng: np.random.Generator, rows: int, columns: int) -> Array:
    """A matrix that is not symmetric and keeps the size of what it multiplies."""
    return (rng.standard_normal((rows, columns)) + 0.2) / np.sqrt(columns)


# qkv


def qkv(x: Array, Wq: Array, Wk: Array, Wv: Array) -> tuple[Array, Array, Array]:
    return x @ Wq.T, x @ Wk.T, x @ Wv.T


def qkv_stacked(x: Array, Wq: Array, Wk: Array, Wv: Array) -> tuple[Array, Array, Array]:
    """One product with all three matrices, cut apart afterwards."""
    joined = x @ np.concatenate([Wq, Wk, Wv]).T
    q, k = len(Wq), len(Wq) + len(Wk)
    return joined[..., :q], joined[..., q:k], joined[..., k:]


def qkv_tokens(x: Array, Wq: Array, Wk: Array, Wv: Array) -> tuple[Array, Array, Array]:
    Q, K, V = (np.zeros((*x.shape[:2], len(W))) for W in (Wq, Wk, Wv))
    for at in np.ndindex(*x.shape[:2]):
        Q[at], K[at], V[at] = Wq @ x[at], Wk @ x[at], Wv @ x[at]
    return Q, K, V


def qkv__shared(x: Array, Wq: Array, Wk: Array, Wv: Array) -> tuple[Array, Array, Array]:
    """Uses Wq for the keys as well."""
    return x @ Wq.T, x @ Wq.T, x @ Wv.T


def qkv__shared_by_all(x: Array, Wq: Array, Wk: Array, Wv: Array) -> tuple[Array, Array, Array]:
    """Uses Wq for keys and values as well."""
    return x @ Wq.T, x @ Wq.T, x @ Wq.T


def qkv__untransposed(x: Array, Wq: Array, Wk: Array, Wv: Array) -> tuple[Array, Array, Array]:
    """Multiplies by W instead of its transpose, which is silent when W is square."""
    return x @ Wq, x @ Wk, x @ Wv


def qkv__order(x: Array, Wq: Array, Wk: Array, Wv: Array) -> tuple[Array, Array, Array]:
    """Returns queries, values, keys."""
    return x @ Wq.T, x @ Wv.T, x @ Wk.T


def qkv__values_raw(x: Array, Wq: Array, Wk: Array, Wv: Array) -> tuple[Array, Array, Array]:
    """Returns x itself as the values."""
    return x @ Wq.T, x @ Wk.T, x


def qkv_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(N: int, T: int, D: int, Dk: int, Dv: int) -> dict[str, Value]:
        W = {"Wq": _weight(rng, Dk, D), "Wk": _weight(rng, Dk, D), "Wv": _weight(rng, Dv, D)}
        return {"x": _normal(rng, N, T, D), **W}

    yield Case("all sizes different", **draw(N=2, T=3, D=6, Dk=4, Dv=5))
    yield Case("square weights", **draw(N=2, T=2, D=4, Dk=4, Dv=4))
    yield Case("all sizes equal", **draw(N=3, T=3, D=3, Dk=3, Dv=3))
    yield Case("wide values", **draw(N=1, T=2, D=4, Dk=3, Dv=7))
    yield Case("square query and key weights", **draw(N=2, T=4, D=3, Dk=3, Dv=5))
    yield Case("one sequence of one token", **draw(N=1, T=1, D=5, Dk=2, Dv=3))


# causal_mask


def causal_mask(T: int) -> Array:
    return np.tri(T, dtype=bool)


def causal_mask_compared(T: int) -> Array:
    position = np.arange(T)
    return position <= position[:, None]


def causal_mask_loop(T: int) -> Array:
    mask = np.zeros((T, T), dtype=bool)
    for i in range(T):
        mask[i, : i + 1] = True
    return mask


def causal_mask_not_ahead(T: int) -> Array:
    return ~np.triu(np.ones((T, T), dtype=bool), k=1)


def causal_mask__upper(T: int) -> Array:
    """Allows a token itself and the future instead of the past."""
    return np.triu(np.ones((T, T), dtype=bool))


def causal_mask__strict(T: int) -> Array:
    """Allows the past only, not the token itself."""
    return np.tril(np.ones((T, T), dtype=bool), k=-1)


def causal_mask__one_ahead(T: int) -> Array:
    """Allows one step into the future."""
    return np.tril(np.ones((T, T), dtype=bool), k=1)


def causal_mask__inverted(T: int) -> Array:
    """Is True where looking is forbidden."""
    return np.triu(np.ones((T, T), dtype=bool), k=1)


def causal_mask_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("five tokens", T=5)
    yield Case("two tokens", T=2)
    yield Case("one token", T=1)
    yield Case("no tokens", T=0)
    yield Case("a longer sequence", T=int(rng.integers(6, 10)))


# padding_mask


def padding_mask(lengths: Array, T: int) -> Array:
    return np.arange(T) < lengths[:, None]


def padding_mask_loop(lengths: Array, T: int) -> Array:
    mask = np.zeros((len(lengths), T), dtype=bool)
    for row, length in zip(mask, lengths):
        row[:length] = True
    return mask


def padding_mask_table(lengths: Array, T: int) -> Array:
    """Looks the row of each length up: row l of a triangle holds l times True."""
    return np.tri(T + 1, T, k=-1, dtype=bool)[lengths]


def padding_mask__off_by_one(lengths: Array, T: int) -> Array:
    """Includes one position of padding."""
    return np.arange(T) <= lengths[:, None]


def padding_mask__inverted(lengths: Array, T: int) -> Array:
    """Is True at the padding."""
    return np.arange(T) >= lengths[:, None]


def padding_mask__from_the_right(lengths: Array, T: int) -> Array:
    """Puts the padding in front of the real tokens."""
    return np.arange(T) >= T - lengths[:, None]


def padding_mask__from_the_right_negative(lengths: Array, T: int) -> Array:
    """Marks the last positions by a slice from -length on, which is the whole row where the length is 0."""
    mask = np.zeros((len(lengths), T), dtype=bool)
    for row, length in zip(mask, lengths):
        row[-length:] = True
    return mask


def padding_mask__transposed(lengths: Array, T: int) -> Array:
    """Has a row for each position instead of one for each sequence."""
    return np.arange(T)[:, None] < lengths


def padding_mask_cases(rng: np.random.Generator) -> Iterator[Case]:
    def lengths(*values: int) -> Array:
        return rng.permutation(values)

    yield Case("sequences of different length", lengths=lengths(2, 4, 1), T=5)
    yield Case("lengths 0 and T", lengths=lengths(0, 4, 2, 4, 3), T=4)
    yield Case("as many sequences as positions", lengths=np.array([1, 3, 3, 2]), T=4)
    yield Case("only empty sequences", lengths=np.array([0, 0]), T=3)
    yield Case("no padding", lengths=np.array([3, 3]), T=3)
    yield Case("one sequence", lengths=rng.integers(1, 6, 1), T=6)
    yield Case("one position", lengths=lengths(0, 1, 1), T=1)


# scaled_dot_product_attention


def scaled_dot_product_attention(Q: Array, K: Array, V: Array, mask: Array | None = None) -> tuple[Array, Array]:
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    keep = True if mask is None else mask
    allowed = np.where(keep, scores, scores.min())  # forbidden scores may be far above the others
    e = keep * np.exp(allowed - allowed.max(axis=-1, keepdims=True))
    A = e / np.maximum(e.sum(axis=-1, keepdims=True), 1)  # the largest counts 1: a smaller total has no key at all
    return A @ V, A


def scaled_dot_product_attention_rows(Q: Array, K: Array, V: Array, mask: Array | None = None) -> tuple[Array, Array]:
    A = np.zeros((*Q.shape[:-1], K.shape[-2]))
    keep = np.broadcast_to(True if mask is None else mask, A.shape)
    for at in np.ndindex(*Q.shape[:-1]):
        if keep[at].any():
            scores = K[at[:-1]][keep[at]] @ Q[at] / Q.shape[-1] ** 0.5
            e = np.exp(scores - scores.max())
            A[at][keep[at]] = e / e.sum()
    return np.einsum("...ij,...jd->...id", A, V), A


def scaled_dot_product_attention_logs(Q: Array, K: Array, V: Array, mask: Array | None = None) -> tuple[Array, Array]:
    """Subtracts the logarithm of the sum of exponentials."""
    scores = np.einsum("...id,...jd->...ij", Q * Q.shape[-1] ** -0.5, K)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    total = np.logaddexp.reduce(scores, axis=-1, keepdims=True)
    A = np.exp(scores - np.where(np.isfinite(total), total, 0))
    return A @ V, A


def _softmax(scores: Array, mask: Array | None, axis: int = -1) -> Array:
    allowed = scores if mask is None else np.where(mask, scores, -np.inf)
    top = allowed.max(axis=axis, keepdims=True)
    e = np.exp(allowed - np.where(np.isfinite(top), top, 0))
    total = e.sum(axis=axis, keepdims=True)
    return e / np.where(total > 0, total, 1)


def _unguarded_softmax(scores: Array, mask: Array | None) -> Array:
    """What students write first: where no key is allowed, -inf minus -inf is nan."""
    allowed = scores if mask is None else np.where(mask, scores, -np.inf)
    e = np.exp(allowed - allowed.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _scores(Q: Array, K: Array) -> Array:
    return Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])


def scaled_dot_product_attention__unscaled(
    Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array]:
    """Takes the dot products as they are, without the root of d_k."""
    A = _softmax(Q @ np.swapaxes(K, -1, -2), mask)
    return A @ V, A


def scaled_dot_product_attention__unscaled_nan(
    Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array]:
    """Takes the dot products without the root of d_k; a query that may attend to nothing gets nan besides."""
    A = _unguarded_softmax(Q @ np.swapaxes(K, -1, -2), mask)
    return A @ V, A


def scaled_dot_product_attention__scaled_by_d(
    Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array]:
    """Divides the dot products by d_k itself."""
    A = _softmax(Q @ np.swapaxes(K, -1, -2) / Q.shape[-1], mask)
    return A @ V, A


def scaled_dot_product_attention__scaled_by_d_nan(
    Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array]:
    """Divides the dot products by d_k itself; a query that may attend to nothing gets nan besides."""
    A = _unguarded_softmax(Q @ np.swapaxes(K, -1, -2) / Q.shape[-1], mask)
    return A @ V, A


def scaled_dot_product_attention__over_queries(
    Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array]:
    """Normalises over the queries, so that the weights of each key sum to 1."""
    A = _softmax(_scores(Q, K), mask, axis=-2)
    return A @ V, A


def scaled_dot_product_attention__over_queries_sums(
    Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array]:
    """Subtracts the largest score of each query, but divides by the sum over the queries."""
    scores = _scores(Q, K)
    allowed = scores if mask is None else np.where(mask, scores, -np.inf)
    top = allowed.max(axis=-1, keepdims=True)
    e = np.exp(allowed - np.where(np.isfinite(top), top, 0))
    total = e.sum(axis=-2, keepdims=True)
    A = e / np.where(total > 0, total, 1)
    return A @ V, A


def scaled_dot_product_attention__over_queries_nan(
    Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array]:
    """Normalises over the queries, and a key that no query may attend to gets nan."""
    turned = np.swapaxes(_scores(Q, K), -1, -2)
    allowed = None if mask is None else np.swapaxes(np.broadcast_to(mask, (*Q.shape[:-1], K.shape[-2])), -1, -2)
    A = np.swapaxes(_unguarded_softmax(turned, allowed), -1, -2)
    return A @ V, A


def scaled_dot_product_attention__value_width(
    Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array]:
    """Divides by the root of the width of the values."""
    A = _softmax(Q @ np.swapaxes(K, -1, -2) / np.sqrt(V.shape[-1]), mask)
    return A @ V, A


def scaled_dot_product_attention__mask_after(
    Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array]:
    """Sets forbidden weights to 0 after the softmax, so the rest sums to less than 1."""
    A = _softmax(_scores(Q, K), None)
    if mask is not None:
        A = A * mask
    return A @ V, A


def scaled_dot_product_attention__mask_inverted(
    Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array]:
    """Attends where the mask is False."""
    A = _softmax(_scores(Q, K), None if mask is None else ~mask)
    return A @ V, A


def scaled_dot_product_attention__mask_inverted_nan(
    Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array]:
    """Attends where the mask is False; a query whose mask is True everywhere gets nan."""
    A = _unguarded_softmax(_scores(Q, K), None if mask is None else ~mask)
    return A @ V, A


def scaled_dot_product_attention__finite_fill(
    Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array]:
    """Gives forbidden keys the score -1e9, so a query that may attend to nothing attends to all equally."""
    scores = _scores(Q, K)
    if mask is not None:
        scores = np.where(mask, scores, -1e9)
    A = _softmax(scores, None)
    return A @ V, A


def scaled_dot_product_attention__finite_fill_added(
    Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array]:
    """Adds -1e9 to forbidden scores; where all are forbidden this cancels, and the query attends to all keys."""
    scores = _scores(Q, K)
    if mask is not None:
        scores = scores + np.where(mask, 0.0, -1e9)
    A = _softmax(scores, None)
    return A @ V, A


def _some(rng: np.random.Generator, *shape: int) -> Array:
    """A mask in which every query may attend to one key at least, and not to all."""
    order = rng.random(shape).argsort(axis=-1)  # one place is surely allowed, one surely forbidden
    return np.where(order == 0, True, (order < shape[-1] - 1) & (rng.random(shape) < 0.6))


def _lengths(T: int, *lengths: int) -> Array:
    """The mask (N, 1, 1, T) of padded sequences."""
    return padding_mask(np.array(lengths), T)[:, None, None, :]


def _attention_args(
    rng: np.random.Generator, lead: tuple[int, ...], Tq: int, Tk: int, dk: int, dv: int
) -> dict[str, Value]:
    return {"Q": _normal(rng, *lead, Tq, dk), "K": _normal(rng, *lead, Tk, dk), "V": _normal(rng, *lead, Tk, dv)}


def _attention_inputs(rng: np.random.Generator) -> Iterator[tuple[str, dict[str, Value]]]:
    """Arguments of attention and what they provoke, in ordinary sizes."""
    yield "all sizes different", _attention_args(rng, (2,), 3, 5, 4, 1)
    yield "all sizes equal, causal mask", {**_attention_args(rng, (2,), 2, 2, 2, 2), "mask": causal_mask(2)}
    yield "no leading axis", {**_attention_args(rng, (), 4, 3, 5, 2), "mask": _some(rng, 4, 3)}
    yield "padding mask for all heads", {**_attention_args(rng, (2, 3), 2, 4, 3, 1), "mask": _lengths(4, 3, 2)}
    yield "a mask for each example", {**_attention_args(rng, (2,), 3, 4, 5, 2), "mask": _some(rng, 2, 3, 4)}
    nothing = _some(rng, 4, 4)
    nothing[rng.integers(4)] = False
    yield "a query with nothing to attend to", {**_attention_args(rng, (), 4, 4, 3, 2), "mask": nothing}
    yield "an empty sequence", {**_attention_args(rng, (2, 1), 3, 3, 2, 4), "mask": _lengths(3, 0, 2)}
    yield "one example", {**_attention_args(rng, (1,), 3, 4, 2, 3), "mask": None}
    yield "a single query", {**_attention_args(rng, (3,), 1, 5, 4, 2), "mask": _some(rng, 1, 5)}


def scaled_dot_product_attention_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, args in _attention_inputs(rng):
        yield Case(name, **args)
    yield Case("a single key", **_attention_args(rng, (2,), 3, 1, 4, 2))
    none = np.zeros((3, 4), dtype=bool)
    yield Case("nothing is allowed", **_attention_args(rng, (), 3, 4, 2, 3), mask=none)

    def large(scores: list[float], mask: Array) -> dict[str, Value]:
        """Arguments whose scores come out near those given, one for each key, for each of three queries."""
        args = _attention_args(rng, (), 3, len(scores), 4, 2)
        args["Q"][..., 0] = 200.0
        args["K"][..., 0] = np.array(scores) / 100  # the root of d_k is 2
        return {**args, "mask": mask}

    everything = np.ones((3, 4), dtype=bool)
    two_thirds = np.array([[True, True, False, True], [True, False, True, True], [False, True, True, False]])
    for name, scores, mask in (
        ("scores near 10000", [1e4] * 4, two_thirds),
        ("scores near -10000", [-1e4] * 4, two_thirds),
        ("scores 20000 apart", [1e4, -1e4, 1e4, -1e4], everything),
        ("forbidden scores far above", [-1e4, -1e4, 1e4, -1e4], np.array([True, True, False, True])),
    ):
        yield Case(name, kind="stability", float64_only=True, scale="row", **large(scores, mask))


# attention_backward


def attention_backward(
    dout: Array, Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array, Array]:
    A = scaled_dot_product_attention(Q, K, V, mask)[1]
    dA = dout @ np.swapaxes(V, -1, -2)
    dS = A * (dA - (A * dA).sum(axis=-1, keepdims=True)) / np.sqrt(Q.shape[-1])
    return dS @ K, np.swapaxes(dS, -1, -2) @ Q, np.swapaxes(A, -1, -2) @ dout


def attention_backward_outputs(
    dout: Array, Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array, Array]:
    """The weighted mean of dA is dout . out: a key gains if its value lies beyond the output along dout."""
    out, A = scaled_dot_product_attention_rows(Q, K, V, mask)
    mean = (dout * out).sum(axis=-1, keepdims=True)
    dS = A * (np.einsum("...id,...jd->...ij", dout, V) - mean) * Q.shape[-1] ** -0.5
    dK, dV = np.einsum("...ij,...id->...jd", dS, Q), np.einsum("...ij,...id->...jd", A, dout)
    return np.einsum("...ij,...jd->...id", dS, K), dK, dV


def attention_backward_jacobians(
    dout: Array, Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array, Array]:
    A = scaled_dot_product_attention_logs(Q, K, V, mask)[1]
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    for at in np.ndindex(*Q.shape[:-1]):
        a, group = A[at], at[:-1]
        ds = (np.diag(a) - np.outer(a, a)) @ (V[group] @ dout[at]) / Q.shape[-1] ** 0.5
        dQ[at] = ds @ K[group]
        dK[group] += np.outer(ds, Q[at])
        dV[group] += np.outer(a, dout[at])
    return dQ, dK, dV


def _score_gradient(dout: Array, Q: Array, K: Array, V: Array, mask: Array | None) -> tuple[Array, Array]:
    A = _softmax(_scores(Q, K), mask)
    dA = dout @ np.swapaxes(V, -1, -2)
    return A, A * (dA - (A * dA).sum(axis=-1, keepdims=True)) / np.sqrt(Q.shape[-1])


def attention_backward__scale_missing(
    dout: Array, Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array, Array]:
    """Forgets that the scores were divided by the root of d_k, so dQ and dK are too large by that factor."""
    A = _softmax(_scores(Q, K), mask)
    dA = dout @ np.swapaxes(V, -1, -2)
    dS = A * (dA - (A * dA).sum(axis=-1, keepdims=True))
    return dS @ K, np.swapaxes(dS, -1, -2) @ Q, np.swapaxes(A, -1, -2) @ dout


def attention_backward__dK_untransposed(
    dout: Array, Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array, Array]:
    """Multiplies dS itself by Q for the keys, which is silent for as many queries as keys."""
    A, dS = _score_gradient(dout, Q, K, V, mask)
    return dS @ K, dS @ Q, np.swapaxes(A, -1, -2) @ dout


def attention_backward__not_centred(
    dout: Array, Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array, Array]:
    """Takes A dA without subtracting the weighted mean of dA."""
    A = _softmax(_scores(Q, K), mask)
    dS = A * (dout @ np.swapaxes(V, -1, -2)) / np.sqrt(Q.shape[-1])
    return dS @ K, np.swapaxes(dS, -1, -2) @ Q, np.swapaxes(A, -1, -2) @ dout


def attention_backward__not_centred_own_slope(
    dout: Array, Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array, Array]:
    """Takes A (1 - A) dA, as if each weight were a sigmoid of its own score."""
    A = _softmax(_scores(Q, K), mask)
    dS = A * (1 - A) * (dout @ np.swapaxes(V, -1, -2)) / np.sqrt(Q.shape[-1])
    return dS @ K, np.swapaxes(dS, -1, -2) @ Q, np.swapaxes(A, -1, -2) @ dout


def attention_backward__dV_untransposed(
    dout: Array, Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array, Array]:
    """Multiplies A itself by dout for the values, which is silent for as many queries as keys."""
    A, dS = _score_gradient(dout, Q, K, V, mask)
    return dS @ K, np.swapaxes(dS, -1, -2) @ Q, A @ dout


def attention_backward__queries_and_keys_swapped(
    dout: Array, Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array, Array]:
    """Mixes queries for the gradient of the queries, and keys for that of the keys."""
    A, dS = _score_gradient(dout, Q, K, V, mask)
    return dS @ Q, np.swapaxes(dS, -1, -2) @ K, np.swapaxes(A, -1, -2) @ dout


def attention_backward__queries_and_keys_swapped_for_queries(
    dout: Array, Q: Array, K: Array, V: Array, mask: Array | None = None
) -> tuple[Array, Array, Array]:
    """Mixes queries for the gradient of the queries as well as for that of the keys."""
    A, dS = _score_gradient(dout, Q, K, V, mask)
    return dS @ Q, np.swapaxes(dS, -1, -2) @ Q, np.swapaxes(A, -1, -2) @ dout


def attention_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, args in _attention_inputs(rng):
        dout = _normal(rng, *args["Q"].shape[:-1], args["V"].shape[-1])
        yield Case(name, dout=dout, **args)
    args = _attention_args(rng, (2,), 3, 1, 4, 2)
    yield Case("a single key", gradient=False, dout=_normal(rng, 2, 3, 2), **args)
    args = _attention_args(rng, (), 3, 4, 2, 3)
    none = np.zeros((3, 4), dtype=bool)
    yield Case("nothing is allowed", gradient=False, dout=_normal(rng, 3, 3), **args, mask=none)


# split_heads


def split_heads(x: Array, heads: int) -> Array:
    N, T, D = x.shape
    return x.reshape(N, T, heads, D // heads).swapaxes(1, 2)  # (N, T, heads, d) -> (N, heads, T, d)


def split_heads_blocks(x: Array, heads: int) -> Array:
    return np.stack(np.split(x, heads, axis=2), axis=1)


def split_heads_loop(x: Array, heads: int) -> Array:
    N, T, D = x.shape
    d = D // heads
    out = np.empty((N, heads, T, d), dtype=x.dtype)
    for h in range(heads):
        out[:, h] = x[:, :, h * d : (h + 1) * d]
    return out


def split_heads__no_transpose(x: Array, heads: int) -> Array:
    """Reshapes to the final shape at once, which mixes the positions."""
    N, T, D = x.shape
    return x.reshape(N, heads, T, D // heads)


def split_heads__interleaved(x: Array, heads: int) -> Array:
    """Deals the features out: head h gets the features h, h + heads, h + 2 heads, ..."""
    N, T, D = x.shape
    return x.reshape(N, T, D // heads, heads).transpose(0, 3, 1, 2)


def split_heads__heads_third(x: Array, heads: int) -> Array:
    """Leaves the head axis behind time: (N, T, heads, d)."""
    N, T, D = x.shape
    return x.reshape(N, T, heads, D // heads)


def split_heads__time_last(x: Array, heads: int) -> Array:
    """Puts time last: (N, heads, d, T)."""
    N, T, D = x.shape
    return x.reshape(N, T, heads, D // heads).transpose(0, 2, 3, 1)


def split_heads_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("all sizes different", x=_normal(rng, 2, 5, 12), heads=3)
    yield Case("as many positions as heads", x=_normal(rng, 2, 3, 6), heads=3)
    yield Case("as many positions as features in a head", x=_normal(rng, 3, 2, 8), heads=4)
    yield Case("all sizes equal", x=_normal(rng, 2, 2, 4), heads=2)
    yield Case("one head", x=_normal(rng, 3, 2, 4), heads=1)
    yield Case("one feature a head", x=_normal(rng, 2, 3, 4), heads=4)
    yield Case("one sequence", x=_normal(rng, 1, 3, 10), heads=5)


# merge_heads


def merge_heads(x: Array) -> Array:
    N, heads, T, d = x.shape
    return x.swapaxes(1, 2).reshape(N, T, heads * d)  # (N, heads, T, d) -> (N, T, heads, d)


def merge_heads_joined(x: Array) -> Array:
    return np.concatenate([x[:, h] for h in range(x.shape[1])], axis=-1)


def merge_heads_loop(x: Array) -> Array:
    N, heads, T, d = x.shape
    out = np.empty((N, T, heads * d), dtype=x.dtype)
    for h, e in np.ndindex(heads, d):
        out[:, :, h * d + e] = x[:, h, :, e]
    return out


def merge_heads__no_transpose(x: Array) -> Array:
    """Reshapes to the final shape at once, which mixes heads and positions."""
    N, heads, T, d = x.shape
    return x.reshape(N, T, heads * d)


def merge_heads__averaged(x: Array) -> Array:
    """Averages the heads."""
    return x.mean(axis=1)


def merge_heads__averaged_sum(x: Array) -> Array:
    """Adds the heads up."""
    return x.sum(axis=1)


def merge_heads__interleaved(x: Array) -> Array:
    """Takes the first feature of every head, then the second of every head, and so on."""
    N, heads, T, d = x.shape
    return x.transpose(0, 2, 3, 1).reshape(N, T, heads * d)


def merge_heads__heads_reversed(x: Array) -> Array:
    """Joins the heads from the last to the first."""
    N, heads, T, d = x.shape
    return x[:, ::-1].swapaxes(1, 2).reshape(N, T, heads * d)


def merge_heads_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("all sizes different", x=_normal(rng, 2, 3, 5, 4))
    yield Case("as many positions as heads", x=_normal(rng, 2, 3, 3, 2))
    yield Case("as many heads as features in one", x=_normal(rng, 2, 3, 4, 3))
    yield Case("all sizes equal", x=_normal(rng, 2, 2, 2, 2))
    yield Case("one head", x=_normal(rng, 2, 1, 3, 4))
    yield Case("one feature a head", x=_normal(rng, 3, 4, 2, 1))
    yield Case("one sequence", x=_normal(rng, 1, 4, 3, 2))


# multi_head_attention


def multi_head_attention(
    x: Array, Wq: Array, Wk: Array, Wv: Array, Wo: Array, heads: int, mask: Array | None = None
) -> Array:
    Q, K, V = (split_heads(part, heads) for part in qkv(x, Wq, Wk, Wv))
    return merge_heads(scaled_dot_product_attention(Q, K, V, mask)[0]) @ Wo.T


def multi_head_attention_blocks(
    x: Array, Wq: Array, Wk: Array, Wv: Array, Wo: Array, heads: int, mask: Array | None = None
) -> Array:
    """Sums over the heads: each has its rows of the projections and its columns of Wo."""
    N, T, D = x.shape
    keep = np.broadcast_to(True if mask is None else mask, (N, heads, T, T))
    out = np.zeros((N, T, D), dtype=x.dtype)
    for h, block in enumerate(np.split(np.arange(D), heads)):
        Q, K, V = x @ Wq[block].T, x @ Wk[block].T, x @ Wv[block].T
        out = out + scaled_dot_product_attention_logs(Q, K, V, keep[:, h])[0] @ Wo[:, block].T
    return out


def multi_head_attention_einsum(
    x: Array, Wq: Array, Wk: Array, Wv: Array, Wo: Array, heads: int, mask: Array | None = None
) -> Array:
    D = x.shape[-1]
    Q, K, V = (np.einsum("ntd,hed->nhte", x, W.reshape(heads, D // heads, D)) for W in (Wq, Wk, Wv))
    out = scaled_dot_product_attention_rows(Q, K, V, mask)[0]
    return np.einsum("nhte,dhe->ntd", out, Wo.reshape(D, heads, D // heads))


def multi_head_attention__full_width_scale(
    x: Array, Wq: Array, Wk: Array, Wv: Array, Wo: Array, heads: int, mask: Array | None = None
) -> Array:
    """Divides the scores by the root of D, the width of all heads together."""
    Q, K, V = (split_heads(x @ W.T, heads) for W in (Wq, Wk, Wv))
    A = _softmax(Q @ np.swapaxes(K, -1, -2) / np.sqrt(x.shape[-1]), mask)
    return merge_heads(A @ V) @ Wo.T


def multi_head_attention__no_output_map(
    x: Array, Wq: Array, Wk: Array, Wv: Array, Wo: Array, heads: int, mask: Array | None = None
) -> Array:
    """Returns the joined heads without Wo."""
    Q, K, V = (split_heads(x @ W.T, heads) for W in (Wq, Wk, Wv))
    return merge_heads(_softmax(_scores(Q, K), mask) @ V)


def multi_head_attention__heads_ignored(
    x: Array, Wq: Array, Wk: Array, Wv: Array, Wo: Array, heads: int, mask: Array | None = None
) -> Array:
    """Runs one head of full width."""
    Q, K, V = (split_heads(x @ W.T, 1) for W in (Wq, Wk, Wv))
    return merge_heads(_softmax(_scores(Q, K), mask) @ V) @ Wo.T


def multi_head_attention__heads_ignored_no_axis(
    x: Array, Wq: Array, Wk: Array, Wv: Array, Wo: Array, heads: int, mask: Array | None = None
) -> Array:
    """Attends in full width without an axis of heads, so a mask of four axes widens the result."""
    Q, K, V = x @ Wq.T, x @ Wk.T, x @ Wv.T
    return _softmax(_scores(Q, K), mask) @ V @ Wo.T


def multi_head_attention__mask_dropped(
    x: Array, Wq: Array, Wk: Array, Wv: Array, Wo: Array, heads: int, mask: Array | None = None
) -> Array:
    """Does not pass the mask on to the heads."""
    Q, K, V = (split_heads(x @ W.T, heads) for W in (Wq, Wk, Wv))
    return merge_heads(_softmax(_scores(Q, K), None) @ V) @ Wo.T


def multi_head_attention__wo_untransposed(
    x: Array, Wq: Array, Wk: Array, Wv: Array, Wo: Array, heads: int, mask: Array | None = None
) -> Array:
    """Multiplies by Wo instead of its transpose, which is silent because Wo is square."""
    Q, K, V = (split_heads(x @ W.T, heads) for W in (Wq, Wk, Wv))
    return merge_heads(_softmax(_scores(Q, K), mask) @ V) @ Wo


def multi_head_attention_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(N: int, T: int, D: int, heads: int) -> dict[str, Value]:
        return {
            "x": _normal(rng, N, T, D),
            **{name: 1.5 * _weight(rng, D, D) for name in ("Wq", "Wk", "Wv", "Wo")},
            "heads": heads,
        }

    yield Case("all sizes different", **draw(3, 5, 8, 4))
    yield Case("causal mask", **draw(2, 4, 6, 3), mask=causal_mask(4))
    yield Case("padding mask", **draw(3, 4, 4, 2), mask=_lengths(4, 2, 4, 3))
    both = _lengths(2, 2, 1) & causal_mask(2)
    yield Case("causal and padding mask, all sizes equal", **draw(2, 2, 4, 2), mask=both)
    yield Case("a mask for each head", **draw(2, 3, 4, 2), mask=_some(rng, 2, 2, 3, 3))
    yield Case("one head", **draw(2, 3, 4, 1), mask=causal_mask(3))
    yield Case("one feature a head", **draw(2, 3, 4, 4))
    yield Case("an empty sequence", **draw(2, 3, 4, 2), mask=_lengths(3, 2, 0))
    yield Case("one sequence", **draw(1, 4, 6, 3), mask=None)


CHECKS = (
    Check(
        qkv,
        cases=qkv_cases,
        returns=("Q: N T Dk", "K: N T Dk", "V: N T Dv"),
        formula=r"Q = x \, \text{Wq}^\top \qquad K = x \, \text{Wk}^\top \qquad V = x \, \text{Wv}^\top",
        args={"x": "N T D", "Wq": "Dk D", "Wk": "Dk D", "Wv": "Dv D"},
        wrong=(
            Wrong(qkv__shared, id="shared", hint="Queries and keys have their own maps.", also=(qkv__shared_by_all,)),
            Wrong(qkv__untransposed, id="untransposed", hint="Row form: x Wᵀ."),
            Wrong(qkv__order, id="order", hint="Queries, keys, values."),
            Wrong(qkv__values_raw, id="values-raw", hint="Values are projected too."),
        ),
        alternates=(qkv_stacked, qkv_tokens),
        hints=(
            "The three results are made alike. From what, and with which matrix each?",
            "A weight matrix is (out, in): which of its axes meets the features of x?",
        ),
    ),
    Check(
        causal_mask,
        cases=causal_mask_cases,
        returns=("mask: T T",),
        formula=(
            r"\text{mask}_{ij} = \begin{cases} \text{True} & \text{if } j \leq i \\"
            r" \text{False} & \text{else} \end{cases}"
        ),
        wrong=(
            Wrong(causal_mask__upper, id="upper", hint="Row i may look at columns up to i."),
            Wrong(causal_mask__strict, id="strict", hint="A token may attend to itself."),
            Wrong(causal_mask__one_ahead, id="one-ahead", hint="Not even one."),
            Wrong(causal_mask__inverted, id="inverted", hint="True means allowed."),
        ),
        alternates=(causal_mask_compared, causal_mask_loop, causal_mask_not_ahead),
        hints=(
            "How many columns are True in the first row, and how many in the last?",
            "Compare a column of positions with a row of positions: which comparison makes the diagonal True?",
        ),
    ),
    Check(
        padding_mask,
        cases=padding_mask_cases,
        returns=("mask: N T",),
        formula=(
            r"\text{mask}_{nt} = \begin{cases} \text{True}"
            r" & \text{if } t < \text{length}_n \\"
            r" \text{False} & \text{else} \end{cases}"
        ),
        args={"lengths": "N"},
        wrong=(
            Wrong(padding_mask__off_by_one, id="off-by-one", hint="Positions 0..length-1."),
            Wrong(padding_mask__inverted, id="inverted", hint="True marks real tokens."),
            Wrong(
                padding_mask__from_the_right,
                id="from-the-right",
                hint="The real tokens come first.",
                also=(padding_mask__from_the_right_negative,),
            ),
            Wrong(padding_mask__transposed, id="transposed", hint="One row per sequence."),
        ),
        alternates=(padding_mask_loop, padding_mask_table),
        hints=(
            "A sequence of length 2 is real at the positions 0 and 1. Which comparison of position and length says so?",
            "Positions run along the columns, lengths along the rows: which of the two needs a new axis?",
        ),
    ),
    Check(
        scaled_dot_product_attention,
        cases=scaled_dot_product_attention_cases,
        returns=("out: ... Tq d_v", "A: ... Tq Tk"),
        formula=(
            r"\begin{aligned}"
            r" S &= \frac{Q K^\top}{\sqrt{d_k}} \\"
            r" A &= \text{softmax of } S \text{ over the keys, among those that the mask allows} \\"
            r" \text{out} &= A \, V"
            r" \end{aligned}"
        ),
        args={"Q": "... Tq d_k", "K": "... Tk d_k", "V": "... Tk d_v", "mask": "... Tq Tk"},
        properties=(
            Property("zero-where-masked", "A", "A key that is masked has weight 0, exactly.", argument="mask"),
        ),
        wrong=(
            Wrong(
                scaled_dot_product_attention__unscaled,
                id="unscaled",
                hint="Large dot products saturate the softmax.",
                also=(scaled_dot_product_attention__unscaled_nan,),
            ),
            Wrong(
                scaled_dot_product_attention__scaled_by_d,
                id="scaled-by-d",
                hint="The standard deviation of a dot product is √d_k.",
                also=(scaled_dot_product_attention__scaled_by_d_nan,),
            ),
            Wrong(
                scaled_dot_product_attention__over_queries,
                id="over-queries",
                hint="Each query distributes weight over the keys.",
                also=(
                    scaled_dot_product_attention__over_queries_sums,
                    scaled_dot_product_attention__over_queries_nan,
                ),
            ),
            Wrong(
                scaled_dot_product_attention__value_width,
                id="value-width",
                hint="The scale comes from queries and keys.",
            ),
            Wrong(
                scaled_dot_product_attention__mask_after,
                id="mask-after",
                tags=("edge",),
                hint="Mask the scores.",
            ),
            Wrong(
                scaled_dot_product_attention__mask_inverted,
                id="mask-inverted",
                tags=("edge",),
                hint="True means may attend.",
                also=(scaled_dot_product_attention__mask_inverted_nan,),
            ),
            Wrong(
                scaled_dot_product_attention__finite_fill,
                id="finite-fill",
                tags=("edge",),
                hint="Nothing to attend to gives zeros.",
                also=(scaled_dot_product_attention__finite_fill_added,),
            ),
        ),
        alternates=(scaled_dot_product_attention_rows, scaled_dot_product_attention_logs),
        hints=(
            "The scores are (..., Tq, Tk). Which two axes of K change places so that matmul gives them?",
            "Which axis do the weights of one query lie along? They sum to 1 there.",
            "If nothing is allowed, what are the largest allowed score and the sum, and where would nan come from?",
        ),
    ),
    Check(
        attention_backward,
        cases=attention_backward_cases,
        returns=("dQ: ... Tq d_k", "dK: ... Tk d_k", "dV: ... Tk d_v"),
        formula=(
            r"\begin{aligned}"
            r" \text{dA} &= \text{dout} \, V^\top \\"
            r" \text{dS} &= \frac{1}{\sqrt{d_k}} \, A \odot \left(\text{dA}"
            r" - \sum_{\text{keys}} A \odot \text{dA}\right) \\"
            r" \text{dQ} &= \text{dS} \, K \qquad \text{dK} = \text{dS}^\top Q \qquad \text{dV}"
            r" = A^\top \text{dout}"
            r" \end{aligned}"
        ),
        args={
            "dout": "... Tq d_v",
            "Q": "... Tq d_k",
            "K": "... Tk d_k",
            "V": "... Tk d_v",
            "mask": "... Tq Tk",
        },
        needs=(scaled_dot_product_attention,),
        gradient=Gradient(
            of=scaled_dot_product_attention,
            wrt={"Q": "dQ", "K": "dK", "V": "dV"},
            cotangents={"out": "dout"},
        ),
        wrong=(
            Wrong(
                attention_backward__scale_missing,
                id="scale-missing",
                hint="The scores were divided; so is their gradient.",
            ),
            Wrong(
                attention_backward__dK_untransposed,
                id="dK-untransposed",
                hint="Keys are the columns of the scores.",
            ),
            Wrong(
                attention_backward__not_centred,
                id="not-centred",
                hint="The weights of a query share a normaliser.",
                also=(attention_backward__not_centred_own_slope,),
            ),
            Wrong(
                attention_backward__dV_untransposed,
                id="dV-untransposed",
                hint="A value collects from all queries that looked at it.",
            ),
            Wrong(
                attention_backward__queries_and_keys_swapped,
                id="queries-and-keys-swapped",
                hint="A query's gradient is a mix of keys.",
                also=(attention_backward__queries_and_keys_swapped_for_queries,),
            ),
        ),
        alternates=(attention_backward_outputs, attention_backward_jacobians),
        hints=(
            "out = A V is a product of matrices: what are the gradients of its two factors?",
            "The softmax of exercise 28, once for every query: along which axis is its mean taken?",
            "S is a product of Q and K^T, divided by a number: for which of the two must dS be transposed?",
        ),
    ),
    Check(
        split_heads,
        cases=split_heads_cases,
        returns=("out: N heads T d",),
        formula=r"\text{out}[n, h, t, e] = x[n, t, h \, d + e] \qquad d = \frac{D}{\text{heads}}",
        args={"x": "N T D"},
        wrong=(
            Wrong(
                split_heads__no_transpose,
                id="no-transpose",
                hint="Split the feature axis first, then swap axes.",
            ),
            Wrong(
                split_heads__interleaved,
                id="interleaved",
                hint="Heads are consecutive blocks of features.",
            ),
            Wrong(split_heads__heads_third, id="heads-third", hint="The head axis comes before time."),
            Wrong(split_heads__time_last, id="time-last", hint="Features stay last."),
        ),
        alternates=(split_heads_blocks, split_heads_loop),
        hints=(
            "A reshape may only cut an axis where it lies. Which axis is cut, and into which two?",
            "In which order are the four axes then, and in which should they be?",
        ),
    ),
    Check(
        merge_heads,
        cases=merge_heads_cases,
        returns=("out: N T D",),
        formula=r"\text{out}[n, t, h \, d + e] = x[n, h, t, e]",
        args={"x": "N heads T d"},
        wrong=(
            Wrong(
                merge_heads__no_transpose,
                id="no-transpose",
                hint="Swap the axes back before joining.",
            ),
            Wrong(
                merge_heads__averaged, id="averaged", hint="Heads are concatenated.", also=(merge_heads__averaged_sum,)
            ),
            Wrong(merge_heads__interleaved, id="interleaved", hint="Block after block."),
            Wrong(merge_heads__heads_reversed, id="heads-reversed", hint="Head 0 first."),
        ),
        alternates=(merge_heads_joined, merge_heads_loop),
        hints=(
            "A reshape can only join axes that lie side by side. Which two must be neighbours first?",
            "Check yourself: merging what split_heads gives must return x itself.",
        ),
    ),
    Check(
        multi_head_attention,
        cases=multi_head_attention_cases,
        returns=("out: N T D",),
        formula=(
            r"\begin{aligned}"
            r" Q, K, V &= \text{qkv}(x, \text{Wq}, \text{Wk}, \text{Wv}) \\"
            r" \text{head}_h &= \text{attention of block } h \text{ of } Q, K \text{ and } V \text{,} \quad"
            r" d_k = D / \text{heads} \\"
            r" \text{out} &= [\text{head}_0, \ldots, \text{head}_{\text{heads} - 1}] \, \text{Wo}^\top"
            r" \end{aligned}"
        ),
        args={"x": "N T D", "Wq": "D D", "Wk": "D D", "Wv": "D D", "Wo": "D D", "mask": "N heads T T"},
        needs=(qkv, scaled_dot_product_attention, split_heads, merge_heads),
        wrong=(
            Wrong(
                multi_head_attention__full_width_scale,
                id="full-width-scale",
                hint="Each head has d_k = D/heads.",
            ),
            Wrong(
                multi_head_attention__no_output_map,
                id="no-output-map",
                hint="The joined heads are mixed by Wo.",
            ),
            Wrong(
                multi_head_attention__heads_ignored,
                id="heads-ignored",
                hint="Each head has its own softmax.",
                also=(multi_head_attention__heads_ignored_no_axis,),
            ),
            Wrong(
                multi_head_attention__mask_dropped,
                id="mask-dropped",
                hint="The mask holds in every head.",
            ),
            Wrong(multi_head_attention__wo_untransposed, id="wo-untransposed", hint="Row form: y Wᵀ."),
        ),
        alternates=(multi_head_attention_blocks, multi_head_attention_einsum),
        hints=(
            "Four steps, each a function of this file: project, split, attend, merge. What is left?",
            "Attention takes any leading axes, so all heads go through it at once. Which mask do they need?",
        ),
    ),
)
