# expect: right
# Numbers in another byte order are the same numbers.
def double(x):
    return (2 * x).astype(">f8")
