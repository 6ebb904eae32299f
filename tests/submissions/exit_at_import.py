# expect: at load died exit status 0
import os

os._exit(0)


def double(x):
    return 2 * x
