# expect: at load raised ImportError solutions is not allowed here
import solutions.exercise01_numerics as answers


def double(x):
    return answers.double(x)
