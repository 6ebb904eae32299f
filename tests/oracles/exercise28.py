"""Oracles for Seq2Seq and attention: PyTorch's layers and autograd, and decoding by looking every token up."""

from __future__ import annotations

import numpy as np

from tests.oracles import oracle


def _tensors(*arrays):
    import torch

    return [torch.from_numpy(array) for array in arrays]


@oracle("PyTorch")
def general_scores(q, K, Wa):
    import torch

    q, K, Wa = _tensors(q, K, Wa)
    queries = q[:, None, :].expand(-1, K.shape[1], -1).contiguous()
    return torch.nn.functional.bilinear(queries, K, Wa[None])[..., 0].numpy()


@oracle("PyTorch")
def additive_scores(q, K, Wq, Wk, v):
    import torch

    q, K, Wq, Wk, v = _tensors(q, K, Wq, Wk, v)
    linear = torch.nn.functional.linear
    return linear(torch.tanh(linear(q, Wq).unsqueeze(1) + linear(K, Wk)), v[None]).squeeze(-1).numpy()


def _torch_weights(scores, mask):
    import torch

    return torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=1).masked_fill(~mask, 0.0)


@oracle("PyTorch")
def attention_weights(scores, mask):
    return _torch_weights(*_tensors(scores, mask)).numpy()


@oracle("PyTorch")
def attention_context(weights, values):
    import torch

    weights, values = _tensors(weights, values)
    return torch.bmm(weights.unsqueeze(1), values).squeeze(1).numpy()


@oracle("PyTorch")
def attention_read_backward(dctx, scores, mask, values):
    """By autograd, example by example; one of padding only reads nothing and is left out."""
    import torch

    dctx, scores, mask, values = _tensors(dctx, scores, mask, values)
    scores.requires_grad_()
    values.requires_grad_()
    read = mask.any(dim=1)
    context = torch.einsum("ns,nsd->nd", _torch_weights(scores[read], mask[read]), values[read])
    context.backward(dctx[read])
    return scores.grad.numpy(), values.grad.numpy()


@oracle("PyTorch")
def luong_output(c, h, Wc):
    import torch

    c, h, Wc = _tensors(c, h, Wc)
    return torch.tanh(torch.nn.functional.linear(torch.cat([c, h], dim=1), Wc)).numpy()


@oracle("loop")
def teacher_forcing_inputs(y, bos):
    rows = []
    for row in y.tolist():
        row.insert(0, bos)
        row.pop()
        rows.append(row)
    return np.array(rows)


@oracle("loop")
def greedy_decode(step, state, bos, eos, max_len):
    """Grows the answer while the decoder, run again from the start on it, wants to go on."""
    answer = []
    while len(answer) < max_len:
        current = state
        for token in [bos, *answer]:
            logits, current = step(token, current)
        wanted = [index for index in range(len(logits)) if all(logits[index] >= other for other in logits)]
        if wanted[0] == eos:
            return answer
        answer.append(wanted[0])
    return answer
