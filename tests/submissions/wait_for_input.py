# expect: raised EOFError
def double(x):
    return 2 * float(input("factor? "))
