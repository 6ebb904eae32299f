# expect: raised PermissionError
# from: confined
import os


def double(x):
    os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)
    return 2 * x
