# expect: changed
import ctypes


def double(x):
    result = 2 * x
    ctypes.memset(x.ctypes.data, 0, x.nbytes)
    return result
