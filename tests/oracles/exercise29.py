"""Self-attention by PyTorch's attention and autograd; masks and heads entry by entry from their definitions."""

from __future__ import annotations

import numpy as np

from tests.oracles import oracle


def _tensors(*arrays):
    import torch

    return [None if array is None else torch.from_numpy(array) for array in arrays]


@oracle("PyTorch")
def qkv(x, Wq, Wk, Wv):
    import torch

    x, *weights = _tensors(x, Wq, Wk, Wv)
    return tuple(torch.nn.functional.linear(x, W).numpy() for W in weights)


@oracle("loop")
def causal_mask(T):
    return np.array([[j <= i for j in range(T)] for i in range(T)], dtype=bool).reshape(T, T)


@oracle("loop")
def padding_mask(lengths, T):
    return np.array([[True] * int(length) + [False] * (T - int(length)) for length in lengths])


def _torch_attention(Q, K, V, mask):
    """PyTorch's own function; its kernels for the CPU give zeros to a query that may attend to nothing."""
    import torch

    return torch.nn.functional.scaled_dot_product_attention(Q, K, V, attn_mask=mask)


@oracle("PyTorch")
def scaled_dot_product_attention(Q, K, V, mask=None):
    import torch

    Q, K, V, mask = _tensors(Q, K, V, mask)
    one_hot = torch.eye(K.shape[-2], dtype=K.dtype).expand(*K.shape[:-2], -1, -1)  # what is read are then the weights
    return _torch_attention(Q, K, V, mask).numpy(), _torch_attention(Q, K, one_hot, mask).numpy()


@oracle("PyTorch")
def attention_backward(dout, Q, K, V, mask=None):
    dout, Q, K, V, mask = _tensors(dout, Q, K, V, mask)
    leaves = [tensor.requires_grad_() for tensor in (Q, K, V)]
    _torch_attention(*leaves, mask).backward(dout)
    return tuple(leaf.grad.numpy() for leaf in leaves)


@oracle("loop")
def split_heads(x, heads):
    N, T, D = x.shape
    d = D // heads
    rows = [[[[x[n, t, h * d + e] for e in range(d)] for t in range(T)] for h in range(heads)] for n in range(N)]
    return np.array(rows)


@oracle("loop")
def merge_heads(x):
    return np.array([[[value for head in example for value in head[t]] for t in range(x.shape[2])] for example in x])


@oracle("PyTorch")
def multi_head_attention(x, Wq, Wk, Wv, Wo, heads, mask=None):
    """By the function behind torch.nn.MultiheadAttention, whose masks are True where attending is forbidden."""
    import torch

    x, Wq, Wk, Wv, Wo, mask = _tensors(x, Wq, Wk, Wv, Wo, mask)
    N, T, D = x.shape
    forbidden = None if mask is None else ~mask.expand(N, heads, T, T).reshape(N * heads, T, T)
    steps = x.transpose(0, 1)  # time comes first there
    settings = {"training": False, "need_weights": False, "attn_mask": forbidden, "use_separate_proj_weight": True}
    projections = {"q_proj_weight": Wq, "k_proj_weight": Wk, "v_proj_weight": Wv}
    out, _ = torch.nn.functional.multi_head_attention_forward(
        steps, steps, steps, D, heads, None, None, None, None, False, 0.0, Wo, None, **settings, **projections
    )
    return out.transpose(0, 1).numpy()
