# expect: opaque recarray, a subclass of numpy.ndarray
import numpy as np


def double(x):
    return (2 * x).view(np.recarray)
