# expect: died crashed (signal 6
import os


def double(x):
    os.abort()
