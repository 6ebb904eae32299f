# expect: wrong
# Handlers that would change the exit status never run: a worker is killed.
import atexit
import os

import numpy as np

atexit.register(os._exit, 0)


def double(x):
    return np.zeros_like(x)
