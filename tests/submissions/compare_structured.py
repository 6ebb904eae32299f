# expect: opaque an array of [
import numpy as np


def double(x):
    return np.zeros(x.shape, dtype=[("a", float), ("b", int)])
