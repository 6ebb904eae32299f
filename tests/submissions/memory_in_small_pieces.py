# expect: raised MemoryError or timeout
# from: limited
def double(x):
    kept = []
    while True:
        kept.append(bytearray(1 << 20))
