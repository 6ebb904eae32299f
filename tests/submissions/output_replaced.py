# expect: right
import sys


class Broken:
    def write(self, text):
        raise RuntimeError

    flush = write


sys.stdout = sys.stderr = Broken()


def double(x):
    return 2 * x
