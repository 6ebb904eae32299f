# expect: died too many or too large files or raised OSError or timeout
# from: confined
def double(x):
    for number in range(10**9):
        open(f"file{number}", "w").close()
