# expect: again
calls = []


def double(x):
    calls.append(x)
    return x if len(calls) % 2 else 2 * x
