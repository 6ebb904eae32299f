"""References, wrong functions and cases for Seq2Seq and attention."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Property, Source, Value, Wrong

TITLE = "Seq2Seq and attention"
NEEDS = (25, 6, 7)

Step = Callable[[int, Value], tuple[Array, Value]]


def _normal(rng: np.random.Generator, *shape: int, mean: float = 0.3) -> Array:
    return rng.standard_normal(shape) + mean


def general_scores(q: Array, K: Array, Wa: Array) -> Array:
    return np.einsum("nd,de,nse->ns", q, Wa, K)


def general_scores_projected(q: Array, K: Array, Wa: Array) -> Array:
    return ((q @ Wa)[:, None, :] * K).sum(axis=-1)


def general_scores_matmul(q: Array, K: Array, Wa: Array) -> Array:
    return (K @ Wa.T @ q[:, :, None])[:, :, 0]  # (N, S, Dk) -> (N, S, Dq) -> (N, S, 1)


def general_scores__transposed(q: Array, K: Array, Wa: Array) -> Array:
    """Multiplies the query by the transposed weights, which is silent when they are square."""
    return np.einsum("ne,nse->ns", q @ Wa.T, K)


def general_scores__weight_ignored(q: Array, K: Array, Wa: Array) -> Array:
    """Takes plain dot products of query and keys."""
    return np.einsum("nd,nsd->ns", q, K)


def general_scores__scaled(q: Array, K: Array, Wa: Array) -> Array:
    """Divides by the root of the keys' size, as the Transformer does."""
    return general_scores(q, K, Wa) / np.sqrt(K.shape[-1])


def general_scores__scaled_by_the_query(q: Array, K: Array, Wa: Array) -> Array:
    """Divides by the root of the query's size."""
    return general_scores(q, K, Wa) / np.sqrt(q.shape[-1])


def general_scores__softmaxed(q: Array, K: Array, Wa: Array) -> Array:
    """Returns the softmax of the scores."""
    scores = general_scores(q, K, Wa)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _bilinear_case(name: str, rng: np.random.Generator, N: int, S: int, Dq: int, Dk: int) -> Case:
    return Case(name, q=_normal(rng, N, Dq), K=_normal(rng, N, S, Dk), Wa=_normal(rng, Dq, Dk, mean=0.2))


def general_scores_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield _bilinear_case("all sizes different", rng, N=2, S=5, Dq=3, Dk=4)
    yield _bilinear_case("queries larger than keys", rng, N=3, S=2, Dq=5, Dk=4)
    yield _bilinear_case("queries and keys of one size, weights not symmetric", rng, N=2, S=4, Dq=3, Dk=3)
    yield _bilinear_case("all sizes equal", rng, N=3, S=3, Dq=3, Dk=3)
    yield _bilinear_case("one source position", rng, N=2, S=1, Dq=3, Dk=4)
    yield _bilinear_case("one example", rng, N=1, S=4, Dq=2, Dk=3)
    yield Case("identity weights give dot products", q=_normal(rng, 2, 4), K=_normal(rng, 2, 3, 4), Wa=np.eye(4))


def additive_scores(q: Array, K: Array, Wq: Array, Wk: Array, v: Array) -> Array:
    hidden = np.tanh((q @ Wq.T)[:, None, :] + K @ Wk.T)
    return hidden @ v


def additive_scores_concatenated(q: Array, K: Array, Wq: Array, Wk: Array, v: Array) -> Array:
    repeated = np.repeat(q[:, None, :], K.shape[1], axis=1)  # (N, Dq) -> (N, S, Dq)
    both = np.concatenate([repeated, K], axis=2)
    return np.einsum("nsa,a->ns", np.tanh(both @ np.concatenate([Wq, Wk], axis=1).T), v)


def additive_scores_positions(q: Array, K: Array, Wq: Array, Wk: Array, v: Array) -> Array:
    query = Wq @ q.T  # (A, N)
    return np.stack([v @ np.tanh(query + Wk @ K[:, s].T) for s in range(K.shape[1])], axis=1)


def additive_scores__no_tanh(q: Array, K: Array, Wq: Array, Wk: Array, v: Array) -> Array:
    """Leaves tanh out, so the query adds the same to every score."""
    return ((q @ Wq.T)[:, None, :] + K @ Wk.T) @ v


def additive_scores__product(q: Array, K: Array, Wq: Array, Wk: Array, v: Array) -> Array:
    """Multiplies the two projections instead of adding them."""
    return np.tanh((q @ Wq.T)[:, None, :] * (K @ Wk.T)) @ v


def additive_scores__product_bare(q: Array, K: Array, Wq: Array, Wk: Array, v: Array) -> Array:
    """Multiplies the two projections and takes the weighted sum, without tanh."""
    return ((q @ Wq.T)[:, None, :] * (K @ Wk.T)) @ v


def additive_scores__weights_swapped(q: Array, K: Array, Wq: Array, Wk: Array, v: Array) -> Array:
    """Applies Wk to the query and Wq to the keys, which is silent when their sizes are equal."""
    return np.tanh((q @ Wk.T)[:, None, :] + K @ Wq.T) @ v


def additive_scores__tanh_outside(q: Array, K: Array, Wq: Array, Wk: Array, v: Array) -> Array:
    """Applies tanh to the weighted sum instead of before it."""
    return np.tanh(((q @ Wq.T)[:, None, :] + K @ Wk.T) @ v)


def _additive_case(name: str, rng: np.random.Generator, N: int, S: int, Dq: int, Dk: int, A: int) -> Case:
    return Case(
        name,
        q=_normal(rng, N, Dq),
        K=_normal(rng, N, S, Dk),
        Wq=0.5 * _normal(rng, A, Dq),
        Wk=0.5 * _normal(rng, A, Dk),
        v=_normal(rng, A),
    )


def additive_scores_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield _additive_case("all sizes different", rng, N=2, S=3, Dq=5, Dk=4, A=6)
    yield _additive_case("queries smaller than keys", rng, N=4, S=2, Dq=3, Dk=5, A=2)
    yield _additive_case("queries and keys of one size", rng, N=2, S=4, Dq=3, Dk=3, A=5)
    yield _additive_case("all sizes equal", rng, N=3, S=3, Dq=3, Dk=3, A=3)
    yield _additive_case("one source position", rng, N=2, S=1, Dq=3, Dk=4, A=3)
    yield _additive_case("one example", rng, N=1, S=4, Dq=2, Dk=3, A=4)


def attention_weights(scores: Array, mask: Array) -> Array:
    allowed = np.where(mask, scores, scores.min())  # padding may be far above the real scores
    e = mask * np.exp(allowed - allowed.max(axis=1, keepdims=True))
    total = e.sum(axis=1, keepdims=True)
    return e / np.maximum(total, 1)  # the largest real score counts 1, so a smaller total means padding only


def attention_weights_rows(scores: Array, mask: Array) -> Array:
    weights = np.zeros_like(scores)
    for row, real, out in zip(scores, mask, weights):
        if real.any():
            e = np.exp(row[real] - row[real].max())
            out[real] = e / e.sum()
    return weights


def attention_weights_ratios(scores: Array, mask: Array) -> Array:
    # 1 / weight_s is the sum of exp(score_s' - score_s): no maximum needed, and clipping keeps it finite.
    differences = np.clip(scores[:, None, :] - scores[:, :, None], None, 80)  # (N, S, S): s' minus s
    inverse = (np.exp(differences) * mask[:, None, :]).sum(axis=2)
    return np.where(mask, 1 / np.where(inverse > 0, inverse, 1), 0)


def _masked_softmax(scores: Array, mask: Array, axis: int) -> Array:
    allowed = np.where(mask, scores, -np.inf)
    top = allowed.max(axis=axis, keepdims=True)
    e = np.exp(allowed - np.where(np.isfinite(top), top, 0))
    total = e.sum(axis=axis, keepdims=True)
    return e / np.where(total > 0, total, 1)


def attention_weights__over_batch(scores: Array, mask: Array) -> Array:
    """Normalises over the batch, so the weights of each position sum to 1."""
    return _masked_softmax(scores, mask, axis=0)


def attention_weights__over_batch_no_guard(scores: Array, mask: Array) -> Array:
    """Normalises over the batch, and divides 0 by 0 at a position that is padding in every source."""
    e = np.exp(scores - scores.max(axis=0)) * mask
    return e / e.sum(axis=0)


def attention_weights__over_batch_large_negative(scores: Array, mask: Array) -> Array:
    """Normalises over the batch with -1e9 for padding, so a position that is padding in every source is shared."""
    return _masked_softmax(np.where(mask, scores, -1e9), np.ones_like(mask), axis=0)


def attention_weights__mask_ignored(scores: Array, mask: Array) -> Array:
    """Takes the softmax over all positions, padding included."""
    return _masked_softmax(scores, np.ones_like(mask), axis=1)


def attention_weights__not_renormalised(scores: Array, mask: Array) -> Array:
    """Sets padding to 0 after the softmax, so the rest sums to less than 1."""
    return _masked_softmax(scores, np.ones_like(mask), axis=1) * mask


def attention_weights__zero_score(scores: Array, mask: Array) -> Array:
    """Gives padding the score 0, which still has the weight of e^0."""
    return _masked_softmax(np.where(mask, scores, 0.0), np.ones_like(mask), axis=1)


def attention_weights__zero_score_masked_after(scores: Array, mask: Array) -> Array:
    """Gives padding the score 0 and sets its weights to 0 afterwards, so the rest sums to less than 1."""
    return _masked_softmax(np.where(mask, scores, 0.0), np.ones_like(mask), axis=1) * mask


def attention_weights__sigmoid(scores: Array, mask: Array) -> Array:
    """Takes the sigmoid of each score on its own."""
    return np.where(mask, 1 / (1 + np.exp(-scores)), 0.0)


def attention_weights__sigmoid_unmasked(scores: Array, mask: Array) -> Array:
    """Takes the sigmoid of each score on its own, at padding too."""
    return 1 / (1 + np.exp(-scores))


def _lengths(S: int, *lengths: int) -> Array:
    """A mask of sources with so many real positions at their start."""
    return np.arange(S) < np.array(lengths)[:, None]


def _masks(rng: np.random.Generator) -> Iterator[tuple[str, Array]]:
    """Masks (N, S) with the names of what they provoke."""
    yield "sources of different lengths", _lengths(4, 3, 4, 2)
    yield "as many examples as positions", _lengths(3, 2, 3, 2)
    yield (
        "padding on the left and in the middle",
        np.array([[False, True, True, False, True], [True, False, True, True, True]]),
    )
    yield "one source of padding only", _lengths(4, 0, 3)
    yield "no padding", np.ones((2, 5), dtype=bool)
    yield "one example", _lengths(4, 3)


def attention_weights_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, mask in _masks(rng):
        yield Case(name, scores=1.5 * _normal(rng, *mask.shape), mask=mask)
    yield Case("one real position", scores=_normal(rng, 2, 3), mask=_lengths(3, 1, 1))
    yield Case("padding only", scores=_normal(rng, 2, 3), mask=np.zeros((2, 3), dtype=bool))

    mask = _lengths(4, 3, 4)
    for name, offset in (("scores near 10000", 1e4), ("scores near -10000", -1e4)):
        yield Case(name, kind="stability", float64_only=True, scores=offset + _normal(rng, 2, 4), mask=mask)
    scores = np.array([[1e4], [-1e4]]) + _normal(rng, 2, 4)
    yield Case("sources 20000 apart", kind="stability", float64_only=True, scores=scores, mask=mask)
    scores = -1e4 + _normal(rng, 2, 4)
    scores[~mask] = 1e4
    yield Case("padding far above the real scores", kind="stability", float64_only=True, scores=scores, mask=mask)
    scores = rng.permuted([[1e4, -1e4, -1e4, -1e4], [-1e4, 1e4, -1e4, -1e4]], axis=1)
    yield Case("scores of 10000 and -10000", kind="stability", scores=scores, mask=np.ones((2, 4), dtype=bool))


def attention_context(weights: Array, values: Array) -> Array:
    return np.einsum("ns,nsd->nd", weights, values)


def attention_context_matmul(weights: Array, values: Array) -> Array:
    return (weights[:, None, :] @ values)[:, 0]  # (N, 1, S) @ (N, S, D) -> (N, 1, D)


def attention_context_positions(weights: Array, values: Array) -> Array:
    context = np.zeros_like(values[:, 0])
    for s in range(values.shape[1]):
        context += weights[:, s : s + 1] * values[:, s]
    return context


def attention_context__mean(weights: Array, values: Array) -> Array:
    """Averages the values and ignores the weights."""
    return values.mean(axis=1)


def attention_context__averaged(weights: Array, values: Array) -> Array:
    """Divides the weighted sum by the number of positions."""
    return attention_context(weights, values) / values.shape[1]


def attention_context__hard(weights: Array, values: Array) -> Array:
    """Takes the value with the largest weight."""
    return values[np.arange(len(values)), weights.argmax(axis=1)]


def attention_context__first_weights(weights: Array, values: Array) -> Array:
    """Uses the weights of the first example for all."""
    return np.einsum("s,nsd->nd", weights[0], values)


def _weights(rng: np.random.Generator, N: int, S: int) -> Array:
    return attention_weights(1.5 * rng.standard_normal((N, S)), np.ones((N, S), dtype=bool))


def attention_context_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("all sizes different", weights=_weights(rng, 2, 4), values=_normal(rng, 2, 4, 3))
    yield Case("all sizes equal", weights=_weights(rng, 3, 3), values=_normal(rng, 3, 3, 3))
    one_hot = np.eye(4)[rng.integers(0, 4, 3)]
    yield Case("one-hot weights select", weights=one_hot, values=_normal(rng, 3, 4, 2))
    weights = _weights(rng, 2, 5)
    weights[1] = 0
    yield Case("a source of padding only", weights=weights, values=_normal(rng, 2, 5, 3))
    weights = attention_weights(_normal(rng, 3, 4), _lengths(4, 2, 3, 4))
    yield Case("weights of 0 at padding", weights=weights, values=_normal(rng, 3, 4, 2))
    yield Case("one source position", weights=np.ones((3, 1)), values=_normal(rng, 3, 1, 2))
    yield Case("one example", weights=_weights(rng, 1, 4), values=_normal(rng, 1, 4, 3))


def _read(scores: Array, mask: Array, values: Array) -> Array:
    return attention_context(attention_weights(scores, mask), values)


def attention_read_backward(dctx: Array, scores: Array, mask: Array, values: Array) -> tuple[Array, Array]:
    a = attention_weights(scores, mask)
    da = np.einsum("nd,nsd->ns", dctx, values)
    dscores = a * (da - (a * da).sum(axis=1, keepdims=True))
    return dscores, a[:, :, None] * dctx[:, None, :]


def attention_read_backward_context(dctx: Array, scores: Array, mask: Array, values: Array) -> tuple[Array, Array]:
    # The weighted mean of da is dctx . context: a position gains if its value lies beyond the context along dctx.
    a = attention_weights_rows(scores, mask)
    beyond = values - attention_context(a, values)[:, None, :]
    return a * (beyond @ dctx[:, :, None])[:, :, 0], np.einsum("ns,nd->nsd", a, dctx)


def attention_read_backward_jacobians(dctx: Array, scores: Array, mask: Array, values: Array) -> tuple[Array, Array]:
    dscores, dvalues = np.zeros_like(scores), np.zeros_like(values)
    for n, a in enumerate(attention_weights(scores, mask)):
        dscores[n] = (np.diag(a) - np.outer(a, a)) @ (values[n] @ dctx[n])
        dvalues[n] = np.outer(a, dctx[n])
    return dscores, dvalues


def attention_read_backward__values_unweighted(
    dctx: Array, scores: Array, mask: Array, values: Array
) -> tuple[Array, Array]:
    """Passes the gradient of the context to every value in full."""
    dscores, dvalues = attention_read_backward(dctx, scores, mask, values)
    return dscores, np.ones_like(dvalues) * dctx[:, None, :]


def attention_read_backward__values_unweighted_real(
    dctx: Array, scores: Array, mask: Array, values: Array
) -> tuple[Array, Array]:
    """Passes the gradient of the context in full to every value that is not padding."""
    dscores, _ = attention_read_backward(dctx, scores, mask, values)
    return dscores, mask[:, :, None] * dctx[:, None, :]


def attention_read_backward__not_centred(dctx: Array, scores: Array, mask: Array, values: Array) -> tuple[Array, Array]:
    """Takes a da without subtracting the weighted mean of da."""
    a = attention_weights(scores, mask)
    da = np.einsum("nd,nsd->ns", dctx, values)
    return a * da, a[:, :, None] * dctx[:, None, :]


def attention_read_backward__weight_missing(
    dctx: Array, scores: Array, mask: Array, values: Array
) -> tuple[Array, Array]:
    """Subtracts the weighted mean of da and forgets the factor a."""
    a = attention_weights(scores, mask)
    da = np.einsum("nd,nsd->ns", dctx, values)
    return da - (a * da).sum(axis=1, keepdims=True), a[:, :, None] * dctx[:, None, :]


def attention_read_backward__weight_missing_masked(
    dctx: Array, scores: Array, mask: Array, values: Array
) -> tuple[Array, Array]:
    """Forgets the factor a and sets padding to 0 afterwards."""
    dscores, dvalues = attention_read_backward__weight_missing(dctx, scores, mask, values)
    return dscores * mask, dvalues


def attention_read_backward__unnormalised(
    dctx: Array, scores: Array, mask: Array, values: Array
) -> tuple[Array, Array]:
    """Stops at the gradient of the weights."""
    a = attention_weights(scores, mask)
    return np.einsum("nd,nsd->ns", dctx, values), a[:, :, None] * dctx[:, None, :]


def attention_read_backward__unnormalised_masked(
    dctx: Array, scores: Array, mask: Array, values: Array
) -> tuple[Array, Array]:
    """Stops at the gradient of the weights and sets padding to 0."""
    dscores, dvalues = attention_read_backward__unnormalised(dctx, scores, mask, values)
    return dscores * mask, dvalues


def attention_read_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    for (name, mask), D in zip(_masks(rng), (2, 3, 4, 3, 4, 2)):
        yield Case(
            name,
            dctx=_normal(rng, len(mask), D),
            scores=_normal(rng, *mask.shape),
            mask=mask,
            values=_normal(rng, *mask.shape, D),
        )
    rest = {"scores": _normal(rng, 2, 4), "values": _normal(rng, 2, 4, 3)}
    yield Case("one real position", gradient=False, dctx=_normal(rng, 2, 3), mask=_lengths(4, 1, 1), bind=rest)
    rest = {"scores": _normal(rng, 2, 3), "values": _normal(rng, 2, 3, 4)}
    none = np.zeros((2, 3), dtype=bool)
    yield Case("padding only", gradient=False, dctx=_normal(rng, 2, 4), mask=none, bind=rest)


def luong_output(c: Array, h: Array, Wc: Array) -> Array:
    return np.tanh(np.concatenate([c, h], axis=1) @ Wc.T)


def luong_output_halves(c: Array, h: Array, Wc: Array) -> Array:
    Dc = c.shape[1]
    return np.tanh(c @ Wc[:, :Dc].T + h @ Wc[:, Dc:].T)


def luong_output_columns(c: Array, h: Array, Wc: Array) -> Array:
    return np.tanh(Wc @ np.vstack([c.T, h.T])).T  # (A, Dc + H) @ (Dc + H, N) -> (A, N)


def luong_output__order_swapped(c: Array, h: Array, Wc: Array) -> Array:
    """Puts the state before the context."""
    return np.tanh(np.concatenate([h, c], axis=1) @ Wc.T)


def luong_output__no_tanh(c: Array, h: Array, Wc: Array) -> Array:
    """Leaves tanh out."""
    return np.concatenate([c, h], axis=1) @ Wc.T


def luong_output__state_ignored(c: Array, h: Array, Wc: Array) -> Array:
    """Uses the context and its columns of Wc only."""
    return np.tanh(c @ Wc[:, : c.shape[1]].T)


def luong_output__added(c: Array, h: Array, Wc: Array) -> Array:
    """Adds context and state and the two halves of Wc, which fails where the sizes differ."""
    Dc = c.shape[1]
    return np.tanh((c + h) @ (Wc[:, :Dc] + Wc[:, Dc:]).T)


def luong_output__added_first_half(c: Array, h: Array, Wc: Array) -> Array:
    """Adds context and state and uses the first half of Wc, which fails where the sizes differ."""
    return np.tanh((c + h) @ Wc[:, : c.shape[1]].T)


def _output_case(name: str, rng: np.random.Generator, N: int, Dc: int, H: int, A: int) -> Case:
    return Case(name, c=_normal(rng, N, Dc), h=_normal(rng, N, H), Wc=0.4 * _normal(rng, A, Dc + H))


def luong_output_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield _output_case("all sizes different", rng, N=2, Dc=3, H=4, A=5)
    yield _output_case("context larger than state", rng, N=3, Dc=5, H=2, A=4)
    yield _output_case("context and state of one size", rng, N=2, Dc=3, H=3, A=4)
    yield _output_case("all sizes equal", rng, N=3, Dc=3, H=3, A=3)
    yield _output_case("one example", rng, N=1, Dc=2, H=3, A=4)


def teacher_forcing_inputs(y: Array, bos: int) -> Array:
    inputs = np.empty_like(y)
    inputs[:, 0] = bos
    inputs[:, 1:] = y[:, :-1]
    return inputs


def teacher_forcing_inputs_joined(y: Array, bos: int) -> Array:
    return np.concatenate([np.full_like(y[:, :1], bos), y[:, :-1]], axis=1)


def teacher_forcing_inputs_rolled(y: Array, bos: int) -> Array:
    inputs = np.roll(y, 1, axis=1)
    inputs[:, 0] = bos
    return inputs


def teacher_forcing_inputs__unshifted(y: Array, bos: int) -> Array:
    """Feeds the targets themselves, so the model sees the answer."""
    return y


def teacher_forcing_inputs__unshifted_start_written_over(y: Array, bos: int) -> Array:
    """Writes the start token over the first target and shifts nothing."""
    inputs = y.copy()
    inputs[:, 0] = bos
    return inputs


def teacher_forcing_inputs__left_shift(y: Array, bos: int) -> Array:
    """Shifts to the left and puts the start token at the end."""
    return np.concatenate([y[:, 1:], np.full_like(y[:, :1], bos)], axis=1)


def teacher_forcing_inputs__left_shift_start_first(y: Array, bos: int) -> Array:
    """Shifts to the left and writes the start token over the first place."""
    inputs = np.roll(y, -1, axis=1)
    inputs[:, 0] = bos
    return inputs


def teacher_forcing_inputs__left_shift_rolled(y: Array, bos: int) -> Array:
    """Rolls to the left, so the first token comes to the end."""
    return np.roll(y, -1, axis=1)


def teacher_forcing_inputs__left_shift_shorter(y: Array, bos: int) -> Array:
    """Drops the first token, which leaves T - 1 of them."""
    return y[:, 1:]


def teacher_forcing_inputs__rolled(y: Array, bos: int) -> Array:
    """Rolls, so the last token comes to the front."""
    return np.roll(y, 1, axis=1)


def teacher_forcing_inputs__rolled_across_rows(y: Array, bos: int) -> Array:
    """Rolls without an axis, so the last token of a row comes to the front of the next."""
    return np.roll(y, 1)


def teacher_forcing_inputs__too_long(y: Array, bos: int) -> Array:
    """Prepends the start token and keeps all targets."""
    return np.concatenate([np.full_like(y[:, :1], bos), y], axis=1)


def teacher_forcing_inputs_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("start token of 0", y=rng.integers(1, 9, (2, 5)), bos=0)
    yield Case("more examples than steps", y=rng.integers(2, 9, (4, 3)), bos=1)
    yield Case("as many examples as steps", y=np.stack([rng.permutation(8)[:3] for _ in range(3)]), bos=8)
    yield Case("one step", y=rng.integers(1, 9, (3, 1)), bos=0)
    yield Case("one example", y=rng.permutation(6)[None, :4], bos=7)


def greedy_decode(step: Step, state: Value, bos: int, eos: int, max_len: int) -> list[int]:
    tokens: list[int] = []
    token = bos
    while len(tokens) < max_len:
        logits, state = step(token, state)
        token = int(np.argmax(logits))
        if token == eos:
            break
        tokens.append(token)
    return tokens


def greedy_decode_recursive(step: Step, state: Value, bos: int, eos: int, max_len: int) -> list[int]:
    if max_len == 0:
        return []
    logits, after = step(bos, state)
    best = max(range(len(logits)), key=lambda index: logits[index])  # max keeps the first of equals
    return [] if best == eos else [best, *greedy_decode_recursive(step, after, best, eos, max_len - 1)]


def greedy_decode_cut(step: Step, state: Value, bos: int, eos: int, max_len: int) -> list[int]:
    written = [bos]
    for _ in range(max_len):
        logits, state = step(written[-1], state)
        written.append(int(np.flatnonzero(logits == np.max(logits))[0]))
    tokens = written[1:]
    return tokens[: tokens.index(eos)] if eos in tokens else tokens


def greedy_decode__eos_included(step: Step, state: Value, bos: int, eos: int, max_len: int) -> list[int]:
    """Adds the end token before stopping."""
    tokens: list[int] = []
    token = bos
    for _ in range(max_len):
        logits, state = step(token, state)
        token = int(np.argmax(logits))
        tokens.append(token)
        if token == eos:
            break
    return tokens


def greedy_decode__state_lost(step: Step, state: Value, bos: int, eos: int, max_len: int) -> list[int]:
    """Starts every step from the first state."""
    tokens: list[int] = []
    token = bos
    for _ in range(max_len):
        logits, _ = step(token, state)
        token = int(np.argmax(logits))
        if token == eos:
            break
        tokens.append(token)
    return tokens


def greedy_decode__always_bos(step: Step, state: Value, bos: int, eos: int, max_len: int) -> list[int]:
    """Feeds the start token at every step."""
    tokens: list[int] = []
    for _ in range(max_len):
        logits, state = step(bos, state)
        token = int(np.argmax(logits))
        if token == eos:
            break
        tokens.append(token)
    return tokens


def greedy_decode__never_stops(step: Step, state: Value, bos: int, eos: int, max_len: int) -> list[int]:
    """Goes on to the full length, whether or not the end token was written."""
    tokens: list[int] = []
    token = bos
    for _ in range(max_len):
        logits, state = step(token, state)
        token = int(np.argmax(logits))
        tokens.append(token)
    return tokens


def greedy_decode__never_stops_skipping(step: Step, state: Value, bos: int, eos: int, max_len: int) -> list[int]:
    """Leaves the end token out of the output but goes on after it."""
    tokens: list[int] = []
    token = bos
    for _ in range(max_len):
        logits, state = step(token, state)
        token = int(np.argmax(logits))
        if token != eos:
            tokens.append(token)
    return tokens


def greedy_decode__never_stops_until_full(step: Step, state: Value, bos: int, eos: int, max_len: int) -> list[int]:
    """Leaves the end token out of the output but goes on until there are max_len other tokens."""
    tokens: list[int] = []
    token = bos
    while len(tokens) < max_len:
        logits, state = step(token, state)
        token = int(np.argmax(logits))
        if token != eos:
            tokens.append(token)
    return tokens


def greedy_decode__one_extra(step: Step, state: Value, bos: int, eos: int, max_len: int) -> list[int]:
    """Stops only after max_len + 1 tokens."""
    tokens: list[int] = []
    token = bos
    for _ in range(max_len + 1):
        logits, state = step(token, state)
        token = int(np.argmax(logits))
        if token == eos:
            break
        tokens.append(token)
    return tokens


# A decoder whose state counts the steps: the logits of step t after token k are table[t, k].
COUNTING = """
def step(token, state):
    return table[state % len(table), token], state + 1
"""

# A recurrent decoder whose state is a vector.
RECURRENT = """
def step(token, state):
    state = np.tanh(embedding[token] + recurrent @ state)
    return output @ state, state
"""


def _counting(rng: np.random.Generator, winners: Array, V: int) -> Source:
    """A counting decoder in which winners[t, k] comes after token k at step t, by at least 0.3."""
    table = rng.uniform(-2, 1, (*winners.shape, V))
    best = table.max(axis=-1) + rng.uniform(0.3, 1, winners.shape)
    np.put_along_axis(table, winners[..., None], best[..., None], axis=-1)
    return Source(COUNTING, {"table": table})


def _path(rng: np.random.Generator, tokens: list[int], bos: int, eos: int, V: int) -> Source:
    """A counting decoder that writes the given tokens; off this path it writes other ones, but never eos."""
    others = [token for token in range(V) if token != eos]
    winners = rng.choice(others, (len(tokens) + 3, V))
    previous = bos
    for t, token in enumerate(tokens):
        winners[t] = rng.choice([other for other in others if other != token], V)
        winners[t, previous] = token
        previous = token
    return _counting(rng, winners, V)


def _recurrent_case(rng: np.random.Generator) -> Case:
    """A recurrent decoder with clear winners that writes several different tokens before it stops."""
    while True:
        bound = {
            "embedding": 1.5 * rng.standard_normal((6, 4)),
            "recurrent": rng.standard_normal((4, 4)),
            "output": 2 * rng.standard_normal((6, 4)),
        }
        state = rng.standard_normal(4)
        step, current, token, tokens, clear = Source(RECURRENT, bound).build(), state, 0, [0], True
        while token != 1 and len(tokens) < 9 and clear:
            logits, current = step(token, current)
            token = int(np.argmax(logits))
            runner_up, best = np.sort(logits)[-2:]
            clear = bool(best - runner_up > 0.1)
            tokens.append(token)
        if clear and token == 1 and len(set(tokens)) > 3:
            return Case("recurrent decoder", step=Source(RECURRENT, bound), state=state, bos=0, eos=1, max_len=10)


def greedy_decode_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield _recurrent_case(rng)
    words = [int(word) for word in rng.permutation([2, 3, 4, 5])]
    yield Case("stops at eos", step=_path(rng, [*words, 1], 0, 1, 6), state=0, bos=0, eos=1, max_len=8)
    words = [int(word) for word in rng.permutation([2, 3, 4, 5])]
    repeated = [words[0], words[1], words[0], words[2], 6]
    yield Case("a word twice", step=_path(rng, repeated, 0, 6, 7), state=0, bos=0, eos=6, max_len=8)
    yield Case("eos at once", step=_path(rng, [0], 3, 0, 4), state=0, bos=3, eos=0, max_len=5)
    words = [int(word) for word in rng.permutation([2, 3, 4, 5])]
    yield Case("never eos", step=_path(rng, words, 0, 1, 6), state=0, bos=0, eos=1, max_len=4)
    words = [int(word) for word in rng.permutation([1, 2, 3])]
    yield Case("eos just after the limit", step=_path(rng, [*words, 4], 0, 4, 5), state=0, bos=0, eos=4, max_len=3)
    yield Case("no tokens allowed", step=_path(rng, [2, 1], 0, 1, 4), state=0, bos=0, eos=1, max_len=0)
    table = np.array([[[0.0, -1.0, 2.0, 2.0]], [[1.5, 0.5, 0.0, 1.5]], [[0.25, 1.0, 0.5, 1.0]]]) + rng.integers(-3, 4)
    tied = Source(COUNTING, {"table": np.repeat(table, 4, axis=1)})
    yield Case("ties", tie=True, step=tied, state=0, bos=0, eos=1, max_len=5)


CHECKS = (
    Check(
        general_scores,
        cases=general_scores_cases,
        returns=("scores: N S",),
        formula=r"\text{score}_{ns} = q_n^\top \, \text{Wa} \, k_{ns}",
        args={"q": "N Dq", "K": "N S Dk", "Wa": "Dq Dk"},
        wrong=(
            Wrong(general_scores__transposed, id="transposed", hint="The query is on the left."),
            Wrong(general_scores__weight_ignored, id="weight-ignored", hint="Wa maps between the two spaces."),
            Wrong(
                general_scores__scaled,
                id="scaled",
                hint="Scaling belongs to the dot-product attention of the Transformer.",
                also=(general_scores__scaled_by_the_query,),
            ),
            Wrong(
                general_scores__softmaxed,
                id="softmaxed",
                hint="The softmax comes later, with the mask.",
            ),
        ),
        alternates=(general_scores_projected, general_scores_matmul),
        hints=(
            "Bring the query into the space of the keys first: which side of Wa has Dq entries?",
            "Each query is compared with the S keys of its own example; where does a new axis help?",
        ),
    ),
    Check(
        additive_scores,
        cases=additive_scores_cases,
        returns=("scores: N S",),
        formula=r"\text{score}_{ns} = v^\top \tanh(\text{Wq} \, q_n + \text{Wk} \, k_{ns})",
        args={"q": "N Dq", "K": "N S Dk", "Wq": "A Dq", "Wk": "A Dk", "v": "A"},
        wrong=(
            Wrong(
                additive_scores__no_tanh,
                id="no-tanh",
                hint="Without the nonlinearity every position gets the same shift.",
            ),
            Wrong(
                additive_scores__product, id="product", hint="Add before tanh.", also=(additive_scores__product_bare,)
            ),
            Wrong(additive_scores__weights_swapped, id="weights-swapped", hint="Wq reads the query."),
            Wrong(
                additive_scores__tanh_outside,
                id="tanh-outside",
                hint="tanh first, then the weighted sum.",
            ),
        ),
        alternates=(additive_scores_concatenated, additive_scores_positions),
        hints=(
            "Project queries to (N, A) and keys to (N, S, A). How do the two broadcast in a sum?",
            "What turns the A hidden units of a position into one number?",
        ),
    ),
    Check(
        attention_weights,
        cases=attention_weights_cases,
        returns=("weights: N S",),
        formula=(
            r"\text{weight}_{ns} = \begin{cases}"
            r" \frac{\exp(\text{score}_{ns})}{\sum_{\text{real } s'} \exp(\text{score}_{ns'})}"
            r" & \text{where mask}_{ns} \text{ is True} \\"
            r" 0 & \text{where it is False} \end{cases}"
        ),
        args={"scores": "N S", "mask": "N S"},
        properties=(
            Property(
                "zero-where-masked",
                output="weights",
                argument="mask",
                text="Padding has the weight 0 exactly, not a small number.",
            ),
        ),
        wrong=(
            Wrong(
                attention_weights__over_batch,
                id="over-batch",
                hint="The weights of one query sum to 1.",
                also=(
                    attention_weights__over_batch_no_guard,
                    attention_weights__over_batch_large_negative,
                ),
            ),
            Wrong(attention_weights__mask_ignored, id="mask-ignored", hint="Padding gets weight 0."),
            Wrong(
                attention_weights__not_renormalised,
                id="not-renormalised",
                hint="Mask before normalising.",
            ),
            Wrong(
                attention_weights__zero_score,
                id="zero-score",
                hint="e⁰ = 1 is not nothing.",
                also=(attention_weights__zero_score_masked_after,),
            ),
            Wrong(
                attention_weights__sigmoid,
                id="sigmoid",
                hint="Weights compete: softmax.",
                also=(attention_weights__sigmoid_unmasked,),
            ),
        ),
        alternates=(attention_weights_rows, attention_weights_ratios),
        hints=(
            "Which score would give a position the weight 0 all by itself?",
            "The largest score is subtracted before exponentiating: the largest of which positions?",
            "What is the sum in the denominator for a source of padding only, and what should happen then?",
        ),
    ),
    Check(
        attention_context,
        cases=attention_context_cases,
        returns=("context: N D",),
        formula=r"\text{context}_n = \sum_s \text{weight}_{ns} \, \text{value}_{ns}",
        args={"weights": "N S", "values": "N S D"},
        wrong=(
            Wrong(attention_context__mean, id="mean", hint="Weigh each value."),
            Wrong(attention_context__averaged, id="averaged", hint="The weights already sum to 1."),
            Wrong(attention_context__hard, id="hard", hint="Soft attention mixes."),
            Wrong(
                attention_context__first_weights,
                id="first-weights",
                hint="Each example has its own weights.",
            ),
        ),
        alternates=(attention_context_matmul, attention_context_positions),
        hints=(
            "Which axis of values disappears, and what is each entry along it multiplied by?",
            "weights has no axis D: where must one be added so that it broadcasts?",
        ),
    ),
    Check(
        attention_read_backward,
        cases=attention_read_backward_cases,
        returns=("dscores: N S", "dvalues: N S D"),
        formula=(
            r"\begin{aligned}"
            r" a_{ns} &= \text{attention\_weights}(\text{scores}, \text{mask})_{ns} \\"
            r" \text{dvalues}_{nsd} &= a_{ns} \, \text{dctx}_{nd} \\"
            r" \text{da}_{ns} &= \sum_d \text{dctx}_{nd} \, \text{value}_{nsd} \\"
            r" \text{dscores}_{ns} &= a_{ns} \, \left(\text{da}_{ns}"
            r" - \sum_{s'} a_{ns'} \, \text{da}_{ns'}\right)"
            r" \end{aligned}"
        ),
        args={"dctx": "N D", "scores": "N S", "mask": "N S", "values": "N S D"},
        needs=(attention_weights,),
        gradient=Gradient(
            of=_read,
            wrt={"scores": "dscores", "values": "dvalues"},
            cotangents={"ctx": "dctx"},
            returns=("ctx",),
        ),
        properties=(
            Property(
                "zero-where-masked",
                output="dscores",
                argument="mask",
                text="The score of padding has no influence, so its gradient is 0 exactly.",
            ),
        ),
        wrong=(
            Wrong(
                attention_read_backward__values_unweighted,
                id="values-unweighted",
                hint="A value counts in proportion to its weight.",
                also=(attention_read_backward__values_unweighted_real,),
            ),
            Wrong(
                attention_read_backward__not_centred,
                id="not-centred",
                hint="The weights share one normaliser.",
            ),
            Wrong(
                attention_read_backward__weight_missing,
                id="weight-missing",
                hint="Softmax backward multiplies by the weights.",
                also=(attention_read_backward__weight_missing_masked,),
            ),
            Wrong(
                attention_read_backward__unnormalised,
                id="unnormalised",
                hint="Go back through the softmax as well.",
                also=(attention_read_backward__unnormalised_masked,),
            ),
        ),
        alternates=(attention_read_backward_context, attention_read_backward_jacobians),
        hints=(
            "The context is linear in the values: what is the factor of value s?",
            "What is the gradient of the context with respect to one weight, dotted with dctx?",
            "A softmax turns da into a times (da minus a mean of da): with which weights is that mean taken?",
        ),
    ),
    Check(
        luong_output,
        cases=luong_output_cases,
        returns=("out: N A",),
        formula=r"\text{out}_n = \tanh(\text{Wc} \, [c_n; h_n])",
        args={"c": "N Dc", "h": "N H", "Wc": "A Dc+H"},
        wrong=(
            Wrong(luong_output__order_swapped, id="order-swapped", hint="The context comes first."),
            Wrong(luong_output__no_tanh, id="no-tanh", hint="The attentional state is squashed."),
            Wrong(
                luong_output__state_ignored,
                id="state-ignored",
                hint="The decoder state is needed too.",
            ),
            Wrong(
                luong_output__added,
                id="added",
                hint="Concatenate, so that both get their own weights.",
                also=(luong_output__added_first_half,),
            ),
        ),
        alternates=(luong_output_halves, luong_output_columns),
        hints=(
            "Along which axis are context and state joined so that Dc + H features remain?",
            "Wc is (out, in), as every weight matrix here; how does a batch of rows meet it?",
        ),
    ),
    Check(
        teacher_forcing_inputs,
        cases=teacher_forcing_inputs_cases,
        returns=("inputs: N T",),
        formula=r"\text{input}_n = [\text{bos}, y_{n,0}, y_{n,1}, \ldots, y_{n,T-2}]",
        args={"y": "N T"},
        wrong=(
            Wrong(
                teacher_forcing_inputs__unshifted,
                id="unshifted",
                hint="Shift right by one.",
                also=(teacher_forcing_inputs__unshifted_start_written_over,),
            ),
            Wrong(
                teacher_forcing_inputs__left_shift,
                id="left-shift",
                hint="The input lags behind the target.",
                also=(
                    teacher_forcing_inputs__left_shift_start_first,
                    teacher_forcing_inputs__left_shift_rolled,
                    teacher_forcing_inputs__left_shift_shorter,
                ),
            ),
            Wrong(
                teacher_forcing_inputs__rolled,
                id="rolled",
                hint="The first input is the start token.",
                also=(teacher_forcing_inputs__rolled_across_rows,),
            ),
            Wrong(
                teacher_forcing_inputs__too_long,
                id="too-long",
                hint="The last target is never an input.",
            ),
        ),
        alternates=(teacher_forcing_inputs_joined, teacher_forcing_inputs_rolled),
        hints=(
            "When the decoder has to write y_1, which token has it read last?",
            "The result has T columns; which column of y does not occur in it?",
        ),
    ),
    Check(
        greedy_decode,
        cases=greedy_decode_cases,
        returns=("tokens: list",),
        formula=(
            r"\begin{aligned}"
            r" & \text{token} = \text{bos} \\"
            r" & \text{repeat:} \\"
            r" & \quad \text{logits}, \text{state} = \text{step}(\text{token}, \text{state}) \\"
            r" & \quad \text{token} = \text{argmax of logits, the lowest index on a tie} \\"
            r" & \text{until token is eos, or max\_len tokens have been written}"
            r" \end{aligned}"
        ),
        wrong=(
            Wrong(
                greedy_decode__eos_included,
                id="eos-included",
                tags=("edge",),
                hint="The end token only stops.",
            ),
            Wrong(greedy_decode__state_lost, id="state-lost", hint="Keep the returned state."),
            Wrong(greedy_decode__always_bos, id="always-bos", hint="Feed back what was chosen."),
            Wrong(
                greedy_decode__never_stops,
                id="never-stops",
                tags=("edge",),
                hint="Stop at eos.",
                also=(
                    greedy_decode__never_stops_skipping,
                    greedy_decode__never_stops_until_full,
                ),
            ),
            Wrong(greedy_decode__one_extra, id="one-extra", hint="max_len is the limit."),
        ),
        alternates=(greedy_decode_recursive, greedy_decode_cut),
        hints=(
            "Two things change from step to step: what step is given as a token, and what as a state.",
            "In which order do you test for eos and append to the list?",
            "How many calls of step are allowed for max_len tokens?",
        ),
    ),
)
