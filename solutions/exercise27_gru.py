"""References, wrong functions and cases for the GRU."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Value, Wrong

TITLE = "GRU"
NEEDS = (26,)


def _sigmoid(a: Array) -> Array:
    return np.exp(-np.logaddexp(0.0, -a))  # never overflows, exact in both tails


def _signed(rng: np.random.Generator, *shape: int, low: float = 0.4, high: float = 1.6) -> Array:
    return rng.uniform(low, high, shape) * rng.choice([-1.0, 1.0], shape)


def _gate_weights(rng: np.random.Generator, D: int, H: int) -> dict[str, Value]:
    return {"Wg": 0.8 * rng.standard_normal((2 * H, H + D)), "bg": _signed(rng, 2 * H, low=0.2, high=0.9)}


def _candidate_weights(rng: np.random.Generator, D: int, H: int) -> dict[str, Value]:
    return {"Wc": 0.7 * rng.standard_normal((H, H + D)), "bc": _signed(rng, H, low=0.2, high=0.7)}


def _inputs(rng: np.random.Generator, N: int, D: int, H: int) -> dict[str, Value]:
    return {"x": _signed(rng, N, D), "h_prev": rng.uniform(0.3, 0.95, (N, H)) * rng.choice([-1.0, 1.0], (N, H))}


def _one_step(rng: np.random.Generator, N: int, D: int, H: int) -> dict[str, Value]:
    return {**_inputs(rng, N, D, H), **_gate_weights(rng, D, H), **_candidate_weights(rng, D, H)}


# gru_gates


def gru_gates(x: Array, h_prev: Array, Wg: Array, bg: Array) -> tuple[Array, Array]:
    a = np.concatenate([h_prev, x], axis=-1) @ Wg.T + bg
    a_z, a_r = np.split(a, 2, axis=-1)  # (N, 2H) -> 2 x (N, H)
    return _sigmoid(a_z), _sigmoid(a_r)


def gru_gates_four_products(x: Array, h_prev: Array, Wg: Array, bg: Array) -> tuple[Array, Array]:
    H = h_prev.shape[1]
    a_z = h_prev @ Wg[:H, :H].T + x @ Wg[:H, H:].T + bg[:H]
    a_r = h_prev @ Wg[H:, :H].T + x @ Wg[H:, H:].T + bg[H:]
    return 0.5 * (1 + np.tanh(a_z / 2)), 0.5 * (1 + np.tanh(a_r / 2))


def gru_gates_examples(x: Array, h_prev: Array, Wg: Array, bg: Array) -> tuple[Array, Array]:
    rows = [_sigmoid(Wg @ np.append(h, example) + bg).reshape(2, -1) for h, example in zip(h_prev, x)]
    both = np.stack(rows, axis=1)  # N x (2, H) -> (2, N, H)
    return both[0], both[1]


def gru_gates__swapped(x: Array, h_prev: Array, Wg: Array, bg: Array) -> tuple[Array, Array]:
    """Returns the reset gate first, (r, z)."""
    z, r = np.split(_sigmoid(np.concatenate([h_prev, x], axis=1) @ Wg.T + bg), 2, axis=1)
    return r, z


def gru_gates__x_first(x: Array, h_prev: Array, Wg: Array, bg: Array) -> tuple[Array, Array]:
    """Concatenates [x, h] instead of [h, x], so the columns of Wg meet the wrong entries."""
    z, r = np.split(_sigmoid(np.concatenate([x, h_prev], axis=1) @ Wg.T + bg), 2, axis=1)
    return z, r


def gru_gates__tanh(x: Array, h_prev: Array, Wg: Array, bg: Array) -> tuple[Array, Array]:
    """Uses tanh for the gates, which can then be negative."""
    z, r = np.split(np.tanh(np.concatenate([h_prev, x], axis=1) @ Wg.T + bg), 2, axis=1)
    return z, r


def gru_gates__no_bias(x: Array, h_prev: Array, Wg: Array, bg: Array) -> tuple[Array, Array]:
    """Leaves bg out of the pre-activations."""
    z, r = np.split(_sigmoid(np.concatenate([h_prev, x], axis=1) @ Wg.T), 2, axis=1)
    return z, r


def _open_and_shut(rng: np.random.Generator, blocks: int, size: float) -> Array:
    """Biases for two units: in every block one far up and one far down, so that no result is tiny throughout."""
    return size * np.concatenate([rng.permutation([-1.0, 1.0]) for _ in range(blocks)]) + rng.uniform(-1, 1, 2 * blocks)


def gru_gates_cases(rng: np.random.Generator) -> Iterator[Case]:
    def gates(N: int, D: int, H: int) -> dict[str, Value]:
        return {**_inputs(rng, N, D, H), **_gate_weights(rng, D, H)}

    yield Case("all dimensions differ", **gates(3, 5, 2))
    yield Case("wide state, narrow input", **gates(2, 1, 4))
    yield Case("all dimensions equal", **gates(3, 3, 3))
    yield Case("one example", **gates(1, 4, 3))
    yield Case("zero state", **{**gates(4, 3, 2), "h_prev": np.zeros((4, 2))})
    yield Case("saturated gates", **{**gates(4, 3, 2), "bg": _open_and_shut(rng, 2, 15.0)})


# gru_candidate


def gru_candidate(x: Array, h_prev: Array, r: Array, Wc: Array, bc: Array) -> Array:
    return np.tanh(np.concatenate([r * h_prev, x], axis=-1) @ Wc.T + bc)


def gru_candidate_two_products(x: Array, h_prev: Array, r: Array, Wc: Array, bc: Array) -> Array:
    H = h_prev.shape[1]
    from_state = np.einsum("nk,nk,hk->nh", r, h_prev, Wc[:, :H])
    return np.tanh(from_state + np.dot(x, Wc[:, H:].T) + bc)


def gru_candidate_examples(x: Array, h_prev: Array, r: Array, Wc: Array, bc: Array) -> Array:
    return np.array([np.tanh(Wc @ np.append(gate * h, row) + bc) for row, h, gate in zip(x, h_prev, r)])


def gru_candidate__reset_after(x: Array, h_prev: Array, r: Array, Wc: Array, bc: Array) -> Array:
    """Multiplies by r after the matrix product with the state, as PyTorch does."""
    H = h_prev.shape[1]
    return np.tanh(r * (h_prev @ Wc[:, :H].T) + x @ Wc[:, H:].T + bc)


def gru_candidate__reset_after_with_bias(x: Array, h_prev: Array, r: Array, Wc: Array, bc: Array) -> Array:
    """Multiplies by r after the matrix product with the state and the bias, as PyTorch does with the state's bias."""
    H = h_prev.shape[1]
    return np.tanh(r * (h_prev @ Wc[:, :H].T + bc) + x @ Wc[:, H:].T)


def gru_candidate__reset_after_whole_product(x: Array, h_prev: Array, r: Array, Wc: Array, bc: Array) -> Array:
    """Multiplies by r after the whole matrix product, with the input in it."""
    return np.tanh(r * (np.concatenate([h_prev, x], axis=1) @ Wc.T) + bc)


def gru_candidate__no_reset(x: Array, h_prev: Array, r: Array, Wc: Array, bc: Array) -> Array:
    """Feeds the whole old state to the candidate and never uses r."""
    return np.tanh(np.concatenate([h_prev, x], axis=1) @ Wc.T + bc)


def gru_candidate__reset_inverted(x: Array, h_prev: Array, r: Array, Wc: Array, bc: Array) -> Array:
    """Multiplies the old state by 1 - r."""
    return np.tanh(np.concatenate([(1 - r) * h_prev, x], axis=1) @ Wc.T + bc)


def gru_candidate__sigmoid(x: Array, h_prev: Array, r: Array, Wc: Array, bc: Array) -> Array:
    """Squashes the candidate with a sigmoid."""
    return _sigmoid(np.concatenate([r * h_prev, x], axis=1) @ Wc.T + bc)


def gru_candidate_cases(rng: np.random.Generator) -> Iterator[Case]:
    def candidate(N: int, D: int, H: int) -> dict[str, Value]:
        return {**_inputs(rng, N, D, H), "r": rng.uniform(0.1, 0.9, (N, H)), **_candidate_weights(rng, D, H)}

    yield Case("all dimensions differ", **candidate(3, 5, 4))
    yield Case("narrow state, wide input", **candidate(5, 6, 2))
    yield Case("all dimensions equal", **candidate(3, 3, 3))
    yield Case("one example", **candidate(1, 4, 3))
    yield Case("r = 0 forgets the state", **{**candidate(4, 2, 3), "r": np.zeros((4, 3))})
    yield Case("r = 1 keeps the state", **{**candidate(2, 3, 5), "r": np.ones((2, 5))})
    mixed = rng.permutation([0.0, 0.0, 0.0, 1.0, 1.0, 1.0]).reshape(3, 2)
    yield Case("r is 0 or 1 by unit", **{**candidate(3, 4, 2), "r": mixed})


# gru_step


def gru_step(x: Array, h_prev: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    z, r = gru_gates(x, h_prev, Wg, bg)
    n = gru_candidate(x, h_prev, r, Wc, bc)
    return (1 - z) * h_prev + z * n


def gru_step_as_correction(x: Array, h_prev: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    """Moves from the old state towards the candidate by the share z."""
    z, r = gru_gates_four_products(x, h_prev, Wg, bg)
    return h_prev + z * (gru_candidate_two_products(x, h_prev, r, Wc, bc) - h_prev)


def gru_step_examples(x: Array, h_prev: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    states = np.zeros(h_prev.shape)
    for at, (row, h) in enumerate(zip(x, h_prev)):
        z, r = np.split(Wg @ np.concatenate([h, row]) + bg, 2)
        n = np.tanh(Wc @ np.concatenate([_sigmoid(r) * h, row]) + bc)
        states[at] = _sigmoid(-z) * h + _sigmoid(z) * n
    return states


def gru_step__interpolation_swapped(x: Array, h_prev: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    """Computes z h_prev + (1 - z) n, PyTorch's form, in which z says how much is kept."""
    z, r = gru_gates(x, h_prev, Wg, bg)
    n = gru_candidate(x, h_prev, r, Wc, bc)
    return z * h_prev + (1 - z) * n


def gru_step__additive(x: Array, h_prev: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    """Adds z n to the whole old state."""
    z, r = gru_gates(x, h_prev, Wg, bg)
    n = gru_candidate(x, h_prev, r, Wc, bc)
    return h_prev + z * n


def gru_step__reset_as_update(x: Array, h_prev: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    """Mixes old state and candidate with r instead of z."""
    _, r = gru_gates(x, h_prev, Wg, bg)
    n = gru_candidate(x, h_prev, r, Wc, bc)
    return (1 - r) * h_prev + r * n


def gru_step__reset_as_update_both(x: Array, h_prev: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    """Takes the two gates for each other: resets with z and mixes with r."""
    r, z = gru_gates(x, h_prev, Wg, bg)
    n = gru_candidate(x, h_prev, r, Wc, bc)
    return (1 - z) * h_prev + z * n


def gru_step__candidate_only(x: Array, h_prev: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    """Returns the candidate as the new state."""
    _, r = gru_gates(x, h_prev, Wg, bg)
    return gru_candidate(x, h_prev, r, Wc, bc)


def gru_step__candidate_only_gated(x: Array, h_prev: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    """Returns z n, without the part of the old state that is kept."""
    z, r = gru_gates(x, h_prev, Wg, bg)
    return z * gru_candidate(x, h_prev, r, Wc, bc)


def gru_step_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("all dimensions differ", **_one_step(rng, 3, 5, 2))
    yield Case("wide state, narrow input", **_one_step(rng, 2, 1, 4))
    yield Case("all dimensions equal", **_one_step(rng, 3, 3, 3))
    yield Case("one example", **_one_step(rng, 1, 4, 3))
    yield Case("zero state", **{**_one_step(rng, 4, 3, 2), "h_prev": np.zeros((4, 2))})
    kept, replaced = _one_step(rng, 3, 2, 3), _one_step(rng, 4, 3, 2)
    kept["bg"][:3] = rng.uniform(-18, -14, 3)
    yield Case("z near 0 keeps the state", **kept)
    replaced["bg"][:2] = rng.uniform(14, 18, 2)
    yield Case("z near 1 replaces the state", **replaced)


# gru_step_backward


def gru_step_backward(
    dh: Array, x: Array, h_prev: Array, Wg: Array, bg: Array, Wc: Array, bc: Array
) -> tuple[Array, Array, Array, Array, Array, Array]:
    H = h_prev.shape[1]
    z, r = gru_gates(x, h_prev, Wg, bg)
    n = gru_candidate(x, h_prev, r, Wc, bc)
    da_n = dh * z * (1 - n**2)
    into_candidate = da_n @ Wc  # (N, H) -> (N, H+D)
    d_reset = into_candidate[:, :H]
    da_z, da_r = dh * (n - h_prev) * z * (1 - z), d_reset * h_prev * r * (1 - r)
    da_g = np.concatenate([da_z, da_r], axis=-1)
    into_gates = da_g @ Wg  # (N, 2H) -> (N, H+D)
    dh_prev = dh * (1 - z) + d_reset * r + into_gates[:, :H]
    dWg, dWc = da_g.T @ np.concatenate([h_prev, x], axis=-1), da_n.T @ np.concatenate([r * h_prev, x], axis=-1)
    return into_candidate[:, H:] + into_gates[:, H:], dh_prev, dWg, da_g.sum(axis=0), dWc, da_n.sum(axis=0)


def gru_step_backward_block_by_block(
    dh: Array, x: Array, h_prev: Array, Wg: Array, bg: Array, Wc: Array, bc: Array
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Each of the three blocks with its own slices of the weights."""
    H = h_prev.shape[1]
    (z, r), (Wz, Wr) = gru_gates_four_products(x, h_prev, Wg, bg), (Wg[:H], Wg[H:])
    n = gru_candidate_two_products(x, h_prev, r, Wc, bc)
    da_n = dh * z * (1 - n) * (1 + n)
    da_z = dh * n * (z - z**2) - dh * h_prev * (z - z**2)
    da_r = np.einsum("nk,kh->nh", da_n, Wc[:, :H]) * h_prev * (r - r**2)
    dh_prev = dh - dh * z + r * (da_n @ Wc[:, :H]) + da_z @ Wz[:, :H] + da_r @ Wr[:, :H]
    dx = da_n @ Wc[:, H:] + da_z @ Wz[:, H:] + da_r @ Wr[:, H:]
    dWz, dWr = np.hstack([da_z.T @ h_prev, da_z.T @ x]), np.hstack([da_r.T @ h_prev, da_r.T @ x])
    dWc = np.hstack([da_n.T @ (r * h_prev), da_n.T @ x])
    dbg = np.concatenate([np.sum(da_z, axis=0), np.sum(da_r, axis=0)])
    return dx, dh_prev, np.vstack([dWz, dWr]), dbg, dWc, np.sum(da_n, axis=0)


def gru_step_backward_examples(
    dh: Array, x: Array, h_prev: Array, Wg: Array, bg: Array, Wc: Array, bc: Array
) -> tuple[Array, Array, Array, Array, Array, Array]:
    H, dx, dh_prev = h_prev.shape[1], np.zeros(x.shape), np.zeros(h_prev.shape)
    dWg, dbg, dWc, dbc = np.zeros(Wg.shape), np.zeros(bg.shape), np.zeros(Wc.shape), np.zeros(bc.shape)
    for k in range(len(x)):
        read = np.append(h_prev[k], x[k])
        a_g = Wg @ read + bg
        z, r = _sigmoid(a_g[:H]), _sigmoid(a_g[H:])
        offered = np.append(r * h_prev[k], x[k])
        a_n = Wc @ offered + bc
        da_n = dh[k] * z / np.cosh(a_n) ** 2
        back = Wc.T @ da_n
        slopes = _sigmoid(a_g) * _sigmoid(-a_g)
        da_g = np.append(dh[k] * (np.tanh(a_n) - h_prev[k]), back[:H] * h_prev[k]) * slopes
        into = Wg.T @ da_g
        dx[k], dh_prev[k] = back[H:] + into[H:], dh[k] * _sigmoid(-a_g[:H]) + back[:H] * r + into[:H]
        dWg, dbg, dWc, dbc = dWg + np.outer(da_g, read), dbg + da_g, dWc + np.outer(da_n, offered), dbc + da_n
    return dx, dh_prev, dWg, dbg, dWc, dbc


def gru_step_backward__leak_missing(
    dh: Array, x: Array, h_prev: Array, Wg: Array, bg: Array, Wc: Array, bc: Array
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Forgets dh (1 - z), the part of the old state that is copied."""
    H, (z, r) = h_prev.shape[1], gru_gates(x, h_prev, Wg, bg)
    n = gru_candidate(x, h_prev, r, Wc, bc)
    da_n = dh * z * (1 - n**2)
    d_offered = da_n @ Wc
    dr = d_offered[:, :H] * h_prev
    da_g = np.concatenate([dh * (n - h_prev) * z * (1 - z), dr * r * (1 - r)], axis=1)
    d_read = da_g @ Wg
    dx, dh_prev = d_offered[:, H:] + d_read[:, H:], d_offered[:, :H] * r + d_read[:, :H]
    dWg, dWc = da_g.T @ np.concatenate([h_prev, x], axis=1), da_n.T @ np.concatenate([r * h_prev, x], axis=1)
    return dx, dh_prev, dWg, da_g.sum(axis=0), dWc, da_n.sum(axis=0)


def gru_step_backward__candidate_path_missing(
    dh: Array, x: Array, h_prev: Array, Wg: Array, bg: Array, Wc: Array, bc: Array
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Forgets the path to the old state through r h_prev in the candidate."""
    H, (z, r) = h_prev.shape[1], gru_gates(x, h_prev, Wg, bg)
    n = gru_candidate(x, h_prev, r, Wc, bc)
    da_n = dh * z * (1 - n**2)
    d_offered = da_n @ Wc
    dr = d_offered[:, :H] * h_prev
    da_g = np.concatenate([dh * (n - h_prev) * z * (1 - z), dr * r * (1 - r)], axis=1)
    d_read = da_g @ Wg
    dx, dh_prev = d_offered[:, H:] + d_read[:, H:], dh * (1 - z) + d_read[:, :H]
    dWg, dWc = da_g.T @ np.concatenate([h_prev, x], axis=1), da_n.T @ np.concatenate([r * h_prev, x], axis=1)
    return dx, dh_prev, dWg, da_g.sum(axis=0), dWc, da_n.sum(axis=0)


def gru_step_backward__gate_path_missing(
    dh: Array, x: Array, h_prev: Array, Wg: Array, bg: Array, Wc: Array, bc: Array
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Forgets the path to the old state through the two gates."""
    H, (z, r) = h_prev.shape[1], gru_gates(x, h_prev, Wg, bg)
    n = gru_candidate(x, h_prev, r, Wc, bc)
    da_n = dh * z * (1 - n**2)
    d_offered = da_n @ Wc
    dr = d_offered[:, :H] * h_prev
    da_g = np.concatenate([dh * (n - h_prev) * z * (1 - z), dr * r * (1 - r)], axis=1)
    dx, dh_prev = d_offered[:, H:] + da_g @ Wg[:, H:], dh * (1 - z) + d_offered[:, :H] * r
    dWg, dWc = da_g.T @ np.concatenate([h_prev, x], axis=1), da_n.T @ np.concatenate([r * h_prev, x], axis=1)
    return dx, dh_prev, dWg, da_g.sum(axis=0), dWc, da_n.sum(axis=0)


def gru_step_backward__gate_path_missing_dx(
    dh: Array, x: Array, h_prev: Array, Wg: Array, bg: Array, Wc: Array, bc: Array
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Forgets the path through the two gates to the old state and to the input."""
    H, (z, r) = h_prev.shape[1], gru_gates(x, h_prev, Wg, bg)
    n = gru_candidate(x, h_prev, r, Wc, bc)
    d_offered = (dh * z * (1 - n**2)) @ Wc
    _, _, dWg, dbg, dWc, dbc = gru_step_backward(dh, x, h_prev, Wg, bg, Wc, bc)
    return d_offered[:, H:], dh * (1 - z) + d_offered[:, :H] * r, dWg, dbg, dWc, dbc


def gru_step_backward__reset_not_applied(
    dh: Array, x: Array, h_prev: Array, Wg: Array, bg: Array, Wc: Array, bc: Array
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Passes the candidate's gradient to the old state without the factor r."""
    H, (z, r) = h_prev.shape[1], gru_gates(x, h_prev, Wg, bg)
    n = gru_candidate(x, h_prev, r, Wc, bc)
    da_n = dh * z * (1 - n**2)
    d_offered = da_n @ Wc
    dr = d_offered[:, :H] * h_prev
    da_g = np.concatenate([dh * (n - h_prev) * z * (1 - z), dr * r * (1 - r)], axis=1)
    d_read = da_g @ Wg
    dx, dh_prev = d_offered[:, H:] + d_read[:, H:], dh * (1 - z) + d_offered[:, :H] + d_read[:, :H]
    dWg, dWc = da_g.T @ np.concatenate([h_prev, x], axis=1), da_n.T @ np.concatenate([r * h_prev, x], axis=1)
    return dx, dh_prev, dWg, da_g.sum(axis=0), dWc, da_n.sum(axis=0)


def gru_step_backward__z_sign(
    dh: Array, x: Array, h_prev: Array, Wg: Array, bg: Array, Wc: Array, bc: Array
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Uses h_prev - n in dz, as if z were the share that is kept."""
    H, (z, r) = h_prev.shape[1], gru_gates(x, h_prev, Wg, bg)
    n = gru_candidate(x, h_prev, r, Wc, bc)
    da_n = dh * z * (1 - n**2)
    d_offered = da_n @ Wc
    dr = d_offered[:, :H] * h_prev
    da_g = np.concatenate([dh * (h_prev - n) * z * (1 - z), dr * r * (1 - r)], axis=1)
    d_read = da_g @ Wg
    dx, dh_prev = d_offered[:, H:] + d_read[:, H:], dh * (1 - z) + d_offered[:, :H] * r + d_read[:, :H]
    dWg, dWc = da_g.T @ np.concatenate([h_prev, x], axis=1), da_n.T @ np.concatenate([r * h_prev, x], axis=1)
    return dx, dh_prev, dWg, da_g.sum(axis=0), dWc, da_n.sum(axis=0)


def gru_step_backward__unreset_state_in_dWc(
    dh: Array, x: Array, h_prev: Array, Wg: Array, bg: Array, Wc: Array, bc: Array
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Multiplies by h_prev instead of r h_prev in dWc."""
    H, (z, r) = h_prev.shape[1], gru_gates(x, h_prev, Wg, bg)
    n = gru_candidate(x, h_prev, r, Wc, bc)
    da_n = dh * z * (1 - n**2)
    d_offered = da_n @ Wc
    dr = d_offered[:, :H] * h_prev
    da_g = np.concatenate([dh * (n - h_prev) * z * (1 - z), dr * r * (1 - r)], axis=1)
    d_read, read = da_g @ Wg, np.concatenate([h_prev, x], axis=1)
    dx, dh_prev = d_offered[:, H:] + d_read[:, H:], dh * (1 - z) + d_offered[:, :H] * r + d_read[:, :H]
    return dx, dh_prev, da_g.T @ read, da_g.sum(axis=0), da_n.T @ read, da_n.sum(axis=0)


def gru_step_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def step(N: int, D: int, H: int) -> dict[str, Value]:
        return {"dh": _signed(rng, N, H), **_one_step(rng, N, D, H)}

    yield Case("all dimensions differ", **step(3, 5, 2))
    yield Case("wide state, narrow input", **step(2, 1, 4))
    yield Case("all dimensions equal", **step(3, 3, 3))
    yield Case("one example", **step(1, 4, 3))
    yield Case("zero state", **{**step(4, 3, 2), "h_prev": np.zeros((4, 2))})
    saturated = step(4, 3, 2)
    saturated["bg"] = saturated["bg"] + 8 * np.concatenate([rng.permutation([-1.0, 0.0]), rng.permutation([1.0, 0.0])])
    yield Case("saturated gates", **saturated)


# gru_forward


def gru_forward(x: Array, h0: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    (N, T, _), h = x.shape, h0
    hs = np.zeros((N, T, h0.shape[1]))
    for t in range(T):
        h = gru_step(x[:, t], h, Wg, bg, Wc, bc)
        hs[:, t] = h
    return hs


def gru_forward_inputs_first(x: Array, h0: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    """Projects the inputs of all steps at once and leaves only the state's part to the loop."""
    H, states = h0.shape[1], [h0]
    to_gates, to_candidate = x @ Wg[:, H:].T + bg, x @ Wc[:, H:].T + bc
    for t in range(x.shape[1]):
        h = states[-1]
        gates = 0.5 + 0.5 * np.tanh((to_gates[:, t] + h @ Wg[:, :H].T) / 2)
        z, r = gates[:, :H], gates[:, H:]
        states.append(h + z * (np.tanh(to_candidate[:, t] + (r * h) @ Wc[:, :H].T) - h))
    return np.stack(states, axis=1)[:, 1:]


def gru_forward_sequence_by_sequence(x: Array, h0: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    hs = np.empty((*x.shape[:2], h0.shape[1]))
    for n, t in np.ndindex(*x.shape[:2]):
        h = hs[n, t - 1] if t > 0 else h0[n]
        hs[n, t] = gru_step_examples(x[n, t][None], h[None], Wg, bg, Wc, bc)[0]
    return hs


def gru_forward__state_not_carried(x: Array, h0: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    """Starts every step from h0."""
    hs = np.zeros((*x.shape[:2], h0.shape[1]))
    for t in range(x.shape[1]):
        hs[:, t] = gru_step(x[:, t], h0, Wg, bg, Wc, bc)
    return hs


def gru_forward__state_not_carried_stacked(x: Array, h0: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    """Starts every step from h0 and stacks the states, of which there must be at least one."""
    return np.stack([gru_step(x[:, t], h0, Wg, bg, Wc, bc) for t in range(x.shape[1])], axis=1)


def gru_forward__includes_h0(x: Array, h0: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    """Stores the state before each step, so h0 comes first and the last state is lost."""
    hs, h = np.zeros((*x.shape[:2], h0.shape[1])), h0
    for t in range(x.shape[1]):
        hs[:, t] = h
        h = gru_step(x[:, t], h, Wg, bg, Wc, bc)
    return hs


def gru_forward__includes_h0_longer(x: Array, h0: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    """Puts h0 in front of the states, so there are T + 1 of them."""
    return np.concatenate([h0[:, None], gru_forward(x, h0, Wg, bg, Wc, bc)], axis=1)


def gru_forward__includes_h0_stacked(x: Array, h0: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    """Stores the state before each step and stacks what it stored, at least one state."""
    states, h = [], h0
    for t in range(x.shape[1]):
        states.append(h)
        h = gru_step(x[:, t], h, Wg, bg, Wc, bc)
    return np.stack(states, axis=1)


def gru_forward__reversed(x: Array, h0: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    """Reads the sequence from its end."""
    hs, h = np.zeros((*x.shape[:2], h0.shape[1])), h0
    for t in reversed(range(x.shape[1])):
        h = gru_step(x[:, t], h, Wg, bg, Wc, bc)
        hs[:, t] = h
    return hs


def gru_forward__reversed_order(x: Array, h0: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    """Reads the sequence from its end and lists the states in the order in which they were computed."""
    return gru_forward(x[:, ::-1], h0, Wg, bg, Wc, bc)


def gru_forward__reversed_stacked(x: Array, h0: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    """Reads the sequence from its end and stacks the states in the order in which they were computed, at least one."""
    states, h = [], h0
    for t in reversed(range(x.shape[1])):
        h = gru_step(x[:, t], h, Wg, bg, Wc, bc)
        states.append(h)
    return np.stack(states, axis=1)


def gru_forward__zero_start(x: Array, h0: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    """Starts from a state of zeros and ignores h0."""
    hs, h = np.zeros((*x.shape[:2], h0.shape[1])), np.zeros_like(h0)
    for t in range(x.shape[1]):
        h = gru_step(x[:, t], h, Wg, bg, Wc, bc)
        hs[:, t] = h
    return hs


def gru_forward__zero_start_stacked(x: Array, h0: Array, Wg: Array, bg: Array, Wc: Array, bc: Array) -> Array:
    """Starts from a state of zeros and stacks the states, of which there must be at least one."""
    states, h = [], np.zeros_like(h0)
    for t in range(x.shape[1]):
        h = gru_step(x[:, t], h, Wg, bg, Wc, bc)
        states.append(h)
    return np.stack(states, axis=1)


def gru_forward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def sequences(N: int, T: int, D: int, H: int) -> dict[str, Value]:
        weights = {**_gate_weights(rng, D, H), **_candidate_weights(rng, D, H)}
        return {"x": _signed(rng, N, T, D), "h0": _signed(rng, N, H, low=0.3, high=0.95), **weights}

    yield Case("all dimensions differ", **sequences(3, 4, 5, 2))
    yield Case("wide state, narrow input", **sequences(2, 5, 1, 4))
    yield Case("all dimensions equal", **sequences(3, 3, 3, 3))
    yield Case("one example", **sequences(1, 6, 2, 3))
    yield Case("one step", **sequences(3, 1, 4, 2))
    yield Case("no steps", **sequences(3, 0, 4, 2))
    yield Case("state starts at 0", **{**sequences(2, 4, 3, 2), "h0": np.zeros((2, 2))})


# recurrent_param_count


def recurrent_param_count(kind: str, D: int, H: int) -> int:
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}[kind]
    return blocks * (H * (H + D) + H)


def recurrent_param_count_of_shapes(kind: str, D: int, H: int) -> int:
    """Makes the weights and counts their entries."""
    blocks = 1 if kind == "rnn" else 3 if kind == "gru" else 4
    return np.zeros((blocks * H, H + D)).size + np.zeros(blocks * H).size


def recurrent_param_count_unit_by_unit(kind: str, D: int, H: int) -> int:
    """Every unit of every block reads H states, D inputs and one bias."""
    names = {"rnn": ("state",), "gru": ("update", "reset", "candidate"), "lstm": ("f", "i", "g", "o")}[kind]
    return sum(H + D + 1 for _ in names for _ in range(H))


def recurrent_param_count__bias_missing(kind: str, D: int, H: int) -> int:
    """Counts the weights only."""
    return {"rnn": 1, "gru": 3, "lstm": 4}[kind] * H * (H + D)


def recurrent_param_count__two_biases(kind: str, D: int, H: int) -> int:
    """Counts two bias vectors for each block, one with the state and one with the input, as PyTorch keeps them."""
    return {"rnn": 1, "gru": 3, "lstm": 4}[kind] * (H * (H + D) + 2 * H)


def recurrent_param_count__recurrent_missing(kind: str, D: int, H: int) -> int:
    """Counts the weights on the input, H D, but none on the state."""
    return {"rnn": 1, "gru": 3, "lstm": 4}[kind] * (H * D + H)


def recurrent_param_count__recurrent_missing_without_biases(kind: str, D: int, H: int) -> int:
    """Counts the weights on the input only, H D for each block, and no biases."""
    return {"rnn": 1, "gru": 3, "lstm": 4}[kind] * H * D


def recurrent_param_count__gate_count(kind: str, D: int, H: int) -> int:
    """Counts two blocks for the GRU, its two gates, and forgets the candidate."""
    return {"rnn": 1, "gru": 2, "lstm": 4}[kind] * (H * (H + D) + H)


def recurrent_param_count__gate_count_lstm_too(kind: str, D: int, H: int) -> int:
    """Counts the gates only, two blocks for the GRU and three for the LSTM, and forgets the candidates."""
    return {"rnn": 1, "gru": 2, "lstm": 3}[kind] * (H * (H + D) + H)


def recurrent_param_count_cases(rng: np.random.Generator) -> Iterator[Case]:
    for kind in ("rnn", "gru", "lstm"):
        D, H = int(rng.integers(20, 60)), int(rng.integers(64, 200))
        yield Case(f"{kind}, more units than inputs", bind={"kind": kind, "D": D, "H": H})
    for kind in ("rnn", "gru", "lstm"):
        D, H = int(rng.integers(80, 300)), int(rng.integers(5, 40))
        yield Case(f"{kind}, more inputs than units", bind={"kind": kind, "D": D, "H": H})
    both = int(rng.integers(5, 30))
    yield Case("as many units as inputs", bind={"kind": "lstm", "D": both, "H": both})
    yield Case("one unit, one input", bind={"kind": "gru", "D": 1, "H": 1})


# The table

_GATE_AXES = {"x": "N D", "h_prev": "N H", "Wg": "2H H+D", "bg": "2H"}
_CANDIDATE_AXES = {"Wc": "H H+D", "bc": "H"}

CHECKS = (
    Check(
        gru_gates,
        cases=gru_gates_cases,
        returns=("z: N H", "r: N H"),
        formula=(
            r"\begin{aligned}"
            r" [\text{a\_z}, \text{a\_r}] &= [\text{h\_prev}, x] \, \text{Wg}^\top + \text{bg} \\"
            r" z &= \operatorname{sigmoid}(\text{a\_z}) \qquad r = \operatorname{sigmoid}(\text{a\_r})"
            r" \end{aligned}"
        ),
        args=_GATE_AXES,
        wrong=(
            Wrong(gru_gates__swapped, id="swapped", hint="The update gate is the first block."),
            Wrong(gru_gates__x_first, id="x-first", hint="State first."),
            Wrong(gru_gates__tanh, id="tanh", hint="Gates lie in (0,1)."),
            Wrong(gru_gates__no_bias, id="no-bias", hint="Gates have biases."),
        ),
        alternates=(gru_gates_four_products, gru_gates_examples),
        hints=(
            "One product makes both pre-activations, (N, 2H). What does it multiply, and in which order?",
            "Cut the columns into two blocks of H. Which gate comes first?",
        ),
    ),
    Check(
        gru_candidate,
        cases=gru_candidate_cases,
        returns=("n: N H",),
        formula=r"n = \tanh([r \odot \text{h\_prev}, x] \, \text{Wc}^\top + \text{bc})",
        args={"x": "N D", "h_prev": "N H", "r": "N H", **_CANDIDATE_AXES},
        wrong=(
            Wrong(
                gru_candidate__reset_after,
                id="reset-after",
                hint="Reset the state before multiplying.",
                tags=("variant",),
                variant_of="PyTorch",
                also=(
                    gru_candidate__reset_after_with_bias,
                    gru_candidate__reset_after_whole_product,
                ),
            ),
            Wrong(
                gru_candidate__no_reset,
                id="no-reset",
                hint="r decides how much of the past the candidate sees.",
            ),
            Wrong(gru_candidate__reset_inverted, id="reset-inverted", hint="r = 0 means reset."),
            Wrong(gru_candidate__sigmoid, id="sigmoid", hint="The candidate may be negative."),
        ),
        alternates=(gru_candidate_two_products, gru_candidate_examples),
        hints=(
            "It is a plain recurrent step with one change: what does it see in place of the old state?",
            "If r is 0 in every unit, which columns of Wc no longer matter?",
        ),
    ),
    Check(
        gru_step,
        cases=gru_step_cases,
        returns=("h: N H",),
        formula=r"h = (1 - z) \odot \text{h\_prev} + z \odot n",
        args={**_GATE_AXES, **_CANDIDATE_AXES},
        needs=(gru_gates, gru_candidate),
        wrong=(
            Wrong(
                gru_step__interpolation_swapped,
                id="interpolation-swapped",
                hint="Here z is how much is updated.",
                tags=("variant",),
                variant_of="PyTorch",
            ),
            Wrong(gru_step__additive, id="additive", hint="New content replaces old content."),
            Wrong(
                gru_step__reset_as_update,
                id="reset-as-update",
                hint="z mixes, r resets.",
                also=(gru_step__reset_as_update_both,),
            ),
            Wrong(
                gru_step__candidate_only,
                id="candidate-only",
                hint="The old state leaks through 1-z.",
                also=(gru_step__candidate_only_gated,),
            ),
        ),
        alternates=(gru_step_as_correction, gru_step_examples),
        hints=(
            "Gates first, then the candidate: which of the two gates does the candidate need?",
            "The new state lies between two values, unit by unit. Which value should z = 0 give?",
        ),
    ),
    Check(
        gru_step_backward,
        cases=gru_step_backward_cases,
        returns=("dx: N D", "dh_prev: N H", "dWg: 2H H+D", "dbg: 2H", "dWc: H H+D", "dbc: H"),
        formula=(
            r"\begin{aligned}"
            r" \text{dn} &= \text{dh} \odot z & \text{dz} &= \text{dh} \odot (n - \text{h\_prev}) \\"
            r" \text{da\_n} &= \text{dn} \odot (1 - n^2) & \text{da\_z} &= \text{dz} \odot z \odot (1 - z) \\"
            r" \text{dr} &= e \odot \text{h\_prev} & \text{da\_r} &= \text{dr} \odot r \odot (1 - r) \\"
            r" \text{dh\_prev} &= \text{dh} \odot (1 - z) + e \odot r + k"
            r" \end{aligned}"
        ),
        args={"dh": "N H", **_GATE_AXES, **_CANDIDATE_AXES},
        needs=(gru_gates, gru_candidate),
        gradient=Gradient(
            of=gru_step,
            wrt={"x": "dx", "h_prev": "dh_prev", "Wg": "dWg", "bg": "dbg", "Wc": "dWc", "bc": "dbc"},
            cotangents={"h": "dh"},
        ),
        wrong=(
            Wrong(
                gru_step_backward__leak_missing,
                id="leak-missing",
                hint="Part of the old state is copied directly.",
            ),
            Wrong(
                gru_step_backward__candidate_path_missing,
                id="candidate-path-missing",
                hint="The candidate reads the old state.",
            ),
            Wrong(
                gru_step_backward__gate_path_missing,
                id="gate-path-missing",
                hint="The gates read the old state as well.",
                also=(gru_step_backward__gate_path_missing_dx,),
            ),
            Wrong(
                gru_step_backward__reset_not_applied,
                id="reset-not-applied",
                hint="The state was scaled by r first.",
            ),
            Wrong(
                gru_step_backward__z_sign,
                id="z-sign",
                hint="More update means more candidate: n - h_prev.",
            ),
            Wrong(
                gru_step_backward__unreset_state_in_dWc,
                id="unreset-state-in-dWc",
                hint="Wc multiplied the reset state.",
            ),
        ),
        alternates=(gru_step_backward_block_by_block, gru_step_backward_examples),
        hints=(
            "Start with the last line of the step: three things in it have a gradient, z, n and the old state.",
            "The candidate comes before the gates, for only it tells you what arrives at r.",
            "Count the places where h_prev is read. dh_prev is the sum of as many terms, and dx of two.",
        ),
    ),
    Check(
        gru_forward,
        cases=gru_forward_cases,
        returns=("hs: N T H",),
        formula=(
            r"\begin{aligned}"
            r" h_0 &= \text{h0} \\"
            r" h_t &= \text{gru\_step}(x_t, h_{t-1}, \text{Wg}, \text{bg}, \text{Wc}, \text{bc}) \qquad t"
            r" = 1, \ldots, T"
            r" \end{aligned}"
        ),
        args={"x": "N T D", "h0": "N H", "Wg": "2H H+D", "bg": "2H", **_CANDIDATE_AXES},
        needs=(gru_step,),
        wrong=(
            Wrong(
                gru_forward__state_not_carried,
                id="state-not-carried",
                hint="Carry the state.",
                also=(gru_forward__state_not_carried_stacked,),
            ),
            Wrong(
                gru_forward__includes_h0,
                id="includes-h0",
                hint="Report states after the steps.",
                also=(
                    gru_forward__includes_h0_longer,
                    gru_forward__includes_h0_stacked,
                ),
            ),
            Wrong(
                gru_forward__reversed,
                id="reversed",
                hint="Forward in time.",
                also=(
                    gru_forward__reversed_order,
                    gru_forward__reversed_stacked,
                ),
            ),
            Wrong(
                gru_forward__zero_start, id="zero-start", hint="Start from h0.", also=(gru_forward__zero_start_stacked,)
            ),
        ),
        alternates=(gru_forward_inputs_first, gru_forward_sequence_by_sequence),
        hints=(
            "The loop is that of the plain RNN; only the step differs.",
            "One variable holds the state: it starts as h0, and each step replaces it and stores it.",
        ),
    ),
    Check(
        recurrent_param_count,
        cases=recurrent_param_count_cases,
        returns=("count:",),
        formula=(
            r"\begin{aligned}"
            r' \text{blocks} &= 1 \text{ for "rnn", } 3 \text{ for "gru", } 4 \text{ for "lstm"} \\'
            r" \text{count} &= \text{blocks} \cdot (H \, (H + D) + H)"
            r" \end{aligned}"
        ),
        wrong=(
            Wrong(recurrent_param_count__bias_missing, id="bias-missing", hint="Each gate has H biases."),
            Wrong(
                recurrent_param_count__two_biases,
                id="two-biases",
                hint="One bias per gate here.",
                tags=("variant",),
                variant_of="PyTorch",
            ),
            Wrong(
                recurrent_param_count__recurrent_missing,
                id="recurrent-missing",
                hint="The state has weights too.",
                also=(recurrent_param_count__recurrent_missing_without_biases,),
            ),
            Wrong(
                recurrent_param_count__gate_count,
                id="gate-count",
                hint="Two gates and a candidate make three.",
                tags=("edge",),
                also=(recurrent_param_count__gate_count_lstm_too,),
            ),
        ),
        alternates=(recurrent_param_count_of_shapes, recurrent_param_count_unit_by_unit),
        hints=(
            "How many numbers does one unit read, and how many parameters is that with its bias?",
            "How many blocks of H units has each kind? Count gates and candidates.",
        ),
    ),
)
