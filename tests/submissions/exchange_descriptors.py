# expect: died or timeout
# Puts its standard output where the answers go.
import os


def double(x):
    for descriptor in range(3, 20):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        os.dup2(1, descriptor)
    return 2 * x
