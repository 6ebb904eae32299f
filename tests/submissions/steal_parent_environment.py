# expect: raised PermissionError
# from: confined
import os


def double(x):
    with open(f"/proc/{os.getppid()}/environ", "rb") as file:
        return file.read()
