# expect: raised GeneratorExit
def double(x):
    raise GeneratorExit
