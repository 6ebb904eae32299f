# expect: raised ModuleNotFoundError or raised PermissionError
# from: confined
# Takes the worker's gate away and looks for installed packages itself.
import glob
import sys

sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "Gate"]
sys.path += glob.glob(sys.prefix + "/lib/python*/site-packages") + glob.glob("/usr/lib/python3/dist-packages")


def double(x):
    import scipy.special

    return 2 * x
