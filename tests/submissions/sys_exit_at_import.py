# expect: at load raised SystemExit
import sys

sys.exit(0)


def double(x):
    return 2 * x
