# expect: wrong
# Looks in every frame above for an array that is not the argument.
import sys

import numpy as np


def double(x):
    frame = sys._getframe()
    while frame is not None:
        for name, value in list(frame.f_locals.items()) + list(frame.f_globals.items()):
            if type(value) is np.ndarray and value.shape == x.shape and not np.array_equal(value, x):
                return value
            if callable(value) and name in ("reference", "solution", "double_reference"):
                return value(x)
        frame = frame.f_back
    return np.zeros_like(x)
