# expect: opaque a list of 1000000 items
def double(x):
    return [0.0] * 10**6
