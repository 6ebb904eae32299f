"""Oracles for optimizers with memory: PyTorch's own optimizers with their state set, and a half-angle identity."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from grader.spec import Array
from tests.oracles import oracle


def _stepped(make: Any, theta: Array, g: Array, state: dict[str, Any]) -> tuple[Array, dict[str, Any]]:
    """The parameter after one step of a PyTorch optimizer that starts from a state, and the new state."""
    import torch

    weights = torch.tensor(theta, requires_grad=True)
    optimizer = make([weights])
    optimizer.state[weights] = {
        key: torch.tensor(float(value)) if key == "step" else torch.tensor(value) for key, value in state.items()
    }
    weights.grad = torch.tensor(g)
    optimizer.step()
    return weights.detach().numpy(), optimizer.state[weights]


@oracle("PyTorch")
def momentum_step(theta: Array, v: Array, g: Array, lr: float, mu: float = 0.9) -> tuple[Array, Array]:
    """PyTorch's velocity is ours divided by -lr."""
    from torch.optim import SGD

    new, state = _stepped(lambda p: SGD(p, lr=lr, momentum=mu), theta, g, {"momentum_buffer": -v / lr})
    return new, -lr * state["momentum_buffer"].numpy() if mu else -lr * g


@oracle("PyTorch")
def rmsprop_step(
    theta: Array, s: Array, g: Array, lr: float, rho: float = 0.9, eps: float = 1e-8
) -> tuple[Array, Array]:
    from torch.optim import RMSprop

    new, state = _stepped(lambda p: RMSprop(p, lr=lr, alpha=rho, eps=eps), theta, g, {"step": 1, "square_avg": s})
    return new, state["square_avg"].numpy()


@oracle("PyTorch")
def adam_step(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array, int]:
    from torch.optim import Adam

    before = {"step": t, "exp_avg": m, "exp_avg_sq": v}
    new, after = _stepped(lambda p: Adam(p, lr=lr, betas=(b1, b2), eps=eps), theta, g, before)
    return new, after["exp_avg"].numpy(), after["exp_avg_sq"].numpy(), int(after["step"])


@oracle("PyTorch")
def adamw_step(
    theta: Array,
    m: Array,
    v: Array,
    t: int,
    g: Array,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    wd: float = 0.01,
) -> tuple[Array, Array, Array, int]:
    from torch.optim import AdamW

    before = {"step": t, "exp_avg": m, "exp_avg_sq": v}
    new, after = _stepped(lambda p: AdamW(p, lr=lr, betas=(b1, b2), eps=eps, weight_decay=wd), theta, g, before)
    return new, after["exp_avg"].numpy(), after["exp_avg_sq"].numpy(), int(after["step"])


@oracle("closed form")
def warmup_cosine(t: int, base_lr: float, warmup: int, total: int) -> float:
    """1 + cos(x) is twice the squared cosine of x/2; sums of the linear part are taken one increment at a time."""
    if t >= total:
        return 0.0
    if t < warmup:
        return math.fsum([base_lr / warmup] * (t + 1))
    return base_lr * float(np.sin(0.5 * np.pi * (total - t) / (total - warmup))) ** 2
