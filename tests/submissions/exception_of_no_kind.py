# expect: raised Odd
class Odd(BaseException):
    pass


def double(x):
    raise Odd("not an Exception")
