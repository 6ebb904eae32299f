"""Oracles for L1, L2 and weight decay: exact sums, PyTorch's SGD and soft shrinkage, and autograd of the penalised loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from grader.spec import Array
from tests.oracles import oracle


def _entries(weights: Sequence[Array]) -> list[Fraction]:
    return [Fraction(value) for w in weights for value in w.ravel().tolist()]


@oracle("exact arithmetic")
def l2_penalty(weights: Sequence[Array], lam: float) -> float:
    return float(Fraction(lam) / 2 * sum(w * w for w in _entries(weights)))


@oracle("exact arithmetic")
def l1_penalty(weights: Sequence[Array], lam: float) -> float:
    return float(Fraction(lam) * sum(max(w, -w) for w in _entries(weights)))


@oracle("PyTorch")
def l1_subgradient(w: Array, lam: float) -> Array:
    import torch

    weights = torch.tensor(w, requires_grad=True)
    (lam * torch.linalg.vector_norm(weights.ravel(), ord=1)).backward()
    return weights.grad.numpy()


@oracle("PyTorch")
def weight_decay_step(w: Array, grad: Array, lr: float, lam: float) -> Array:
    import torch

    weights = torch.tensor(w, requires_grad=True)
    weights.grad = torch.tensor(grad)
    torch.optim.SGD([weights], lr=lr, weight_decay=lam).step()
    return weights.detach().numpy()


@oracle("PyTorch")
def soft_threshold(w: Array, t: float) -> Array:
    import torch

    return torch.nn.functional.softshrink(torch.from_numpy(w), t).numpy()


@oracle("PyTorch")
def regularized(
    data_loss: float, data_grads: Mapping[str, Array], params: Mapping[str, Array], lam: float
) -> tuple[float, dict[str, Array]]:
    """The data loss is stood for by a linear function with its value and its gradients."""
    import torch

    tensors = {name: torch.tensor(value, requires_grad=True) for name, value in params.items()}
    loss = torch.tensor(data_loss, dtype=torch.float64)
    for name, value in tensors.items():
        loss = loss + (torch.from_numpy(data_grads[name]) * (value - value.detach())).sum()
        if name.startswith("W"):
            loss = loss + lam / 2 * torch.linalg.vector_norm(value.ravel()).square()
    loss.backward()
    return float(loss.detach()), {name: np.asarray(tensors[name].grad.numpy()) for name in data_grads}
