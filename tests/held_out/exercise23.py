import numpy as np


def _soft(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def _ce(x, W, b, y):
    z = x @ W.T + b
    return (np.logaddexp.reduce(z, axis=1) - z[np.arange(len(y)), y]).mean()


def _grad(x, W, b, y):
    d = _soft(x @ W.T + b)
    d[np.arange(len(y)), y] -= 1
    return d @ W / len(y)


def input_gradient__right__plain(x, W, b, y):
    p = _soft(x.dot(W.T) + b)
    return (p - np.eye(len(b))[y]).dot(W) / len(x)


def input_gradient__right__loop(x, W, b, y):
    out = np.zeros_like(x)
    for n in range(len(x)):
        z = W @ x[n] + b
        p = np.exp(z - np.logaddexp.reduce(z))
        out[n] = (W.T @ p - W[y[n]]) / len(x)
    return out


def input_gradient__not_averaged(x, W, b, y):
    return (_soft(x @ W.T + b) - np.eye(len(W))[y]) @ W


def input_gradient__weight_gradient(x, W, b, y):
    return (_soft(x @ W.T + b) - np.eye(len(W))[y]).T @ x / len(y)


def input_gradient__other__sign(x, W, b, y):
    return (np.eye(len(W))[y] - _soft(x @ W.T + b)) @ W / len(y)


def fgsm__right__clip(x, grad, eps, lo=0.0, hi=1.0):
    return np.clip(x + eps * np.sign(grad), lo, hi)


def fgsm__right__where(x, grad, eps, lo=0.0, hi=1.0):
    step = np.where(grad > 0, eps, np.where(grad < 0, -eps, 0.0))
    return np.minimum(np.maximum(x + step, lo), hi)


def fgsm__raw_gradient(x, grad, eps, lo=0.0, hi=1.0):
    return np.clip(x + eps * grad, lo, hi)


def fgsm__sign_of_zero(x, grad, eps, lo=0.0, hi=1.0):
    return np.clip(x + np.where(grad >= 0, eps, -eps), lo, hi)


def fgsm__l2_normalised(x, grad, eps, lo=0.0, hi=1.0):
    return np.clip(x + eps * grad / (np.linalg.norm(grad) + 1e-12), lo, hi)


def fgsm__other__range_ignored(x, grad, eps, lo=0.0, hi=1.0):
    return np.clip(x + eps * np.sign(grad), 0, 1)


def fgsm_targeted__right__clip(x, grad_target, eps, lo=0.0, hi=1.0):
    adv = x - eps * np.sign(grad_target)
    adv[adv > hi] = hi
    adv[adv < lo] = lo
    return adv


def fgsm_targeted__plus(x, grad_target, eps, lo=0.0, hi=1.0):
    return np.clip(x + eps * np.sign(grad_target), lo, hi)


def fgsm_targeted__not_clipped(x, grad_target, eps, lo=0.0, hi=1.0):
    return x - eps * np.sign(grad_target)


def project_linf__right__delta(x_adv, x, eps, lo=0.0, hi=1.0):
    return np.clip(x + np.clip(x_adv - x, -eps, eps), lo, hi)


def project_linf__right__bounds(x_adv, x, eps, lo=0.0, hi=1.0):
    return np.minimum(np.maximum(x_adv, np.maximum(x - eps, lo)), np.minimum(x + eps, hi))


def project_linf__rescaled(x_adv, x, eps, lo=0.0, hi=1.0):
    delta = x_adv - x
    m = np.abs(delta).max()
    if m > eps:
        delta = delta * eps / m
    return np.clip(x + delta, lo, hi)


def project_linf__range_only(x_adv, x, eps, lo=0.0, hi=1.0):
    return np.clip(x_adv, lo, hi)


def project_linf__ball_only(x_adv, x, eps, lo=0.0, hi=1.0):
    return np.clip(x_adv, x - eps, x + eps)


def project_l2__right__loop(delta, eps):
    out = delta.copy()
    for n in range(len(out)):
        norm = np.linalg.norm(out[n])
        if norm > eps:
            out[n] *= eps / norm
    return out


def project_l2__right__flat(delta, eps):
    norms = np.linalg.norm(delta.reshape(len(delta), -1), axis=1)
    factor = np.minimum(1.0, eps / np.maximum(norms, 1e-300))
    return delta * factor.reshape(-1, *[1] * (delta.ndim - 1))


def project_l2__batch_norm_of_all(delta, eps):
    n = np.linalg.norm(delta)
    return delta if n <= eps else delta * eps / n


def project_l2__always(delta, eps):
    n = np.sqrt((delta.reshape(len(delta), -1) ** 2).sum(1))
    n = np.where(n == 0, 1, n)
    return eps * delta / n.reshape((-1,) + (1,) * (delta.ndim - 1))


def project_l2__elementwise(delta, eps):
    return np.clip(delta, -eps, eps)


def project_l2__other__last_axis(delta, eps):
    n = np.linalg.norm(delta, axis=-1, keepdims=True)
    return delta * np.minimum(1, eps / np.maximum(n, 1e-12))


def pgd__right__plain(x, y, W, b, eps, alpha, steps):
    adv = x.copy()
    for _ in range(steps):
        adv = adv + alpha * np.sign(_grad(adv, W, b, y))
        adv = np.clip(np.clip(adv, x - eps, x + eps), 0, 1)
    return adv


def pgd__right__delta(x, y, W, b, eps, alpha, steps):
    delta = np.zeros_like(x)
    onehot = np.eye(len(b))[y]
    for _ in range(steps):
        g = (_soft((x + delta) @ W.T + b) - onehot) @ W
        delta = np.clip(delta + alpha * np.sign(g), -eps, eps)
        delta = np.clip(x + delta, 0.0, 1.0) - x
    return x + delta


def pgd__stale_gradient(x, y, W, b, eps, alpha, steps):
    adv, s = x.copy(), np.sign(_grad(x, W, b, y))
    for _ in range(steps):
        adv = np.clip(np.clip(adv + alpha * s, x - eps, x + eps), 0, 1)
    return adv


def pgd__moving_ball(x, y, W, b, eps, alpha, steps):
    adv = x.copy()
    for _ in range(steps):
        new = adv + alpha * np.sign(_grad(adv, W, b, y))
        adv = np.clip(np.clip(new, adv - eps, adv + eps), 0, 1)
    return adv


def pgd__no_projection(x, y, W, b, eps, alpha, steps):
    adv = x.copy()
    for _ in range(steps):
        adv = np.clip(adv + alpha * np.sign(_grad(adv, W, b, y)), 0, 1)
    return adv


def pgd__other__raw_gradient(x, y, W, b, eps, alpha, steps):
    adv = x.copy()
    for _ in range(steps):
        adv = np.clip(np.clip(adv + alpha * _grad(adv, W, b, y), x - eps, x + eps), 0, 1)
    return adv


def adversarial_loss__right__mix(x, x_adv, y, W, b, weight=0.5):
    clean, adv = _ce(x, W, b, y), _ce(x_adv, W, b, y)
    return clean + weight * (adv - clean)


def adversarial_loss__sum(x, x_adv, y, W, b, weight=0.5):
    return _ce(x, W, b, y) + _ce(x_adv, W, b, y)


def adversarial_loss__swapped(x, x_adv, y, W, b, weight=0.5):
    return weight * _ce(x, W, b, y) + (1 - weight) * _ce(x_adv, W, b, y)


def adversarial_loss__other__plus_weighted(x, x_adv, y, W, b, weight=0.5):
    return _ce(x, W, b, y) + weight * _ce(x_adv, W, b, y)


def adversarial_loss__mixed_input(x, x_adv, y, W, b, weight=0.5):
    return _ce((1 - weight) * x + weight * x_adv, W, b, y)


def robust_accuracy__right__and(logits_clean, logits_adv, y):
    return np.mean((logits_clean.argmax(1) == y) & (logits_adv.argmax(1) == y))


def robust_accuracy__right__loop(logits_clean, logits_adv, y):
    good = 0
    for a, c, label in zip(logits_clean, logits_adv, y):
        if np.argmax(a) == label and np.argmax(c) == label:
            good += 1
    return good / len(y)


def robust_accuracy__adversarial_only(logits_clean, logits_adv, y):
    return np.mean(logits_adv.argmax(1) == y)


def robust_accuracy__among_correct(logits_clean, logits_adv, y):
    right = logits_clean.argmax(1) == y
    return np.mean(logits_adv.argmax(1)[right] == y[right])


def robust_accuracy__unchanged_prediction(logits_clean, logits_adv, y):
    return np.mean(logits_clean.argmax(1) == logits_adv.argmax(1))


def robust_accuracy__other__product(logits_clean, logits_adv, y):
    return np.mean(logits_clean.argmax(1) == y) * np.mean(logits_adv.argmax(1) == y)
