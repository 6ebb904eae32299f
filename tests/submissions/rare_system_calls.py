# expect: raised OSError all refused
# from: confined
# io_uring, memory files, userfaultfd, bpf, performance counters, keys, namespaces, mounts, shared memory, queues.
import ctypes
import errno
import os


def double(x):
    libc = ctypes.CDLL(None, use_errno=True)
    x86 = (425, 319, 323, 321, 298, 250, 272, 165, 29, 68, 240, 157, 424, 435, 56, 57, 58, 59, 322, 62, 234, 129)
    arm = (425, 279, 282, 280, 241, 219, 97, 40, 194, 186, 180, 167, 424, 435, 220, 221, 281, 129, 138)
    open_ones = []
    for number in x86 if os.uname().machine == "x86_64" else arm:
        ctypes.set_errno(0)
        result = libc.syscall(number, 0, 0, 0, 0, 0, 0)
        if result != -1 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
            open_ones.append(number)
    if open_ones:
        return 2 * x
    raise OSError("all refused")
