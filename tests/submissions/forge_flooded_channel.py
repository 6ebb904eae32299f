# expect: died not an answer
# Fills the pipe of answers without end.
import os
import sys


def double(x):
    frame = sys._getframe()
    while "request" not in frame.f_locals:
        frame = frame.f_back
    while True:
        os.write(frame.f_locals["writer"], b"\x00" * 65536)
