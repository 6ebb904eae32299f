import numpy as np


def prepend_prompt__right__concat(e, P):
    return np.concatenate([np.broadcast_to(P, (len(e), *P.shape)), e], axis=1)


def prepend_prompt__right__fill(e, P):
    N, T, D = e.shape
    k = len(P)
    out = np.zeros((N, k + T, D))
    out[:, :k] = P
    out[:, k:] = e
    return out


def prepend_prompt__appended(e, P):
    return np.concatenate([e, np.tile(P, (len(e), 1, 1))], axis=1)


def prepend_prompt__other__first_only(e, P):
    out = np.zeros((e.shape[0], e.shape[1] + len(P), e.shape[2]))
    out[0, : len(P)] = P
    out[:, len(P) :] = e
    return out


def prompt_grad__right__einsum(dout, k):
    return np.einsum("nkd->kd", dout[:, :k])


def prompt_grad__right__loop(dout, k):
    g = np.zeros((k, dout.shape[2]))
    for d in dout:
        g += d[:k]
    return g


def prompt_grad__averaged(dout, k):
    return dout[:, :k].mean(axis=0)


def prompt_grad__per_example(dout, k):
    return dout[:, :k]


def prompt_grad__wrong_end(dout, k):
    return dout[:, dout.shape[1] - k :].sum(axis=0)


def prompt_grad__wrong_end__negative_index(dout, k):
    return dout[:, -k:].sum(axis=0)


def extend_mask__right__concat(mask, k):
    return np.concatenate([np.ones((len(mask), k), dtype=bool), mask], axis=1)


def extend_mask__right__pad(mask, k):
    return np.pad(mask, ((0, 0), (k, 0)), constant_values=True)


def extend_mask__other__floats(mask, k):
    return np.hstack([np.ones((len(mask), k)), mask])


def extend_mask__at_the_end(mask, k):
    return np.hstack([mask, np.full((len(mask), k), True)])


def extend_mask__prompt_masked(mask, k):
    return np.hstack([np.zeros((len(mask), k), dtype=bool), mask])


def adapter_forward__right__plain(x, W_down, b_down, W_up, b_up):
    z = np.dot(x, W_down.T) + b_down
    return x + np.dot(z * (z > 0), W_up.T) + b_up


def adapter_forward__right__einsum(x, W_down, b_down, W_up, b_up):
    h = np.clip(np.einsum("...d,rd->...r", x, W_down) + b_down, 0, None)
    return np.einsum("...r,dr->...d", h, W_up) + (b_up + x)


def adapter_forward__residual_missing(x, W_down, b_down, W_up, b_up):
    return np.maximum(x @ W_down.T + b_down, 0) @ W_up.T + b_up


def adapter_forward__activated_output(x, W_down, b_down, W_up, b_up):
    return np.maximum(0, x + np.maximum(x @ W_down.T + b_down, 0) @ W_up.T + b_up)


def adapter_forward__activated_output__bottleneck(x, W_down, b_down, W_up, b_up):
    return x + np.maximum(0, np.maximum(x @ W_down.T + b_down, 0) @ W_up.T + b_up)


def adapter_forward__other__tanh(x, W_down, b_down, W_up, b_up):
    return x + np.tanh(x @ W_down.T + b_down) @ W_up.T + b_up


def _back(dout, x, Wd, bd, Wu, gate=True, skip=1):
    X, d = x.reshape(-1, x.shape[-1]), dout.reshape(-1, dout.shape[-1])
    z = X @ Wd.T + bd
    dz = (d @ Wu) * ((z > 0) if gate else 1)
    dx = skip * d + dz @ Wd
    return dx.reshape(x.shape), dz.T @ X, dz.sum(0), d.T @ np.maximum(z, 0), d.sum(0)


def adapter_backward__right__flat(dout, x, W_down, b_down, W_up, b_up):
    return _back(dout, x, W_down, b_down, W_up)


def adapter_backward__right__tensordot(dout, x, W_down, b_down, W_up, b_up):
    axes = list(range(x.ndim - 1))
    z = x @ W_down.T + b_down
    h = np.maximum(z, 0)
    dz = np.where(h > 0, dout @ W_up, 0.0)
    return (
        dout + dz @ W_down,
        np.tensordot(dz, x, (axes, axes)),
        dz.sum(tuple(axes)),
        np.tensordot(dout, h, (axes, axes)),
        dout.sum(tuple(axes)),
    )


def adapter_backward__residual_missing(dout, x, W_down, b_down, W_up, b_up):
    return _back(dout, x, W_down, b_down, W_up, skip=0)


def adapter_backward__gate_missing(dout, x, W_down, b_down, W_up, b_up):
    return _back(dout, x, W_down, b_down, W_up, gate=False)


def adapter_backward__skip_only(dout, x, W_down, b_down, W_up, b_up):
    return (dout, *_back(dout, x, W_down, b_down, W_up)[1:])


def selective_update__right__comprehension(params, grads, trainable, lr):
    return {k: p - lr * grads[k] if k in trainable and k in grads else np.copy(p) for k, p in params.items()}


def selective_update__right__copy_first(params, grads, trainable, lr):
    new = {k: np.array(p, dtype=float) for k, p in params.items()}
    for name in trainable:
        if name in new and name in grads:
            new[name] = new[name] - lr * grads[name]
    return new


def selective_update__right__shared(params, grads, trainable, lr):
    new = dict(params)
    for k in set(trainable) & set(grads) & set(params):
        new[k] = params[k] - lr * grads[k]
    return new


def selective_update__updates_all(params, grads, trainable, lr):
    return {k: p - lr * grads[k] if k in grads else p for k, p in params.items()}


def selective_update__frozen_dropped(params, grads, trainable, lr):
    return {k: params[k] - lr * grads[k] for k in trainable if k in grads}


def selective_update__other__in_place(params, grads, trainable, lr):
    for k in trainable:
        if k in grads:
            params[k] -= lr * grads[k]
    return params


def selective_update__ascent(params, grads, trainable, lr):
    return {k: p + lr * grads[k] if k in trainable and k in grads else p for k, p in params.items()}


def trainable_fraction__right__size(params, trainable):
    total = sum(np.size(p) for p in params.values())
    if total == 0:
        return 0.0
    return sum(np.size(p) for k, p in params.items() if k in trainable) / total


def trainable_fraction__right__prod(params, trainable):
    count = {k: int(np.prod(np.shape(v))) for k, v in params.items()}
    n = sum(count.values())
    return sum(count.get(k, 0) for k in set(trainable)) / n if n else 0


def trainable_fraction__tensor_count(params, trainable):
    return len([k for k in params if k in trainable]) / len(params) if params else 0.0


def trainable_fraction__percent(params, trainable):
    total = sum(np.size(p) for p in params.values())
    return 100 * sum(np.size(p) for k, p in params.items() if k in trainable) / total if total else 0.0


def trainable_fraction__other__len(params, trainable):
    total = sum(len(p) for p in params.values())
    return sum(len(p) for k, p in params.items() if k in trainable) / total if total else 0.0
