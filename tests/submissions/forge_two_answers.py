# expect: died not an answer
# Answers each question itself, and then lets the worker answer it too. The id is in the worker's frames.
import os
import struct
import sys

import numpy as np


def double(x):
    frame = sys._getframe()
    while frame is not None and "request" not in frame.f_locals:
        frame = frame.f_back
    body = b"t\x01\x00\x00\x00s\x04\x00\x00\x00todo"
    answer = struct.pack("<4sB3x16sQ", b"GRD1", 4, frame.f_locals["request"], len(body)) + body
    os.write(frame.f_locals["writer"], answer + answer)
    return np.zeros_like(x)
