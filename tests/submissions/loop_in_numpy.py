# expect: timeout 6-8
import numpy as np


def double(x):
    for _ in range(10**6):
        np.sort(np.arange(10**6)[::-1])
    return 2 * x
