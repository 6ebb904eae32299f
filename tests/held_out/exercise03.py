import numpy as np


def numerical_gradient__right__nditer(f, x, h=1e-5):
    x = np.array(x, dtype=np.float64)
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"])
    while not it.finished:
        ix = it.multi_index
        old = x[ix]
        x[ix] = old + h
        up = f(x)
        x[ix] = old - h
        down = f(x)
        x[ix] = old
        grad[ix] = (up - down) / (2 * h)
        it.iternext()
    return grad


def numerical_gradient__right__eye(f, x, h=1e-5):
    x = np.asarray(x, float)
    steps = np.eye(x.size).reshape(x.size, *x.shape) * h
    return np.array([(f(x + e) - f(x - e)) / 2 / h for e in steps]).reshape(x.shape)


def numerical_gradient__one_sided(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    fx = f(x)
    grad = np.zeros(x.shape)
    for idx in np.ndindex(*x.shape):
        x[idx] += h
        grad[idx] = (f(x) - fx) / h
        x[idx] -= h
    return grad


def numerical_gradient__one_sided__backward(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for idx in np.ndindex(*x.shape):
        shifted = x.copy()
        shifted[idx] -= h
        grad[idx] = (f(x) - f(shifted)) / h
    return grad


def numerical_gradient__half_divisor(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for idx in np.ndindex(*x.shape):
        e = np.zeros_like(x)
        e[idx] = h
        grad[idx] = (f(x + e) - f(x - e)) / h
    return grad


def numerical_gradient__not_restored(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for idx in np.ndindex(*x.shape):
        x[idx] += h
        up = f(x)
        x[idx] -= 2 * h
        down = f(x)
        grad[idx] = (up - down) / (2 * h)
    return grad


def numerical_gradient__integer_truncation(f, x, h=1e-5):
    grad = np.zeros(x.shape)
    for idx in np.ndindex(*x.shape):
        up, down = x.copy(), x.copy()
        up[idx] += h
        down[idx] -= h
        grad[idx] = (f(up) - f(down)) / (2 * h)
    return grad


def numerical_vjp__right__loop(f, x, dout, h=1e-5):
    x = np.array(x, dtype=float)
    out = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        keep = x[i]
        x[i] = keep + h
        a = np.array(f(x), copy=True)
        x[i] = keep - h
        b = np.array(f(x), copy=True)
        x[i] = keep
        out[i] = np.sum((a - b) * dout) / (2 * h)
    return out


def numerical_vjp__right__scalar(f, x, dout, h=1e-5):
    x = np.asarray(x, dtype=float)

    def loss(z):
        return np.vdot(f(z), dout)

    flat = [
        (loss(x + h * e.reshape(x.shape)) - loss(x - h * e.reshape(x.shape))) / (2 * h) for e in np.identity(x.size)
    ]
    return np.reshape(flat, x.shape)


def numerical_vjp__dout_ignored(f, x, dout, h=1e-5):
    x = np.array(x, dtype=float)
    out = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        e = np.zeros_like(x)
        e[i] = h
        out[i] = np.sum(f(x + e) - f(x - e)) / (2 * h)
    return out


def numerical_vjp__averaged(f, x, dout, h=1e-5):
    x = np.array(x, dtype=float)
    out = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        e = np.zeros_like(x)
        e[i] = h
        out[i] = np.mean((f(x + e) - f(x - e)) * dout) / (2 * h)
    return out


def numerical_jacobian__right__columns(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    columns = []
    for j in range(x.size):
        up, down = x.copy(), x.copy()
        up.flat[j] += h
        down.flat[j] -= h
        columns.append(np.ravel((np.asarray(f(up)) - np.asarray(f(down))) / (2 * h)))
    return np.stack(columns, axis=1)


def numerical_jacobian__right__prealloc(f, x, h=1e-5):
    m, n = np.size(f(x)), x.size
    J = np.zeros((m, n))
    flat = x.reshape(-1).astype(float)
    for j in range(n):
        e = np.zeros(n)
        e[j] = h
        J[:, j] = (np.reshape(f((flat + e).reshape(x.shape)), m) - np.reshape(f((flat - e).reshape(x.shape)), m)) / (
            2 * h
        )
    return J


def numerical_jacobian__transposed(f, x, h=1e-5):
    rows = []
    for e in np.eye(x.size):
        step = h * e.reshape(x.shape)
        rows.append(np.ravel(f(x + step) - f(x - step)) / (2 * h))
    return np.array(rows)


def numerical_jacobian__one_sided(f, x, h=1e-5):
    base = np.ravel(f(x))
    columns = [(np.ravel(f(x + h * e.reshape(x.shape))) - base) / h for e in np.eye(x.size)]
    return np.array(columns).T


def relative_error__right__maximum(a, b, floor=1e-8):
    if np.size(a) == 0:
        return 0.0
    return np.max(np.abs(a - b) / np.maximum(floor, np.abs(a) + np.abs(b)))


def relative_error__right__loop(a, b, floor=1e-8):
    worst = 0.0
    for u, v in zip(np.ravel(a), np.ravel(b)):
        worst = max(worst, abs(u - v) / max(floor, abs(u) + abs(v)))
    return worst


def relative_error__right__initial(a, b, floor=1e-8):
    ratio = np.abs(np.subtract(a, b)) / np.fmax(np.abs(a) + np.abs(b), floor)
    return float(ratio.max(initial=0.0))


def relative_error__absolute(a, b, floor=1e-8):
    return np.abs(a - b).max() if a.size else 0.0


def relative_error__other__of_norms(a, b, floor=1e-8):
    return np.linalg.norm(a - b) / max(floor, np.linalg.norm(a) + np.linalg.norm(b))


def relative_error__signed(a, b, floor=1e-8):
    return ((a - b) / np.maximum(floor, np.abs(a) + np.abs(b))).max() if a.size else 0.0


def relative_error__zero_over_zero(a, b, floor=1e-8):
    if a.size == 0:
        return 0.0
    return np.max(np.abs(a - b) / (np.abs(a) + np.abs(b)))


def directional_derivative__right__unit(grad, v):
    norm = np.linalg.norm(v)
    return float(np.sum(grad * (v / norm))) if norm > 0 else 0.0


def directional_derivative__right__vdot(grad, v):
    length = np.sqrt(np.vdot(v, v))
    return 0.0 if length == 0 else np.vdot(grad, v) / length


def directional_derivative__right__loop(grad, v):
    num = den = 0.0
    for g, d in zip(grad.flat, v.flat):
        num += g * d
        den += d * d
    return num / den**0.5 if den else 0


def directional_derivative__zero_nan(grad, v):
    return np.sum(grad * v) / np.sqrt(np.sum(v**2))


def directional_derivative__cosine(grad, v):
    d = np.linalg.norm(v) * np.linalg.norm(grad)
    return 0.0 if d == 0 else np.sum(grad * v) / d


def directional_derivative__not_normalised(grad, v):
    return np.sum(grad * v)


def directional_derivative__elementwise(grad, v):
    n = np.linalg.norm(v)
    return grad * v / n if n else 0.0
