# expect: opaque a generator
def double(x):
    yield from 2 * x
