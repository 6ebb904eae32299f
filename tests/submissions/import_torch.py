# expect: at load raised ImportError torch is not allowed here: only NumPy and the standard library
import torch


def double(x):
    return 2 * torch.as_tensor(x)
