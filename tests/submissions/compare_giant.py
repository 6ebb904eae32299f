# expect: opaque too large to be sent
import numpy as np


def double(x):
    return np.broadcast_to(2.0, (10**6, 10**6))
