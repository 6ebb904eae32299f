# expect: raised TypeError
def double():
    return 2
