# expect: at load raised MemoryError or at load raised SyntaxError or at load raised RecursionError or at load timeout or at load died
# Source that is short and slow to compile.
exec("(" * 10**5 + ")" * 10**5)


def double(x):
    return 2 * x
