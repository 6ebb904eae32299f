# expect: died not an answer
# Answers a call as if it were the loading of the file.
import os
import struct
import sys


def double(x):
    frame = sys._getframe()
    while "request" not in frame.f_locals:
        frame = frame.f_back
    body = b"t\x03\x00\x00\x00" + b"s\x06\x00\x00\x00loaded" + b"d\x00\x00\x00\x00" + b"t\x00\x00\x00\x00"
    head = struct.pack("<4sB3x16sQ", b"GRD1", 4, frame.f_locals["request"], len(body))
    os.write(frame.f_locals["writer"], head + body)
    os._exit(0)
