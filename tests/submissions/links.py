# expect: raised PermissionError
# from: confined
# A link that the grader might follow when it cleans up.
import os


def double(x):
    refused = 0
    for make in (os.symlink, os.link):
        try:
            make("/tmp/grade-test-outside/answers.txt", "link")
        except PermissionError:
            refused += 1
    try:
        os.mkfifo("fifo")
    except PermissionError:
        refused += 1
    if refused == 3:
        raise PermissionError
    return 2 * x
