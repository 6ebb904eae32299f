"""Independent oracles for turning logits into probabilities."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import scipy.special

from tests.oracles import oracle


@oracle("SciPy")
def softmax(z, axis=-1):
    return scipy.special.softmax(z, axis=axis)


@oracle("SciPy")
def log_softmax(z, axis=-1):
    return scipy.special.log_softmax(z, axis=axis)


@oracle("PyTorch")
def softmax_backward(dout, z, axis=-1):
    import torch

    logits = torch.from_numpy(z).requires_grad_()
    torch.softmax(logits, dim=axis).backward(torch.from_numpy(dout))
    return logits.grad.numpy()


@oracle("exact arithmetic")
def softmax_temperature(z, T):
    """Decimals have room for e^10000, so the definition can be taken literally."""
    with localcontext() as context:
        context.prec = 60
        rows = []
        for row in np.reshape(z, (-1, np.shape(z)[-1])).tolist():
            weights = [(Decimal(score) / Decimal(T)).exp() for score in row]
            rows.append([float(weight / sum(weights)) for weight in weights])
    return np.reshape(rows, np.shape(z))


@oracle("SciPy")
def logit(p):
    return scipy.special.logit(p)


@oracle("PyTorch")
def one_hot(y, C):
    import torch

    return torch.nn.functional.one_hot(torch.from_numpy(y), C).double().numpy()


@oracle("loop")
def masked_softmax(z, mask, axis=-1):
    out = np.zeros(z.shape)
    for position in np.argwhere(mask).tolist():
        row = list(position)
        row[axis] = slice(None)
        competitors = z[tuple(row)][mask[tuple(row)]]
        with np.errstate(over="ignore"):
            out[tuple(position)] = 1 / np.sum(np.exp(competitors - z[tuple(position)]))
    return out
