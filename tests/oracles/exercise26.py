"""The LSTM by scalar loops, and by PyTorch's LSTM and its autograd with the blocks put into PyTorch's order."""

from __future__ import annotations

import math

import numpy as np

from tests.oracles import oracle


def _sigmoid(a: float) -> float:
    return 1 / (1 + math.exp(-a)) if a >= 0 else math.exp(a) / (1 + math.exp(a))


@oracle("loop")
def lstm_gates(x, h_prev, W, b):
    H = h_prev.shape[1]
    f, i, g, o = (np.zeros(h_prev.shape) for _ in range(4))
    for n in range(len(x)):
        z = [*h_prev[n], *x[n]]
        for unit in range(H):

            def pre(block):
                row = block * H + unit
                return math.fsum([*(float(w * v) for w, v in zip(W[row], z)), b[row]])

            f[n, unit], i[n, unit] = _sigmoid(pre(0)), _sigmoid(pre(1))
            g[n, unit], o[n, unit] = math.tanh(pre(2)), _sigmoid(pre(3))
    return f, i, g, o


@oracle("loop")
def lstm_cell_update(f, i, g, o, c_prev):
    c = [[math.fsum([f[n, k] * c_prev[n, k], i[n, k] * g[n, k]]) for k in range(f.shape[1])] for n in range(len(f))]
    h = [[o[n, k] * math.tanh(c[n][k]) for k in range(f.shape[1])] for n in range(len(f))]
    return np.array(h), np.array(c)


def _torch_cell(H, D, W, b):
    """A step of PyTorch's LSTM on tensors; its blocks are i, f, g, o and its two biases add up."""
    import torch

    order = torch.arange(4 * H).reshape(4, H)[[1, 0, 2, 3]].reshape(-1)
    ours, bias = W[order], b[order]

    def step(x, h, c):
        return torch._VF.lstm_cell(x, (h, c), ours[:, H:], ours[:, :H], bias, torch.zeros_like(bias))

    return step


def _tensors(*arrays):
    import torch

    return [torch.tensor(array, requires_grad=True) for array in arrays]


def _numpy(tensors):
    return tuple(tensor.detach().numpy() for tensor in tensors)


@oracle("PyTorch")
def lstm_step(x, h_prev, c_prev, W, b):
    x, h, c, W, b = _tensors(x, h_prev, c_prev, W, b)
    return _numpy(_torch_cell(h.shape[1], x.shape[1], W, b)(x, h, c))


@oracle("PyTorch")
def lstm_step_backward(dh, dc, x, h_prev, c_prev, W, b):
    import torch

    inputs = x, h, c, W, b = _tensors(x, h_prev, c_prev, W, b)
    outputs = _torch_cell(h.shape[1], x.shape[1], W, b)(x, h, c)
    return _numpy(torch.autograd.grad(outputs, inputs, [torch.tensor(dh), torch.tensor(dc)]))


def _torch_forward(x, h, c, W, b):
    import torch

    (N, T, D), H = x.shape, h.shape[1]
    step, hs, cs = _torch_cell(H, D, W, b), [], []
    for t in range(T):
        h, c = step(x[:, t], h, c)
        hs.append(h)
        cs.append(c)
    if T == 0:
        return torch.zeros((N, 0, H), dtype=x.dtype), torch.zeros((N, 0, H), dtype=x.dtype)
    return torch.stack(hs, dim=1), torch.stack(cs, dim=1)


@oracle("PyTorch")
def lstm_forward(x, h0, c0, W, b):
    return _numpy(_torch_forward(*_tensors(x, h0, c0, W, b)))


@oracle("PyTorch")
def lstm_backward(dhs, x, h0, c0, W, b):
    import torch

    inputs = _tensors(x, h0, c0, W, b)
    return _numpy(torch.autograd.grad(_torch_forward(*inputs)[0], inputs, torch.tensor(dhs)))


@oracle("closed form")
def lstm_init(D, H, rng):
    draws = rng.random(4 * H * (H + D))  # a Generator fills an array in order
    W = [[(2 * draws[row * (H + D) + k] - 1) * math.sqrt(1 / H) for k in range(H + D)] for row in range(4 * H)]
    return np.array(W), np.array([1.0] * H + [0.0] * (3 * H))
