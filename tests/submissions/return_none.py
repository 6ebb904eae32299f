# expect: wrong
def double(x):
    2 * x
