# expect: raised PermissionError or raised ValueError
# from: confined
import resource


def double(x):
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return 2 * x
