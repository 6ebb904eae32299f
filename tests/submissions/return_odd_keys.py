# expect: opaque a dict with a key that is an int
def double(x):
    return {1: 2 * x}
