# expect: right
class Scale:
    def double(self, x):
        return 2 * x


double = Scale().double
