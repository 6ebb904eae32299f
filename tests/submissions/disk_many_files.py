# expect: died too many or too large files or raised OSError or timeout
# from: confined
import os


def double(x):
    data = os.urandom(1 << 20)
    for number in range(10**6):
        with open(f"file{number}", "wb") as file:
            for _ in range(8):
                file.write(data)
