# expect: wrong
def double(x):
    return (2 * x).reshape(*x.shape, 1)
