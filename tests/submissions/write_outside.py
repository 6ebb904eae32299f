# expect: raised PermissionError or raised OSError
# from: confined
def double(x):
    with open("/tmp/grade-test-outside/written", "w") as file:
        file.write("here")
    return 2 * x
