# expect: right
# Negative strides and columns first: the same array.
import numpy as np


def double(x):
    return np.asfortranarray((2 * x)[::-1])[::-1]
