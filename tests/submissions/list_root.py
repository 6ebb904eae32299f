# expect: raised PermissionError or wrong
# from: confined
import os


def double(x):
    return sorted(os.listdir("/"))
