# expect: wrong
# Finds the worker's own functions and makes them send something else. It can only change which value is sent.
import gc

import numpy as np

for thing in gc.get_objects():
    if type(thing) is dict and thing.get("__name__") == "grader.worker.submission":
        thing["encode_result"] = lambda result: b"T"


def double(x):
    return np.zeros_like(x)
