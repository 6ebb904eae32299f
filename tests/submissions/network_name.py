# expect: raised OSError
# from: confined
import socket


def double(x):
    return socket.getaddrinfo("example.org", 80)
