# expect: right
# What a student may use, and numpy's own parts.
import collections
import dataclasses
import functools
import itertools
import json
import math
import statistics
import tempfile
import typing

import numpy as np
import numpy.fft
import numpy.linalg
import numpy.polynomial


@dataclasses.dataclass
class Scale:
    by: "float" = 2.0


@functools.lru_cache
def scale():
    return Scale().by


def double(x):
    with tempfile.TemporaryFile() as file:
        np.save(file, x)
        file.seek(0)
        return scale() * np.load(file)
