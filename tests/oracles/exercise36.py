"""Oracles for prompt tuning and adapters: PyTorch's layers, autograd and SGD; entries counted one by one."""

from __future__ import annotations

import numpy as np

from tests.oracles import oracle


def _leaf(array):
    import torch

    return torch.tensor(array, requires_grad=True)


def _with_prompt(e, P):
    import torch

    return torch.cat([P.unsqueeze(0).expand(len(e), -1, -1), e], dim=1)


@oracle("PyTorch")
def prepend_prompt(e, P):
    return _with_prompt(_leaf(e), _leaf(P)).detach().numpy()


@oracle("PyTorch")
def prompt_grad(dout, k):
    """By autograd, with any prompt and any tokens: the gradient depends on neither."""
    import torch

    N, length, D = dout.shape
    P = torch.zeros(k, D, dtype=torch.float64, requires_grad=True)
    _with_prompt(torch.ones(N, length - k, D, dtype=torch.float64), P).backward(torch.tensor(dout))
    return P.grad.numpy()


@oracle("PyTorch")
def extend_mask(mask, k):
    import torch

    return torch.nn.functional.pad(torch.tensor(mask), (k, 0), value=True).numpy()


def _adapter(x, W_down, b_down, W_up, b_up):
    import torch

    linear = torch.nn.functional.linear
    return x + linear(torch.relu(linear(x, W_down, b_down)), W_up, b_up)


@oracle("PyTorch")
def adapter_forward(x, W_down, b_down, W_up, b_up):
    return _adapter(*map(_leaf, (x, W_down, b_down, W_up, b_up))).detach().numpy()


@oracle("PyTorch")
def adapter_backward(dout, x, W_down, b_down, W_up, b_up):
    import torch

    tensors = [_leaf(array) for array in (x, W_down, b_down, W_up, b_up)]
    _adapter(*tensors).backward(torch.tensor(dout))
    return tuple(tensor.grad.numpy() for tensor in tensors)


@oracle("PyTorch")
def selective_update(params, grads, trainable, lr):
    """The optimizer gets what is trainable, and passes over parameters whose gradient is None."""
    import torch

    tensors = {name: torch.nn.Parameter(torch.tensor(p)) for name, p in params.items()}
    for name, gradient in grads.items():
        tensors[name].grad = torch.tensor(gradient)
    if trainable:
        torch.optim.SGD([tensors[name] for name in trainable], lr=lr).step()
    return {name: tensor.detach().numpy() for name, tensor in tensors.items()}


@oracle("loop")
def trainable_fraction(params, trainable):
    trained = entries = 0
    for name, p in params.items():
        for _ in np.asarray(p).flat:
            entries += 1
            trained += any(name == wanted for wanted in trainable)
    return trained / entries if entries else 0.0
