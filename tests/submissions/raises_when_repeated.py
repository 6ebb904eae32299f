# expect: again
calls = []


def double(x):
    calls.append(x)
    if len(calls) % 2 == 0:
        raise ValueError("once is enough")
    return 2 * x
