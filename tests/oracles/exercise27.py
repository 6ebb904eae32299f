"""The GRU by scalar loops and by PyTorch's autograd; PyTorch's own GRU resets after the product, so it cannot serve."""

from __future__ import annotations

import math

import numpy as np

from tests.oracles import oracle


def _sigmoid(a: float) -> float:
    return 1 / (1 + math.exp(-a)) if a >= 0 else math.exp(a) / (1 + math.exp(a))


def _pre(row, values, bias) -> float:
    return math.fsum([*(w * v for w, v in zip(row, values, strict=True)), bias])


def _scalar_step(x, h, Wg, bg, Wc, bc):
    H = len(h)
    gates = [_sigmoid(_pre(row, [*h, *x], bias)) for row, bias in zip(Wg, bg)]
    reset = [gates[H + k] * h[k] for k in range(H)]
    candidate = [math.tanh(_pre(row, [*reset, *x], bias)) for row, bias in zip(Wc, bc)]
    return [h[k] + gates[k] * (candidate[k] - h[k]) for k in range(H)]


@oracle("loop")
def gru_gates(x, h_prev, Wg, bg):
    H = h_prev.shape[1]
    rows = [[_sigmoid(_pre(row, [*h, *v], bias)) for row, bias in zip(Wg, bg)] for v, h in zip(x, h_prev)]
    return np.array([row[:H] for row in rows]), np.array([row[H:] for row in rows])


@oracle("loop")
def gru_candidate(x, h_prev, r, Wc, bc):
    n = np.zeros(h_prev.shape)
    for at, unit in np.ndindex(*n.shape):
        seen = [gate * h for gate, h in zip(r[at], h_prev[at])]
        n[at, unit] = math.tanh(_pre(Wc[unit], [*seen, *x[at]], bc[unit]))
    return n


@oracle("loop")
def gru_step(x, h_prev, Wg, bg, Wc, bc):
    return np.array([_scalar_step(row, list(h), Wg, bg, Wc, bc) for row, h in zip(x, h_prev)])


@oracle("PyTorch")
def gru_step_backward(dh, x, h_prev, Wg, bg, Wc, bc):
    import torch
    from torch.nn import functional

    inputs = x, h, Wg, bg, Wc, bc = [torch.tensor(a, requires_grad=True) for a in (x, h_prev, Wg, bg, Wc, bc)]
    z, r = torch.sigmoid(functional.linear(torch.hstack([h, x]), Wg, bg)).chunk(2, dim=1)
    n = torch.tanh(functional.linear(torch.hstack([r * h, x]), Wc, bc))
    return tuple(grad.numpy() for grad in torch.autograd.grad(torch.lerp(h, n, z), inputs, torch.tensor(dh)))


@oracle("loop")
def gru_forward(x, h0, Wg, bg, Wc, bc):
    hs = np.zeros((*x.shape[:2], h0.shape[1]))
    for n, sequence in enumerate(x):
        h = list(h0[n])
        for t, row in enumerate(sequence):
            h = _scalar_step(row, h, Wg, bg, Wc, bc)
            hs[n, t] = h
    return hs


@oracle("PyTorch")
def recurrent_param_count(kind, D, H):
    import torch

    module = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[kind](D, H, device="meta")
    ours = (value for name, value in module.named_parameters() if not name.startswith("bias_hh"))  # a second bias
    return sum(value.numel() for value in ours)
