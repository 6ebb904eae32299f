# expect: at load raised ZeroDivisionError
factor = 2 / 0


def double(x):
    return factor * x
