# expect: raised OSError 1
# from: confined
# Would make this process readable to others again.
import ctypes


def double(x):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(4, 1, 0, 0, 0):
        raise OSError(str(ctypes.get_errno()))
    return 2 * x
