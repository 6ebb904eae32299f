# expect: wrong
# One bad leaf does not spoil the others.
import numpy as np


def double(x):
    return {"good": 2 * x, "bad": np.ma.masked_all(3), "worse": object()}
