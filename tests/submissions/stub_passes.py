# expect: wrong
# The call gives None; that nothing is written is seen in the source.
def double(x):
    """Twice x."""
    pass
