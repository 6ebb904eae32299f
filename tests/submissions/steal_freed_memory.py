# expect: wrong or again
# Hopes that memory which is given back still holds the expected array.
import numpy as np


def double(x):
    return np.empty_like(x)
