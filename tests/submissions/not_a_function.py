# expect: absent a float
double = 2.0
