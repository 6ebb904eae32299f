# expect: raised PermissionError
# from: confined
import os


def double(x):
    while True:
        os.fork()
