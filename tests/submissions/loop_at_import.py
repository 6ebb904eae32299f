# expect: at load timeout
while True:
    pass


def double(x):
    return 2 * x
