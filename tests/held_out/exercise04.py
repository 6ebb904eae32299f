import numpy as np


def objective__right__loop(theta, X, y):
    m = len(y)
    total = 0
    for i in range(m):
        total += (np.dot(X[i], theta) - y[i]) ** 2
    return total / (2 * m)


def objective__right__dot(theta, X, y):
    r = X @ theta - y
    return 0.5 / r.size * (r @ r)


def objective__right__mean(theta, X, y):
    return np.mean((y - np.einsum("md,d->m", X, theta)) ** 2) / 2


def objective__no_half(theta, X, y):
    return np.mean((X @ theta - y) ** 2)


def objective__summed(theta, X, y):
    return 0.5 * np.sum((X @ theta - y) ** 2)


def objective__absolute(theta, X, y):
    return np.sum(np.abs(X @ theta - y)) / (2 * len(y))


def objective_grad__right__loop(theta, X, y):
    g = np.zeros(len(theta))
    for xi, yi in zip(X, y):
        g += (xi @ theta - yi) * xi
    return g / len(X)


def objective_grad__right__mean(theta, X, y):
    return ((X @ theta - y)[:, None] * X).mean(axis=0)


def objective_grad__factor_two(theta, X, y):
    return 2 / len(y) * X.T.dot(X.dot(theta) - y)


def objective_grad__sign(theta, X, y):
    return -X.T @ (X @ theta - y) / len(y)


def objective_grad__not_averaged(theta, X, y):
    return (X @ theta - y) @ X


def objective_grad__untransposed(theta, X, y):
    return X @ (X @ theta - y) / len(y)


def chain_backward__right__loop(local, dout=1.0):
    grads = np.zeros(len(local))
    g = dout
    for i in reversed(range(len(local))):
        g = g * local[i]
        grads[i] = g
    return grads


def chain_backward__right__cumprod(local, dout=1.0):
    return dout * np.cumprod(local[::-1])[::-1]


def chain_backward__right__prods(local, dout=1.0):
    return np.array([dout * np.prod(local[i:]) for i in range(len(local))])


def chain_backward__prefix(local, dout=1.0):
    return dout * np.cumprod(local)


def chain_backward__own_factor_missing(local, dout=1.0):
    grads = np.zeros(len(local))
    g = dout
    for i in range(len(local) - 1, -1, -1):
        grads[i] = g
        g *= local[i]
    return grads


def chain_backward__reversed(local, dout=1.0):
    grads, g = [], dout
    for d in local[::-1]:
        g *= d
        grads.append(g)
    return np.array(grads)


def chain_backward__dout_ignored(local, dout=1.0):
    return np.array([np.prod(local[i:]) for i in range(len(local))])


def two_path_backward__right__graph(dout, x, w):
    a = w * x
    t = np.tanh(a)
    dt = dout * x
    da = dt / np.cosh(np.clip(a, -300, 300)) ** 2
    return dout * t + da * w, da * x


def two_path_backward__right__loop(dout, x, w):
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i in range(len(x)):
        t = np.tanh(x[i] * w[i])
        s = (1 - t) * (1 + t)
        dx[i] = dout[i] * (t + x[i] * w[i] * s)
        dw[i] = dout[i] * x[i] ** 2 * s
    return [dx, dw]


def two_path_backward__direct_path_only(dout, x, w):
    t = np.tanh(w * x)
    return dout * t, dout * x**2 * (1 - t**2)


def two_path_backward__dw_inner_missing(dout, x, w):
    t = np.tanh(w * x)
    d = 1 - t * t
    return dout * (t + x * w * d), dout * x * d


def two_path_backward__other__w_missing(dout, x, w):
    t = np.tanh(w * x)
    return dout * (t + x * (1 - t**2)), dout * x**2 * (1 - t**2)


def topological_order__right__recursive(parents):
    done, active, order = set(), set(), []

    def visit(node):
        if node in done:
            return
        if node in active:
            raise ValueError("cycle")
        active.add(node)
        for p in parents.get(node, ()):
            visit(p)
        active.discard(node)
        done.add(node)
        order.append(node)

    for node in sorted(parents):
        visit(node)
    return order


def topological_order__right__colours(parents):
    colour = {n: 0 for n in parents}
    out = []
    for root in sorted(parents):
        stack = [(root, iter(parents[root]))] if colour[root] == 0 else []
        if stack:
            colour[root] = 1
        while stack:
            node, rest = stack[-1]
            for p in rest:
                if colour[p] == 1:
                    raise ValueError(f"cycle through {p}")
                if colour[p] == 0:
                    colour[p] = 1
                    stack.append((p, iter(parents[p])))
                    break
            else:
                colour[node] = 2
                out.append(node)
                stack.pop()
    return out


def topological_order__cycle_unnoticed(parents):
    visited, order = set(), []

    def build(v):
        if v not in visited:
            visited.add(v)
            for p in parents[v]:
                build(p)
            order.append(v)

    for v in sorted(parents):
        build(v)
    return order


def topological_order__alphabetical(parents):
    return sorted(parents.keys())


def topological_order__duplicates(parents):
    order = []

    def build(v, open_):
        if v in open_:
            raise ValueError("cycle")
        for p in parents[v]:
            build(p, open_ | {v})
        order.append(v)

    for v in sorted(parents):
        build(v, frozenset())
    return order


def graph_backward__right__default(order, parents, local, output):
    grad = dict.fromkeys(order, 0.0)
    grad[output] = 1.0
    for node in reversed(order):
        for parent, d in zip(parents[node], local[node]):
            grad[parent] += d * grad[node]
    return grad


def graph_backward__right__recursive(order, parents, local, output):
    children = {n: [] for n in order}
    for n in order:
        for k, p in enumerate(parents[n]):
            children[p].append((n, local[n][k]))

    memo = {}

    def grad(n):
        if n not in memo:
            memo[n] = (1.0 if n == output else 0.0) + sum(d * grad(c) for c, d in children[n])
        return memo[n]

    return {n: grad(n) for n in order}


def graph_backward__overwrite(order, parents, local, output):
    grad = {n: 0.0 for n in order}
    grad[output] = 1.0
    for n in order[::-1]:
        for k, p in enumerate(parents[n]):
            grad[p] = local[n][k] * grad[n]
    return grad


def graph_backward__forward_order(order, parents, local, output):
    grad = {n: 0.0 for n in order}
    grad[output] = 1.0
    for n in order:
        for k, p in enumerate(parents[n]):
            grad[p] += local[n][k] * grad[n]
    return grad


def graph_backward__other__only_reached(order, parents, local, output):
    grad = {output: 1.0}
    for n in reversed(order):
        if n in grad:
            for k, p in enumerate(parents[n]):
                grad[p] = grad.get(p, 0.0) + local[n][k] * grad[n]
    return grad


def linear_backward__right__loop(dout, x, W):
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros(W.shape[0])
    for n in range(len(x)):
        dx[n] = W.T @ dout[n]
        dW += np.outer(dout[n], x[n])
        db += dout[n]
    return dx, dW, db


def linear_backward__right__einsum(dout, x, W):
    return np.einsum("no,oi->ni", dout, W), np.einsum("no,ni->oi", dout, x), np.einsum("no->o", dout)


def linear_backward__right__cs231n(dout, x, W):
    dx = dout.dot(W).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T.dot(dout)
    db = np.ones(len(dout)).dot(dout)
    return dx, dw.T, db


def linear_backward__dW_transposed(dout, x, W):
    return dout @ W, x.T @ dout, dout.sum(0)


def linear_backward__dx_transposed(dout, x, W):
    return dout.dot(W.T), dout.T.dot(x), np.sum(dout, axis=0)


def linear_backward__db_mean(dout, x, W):
    return dout @ W, dout.T @ x, dout.mean(axis=0)


def linear_backward__other__db_scalar(dout, x, W):
    return dout @ W, dout.T @ x, dout.sum()


def linear_backward__db_unsummed__keepdims(dout, x, W):
    return dout @ W, dout.T @ x, dout.sum(axis=0, keepdims=True)
