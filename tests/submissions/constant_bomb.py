# expect: at load timeout or at load raised MemoryError
number = 9 ** 9**9


def double(x):
    return 2 * x
