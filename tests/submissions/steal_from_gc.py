# expect: wrong
# Looks at every object of the process for the expected array, or for a function that makes it.
import gc

import numpy as np


def double(x):
    for thing in gc.get_objects():
        for part in gc.get_referents(thing):
            if type(part) is np.ndarray and part.shape == x.shape and np.array_equal(part, x + x):
                return part.copy()
    return np.zeros_like(x)
