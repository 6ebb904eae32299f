# expect: wrong
def double(x):
    return (2 * x).astype(int)
