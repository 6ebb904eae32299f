import numpy as np


def gd_step__right__plain(theta, grad, lr):
    return theta + (-lr) * grad


def gd_step__right__copy(theta, grad, lr):
    new = np.array(theta, dtype=float)
    new -= lr * grad
    return new


def gd_step__ascent(theta, grad, lr):
    return theta + lr * grad


def gd_step__normalised(theta, grad, lr):
    return theta - lr * grad / (np.linalg.norm(grad) + 1e-8)


def gd_step__other__in_place(theta, grad, lr):
    theta -= lr * grad


def gradient_descent__right__list(grad_fn, theta0, lr, steps):
    path = [np.array(theta0, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] - lr * grad_fn(path[-1]))
    return np.array(path)


def gradient_descent__right__prealloc(grad_fn, theta0, lr, steps):
    path = np.zeros((steps + 1, len(theta0)))
    path[0] = theta0
    for k in range(steps):
        path[k + 1] = path[k] - lr * grad_fn(path[k])
    return path


def gradient_descent__aliased(grad_fn, theta0, lr, steps):
    theta = theta0.copy()
    path = [theta]
    for _ in range(steps):
        theta -= lr * grad_fn(theta)
        path.append(theta)
    return np.array(path)


def gradient_descent__start_missing(grad_fn, theta0, lr, steps):
    theta = theta0.copy()
    path = []
    for _ in range(steps):
        theta = theta - lr * grad_fn(theta)
        path.append(theta.copy())
    return np.array(path)


def gradient_descent__stale_gradient(grad_fn, theta0, lr, steps):
    g = grad_fn(theta0)
    return np.array([theta0 - k * lr * g for k in range(steps + 1)])


def make_minibatches__right__slices(perm, batch_size):
    return [perm[i : i + batch_size] for i in range(0, len(perm), batch_size)]


def make_minibatches__right__split(perm, batch_size):
    return np.split(perm, range(batch_size, len(perm), batch_size)) if len(perm) else []


def make_minibatches__right__while(perm, batch_size):
    batches, start = [], 0
    while start < perm.size:
        batches.append(perm[start : start + batch_size].copy())
        start += batch_size
    return tuple(batches)


def make_minibatches__last_dropped(perm, batch_size):
    return [perm[k * batch_size : (k + 1) * batch_size] for k in range(len(perm) // batch_size)]


def make_minibatches__overlapping(perm, batch_size):
    return [perm[i : i + batch_size] for i in range(len(perm))]


def make_minibatches__sorted(perm, batch_size):
    n = len(perm)
    return [np.arange(i, min(i + batch_size, n)) for i in range(0, n, batch_size)]


def sgd_epoch__right__plain(theta, X, y, perm, batch_size, lr):
    for i in range(0, len(perm), batch_size):
        idx = perm[i : i + batch_size]
        theta = theta - lr * X[idx].T @ (X[idx] @ theta - y[idx]) / len(idx)
    return theta


def sgd_epoch__right__shuffled(theta, X, y, perm, batch_size, lr):
    w, Xs, ys = theta.copy(), X[perm], y[perm]
    for i in range(0, len(Xs), batch_size):
        a, b = Xs[i : i + batch_size], ys[i : i + batch_size]
        g = np.zeros(len(w))
        for row, target in zip(a, b):
            g += (row.dot(w) - target) * row
        w -= lr * (g / len(b))
    return w


def sgd_epoch__divides_by_nominal(theta, X, y, perm, batch_size, lr):
    for i in range(0, len(perm), batch_size):
        idx = perm[i : i + batch_size]
        theta = theta - lr * X[idx].T @ (X[idx] @ theta - y[idx]) / batch_size
    return theta


def sgd_epoch__batch_sum(theta, X, y, perm, batch_size, lr):
    for i in range(0, len(perm), batch_size):
        idx = perm[i : i + batch_size]
        theta = theta - lr * X[idx].T @ (X[idx] @ theta - y[idx])
    return theta


def sgd_epoch__order_ignored(theta, X, y, perm, batch_size, lr):
    for i in range(0, len(X), batch_size):
        a, b = X[i : i + batch_size], y[i : i + batch_size]
        theta = theta - lr * a.T @ (a @ theta - b) / len(b)
    return theta


def sgd_epoch__other__drops_last(theta, X, y, perm, batch_size, lr):
    for k in range(len(perm) // batch_size):
        idx = perm[k * batch_size : (k + 1) * batch_size]
        theta = theta - lr * X[idx].T @ (X[idx] @ theta - y[idx]) / len(idx)
    return theta


def max_stable_lr__right__eig(A):
    return 2 / max(np.linalg.eigvals(A).real)


def max_stable_lr__right__norm(A):
    return 2.0 / np.linalg.norm(A, 2)


def max_stable_lr__right__svd(A):
    return 2.0 / np.linalg.svd(A, compute_uv=False)[0]


def max_stable_lr__one_over(A):
    return 1 / np.linalg.eigvalsh(A)[-1]


def max_stable_lr__smallest(A):
    return 2 / np.linalg.eigvalsh(A)[0]


def max_stable_lr__trace(A):
    return 2 / np.trace(A)


def max_stable_lr__other__frobenius(A):
    return 2 / np.linalg.norm(A)


def combine_microbatch_grads__right__average(grads, sizes):
    return np.average(np.stack(grads), axis=0, weights=sizes)


def combine_microbatch_grads__right__loop(grads, sizes):
    total = np.zeros_like(grads[0])
    for g, n in zip(grads, sizes):
        total = total + n * g
    return total / sum(sizes)


def combine_microbatch_grads__plain_mean(grads, sizes):
    return np.mean(grads, axis=0)


def combine_microbatch_grads__divided_by_count(grads, sizes):
    return sum(g * n for g, n in zip(grads, sizes)) / len(grads)


def max_stable_lr__right__power_iteration(A):
    v = np.ones(len(A)) + np.arange(len(A)) * 0.1
    for _ in range(3000):
        w = A @ v
        v = w / np.linalg.norm(w)
    return 2 / (v @ A @ v)
