"""References, wrong functions and cases for the LSTM."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Seeded, Value, Wrong

TITLE = "LSTM"
NEEDS = (24,)


def _sigmoid(a: Array) -> Array:
    return np.exp(-np.logaddexp(0.0, -a))  # never overflows, exact in both tails


def _signed(rng: np.random.Generator, *shape: int, low: float = 0.4, high: float = 1.6) -> Array:
    return rng.uniform(low, high, shape) * rng.choice([-1.0, 1.0], shape)


def _weights(rng: np.random.Generator, D: int, H: int) -> dict[str, Value]:
    return {"W": 0.7 * rng.standard_normal((4 * H, H + D)), "b": _signed(rng, 4 * H, low=0.2, high=0.9)}


def _inputs(rng: np.random.Generator, N: int, D: int, H: int) -> dict[str, Value]:
    return {"x": _signed(rng, N, D), "h_prev": rng.uniform(-0.9, 0.9, (N, H)), **_weights(rng, D, H)}


def _one_open_one_shut(rng: np.random.Generator, shown: bool = False) -> Array:
    """Signs for the biases of two units: in every block one of each, so that no gate is tiny throughout.

    With `shown` the unit whose output gate is open has an open forget gate too, so that no state is tiny throughout.
    """
    f, i, g, o = (rng.permutation([-1.0, 1.0]) for _ in range(4))
    return np.concatenate([o if shown else f, i, g, o])


# lstm_gates


def lstm_gates(x: Array, h_prev: Array, W: Array, b: Array) -> tuple[Array, Array, Array, Array]:
    a = np.concatenate([h_prev, x], axis=-1) @ W.T + b
    a_f, a_i, a_g, a_o = np.split(a, 4, axis=-1)  # (N, 4H) -> 4 x (N, H)
    return _sigmoid(a_f), _sigmoid(a_i), np.tanh(a_g), _sigmoid(a_o)


def lstm_gates_two_products(x: Array, h_prev: Array, W: Array, b: Array) -> tuple[Array, Array, Array, Array]:
    H = h_prev.shape[1]
    a = h_prev @ W[:, :H].T + x @ W[:, H:].T + b
    f, i, o = (0.5 * (1 + np.tanh(0.5 * a[:, k * H : (k + 1) * H])) for k in (0, 1, 3))
    return f, i, np.tanh(a[:, 2 * H : 3 * H]), o


def lstm_gates_one_einsum(x: Array, h_prev: Array, W: Array, b: Array) -> tuple[Array, Array, Array, Array]:
    (N, H), D = h_prev.shape, x.shape[1]
    z = np.hstack([h_prev, x, np.ones((N, 1))])
    with_bias = np.hstack([W, b[:, None]]).reshape(4, H, H + D + 1)
    a = np.einsum("nj,khj->knh", z, with_bias)
    return _sigmoid(a[0]), _sigmoid(a[1]), 1 - 2 * _sigmoid(-2 * a[2]), _sigmoid(a[3])


def lstm_gates__torch_order(x: Array, h_prev: Array, W: Array, b: Array) -> tuple[Array, Array, Array, Array]:
    """Reads the blocks as i, f, g, o, the order of PyTorch."""
    a = np.concatenate([h_prev, x], axis=1) @ W.T + b
    a_i, a_f, a_g, a_o = np.split(a, 4, axis=1)
    return _sigmoid(a_f), _sigmoid(a_i), np.tanh(a_g), _sigmoid(a_o)


def lstm_gates__candidate_last(x: Array, h_prev: Array, W: Array, b: Array) -> tuple[Array, Array, Array, Array]:
    """Reads the blocks as f, i, o, g, with the candidate at the end."""
    a = np.concatenate([h_prev, x], axis=1) @ W.T + b
    a_f, a_i, a_o, a_g = np.split(a, 4, axis=1)
    return _sigmoid(a_f), _sigmoid(a_i), np.tanh(a_g), _sigmoid(a_o)


def lstm_gates__x_first(x: Array, h_prev: Array, W: Array, b: Array) -> tuple[Array, Array, Array, Array]:
    """Concatenates [x, h] instead of [h, x], so the columns of W meet the wrong entries."""
    a = np.concatenate([x, h_prev], axis=1) @ W.T + b
    a_f, a_i, a_g, a_o = np.split(a, 4, axis=1)
    return _sigmoid(a_f), _sigmoid(a_i), np.tanh(a_g), _sigmoid(a_o)


def lstm_gates__candidate_sigmoid(x: Array, h_prev: Array, W: Array, b: Array) -> tuple[Array, Array, Array, Array]:
    """Squashes all four blocks with a sigmoid, the candidate too."""
    a = np.concatenate([h_prev, x], axis=1) @ W.T + b
    f, i, g, o = np.split(_sigmoid(a), 4, axis=1)
    return f, i, g, o


def lstm_gates__gates_tanh(x: Array, h_prev: Array, W: Array, b: Array) -> tuple[Array, Array, Array, Array]:
    """Uses tanh for the forget gate, which can then be negative."""
    a = np.concatenate([h_prev, x], axis=1) @ W.T + b
    a_f, a_i, a_g, a_o = np.split(a, 4, axis=1)
    return np.tanh(a_f), _sigmoid(a_i), np.tanh(a_g), _sigmoid(a_o)


def lstm_gates__gates_tanh_all(x: Array, h_prev: Array, W: Array, b: Array) -> tuple[Array, Array, Array, Array]:
    """Uses tanh for all three gates, which can then be negative."""
    a = np.concatenate([h_prev, x], axis=1) @ W.T + b
    f, i, g, o = np.split(np.tanh(a), 4, axis=1)
    return f, i, g, o


def lstm_gates__hidden_forget_bias(x: Array, h_prev: Array, W: Array, b: Array) -> tuple[Array, Array, Array, Array]:
    """Adds 1 to the forget pre-activation inside the cell, on top of b."""
    a = np.concatenate([h_prev, x], axis=1) @ W.T + b
    a_f, a_i, a_g, a_o = np.split(a, 4, axis=1)
    return _sigmoid(a_f + 1), _sigmoid(a_i), np.tanh(a_g), _sigmoid(a_o)


def lstm_gates__no_bias(x: Array, h_prev: Array, W: Array, b: Array) -> tuple[Array, Array, Array, Array]:
    """Leaves b out of the pre-activations."""
    a_f, a_i, a_g, a_o = np.split(np.concatenate([h_prev, x], axis=1) @ W.T, 4, axis=1)
    return _sigmoid(a_f), _sigmoid(a_i), np.tanh(a_g), _sigmoid(a_o)


def lstm_gates_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("all dimensions differ", **_inputs(rng, 3, 4, 2))
    yield Case("wide state, narrow input", **_inputs(rng, 4, 2, 3))
    yield Case("as many units as inputs and examples", **_inputs(rng, 2, 2, 2))
    yield Case("one example", **_inputs(rng, 1, 3, 2))
    yield Case("zero state", **{**_inputs(rng, 3, 3, 2), "h_prev": np.zeros((3, 2))})
    saturated = _inputs(rng, 3, 3, 2)
    saturated["b"] = 16.0 * _one_open_one_shut(rng) + rng.uniform(-1, 1, 8)
    yield Case("saturated gates", **saturated)
    extreme = _inputs(rng, 2, 3, 2)
    extreme["b"] = 1e3 * _one_open_one_shut(rng)
    yield Case("pre-activations of 1e3", kind="stability", **extreme)


# lstm_cell_update


def lstm_cell_update(f: Array, i: Array, g: Array, o: Array, c_prev: Array) -> tuple[Array, Array]:
    c = f * c_prev + i * g
    return o * np.tanh(c), c


def lstm_cell_update_entries(f: Array, i: Array, g: Array, o: Array, c_prev: Array) -> tuple[Array, Array]:
    h, c = np.zeros(f.shape), np.zeros(f.shape)
    for at in np.ndindex(*f.shape):
        c[at] = i[at] * g[at] + f[at] * c_prev[at]
        h[at] = math.tanh(c[at]) * o[at]
    return h, c


def lstm_cell_update_stacked(f: Array, i: Array, g: Array, o: Array, c_prev: Array) -> tuple[Array, Array]:
    c = (np.stack([f, i]) * np.stack([c_prev, g])).sum(axis=0)
    return o * (1 - 2 * _sigmoid(-2 * c)), c


def lstm_cell_update__no_tanh(f: Array, i: Array, g: Array, o: Array, c_prev: Array) -> tuple[Array, Array]:
    """Shows the cell as it is, h = o c."""
    c = f * c_prev + i * g
    return o * c, c


def lstm_cell_update__input_not_gated(f: Array, i: Array, g: Array, o: Array, c_prev: Array) -> tuple[Array, Array]:
    """Writes the candidate in full, c = f c_prev + g."""
    c = f * c_prev + g
    return o * np.tanh(c), c


def lstm_cell_update__gates_swapped(f: Array, i: Array, g: Array, o: Array, c_prev: Array) -> tuple[Array, Array]:
    """Scales the old cell by i and the candidate by f."""
    c = i * c_prev + f * g
    return o * np.tanh(c), c


def lstm_cell_update__coupled(f: Array, i: Array, g: Array, o: Array, c_prev: Array) -> tuple[Array, Array]:
    """Uses 1 - f as the input gate, so what is forgotten is replaced."""
    c = f * c_prev + (1 - f) * g
    return o * np.tanh(c), c


def lstm_cell_update__old_cell_shown(f: Array, i: Array, g: Array, o: Array, c_prev: Array) -> tuple[Array, Array]:
    """Shows the cell before its update, h = o tanh(c_prev)."""
    return o * np.tanh(c_prev), f * c_prev + i * g


def lstm_cell_update__tanh_of_gate(f: Array, i: Array, g: Array, o: Array, c_prev: Array) -> tuple[Array, Array]:
    """Puts the tanh on the gate, h = tanh(o) c."""
    c = f * c_prev + i * g
    return np.tanh(o) * c, c


def _gate_values(rng: np.random.Generator, N: int, H: int) -> dict[str, Value]:
    gates = {name: rng.uniform(0.1, 0.9, (N, H)) for name in ("f", "i", "o")}
    return {**gates, "g": rng.uniform(-0.9, 0.9, (N, H)), "c_prev": _signed(rng, N, H)}


def lstm_cell_update_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("more units than examples", **_gate_values(rng, 3, 4))
    yield Case("as many units as examples", **_gate_values(rng, 3, 3))
    yield Case("one example", **_gate_values(rng, 1, 5))
    open_gate, shut = np.ones((4, 3)), np.zeros((4, 3))
    yield Case("cell kept: f = 1, i = 0", **{**_gate_values(rng, 4, 3), "f": open_gate, "i": shut})
    yield Case("cell replaced: f = 0, i = 1", **{**_gate_values(rng, 4, 3), "f": shut, "i": open_gate})
    yield Case("large cell", **{**_gate_values(rng, 4, 2), "c_prev": _signed(rng, 4, 2, low=15.0, high=30.0)})
    yield Case("empty cell", **{**_gate_values(rng, 2, 4), "c_prev": np.zeros((2, 4))})


# lstm_step


def lstm_step(x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array) -> tuple[Array, Array]:
    f, i, g, o = lstm_gates(x, h_prev, W, b)
    return lstm_cell_update(f, i, g, o, c_prev)


def lstm_step_in_one_piece(x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array) -> tuple[Array, Array]:
    H = h_prev.shape[1]
    a = b + np.hstack([h_prev, x]) @ W.T
    f, i, o = (1 / (1 + np.exp(-a[:, start : start + H])) for start in (0, H, 3 * H))
    c = np.tanh(a[:, 2 * H : 3 * H]) * i + c_prev * f
    return np.tanh(c) * o, c


def lstm_step_examples(x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array) -> tuple[Array, Array]:
    h, c = np.zeros(c_prev.shape), np.zeros(c_prev.shape)
    for n in range(len(x)):
        a_f, a_i, a_g, a_o = (W @ np.append(h_prev[n], x[n]) + b).reshape(4, -1)
        c[n] = _sigmoid(a_f) * c_prev[n] + _sigmoid(a_i) * np.tanh(a_g)
        h[n] = _sigmoid(a_o) * np.tanh(c[n])
    return h, c


def lstm_step__outputs_swapped(x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array) -> tuple[Array, Array]:
    """Returns (c, h)."""
    h, c = lstm_cell_update(*lstm_gates(x, h_prev, W, b), c_prev)
    return c, h


def lstm_step__cell_as_state(x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array) -> tuple[Array, Array]:
    """Feeds the cell c_prev to the gates in place of the state h_prev."""
    return lstm_cell_update(*lstm_gates(x, c_prev, W, b), c_prev)


def lstm_step__cell_forgotten(x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array) -> tuple[Array, Array]:
    """Starts from an empty cell, c = i g."""
    return lstm_cell_update(*lstm_gates(x, h_prev, W, b), np.zeros_like(c_prev))


def lstm_step__peephole(x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array) -> tuple[Array, Array]:
    """Adds c_prev to the state that the gates see."""
    return lstm_cell_update(*lstm_gates(x, h_prev + c_prev, W, b), c_prev)


def lstm_step_cases(rng: np.random.Generator) -> Iterator[Case]:
    def step(N: int, D: int, H: int) -> dict[str, Value]:
        return {**_inputs(rng, N, D, H), "c_prev": _signed(rng, N, H)}

    yield Case("all dimensions differ", **step(3, 4, 2))
    yield Case("wide state, narrow input", **step(4, 2, 3))
    yield Case("as many units as inputs and examples", **step(2, 2, 2))
    yield Case("one example", **step(1, 3, 2))
    yield Case("large cell", **{**step(3, 2, 2), "c_prev": _signed(rng, 3, 2, low=4.0, high=9.0)})
    yield Case("zero state, cell not zero", **{**step(3, 3, 2), "h_prev": np.zeros((3, 2))})
    saturated = step(3, 3, 2)
    saturated["b"] = 12.0 * _one_open_one_shut(rng, shown=True) + rng.uniform(-1, 1, 8)
    yield Case("saturated gates", **saturated)


# lstm_step_backward


def lstm_step_backward(
    dh: Array, dc: Array, x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    H = h_prev.shape[1]
    f, i, g, o = lstm_gates(x, h_prev, W, b)
    shown = np.tanh(f * c_prev + i * g)
    dct = dc + dh * o * (1 - shown**2)
    blocks = (dct * c_prev * f * (1 - f), dct * g * i * (1 - i), dct * i * (1 - g**2), dh * shown * o * (1 - o))
    da = np.concatenate(blocks, axis=-1)  # 4 x (N, H) -> (N, 4H)
    dz = da @ W
    return dz[:, H:], dz[:, :H], dct * f, da.T @ np.concatenate([h_prev, x], axis=-1), da.sum(axis=0)


def lstm_step_backward_gate_by_gate(
    dh: Array, dc: Array, x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    H = h_prev.shape[1]
    f, i, g, o = lstm_gates_two_products(x, h_prev, W, b)
    t = np.tanh(i * g + f * c_prev)
    dct = dh * o - dh * o * t * t + dc
    slopes = (c_prev * (f - f**2), g * (i - i**2), i * (1 - g) * (1 + g), t * (o - o**2))
    dx, dh_prev, dW, db = np.zeros(x.shape), np.zeros(h_prev.shape), np.zeros(W.shape), np.zeros(4 * H)
    for k, (arriving, slope) in enumerate(zip((dct, dct, dct, dh), slopes)):
        da, rows = arriving * slope, slice(k * H, (k + 1) * H)
        dh_prev, dx = dh_prev + da @ W[rows, :H], dx + da @ W[rows, H:]
        dW[rows, :H], dW[rows, H:], db[rows] = da.T @ h_prev, da.T @ x, np.sum(da, axis=0)
    return dx, dh_prev, dct * f, dW, db


def lstm_step_backward_examples(
    dh: Array, dc: Array, x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    H, dz, dc_prev = h_prev.shape[1], [], []
    dW, db = np.zeros(W.shape), np.zeros(b.shape)
    for n in range(len(x)):
        z = np.append(h_prev[n], x[n])
        a_f, a_i, a_g, a_o = np.split(W @ z + b, 4)
        f, i, g, o = _sigmoid(a_f), _sigmoid(a_i), np.tanh(a_g), _sigmoid(a_o)
        shown = np.tanh(f * c_prev[n] + i * g)
        dct = dc[n] + dh[n] * o * (1 - shown**2)
        at_f, at_i = dct * c_prev[n] * f * _sigmoid(-a_f), dct * g * i * _sigmoid(-a_i)
        da = np.concatenate([at_f, at_i, dct * i / np.cosh(a_g) ** 2, dh[n] * shown * o * _sigmoid(-a_o)])
        dW, db = dW + np.outer(da, z), db + da
        dz.append(W.T @ da)
        dc_prev.append(dct * f)
    return np.array(dz)[:, H:], np.array(dz)[:, :H], np.array(dc_prev), dW, db


def _through_gates(
    da_blocks: tuple[Array, Array, Array, Array], x: Array, h_prev: Array, W: Array
) -> tuple[Array, Array, Array, Array]:
    """The linear layer below the gates, backwards: dx, dh_prev, dW, db."""
    da, H = np.concatenate(da_blocks, axis=1), h_prev.shape[1]
    dz = da @ W
    return dz[:, H:], dz[:, :H], da.T @ np.concatenate([h_prev, x], axis=1), da.sum(axis=0)


def lstm_step_backward__cell_path_missing(
    dh: Array, dc: Array, x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Takes dct = dc and forgets that dh reaches the cell through h = o tanh(c)."""
    f, i, g, o = lstm_gates(x, h_prev, W, b)
    c = f * c_prev + i * g
    df, di, dg, do = dc * c_prev, dc * g, dc * i, dh * np.tanh(c)
    blocks = (df * f * (1 - f), di * i * (1 - i), dg * (1 - g**2), do * o * (1 - o))
    dx, dh_prev, dW, db = _through_gates(blocks, x, h_prev, W)
    return dx, dh_prev, dc * f, dW, db


def lstm_step_backward__incoming_cell_ignored(
    dh: Array, dc: Array, x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Takes dct from dh alone and never adds dc, the gradient from the next step's cell."""
    f, i, g, o = lstm_gates(x, h_prev, W, b)
    c = f * c_prev + i * g
    dct = dh * o * (1 - np.tanh(c) ** 2)
    df, di, dg, do = dct * c_prev, dct * g, dct * i, dh * np.tanh(c)
    blocks = (df * f * (1 - f), di * i * (1 - i), dg * (1 - g**2), do * o * (1 - o))
    dx, dh_prev, dW, db = _through_gates(blocks, x, h_prev, W)
    return dx, dh_prev, dct * f, dW, db


def lstm_step_backward__gate_slope_missing(
    dh: Array, dc: Array, x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Leaves the sigmoid's slope f (1 - f) out of the forget gate's block."""
    f, i, g, o = lstm_gates(x, h_prev, W, b)
    c = f * c_prev + i * g
    dct = dc + dh * o * (1 - np.tanh(c) ** 2)
    df, di, dg, do = dct * c_prev, dct * g, dct * i, dh * np.tanh(c)
    blocks = (df, di * i * (1 - i), dg * (1 - g**2), do * o * (1 - o))
    dx, dh_prev, dW, db = _through_gates(blocks, x, h_prev, W)
    return dx, dh_prev, dct * f, dW, db


def lstm_step_backward__gate_slope_missing_all(
    dh: Array, dc: Array, x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Leaves the sigmoid's slope out of all three gates' blocks."""
    f, i, g, o = lstm_gates(x, h_prev, W, b)
    c = f * c_prev + i * g
    dct = dc + dh * o * (1 - np.tanh(c) ** 2)
    blocks = (dct * c_prev, dct * g, dct * i * (1 - g**2), dh * np.tanh(c))
    dx, dh_prev, dW, db = _through_gates(blocks, x, h_prev, W)
    return dx, dh_prev, dct * f, dW, db


def lstm_step_backward__output_uses_cell(
    dh: Array, dc: Array, x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Multiplies dh by c instead of tanh(c) in the output gate's gradient."""
    f, i, g, o = lstm_gates(x, h_prev, W, b)
    c = f * c_prev + i * g
    dct = dc + dh * o * (1 - np.tanh(c) ** 2)
    df, di, dg, do = dct * c_prev, dct * g, dct * i, dh * c
    blocks = (df * f * (1 - f), di * i * (1 - i), dg * (1 - g**2), do * o * (1 - o))
    dx, dh_prev, dW, db = _through_gates(blocks, x, h_prev, W)
    return dx, dh_prev, dct * f, dW, db


def lstm_step_backward__forget_not_applied(
    dh: Array, dc: Array, x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Passes the cell's gradient back as it is, without the factor f."""
    f, i, g, o = lstm_gates(x, h_prev, W, b)
    c = f * c_prev + i * g
    dct = dc + dh * o * (1 - np.tanh(c) ** 2)
    df, di, dg, do = dct * c_prev, dct * g, dct * i, dh * np.tanh(c)
    blocks = (df * f * (1 - f), di * i * (1 - i), dg * (1 - g**2), do * o * (1 - o))
    dx, dh_prev, dW, db = _through_gates(blocks, x, h_prev, W)
    return dx, dh_prev, dct, dW, db


def lstm_step_backward__forget_not_applied_dc(
    dh: Array, dc: Array, x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Passes the incoming dc back as it is, without what came through the state and without the factor f."""
    dx, dh_prev, _, dW, db = lstm_step_backward(dh, dc, x, h_prev, c_prev, W, b)
    return dx, dh_prev, dc, dW, db


def lstm_step_backward__candidate_slope(
    dh: Array, dc: Array, x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Uses g (1 - g), a sigmoid's slope, for the candidate."""
    f, i, g, o = lstm_gates(x, h_prev, W, b)
    c = f * c_prev + i * g
    dct = dc + dh * o * (1 - np.tanh(c) ** 2)
    df, di, dg, do = dct * c_prev, dct * g, dct * i, dh * np.tanh(c)
    blocks = (df * f * (1 - f), di * i * (1 - i), dg * g * (1 - g), do * o * (1 - o))
    dx, dh_prev, dW, db = _through_gates(blocks, x, h_prev, W)
    return dx, dh_prev, dct * f, dW, db


def lstm_step_backward__candidate_slope_preactivation(
    dh: Array, dc: Array, x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Uses the slope of a sigmoid at the candidate's pre-activation."""
    H = h_prev.shape[1]
    f, i, g, o = lstm_gates(x, h_prev, W, b)
    s = _sigmoid(h_prev @ W[2 * H : 3 * H, :H].T + x @ W[2 * H : 3 * H, H:].T + b[2 * H : 3 * H])
    c = f * c_prev + i * g
    dct = dc + dh * o * (1 - np.tanh(c) ** 2)
    df, di, dg, do = dct * c_prev, dct * g, dct * i, dh * np.tanh(c)
    blocks = (df * f * (1 - f), di * i * (1 - i), dg * s * (1 - s), do * o * (1 - o))
    dx, dh_prev, dW, db = _through_gates(blocks, x, h_prev, W)
    return dx, dh_prev, dct * f, dW, db


def lstm_step_backward__x_and_h_swapped(
    dh: Array, dc: Array, x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Reads dx from the first H columns of da W and dh_prev from the rest."""
    f, i, g, o = lstm_gates(x, h_prev, W, b)
    c = f * c_prev + i * g
    dct = dc + dh * o * (1 - np.tanh(c) ** 2)
    df, di, dg, do = dct * c_prev, dct * g, dct * i, dh * np.tanh(c)
    da = np.concatenate([df * f * (1 - f), di * i * (1 - i), dg * (1 - g**2), do * o * (1 - o)], axis=1)
    dz, H = da @ W, h_prev.shape[1]
    return dz[:, :H], dz[:, H:], dct * f, da.T @ np.concatenate([h_prev, x], axis=1), da.sum(axis=0)


def lstm_step_backward__x_and_h_swapped_by_width(
    dh: Array, dc: Array, x: Array, h_prev: Array, c_prev: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Reads dx from the first D columns of da W and dh_prev from the rest."""
    dx, dh_prev, dc_prev, dW, db = lstm_step_backward(dh, dc, x, h_prev, c_prev, W, b)
    dz, D = np.concatenate([dh_prev, dx], axis=1), x.shape[1]
    return dz[:, :D], dz[:, D:], dc_prev, dW, db


def lstm_step_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def step(N: int, D: int, H: int) -> dict[str, Value]:
        arriving = {"dh": _signed(rng, N, H), "dc": _signed(rng, N, H)}
        return {**arriving, **_inputs(rng, N, D, H), "c_prev": _signed(rng, N, H)}

    yield Case("all dimensions differ", **step(3, 4, 2))
    yield Case("wide state, narrow input", **step(4, 1, 3))
    yield Case("as many units as inputs and examples", **step(2, 2, 2))
    yield Case("one example", **step(1, 3, 2))
    yield Case("gradient at the state only: dc = 0", **{**step(4, 1, 2), "dc": np.zeros((4, 2))})
    yield Case("gradient at the cell only: dh = 0", **{**step(3, 1, 2), "dh": np.zeros((3, 2))})
    saturated = step(3, 3, 2)
    saturated["b"] = saturated["b"] + 8 * np.concatenate([rng.permutation([-1.0, 0.0]) for _ in range(4)])
    yield Case("saturated gates", **saturated)


# lstm_forward


def lstm_forward(x: Array, h0: Array, c0: Array, W: Array, b: Array) -> tuple[Array, Array]:
    (N, T, _), H = x.shape, h0.shape[1]
    hs, cs, h, c = np.zeros((N, T, H)), np.zeros((N, T, H)), h0, c0
    for t in range(T):
        h, c = lstm_step(x[:, t], h, c, W, b)
        hs[:, t], cs[:, t] = h, c
    return hs, cs


def lstm_forward_examples(x: Array, h0: Array, c0: Array, W: Array, b: Array) -> tuple[Array, Array]:
    hs, cs = np.empty((*x.shape[:2], h0.shape[1])), np.empty((*x.shape[:2], h0.shape[1]))
    for n, t in np.ndindex(*x.shape[:2]):
        h, c = (hs[n, t - 1], cs[n, t - 1]) if t > 0 else (h0[n], c0[n])
        a_f, a_i, a_g, a_o = np.split(W @ np.concatenate([h, x[n, t]]) + b, 4)
        cs[n, t] = _sigmoid(a_f) * c + _sigmoid(a_i) * np.tanh(a_g)
        hs[n, t] = _sigmoid(a_o) * np.tanh(cs[n, t])
    return hs, cs


def lstm_forward_inputs_first(x: Array, h0: Array, c0: Array, W: Array, b: Array) -> tuple[Array, Array]:
    """Projects the inputs of all steps at once and leaves only the state's part to the loop."""
    H = h0.shape[1]
    from_input = x @ W[:, H:].T + b
    states, cells = [h0], [c0]
    for t in range(x.shape[1]):
        a = from_input[:, t] + states[-1] @ W[:, :H].T
        f, i, o = (0.5 + 0.5 * np.tanh(a[:, k * H : (k + 1) * H] / 2) for k in (0, 1, 3))
        cells.append(f * cells[-1] + i * np.tanh(a[:, 2 * H : 3 * H]))
        states.append(o * np.tanh(cells[-1]))
    return np.stack(states, axis=1)[:, 1:], np.stack(cells, axis=1)[:, 1:]


def lstm_forward__cell_not_carried(x: Array, h0: Array, c0: Array, W: Array, b: Array) -> tuple[Array, Array]:
    """Gives every step c0 as its old cell."""
    hs, cs = np.zeros((*x.shape[:2], h0.shape[1])), np.zeros((*x.shape[:2], h0.shape[1]))
    h = h0
    for t in range(x.shape[1]):
        h, c = lstm_step(x[:, t], h, c0, W, b)
        hs[:, t], cs[:, t] = h, c
    return hs, cs


def lstm_forward__cell_not_carried_stacked(x: Array, h0: Array, c0: Array, W: Array, b: Array) -> tuple[Array, Array]:
    """Gives every step c0 as its old cell and stacks states and cells, of which there must be at least one."""
    states, cells, h = [], [], h0
    for t in range(x.shape[1]):
        h, c = lstm_step(x[:, t], h, c0, W, b)
        states.append(h)
        cells.append(c)
    return np.stack(states, axis=1), np.stack(cells, axis=1)


def lstm_forward__state_not_carried(x: Array, h0: Array, c0: Array, W: Array, b: Array) -> tuple[Array, Array]:
    """Gives every step h0 as its old state."""
    hs, cs = np.zeros((*x.shape[:2], h0.shape[1])), np.zeros((*x.shape[:2], h0.shape[1]))
    c = c0
    for t in range(x.shape[1]):
        h, c = lstm_step(x[:, t], h0, c, W, b)
        hs[:, t], cs[:, t] = h, c
    return hs, cs


def lstm_forward__state_not_carried_stacked(x: Array, h0: Array, c0: Array, W: Array, b: Array) -> tuple[Array, Array]:
    """Gives every step h0 as its old state and stacks states and cells, of which there must be at least one."""
    states, cells, c = [], [], c0
    for t in range(x.shape[1]):
        h, c = lstm_step(x[:, t], h0, c, W, b)
        states.append(h)
        cells.append(c)
    return np.stack(states, axis=1), np.stack(cells, axis=1)


def lstm_forward__cell_starts_as_state(x: Array, h0: Array, c0: Array, W: Array, b: Array) -> tuple[Array, Array]:
    """Uses h0 as the first cell, so c0 is never read."""
    hs, cs = np.zeros((*x.shape[:2], h0.shape[1])), np.zeros((*x.shape[:2], h0.shape[1]))
    h, c = h0, h0
    for t in range(x.shape[1]):
        h, c = lstm_step(x[:, t], h, c, W, b)
        hs[:, t], cs[:, t] = h, c
    return hs, cs


def lstm_forward__cell_starts_as_state_stacked(
    x: Array, h0: Array, c0: Array, W: Array, b: Array
) -> tuple[Array, Array]:
    """Uses h0 as the first cell and stacks states and cells, of which there must be at least one."""
    states, cells, h, c = [], [], h0, h0
    for t in range(x.shape[1]):
        h, c = lstm_step(x[:, t], h, c, W, b)
        states.append(h)
        cells.append(c)
    return np.stack(states, axis=1), np.stack(cells, axis=1)


def lstm_forward__cells_as_states(x: Array, h0: Array, c0: Array, W: Array, b: Array) -> tuple[Array, Array]:
    """Stores the cells as the outputs of the steps."""
    hs, cs = np.zeros((*x.shape[:2], h0.shape[1])), np.zeros((*x.shape[:2], h0.shape[1]))
    h, c = h0, c0
    for t in range(x.shape[1]):
        h, c = lstm_step(x[:, t], h, c, W, b)
        hs[:, t], cs[:, t] = c, c
    return hs, cs


def lstm_forward__cells_as_states_stacked(x: Array, h0: Array, c0: Array, W: Array, b: Array) -> tuple[Array, Array]:
    """Stacks the cells as the outputs of the steps, of which there must be at least one."""
    cells, h, c = [], h0, c0
    for t in range(x.shape[1]):
        h, c = lstm_step(x[:, t], h, c, W, b)
        cells.append(c)
    return np.stack(cells, axis=1), np.stack(cells, axis=1)


def _sequences(rng: np.random.Generator, N: int, T: int, D: int, H: int) -> dict[str, Value]:
    start = {"h0": rng.uniform(-0.9, 0.9, (N, H)), "c0": _signed(rng, N, H)}
    return {"x": _signed(rng, N, T, D), **start, **_weights(rng, D, H)}


def lstm_forward_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("all dimensions differ", **_sequences(rng, 4, 3, 5, 2))
    yield Case("wide state, narrow input", **_sequences(rng, 2, 5, 1, 3))
    yield Case("all dimensions equal", **_sequences(rng, 2, 2, 2, 2))
    yield Case("as many steps as examples", **_sequences(rng, 3, 3, 4, 2))
    yield Case("one example", **_sequences(rng, 1, 6, 3, 2))
    yield Case("one step", **_sequences(rng, 3, 1, 4, 2))
    yield Case("no steps", **_sequences(rng, 3, 0, 4, 2))
    yield Case("state starts at 0, cell does not", **{**_sequences(rng, 2, 4, 3, 2), "h0": np.zeros((2, 2))})


# lstm_backward


def lstm_backward(
    dhs: Array, x: Array, h0: Array, c0: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    hs, cs = lstm_forward(x, h0, c0, W, b)
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros_like(b)
    dh, dc = np.zeros_like(h0), np.zeros_like(c0)
    for t in reversed(range(x.shape[1])):
        h_prev, c_prev = (hs[:, t - 1], cs[:, t - 1]) if t > 0 else (h0, c0)
        dx[:, t], dh, dc, dW_t, db_t = lstm_step_backward(dhs[:, t] + dh, dc, x[:, t], h_prev, c_prev, W, b)
        dW, db = dW + dW_t, db + db_t
    return dx, dh, dc, dW, db


def lstm_backward_recursive(
    dhs: Array, x: Array, h0: Array, c0: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """The first step forward, the rest of the sequence by recursion, the first step backward."""
    if x.shape[1] == 0:
        return np.zeros_like(x), np.zeros_like(h0), np.zeros_like(c0), np.zeros_like(W), np.zeros_like(b)
    h, c = lstm_step(x[:, 0], h0, c0, W, b)
    dx, dh, dc, dW, db = lstm_backward_recursive(dhs[:, 1:], x[:, 1:], h, c, W, b)
    first, dh0, dc0, dW_first, db_first = lstm_step_backward_gate_by_gate(dh + dhs[:, 0], dc, x[:, 0], h0, c0, W, b)
    return np.concatenate([first[:, None], dx], axis=1), dh0, dc0, dW + dW_first, db + db_first


def lstm_backward_weights_last(
    dhs: Array, x: Array, h0: Array, c0: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Collects the gradients at the pre-activations of all steps, then takes one product over batch and time."""
    (N, T, _), H = x.shape, h0.shape[1]
    hs, cs = lstm_forward_inputs_first(x, h0, c0, W, b)
    before, cells_before = np.concatenate([h0[:, None], hs], axis=1)[:, :T], np.concatenate([c0[:, None], cs], axis=1)
    z, da = np.concatenate([before, x], axis=2), np.zeros((N, T, 4 * H))
    dh, dc = np.zeros((N, H)), np.zeros((N, H))
    for t in range(T - 1, -1, -1):
        f, i, g, o = lstm_gates_one_einsum(x[:, t], before[:, t], W, b)
        shown, dh = np.tanh(cs[:, t]), dh + dhs[:, t]
        dc = dc + dh * o * (1 - shown**2)
        slopes = (dc * cells_before[:, t] * f * (1 - f), dc * g * i * (1 - i), dc * i * (1 - g**2))
        da[:, t] = np.hstack([*slopes, dh * shown * o * (1 - o)])
        dh, dc = da[:, t] @ W[:, :H], dc * f
    return da @ W[:, H:], dh, dc, np.einsum("ntk,ntj->kj", da, z), da.sum(axis=(0, 1))


def _through_time(
    dhs: Array, x: Array, W: Array, b: Array, stored: tuple[Array, Array, Array, Array]
) -> tuple[Array, Array, Array, Array, Array]:
    """The backward pass in one piece from stored arrays.

    These are the states that make the gates, the states that dW reads, the cells before each step and those after it.
    """
    N, T, H = dhs.shape
    gated, read, cells_before, cells = stored
    dx, dW, db, dh, dc = np.zeros_like(x), np.zeros_like(W), np.zeros_like(b), np.zeros((N, H)), np.zeros((N, H))
    for t in reversed(range(T)):
        f, i, g, o = lstm_gates(x[:, t], gated[:, t], W, b)
        c_prev, shown, dh = cells_before[:, t], np.tanh(cells[:, t]), dh + dhs[:, t]
        dc = dc + dh * o * (1 - shown**2)
        slopes = (dc * c_prev * f * (1 - f), dc * g * i * (1 - i), dc * i * (1 - g**2), dh * shown * o * (1 - o))
        dx[:, t], dh, dW_t, db_t = _through_gates(slopes, x[:, t], read[:, t], W)
        dc, dW, db = dc * f, dW + dW_t, db + db_t
    return dx, dh, dc, dW, db


def lstm_backward__cell_carry_dropped(
    dhs: Array, x: Array, h0: Array, c0: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Starts every step with dc = 0, so nothing travels along the cells."""
    hs, cs = lstm_forward(x, h0, c0, W, b)
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros_like(b)
    dh, dc = np.zeros_like(h0), np.zeros_like(c0)
    for t in reversed(range(x.shape[1])):
        h_prev, c_prev = (hs[:, t - 1], cs[:, t - 1]) if t > 0 else (h0, c0)
        nothing = np.zeros_like(c0)
        dx[:, t], dh, dc, dW_t, db_t = lstm_step_backward(dhs[:, t] + dh, nothing, x[:, t], h_prev, c_prev, W, b)
        dW, db = dW + dW_t, db + db_t
    return dx, dh, dc, dW, db


def lstm_backward__state_carry_dropped(
    dhs: Array, x: Array, h0: Array, c0: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Uses dhs_t alone at each step, without what the next step sends to the state."""
    hs, cs = lstm_forward(x, h0, c0, W, b)
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros_like(b)
    dh, dc = np.zeros_like(h0), np.zeros_like(c0)
    for t in reversed(range(x.shape[1])):
        h_prev, c_prev = (hs[:, t - 1], cs[:, t - 1]) if t > 0 else (h0, c0)
        dx[:, t], dh, dc, dW_t, db_t = lstm_step_backward(dhs[:, t], dc, x[:, t], h_prev, c_prev, W, b)
        dW, db = dW + dW_t, db + db_t
    return dx, dh, dc, dW, db


def lstm_backward__weights_overwritten(
    dhs: Array, x: Array, h0: Array, c0: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Assigns dW and db at each step, so only those of the step visited last, the first in time, are left."""
    hs, cs = lstm_forward(x, h0, c0, W, b)
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros_like(b)
    dh, dc = np.zeros_like(h0), np.zeros_like(c0)
    for t in reversed(range(x.shape[1])):
        h_prev, c_prev = (hs[:, t - 1], cs[:, t - 1]) if t > 0 else (h0, c0)
        dx[:, t], dh, dc, dW, db = lstm_step_backward(dhs[:, t] + dh, dc, x[:, t], h_prev, c_prev, W, b)
    return dx, dh, dc, dW, db


def lstm_backward__weights_overwritten_end(
    dhs: Array, x: Array, h0: Array, c0: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Takes dW and db from the last step of the sequence and does not add those of the others."""
    hs, cs = lstm_forward(x, h0, c0, W, b)
    h_prev, c_prev = (hs[:, -2], cs[:, -2]) if x.shape[1] > 1 else (h0, c0)
    *_, dW, db = lstm_step_backward(dhs[:, -1], np.zeros_like(c0), x[:, -1], h_prev, c_prev, W, b)
    dx, dh0, dc0, _, _ = lstm_backward(dhs, x, h0, c0, W, b)
    return dx, dh0, dc0, dW, db


def lstm_backward__cell_off_by_one(
    dhs: Array, x: Array, h0: Array, c0: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Hands c_t to the backward step where the previous cell c_{t-1} belongs."""
    hs, cs = lstm_forward(x, h0, c0, W, b)
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros_like(b)
    dh, dc = np.zeros_like(h0), np.zeros_like(c0)
    for t in reversed(range(x.shape[1])):
        h_prev = hs[:, t - 1] if t > 0 else h0
        dx[:, t], dh, dc, dW_t, db_t = lstm_step_backward(dhs[:, t] + dh, dc, x[:, t], h_prev, cs[:, t], W, b)
        dW, db = dW + dW_t, db + db_t
    return dx, dh, dc, dW, db


def lstm_backward__cell_off_by_one_inline(
    dhs: Array, x: Array, h0: Array, c0: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Multiplies by c_t instead of c_{t-1} in the forget gate's gradient, with the cells stored by the forward pass."""
    hs, cs = lstm_forward(x, h0, c0, W, b)
    before = np.concatenate([h0[:, None], hs], axis=1)[:, :-1]
    return _through_time(dhs, x, W, b, (before, before, cs, cs))


def lstm_backward__wraps_at_zero(
    dhs: Array, x: Array, h0: Array, c0: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Reads index t - 1 = -1 at the first step, which is the last state and the last cell."""
    hs, cs = lstm_forward(x, h0, c0, W, b)
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros_like(b)
    dh, dc = np.zeros_like(h0), np.zeros_like(c0)
    for t in reversed(range(x.shape[1])):
        h_prev, c_prev = hs[:, t - 1], cs[:, t - 1]
        dx[:, t], dh, dc, dW_t, db_t = lstm_step_backward(dhs[:, t] + dh, dc, x[:, t], h_prev, c_prev, W, b)
        dW, db = dW + dW_t, db + db_t
    return dx, dh, dc, dW, db


def lstm_backward__wraps_at_zero_inline(
    dhs: Array, x: Array, h0: Array, c0: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Takes the state and the cell before the first step from index -1, with the cells stored by the forward pass."""
    hs, cs = lstm_forward(x, h0, c0, W, b)
    last_first = np.roll(hs, 1, axis=1)  # what index t - 1 reads
    return _through_time(dhs, x, W, b, (last_first, last_first, np.roll(cs, 1, axis=1), cs))


def lstm_backward__wraps_at_zero_stored_gates(
    dhs: Array, x: Array, h0: Array, c0: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Takes the state in dW and the cell before the first step from index -1, with the gates stored by the forward pass."""
    hs, cs = lstm_forward(x, h0, c0, W, b)
    before = np.concatenate([h0[:, None], hs], axis=1)[:, :-1]
    return _through_time(dhs, x, W, b, (before, np.roll(hs, 1, axis=1), np.roll(cs, 1, axis=1), cs))


def lstm_backward__wraps_at_zero_state_only(
    dhs: Array, x: Array, h0: Array, c0: Array, W: Array, b: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Reads index t - 1 = -1 for the state before the first step, but c0 for the cell."""
    hs, cs = lstm_forward(x, h0, c0, W, b)
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros_like(b)
    dh, dc = np.zeros_like(h0), np.zeros_like(c0)
    for t in reversed(range(x.shape[1])):
        c_prev = cs[:, t - 1] if t > 0 else c0
        dx[:, t], dh, dc, dW_t, db_t = lstm_step_backward(dhs[:, t] + dh, dc, x[:, t], hs[:, t - 1], c_prev, W, b)
        dW, db = dW + dW_t, db + db_t
    return dx, dh, dc, dW, db


def lstm_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def sequences(N: int, T: int, D: int, H: int) -> dict[str, Value]:
        return {"dhs": _signed(rng, N, T, H), **_sequences(rng, N, T, D, H)}

    yield Case("all dimensions differ", **sequences(4, 3, 5, 2))
    yield Case("wide state, narrow input", **sequences(3, 4, 1, 2))
    yield Case("all dimensions equal", **sequences(2, 2, 2, 2))
    yield Case("one example", **sequences(1, 5, 3, 2))
    yield Case("one step", **sequences(3, 1, 4, 2))
    late, early = sequences(2, 4, 1, 2), sequences(1, 3, 4, 2)
    late["dhs"][:, :-1] = 0.0
    yield Case("gradient only at the last step", **late)
    early["dhs"][:, 1:] = 0.0
    yield Case("gradient only at the first step", **early)


# lstm_init


def lstm_init(D: int, H: int, rng: np.random.Generator) -> tuple[Array, Array]:
    a = 1 / np.sqrt(H)
    W = a * (2 * rng.random((4 * H, H + D)) - 1)
    b = np.zeros(4 * H)
    b[:H] = 1.0
    return W, b


def lstm_init_with_uniform(D: int, H: int, rng: np.random.Generator) -> tuple[Array, Array]:
    return rng.uniform(-(H**-0.5), H**-0.5, size=(4 * H, H + D)), np.repeat([1.0, 0.0, 0.0, 0.0], H)


def lstm_init_entry_by_entry(D: int, H: int, rng: np.random.Generator) -> tuple[Array, Array]:
    W = np.array([[2 * rng.random() - 1 for _ in range(H + D)] for _ in range(4 * H)])
    return W / math.sqrt(H), np.array([float(unit < H) for unit in range(4 * H)])


def lstm_init__zero_forget_bias(D: int, H: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Leaves all biases at 0."""
    W = (2 * rng.random((4 * H, H + D)) - 1) / np.sqrt(H)
    return W, np.zeros(4 * H)


def lstm_init__all_ones(D: int, H: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Sets the bias of every block to 1."""
    W = (2 * rng.random((4 * H, H + D)) - 1) / np.sqrt(H)
    return W, np.ones(4 * H)


def lstm_init__wrong_block(D: int, H: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Sets the second block to 1, which is the forget block in PyTorch's order."""
    W = (2 * rng.random((4 * H, H + D)) - 1) / np.sqrt(H)
    b = np.zeros(4 * H)
    b[H : 2 * H] = 1.0
    return W, b


def lstm_init__scale(D: int, H: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Uses 1/H as the bound of the weights."""
    W = (2 * rng.random((4 * H, H + D)) - 1) / H
    b = np.zeros(4 * H)
    b[:H] = 1.0
    return W, b


def lstm_init_cases(rng: np.random.Generator) -> Iterator[Case]:
    def generator() -> Seeded:
        return Seeded(int(rng.integers(2**31)))

    yield Case("more inputs than units", D=5, H=2, rng=generator())
    yield Case("more units than inputs", D=2, H=4, rng=generator())
    yield Case("as many units as inputs", D=3, H=3, rng=generator())
    yield Case("one input", D=1, H=3, rng=generator())
    yield Case("one unit", D=4, H=1, rng=generator())


# The table

_STEP_AXES = {"x": "N D", "h_prev": "N H", "W": "4H H+D", "b": "4H"}
_SEQUENCE_AXES = {"x": "N T D", "h0": "N H", "c0": "N H", "W": "4H H+D", "b": "4H"}

CHECKS = (
    Check(
        lstm_gates,
        cases=lstm_gates_cases,
        returns=("f: N H", "i: N H", "g: N H", "o: N H"),
        formula=(
            r"\begin{aligned}"
            r" a &= [\text{h\_prev}, x] \, W^\top + b = [\text{a\_f}, \text{a\_i}, \text{a\_g},"
            r" \text{a\_o}] \\"
            r" f &= \operatorname{sigmoid}(\text{a\_f}) \qquad i = \operatorname{sigmoid}(\text{a\_i}) \\"
            r" g &= \tanh(\text{a\_g}) \qquad o = \operatorname{sigmoid}(\text{a\_o})"
            r" \end{aligned}"
        ),
        args=_STEP_AXES,
        wrong=(
            Wrong(
                lstm_gates__torch_order,
                id="torch-order",
                hint="Here the forget gate comes first.",
                tags=("variant",),
                variant_of="PyTorch",
            ),
            Wrong(lstm_gates__candidate_last, id="candidate-last", hint="The candidate is the third block."),
            Wrong(lstm_gates__x_first, id="x-first", hint="The state comes first."),
            Wrong(
                lstm_gates__candidate_sigmoid,
                id="candidate-sigmoid",
                hint="New content may be negative: tanh.",
            ),
            Wrong(
                lstm_gates__gates_tanh,
                id="gates-tanh",
                hint="A gate lies between 0 and 1.",
                also=(lstm_gates__gates_tanh_all,),
            ),
            Wrong(
                lstm_gates__hidden_forget_bias,
                id="hidden-forget-bias",
                hint="The forget bias belongs in b, at initialization.",
            ),
            Wrong(lstm_gates__no_bias, id="no-bias", hint="Every gate has a bias."),
        ),
        alternates=(lstm_gates_two_products, lstm_gates_one_einsum),
        hints=(
            "What does one row of W multiply? Its first H entries belong to the state, the other D to the input.",
            "One product gives all pre-activations, (N, 4H). Cut it into four blocks of H columns.",
            "Three blocks are gates and lie in (0, 1). Which one is content, and may be negative?",
        ),
    ),
    Check(
        lstm_cell_update,
        cases=lstm_cell_update_cases,
        returns=("h: N H", "c: N H"),
        formula=(
            r"\begin{aligned}"
            r" c &= f \odot \text{c\_prev} + i \odot g \\"
            r" h &= o \odot \tanh(c)"
            r" \end{aligned}"
        ),
        args={"f": "N H", "i": "N H", "g": "N H", "o": "N H", "c_prev": "N H"},
        wrong=(
            Wrong(lstm_cell_update__no_tanh, id="no-tanh", hint="The cell is squashed before it is shown."),
            Wrong(
                lstm_cell_update__input_not_gated,
                id="input-not-gated",
                hint="The input gate decides how much is written.",
            ),
            Wrong(
                lstm_cell_update__gates_swapped,
                id="gates-swapped",
                hint="Forget scales the old, input the new.",
            ),
            Wrong(lstm_cell_update__coupled, id="coupled", hint="The input gate is separate."),
            Wrong(lstm_cell_update__old_cell_shown, id="old-cell-shown", hint="Show the updated cell."),
            Wrong(lstm_cell_update__tanh_of_gate, id="tanh-of-gate", hint="tanh goes on the cell."),
        ),
        alternates=(lstm_cell_update_entries, lstm_cell_update_stacked),
        hints=(
            "Two things make up the new cell, each scaled by its own gate. Which gate scales the old content?",
            "The state is the new cell seen through tanh and the output gate. Mind the order of the results.",
        ),
    ),
    Check(
        lstm_step,
        cases=lstm_step_cases,
        returns=("h: N H", "c: N H"),
        formula=(
            r"\begin{aligned}"
            r" f, i, g, o &= \text{gates of } [\text{h\_prev}, x] \\"
            r" c &= f \odot \text{c\_prev} + i \odot g \\"
            r" h &= o \odot \tanh(c)"
            r" \end{aligned}"
        ),
        args={**_STEP_AXES, "c_prev": "N H"},
        needs=(lstm_gates, lstm_cell_update),
        wrong=(
            Wrong(lstm_step__outputs_swapped, id="outputs-swapped", hint="State h first, then cell c."),
            Wrong(lstm_step__cell_as_state, id="cell-as-state", hint="Gates look at h, not at c."),
            Wrong(
                lstm_step__cell_forgotten,
                id="cell-forgotten",
                hint="The old cell enters through the forget gate.",
            ),
            Wrong(lstm_step__peephole, id="peephole", hint="This cell has no peepholes."),
        ),
        alternates=(lstm_step_in_one_piece, lstm_step_examples),
        hints=(
            "You have written both halves. What does the first return, and what does the second take?",
            "h_prev goes to the gates and c_prev to the update; neither goes to both.",
        ),
    ),
    Check(
        lstm_step_backward,
        cases=lstm_step_backward_cases,
        returns=("dx: N D", "dh_prev: N H", "dc_prev: N H", "dW: 4H H+D", "db: 4H"),
        formula=(
            r"\begin{aligned}"
            r" \text{dct} &= \text{dc} + \text{dh} \odot o \odot (1 - \tanh(c)^2) \\"
            r" \text{d\_o} &= \text{dh} \odot \tanh(c) \\"
            r" \text{d\_f} &= \text{dct} \odot \text{c\_prev} \qquad \text{d\_i} = \text{dct} \odot g"
            r" \qquad \text{d\_g} = \text{dct} \odot i \\"
            r" \text{dc\_prev} &= \text{dct} \odot f \\"
            r" \text{da\_k} &= \text{d\_k} \odot k \odot (1 - k) \quad \text{for } k = f, i, o \\"
            r" \text{da\_g} &= \text{d\_g} \odot (1 - g^2)"
            r" \end{aligned}"
        ),
        args={"dh": "N H", "dc": "N H", **_STEP_AXES, "c_prev": "N H"},
        needs=(lstm_gates, lstm_cell_update),
        gradient=Gradient(
            of=lstm_step,
            wrt={"x": "dx", "h_prev": "dh_prev", "c_prev": "dc_prev", "W": "dW", "b": "db"},
            cotangents={"h": "dh", "c": "dc"},
        ),
        wrong=(
            Wrong(
                lstm_step_backward__cell_path_missing,
                id="cell-path-missing",
                hint="h was made from c.",
            ),
            Wrong(
                lstm_step_backward__incoming_cell_ignored,
                id="incoming-cell-ignored",
                hint="The cell of this step is also used by the next.",
            ),
            Wrong(
                lstm_step_backward__gate_slope_missing,
                id="gate-slope-missing",
                hint="Each gate ends in a sigmoid.",
                also=(lstm_step_backward__gate_slope_missing_all,),
            ),
            Wrong(lstm_step_backward__output_uses_cell, id="output-uses-cell", hint="h = o tanh(c)."),
            Wrong(
                lstm_step_backward__forget_not_applied,
                id="forget-not-applied",
                hint="The old cell was scaled by f.",
                also=(lstm_step_backward__forget_not_applied_dc,),
            ),
            Wrong(
                lstm_step_backward__candidate_slope,
                id="candidate-slope",
                hint="The candidate is a tanh.",
                also=(lstm_step_backward__candidate_slope_preactivation,),
            ),
            Wrong(
                lstm_step_backward__x_and_h_swapped,
                id="x-and-h-swapped",
                hint="The order is [h, x].",
                also=(lstm_step_backward__x_and_h_swapped_by_width,),
            ),
        ),
        alternates=(lstm_step_backward_gate_by_gate, lstm_step_backward_examples),
        hints=(
            "Run the step forward again first. How many ways lead from the loss to this cell? Add them up.",
            "From the cell's gradient, each of f, i, g and the old cell gets the factor that it was multiplied by.",
            "Below the four slopes lies one linear layer. Its input was [h_prev, x]: where do you cut its gradient?",
        ),
    ),
    Check(
        lstm_forward,
        cases=lstm_forward_cases,
        returns=("hs: N T H", "cs: N T H"),
        formula=(
            r"h_t, c_t = \text{lstm\_step}(x_t, h_{t-1}, c_{t-1}, W, b) \qquad t"
            r" = 1, \ldots, T"
        ),
        args=_SEQUENCE_AXES,
        needs=(lstm_step,),
        wrong=(
            Wrong(
                lstm_forward__cell_not_carried,
                id="cell-not-carried",
                hint="The cell is the memory: carry it.",
                also=(lstm_forward__cell_not_carried_stacked,),
            ),
            Wrong(
                lstm_forward__state_not_carried,
                id="state-not-carried",
                hint="Carry the state.",
                also=(lstm_forward__state_not_carried_stacked,),
            ),
            Wrong(
                lstm_forward__cell_starts_as_state,
                id="cell-starts-as-state",
                hint="c0 is given separately.",
                also=(lstm_forward__cell_starts_as_state_stacked,),
            ),
            Wrong(
                lstm_forward__cells_as_states,
                id="cells-as-states",
                hint="The output of an LSTM is h.",
                also=(lstm_forward__cells_as_states_stacked,),
            ),
        ),
        alternates=(lstm_forward_examples, lstm_forward_inputs_first),
        hints=(
            "Which axis of x is time? At each step one slice of it goes through lstm_step.",
            "What must a step know about the one before it? There are two such things.",
            "Make room for the results from the shapes of x and h0, so that T = 0 works by itself.",
        ),
    ),
    Check(
        lstm_backward,
        cases=lstm_backward_cases,
        returns=("dx: N T D", "dh0: N H", "dc0: N H", "dW: 4H H+D", "db: 4H"),
        formula=(
            r"\begin{aligned}"
            r" \text{dh} &= \text{dhs}_t + \text{what step } t + 1 \text{ sends to } h_t \\"
            r" \text{dc} &= \text{what step } t + 1 \text{ sends to } c_t \\"
            r" \text{dW} &= \sum_t \text{dW of step } t \qquad \text{db likewise}"
            r" \end{aligned}"
        ),
        args={"dhs": "N T H", **_SEQUENCE_AXES},
        needs=(lstm_forward, lstm_step_backward),
        gradient=Gradient(
            of=lstm_forward,
            wrt={"x": "dx", "h0": "dh0", "c0": "dc0", "W": "dW", "b": "db"},
            cotangents={"hs": "dhs"},
        ),
        wrong=(
            Wrong(
                lstm_backward__cell_carry_dropped,
                id="cell-carry-dropped",
                hint="Gradient travels along the cell highway.",
            ),
            Wrong(
                lstm_backward__state_carry_dropped,
                id="state-carry-dropped",
                hint="Each state also feeds the next gates.",
            ),
            Wrong(
                lstm_backward__weights_overwritten,
                id="weights-overwritten",
                hint="Sum over time.",
                also=(lstm_backward__weights_overwritten_end,),
            ),
            Wrong(
                lstm_backward__cell_off_by_one,
                id="cell-off-by-one",
                hint="The forget gate acted on the previous cell.",
                also=(lstm_backward__cell_off_by_one_inline,),
            ),
            Wrong(
                lstm_backward__wraps_at_zero,
                id="wraps-at-zero",
                hint="Before the first step there is h0.",
                also=(
                    lstm_backward__wraps_at_zero_inline,
                    lstm_backward__wraps_at_zero_stored_gates,
                    lstm_backward__wraps_at_zero_state_only,
                ),
            ),
        ),
        alternates=(lstm_backward_recursive, lstm_backward_weights_last),
        hints=(
            "Which states and cells did each step start from? Run the sequence forward once and keep them.",
            "Going back from the last step, what arrives at h_t and what arrives at c_t? Two carries, both begin at 0.",
            "All steps share W and b. And what did the very first step start from?",
        ),
    ),
    Check(
        lstm_init,
        cases=lstm_init_cases,
        returns=("W: 4H H+D", "b: 4H"),
        formula=(
            r"\begin{aligned}"
            r" \text{bound} &= \frac{1}{\sqrt{H}} \\"
            r" u &= \text{rng.random}((4H, H + D)) \text{, the only draw} \\"
            r" W &= \text{bound} \cdot (2u - 1) \\"
            r" b &= 1 \text{ in the forget block, } 0 \text{ elsewhere}"
            r" \end{aligned}"
        ),
        wrong=(
            Wrong(
                lstm_init__zero_forget_bias,
                id="zero-forget-bias",
                hint="Start by remembering: forget bias 1.",
            ),
            Wrong(lstm_init__all_ones, id="all-ones", hint="Only the forget gate."),
            Wrong(lstm_init__wrong_block, id="wrong-block", hint="In this order the forget gate is first."),
            Wrong(lstm_init__scale, id="scale", hint="The bound is 1/√H."),
        ),
        alternates=(lstm_init_with_uniform, lstm_init_entry_by_entry),
        hints=(
            "u lies in [0, 1). Which straight line takes it to [-bound, bound)?",
            "Which of the four blocks of b is the forget gate's, in the order f, i, g, o?",
        ),
    ),
)
