# expect: right
# Run after the one that poisons: nothing of it is left.
import builtins
import math
import os


def double(x):
    if hasattr(builtins, "poisoned") or "GRADE_POISONED" in os.environ or os.path.exists("left_behind.txt"):
        raise RuntimeError("poisoned")
    return math.sqrt(4) * x
