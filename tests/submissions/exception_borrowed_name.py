# expect: raised submission.ValueError
# A class of one's own is not the exception that has its name.
ValueError = type("ValueError", (Exception,), {})


def double(x):
    raise ValueError("mine")
