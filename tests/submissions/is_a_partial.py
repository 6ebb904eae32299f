# expect: right
from functools import partial
from operator import mul

double = partial(mul, 2)
