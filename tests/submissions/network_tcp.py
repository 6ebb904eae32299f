# expect: raised PermissionError
# from: confined
import socket


def double(x):
    with socket.create_connection(("127.0.0.1", 9), timeout=1):
        return 2 * x
