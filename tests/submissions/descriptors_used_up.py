# expect: raised OSError
# from: limited
def double(x):
    kept = []
    while True:
        kept.append(open("/dev/null"))
