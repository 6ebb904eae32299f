"""Recurrent networks by PyTorch's own cell and autograd, by scalar loops, and by listing steps."""

from __future__ import annotations

import math

import numpy as np

from tests.oracles import oracle


@oracle("loop")
def rnn_step(x, h_prev, W_xh, W_hh, b_h):
    h = np.zeros(h_prev.shape)
    for n, unit in np.ndindex(*h.shape):
        terms = [w * v for w, v in zip(W_hh[unit], h_prev[n])] + [w * v for w, v in zip(W_xh[unit], x[n])]
        h[n, unit] = math.tanh(math.fsum([*terms, b_h[unit]]))
    return h


def _tensors(*arrays):
    import torch

    return [torch.tensor(array, requires_grad=True) for array in arrays]


def _torch_step(x, h, W_xh, W_hh, b_h):
    import torch

    return torch._VF.rnn_tanh_cell(x, h, W_xh, W_hh, b_h, torch.zeros_like(b_h))


def _torch_forward(x, h, W_xh, W_hh, b_h):
    import torch

    states = []
    for t in range(x.shape[1]):
        h = _torch_step(x[:, t], h, W_xh, W_hh, b_h)
        states.append(h)
    return torch.stack(states, dim=1) if states else h.new_zeros((len(h), 0, h.shape[1]))


def _torch_gradients(output, inputs, dout):
    import torch

    return tuple(grad.numpy() for grad in torch.autograd.grad(output, inputs, torch.tensor(dout)))


@oracle("PyTorch")
def rnn_step_backward(dh, x, h_prev, W_xh, W_hh, b_h):
    inputs = _tensors(x, h_prev, W_xh, W_hh, b_h)
    return _torch_gradients(_torch_step(*inputs), inputs, dh)


@oracle("PyTorch")
def rnn_forward(x, h0, W_xh, W_hh, b_h):
    return _torch_forward(*_tensors(x, h0, W_xh, W_hh, b_h)).detach().numpy()


@oracle("PyTorch")
def rnn_backward(dhs, x, h0, W_xh, W_hh, b_h):
    inputs = _tensors(x, h0, W_xh, W_hh, b_h)
    return _torch_gradients(_torch_forward(*inputs), inputs, dhs)


@oracle("loop")
def rnn_output(h, W_hy, b_y):
    y = np.zeros((*h.shape[:2], len(b_y)))
    for n, t, unit in np.ndindex(*y.shape):
        y[n, t, unit] = math.fsum([*(w * v for w, v in zip(W_hy[unit], h[n, t])), b_y[unit]])
    return y


@oracle("PyTorch")
def rnn_output_backward(dy, h, W_hy):
    from torch.nn import functional

    inputs = _tensors(h, W_hy, np.zeros(len(W_hy)))
    return _torch_gradients(functional.linear(*inputs), inputs, dy)


@oracle("loop")
def truncated_bptt_chunks(T, k):
    chunks = []
    for t in range(T):
        if t % k == 0:
            chunks.append((t, t + 1))
        else:
            chunks[-1] = (chunks[-1][0], t + 1)
    return chunks
