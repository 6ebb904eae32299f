# expect: wrong
def double(x):
    result = [2 * x]
    result.append(result)
    return result
