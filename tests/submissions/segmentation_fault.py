# expect: died crashed (signal 11
import ctypes


def double(x):
    ctypes.string_at(0)
