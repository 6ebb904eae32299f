# expect: died not an answer
# Claims that its answer has 2**63 bytes.
import os
import struct
import sys


def double(x):
    frame = sys._getframe()
    while "request" not in frame.f_locals:
        frame = frame.f_back
    os.write(frame.f_locals["writer"], struct.pack("<4sB3x16sQ", b"GRD1", 4, frame.f_locals["request"], 2**63))
    while True:
        pass
