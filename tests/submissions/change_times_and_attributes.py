# expect: raised PermissionError
# from: confined
import fcntl
import os


def double(x):
    refused = 0
    with open("mine", "w") as file:
        attempts = (
            lambda: os.utime("/tmp/grade-test-outside/answers.txt", (0, 0)),
            lambda: os.setxattr("/tmp/grade-test-outside/answers.txt", "user.a", b"b"),
            lambda: os.chown("/tmp/grade-test-outside/answers.txt", 0, 0),
            lambda: fcntl.flock(file, fcntl.LOCK_EX),
            lambda: os.truncate("/tmp/grade-test-outside/answers.txt", 0),
        )
        for attempt in attempts:
            try:
                attempt()
            except PermissionError:
                refused += 1
    if refused == len(attempts):
        raise PermissionError
    return 2 * x
