import numpy as np


def l2_penalty__right__norms(weights, lam):
    return 0.5 * lam * sum(np.linalg.norm(w) ** 2 for w in weights)


def l2_penalty__right__flat(weights, lam):
    if len(weights) == 0:
        return 0.0
    flat = np.concatenate([np.ravel(w) for w in weights])
    return lam * flat.dot(flat) / 2


def l2_penalty__half_missing(weights, lam):
    total = 0.0
    for w in weights:
        total += np.sum(w * w)
    return lam * total


def l2_penalty__norm(weights, lam):
    return lam / 2 * sum(np.linalg.norm(w) for w in weights)


def l2_penalty__norm__of_all(weights, lam):
    return lam / 2 * np.sqrt(sum(np.sum(w**2) for w in weights))


def l1_penalty__right__norms(weights, lam):
    return lam * sum(np.linalg.norm(w.ravel(), 1) for w in weights)


def l1_penalty__right__accumulate(weights, lam):
    total = 0
    for w in weights:
        total += np.abs(w).sum()
    return lam * total


def l1_penalty__no_abs(weights, lam):
    return lam * sum(w.sum() for w in weights)


def l1_penalty__other__matrix_norm(weights, lam):
    return lam * sum(np.linalg.norm(w, 1) for w in weights)


def l1_subgradient__right__masks(w, lam):
    return lam * (w > 0) - lam * (w < 0)


def l1_subgradient__right__copysign(w, lam):
    return np.where(w == 0, 0.0, np.copysign(lam, w))


def l1_subgradient__one_at_zero(w, lam):
    g = np.full(w.shape, lam)
    g[w < 0] = -lam
    return g


def l1_subgradient__proportional(w, lam):
    return np.multiply(lam, w)


def l1_subgradient__lam_missing(w, lam):
    return (w > 0) * 1.0 - (w < 0)


def weight_decay_step__right__step(w, grad, lr, lam):
    new = w.copy()
    new -= lr * (grad + lam * w)
    return new


def weight_decay_step__right__factor(w, grad, lr, lam):
    return w * (1 - lr * lam) - grad * lr


def weight_decay_step__factor_two(w, grad, lr, lam):
    return w - lr * (grad + 2 * lam * w)


def weight_decay_step__rate_missing(w, grad, lr, lam):
    return w - lr * grad - lam * w


def weight_decay_step__decays_after(w, grad, lr, lam):
    w = w - lr * grad
    return w - lr * lam * w


def weight_decay_step__other__wrong_sign_grad(w, grad, lr, lam):
    return (1 - lr * lam) * w + lr * grad


def soft_threshold__right__relu(w, t):
    return np.maximum(w - t, 0) - np.maximum(-w - t, 0)


def soft_threshold__right__cases(w, t):
    out = np.zeros_like(w)
    out[w > t] = w[w > t] - t
    out[w < -t] = w[w < -t] + t
    return out


def soft_threshold__hard(w, t):
    return w * (np.abs(w) > t)


def soft_threshold__overshoots(w, t):
    return w - t * np.sign(w)


def soft_threshold__positive_only(w, t):
    return np.maximum(w - t, 0)


def soft_threshold__sign_lost(w, t):
    return np.clip(np.abs(w) - t, 0, None)


def regularized__right__loop(data_loss, data_grads, params, lam):
    loss, grads = data_loss, {}
    for k in params:
        if k.startswith("W"):
            loss = loss + lam / 2 * np.sum(params[k] ** 2)
            grads[k] = data_grads[k] + lam * params[k]
        else:
            grads[k] = data_grads[k].copy()
    return loss, grads


def regularized__right__update(data_loss, data_grads, params, lam):
    weights = {k: v for k, v in params.items() if k[0] == "W"}
    grads = dict(data_grads)
    grads.update({k: data_grads[k] + lam * v for k, v in weights.items()})
    return data_loss + 0.5 * lam * sum(float((v**2).sum()) for v in weights.values()), grads


def regularized__biases_too(data_loss, data_grads, params, lam):
    loss = data_loss + lam / 2 * sum(np.sum(p**2) for p in params.values())
    return loss, {k: data_grads[k] + lam * params[k] for k in params}


def regularized__loss_only(data_loss, data_grads, params, lam):
    return data_loss + lam / 2 * sum(np.sum(p**2) for k, p in params.items() if k.startswith("W")), data_grads


def regularized__other__in_place(data_loss, data_grads, params, lam):
    for k in params:
        if k.startswith("W"):
            data_loss += lam / 2 * np.sum(params[k] ** 2)
            data_grads[k] += lam * params[k]
    return data_loss, data_grads


def regularized__half_in_gradient(data_loss, data_grads, params, lam):
    grads = {}
    for k, p in params.items():
        grads[k] = data_grads[k]
        if k.startswith("W"):
            data_loss = data_loss + 0.5 * lam * np.sum(p * p)
            grads[k] = grads[k] + 0.5 * lam * p
    return data_loss, grads
