# expect: wrong
def double(x):
    return x
