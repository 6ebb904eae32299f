# expect: died or raised MemoryError or raised RecursionError or timeout
# from: limited
import sys

sys.setrecursionlimit(10**9)


def double(x):
    return [*map(double, [x])]
