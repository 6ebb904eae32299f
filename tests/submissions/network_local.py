# expect: raised PermissionError
# from: confined
# Sockets without a network: abstract unix, netlink, between virtual machines, multipath TCP.
import socket


def double(x):
    refused = 0
    for family, protocol in ((1, 0), (16, 0), (40, 0), (2, 262)):
        try:
            socket.socket(family, socket.SOCK_STREAM, protocol)
        except PermissionError:
            refused += 1
    if refused == 4:
        raise PermissionError
    return 2 * x
