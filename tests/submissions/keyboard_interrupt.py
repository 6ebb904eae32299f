# expect: raised KeyboardInterrupt
def double(x):
    raise KeyboardInterrupt
