# expect: timeout 3
def double(x):
    return sum(range(10**15))
