# expect: raised PermissionError
# from: confined
# Lets the kernel send the signal when a pipe becomes readable.
import fcntl
import os
import signal


def double(x):
    read_end, write_end = os.pipe()
    fcntl.fcntl(read_end, 8, os.getppid())
    fcntl.fcntl(read_end, 10, signal.SIGKILL)
    fcntl.fcntl(read_end, fcntl.F_SETFL, os.O_ASYNC)
    os.write(write_end, b"x")
    return 2 * x
