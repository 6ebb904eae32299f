# expect: right
import warnings

import numpy as np

warnings.simplefilter("ignore")
np.seterr(all="ignore")


def double(x):
    for number in range(1000):
        warnings.warn(f"number {number}", RuntimeWarning)
    np.zeros(1) / np.zeros(1)
    return 2 * x
