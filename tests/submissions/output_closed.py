# expect: right
import sys

sys.stdout.close()
sys.stderr = None


def double(x):
    return 2 * x
