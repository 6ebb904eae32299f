# expect: right
# More than is kept, but it ends.
def double(x):
    for _ in range(300):
        print("y" * 10_000)
    return 2 * x
