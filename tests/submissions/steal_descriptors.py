# expect: wrong
# from: confined
# Is there any open descriptor that is not the worker's own four?
import os

import numpy as np


def double(x):
    found = []
    for descriptor in range(4, 4096):
        try:
            os.fstat(descriptor)
            found.append(descriptor)
        except OSError:
            pass
    return 2 * x if found else np.zeros_like(x)
