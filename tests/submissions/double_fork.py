# expect: raised PermissionError
# from: confined
# A grandchild in a session of its own would outlive the worker.
import os
import time


def double(x):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(1000)
        os._exit(0)
    return 2 * x
