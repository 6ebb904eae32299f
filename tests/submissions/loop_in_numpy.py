# expect: timeout 6-7
import numpy as np


def double(x):
    return [np.sort(np.arange(10**6)[::-1]) for _ in range(10**6)]
