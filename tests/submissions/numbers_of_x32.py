# expect: raised OSError 38
# from: confined
# The third way into the kernel: system calls with the x32 bit. Here an open of a file outside.
import ctypes


def double(x):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(0x40000000 + 2, b"/etc/passwd", 0) == -1:
        raise OSError(str(ctypes.get_errno()))
    return 2 * x
