# expect: wrong
def double(x):
    return float(2 * x.flat[0])
