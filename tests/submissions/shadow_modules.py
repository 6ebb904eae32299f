# expect: right
# Files of its own that are named like modules are not imported.
for name in ("struct.py", "json.py", "numpy.py"):
    with open(name, "w") as file:
        file.write("raise RuntimeError('shadowed')")

import json
import struct


def double(x):
    import csv
    import decimal

    return 2 * x
