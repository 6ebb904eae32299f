# expect: at load raised TabError
def double(x):
        if x is None:
	    return 0
        return 2 * x
