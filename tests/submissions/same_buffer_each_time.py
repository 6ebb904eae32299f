# expect: right
# The bytes are taken when the call returns; what happens to the buffer later does not matter.
import threading
import time

import numpy as np

buffer = np.zeros(1)


def spoil(array):
    time.sleep(0.05)
    array[...] = 0


def double(x):
    global buffer
    if buffer.shape != x.shape:
        buffer = np.zeros(x.shape)
    buffer[...] = 2 * x
    threading.Thread(target=spoil, args=(buffer,), daemon=True).start()
    return buffer
