# expect: raised PermissionError
# from: confined
import subprocess


def double(x):
    return subprocess.check_output(["/bin/sh", "-c", "id"])
