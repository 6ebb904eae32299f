# expect: wrong
# Prints what a grader would.
import json
import sys

import numpy as np


def double(x):
    print("All tests passed")
    print(json.dumps({"schema": 1, "status": "pass", "points": 100, "functions": []}))
    print('<testsuite tests="1" failures="0"/>', file=sys.stderr)
    return np.zeros_like(x)
