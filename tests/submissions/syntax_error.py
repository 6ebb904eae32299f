# expect: at load raised SyntaxError
def double(x)
    return 2 * x
