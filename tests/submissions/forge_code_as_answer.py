# expect: died not an answer
# Sends a function's source, which is a kind of value that only arguments have.
import os
import struct
import sys


def double(x):
    frame = sys._getframe()
    while "request" not in frame.f_locals:
        frame = frame.f_back
    source = b"S" + struct.pack("<I", 9) + b"lambda: 1" + b"d\x00\x00\x00\x00"
    inner = b"b" + struct.pack("<I", len(source)) + source
    body = b"t\x04\x00\x00\x00" + b"s\x08\x00\x00\x00returned" + inner + b"f" + bytes(8) + b"d\x00\x00\x00\x00"
    os.write(frame.f_locals["writer"], struct.pack("<4sB3x16sQ", b"GRD1", 4, frame.f_locals["request"], len(body)) + body)
    os._exit(0)
