# expect: changed
def double(x):
    result = 2 * x
    x.shape = (-1,)
    return result
