# expect: died
# Ends itself with a signal.
import os
import signal


def double(x):
    signal.raise_signal(signal.SIGKILL)
