# expect: right
class Loud:
    def __del__(self):
        raise RuntimeError("from __del__")


def double(x):
    Loud()
    return 2 * x
