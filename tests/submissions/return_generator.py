# expect: opaque a generator
def double(x):
    return (2 * value for value in x)
