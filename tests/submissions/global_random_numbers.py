# expect: again
import numpy as np


def double(x):
    return x + np.random.standard_normal(x.shape)
