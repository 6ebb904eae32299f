# expect: opaque a coroutine
async def double(x):
    return 2 * x
