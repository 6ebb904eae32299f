# expect: timeout 8
import threading


def double(x):
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
