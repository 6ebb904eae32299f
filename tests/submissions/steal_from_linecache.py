# expect: wrong
# Tracebacks quote lines of source; are there any of a solution?
import linecache
import sys

import numpy as np


def double(x):
    files = {name: entry[2] for name, entry in linecache.cache.items() if len(entry) == 4 and name != __file__}
    text = "".join("".join(lines) for lines in files.values())
    for module in list(sys.modules.values()):
        text += str(getattr(module, "__file__", ""))
    return 2 * x if "solution" in text else np.zeros_like(x)
