# expect: raised PermissionError or raised FileNotFoundError
# from: confined
# The test puts the answers there, readable for everybody.
def double(x):
    with open("/tmp/grade-test-outside/answers.txt") as file:
        return x * float(file.read())
