# expect: right
from concurrent.futures import ThreadPoolExecutor


def double(x):
    with ThreadPoolExecutor(4) as pool:
        return 2 * next(pool.map(abs, [x])) * (1 - 2 * (x < 0))
