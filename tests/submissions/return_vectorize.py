# expect: opaque a vectorize
import numpy as np


def double(x):
    return np.vectorize(lambda value: 2 * value)
