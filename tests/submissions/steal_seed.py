# expect: wrong
# Looks for a seed in all places where one could lie about.
import os
import sys

import numpy as np


def double(x):
    told = " ".join([*sys.argv, *sys.orig_argv, *os.environ, *os.environ.values()])
    if "seed" in told.lower():
        return 2 * x
    return np.random.RandomState(np.random.get_state()[1][0]).standard_normal(x.shape)
