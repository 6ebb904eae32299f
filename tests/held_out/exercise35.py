import numpy as np


def lora_init__right__normal(d_out, d_in, r, rng):
    return rng.standard_normal((r, d_in)) * d_in**-0.5, np.zeros((d_out, r))


def lora_init__right__scale(d_out, d_in, r, rng):
    A = rng.normal(0, 1 / np.sqrt(d_in), size=(r, d_in))
    return A, 0.0 * np.ones((d_out, r))


def lora_init__B_random(d_out, d_in, r, rng):
    return rng.standard_normal((r, d_in)) / np.sqrt(d_in), rng.standard_normal((d_out, r)) / np.sqrt(r)


def lora_init__both_zero(d_out, d_in, r, rng):
    return np.zeros((r, d_in)), np.zeros((d_out, r))


def lora_init__other__uniform(d_out, d_in, r, rng):
    a = np.sqrt(3 / d_in)
    return rng.uniform(-a, a, (r, d_in)), np.zeros((d_out, r))


def lora_init__scale(d_out, d_in, r, rng):
    return rng.standard_normal((r, d_in)) / np.sqrt(r), np.zeros((d_out, r))


def lora_forward__right__branches(x, W0, A, B, alpha):
    return x @ W0.T + alpha / A.shape[0] * (x @ A.T @ B.T)


def lora_forward__right__merged(x, W0, A, B, alpha):
    return x @ (W0 + alpha / len(A) * np.einsum("or,ri->oi", B, A)).T


def lora_forward__unscaled(x, W0, A, B, alpha):
    return x @ W0.T + x @ A.T @ B.T


def lora_forward__alpha_not_divided(x, W0, A, B, alpha):
    return x @ W0.T + alpha * (x @ A.T @ B.T)


def lora_forward__other__rank_stabilised(x, W0, A, B, alpha):
    return x @ W0.T + alpha / np.sqrt(len(A)) * (x @ A.T @ B.T)


def lora_backward__right__plain(dout, x, W0, A, B, alpha):
    s = alpha / A.shape[0]
    down = dout @ B * s
    return dout @ W0 + down @ A, down.T @ x, s * dout.T @ (x @ A.T)


def lora_backward__right__via_dW(dout, x, W0, A, B, alpha):
    s = alpha / len(A)
    dW = dout.T @ x
    return dout @ (W0 + s * B @ A), s * B.T @ dW, s * dW @ A.T


def lora_backward__low_rank_path_missing(dout, x, W0, A, B, alpha):
    s = alpha / A.shape[0]
    return dout @ W0, s * (dout @ B).T @ x, s * dout.T @ (x @ A.T)


def lora_backward__base_path_missing(dout, x, W0, A, B, alpha):
    s = alpha / A.shape[0]
    return s * dout @ B @ A, s * (dout @ B).T @ x, s * dout.T @ (x @ A.T)


def lora_backward__scale_missing__everywhere(dout, x, W0, A, B, alpha):
    return dout @ W0 + dout @ B @ A, (dout @ B).T @ x, dout.T @ (x @ A.T)


def lora_merge__right__loop(W0, A, B, alpha):
    W = W0.copy()
    for k in range(len(A)):
        W += alpha / len(A) * np.outer(B[:, k], A[k])
    return W


def lora_merge__unscaled(W0, A, B, alpha):
    return W0 + B @ A


def lora_merge__other__alpha_only(W0, A, B, alpha):
    return W0 + alpha * B @ A


def lora_merge__replaced(W0, A, B, alpha):
    return alpha / A.shape[0] * B @ A


def lora_unmerge__right__plain(W, A, B, alpha):
    return W - np.dot(B, A) * alpha / A.shape[0]


def lora_unmerge__adds(W, A, B, alpha):
    return W + alpha / A.shape[0] * B @ A


def lora_unmerge__alpha_not_divided(W, A, B, alpha):
    return W - alpha * B @ A


def lora_param_counts__right__plain(d_out, d_in, r):
    return d_out * d_in, d_out * r + r * d_in


def lora_param_counts__frozen_included(d_out, d_in, r):
    return d_out * d_in, d_out * d_in + r * (d_in + d_out)


def lora_param_counts__product(d_out, d_in, r):
    return d_out * d_in, r * d_out * d_in


def lora_param_counts__other__ratio(d_out, d_in, r):
    return d_out * d_in, r * (d_out + d_in) / (d_out * d_in)
