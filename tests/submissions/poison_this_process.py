# expect: wrong
# Whatever it breaks here is gone with the worker; the next submission must not notice.
import builtins
import os
import sys

import numpy as np

np.exp = np.sqrt = lambda x: x
sys.modules["math"] = None
os.environ["GRADE_POISONED"] = "1"
builtins.poisoned = True
with open("left_behind.txt", "w") as file:
    file.write("for the next one")


def double(x):
    return np.exp(x)
