# expect: at load raised ImportError grader is not allowed here
import grader.verdict


def double(x):
    return 2 * x
