# expect: died not an answer
# Writes garbage to every descriptor there is.
import os


def double(x):
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, b"\x00garbage\xff" * 20)
        except OSError:
            pass
    return 2 * x
