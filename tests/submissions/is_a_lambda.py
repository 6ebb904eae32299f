# expect: right
double = lambda x: 2 * x  # noqa: E731
