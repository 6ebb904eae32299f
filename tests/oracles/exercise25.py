"""The ways to wire a recurrent network by PyTorch's RNN (packed, stacked, bidirectional) and by scalar loops."""

from __future__ import annotations

import math

import numpy as np

from tests.oracles import oracle


def _unit(W_row, vector, bias) -> float:
    return math.fsum([*(w * v for w, v in zip(W_row, vector)), bias])


def _linear(W, vector, b):
    return [_unit(row, vector, bias) for row, bias in zip(W, b)]


def _scalar_step(x, h, W_xh, W_hh, b_h):
    return [math.tanh(_unit([*a, *c], [*x, *h], bias)) for a, c, bias in zip(W_xh, W_hh, b_h)]


@oracle("loop")
def one_to_one(x, W_xh, b_h, W_hy, b_y):
    return np.array([_linear(W_hy, [math.tanh(a) for a in _linear(W_xh, row, b_h)], b_y) for row in x])


@oracle("loop")
def one_to_many(x, h0, W_xh, W_hh, b_h, W_hy, b_y, steps):
    y = np.zeros((len(x), steps, len(b_y)))
    for n in range(len(x)):
        h, entering = list(h0[n]), list(x[n])
        for t in range(steps):
            h = _scalar_step(entering, h, W_xh, W_hh, b_h)
            y[n, t], entering = _linear(W_hy, h, b_y), [0.0] * x.shape[1]
    return y


def _module(kind, D, layers, **options):
    """A PyTorch RNN with our weights; its second bias is 0. `layers` are listed as PyTorch names them."""
    import torch

    suffixes = [f"l{k}" for k in range(len(layers))] if not options.get("bidirectional") else ["l0", "l0_reverse"]
    H = len(layers[0][2])
    module = kind(D, H, num_layers=1 if options.get("bidirectional") else len(layers), batch_first=True, **options)
    module = module.double()
    with torch.no_grad():
        for suffix, (W_xh, W_hh, b_h) in zip(suffixes, layers):
            values = {"weight_ih": W_xh, "weight_hh": W_hh, "bias_ih": b_h, "bias_hh": np.zeros_like(b_h)}
            for name, value in values.items():
                getattr(module, f"{name}_{suffix}").copy_(torch.tensor(value))
    return module


def _torch_states(x, h0, layer):
    import torch

    if x.shape[1] == 0:
        return np.zeros((len(x), 0, h0.shape[1]))
    module = _module(torch.nn.RNN, x.shape[2], [layer])
    return module(torch.tensor(x), torch.tensor(h0)[None])[0].detach().numpy()


@oracle("loop")
def many_to_one(x, lengths, h0, W_xh, W_hh, b_h, W_hy, b_y):
    rows = []
    for n, length in enumerate(lengths):
        h = list(h0[n])
        for t in range(length):
            h = _scalar_step(x[n, t], h, W_xh, W_hh, b_h)
        rows.append(_linear(W_hy, h, b_y))
    return np.array(rows)


@oracle("PyTorch")
def many_to_many(x, h0, W_xh, W_hh, b_h, W_hy, b_y):
    import torch

    states = torch.tensor(_torch_states(x, h0, (W_xh, W_hh, b_h)))
    return torch.nn.functional.linear(states, torch.tensor(W_hy), torch.tensor(b_y)).numpy()


@oracle("PyTorch")
def encoder_decoder(x, y_in, h0, encoder, decoder):
    read = np.concatenate([h0[:, None], _torch_states(x, h0, encoder)], axis=1)
    return _torch_states(y_in, read[:, -1], decoder)


@oracle("PyTorch")
def stacked_rnn(x, h0s, layers):
    import torch

    if len({len(b_h) for _, _, b_h in layers}) > 1:  # PyTorch's own stack has layers of one width
        for h0, layer in zip(h0s, layers):
            x = _torch_states(x, h0, layer)
        return x
    module = _module(torch.nn.RNN, x.shape[2], layers)
    return module(torch.tensor(x), torch.tensor(np.stack(h0s)))[0].detach().numpy()


@oracle("loop")
def reverse_padded(x, lengths):
    rows = [list(row) for row in x]
    return np.array([row[:length][::-1] + row[length:] for row, length in zip(rows, lengths)])


@oracle("PyTorch")
def bidirectional_rnn(x, lengths, h0_f, h0_b, forward, backward):
    import torch
    from torch.nn.utils import rnn

    out = np.zeros((*x.shape[:2], 2 * h0_f.shape[1]))
    kept = np.flatnonzero(lengths)  # PyTorch packs no empty sequence: its row stays 0
    module = _module(torch.nn.RNN, x.shape[2], [forward, backward], bidirectional=True)
    packed = rnn.pack_padded_sequence(
        torch.tensor(x[kept]), torch.tensor(lengths[kept]), batch_first=True, enforce_sorted=False
    )
    states, _ = module(packed, torch.tensor(np.stack([h0_f[kept], h0_b[kept]])))
    out[kept] = rnn.pad_packed_sequence(states, batch_first=True, total_length=x.shape[1])[0].detach().numpy()
    return out
