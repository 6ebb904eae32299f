# expect: opaque an array of complex128
def double(x):
    return 2 * x + 0j
