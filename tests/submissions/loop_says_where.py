# expect: timeout 5-6
def double(x):
    i = 0
    h = 4
    while i < h:
        h += 1
