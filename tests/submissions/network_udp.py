# expect: raised PermissionError
# from: confined
import socket


def double(x):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"answers", ("127.0.0.1", 9))
    return 2 * x
