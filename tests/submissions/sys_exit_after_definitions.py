# expect: right
import sys


def double(x):
    return 2 * x


print("tests passed")
sys.exit(0)
