# expect: wrong or died too many or too large files
# Folders so deep that no path reaches the last one.
import os

import numpy as np


def double(x):
    for _ in range(100):
        os.mkdir("d" * 100)
        os.chdir("d" * 100)
    return np.zeros_like(x)
