# expect: right
# A script's own main part does not run.
def double(x):
    return 2 * x


if __name__ == "__main__":
    raise RuntimeError("this was run as a script")
