# expect: right
def double(values, factor=2):
    return factor * values
