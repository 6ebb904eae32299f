# expect: raised ImportError scipy is not allowed here
def double(x):
    import scipy.special

    return scipy.special.xlogy(1, x)
