# expect: raised OSError refused 1
# from: confined
# process_vm_readv and ptrace, straight from C.
import ctypes
import os


def double(x):
    libc = ctypes.CDLL(None, use_errno=True)
    attempts = [libc.syscall(310, os.getppid(), None, 0, None, 0, 0), libc.syscall(101, 16, os.getppid(), 0, 0)]
    if all(result == -1 for result in attempts):
        raise OSError(f"refused {ctypes.get_errno()}")
    return 2 * x
