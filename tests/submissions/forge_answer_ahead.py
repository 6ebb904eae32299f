# expect: at load died not an answer
# Sends an answer before it is asked, with an id that it has to guess.
import os
import struct


def double(x):
    return 2 * x


body = b"t\x02\x00\x00\x00s\x04\x00\x00\x00todo" + b"N"
for descriptor in range(3, 10):
    try:
        os.write(descriptor, struct.pack("<4sB3x16sQ", b"GRD1", 4, bytes(16), len(body)) + body)
    except OSError:
        pass
