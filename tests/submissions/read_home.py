# expect: raised PermissionError or raised FileNotFoundError
# from: confined
def double(x):
    return open("/etc/passwd").read()
