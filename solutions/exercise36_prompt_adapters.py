"""References, wrong functions and cases for prompt tuning and adapters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Value, Wrong

TITLE = "Prompt tuning and adapters"
NEEDS = (35, 30)

Params = dict[str, Array]
Gradients = tuple[Array, Array, Array, Array, Array]


def _normal(rng: np.random.Generator, *shape: int) -> Array:
    return rng.standard_normal(shape) + rng.choice([-0.3, 0.3])


# prepend_prompt


def prepend_prompt(e: Array, P: Array) -> Array:
    prompts = np.broadcast_to(P, (e.shape[0], *P.shape))  # (k, D) -> (N, k, D)
    return np.concatenate([prompts, e], axis=1)


def prepend_prompt_filled(e: Array, P: Array) -> Array:
    N, T, D = e.shape
    out = np.empty((N, len(P) + T, D), dtype=e.dtype)
    out[:, : len(P)] = P
    out[:, len(P) :] = e
    return out


def prepend_prompt_examples(e: Array, P: Array) -> Array:
    return np.stack([np.vstack([P, sequence]) for sequence in e])


def prepend_prompt__appended(e: Array, P: Array) -> Array:
    """Puts the prompt behind the sequence."""
    return np.concatenate([e, np.broadcast_to(P, (e.shape[0], *P.shape))], axis=1)


def prepend_prompt__overwrites(e: Array, P: Array) -> Array:
    """Writes the prompt over the first k tokens, so the sequence keeps its length."""
    out = e.copy()
    out[:, : len(P)] = P
    return out


def prepend_prompt__overwrites_joined(e: Array, P: Array) -> Array:
    """Puts the prompt in front of what follows the first k tokens, so these are lost."""
    return np.concatenate([np.broadcast_to(P, (e.shape[0], *P.shape)), e[:, len(P) :]], axis=1)


def prepend_prompt__added(e: Array, P: Array) -> Array:
    """Adds the prompt to the first k tokens."""
    out = e.copy()
    out[:, : len(P)] += P
    return out


def prepend_prompt__added_as_far(e: Array, P: Array) -> Array:
    """Adds the prompt to the first k tokens, or to all if there are fewer."""
    out = e.copy()
    k = min(len(P), e.shape[1])
    out[:, :k] += P[:k]
    return out


def prepend_prompt__reversed(e: Array, P: Array) -> Array:
    """Puts each prompt vector in front of the one before, so they come out in reverse order."""
    out = e
    for vector in P:
        out = np.concatenate([np.broadcast_to(vector, (e.shape[0], 1, e.shape[2])), out], axis=1)
    return out


def prepend_prompt_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, N, k, T, D in (
        ("all sizes different", 2, 3, 4, 5),
        ("a prompt longer than the sequence", 3, 5, 2, 4),
        ("all sizes equal", 3, 3, 3, 3),
        ("as many prompt vectors as tokens", 2, 4, 4, 3),
        ("one prompt vector", 3, 1, 4, 2),
        ("one example", 1, 2, 3, 4),
        ("no tokens, T = 0", 3, 2, 0, 4),
        ("no prompt, k = 0", 2, 0, 3, 4),
    ):
        yield Case(name, e=_normal(rng, N, T, D), P=_normal(rng, k, D))


# prompt_grad


def prompt_grad(dout: Array, k: int) -> Array:
    return dout[:, :k].sum(axis=0)  # (N, k, D) -> (k, D)


def prompt_grad_einsum(dout: Array, k: int) -> Array:
    return np.einsum("nld->ld", dout)[:k]


def prompt_grad_examples(dout: Array, k: int) -> Array:
    dP = np.zeros((k, dout.shape[2]), dtype=dout.dtype)
    for example in dout:
        for position in range(k):
            dP[position] += example[position]
    return dP


def prompt_grad__averaged(dout: Array, k: int) -> Array:
    """Averages over the batch instead of adding up."""
    return dout[:, :k].mean(axis=0)


def prompt_grad__wrong_end(dout: Array, k: int) -> Array:
    """Takes the last k positions."""
    return dout[:, -k:].sum(axis=0)


def prompt_grad__wrong_end_counted(dout: Array, k: int) -> Array:
    """Takes the positions from length - k on, none for k = 0."""
    return dout[:, dout.shape[1] - k :].sum(axis=0)


def prompt_grad__first_example(dout: Array, k: int) -> Array:
    """Takes the gradient of the first example only."""
    return dout[0, :k]


def prompt_grad__per_example(dout: Array, k: int) -> Array:
    """Keeps the batch axis, one gradient for each example."""
    return dout[:, :k]


def prompt_grad_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, N, k, T, D in (
        ("all sizes different", 2, 3, 4, 5),
        ("a prompt longer than the sequence", 3, 4, 2, 5),
        ("all sizes equal", 3, 3, 3, 3),
        ("as many examples as prompt vectors", 4, 4, 2, 3),
        ("one prompt vector", 3, 1, 4, 2),
        ("one example", 1, 2, 3, 4),
        ("no tokens, T = 0", 3, 2, 0, 4),
    ):
        yield Case(name, dout=_normal(rng, N, k + T, D), k=k)
    yield Case("no prompt, k = 0", dout=_normal(rng, 2, 3, 4), k=0, gradient=False)


def _any_prompt(args: Mapping[str, Value], rng: np.random.Generator) -> Mapping[str, Value]:
    N, length, D = args["dout"].shape
    k = args["k"]
    return {"e": rng.standard_normal((N, length - k, D)), "P": rng.standard_normal((k, D))}


# extend_mask


def extend_mask(mask: Array, k: int) -> Array:
    return np.concatenate([np.ones((mask.shape[0], k), dtype=bool), mask], axis=1)


def extend_mask_padded(mask: Array, k: int) -> Array:
    return np.pad(mask, ((0, 0), (k, 0)), constant_values=True)


def extend_mask_filled(mask: Array, k: int) -> Array:
    N, T = mask.shape
    longer = np.full((N, k + T), True)
    longer[:, k:] = mask
    return longer


def extend_mask__prompt_masked(mask: Array, k: int) -> Array:
    """Puts False in front, so nothing attends to the prompt."""
    return np.concatenate([np.zeros((mask.shape[0], k), dtype=bool), mask], axis=1)


def extend_mask__at_the_end(mask: Array, k: int) -> Array:
    """Puts the k positions behind the sequence."""
    return np.concatenate([mask, np.ones((mask.shape[0], k), dtype=bool)], axis=1)


def extend_mask__not_extended(mask: Array, k: int) -> Array:
    """Returns the mask of the sequence as it is."""
    return mask


def extend_mask__all_true(mask: Array, k: int) -> Array:
    """Marks every position as real, padding too."""
    return np.ones((mask.shape[0], k + mask.shape[1]), dtype=bool)


def _padded(rng: np.random.Generator, N: int, T: int) -> Array:
    """A mask whose rows begin with real tokens and end with at least one of padding."""
    return np.arange(T) < rng.integers(1, T, N)[:, None]


def extend_mask_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("padding at the end", mask=_padded(rng, 2, 5), k=3)
    yield Case("padding in front", mask=_padded(rng, 4, 3)[:, ::-1], k=2)
    yield Case("all sizes equal", mask=_padded(rng, 3, 3), k=3)
    mask = rng.random((3, 6)) < 0.5
    mask[:, rng.permutation(6)[:2]] = [True, False]
    yield Case("holes", mask=mask, k=1)
    yield Case("one example", mask=_padded(rng, 1, 4), k=5)
    yield Case("an example of padding only", mask=_padded(rng, 3, 4) & (rng.permutation(3) > 0)[:, None], k=2)
    yield Case("no tokens, T = 0", mask=np.ones((2, 0), dtype=bool), k=3)
    yield Case("no prompt, k = 0", mask=_padded(rng, 3, 4), k=0)


# adapter_forward


def _relu(z: Array) -> Array:
    return np.maximum(z, 0)


def adapter_forward(x: Array, W_down: Array, b_down: Array, W_up: Array, b_up: Array) -> Array:
    return x + _relu(x @ W_down.T + b_down) @ W_up.T + b_up


def adapter_forward_einsum(x: Array, W_down: Array, b_down: Array, W_up: Array, b_up: Array) -> Array:
    z = np.einsum("...d,md->...m", x, W_down) + b_down
    return np.einsum("...m,dm->...d", np.where(z > 0, z, 0), W_up) + b_up + x


def adapter_forward_units(x: Array, W_down: Array, b_down: Array, W_up: Array, b_up: Array) -> Array:
    """Lets each unit of the bottleneck add its part."""
    out = x + b_up
    for down, bias, up in zip(W_down, b_down, W_up.T):
        out = out + (x @ down + bias).clip(min=0)[..., None] * up
    return out


def adapter_forward__residual_missing(x: Array, W_down: Array, b_down: Array, W_up: Array, b_up: Array) -> Array:
    """Returns what the bottleneck gives without adding x."""
    return _relu(x @ W_down.T + b_down) @ W_up.T + b_up


def adapter_forward__no_activation(x: Array, W_down: Array, b_down: Array, W_up: Array, b_up: Array) -> Array:
    """Goes down and up without ReLU, so the adapter is one linear map of low rank."""
    return x + (x @ W_down.T + b_down) @ W_up.T + b_up


def adapter_forward__activated_output(x: Array, W_down: Array, b_down: Array, W_up: Array, b_up: Array) -> Array:
    """Applies ReLU once more, to the sum with x."""
    return _relu(x + _relu(x @ W_down.T + b_down) @ W_up.T + b_up)


def adapter_forward__activated_output_of_bottleneck(
    x: Array, W_down: Array, b_down: Array, W_up: Array, b_up: Array
) -> Array:
    """Applies ReLU once more, to what the bottleneck gives, before x is added."""
    return x + _relu(_relu(x @ W_down.T + b_down) @ W_up.T + b_up)


def adapter_forward__down_bias_missing(x: Array, W_down: Array, b_down: Array, W_up: Array, b_up: Array) -> Array:
    """Leaves b_down out."""
    return x + _relu(x @ W_down.T) @ W_up.T + b_up


def _adapter(rng: np.random.Generator, shape: tuple[int, ...], m: int) -> dict[str, Value]:
    """An adapter and its input, with open and closed units and no pre-activation near 0."""
    D = shape[-1]
    while True:
        x, W_down, b_down = _normal(rng, *shape), 0.7 * rng.standard_normal((m, D)), 0.8 * rng.standard_normal(m)
        z = x @ W_down.T + b_down
        if np.abs(z).min() > 0.02 and z.min() < 0 < z.max():
            return {"x": x, "W_down": W_down, "b_down": b_down, "W_up": _normal(rng, D, m), "b_up": _normal(rng, D)}


def _adapters(rng: np.random.Generator) -> Iterator[tuple[str, dict[str, Value]]]:
    yield "all sizes different", _adapter(rng, (4, 5), 3)
    yield "sequences, x of (N, T, D)", _adapter(rng, (2, 3, 5), 4)
    yield "bottleneck as wide as x", _adapter(rng, (5, 3), 3)
    yield "all sizes equal", _adapter(rng, (3, 3, 3), 3)
    yield "one example", _adapter(rng, (1, 4), 3)
    yield "bottleneck of one unit", _adapter(rng, (5, 3), 1)
    adapter = _adapter(rng, (4, 3), 2)
    yield "identity: W_up = 0 and b_up = 0", {**adapter, "W_up": np.zeros((3, 2)), "b_up": np.zeros(3)}
    adapter = _adapter(rng, (3, 2, 4), 3)
    z = adapter["x"] @ adapter["W_down"].T + adapter["b_down"]
    dead = int(rng.integers(3))
    adapter["b_down"][dead] -= max(0.0, z[..., dead].max()) + rng.uniform(0.2, 0.6)
    yield "a dead unit", adapter
    adapter = _adapter(rng, (4, 3), 2)
    z = adapter["x"] @ adapter["W_down"].T + adapter["b_down"]
    yield "all units dead", {**adapter, "b_down": adapter["b_down"] - z.max(axis=0) - rng.uniform(0.2, 0.6, 2)}


def adapter_forward_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, adapter in _adapters(rng):
        yield Case(name, **adapter)


# adapter_backward


def _rows(a: Array) -> Array:
    return a.reshape(-1, a.shape[-1])


def _positions(dout: Array, x: Array, W_down: Array, b_down: Array, W_up: Array) -> tuple[Array, Array, Array, Array]:
    """What the parameters' gradients need of every position, as rows: dout, x, z, and the gradient of z."""
    d, rows = _rows(dout), _rows(x)
    z = rows @ W_down.T + b_down
    return d, rows, z, d @ W_up * (z > 0)


def adapter_backward(dout: Array, x: Array, W_down: Array, b_down: Array, W_up: Array, b_up: Array) -> Gradients:
    d, rows, z, dz = _positions(dout, x, W_down, b_down, W_up)
    dx = dout + (dz @ W_down).reshape(x.shape)
    return dx, dz.T @ rows, dz.sum(axis=0), d.T @ _relu(z), d.sum(axis=0)


def adapter_backward_tensordot(
    dout: Array, x: Array, W_down: Array, b_down: Array, W_up: Array, b_up: Array
) -> Gradients:
    positions = tuple(range(x.ndim - 1))

    def collected(left: Array, right: Array) -> Array:
        return np.tensordot(left, right, axes=(positions, positions))

    z = np.einsum("...d,md->...m", x, W_down) + b_down
    dz = np.where(z > 0, np.einsum("...d,dm->...m", dout, W_up), 0)
    dx = np.einsum("...m,md->...d", dz, W_down) + dout
    dW_up = collected(dout, np.where(z > 0, z, 0))
    return dx, collected(dz, x), dz.sum(axis=positions), dW_up, dout.sum(axis=positions)


def adapter_backward_one_by_one(
    dout: Array, x: Array, W_down: Array, b_down: Array, W_up: Array, b_up: Array
) -> Gradients:
    dx, dW_down, db_down = dout.copy(), np.zeros_like(W_down), np.zeros_like(b_down)
    dW_up, db_up = np.zeros_like(W_up), np.zeros_like(b_up)
    for index in np.ndindex(x.shape[:-1]):
        z = W_down @ x[index] + b_down
        for unit in np.flatnonzero(z > 0):
            slope = dout[index] @ W_up[:, unit]
            dx[index] += slope * W_down[unit]
            dW_down[unit] += slope * x[index]
            db_down[unit] += slope
            dW_up[:, unit] += dout[index] * z[unit]
        db_up += dout[index]
    return dx, dW_down, db_down, dW_up, db_up


def adapter_backward__residual_missing(
    dout: Array, x: Array, W_down: Array, b_down: Array, W_up: Array, b_up: Array
) -> Gradients:
    """Returns only the bottleneck's part for dx."""
    d, rows, z, dz = _positions(dout, x, W_down, b_down, W_up)
    return (dz @ W_down).reshape(x.shape), dz.T @ rows, dz.sum(axis=0), d.T @ _relu(z), d.sum(axis=0)


def adapter_backward__gate_missing(
    dout: Array, x: Array, W_down: Array, b_down: Array, W_up: Array, b_up: Array
) -> Gradients:
    """Sends the gradient down through closed units as well."""
    d, rows, z, _ = _positions(dout, x, W_down, b_down, W_up)
    dz = d @ W_up
    dx = dout + (dz @ W_down).reshape(x.shape)
    return dx, dz.T @ rows, dz.sum(axis=0), d.T @ _relu(z), d.sum(axis=0)


def adapter_backward__uses_z(
    dout: Array, x: Array, W_down: Array, b_down: Array, W_up: Array, b_up: Array
) -> Gradients:
    """Multiplies dout by z, before ReLU, in dW_up."""
    d, rows, z, dz = _positions(dout, x, W_down, b_down, W_up)
    dx = dout + (dz @ W_down).reshape(x.shape)
    return dx, dz.T @ rows, dz.sum(axis=0), d.T @ z, d.sum(axis=0)


def adapter_backward__skip_only(
    dout: Array, x: Array, W_down: Array, b_down: Array, W_up: Array, b_up: Array
) -> Gradients:
    """Returns dout for dx, as if only the skip path read x."""
    d, rows, z, dz = _positions(dout, x, W_down, b_down, W_up)
    return dout, dz.T @ rows, dz.sum(axis=0), d.T @ _relu(z), d.sum(axis=0)


def adapter_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, adapter in _adapters(rng):
        yield Case(name, dout=_normal(rng, *adapter["x"].shape), **adapter)
    adapter = _adapter(rng, (5, 4), 3)
    unused = int(rng.integers(3))
    adapter["W_down"][unused], adapter["b_down"][unused] = 0.0, 0.0
    yield Case("a unit at exactly 0", dout=_normal(rng, 5, 4), **adapter, gradient=False)


# selective_update


def selective_update(params: Params, grads: Params, trainable: tuple[str, ...], lr: float) -> Params:
    updated = {}
    for name, p in params.items():
        updated[name] = p - lr * grads[name] if name in trainable and name in grads else p
    return updated


def selective_update_moved(params: Params, grads: Params, trainable: tuple[str, ...], lr: float) -> Params:
    """Copies everything first and then replaces what moves."""
    updated = dict(params)
    for name in trainable:
        if name in grads:
            updated[name] = np.subtract(params[name], np.multiply(lr, grads[name]))
    return updated


def selective_update_as_mask(params: Params, grads: Params, trainable: tuple[str, ...], lr: float) -> Params:
    """Gives every parameter a rate of its own, 0 for the frozen ones."""
    return {name: p - (lr if name in trainable else 0.0) * grads.get(name, np.zeros(())) for name, p in params.items()}


def selective_update__updates_all(params: Params, grads: Params, trainable: tuple[str, ...], lr: float) -> Params:
    """Moves every parameter that has a gradient."""
    return {name: p - lr * grads[name] if name in grads else p for name, p in params.items()}


def selective_update__updates_all_by_name(
    params: Params, grads: Params, trainable: tuple[str, ...], lr: float
) -> Params:
    """Moves every parameter and looks for a gradient of each, which raises where there is none."""
    return {name: p - lr * grads[name] for name, p in params.items()}


def selective_update__inverted(params: Params, grads: Params, trainable: tuple[str, ...], lr: float) -> Params:
    """Takes the tuple for the names of the frozen parameters."""
    return {name: p - lr * grads[name] if name not in trainable and name in grads else p for name, p in params.items()}


def selective_update__inverted_by_name(params: Params, grads: Params, trainable: tuple[str, ...], lr: float) -> Params:
    """Takes the tuple for the names of the frozen parameters; a moving one without gradient raises."""
    return {name: p if name in trainable else p - lr * grads[name] for name, p in params.items()}


def selective_update__frozen_dropped(params: Params, grads: Params, trainable: tuple[str, ...], lr: float) -> Params:
    """Builds the result from the trainable names, so the frozen parameters are missing."""
    return {name: params[name] - lr * grads[name] for name in trainable if name in grads}


def selective_update__frozen_dropped_only(
    params: Params, grads: Params, trainable: tuple[str, ...], lr: float
) -> Params:
    """Returns the trainable parameters, moved where they have a gradient, and none of the others."""
    return {name: params[name] - lr * grads[name] if name in grads else params[name] for name in trainable}


def selective_update__frozen_dropped_by_name(
    params: Params, grads: Params, trainable: tuple[str, ...], lr: float
) -> Params:
    """Returns the trainable parameters only, and raises where one has no gradient."""
    return {name: params[name] - lr * grads[name] for name in trainable}


def selective_update__ascent(params: Params, grads: Params, trainable: tuple[str, ...], lr: float) -> Params:
    """Adds the gradient."""
    return {name: p + lr * grads[name] if name in trainable and name in grads else p for name, p in params.items()}


def selective_update__ascent_by_name(params: Params, grads: Params, trainable: tuple[str, ...], lr: float) -> Params:
    """Adds the gradient, and raises where a trainable parameter has none."""
    return {name: p + lr * grads[name] if name in trainable else p for name, p in params.items()}


SHAPES: dict[str, tuple[int, ...]] = {"W": (3, 4), "b": (3,), "W_up": (4, 2), "b_up": (4,), "P": (2, 4)}


def _model(rng: np.random.Generator, *names: str) -> Params:
    """Parameters or gradients by name; a name is the beginning of another, so nothing may match in part."""
    return {name: _normal(rng, *SHAPES[name]) for name in names}


def selective_update_cases(rng: np.random.Generator) -> Iterator[Case]:
    names = tuple(SHAPES)

    def step(trainable: tuple[str, ...], with_gradient: tuple[str, ...] = names, lr: float = 0.3) -> dict[str, Value]:
        return {"params": _model(rng, *names), "grads": _model(rng, *with_gradient), "trainable": trainable, "lr": lr}

    yield Case("adapter trained, the rest frozen", **step(("W_up", "b_up")))
    yield Case("names in another order", **step(("P", "W", "b_up"), lr=0.07))
    yield Case("a name that begins another", **step(("W", "b")))
    yield Case("nothing trainable", **step(()))
    yield Case("everything trainable", **step(names, lr=1.5))
    yield Case("trainable names without a gradient", **step(("b_up", "W", "P"), ("W", "W_up", "P")))
    yield Case("no gradients at all", **step(("W", "P"), ()))
    yield Case("rate 0", **step(("W", "b_up"), lr=0.0))
    scale, other = (np.array(number) for number in rng.uniform(0.5, 2.0, 2))
    yield Case(
        "a scalar parameter",
        params={"scale": scale, **_model(rng, "b", "W")},
        grads={"scale": other, **_model(rng, "b", "W")},
        trainable=("scale", "b"),
        lr=0.4,
    )


# trainable_fraction


def trainable_fraction(params: Params, trainable: tuple[str, ...]) -> float:
    total = sum(np.size(p) for p in params.values())
    trained = sum(np.size(p) for name, p in params.items() if name in trainable)
    return trained / total if total else 0.0


def trainable_fraction_by_flags(params: Params, trainable: tuple[str, ...]) -> float:
    """One flag for every entry, and their mean."""
    flags = [np.full(np.shape(p), name in trainable).ravel() for name, p in params.items()]
    entries = np.concatenate([np.zeros(0, dtype=bool), *flags])
    return float(entries.mean()) if entries.size else 0.0


def trainable_fraction_counted(params: Params, trainable: tuple[str, ...]) -> float:
    counts = {True: 0, False: 0}
    for name in params:
        counts[name in set(trainable)] += int(np.prod(np.shape(params[name])))
    return counts[True] / max(counts[True] + counts[False], 1)


def trainable_fraction__tensor_count(params: Params, trainable: tuple[str, ...]) -> float:
    """Counts names, so a bias weighs as much as a matrix."""
    return sum(name in trainable for name in params) / len(params) if params else 0.0


def trainable_fraction__tensor_count_of_names(params: Params, trainable: tuple[str, ...]) -> float:
    """Divides the number of trainable names, known or not, by the number of arrays."""
    return len(trainable) / len(params) if params else 0.0


def trainable_fraction__percent(params: Params, trainable: tuple[str, ...]) -> float:
    """Returns 100 times the fraction."""
    return 100 * trainable_fraction(params, trainable)


def trainable_fraction__ratio_to_frozen(params: Params, trainable: tuple[str, ...]) -> float:
    """Divides by the number of frozen entries."""
    trained = sum(np.size(p) for name, p in params.items() if name in trainable)
    frozen = sum(np.size(p) for name, p in params.items() if name not in trainable)
    return trained / frozen if params else 0.0


def trainable_fraction__ratio_to_frozen_or_zero(params: Params, trainable: tuple[str, ...]) -> float:
    """Divides by the number of frozen entries, and gives 0 where nothing is frozen."""
    trained = sum(np.size(p) for name, p in params.items() if name in trainable)
    frozen = sum(np.size(p) for name, p in params.items() if name not in trainable)
    return trained / frozen if frozen else 0.0


def trainable_fraction__frozen_share(params: Params, trainable: tuple[str, ...]) -> float:
    """Counts what is not trained."""
    total = sum(np.size(p) for p in params.values())
    frozen = sum(np.size(p) for name, p in params.items() if name not in trainable)
    return frozen / total if total else 0.0


def trainable_fraction_cases(rng: np.random.Generator) -> Iterator[Case]:
    names = tuple(SHAPES)
    yield Case("prompt tuning", params=_model(rng, *names), trainable=("P",))
    yield Case("adapter trained, the rest frozen", params=_model(rng, *names), trainable=("b_up", "W_up"))
    yield Case("a name that begins another", params=_model(rng, *names), trainable=("W", "b"))
    yield Case("nothing trainable", params=_model(rng, "W", "b", "P"), trainable=())
    yield Case("everything trainable", params=_model(rng, *names), trainable=names)
    yield Case("unknown names", params=_model(rng, "W", "b", "W_up"), trainable=("P", "b", "lost"))
    numbers = rng.uniform(0.5, 2.0, 2)
    params = {"scale": float(numbers[0]), **_model(rng, "b", "P"), "shift": np.array(numbers[1])}
    yield Case("scalars", params=params, trainable=("scale", "shift", "b"))
    yield Case("an empty array", params={"E": np.zeros((0, 4)), **_model(rng, "b", "W")}, trainable=("E", "b"))
    yield Case("no parameters", params={}, trainable=())
    yield Case("no parameters, but a name", params={}, trainable=("W",))


# The table

ADAPTER = {"W_down": "m D", "b_down": "m", "W_up": "D m", "b_up": "D"}

CHECKS = (
    Check(
        prepend_prompt,
        cases=prepend_prompt_cases,
        returns=("out: N L D",),
        formula=(
            r"\begin{aligned}"
            r" \text{out}[n, i] &= P[i] & i &= 0, \ldots, k - 1 \\"
            r" \text{out}[n, k + t] &= e[n, t] & t &= 0, \ldots, T - 1"
            r" \end{aligned}"
        ),
        args={"e": "N T D", "P": "k D"},
        wrong=(
            Wrong(prepend_prompt__appended, id="appended", hint="In front."),
            Wrong(
                prepend_prompt__overwrites,
                id="overwrites",
                hint="The sequence grows.",
                also=(prepend_prompt__overwrites_joined,),
            ),
            Wrong(prepend_prompt__added, id="added", hint="Concatenate.", also=(prepend_prompt__added_as_far,)),
            Wrong(prepend_prompt__reversed, id="reversed", hint="Keep its order."),
        ),
        alternates=(prepend_prompt_filled, prepend_prompt_examples),
        hints=(
            "How long is a sequence afterwards, and along which axis does it grow?",
            "P has no batch axis. How does it get one, with the same vectors for every example?",
        ),
    ),
    Check(
        prompt_grad,
        cases=prompt_grad_cases,
        returns=("dP: k D",),
        formula=r"\text{dP}[i] = \sum_n \text{dout}[n, i] \qquad i = 0, \ldots, k - 1",
        args={"dout": "N L D"},
        gradient=Gradient(of=prepend_prompt, wrt={"P": "dP"}, fixed=_any_prompt),
        wrong=(
            Wrong(prompt_grad__averaged, id="averaged", hint="A shared parameter collects a sum."),
            Wrong(
                prompt_grad__wrong_end,
                id="wrong-end",
                hint="The prompt is in front.",
                also=(prompt_grad__wrong_end_counted,),
            ),
            Wrong(prompt_grad__first_example, id="first-example", hint="All examples share the prompt."),
            Wrong(prompt_grad__per_example, id="per-example", hint="One prompt, one gradient."),
        ),
        alternates=(prompt_grad_einsum, prompt_grad_examples),
        hints=(
            "Which entries of the output are copies of P[i]? The gradient adds over copies.",
            "Which positions of dout belong to the prompt, and which axis must go?",
        ),
    ),
    Check(
        extend_mask,
        cases=extend_mask_cases,
        returns=("mask: N L",),
        formula=(
            r"\begin{aligned}"
            r" \text{longer}[n, i] &= \text{True} & i &= 0, \ldots, k - 1 \\"
            r" \text{longer}[n, k + t] &= \text{mask}[n, t] & t &= 0, \ldots, T - 1"
            r" \end{aligned}"
        ),
        args={"mask": "N T"},
        wrong=(
            Wrong(extend_mask__prompt_masked, id="prompt-masked", hint="The prompt may be attended to."),
            Wrong(extend_mask__at_the_end, id="at-the-end", hint="In front, where the prompt is."),
            Wrong(extend_mask__not_extended, id="not-extended", hint="The sequence is k longer."),
            Wrong(extend_mask__all_true, id="all-true", hint="Padding stays padding."),
        ),
        alternates=(extend_mask_padded, extend_mask_filled),
        hints=(
            "Are prompt vectors real or padding? And on which side of the tokens do they stand?",
            "np.ones makes floats unless it is told otherwise: what type must the result have?",
        ),
    ),
    Check(
        adapter_forward,
        cases=adapter_forward_cases,
        returns=("out: ... D",),
        formula=(
            r"\begin{aligned}"
            r" z &= x \, \text{W\_down}^\top + \text{b\_down} \\"
            r" \text{out} &= x + \operatorname{relu}(z) \, \text{W\_up}^\top + \text{b\_up}"
            r" \end{aligned}"
        ),
        args=ADAPTER,
        wrong=(
            Wrong(adapter_forward__residual_missing, id="residual-missing", hint="An adapter corrects its input."),
            Wrong(adapter_forward__no_activation, id="no-activation", hint="The bottleneck is nonlinear."),
            Wrong(
                adapter_forward__activated_output,
                id="activated-output",
                hint="The output is linear.",
                also=(adapter_forward__activated_output_of_bottleneck,),
            ),
            Wrong(adapter_forward__down_bias_missing, id="down-bias-missing", hint="Bias before ReLU."),
        ),
        alternates=(adapter_forward_einsum, adapter_forward_units),
        hints=(
            "Down to m numbers, ReLU, up to D again: write the shape after each step, for x of (N, T, D) as well.",
            "With W_up and b_up zero the adapter must return x. Does yours?",
        ),
    ),
    Check(
        adapter_backward,
        cases=adapter_backward_cases,
        returns=("dx: ... D", "dW_down: m D", "db_down: m", "dW_up: D m", "db_up: D"),
        formula=(
            r"\begin{aligned}"
            r" z &= x \, \text{W\_down}^\top + \text{b\_down} \\"
            r" \text{dz} &= \begin{cases} \text{dout} \, \text{W\_up} & \text{where } z > 0 \\"
            r" 0 & \text{else} \end{cases} \\"
            r" \text{dx} &= \text{dout} + \text{dz} \, \text{W\_down} \\"
            r" \text{dW\_down} &= \sum_{\text{positions}} \text{dz}^\top x \qquad \text{db\_down}"
            r" = \sum_{\text{positions}} \text{dz} \\"
            r" \text{dW\_up} &= \sum_{\text{positions}} \text{dout}^\top \operatorname{relu}(z)"
            r" \qquad \text{db\_up} = \sum_{\text{positions}} \text{dout}"
            r" \end{aligned}"
        ),
        args=ADAPTER,
        gradient=Gradient(
            of=adapter_forward,
            wrt={
                "x": "dx",
                "W_down": "dW_down",
                "b_down": "db_down",
                "W_up": "dW_up",
                "b_up": "db_up",
            },
        ),
        wrong=(
            Wrong(
                adapter_backward__residual_missing,
                id="residual-missing",
                hint="The skip path carries the gradient unchanged.",
            ),
            Wrong(adapter_backward__gate_missing, id="gate-missing", hint="Closed units pass nothing."),
            Wrong(adapter_backward__uses_z, id="uses-z", hint="W_up saw relu(z)."),
            Wrong(adapter_backward__skip_only, id="skip-only", hint="The bottleneck reads x as well."),
        ),
        alternates=(adapter_backward_tensordot, adapter_backward_one_by_one),
        hints=(
            "Compute z and relu(z) again first. Then go backwards: b_up and W_up, the gate, b_down and W_down.",
            "Every position of every sequence uses the same parameters. What does that mean for their gradients?",
            "x is read twice, by the skip path and by W_down: dx has two terms.",
        ),
    ),
    Check(
        selective_update,
        cases=selective_update_cases,
        returns=("params: dict",),
        formula=(
            r"\text{new\_p} = \begin{cases} p - \text{lr} \cdot g"
            r" & \text{if its name is in trainable and in grads} \\"
            r" p & \text{otherwise} \end{cases}"
        ),
        wrong=(
            Wrong(
                selective_update__updates_all,
                id="updates-all",
                hint="Frozen means frozen.",
                also=(selective_update__updates_all_by_name,),
            ),
            Wrong(
                selective_update__inverted,
                id="inverted",
                hint="Only the trainable ones move.",
                also=(selective_update__inverted_by_name,),
            ),
            Wrong(
                selective_update__frozen_dropped,
                id="frozen-dropped",
                hint="The model needs all of them.",
                also=(
                    selective_update__frozen_dropped_only,
                    selective_update__frozen_dropped_by_name,
                ),
            ),
            Wrong(selective_update__ascent, id="ascent", hint="Descend.", also=(selective_update__ascent_by_name,)),
        ),
        alternates=(selective_update_moved, selective_update_as_mask),
        hints=(
            "Which names must the new dict have: those of params, of grads, or of trainable?",
            "Two things must hold for a parameter to move. And p -= ... changes the caller's array.",
        ),
    ),
    Check(
        trainable_fraction,
        cases=trainable_fraction_cases,
        returns=("fraction:",),
        formula=(
            r"\text{fraction} ="
            r" \frac{\text{entries of the arrays named in trainable}}{\text{entries of all arrays}}"
        ),
        wrong=(
            Wrong(
                trainable_fraction__tensor_count,
                id="tensor-count",
                hint="Count numbers.",
                also=(trainable_fraction__tensor_count_of_names,),
            ),
            Wrong(trainable_fraction__percent, id="percent", hint="A fraction."),
            Wrong(
                trainable_fraction__ratio_to_frozen,
                id="ratio-to-frozen",
                hint="Divide by all entries.",
                also=(trainable_fraction__ratio_to_frozen_or_zero,),
            ),
            Wrong(trainable_fraction__frozen_share, id="frozen-share", hint="Count what is trained."),
        ),
        alternates=(trainable_fraction_by_flags, trainable_fraction_counted),
        hints=(
            "How many numbers does an array hold, and how many a plain float?",
            "Walk over params, not over trainable: which names can then do no harm?",
            "What is left to divide by if there are no parameters?",
        ),
    ),
)
