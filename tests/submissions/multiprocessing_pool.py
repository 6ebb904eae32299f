# expect: raised PermissionError
# from: confined
import multiprocessing


def double(x):
    with multiprocessing.Pool(2) as pool:
        return pool.map(abs, x)
