# expect: raised Mute (its message cannot be shown)
class Mute(Exception):
    def __str__(self):
        raise RuntimeError


def double(x):
    raise Mute
