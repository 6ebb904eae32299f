# expect: raised OSError
# from: confined
import fcntl
import os


def double(x):
    for name in ("/dev/tty", "/dev/pts/0"):
        try:
            terminal = os.open(name, os.O_RDWR)
        except OSError:
            terminal = 0
        fcntl.ioctl(terminal, 0x5412, b"x")
    return 2 * x
