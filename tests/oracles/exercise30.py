"""The Transformer by PyTorch's own layers, losses and autograd; positions number by number."""

from __future__ import annotations

import math

import numpy as np

from tests.oracles import oracle


def _tensors(*arrays):
    import torch

    return [torch.from_numpy(np.ascontiguousarray(array)) for array in arrays]


@oracle("loop")
def sinusoidal_positions(T, D):
    """Pair by pair, from the wavelength 2 pi 10000^(2i/D)."""
    P = np.zeros((T, D))
    for p in range(T):
        for i in range(math.ceil(D / 2)):
            turns = p / (2 * math.pi * math.pow(10000, 2 * i / D))
            pair = [math.sin(2 * math.pi * turns), math.cos(2 * math.pi * turns)]
            P[p, 2 * i : 2 * i + 2] = pair[: D - 2 * i]
    return P


@oracle("PyTorch")
def embed_tokens(ids, E, P):
    import torch

    ids, E, P = _tensors(ids, E, P)
    words = torch.nn.functional.embedding(ids, E) * math.sqrt(E.shape[1])
    return (words + torch.nn.functional.embedding(torch.arange(ids.shape[1]), P)).numpy()


@oracle("PyTorch")
def embed_tokens_backward(dout, ids, E):
    import torch

    dout, ids, E = _tensors(dout, ids, E)
    E.requires_grad_()
    (torch.nn.functional.embedding(ids, E) * math.sqrt(E.shape[1])).backward(dout)
    return E.grad.numpy()


def _torch_ffn(x, W1, b1, W2, b2):
    import torch

    return torch.nn.functional.linear(torch.relu(torch.nn.functional.linear(x, W1, b1)), W2, b2)


@oracle("PyTorch")
def ffn_forward(x, W1, b1, W2, b2):
    return _torch_ffn(*_tensors(x, W1, b1, W2, b2)).numpy()


@oracle("PyTorch")
def ffn_backward(dout, x, W1, b1, W2, b2):
    dout, *leaves = _tensors(dout, x, W1, b1, W2, b2)
    for leaf in leaves:
        leaf.requires_grad_()
    _torch_ffn(*leaves).backward(dout)
    return tuple(leaf.grad.numpy() for leaf in leaves)


@oracle("PyTorch")
def encoder_block(x, mask, attn, ffn, ln1, ln2, heads, pre_norm=False):
    """torch.nn.TransformerEncoderLayer with these parameters and no dropout; its masks say what is forbidden."""
    import torch

    N, T, D = x.shape
    Wq, Wk, Wv, Wo = attn
    W1, b1, W2, b2 = ffn
    layer = torch.nn.TransformerEncoderLayer(
        D, heads, len(W1), dropout=0.0, batch_first=True, norm_first=pre_norm, dtype=torch.float64
    )
    parameters = {
        "self_attn.in_proj_weight": np.concatenate([Wq, Wk, Wv]),
        "self_attn.in_proj_bias": np.zeros(3 * D),
        "self_attn.out_proj.weight": Wo,
        "self_attn.out_proj.bias": np.zeros(D),
        **{"linear1.weight": W1, "linear1.bias": b1, "linear2.weight": W2, "linear2.bias": b2},
        **{"norm1.weight": ln1[0], "norm1.bias": ln1[1], "norm2.weight": ln2[0], "norm2.bias": ln2[1]},
    }
    layer.load_state_dict({name: torch.from_numpy(value) for name, value in parameters.items()})
    forbidden = None
    if mask is not None:
        forbidden = ~torch.from_numpy(mask).expand(N, heads, T, T).reshape(N * heads, T, T)
    return layer(torch.from_numpy(x), src_mask=forbidden).detach().numpy()


@oracle("PyTorch")
def cross_attention(y, memory, Wq, Wk, Wv, mask):
    import torch

    y, memory, Wq, Wk, Wv, mask = _tensors(y, memory, Wq, Wk, Wv, mask)
    linear = torch.nn.functional.linear
    inputs = linear(y, Wq), linear(memory, Wk), linear(memory, Wv)
    return torch.nn.functional.scaled_dot_product_attention(*inputs, attn_mask=mask).numpy()


@oracle("PyTorch")
def next_token_loss(logits, ids, valid):
    import torch

    logits, ids, valid = _tensors(logits, ids, valid)
    targets = [
        int(row[t + 1]) if real[t] and real[t + 1] else -100  # PyTorch leaves this target out
        for row, real in zip(ids, valid)
        for t in range(len(row) - 1)
    ]
    count = sum(target >= 0 for target in targets)
    if not count:
        return 0.0
    flat = logits[:, :-1].reshape(-1, logits.shape[-1])
    return float(torch.nn.functional.cross_entropy(flat, torch.tensor(targets)))
