# expect: right
import numpy as np


def double(x):
    return 2 * np.asarray(x)
