# expect: raised PermissionError
# from: confined
import os


def double(x):
    os.chmod("/tmp/grade-test-outside/answers.txt", 0o777)
    return 2 * x
