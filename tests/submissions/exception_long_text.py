# expect: raised ValueError xxxx
def double(x):
    raise ValueError("x" * 200_000_000)
