"""Oracles for generative adversarial networks: PyTorch's losses and autograd, SciPy's entropies, fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from tests.oracles import oracle


def _leaf(array):
    import torch

    return torch.tensor(array, requires_grad=True)


def _bce(logits, label):
    import torch

    return torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


@oracle("PyTorch")
def d_loss(z_real, z_fake):
    return (_bce(_leaf(z_real), 1.0) + _bce(_leaf(z_fake), 0.0)).item()


@oracle("PyTorch")
def d_loss_grads(z_real, z_fake):
    z_real, z_fake = _leaf(z_real), _leaf(z_fake)
    (_bce(z_real, 1.0) + _bce(z_fake, 0.0)).backward()
    return z_real.grad.numpy(), z_fake.grad.numpy()


@oracle("PyTorch")
def g_loss_minimax(z_fake):
    """The discriminator's own loss on fakes, which the generator wants large."""
    return -_bce(_leaf(z_fake), 0.0).item()


@oracle("PyTorch")
def g_loss_nonsaturating(z_fake):
    """Cross-entropy with the labels flipped."""
    return _bce(_leaf(z_fake), 1.0).item()


@oracle("PyTorch")
def g_loss_grads(z_fake):
    grads = []
    for label, sign in ((0.0, -1), (1.0, 1)):
        z = _leaf(z_fake)
        (sign * _bce(z, label)).backward()
        grads.append(z.grad.numpy())
    return tuple(grads)


@oracle("exact arithmetic")
def optimal_discriminator(p_real, p_gen):
    d = []
    for p, q in zip(p_real.ravel().tolist(), p_gen.ravel().tolist()):
        real, fake = Fraction(p), Fraction(q)
        d.append(float(real / (real + fake)) if real + fake else 0.5)
    return np.array(d).reshape(p_real.shape)


@oracle("SciPy")
def gan_value(p_real, p_gen):
    """Relative entropies of both distributions to their sum; `rel_entr` knows that 0 log 0 is 0."""
    from scipy.special import rel_entr

    return rel_entr(p_real, p_real + p_gen).sum() + rel_entr(p_gen, p_real + p_gen).sum()


@oracle("exact arithmetic")
def wgan_losses(c_real, c_fake):
    real, fake = (sum(map(Fraction, scores.tolist())) / len(scores) for scores in (c_real, c_fake))
    return float(fake - real), float(-fake)
