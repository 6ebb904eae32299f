# expect: wrong
# from: limited
# A folder that may not be entered has to be removed too.
import os

import numpy as np


def double(x):
    os.makedirs("closed/inside", exist_ok=True)
    with open("closed/inside/file", "w") as file:
        file.write("kept")
    old = os.umask(0o777)
    os.makedirs("closed/dark", exist_ok=True)
    os.umask(old)
    return np.zeros_like(x)
