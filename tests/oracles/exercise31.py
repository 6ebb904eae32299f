"""The Vision Transformer by PyTorch's unfolding, folding and convolution, and entry by entry."""

from __future__ import annotations

import numpy as np

from tests.oracles import oracle


def _tensors(*arrays):
    import torch

    return [torch.from_numpy(array) for array in arrays]


@oracle("loop")
def num_patches(H, W, P):
    """Colours the pixels patch by patch and looks whether each has been met exactly once."""
    met, count = np.zeros((H, W), dtype=int), 0
    for top in range(0, H, P):
        for left in range(0, W, P):
            if top + P > H or left + P > W:
                raise ValueError("a patch leaves the image")
            met[top : top + P, left : left + P] += 1
            count += 1
    assert (met == 1).all()
    return count


@oracle("PyTorch")
def patchify(x, P):
    import torch

    (x,) = _tensors(x)
    return torch.nn.functional.unfold(x, P, stride=P).mT.numpy()


@oracle("PyTorch")
def unpatchify(tokens, P, C, H, W):
    import torch

    (tokens,) = _tensors(tokens)
    return torch.nn.functional.fold(tokens.mT, (H, W), P, stride=P).numpy()


@oracle("PyTorch")
def patch_embed(x, E, b, P):
    import torch

    x, E, b = _tensors(x, E, b)
    return torch.nn.functional.conv2d(x, E.unflatten(1, (x.shape[1], P, P)), b, stride=P).flatten(2).mT.numpy()


@oracle("PyTorch")
def patch_kernel(E, C, P):
    """How the embedding of a single patch changes with each of its pixels."""
    import torch

    (E,) = _tensors(E)

    def embedding(patch):
        return E @ torch.nn.functional.unfold(patch[None], P)[0, :, 0]

    return torch.autograd.functional.jacobian(embedding, torch.zeros(C, P, P, dtype=E.dtype)).numpy()


@oracle("loop")
def add_class_and_positions(tokens, cls, pos):
    rows = []
    for sequence in tokens.tolist():
        vectors = [cls.tolist(), *sequence]
        rows.append([[a + b for a, b in zip(vector, place)] for vector, place in zip(vectors, pos.tolist())])
    return np.array(rows)


@oracle("PyTorch")
def vit_classify(tokens, gamma, beta, W, b):
    import torch

    tokens, gamma, beta, W, b = _tensors(tokens, gamma, beta, W, b)
    normalized = torch.nn.functional.layer_norm(tokens, gamma.shape, gamma, beta)
    return torch.nn.functional.linear(normalized.select(1, 0), W, b).numpy()
