# expect: died exit status 0
import os


def double(x):
    os._exit(0)
