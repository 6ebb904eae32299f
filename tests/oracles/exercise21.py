"""Oracles for convolution: SciPy's correlation and PyTorch's layers, unfold and autograd."""

from __future__ import annotations

from tests.oracles import oracle


@oracle("SciPy")
def cross_correlate2d(x, w):
    from scipy.signal import correlate2d

    return correlate2d(x, w, mode="valid")


@oracle("PyTorch")
def conv2d_forward(x, w, b, stride=1, pad=0):
    import torch

    x, w, b = (torch.from_numpy(each) for each in (x, w, b))
    return torch.nn.functional.conv2d(x, w, b, stride=stride, padding=pad).numpy()


@oracle("PyTorch")
def conv2d_backward(dout, x, w, stride=1, pad=0):
    import torch

    x, w = (torch.from_numpy(each).requires_grad_() for each in (x, w))
    b = torch.zeros(len(w), dtype=torch.float64, requires_grad=True)
    torch.nn.functional.conv2d(x, w, b, stride=stride, padding=pad).backward(torch.from_numpy(dout))
    return x.grad.numpy(), w.grad.numpy(), b.grad.numpy()


@oracle("PyTorch")
def im2col(x, kh, kw, stride=1, pad=0):
    import torch

    columns = torch.nn.functional.unfold(torch.from_numpy(x), (kh, kw), stride=stride, padding=pad)
    return columns.transpose(1, 2).contiguous().numpy()


@oracle("PyTorch")
def col2im(cols, shape, kh, kw, stride=1, pad=0):
    import torch

    columns = torch.from_numpy(cols).transpose(1, 2)
    return torch.nn.functional.fold(columns, tuple(shape[2:]), (kh, kw), stride=stride, padding=pad).numpy()


@oracle("PyTorch")
def conv1d_causal(x, w, b):
    import torch

    padded = torch.nn.functional.pad(torch.from_numpy(x), (w.shape[2] - 1, 0))
    return torch.nn.functional.conv1d(padded, torch.from_numpy(w), torch.from_numpy(b)).numpy()
