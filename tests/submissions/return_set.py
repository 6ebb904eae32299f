# expect: opaque a set
def double(x):
    return {1, 2}
