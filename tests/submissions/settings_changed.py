# expect: right
import locale
import os

import numpy as np

np.seterr(all="raise")
np.set_printoptions(precision=1)
os.makedirs("elsewhere", exist_ok=True)
os.chdir("elsewhere")
os.environ.clear()


def double(x):
    np.zeros(1) / np.zeros(1)
    return 2 * x
