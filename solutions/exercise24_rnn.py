"""References, wrong functions and cases for recurrent networks and backprop through time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Value, Wrong

TITLE = "Recurrent networks and backprop through time"
NEEDS = (5, 2, 15)


def _signed(rng: np.random.Generator, *shape: int, low: float = 0.3, high: float = 1.3) -> Array:
    return rng.uniform(low, high, shape) * rng.choice([-1.0, 1.0], shape)


def _weights(rng: np.random.Generator, D: int, H: int) -> dict[str, Value]:
    return {
        "W_xh": 0.6 * rng.standard_normal((H, D)),
        "W_hh": 0.8 * rng.standard_normal((H, H)),
        "b_h": _signed(rng, H, low=0.2, high=0.7),
    }


def _one_step(rng: np.random.Generator, N: int, D: int, H: int) -> dict[str, Value]:
    return {"x": _signed(rng, N, D), "h_prev": rng.uniform(-0.9, 0.9, (N, H)), **_weights(rng, D, H)}


def _sequences(rng: np.random.Generator, N: int, T: int, D: int, H: int) -> dict[str, Value]:
    return {"x": _signed(rng, N, T, D), "h0": rng.uniform(-0.9, 0.9, (N, H)), **_weights(rng, D, H)}


# rnn_step


def rnn_step(x: Array, h_prev: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    return np.tanh(h_prev @ W_hh.T + x @ W_xh.T + b_h)


def rnn_step_one_product(x: Array, h_prev: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    both = np.concatenate([h_prev, x, np.ones((len(x), 1))], axis=1)
    return np.tanh(both @ np.concatenate([W_hh, W_xh, b_h[:, None]], axis=1).T)


def rnn_step_columns(x: Array, h_prev: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """W h + W x + b on the column vector of each example, as the papers write it."""
    return np.stack([np.tanh(W_hh @ h + W_xh @ example + b_h) for example, h in zip(x, h_prev)])


def rnn_step__hh_untransposed(x: Array, h_prev: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Multiplies the rows of h_prev by W_hh instead of its transpose."""
    return np.tanh(h_prev @ W_hh + x @ W_xh.T + b_h)


def rnn_step__weights_swapped(x: Array, h_prev: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Uses W_xh on the state and W_hh on the input."""
    return np.tanh(h_prev @ W_xh.T + x @ W_hh.T + b_h)


def rnn_step__sigmoid(x: Array, h_prev: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Squashes with the sigmoid instead of tanh."""
    return 1 / (1 + np.exp(-(h_prev @ W_hh.T + x @ W_xh.T + b_h)))


def rnn_step__two_tanh(x: Array, h_prev: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Applies tanh to the state's part and to the input's part, then adds them."""
    return np.tanh(h_prev @ W_hh.T) + np.tanh(x @ W_xh.T + b_h)


def rnn_step__two_tanh_bias_with_state(x: Array, h_prev: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Applies tanh to the state's part with the bias and to the input's part, then adds them."""
    return np.tanh(h_prev @ W_hh.T + b_h) + np.tanh(x @ W_xh.T)


def rnn_step__two_tanh_bias_outside(x: Array, h_prev: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Applies tanh to the state's part and to the input's part, then adds them and the bias."""
    return np.tanh(h_prev @ W_hh.T) + np.tanh(x @ W_xh.T) + b_h


def rnn_step__no_bias(x: Array, h_prev: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Leaves b_h out of the recurrence."""
    return np.tanh(h_prev @ W_hh.T + x @ W_xh.T)


def rnn_step_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("all dimensions differ", **_one_step(rng, 4, 3, 5))
    yield Case("narrow state, wide input", **_one_step(rng, 3, 6, 2))
    yield Case("as many units as inputs and examples", **_one_step(rng, 3, 3, 3))
    yield Case("one example", **_one_step(rng, 1, 4, 3))
    yield Case("zero state", **{**_one_step(rng, 3, 2, 4), "h_prev": np.zeros((3, 4))})
    saturated = _one_step(rng, 4, 3, 3)
    saturated["b_h"] = _signed(rng, 3, low=9.0, high=14.0)
    yield Case("saturated units", **saturated)


# rnn_step_backward


def rnn_step_backward(
    dh: Array, x: Array, h_prev: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    da = dh * (1 - rnn_step(x, h_prev, W_xh, W_hh, b_h) ** 2)
    return da @ W_xh, da @ W_hh, da.T @ x, da.T @ h_prev, da.sum(axis=0)


def rnn_step_backward_one_product(
    dh: Array, x: Array, h_prev: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    H = h_prev.shape[1]
    both, W = np.hstack([h_prev, x, np.ones((len(x), 1))]), np.column_stack([W_hh, W_xh, b_h])
    h = np.tanh(both @ W.T)
    da = dh * (1 - h) * (1 + h)
    dboth, dW = da @ W, np.einsum("nk,nj->kj", da, both)
    return dboth[:, H:-1], dboth[:, :H], dW[:, H:-1], dW[:, :H], dW[:, -1]


def rnn_step_backward_examples(
    dh: Array, x: Array, h_prev: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    dx, dh_prev = np.zeros(x.shape), np.zeros(h_prev.shape)
    dW_xh, dW_hh, db_h = np.zeros(W_xh.shape), np.zeros(W_hh.shape), np.zeros(b_h.shape)
    for n in range(len(x)):
        a = W_hh @ h_prev[n] + W_xh @ x[n] + b_h
        da = dh[n] / np.cosh(a) ** 2
        dx[n], dh_prev[n] = W_xh.T @ da, W_hh.T @ da
        dW_xh, dW_hh, db_h = dW_xh + np.outer(da, x[n]), dW_hh + np.outer(da, h_prev[n]), db_h + da
    return dx, dh_prev, dW_xh, dW_hh, db_h


def rnn_step_backward__slope_missing(
    dh: Array, x: Array, h_prev: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Passes dh through as if the step had no tanh."""
    return dh @ W_xh, dh @ W_hh, dh.T @ x, dh.T @ h_prev, dh.sum(axis=0)


def rnn_step_backward__slope_of_preactivation(
    dh: Array, x: Array, h_prev: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Uses 1 - a^2 with a from before the tanh."""
    a = h_prev @ W_hh.T + x @ W_xh.T + b_h
    da = dh * (1 - a**2)
    return da @ W_xh, da @ W_hh, da.T @ x, da.T @ h_prev, da.sum(axis=0)


def rnn_step_backward__new_state_in_dW(
    dh: Array, x: Array, h_prev: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Multiplies da by the new state instead of the previous one in dW_hh."""
    h = rnn_step(x, h_prev, W_xh, W_hh, b_h)
    da = dh * (1 - h**2)
    return da @ W_xh, da @ W_hh, da.T @ x, da.T @ h, da.sum(axis=0)


def rnn_step_backward__hh_transposed(
    dh: Array, x: Array, h_prev: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Carries da back with W_hh^T, the matrix of the forward pass."""
    da = dh * (1 - rnn_step(x, h_prev, W_xh, W_hh, b_h) ** 2)
    return da @ W_xh, da @ W_hh.T, da.T @ x, da.T @ h_prev, da.sum(axis=0)


def rnn_step_backward__bias_unsummed(
    dh: Array, x: Array, h_prev: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Averages the bias gradient over the batch instead of summing it."""
    da = dh * (1 - rnn_step(x, h_prev, W_xh, W_hh, b_h) ** 2)
    return da @ W_xh, da @ W_hh, da.T @ x, da.T @ h_prev, da.mean(axis=0)


def rnn_step_backward__bias_unsummed_rows(
    dh: Array, x: Array, h_prev: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Returns the gradient at the pre-activation of each example as the bias gradient, without summing it."""
    da = dh * (1 - rnn_step(x, h_prev, W_xh, W_hh, b_h) ** 2)
    return da @ W_xh, da @ W_hh, da.T @ x, da.T @ h_prev, da


def rnn_step_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def step(N: int, D: int, H: int) -> dict[str, Value]:
        return {"dh": _signed(rng, N, H), **_one_step(rng, N, D, H)}

    yield Case("all dimensions differ", **step(4, 3, 5))
    yield Case("narrow state, wide input", **step(3, 6, 2))
    yield Case("as many units as inputs and examples", **step(3, 3, 3))
    yield Case("one example", **step(1, 4, 3))
    saturated = step(4, 3, 4)
    saturated["b_h"] = saturated["b_h"] + rng.permutation([7.0, -7.0, 0.0, 0.0])
    yield Case("two of four units saturated", **saturated)
    yield Case("gradient at one example only", **{**step(4, 2, 3), "dh": np.eye(4)[:, [2]] * _signed(rng, 4, 3)})


# rnn_forward


def rnn_forward(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    (N, T, _), h = x.shape, h0
    hs = np.zeros((N, T, h0.shape[1]))
    for t in range(T):
        h = rnn_step(x[:, t], h, W_xh, W_hh, b_h)
        hs[:, t] = h
    return hs


def rnn_forward_inputs_first(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Projects the inputs of all steps at once and leaves only the state's part to the loop."""
    from_input, states = np.einsum("ntd,hd->tnh", x, W_xh) + b_h, [h0]
    for row in from_input:
        states.append(np.tanh(row + states[-1] @ W_hh.T))
    return np.stack(states, axis=1)[:, 1:]


def rnn_forward_recursive(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """All but the last step by recursion, then one step from the last state found."""
    if x.shape[1] == 0:
        return np.zeros((len(x), 0, len(b_h)))
    before = rnn_forward_recursive(x[:, :-1], h0, W_xh, W_hh, b_h)
    previous = np.concatenate([h0[:, None], before], axis=1)[:, -1]
    return np.concatenate([before, rnn_step_columns(x[:, -1], previous, W_xh, W_hh, b_h)[:, None]], axis=1)


def rnn_forward__state_not_carried(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Starts every step from h0."""
    hs = np.zeros((*x.shape[:2], h0.shape[1]))
    for t in range(x.shape[1]):
        hs[:, t] = rnn_step(x[:, t], h0, W_xh, W_hh, b_h)
    return hs


def rnn_forward__state_not_carried_stacked(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Starts every step from h0 and stacks the states, of which there must be at least one."""
    return np.stack([rnn_step(x[:, t], h0, W_xh, W_hh, b_h) for t in range(x.shape[1])], axis=1)


def rnn_forward__includes_h0(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Stores the state before each step, so h0 comes first and the last state is lost."""
    hs, h = np.zeros((*x.shape[:2], h0.shape[1])), h0
    for t in range(x.shape[1]):
        hs[:, t] = h
        h = rnn_step(x[:, t], h, W_xh, W_hh, b_h)
    return hs


def rnn_forward__includes_h0_longer(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Puts h0 in front of the states, so there are T + 1 of them."""
    return np.concatenate([h0[:, None], rnn_forward(x, h0, W_xh, W_hh, b_h)], axis=1)


def rnn_forward__includes_h0_stacked(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Stores the state before each step and stacks what it stored, at least one state."""
    states, h = [], h0
    for t in range(x.shape[1]):
        states.append(h)
        h = rnn_step(x[:, t], h, W_xh, W_hh, b_h)
    return np.stack(states, axis=1)


def rnn_forward__reversed(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Reads the sequence from its end."""
    hs, h = np.zeros((*x.shape[:2], h0.shape[1])), h0
    for t in reversed(range(x.shape[1])):
        h = rnn_step(x[:, t], h, W_xh, W_hh, b_h)
        hs[:, t] = h
    return hs


def rnn_forward__reversed_order(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Reads the sequence from its end and lists the states in the order in which they were computed."""
    return rnn_forward(x[:, ::-1], h0, W_xh, W_hh, b_h)


def rnn_forward__reversed_stacked(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Reads the sequence from its end and stacks the states in the order in which they were computed, at least one."""
    states, h = [], h0
    for t in reversed(range(x.shape[1])):
        h = rnn_step(x[:, t], h, W_xh, W_hh, b_h)
        states.append(h)
    return np.stack(states, axis=1)


def rnn_forward__zero_start(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Starts from a state of zeros and ignores h0."""
    hs, h = np.zeros((*x.shape[:2], h0.shape[1])), np.zeros_like(h0)
    for t in range(x.shape[1]):
        h = rnn_step(x[:, t], h, W_xh, W_hh, b_h)
        hs[:, t] = h
    return hs


def rnn_forward__zero_start_stacked(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Starts from a state of zeros and stacks the states, of which there must be at least one."""
    states, h = [], np.zeros_like(h0)
    for t in range(x.shape[1]):
        h = rnn_step(x[:, t], h, W_xh, W_hh, b_h)
        states.append(h)
    return np.stack(states, axis=1)


def rnn_forward__time_first(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Loops over axis 0, the batch, as if it were time."""
    hs, h = np.zeros((*x.shape[:2], h0.shape[1])), h0
    for t in range(x.shape[0]):
        h = rnn_step(x[t], h, W_xh, W_hh, b_h)
        hs[t] = h
    return hs


def rnn_forward__time_first_stacked(x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array) -> Array:
    """Loops over axis 0 as if it were time and stacks the states along it, whatever their number."""
    states, h = [], h0
    for rows in x:
        h = rnn_step(rows, h, W_xh, W_hh, b_h)
        states.append(h)
    return np.stack(states)


def rnn_forward_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("all dimensions differ", **_sequences(rng, 3, 4, 5, 2))
    yield Case("wide state, narrow input", **_sequences(rng, 2, 6, 1, 4))
    yield Case("as many steps as examples", **_sequences(rng, 4, 4, 2, 3))
    yield Case("all dimensions equal", **_sequences(rng, 3, 3, 3, 3))
    yield Case("one example", **_sequences(rng, 1, 6, 3, 2))
    yield Case("one step", **_sequences(rng, 3, 1, 4, 2))
    yield Case("no steps", **_sequences(rng, 3, 0, 4, 2))
    yield Case("state starts at 0", **{**_sequences(rng, 2, 5, 3, 4), "h0": np.zeros((2, 4))})


# rnn_backward


def rnn_backward(
    dhs: Array, x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    hs = rnn_forward(x, h0, W_xh, W_hh, b_h)
    dx, dW_xh, dW_hh, db_h = np.zeros_like(x), np.zeros_like(W_xh), np.zeros_like(W_hh), np.zeros_like(b_h)
    dh = np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        h_prev = hs[:, t - 1] if t > 0 else h0
        dx[:, t], dh, *step = rnn_step_backward(dhs[:, t] + dh, x[:, t], h_prev, W_xh, W_hh, b_h)
        dW_xh, dW_hh, db_h = dW_xh + step[0], dW_hh + step[1], db_h + step[2]
    return dx, dh, dW_xh, dW_hh, db_h


def rnn_backward_weights_last(
    dhs: Array, x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Collects da of all steps first, then takes one product over batch and time."""
    states = np.concatenate([h0[:, None], rnn_forward_inputs_first(x, h0, W_xh, W_hh, b_h)], axis=1)
    das, carry = np.zeros(dhs.shape), np.zeros(h0.shape)
    for t in range(x.shape[1] - 1, -1, -1):
        das[:, t] = (dhs[:, t] + carry) * (1 - states[:, t + 1] ** 2)
        carry = das[:, t] @ W_hh
    dW_xh, dW_hh = np.einsum("nth,ntd->hd", das, x), np.einsum("nth,ntk->hk", das, states[:, :-1])
    return das @ W_xh, carry, dW_xh, dW_hh, das.sum(axis=(0, 1))


def rnn_backward_path_by_path(
    dhs: Array, x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Follows the gradient of each single state back to the start, and adds up what every path leaves behind."""
    states = np.concatenate([h0[:, None], rnn_forward_recursive(x, h0, W_xh, W_hh, b_h)], axis=1)
    dx, dh0 = np.zeros(x.shape), np.zeros(h0.shape)
    dW_xh, dW_hh, db_h = np.zeros(W_xh.shape), np.zeros(W_hh.shape), np.zeros(b_h.shape)
    for start in range(x.shape[1]):
        dh = dhs[:, start]
        for t in range(start, -1, -1):
            da = dh - dh * states[:, t + 1] ** 2
            dx[:, t] += da @ W_xh
            dW_xh, dW_hh, db_h = dW_xh + da.T @ x[:, t], dW_hh + da.T @ states[:, t], db_h + da.sum(axis=0)
            dh = da @ W_hh
        dh0 = dh0 + dh
    return dx, dh0, dW_xh, dW_hh, db_h


def rnn_backward__no_carry(
    dhs: Array, x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Uses dhs_t alone at each step and passes nothing on to the step before."""
    hs = rnn_forward(x, h0, W_xh, W_hh, b_h)
    dx, dW_xh, dW_hh, db_h = np.zeros_like(x), np.zeros_like(W_xh), np.zeros_like(W_hh), np.zeros_like(b_h)
    dh = np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        h_prev = hs[:, t - 1] if t > 0 else h0
        dx[:, t], dh, *step = rnn_step_backward(dhs[:, t], x[:, t], h_prev, W_xh, W_hh, b_h)
        dW_xh, dW_hh, db_h = dW_xh + step[0], dW_hh + step[1], db_h + step[2]
    return dx, dh, dW_xh, dW_hh, db_h


def rnn_backward__no_carry_dh0_zero(
    dhs: Array, x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Uses dhs_t alone at each step, passes nothing on, and returns zeros for dh0."""
    dx, dh0, dW_xh, dW_hh, db_h = rnn_backward__no_carry(dhs, x, h0, W_xh, W_hh, b_h)
    return dx, np.zeros_like(dh0), dW_xh, dW_hh, db_h


def rnn_backward__weights_overwritten(
    dhs: Array, x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Assigns the weight gradients at each step, so only those of the step visited last are left."""
    hs = rnn_forward(x, h0, W_xh, W_hh, b_h)
    dx, dW_xh, dW_hh, db_h = np.zeros_like(x), np.zeros_like(W_xh), np.zeros_like(W_hh), np.zeros_like(b_h)
    dh = np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        h_prev = hs[:, t - 1] if t > 0 else h0
        dx[:, t], dh, dW_xh, dW_hh, db_h = rnn_step_backward(dhs[:, t] + dh, x[:, t], h_prev, W_xh, W_hh, b_h)
    return dx, dh, dW_xh, dW_hh, db_h


def rnn_backward__weights_overwritten_end(
    dhs: Array, x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Takes the weight gradients of the last step of the sequence and does not add those of the others."""
    hs = rnn_forward(x, h0, W_xh, W_hh, b_h)
    before = hs[:, -2] if x.shape[1] > 1 else h0
    _, _, dW_xh, dW_hh, db_h = rnn_step_backward(dhs[:, -1], x[:, -1], before, W_xh, W_hh, b_h)
    dx, dh0, *_ = rnn_backward(dhs, x, h0, W_xh, W_hh, b_h)
    return dx, dh0, dW_xh, dW_hh, db_h


def rnn_backward__weights_overwritten_bias_summed(
    dhs: Array, x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Assigns the gradients of the two matrices at each step, though that of the bias is summed."""
    dx, dh0, dW_xh, dW_hh, _ = rnn_backward__weights_overwritten(dhs, x, h0, W_xh, W_hh, b_h)
    return dx, dh0, dW_xh, dW_hh, rnn_backward(dhs, x, h0, W_xh, W_hh, b_h)[4]


def rnn_backward__forward_in_time(
    dhs: Array, x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Goes through the steps from first to last and carries the gradient to later steps."""
    hs = rnn_forward(x, h0, W_xh, W_hh, b_h)
    dx, dW_xh, dW_hh, db_h = np.zeros_like(x), np.zeros_like(W_xh), np.zeros_like(W_hh), np.zeros_like(b_h)
    dh = np.zeros_like(h0)
    for t in range(x.shape[1]):
        h_prev = hs[:, t - 1] if t > 0 else h0
        dx[:, t], dh, *step = rnn_step_backward(dhs[:, t] + dh, x[:, t], h_prev, W_xh, W_hh, b_h)
        dW_xh, dW_hh, db_h = dW_xh + step[0], dW_hh + step[1], db_h + step[2]
    return dx, dh, dW_xh, dW_hh, db_h


def rnn_backward__wraps_at_zero(
    dhs: Array, x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Reads index t - 1 = -1 at the first step, which is the last state instead of h0."""
    hs = rnn_forward(x, h0, W_xh, W_hh, b_h)
    dx, dW_xh, dW_hh, db_h = np.zeros_like(x), np.zeros_like(W_xh), np.zeros_like(W_hh), np.zeros_like(b_h)
    dh = np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        dx[:, t], dh, *step = rnn_step_backward(dhs[:, t] + dh, x[:, t], hs[:, t - 1], W_xh, W_hh, b_h)
        dW_xh, dW_hh, db_h = dW_xh + step[0], dW_hh + step[1], db_h + step[2]
    return dx, dh, dW_xh, dW_hh, db_h


def rnn_backward__wraps_at_zero_inline(
    dhs: Array, x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Takes the slopes from the stored states, but the state before the first step from index -1 in dW_hh."""
    hs = rnn_forward(x, h0, W_xh, W_hh, b_h)
    dx, dW_xh, dW_hh, db_h = np.zeros_like(x), np.zeros_like(W_xh), np.zeros_like(W_hh), np.zeros_like(b_h)
    dh = np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        da = (dhs[:, t] + dh) * (1 - hs[:, t] ** 2)
        dx[:, t], dh = da @ W_xh, da @ W_hh
        dW_xh, dW_hh, db_h = dW_xh + da.T @ x[:, t], dW_hh + da.T @ hs[:, t - 1], db_h + da.sum(axis=0)
    return dx, dh, dW_xh, dW_hh, db_h


def rnn_backward__carry_only(
    dhs: Array, x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Starts from the gradient at the last state and never adds what arrives at the others."""
    hs = rnn_forward(x, h0, W_xh, W_hh, b_h)
    dx, dW_xh, dW_hh, db_h = np.zeros_like(x), np.zeros_like(W_xh), np.zeros_like(W_hh), np.zeros_like(b_h)
    dh = dhs[:, -1]
    for t in reversed(range(x.shape[1])):
        h_prev = hs[:, t - 1] if t > 0 else h0
        dx[:, t], dh, *step = rnn_step_backward(dh, x[:, t], h_prev, W_xh, W_hh, b_h)
        dW_xh, dW_hh, db_h = dW_xh + step[0], dW_hh + step[1], db_h + step[2]
    return dx, dh, dW_xh, dW_hh, db_h


def rnn_backward__dh0_missing(
    dhs: Array, x: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Returns the gradient at the first state h_1 as dh0."""
    hs = rnn_forward(x, h0, W_xh, W_hh, b_h)
    dx, dW_xh, dW_hh, db_h = np.zeros_like(x), np.zeros_like(W_xh), np.zeros_like(W_hh), np.zeros_like(b_h)
    carry, dh = np.zeros_like(h0), np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        h_prev = hs[:, t - 1] if t > 0 else h0
        dh = dhs[:, t] + carry
        dx[:, t], carry, *step = rnn_step_backward(dh, x[:, t], h_prev, W_xh, W_hh, b_h)
        dW_xh, dW_hh, db_h = dW_xh + step[0], dW_hh + step[1], db_h + step[2]
    return dx, dh, dW_xh, dW_hh, db_h


def rnn_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def sequences(N: int, T: int, D: int, H: int) -> dict[str, Value]:
        return {"dhs": _signed(rng, N, T, H), **_sequences(rng, N, T, D, H)}

    yield Case("all dimensions differ", **sequences(3, 4, 5, 2))
    yield Case("wide state, narrow input", **sequences(2, 5, 1, 4))
    yield Case("all dimensions equal", **sequences(3, 3, 3, 3))
    yield Case("one example", **sequences(1, 5, 3, 2))
    yield Case("one step", **sequences(3, 1, 4, 2))
    late, early = sequences(2, 4, 3, 3), sequences(3, 4, 2, 3)
    late["dhs"][:, :-1] = 0.0
    yield Case("gradient only at the last step", **late)
    early["dhs"][:, 1:] = 0.0
    yield Case("gradient only at the first step", **early)


# rnn_output


def rnn_output(h: Array, W_hy: Array, b_y: Array) -> Array:
    return h @ W_hy.T + b_y


def rnn_output_as_rows(h: Array, W_hy: Array, b_y: Array) -> Array:
    N, T, H = h.shape
    rows = np.dot(h.reshape(N * T, H), W_hy.T)
    return b_y + rows.reshape(N, T, len(b_y))


def rnn_output_step_by_step(h: Array, W_hy: Array, b_y: Array) -> Array:
    y = np.zeros((*h.shape[:2], W_hy.shape[0]))
    for t in range(h.shape[1]):
        y[:, t] = np.einsum("nh,oh->no", h[:, t], W_hy) + b_y
    return y


def rnn_output__tanh(h: Array, W_hy: Array, b_y: Array) -> Array:
    """Squashes the outputs with tanh, as the states are."""
    return np.tanh(h @ W_hy.T + b_y)


def rnn_output__softmax(h: Array, W_hy: Array, b_y: Array) -> Array:
    """Returns the softmax of the outputs."""
    y = np.exp(h @ W_hy.T + b_y)
    return y / y.sum(axis=-1, keepdims=True)


def rnn_output__last_only(h: Array, W_hy: Array, b_y: Array) -> Array:
    """Computes the output of the last step and of no other."""
    return h[:, -1] @ W_hy.T + b_y


def rnn_output__last_only_kept(h: Array, W_hy: Array, b_y: Array) -> Array:
    """Computes the output of the last step only and keeps the time axis."""
    return h[:, -1:] @ W_hy.T + b_y


def rnn_output__untransposed(h: Array, W_hy: Array, b_y: Array) -> Array:
    """Multiplies the rows of h by W_hy instead of its transpose."""
    return h @ W_hy + b_y


def rnn_output__no_bias(h: Array, W_hy: Array, b_y: Array) -> Array:
    """Leaves b_y out."""
    return h @ W_hy.T


def rnn_output_cases(rng: np.random.Generator) -> Iterator[Case]:
    def layer(N: int, T: int, H: int, O: int) -> dict[str, Value]:
        return {"h": rng.uniform(-0.9, 0.9, (N, T, H)), "W_hy": _signed(rng, O, H), "b_y": _signed(rng, O)}

    yield Case("all dimensions differ", **layer(2, 3, 4, 5))
    yield Case("as many outputs as units", **layer(2, 4, 3, 3))
    yield Case("all dimensions equal", **layer(3, 3, 3, 3))
    yield Case("one example", **layer(1, 4, 3, 2))
    yield Case("one step", **layer(4, 1, 2, 3))
    yield Case("no steps", **layer(3, 0, 4, 2))
    yield Case("one output", **layer(3, 4, 5, 1))


# rnn_output_backward


def rnn_output_backward(dy: Array, h: Array, W_hy: Array) -> tuple[Array, Array, Array]:
    return dy @ W_hy, np.einsum("nto,nth->oh", dy, h), dy.sum(axis=(0, 1))


def rnn_output_backward_as_rows(dy: Array, h: Array, W_hy: Array) -> tuple[Array, Array, Array]:
    rows, states = dy.reshape(-1, dy.shape[2]), h.reshape(-1, h.shape[2])
    return (rows @ W_hy).reshape(h.shape), rows.T @ states, np.ones(len(rows)) @ rows


def rnn_output_backward_step_by_step(dy: Array, h: Array, W_hy: Array) -> tuple[Array, Array, Array]:
    dh, dW_hy, db_y = np.zeros(h.shape), np.zeros(W_hy.shape), np.zeros(W_hy.shape[0])
    for n, t in np.ndindex(*h.shape[:2]):
        dh[n, t] = W_hy.T @ dy[n, t]
        dW_hy, db_y = dW_hy + np.outer(dy[n, t], h[n, t]), db_y + dy[n, t]
    return dh, dW_hy, db_y


def rnn_output_backward__time_averaged(dy: Array, h: Array, W_hy: Array) -> tuple[Array, Array, Array]:
    """Divides the weight gradient by the number of steps."""
    return dy @ W_hy, np.einsum("nto,nth->oh", dy, h) / h.shape[1], dy.sum(axis=(0, 1))


def rnn_output_backward__time_averaged_bias_too(dy: Array, h: Array, W_hy: Array) -> tuple[Array, Array, Array]:
    """Divides the gradients of the weight and of the bias by the number of steps."""
    T = h.shape[1]
    return dy @ W_hy, np.einsum("nto,nth->oh", dy, h) / T, dy.sum(axis=(0, 1)) / T


def rnn_output_backward__last_step_only(dy: Array, h: Array, W_hy: Array) -> tuple[Array, Array, Array]:
    """Takes the weight gradient from the last step alone."""
    return dy @ W_hy, dy[:, -1].T @ h[:, -1], dy.sum(axis=(0, 1))


def rnn_output_backward__last_step_only_bias_too(dy: Array, h: Array, W_hy: Array) -> tuple[Array, Array, Array]:
    """Takes the gradients of the weight and of the bias from the last step alone."""
    return dy @ W_hy, dy[:, -1].T @ h[:, -1], dy[:, -1].sum(axis=0)


def rnn_output_backward__transposed(dy: Array, h: Array, W_hy: Array) -> tuple[Array, Array, Array]:
    """Multiplies the other way round, which gives dW_hy as (H, O)."""
    return dy @ W_hy, np.einsum("nth,nto->ho", h, dy), dy.sum(axis=(0, 1))


def rnn_output_backward__bias_over_batch(dy: Array, h: Array, W_hy: Array) -> tuple[Array, Array, Array]:
    """Sums the bias gradient over the batch only, which leaves one row for each step."""
    return dy @ W_hy, np.einsum("nto,nth->oh", dy, h), dy.sum(axis=0)


def rnn_output_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def layer(N: int, T: int, H: int, O: int) -> dict[str, Value]:
        dy, h = _signed(rng, N, T, O), rng.uniform(-0.9, 0.9, (N, T, H))
        return {"dy": dy, "h": h, "W_hy": _signed(rng, O, H)}

    yield Case("all dimensions differ", **layer(2, 3, 4, 5))
    yield Case("as many outputs as units", **layer(2, 4, 3, 3))
    yield Case("all dimensions equal", **layer(3, 3, 3, 3))
    yield Case("one example", **layer(1, 4, 3, 2))
    yield Case("one step", **layer(4, 1, 2, 3))
    quiet = layer(3, 4, 2, 3)
    quiet["dy"][:, -1] = 0.0
    yield Case("no gradient at the last step", **quiet)


def _any_output_bias(args: Mapping[str, Value], rng: np.random.Generator) -> Mapping[str, Value]:
    return {"b_y": rng.standard_normal(args["W_hy"].shape[0])}


# truncated_bptt_chunks


def truncated_bptt_chunks(T: int, k: int) -> list[tuple[int, int]]:
    return [(start, min(start + k, T)) for start in range(0, T, k)]


def truncated_bptt_chunks_while(T: int, k: int) -> list[tuple[int, int]]:
    chunks, start = [], 0
    while start < T:
        end = start + k if start + k < T else T
        chunks.append((start, end))
        start = end
    return chunks


def truncated_bptt_chunks_from_ends(T: int, k: int) -> list[tuple[int, int]]:
    return list(zip(range(0, T, k), [*range(k, T, k), T]))


def truncated_bptt_chunks__tail_dropped(T: int, k: int) -> list[tuple[int, int]]:
    """Makes T // k full chunks and drops the steps that are left."""
    return [(number * k, (number + 1) * k) for number in range(T // k)]


def truncated_bptt_chunks__inclusive_end(T: int, k: int) -> list[tuple[int, int]]:
    """Gives the last step of each chunk as its end."""
    return [(start, min(start + k, T) - 1) for start in range(0, T, k)]


def truncated_bptt_chunks__overrun(T: int, k: int) -> list[tuple[int, int]]:
    """Lets the last chunk run on to start + k, beyond T."""
    return [(start, start + k) for start in range(0, T, k)]


def truncated_bptt_chunks__overlapping(T: int, k: int) -> list[tuple[int, int]]:
    """Starts a chunk at every step."""
    return [(start, min(start + k, T)) for start in range(T)]


def truncated_bptt_chunks__overlapping_full(T: int, k: int) -> list[tuple[int, int]]:
    """Starts a chunk of k steps wherever one fits."""
    return [(start, start + k) for start in range(T - k + 1)]


def truncated_bptt_chunks_cases(rng: np.random.Generator) -> Iterator[Case]:
    k, chunks = int(rng.integers(3, 7)), int(rng.integers(2, 5))
    yield Case("T not divisible by k", T=chunks * k + int(rng.integers(1, k)), k=k)
    yield Case("T divisible by k", T=(chunks + 1) * k, k=k)
    yield Case("k larger than T", T=k, k=k + int(rng.integers(1, 9)))
    yield Case("one chunk exactly", T=k + 1, k=k + 1)
    yield Case("one step a chunk", T=chunks + 2, k=1)
    yield Case("one step left over", T=k * chunks + 1, k=k)
    yield Case("no steps", T=0, k=k)


# The table

_STEP_AXES = {"x": "N D", "h_prev": "N H", "W_xh": "H D", "W_hh": "H H", "b_h": "H"}
_SEQUENCE_AXES = {"x": "N T D", "h0": "N H", "W_xh": "H D", "W_hh": "H H", "b_h": "H"}

CHECKS = (
    Check(
        rnn_step,
        cases=rnn_step_cases,
        returns=("h: N H",),
        formula=r"h = \tanh(\text{h\_prev} \, W_{hh}^\top + x \, W_{xh}^\top + b_h)",
        args=_STEP_AXES,
        wrong=(
            Wrong(rnn_step__hh_untransposed, id="hh-untransposed", hint="Row form: h Wᵀ."),
            Wrong(rnn_step__weights_swapped, id="weights-swapped", hint="W_xh reads x, W_hh reads h."),
            Wrong(rnn_step__sigmoid, id="sigmoid", hint="The state lives in (-1,1)."),
            Wrong(
                rnn_step__two_tanh,
                id="two-tanh",
                hint="Add first, then one tanh.",
                also=(
                    rnn_step__two_tanh_bias_with_state,
                    rnn_step__two_tanh_bias_outside,
                ),
            ),
            Wrong(rnn_step__no_bias, id="no-bias", hint="The recurrence has a bias."),
        ),
        alternates=(rnn_step_one_product, rnn_step_columns),
        hints=(
            "Three things are added inside one tanh. Which matrix belongs to which of x and h_prev?",
            "Write down the shapes: (N, H) times what gives (N, H)? W_hh fits both ways round, W_xh does not.",
        ),
    ),
    Check(
        rnn_step_backward,
        cases=rnn_step_backward_cases,
        returns=("dx: N D", "dh_prev: N H", "dW_xh: H D", "dW_hh: H H", "db_h: H"),
        formula=(
            r"\begin{aligned}"
            r" \text{da} &= \text{dh} \odot (1 - h^2) \\"
            r" \text{dx} &= \text{da} \, W_{xh} & \text{dh\_prev} &= \text{da} \, W_{hh} \\"
            r" \text{dW}_{xh} &= \text{da}^\top x & \text{dW}_{hh} &= \text{da}^\top \, \text{h\_prev} \\"
            r" \text{db}_h &= \sum_{\text{examples}} \text{da}"
            r" \end{aligned}"
        ),
        args={"dh": "N H", **_STEP_AXES},
        needs=(rnn_step,),
        gradient=Gradient(
            of=rnn_step,
            wrt={"x": "dx", "h_prev": "dh_prev", "W_xh": "dW_xh", "W_hh": "dW_hh", "b_h": "db_h"},
            cotangents={"h": "dh"},
        ),
        wrong=(
            Wrong(rnn_step_backward__slope_missing, id="slope-missing", hint="The step ends with a tanh."),
            Wrong(
                rnn_step_backward__slope_of_preactivation,
                id="slope-of-preactivation",
                hint="The slope is written in the output.",
            ),
            Wrong(
                rnn_step_backward__new_state_in_dW,
                id="new-state-in-dW",
                hint="W_hh multiplied the previous state.",
            ),
            Wrong(
                rnn_step_backward__hh_transposed,
                id="hh-transposed",
                hint="Row form: forward h W_hhᵀ, backward da W_hh.",
            ),
            Wrong(
                rnn_step_backward__bias_unsummed,
                id="bias-unsummed",
                hint="Sum over the examples.",
                also=(rnn_step_backward__bias_unsummed_rows,),
            ),
        ),
        alternates=(rnn_step_backward_one_product, rnn_step_backward_examples),
        hints=(
            "Go back through the tanh first. In what is its slope most easily written?",
            "Inside the tanh are two linear layers and a bias: exercise 4 has the gradients of each.",
            "Every gradient has the shape of the thing itself. For W_hh that does not help: check the order by hand.",
        ),
    ),
    Check(
        rnn_forward,
        cases=rnn_forward_cases,
        returns=("hs: N T H",),
        formula=(
            r"\begin{aligned}"
            r" h_0 &= \text{h0} \\"
            r" h_t &= \tanh(h_{t-1} W_{hh}^\top + x_t W_{xh}^\top + b_h) \qquad t = 1, \ldots, T"
            r" \end{aligned}"
        ),
        args=_SEQUENCE_AXES,
        needs=(rnn_step,),
        wrong=(
            Wrong(
                rnn_forward__state_not_carried,
                id="state-not-carried",
                hint="The state of one step is the input of the next.",
                also=(rnn_forward__state_not_carried_stacked,),
            ),
            Wrong(
                rnn_forward__includes_h0,
                id="includes-h0",
                hint="Report the states after each step.",
                also=(
                    rnn_forward__includes_h0_longer,
                    rnn_forward__includes_h0_stacked,
                ),
            ),
            Wrong(
                rnn_forward__reversed,
                id="reversed",
                hint="Time runs forward.",
                also=(
                    rnn_forward__reversed_order,
                    rnn_forward__reversed_stacked,
                ),
            ),
            Wrong(
                rnn_forward__zero_start,
                id="zero-start",
                hint="Start from the state you were given.",
                also=(rnn_forward__zero_start_stacked,),
            ),
            Wrong(
                rnn_forward__time_first,
                id="time-first",
                hint="Axis 0 is the batch, axis 1 is time.",
                also=(rnn_forward__time_first_stacked,),
            ),
        ),
        alternates=(rnn_forward_inputs_first, rnn_forward_recursive),
        hints=(
            "Which axis of x is time, and what does one slice along it look like?",
            "Keep one state in a variable: it starts as h0, and each step replaces it and stores it.",
            "Make room for the results from the shapes of x and h0, so that T = 0 works by itself.",
        ),
    ),
    Check(
        rnn_backward,
        cases=rnn_backward_cases,
        returns=("dx: N T D", "dh0: N H", "dW_xh: H D", "dW_hh: H H", "db_h: H"),
        formula=(
            r"\begin{aligned}"
            r" \text{dh}_t &= \text{dhs}_t + \text{what step } t + 1 \text{ sends back to } h_t \qquad t"
            r" = T, \ldots, 1 \\"
            r" \text{dW} &= \sum_t \text{dW of step } t \qquad \text{also db}_h"
            r" \end{aligned}"
        ),
        args={"dhs": "N T H", **_SEQUENCE_AXES},
        needs=(rnn_forward, rnn_step_backward),
        gradient=Gradient(
            of=rnn_forward,
            wrt={"x": "dx", "h0": "dh0", "W_xh": "dW_xh", "W_hh": "dW_hh", "b_h": "db_h"},
            cotangents={"hs": "dhs"},
        ),
        wrong=(
            Wrong(
                rnn_backward__no_carry,
                id="no-carry",
                hint="Each state also influences the next one.",
                also=(rnn_backward__no_carry_dh0_zero,),
            ),
            Wrong(
                rnn_backward__weights_overwritten,
                id="weights-overwritten",
                hint="The weights are shared: add over time.",
                also=(
                    rnn_backward__weights_overwritten_end,
                    rnn_backward__weights_overwritten_bias_summed,
                ),
            ),
            Wrong(
                rnn_backward__forward_in_time,
                id="forward-in-time",
                hint="Backprop through time starts at the end.",
            ),
            Wrong(
                rnn_backward__wraps_at_zero,
                id="wraps-at-zero",
                hint="Before step 0 the state is h0.",
                also=(rnn_backward__wraps_at_zero_inline,),
            ),
            Wrong(rnn_backward__carry_only, id="carry-only", hint="Add dhs_t at every step."),
            Wrong(rnn_backward__dh0_missing, id="dh0-missing", hint="One more step back to the initial state."),
        ),
        alternates=(rnn_backward_weights_last, rnn_backward_path_by_path),
        hints=(
            "Run the sequence forward once and keep the states. Which one did step t start from, also for t = 1?",
            "A state has two children. What arrives from each, and at which step do you have to begin?",
            "After the loop, what is left in your hands as the gradient of the state before the first step?",
        ),
    ),
    Check(
        rnn_output,
        cases=rnn_output_cases,
        returns=("y: N T O",),
        formula=r"y_t = h_t W_{hy}^\top + b_y",
        args={"h": "N T H", "W_hy": "O H", "b_y": "O"},
        wrong=(
            Wrong(rnn_output__tanh, id="tanh", hint="Outputs are logits or values: no activation."),
            Wrong(rnn_output__softmax, id="softmax", hint="The loss applies the softmax."),
            Wrong(
                rnn_output__last_only, id="last-only", hint="One output per step.", also=(rnn_output__last_only_kept,)
            ),
            Wrong(rnn_output__untransposed, id="untransposed", hint="Row form: h Wᵀ."),
            Wrong(rnn_output__no_bias, id="no-bias", hint="Add the output bias."),
        ),
        alternates=(rnn_output_as_rows, rnn_output_step_by_step),
        hints=(
            "It is one linear layer, applied to every row of every sequence. Does it need a loop?",
            "Matrix products act on the last axis of (N, T, H) and leave the axes before it alone.",
        ),
    ),
    Check(
        rnn_output_backward,
        cases=rnn_output_backward_cases,
        returns=("dh: N T H", "dW_hy: O H", "db_y: O"),
        formula=(
            r"\begin{aligned}"
            r" \text{dh} &= \text{dy} \, W_{hy} \\"
            r" \text{dW}_{hy} &= \sum_{n,t} \text{dy}_{nt} \, h_{nt}^\top \\"
            r" \text{db}_y &= \sum_{n,t} \text{dy}_{nt}"
            r" \end{aligned}"
        ),
        args={"dy": "N T O", "h": "N T H", "W_hy": "O H"},
        gradient=Gradient(
            of=rnn_output,
            wrt={"h": "dh", "W_hy": "dW_hy", "b_y": "db_y"},
            cotangents={"y": "dy"},
            fixed=_any_output_bias,
        ),
        wrong=(
            Wrong(
                rnn_output_backward__time_averaged,
                id="time-averaged",
                hint="Shared weights collect the sum over time.",
                also=(rnn_output_backward__time_averaged_bias_too,),
            ),
            Wrong(
                rnn_output_backward__last_step_only,
                id="last-step-only",
                hint="Every step uses W_hy.",
                also=(rnn_output_backward__last_step_only_bias_too,),
            ),
            Wrong(
                rnn_output_backward__transposed,
                id="transposed",
                hint="The gradient has the shape of the weight.",
            ),
            Wrong(
                rnn_output_backward__bias_over_batch,
                id="bias-over-batch",
                hint="Sum over time as well.",
            ),
        ),
        alternates=(rnn_output_backward_as_rows, rnn_output_backward_step_by_step),
        hints=(
            "Think of N T independent rows that go through one linear layer: exercise 4 has its three gradients.",
            "Which axes are left in dW_hy and db_y, and which have been summed away?",
        ),
    ),
    Check(
        truncated_bptt_chunks,
        cases=truncated_bptt_chunks_cases,
        returns=("chunks: list",),
        formula=r"(0, k), (k, 2k), \ldots, (\text{last start}, T)",
        wrong=(
            Wrong(truncated_bptt_chunks__tail_dropped, id="tail-dropped", hint="Every step is trained on."),
            Wrong(truncated_bptt_chunks__inclusive_end, id="inclusive-end", hint="Ends are exclusive."),
            Wrong(truncated_bptt_chunks__overrun, id="overrun", hint="Stop at T."),
            Wrong(
                truncated_bptt_chunks__overlapping,
                id="overlapping",
                hint="Chunks do not overlap.",
                also=(truncated_bptt_chunks__overlapping_full,),
            ),
        ),
        alternates=(truncated_bptt_chunks_while, truncated_bptt_chunks_from_ends),
        hints=(
            "At which steps do chunks start? That is a range with a stride.",
            "Where does a chunk end if fewer than k steps are left?",
        ),
    ),
)
