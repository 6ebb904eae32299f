# expect: raised MemoryError
# from: limited
import numpy as np


def double(x):
    return np.ones((2048, 1024, 1024)).sum() * x
