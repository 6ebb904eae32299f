# expect: right
import functools


def loud(function):
    @functools.wraps(function)
    def wrapped(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapped


@loud
def double(x):
    return 2 * x
