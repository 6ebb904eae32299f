# expect: right
# What a worker does to its own signals and timers is its own affair.
import faulthandler
import signal
import sys

signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 1000)
faulthandler.dump_traceback_later(1000)
sys.settrace(lambda *args: None)


def double(x):
    return 2 * x
