# expect: opaque MaskedArray, a subclass of numpy.ndarray
import numpy as np


def double(x):
    return np.ma.masked_all(x.shape)
