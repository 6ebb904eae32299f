# expect: opaque a double
class double:
    def __init__(self, x):
        self.value = 2 * x
