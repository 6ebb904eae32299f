# expect: opaque an integer of more than
def double(x):
    return 1 << 10**6
