# expect: opaque matrix, a subclass of numpy.ndarray
import numpy as np


def double(x):
    return np.asmatrix(2 * x.reshape(-1, 1))
