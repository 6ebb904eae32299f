# expect: raised PermissionError
# from: confined
import os
import signal


def double(x):
    os.kill(-1, signal.SIGKILL)
    return 2 * x
