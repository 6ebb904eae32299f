# expect: raised PermissionError
# from: confined
import os


def double(x):
    os.execv("/bin/sh", ["sh", "-c", "echo hello"])
