"""References, wrong functions and cases for the ways to wire a recurrent network."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.spec import Array, Case, Check, Value, Wrong

TITLE = "RNN architectures"
NEEDS = (24,)

Layer = tuple[Array, Array, Array]


def _step(x: Array, h: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    return np.tanh(h @ W_hh.T + x @ W_xh.T + b_h)


def _states(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    (N, T, _), h = x.shape, h0
    hs = np.zeros((N, T, h0.shape[1]))
    for t in range(T):
        h = _step(x[:, t], h, W_xh, W_hh, b_h)
        hs[:, t] = h
    return hs


def _states_of_one(x: Array, h: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """The states of a single sequence (T, D) from a state (H,), on column vectors."""
    hs = np.zeros((len(x), len(h)))
    for t, row in enumerate(x):
        h = np.tanh(W_hh @ h + W_xh @ row + b_h)
        hs[t] = h
    return hs


def _signed(rng: np.random.Generator, *shape: int, low: float = 0.3, high: float = 1.3) -> Array:
    return rng.uniform(low, high, shape) * rng.choice([-1.0, 1.0], shape)


def _layer(rng: np.random.Generator, D: int, H: int) -> Layer:
    return 0.6 * rng.standard_normal((H, D)), 0.8 * rng.standard_normal((H, H)), _signed(rng, H, low=0.2, high=0.7)


def _start(rng: np.random.Generator, N: int, H: int) -> Array:
    return rng.uniform(-0.9, 0.9, (N, H))


def _weights(rng: np.random.Generator, D: int, H: int, O: int) -> dict[str, Value]:
    W_xh, W_hh, b_h = _layer(rng, D, H)
    return {"W_xh": W_xh, "W_hh": W_hh, "b_h": b_h, "W_hy": _signed(rng, O, H), "b_y": _signed(rng, O)}


# one_to_one


def one_to_one(x: Array, W_xh: Array, b_h: Array, W_hy: Array, b_y: Array) -> Array:
    return np.tanh(x @ W_xh.T + b_h) @ W_hy.T + b_y


def one_to_one_columns(x: Array, W_xh: Array, b_h: Array, W_hy: Array, b_y: Array) -> Array:
    return np.stack([W_hy @ np.tanh(W_xh @ row + b_h) + b_y for row in x])


def one_to_one_biases_as_weights(x: Array, W_xh: Array, b_h: Array, W_hy: Array, b_y: Array) -> Array:
    ones = np.ones((len(x), 1))
    h = np.tanh(np.hstack([x, ones]) @ np.column_stack([W_xh, b_h]).T)
    return np.einsum("nh,oh->no", np.hstack([h, ones]), np.column_stack([W_hy, b_y]))


def one_to_one__output_squashed(x: Array, W_xh: Array, b_h: Array, W_hy: Array, b_y: Array) -> Array:
    """Applies tanh to the output as well."""
    return np.tanh(np.tanh(x @ W_xh.T + b_h) @ W_hy.T + b_y)


def one_to_one__no_hidden(x: Array, W_xh: Array, b_h: Array, W_hy: Array, b_y: Array) -> Array:
    """Leaves the tanh out, so the two layers are one linear map."""
    return (x @ W_xh.T + b_h) @ W_hy.T + b_y


def one_to_one__no_hidden_bias(x: Array, W_xh: Array, b_h: Array, W_hy: Array, b_y: Array) -> Array:
    """Leaves b_h out of the hidden layer."""
    return np.tanh(x @ W_xh.T) @ W_hy.T + b_y


def one_to_one__no_output_bias(x: Array, W_xh: Array, b_h: Array, W_hy: Array, b_y: Array) -> Array:
    """Leaves b_y out of the output layer."""
    return np.tanh(x @ W_xh.T + b_h) @ W_hy.T


def one_to_one_cases(rng: np.random.Generator) -> Iterator[Case]:
    def network(N: int, D: int, H: int, O: int) -> dict[str, Value]:
        weights = _weights(rng, D, H, O)
        del weights["W_hh"]
        return {"x": _signed(rng, N, D), **weights}

    yield Case("all dimensions differ", **network(4, 3, 5, 2))
    yield Case("all dimensions equal", **network(3, 3, 3, 3))
    yield Case("one example", **network(1, 4, 3, 5))
    yield Case("one output", **network(6, 2, 4, 1))
    far = network(3, 2, 4, 5)
    yield Case("saturated units", **{**far, "x": 12.0 * far["x"]})


# one_to_many


def one_to_many(
    x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array, steps: int
) -> Array:
    y, h = np.zeros((len(x), steps, len(b_y))), _step(x, h0, W_xh, W_hh, b_h)
    for t in range(steps):
        y[:, t] = h @ W_hy.T + b_y
        h = np.tanh(h @ W_hh.T + b_h)
    return y


def one_to_many_padded_with_zeros(
    x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array, steps: int
) -> Array:
    """No input is an input of zeros: an aligned network over x followed by zeros."""
    inputs = np.zeros((len(x), steps, x.shape[1]))
    inputs[:, 0] = x
    return _states(inputs, h0, W_xh, W_hh, b_h) @ W_hy.T + b_y


def one_to_many_recursive(
    x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array, steps: int
) -> Array:
    def state(t: int) -> Array:
        before = state(t - 1) if t > 1 else h0
        return np.tanh(np.dot(W_hh, before.T) + (np.dot(W_xh, x.T) if t == 1 else 0.0) + b_h[:, None]).T

    return np.stack([np.einsum("nh,oh->no", state(t), W_hy) + b_y for t in range(1, steps + 1)], axis=1)


def one_to_many__input_repeated(
    x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array, steps: int
) -> Array:
    """Feeds x again at every step."""
    y, h = np.zeros((len(x), steps, len(b_y))), h0
    for t in range(steps):
        h = _step(x, h, W_xh, W_hh, b_h)
        y[:, t] = h @ W_hy.T + b_y
    return y


def one_to_many__bias_dropped(
    x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array, steps: int
) -> Array:
    """Drops the bias b_h together with the input after the first step."""
    y, h = np.zeros((len(x), steps, len(b_y))), _step(x, h0, W_xh, W_hh, b_h)
    for t in range(steps):
        y[:, t] = h @ W_hy.T + b_y
        h = np.tanh(h @ W_hh.T)
    return y


def one_to_many__one_too_many(
    x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array, steps: int
) -> Array:
    """Puts out h0 first and then the steps, steps + 1 outputs in all."""
    y, h = np.zeros((len(x), steps + 1, len(b_y))), h0
    for t in range(steps + 1):
        y[:, t] = h @ W_hy.T + b_y
        h = _step(x, h, W_xh, W_hh, b_h) if t == 0 else np.tanh(h @ W_hh.T + b_h)
    return y


def one_to_many__one_too_many_at_the_end(
    x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array, steps: int
) -> Array:
    """Goes on for one step more, steps + 1 outputs in all."""
    y, h = np.zeros((len(x), steps + 1, len(b_y))), _step(x, h0, W_xh, W_hh, b_h)
    for t in range(steps + 1):
        y[:, t] = h @ W_hy.T + b_y
        h = np.tanh(h @ W_hh.T + b_h)
    return y


def one_to_many__state_frozen(
    x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array, steps: int
) -> Array:
    """Computes one state and repeats its output at every step."""
    y = _step(x, h0, W_xh, W_hh, b_h) @ W_hy.T + b_y
    return np.repeat(y[:, None], steps, axis=1)


def one_to_many_cases(rng: np.random.Generator) -> Iterator[Case]:
    def network(N: int, D: int, H: int, O: int) -> dict[str, Value]:
        return {"x": _signed(rng, N, D), "h0": _start(rng, N, H), **_weights(rng, D, H, O)}

    yield Case("all dimensions differ", **network(3, 5, 4, 2), steps=6)
    yield Case("all dimensions equal", **network(3, 3, 3, 3), steps=3)
    yield Case("one step", **network(4, 2, 3, 5), steps=1)
    yield Case("two steps", **network(2, 4, 5, 3), steps=2)
    yield Case("one example", **network(1, 3, 2, 4), steps=5)
    yield Case("state starts at 0", **{**network(2, 3, 4, 1), "h0": np.zeros((2, 4))}, steps=4)


# many_to_one


def many_to_one(
    x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    states = np.concatenate(
        [h0[:, None], _states(x, h0, W_xh, W_hh, b_h)], axis=1
    )  # index L is the state after L steps
    return states[np.arange(len(x)), lengths] @ W_hy.T + b_y


def many_to_one_sequence_by_sequence(
    x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    rows = []
    for sequence, length, h in zip(x, lengths, h0):
        for t in range(length):
            h = np.tanh(W_hh @ h + W_xh @ sequence[t] + b_h)
        rows.append(W_hy @ h + b_y)
    return np.array(rows)


def many_to_one_masked(
    x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    """Keeps a state as it is once its sequence has ended."""
    h = h0
    for t in range(x.shape[1]):
        h = np.where((t < lengths)[:, None], _step(x[:, t], h, W_xh, W_hh, b_h), h)
    return np.einsum("nh,oh->no", h, W_hy) + b_y


def many_to_one__last_padded(
    x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    """Reads the state of the last column, after all the padding."""
    return _states(x, h0, W_xh, W_hh, b_h)[:, -1] @ W_hy.T + b_y


def many_to_one__mean_pooled(
    x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    """Averages the states over the time axis."""
    return _states(x, h0, W_xh, W_hh, b_h).mean(axis=1) @ W_hy.T + b_y


def many_to_one__mean_pooled_real(
    x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    """Averages the states of the real steps, of which an empty sequence has none."""
    real = np.arange(x.shape[1]) < lengths[:, None]
    total = (_states(x, h0, W_xh, W_hh, b_h) * real[:, :, None]).sum(axis=1)
    return total / lengths[:, None] @ W_hy.T + b_y


def many_to_one__mean_pooled_real_or_h0(
    x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    """Averages the states of the real steps, and takes h0 for an empty sequence."""
    states = _states(x, h0, W_xh, W_hh, b_h)
    means = [row[:L].mean(axis=0) if L > 0 else h for row, L, h in zip(states, lengths, h0)]
    return np.array(means) @ W_hy.T + b_y


def many_to_one__one_early(
    x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    """Reads the state at index length - 2."""
    last = _states(x, h0, W_xh, W_hh, b_h)[np.arange(len(x)), lengths - 2]
    return np.where((lengths == 0)[:, None], h0, last) @ W_hy.T + b_y


def many_to_one__one_early_unguarded(
    x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    """Reads the state at index length - 2, counted from the end for a length of 0 or 1."""
    return _states(x, h0, W_xh, W_hh, b_h)[np.arange(len(x)), lengths - 2] @ W_hy.T + b_y


def many_to_one__one_early_from_h0(
    x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    """Takes length - 1 steps from h0, and none for an empty sequence."""
    states = np.concatenate([h0[:, None], _states(x, h0, W_xh, W_hh, b_h)], axis=1)
    return states[np.arange(len(x)), np.maximum(lengths - 1, 0)] @ W_hy.T + b_y


def many_to_one__one_late(
    x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    """Reads the state at index length, which is the first padded step, or none at all."""
    last = _states(x, h0, W_xh, W_hh, b_h)[np.arange(len(x)), lengths]
    return np.where((lengths == 0)[:, None], h0, last) @ W_hy.T + b_y


def many_to_one__one_late_clipped(
    x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    """Reads the state at index length, or the last one where there is none at that index."""
    last = _states(x, h0, W_xh, W_hh, b_h)[np.arange(len(x)), np.minimum(lengths, x.shape[1] - 1)]
    return np.where((lengths == 0)[:, None], h0, last) @ W_hy.T + b_y


def many_to_one__one_late_clipped_unguarded(
    x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    """Reads the state at index length, for an empty sequence too, or the last one where there is none at that index."""
    last = _states(x, h0, W_xh, W_hh, b_h)[np.arange(len(x)), np.minimum(lengths, x.shape[1] - 1)]
    return last @ W_hy.T + b_y


def many_to_one__empty_sequence(
    x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    """Reads the state at index 0 for an empty sequence, after one step over padding."""
    last = _states(x, h0, W_xh, W_hh, b_h)[np.arange(len(x)), np.maximum(lengths - 1, 0)]
    return last @ W_hy.T + b_y


def many_to_one__empty_sequence_wraps(
    x: Array, lengths: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    """Reads index length - 1 = -1 for an empty sequence, the state after all its padding."""
    return _states(x, h0, W_xh, W_hh, b_h)[np.arange(len(x)), lengths - 1] @ W_hy.T + b_y


def many_to_one_cases(rng: np.random.Generator) -> Iterator[Case]:
    def network(N: int, T: int, D: int, H: int, O: int) -> dict[str, Value]:
        return {"x": _signed(rng, N, T, D), "h0": _start(rng, N, H), **_weights(rng, D, H, O)}

    yield Case("different lengths", **network(3, 5, 4, 2, 6), lengths=rng.permutation([2, 3, 4]))
    yield Case("lengths up to T", **network(4, 3, 2, 5, 2), lengths=rng.permutation([3, 1, 2, 3]))
    yield Case("all sequences full", **network(2, 4, 3, 3, 1), lengths=np.array([4, 4]))
    yield Case("empty sequences", **network(4, 3, 5, 2, 3), lengths=rng.permutation([0, 2, 0, 3]))
    yield Case("all dimensions equal", **network(3, 3, 3, 3, 3), lengths=rng.permutation([1, 2, 3]))
    yield Case("one sequence", **network(1, 6, 2, 3, 4), lengths=np.array([4]))
    padded, lengths = network(3, 5, 2, 4, 2), rng.permutation([1, 2, 3])
    padded["x"][np.arange(5) >= lengths[:, None]] *= 300.0
    yield Case("padding full of large values", **padded, lengths=lengths)


# many_to_many


def many_to_many(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array) -> Array:
    return _states(x, h0, W_xh, W_hh, b_h) @ W_hy.T + b_y


def many_to_many_step_by_step(
    x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    h, outputs = h0.T, []
    for columns in np.transpose(x, (1, 2, 0)):  # (N, T, D) -> T x (D, N)
        h = np.tanh(W_hh @ h + W_xh @ columns + b_h[:, None])
        outputs.append((W_hy @ h + b_y[:, None]).T)
    return np.stack(outputs, axis=1)


def many_to_many_sequence_by_sequence(
    x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    states = [_states_of_one(sequence, h, W_xh, W_hh, b_h) for sequence, h in zip(x, h0)]
    return np.einsum("nth,oh->nto", np.array(states), W_hy) + b_y


def many_to_many__shifted(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array) -> Array:
    """Puts out each step before it updates the state, so y_t comes from h_{t-1}."""
    y, h = np.zeros((*x.shape[:2], len(b_y))), h0
    for t in range(x.shape[1]):
        y[:, t] = h @ W_hy.T + b_y
        h = _step(x[:, t], h, W_xh, W_hh, b_h)
    return y


def many_to_many__last_only(
    x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    """Repeats the output of the last state at every step."""
    y = _states(x, h0, W_xh, W_hh, b_h)[:, -1] @ W_hy.T + b_y
    return np.repeat(y[:, None], x.shape[1], axis=1)


def many_to_many__last_only_once(
    x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    """Returns the output of the last state only."""
    return _states(x, h0, W_xh, W_hh, b_h)[:, -1] @ W_hy.T + b_y


def many_to_many__last_only_kept(
    x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    """Returns the output of the last state only and keeps the time axis."""
    return _states(x, h0, W_xh, W_hh, b_h)[:, -1:] @ W_hy.T + b_y


def many_to_many__no_bias(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array) -> Array:
    """Leaves b_y out of the outputs."""
    return _states(x, h0, W_xh, W_hh, b_h) @ W_hy.T


def many_to_many__memoryless(
    x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, W_hy: Array, b_y: Array
) -> Array:
    """Starts every step from h0."""
    hs = np.stack([_step(x[:, t], h0, W_xh, W_hh, b_h) for t in range(x.shape[1])], axis=1)
    return hs @ W_hy.T + b_y


def many_to_many_cases(rng: np.random.Generator) -> Iterator[Case]:
    def network(N: int, T: int, D: int, H: int, O: int) -> dict[str, Value]:
        return {"x": _signed(rng, N, T, D), "h0": _start(rng, N, H), **_weights(rng, D, H, O)}

    yield Case("all dimensions differ", **network(3, 4, 5, 2, 6))
    yield Case("all dimensions equal", **network(3, 3, 3, 3, 3))
    yield Case("as many steps as examples", **network(4, 4, 2, 3, 5))
    yield Case("one step", **network(3, 1, 4, 2, 5))
    yield Case("one example", **network(1, 5, 2, 3, 4))
    yield Case("state starts at 0", **{**network(2, 4, 3, 4, 1), "h0": np.zeros((2, 4))})


# encoder_decoder


def encoder_decoder(x: Array, y_in: Array, h0: Array, encoder: Layer, decoder: Layer) -> Array:
    encoded = _states(x, h0, *encoder)
    context = encoded[:, -1] if x.shape[1] > 0 else h0
    return _states(y_in, context, *decoder)


def encoder_decoder_in_one_loop(x: Array, y_in: Array, h0: Array, encoder: Layer, decoder: Layer) -> Array:
    """One state that changes its weights at the end of the source."""
    h, states = h0, []
    for t in range(x.shape[1] + y_in.shape[1]):
        reading = t < x.shape[1]
        row = x[:, t] if reading else y_in[:, t - x.shape[1]]
        W_xh, W_hh, b_h = encoder if reading else decoder
        h = np.tanh(np.einsum("nd,hd->nh", row, W_xh) + np.einsum("nk,hk->nh", h, W_hh) + b_h)
        if not reading:
            states.append(h)
    return np.stack(states, axis=1)


def encoder_decoder_pair_by_pair(x: Array, y_in: Array, h0: Array, encoder: Layer, decoder: Layer) -> Array:
    rows = []
    for source, target, start in zip(x, y_in, h0):
        read = np.vstack([start, _states_of_one(source, start, *encoder)])
        rows.append(_states_of_one(target, read[-1], *decoder))
    return np.array(rows)


def encoder_decoder__decoder_from_h0(x: Array, y_in: Array, h0: Array, encoder: Layer, decoder: Layer) -> Array:
    """Starts the decoder at h0, so what the encoder read never arrives."""
    return _states(y_in, h0, *decoder)


def encoder_decoder__shared_weights(x: Array, y_in: Array, h0: Array, encoder: Layer, decoder: Layer) -> Array:
    """Runs the decoder with the encoder's weights."""
    encoded = _states(x, h0, *encoder)
    context = encoded[:, -1] if x.shape[1] > 0 else h0
    return _states(y_in, context, *encoder)


def encoder_decoder__shared_weights_unguarded(
    x: Array, y_in: Array, h0: Array, encoder: Layer, decoder: Layer
) -> Array:
    """Runs the decoder with the encoder's weights, and reads a last encoder state even if there is none."""
    return _states(y_in, _states(x, h0, *encoder)[:, -1], *encoder)


def encoder_decoder__mean_state(x: Array, y_in: Array, h0: Array, encoder: Layer, decoder: Layer) -> Array:
    """Hands over the mean of all encoder states."""
    context = _states(x, h0, *encoder).mean(axis=1) if x.shape[1] > 0 else h0
    return _states(y_in, context, *decoder)


def encoder_decoder__mean_state_unguarded(x: Array, y_in: Array, h0: Array, encoder: Layer, decoder: Layer) -> Array:
    """Hands over the mean of all encoder states, which is no number if there are none."""
    return _states(y_in, _states(x, h0, *encoder).mean(axis=1), *decoder)


def encoder_decoder__first_state(x: Array, y_in: Array, h0: Array, encoder: Layer, decoder: Layer) -> Array:
    """Hands over the encoder's first state."""
    context = _states(x, h0, *encoder)[:, 0] if x.shape[1] > 0 else h0
    return _states(y_in, context, *decoder)


def encoder_decoder__first_state_unguarded(x: Array, y_in: Array, h0: Array, encoder: Layer, decoder: Layer) -> Array:
    """Hands over the encoder's first state and fails if there is none."""
    return _states(y_in, _states(x, h0, *encoder)[:, 0], *decoder)


def encoder_decoder_cases(rng: np.random.Generator) -> Iterator[Case]:
    def networks(N: int, T_x: int, T_y: int, D_x: int, D_y: int, H: int) -> dict[str, Value]:
        layers = {"encoder": _layer(rng, D_x, H), "decoder": _layer(rng, D_y, H)}
        return {"x": _signed(rng, N, T_x, D_x), "y_in": _signed(rng, N, T_y, D_y), "h0": _start(rng, N, H), **layers}

    yield Case("all dimensions differ", **networks(2, 3, 5, 6, 1, 4))
    yield Case("target shorter than source", **networks(3, 5, 2, 4, 4, 3))
    yield Case("same dimensions on both sides", **networks(4, 3, 3, 2, 2, 2))
    yield Case("source without steps", **networks(3, 0, 4, 2, 5, 2))
    yield Case("source of one step", **networks(2, 1, 3, 4, 4, 5))
    yield Case("one pair", **networks(1, 4, 3, 2, 5, 3))
    yield Case("state starts at 0", **{**networks(2, 4, 3, 3, 3, 4), "h0": np.zeros((2, 4))})


# stacked_rnn


def stacked_rnn(x: Array, h0s: list[Array], layers: list[Layer]) -> Array:
    h = x
    for h0, layer in zip(h0s, layers):
        h = _states(h, h0, *layer)
    return h


def stacked_rnn_time_outside(x: Array, h0s: list[Array], layers: list[Layer]) -> Array:
    """Goes through time once and through all layers at each step."""
    states, tops = list(h0s), []
    for t in range(x.shape[1]):
        below = x[:, t]
        for number, layer in enumerate(layers):
            below = states[number] = _step(below, states[number], *layer)
        tops.append(below)
    return np.stack(tops, axis=1)


def stacked_rnn_recursive(x: Array, h0s: list[Array], layers: list[Layer]) -> Array:
    if not layers:
        return x
    lowest = np.array([_states_of_one(sequence, h, *layers[0]) for sequence, h in zip(x, h0s[0])])
    return stacked_rnn_recursive(lowest, h0s[1:], layers[1:])


def stacked_rnn__parallel(x: Array, h0s: list[Array], layers: list[Layer]) -> Array:
    """Feeds x to every layer, so only the last one counts."""
    h = x
    for h0, layer in zip(h0s, layers):
        h = _states(x, h0, *layer)
    return h


def stacked_rnn__same_initial_state(x: Array, h0s: list[Array], layers: list[Layer]) -> Array:
    """Starts every layer from the first initial state."""
    h = x
    for layer in layers:
        h = _states(h, h0s[0], *layer)
    return h


def stacked_rnn__top_down(x: Array, h0s: list[Array], layers: list[Layer]) -> Array:
    """Applies the layers, each with its initial state, from the last to the first."""
    h = x
    for h0, layer in zip(reversed(h0s), reversed(layers)):
        h = _states(h, h0, *layer)
    return h


def stacked_rnn__top_down_layers_only(x: Array, h0s: list[Array], layers: list[Layer]) -> Array:
    """Applies the layers from the last to the first, but takes the initial states from the first to the last."""
    h = x
    for h0, layer in zip(h0s, reversed(layers)):
        h = _states(h, h0, *layer)
    return h


def stacked_rnn__residual(x: Array, h0s: list[Array], layers: list[Layer]) -> Array:
    """Adds the input of each layer to its states."""
    h = x
    for h0, layer in zip(h0s, layers):
        h = h + _states(h, h0, *layer)
    return h


def stacked_rnn__residual_where_it_fits(x: Array, h0s: list[Array], layers: list[Layer]) -> Array:
    """Adds the input of each layer to its states where their widths are equal."""
    h = x
    for h0, layer in zip(h0s, layers):
        states = _states(h, h0, *layer)
        h = h + states if h.shape == states.shape else states
    return h


def stacked_rnn_cases(rng: np.random.Generator) -> Iterator[Case]:
    def stack(N: int, T: int, D: int, *widths: int) -> dict[str, Value]:
        layers = [_layer(rng, below, H) for below, H in zip((D, *widths), widths)]
        return {"x": _signed(rng, N, T, D), "h0s": [_start(rng, N, H) for H in widths], "layers": layers}

    yield Case("layers of different width", **stack(3, 4, 2, 5, 6))
    yield Case("two layers of equal width", **stack(2, 4, 3, 3, 3))
    yield Case("three layers", **stack(3, 2, 2, 2, 2, 2))
    yield Case("all dimensions equal", **stack(3, 3, 3, 3, 3))
    yield Case("one layer", **stack(3, 4, 2, 5))
    yield Case("one layer as wide as the input", **stack(2, 5, 3, 3))
    yield Case("one example", **stack(1, 5, 4, 2, 3))
    yield Case("one step", **stack(4, 1, 2, 3, 2))


# reverse_padded


def reverse_padded(x: Array, lengths: Array) -> Array:
    out = x.copy()
    for n, length in enumerate(lengths):
        out[n, :length] = x[n, :length][::-1]
    return out


def reverse_padded_by_index(x: Array, lengths: Array) -> Array:
    t, L = np.arange(x.shape[1]), lengths[:, None]
    return x[np.arange(len(x))[:, None], np.where(t < L, L - 1 - t, t)]


def reverse_padded_in_pieces(x: Array, lengths: Array) -> Array:
    return np.stack([np.concatenate([np.flip(row[:L], axis=0), row[L:]]) for row, L in zip(x, lengths)])


def reverse_padded__padding_first(x: Array, lengths: Array) -> Array:
    """Reverses the whole row, so the padding comes first."""
    return x[:, ::-1].copy()


def reverse_padded__one_short(x: Array, lengths: Array) -> Array:
    """Reverses length - 1 steps and leaves the last real one in its place."""
    out = x.copy()
    for n, length in enumerate(lengths):
        short = max(length - 1, 0)
        out[n, :short] = x[n, :short][::-1]
    return out


def reverse_padded__one_short_first_lost(x: Array, lengths: Array) -> Array:
    """Copies backwards for length - 1 steps only, so the first step never arrives at the end."""
    out = x.copy()
    for n, length in enumerate(lengths):
        for t in range(length - 1):
            out[n, t] = x[n, length - 1 - t]
    return out


def reverse_padded__batch_reversed(x: Array, lengths: Array) -> Array:
    """Reverses axis 0, the order of the sequences."""
    return x[::-1].copy()


def reverse_padded__in_place(x: Array, lengths: Array) -> Array:
    """Writes the reversed steps into the caller's array and returns it."""
    for n, length in enumerate(lengths):
        x[n, :length] = x[n, :length][::-1].copy()
    return x


def reverse_padded_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("different lengths", x=_signed(rng, 3, 5, 2), lengths=rng.permutation([2, 3, 4]))
    yield Case("as many steps as sequences", x=_signed(rng, 4, 4, 3), lengths=rng.permutation([2, 4, 3, 3]))
    yield Case("lengths 0, 1 and T", x=_signed(rng, 4, 5, 2), lengths=rng.permutation([0, 1, 5, 3]))
    yield Case("all sequences full", x=_signed(rng, 2, 6, 3), lengths=np.array([6, 6]))
    yield Case("one sequence", x=_signed(rng, 1, 5, 4), lengths=np.array([4]))
    yield Case("tokens", x=rng.permutation(np.arange(1, 13)).reshape(2, 6), lengths=rng.permutation([3, 5]))


# bidirectional_rnn


def bidirectional_rnn(x: Array, lengths: Array, h0_f: Array, h0_b: Array, forward: Layer, backward: Layer) -> Array:
    hf = _states(x, h0_f, *forward)
    hb = reverse_padded(_states(reverse_padded(x, lengths), h0_b, *backward), lengths)
    real = np.arange(x.shape[1]) < lengths[:, None]  # (N, T)
    return np.concatenate([hf, hb], axis=-1) * real[:, :, None]


def bidirectional_rnn_sequence_by_sequence(
    x: Array, lengths: Array, h0_f: Array, h0_b: Array, forward: Layer, backward: Layer
) -> Array:
    N, T, H = len(x), x.shape[1], h0_f.shape[1]
    out = np.zeros((N, T, 2 * H))
    for n, L in enumerate(lengths):
        out[n, :L, :H] = _states_of_one(x[n, :L], h0_f[n], *forward)
        out[n, :L, H:] = _states_of_one(x[n, :L][::-1], h0_b[n], *backward)[::-1]
    return out


def bidirectional_rnn_masked(
    x: Array, lengths: Array, h0_f: Array, h0_b: Array, forward: Layer, backward: Layer
) -> Array:
    """Runs time down from T and lets the backward state wait at h0_b until its sequence begins."""
    T, after, halves = x.shape[1], h0_b, []
    for t in range(T - 1, -1, -1):
        real = (t < lengths)[:, None]
        after = np.where(real, _step(x[:, t], after, *backward), after)
        halves.append(np.where(real, after, 0.0))
    before, out = h0_f, []
    for t in range(T):
        before = _step(x[:, t], before, *forward)
        out.append(np.hstack([np.where((t < lengths)[:, None], before, 0.0), halves[T - 1 - t]]))
    return np.stack(out, axis=1)


def _real(x: Array, lengths: Array) -> Array:
    return (np.arange(x.shape[1]) < lengths[:, None])[:, :, None]


def bidirectional_rnn__not_realigned(
    x: Array, lengths: Array, h0_f: Array, h0_b: Array, forward: Layer, backward: Layer
) -> Array:
    """Leaves the backward states in the order in which they were computed."""
    hf = _states(x, h0_f, *forward)
    hb = _states(reverse_padded(x, lengths), h0_b, *backward)
    return np.concatenate([hf, hb], axis=2) * _real(x, lengths)


def bidirectional_rnn__not_realigned_with_padding(
    x: Array, lengths: Array, h0_f: Array, h0_b: Array, forward: Layer, backward: Layer
) -> Array:
    """Turns whole rows of backward states round, so behind padding they do not meet their positions."""
    hf = _states(x, h0_f, *forward)
    hb = _states(reverse_padded(x, lengths), h0_b, *backward)[:, ::-1]
    return np.concatenate([hf, hb], axis=2) * _real(x, lengths)


def bidirectional_rnn__summed(
    x: Array, lengths: Array, h0_f: Array, h0_b: Array, forward: Layer, backward: Layer
) -> Array:
    """Adds the states of the two directions, which leaves H numbers for each position."""
    hf = _states(x, h0_f, *forward)
    hb = reverse_padded(_states(reverse_padded(x, lengths), h0_b, *backward), lengths)
    return (hf + hb) * _real(x, lengths)


def bidirectional_rnn__reads_padding(
    x: Array, lengths: Array, h0_f: Array, h0_b: Array, forward: Layer, backward: Layer
) -> Array:
    """Reverses whole rows, so the backward direction starts in the padding."""
    hf = _states(x, h0_f, *forward)
    hb = _states(x[:, ::-1], h0_b, *backward)[:, ::-1]
    return np.concatenate([hf, hb], axis=2) * _real(x, lengths)


def bidirectional_rnn__same_weights(
    x: Array, lengths: Array, h0_f: Array, h0_b: Array, forward: Layer, backward: Layer
) -> Array:
    """Runs both directions with the forward weights."""
    hf = _states(x, h0_f, *forward)
    hb = reverse_padded(_states(reverse_padded(x, lengths), h0_b, *forward), lengths)
    return np.concatenate([hf, hb], axis=2) * _real(x, lengths)


def bidirectional_rnn__halves_swapped(
    x: Array, lengths: Array, h0_f: Array, h0_b: Array, forward: Layer, backward: Layer
) -> Array:
    """Puts the backward half before the forward half."""
    hf = _states(x, h0_f, *forward)
    hb = reverse_padded(_states(reverse_padded(x, lengths), h0_b, *backward), lengths)
    return np.concatenate([hb, hf], axis=2) * _real(x, lengths)


def bidirectional_rnn__padding_not_zeroed(
    x: Array, lengths: Array, h0_f: Array, h0_b: Array, forward: Layer, backward: Layer
) -> Array:
    """Returns the states at padded positions as they were computed."""
    hf = _states(x, h0_f, *forward)
    hb = reverse_padded(_states(reverse_padded(x, lengths), h0_b, *backward), lengths)
    return np.concatenate([hf, hb], axis=2)


def bidirectional_rnn__padding_not_zeroed_forward_half(
    x: Array, lengths: Array, h0_f: Array, h0_b: Array, forward: Layer, backward: Layer
) -> Array:
    """Zeroes the backward states at padded positions but not the forward ones."""
    hf = _states(x, h0_f, *forward)
    hb = reverse_padded(_states(reverse_padded(x, lengths), h0_b, *backward), lengths)
    return np.concatenate([hf, hb * _real(x, lengths)], axis=2)


def bidirectional_rnn_cases(rng: np.random.Generator) -> Iterator[Case]:
    def networks(N: int, T: int, D: int, H: int) -> dict[str, Value]:
        starts = {"h0_f": _start(rng, N, H), "h0_b": _start(rng, N, H)}
        layers = {"forward": _layer(rng, D, H), "backward": _layer(rng, D, H)}
        return {"x": _signed(rng, N, T, D), **starts, **layers}

    yield Case("different lengths", **networks(3, 5, 2, 4), lengths=rng.permutation([2, 3, 5]))
    yield Case("all dimensions equal", **networks(3, 3, 3, 3), lengths=rng.permutation([1, 2, 3]))
    yield Case("empty sequence", **networks(4, 3, 5, 2), lengths=rng.permutation([0, 1, 2, 3]))
    yield Case("all sequences full", **networks(2, 4, 3, 3), lengths=np.array([4, 4]))
    yield Case("one sequence", **networks(1, 5, 3, 2), lengths=np.array([3]))
    padded, lengths = networks(3, 4, 2, 3), rng.permutation([1, 2, 3])
    padded["x"][np.arange(4) >= lengths[:, None]] *= 300.0
    yield Case("padding full of large values", **padded, lengths=lengths)


# The table

_OUTPUT_AXES = {"W_xh": "H D", "b_h": "H", "W_hy": "O H", "b_y": "O"}
_NETWORK_AXES = {"h0": "N H", "W_hh": "H H", **_OUTPUT_AXES}

CHECKS = (
    Check(
        one_to_one,
        cases=one_to_one_cases,
        returns=("y: N O",),
        formula=r"y = \tanh(x \, W_{xh}^\top + b_h) \, W_{hy}^\top + b_y",
        args={"x": "N D", **_OUTPUT_AXES},
        wrong=(
            Wrong(one_to_one__output_squashed, id="output-squashed", hint="The output layer is linear."),
            Wrong(one_to_one__no_hidden, id="no-hidden", hint="The hidden layer is nonlinear."),
            Wrong(one_to_one__no_hidden_bias, id="no-hidden-bias", hint="Add the bias before tanh."),
            Wrong(one_to_one__no_output_bias, id="no-output-bias", hint="Add the output bias."),
        ),
        alternates=(one_to_one_columns, one_to_one_biases_as_weights),
        hints=(
            "Without a previous state, what is left of the recurrent step?",
            "A hidden layer with tanh, then an output layer: where does each bias go?",
        ),
    ),
    Check(
        one_to_many,
        cases=one_to_many_cases,
        returns=("y: N steps O",),
        formula=(
            r"\begin{aligned}"
            r" h_1 &= \tanh(h_0 W_{hh}^\top + x \, W_{xh}^\top + b_h) \\"
            r" h_t &= \tanh(h_{t-1} W_{hh}^\top + b_h) \qquad t = 2, \ldots, \text{steps} \\"
            r" y_t &= h_t W_{hy}^\top + b_y \qquad t = 1, \ldots, \text{steps}"
            r" \end{aligned}"
        ),
        args={"x": "N D", **_NETWORK_AXES},
        wrong=(
            Wrong(
                one_to_many__input_repeated,
                id="input-repeated",
                hint="There is one input, at the start.",
            ),
            Wrong(one_to_many__bias_dropped, id="bias-dropped", hint="Only the input is missing later."),
            Wrong(
                one_to_many__one_too_many,
                id="one-too-many",
                hint="The first output already uses x.",
                also=(one_to_many__one_too_many_at_the_end,),
            ),
            Wrong(one_to_many__state_frozen, id="state-frozen", hint="The state keeps evolving."),
        ),
        alternates=(one_to_many_padded_with_zeros, one_to_many_recursive),
        hints=(
            "Which of the three terms inside tanh is absent from the second step on?",
            "Count: with steps = 1, how many states are computed and how many outputs are given?",
        ),
    ),
    Check(
        many_to_one,
        cases=many_to_one_cases,
        returns=("y: N O",),
        formula=(
            r"y_n = h_{n,L} W_{hy}^\top + b_y \qquad L = \text{lengths}[n]"
            r" \qquad h_{n,0} = \text{h0}_n"
        ),
        args={"x": "N T D", "lengths": "N", **_NETWORK_AXES},
        wrong=(
            Wrong(
                many_to_one__last_padded,
                id="last-padded",
                hint="Use the state at the end of each sequence.",
            ),
            Wrong(
                many_to_one__mean_pooled,
                id="mean-pooled",
                hint="The last state was asked for.",
                also=(
                    many_to_one__mean_pooled_real,
                    many_to_one__mean_pooled_real_or_h0,
                ),
            ),
            Wrong(
                many_to_one__one_early,
                id="one-early",
                hint="Length L ends at index L-1.",
                also=(
                    many_to_one__one_early_unguarded,
                    many_to_one__one_early_from_h0,
                ),
            ),
            Wrong(
                many_to_one__one_late,
                id="one-late",
                hint="Indices start at 0.",
                also=(
                    many_to_one__one_late_clipped,
                    many_to_one__one_late_clipped_unguarded,
                ),
            ),
            Wrong(
                many_to_one__empty_sequence,
                id="empty-sequence",
                hint="Nothing was read: the state is still h0.",
                also=(many_to_one__empty_sequence_wraps,),
            ),
        ),
        alternates=(many_to_one_sequence_by_sequence, many_to_one_masked),
        hints=(
            "Compute all states first. Which one does the sequence with length L need, at which index?",
            "Another index for each row: NumPy takes two index arrays, one for the row and one for the step.",
            "What should happen for length 0? One more entry in front of the states makes that case ordinary.",
        ),
    ),
    Check(
        many_to_many,
        cases=many_to_many_cases,
        returns=("y: N T O",),
        formula=(
            r"\begin{aligned}"
            r" h_t &= \tanh(h_{t-1} W_{hh}^\top + x_t W_{xh}^\top + b_h) \\"
            r" y_t &= h_t W_{hy}^\top + b_y"
            r" \end{aligned}"
        ),
        args={"x": "N T D", **_NETWORK_AXES},
        wrong=(
            Wrong(
                many_to_many__shifted,
                id="shifted",
                hint="The output of a step uses the state after it.",
            ),
            Wrong(
                many_to_many__last_only,
                id="last-only",
                hint="Each step has its own output.",
                also=(
                    many_to_many__last_only_once,
                    many_to_many__last_only_kept,
                ),
            ),
            Wrong(many_to_many__no_bias, id="no-bias", hint="Add the output bias."),
            Wrong(many_to_many__memoryless, id="memoryless", hint="Carry the state along."),
        ),
        alternates=(many_to_many_step_by_step, many_to_many_sequence_by_sequence),
        hints=(
            "You have the states of a sequence from exercise 24. What turns a state into an output?",
            "At one step: first the new state, then the output. From which of the two states is it read?",
        ),
    ),
    Check(
        encoder_decoder,
        cases=encoder_decoder_cases,
        returns=("states: N T_y H",),
        formula=(
            r"\begin{aligned}"
            r" c &= \text{last encoder state over } x \text{, from h0} \\"
            r" s_t &= \text{decoder state over y\_in, from } s_0 = c"
            r" \end{aligned}"
        ),
        args={"x": "N T_x D_x", "y_in": "N T_y D_y", "h0": "N H"},
        wrong=(
            Wrong(
                encoder_decoder__decoder_from_h0,
                id="decoder-from-h0",
                hint="The encoder's last state is all the decoder knows.",
            ),
            Wrong(
                encoder_decoder__shared_weights,
                id="shared-weights",
                hint="Encoder and decoder are two networks.",
                also=(encoder_decoder__shared_weights_unguarded,),
            ),
            Wrong(
                encoder_decoder__mean_state,
                id="mean-state",
                hint="Hand over the last one.",
                also=(encoder_decoder__mean_state_unguarded,),
            ),
            Wrong(
                encoder_decoder__first_state,
                id="first-state",
                hint="The last state has read everything.",
                also=(encoder_decoder__first_state_unguarded,),
            ),
        ),
        alternates=(encoder_decoder_in_one_loop, encoder_decoder_pair_by_pair),
        hints=(
            "Two runs of the same function. What of the first run does the second one need?",
            "What is the last state of a run over no steps at all?",
        ),
    ),
    Check(
        stacked_rnn,
        cases=stacked_rnn_cases,
        returns=("states: N T H_last",),
        formula=(
            r"\begin{aligned}"
            r" h_t^0 &= x_t \\"
            r" h^l &= \text{states of layer } l \text{ over the sequence } h^{l-1} \text{, from h0s}[l]"
            r" \end{aligned}"
        ),
        args={"x": "N T D"},
        wrong=(
            Wrong(stacked_rnn__parallel, id="parallel", hint="A layer reads the layer below."),
            Wrong(stacked_rnn__same_initial_state, id="same-initial-state", hint="Each layer has its own."),
            Wrong(
                stacked_rnn__top_down,
                id="top-down",
                hint="From the input upwards.",
                also=(stacked_rnn__top_down_layers_only,),
            ),
            Wrong(
                stacked_rnn__residual,
                id="residual",
                hint="A plain stack has no skip connection.",
                also=(stacked_rnn__residual_where_it_fits,),
            ),
        ),
        alternates=(stacked_rnn_time_outside, stacked_rnn_recursive),
        hints=(
            "The states of a layer have the shape of a sequence. Who reads this sequence?",
            "Go through layers and initial states together, and keep only what the next layer needs.",
        ),
    ),
    Check(
        reverse_padded,
        cases=reverse_padded_cases,
        returns=("out: N T D",),
        formula=(
            r"\text{out}[n, t] = \begin{cases} x[n, L - 1 - t] & \text{for } t < L"
            r" = \text{lengths}[n] \\"
            r" x[n, t] & \text{for } t \geq L \end{cases}"
        ),
        args={"x": "N T D", "lengths": "N"},
        wrong=(
            Wrong(reverse_padded__padding_first, id="padding-first", hint="Only the real part is reversed."),
            Wrong(
                reverse_padded__one_short,
                id="one-short",
                hint="All real steps take part.",
                also=(reverse_padded__one_short_first_lost,),
            ),
            Wrong(reverse_padded__batch_reversed, id="batch-reversed", hint="Time is axis 1."),
            Wrong(reverse_padded__in_place, id="in-place", hint="Return a new array.", tags=("mutates",)),
        ),
        alternates=(reverse_padded_by_index, reverse_padded_in_pieces),
        hints=(
            "Each row has its own length. Which slice of a row is turned round, and which stays?",
            "Begin with a copy of x, so that the padding is already in its place.",
        ),
    ),
    Check(
        bidirectional_rnn,
        cases=bidirectional_rnn_cases,
        returns=("states: N T 2H",),
        formula=(
            r"\begin{aligned}"
            r" \text{hf} &= \text{states of forward over } x \text{, from h0\_f} \\"
            r" \text{hb} &= \text{states of backward over reverse\_padded}(x) \text{, from h0\_b,} \\"
            r" & \quad \text{put back in order} \\"
            r" \text{out}[n, t] &= \begin{cases} [\text{hf}[n, t]; \text{hb}[n, t]]"
            r" & \text{for } t < \text{lengths}[n] \\"
            r" 0 & \text{else} \end{cases}"
            r" \end{aligned}"
        ),
        args={"x": "N T D", "lengths": "N", "h0_f": "N H", "h0_b": "N H"},
        needs=(reverse_padded,),
        wrong=(
            Wrong(
                bidirectional_rnn__not_realigned,
                id="not-realigned",
                hint="State t must describe position t in both halves.",
                also=(bidirectional_rnn__not_realigned_with_padding,),
            ),
            Wrong(bidirectional_rnn__summed, id="summed", hint="Concatenate them."),
            Wrong(
                bidirectional_rnn__reads_padding,
                id="reads-padding",
                hint="Start the backward pass at the last real token.",
            ),
            Wrong(
                bidirectional_rnn__same_weights,
                id="same-weights",
                hint="The two directions have their own weights.",
            ),
            Wrong(bidirectional_rnn__halves_swapped, id="halves-swapped", hint="Forward first."),
            Wrong(
                bidirectional_rnn__padding_not_zeroed,
                id="padding-not-zeroed",
                hint="Padding carries no state.",
                also=(bidirectional_rnn__padding_not_zeroed_forward_half,),
            ),
        ),
        alternates=(bidirectional_rnn_sequence_by_sequence, bidirectional_rnn_masked),
        hints=(
            "Going backward is going forward over a reversed sequence. Which function reverses without the padding?",
            "The backward states come out last position first. Which function puts them back?",
            "Side by side along the last axis, forward half first. What belongs at padded positions?",
        ),
    ),
)
