"""Oracles for Word2Vec: windows walked step by step, decimal arithmetic on counts, PyTorch's autograd."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from tests.oracles import oracle


def _neighbours(tokens, i, window):
    """The words at most `window` steps from position i: to the left, nearest last, then to the right."""
    found = []
    for step in [s for s in range(-window, window + 1) if s]:
        if 0 <= i + step < len(tokens):
            found.append(tokens[i + step])
    return found


@oracle("loop")
def skipgram_pairs(tokens, window):
    return [(tokens[i], word) for i in range(len(tokens)) for word in _neighbours(tokens, i, window)]


@oracle("loop")
def cbow_examples(tokens, window):
    found = [(tuple(_neighbours(tokens, i, window)), tokens[i]) for i in range(len(tokens))]
    return [example for example in found if example[0] != ()]


@oracle("exact arithmetic")
def noise_distribution(counts, power=0.75):
    """With 28 decimal digits; a word that does not occur is left out from the start."""
    weights = {w: Decimal(int(n)) ** Decimal(power) for w, n in enumerate(counts) if n}
    total = sum(weights.values())
    return np.array([float(weights.get(w, Decimal(0)) / total) for w in range(len(counts))])


@oracle("exact arithmetic")
def subsample_keep(counts, t=1e-5):
    """With 28 decimal digits: a word is kept for certain unless its share is above t."""
    total, keep = sum(int(n) for n in counts), []
    for n in (int(n) for n in counts):
        keep.append(float((Decimal(t) * total / n).sqrt()) if n > Decimal(t) * total else 1.0)
    return np.array(keep)


def _leaf(array):
    import torch

    return torch.tensor(array, requires_grad=True)


def _signed_loss(h, o, neg, U):
    """Minus the log-likelihood of one true word and of the noise words."""
    import torch

    log_sigmoid = torch.nn.functional.logsigmoid
    noise = torch.nn.functional.embedding(torch.tensor(neg, dtype=torch.long), U)
    return -log_sigmoid(torch.dot(U[o], h)) - log_sigmoid(-torch.mv(noise, h)).sum()


@oracle("PyTorch")
def skipgram_softmax(v_c, o, U):
    import torch

    v_c, U = _leaf(v_c), _leaf(U)
    loss = torch.nn.functional.cross_entropy(torch.mv(U, v_c)[None], torch.tensor([o]))
    loss.backward()
    return loss.item(), v_c.grad.numpy(), U.grad.numpy()


@oracle("PyTorch")
def sgns(v_c, o, neg, U):
    v_c, U = _leaf(v_c), _leaf(U)
    loss = _signed_loss(v_c, o, neg, U)
    loss.backward()
    return loss.item(), v_c.grad.numpy(), U.grad.numpy()


@oracle("PyTorch")
def cbow_sgns(context, centre, neg, V, U):
    import torch

    V, U = _leaf(V), _leaf(U)
    h = torch.nn.functional.embedding_bag(torch.tensor(context)[None], V, mode="mean")[0]
    loss = _signed_loss(h, centre, neg, U)
    loss.backward()
    return loss.item(), V.grad.numpy(), U.grad.numpy()


@oracle("PyTorch")
def analogy(E, a, b, c):
    """`normalize` leaves rows of zeros as they are."""
    import torch

    X = torch.nn.functional.normalize(torch.tensor(E), dim=1)
    order = torch.argsort(torch.mv(X, X[b] - X[a] + X[c]), descending=True)
    return next(word for word in order.tolist() if word not in {a, b, c})
