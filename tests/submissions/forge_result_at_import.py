# expect: at load died not an answer
# Answers the request to load the file as if it were a call that has returned.
import os
import struct
import sys


def double(x):
    return 2 * x


frame = sys._getframe()
while "request" not in frame.f_locals:
    frame = frame.f_back
value = b"f" + struct.pack("<d", 1.0)
body = b"t\x04\x00\x00\x00" + b"s\x08\x00\x00\x00returned" + b"b" + struct.pack("<I", len(value)) + value
body += b"f" + bytes(8) + b"d\x00\x00\x00\x00"
os.write(frame.f_locals["writer"], struct.pack("<4sB3x16sQ", b"GRD1", 4, frame.f_locals["request"], len(body)) + body)
os._exit(0)
