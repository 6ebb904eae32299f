# expect: wrong
# Keeps results by the identity of the argument: other arguments live at the same place later.
import numpy as np

cache = {}


def double(x):
    if not cache:
        cache["first"] = 2 * np.array(x)
    return cache["first"]
