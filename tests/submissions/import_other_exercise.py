# expect: at load raised ImportError copy what you need into this file
from exercise04_softmax import softmax


def double(x):
    return softmax(x)
