# expect: right
# Threads that never end keep nobody waiting.
import threading
import time

import numpy as np


def double(x):
    threading.Thread(target=time.sleep, args=(1000,)).start()
    return 2 * x
