# expect: timeout
def double(x):
    while True:
        print("x" * 10_000)
