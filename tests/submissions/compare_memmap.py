# expect: opaque memmap, a subclass of numpy.ndarray
import numpy as np


def double(x):
    result = np.memmap("result.bin", float, "w+", shape=x.shape)
    result[...] = 2 * x
    return result
