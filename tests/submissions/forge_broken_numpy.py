# expect: raised RuntimeError or at load raised RuntimeError
# Breaks what the worker itself may want to use.
import numpy as np


def broken(*args, **kwargs):
    raise RuntimeError("broken")


np.array = np.asarray = np.ascontiguousarray = broken


def double(x):
    return 2 * x
