# expect: raised RecursionError
def double(x):
    return double(x)
