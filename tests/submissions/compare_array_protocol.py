# expect: opaque a Later
# Becomes an array when somebody asks it to.
class Later:
    def __init__(self, x):
        self.x = x

    def __array__(self, dtype=None, copy=None):
        return 2 * self.x

    @property
    def __array_interface__(self):
        return (2 * self.x).__array_interface__


def double(x):
    return Later(x)
