# expect: wrong
def double(x):
    result = x
    for _ in range(100_000):
        result = [result]
    return result
