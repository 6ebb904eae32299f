# expect: opaque a str of 10000000 characters
def double(x):
    return "x" * 10**7
