# expect: raised RuntimeError or raised MemoryError or timeout or died
# from: limited
import threading
import time


def double(x):
    while True:
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
