# expect: opaque an array of <U
import numpy as np


def double(x):
    return np.array(["2"] * x.size).reshape(x.shape)
