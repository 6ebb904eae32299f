# expect: raised NameError
def double(x):
    return 2 * numpy.asarray(x)
