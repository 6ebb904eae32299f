# expect: again
# Right in the first call, and only there.
calls = []


def double(x):
    calls.append(x)
    return 2 * x if len(calls) % 2 else x
