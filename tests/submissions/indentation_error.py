# expect: at load raised IndentationError
def double(x):
return 2 * x
