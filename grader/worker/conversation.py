"""Reads requests and answers them, in a process that has been made ready."""

from __future__ import annotations

import faulthandler
import gc
import os
import random
import signal
import sys
import warnings
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.fft
import numpy.linalg
import numpy.random

from grader import wire
from grader.values import Seeded, Value
from grader.worker.gate import Gate
from grader.worker.submission import Submission
from grader.worker.surroundings import flushed, open_streams

_CHUNK: Final = 1 << 16
_LATER_SECONDS: Final = 0.03


def warm(writer: int) -> None:
    """Make a process ready to become a worker: every import done, and the way to all others closed.

    `writer` is the descriptor that answers will be written to.
    """
    roots = sys.argv[2:4]
    sys.argv[:] = sys.orig_argv[:] = ["submission.py"]
    os.environ.pop("PYTHONHASHSEED", None)
    sys.path[:] = [path for path in sys.path if path not in roots]
    for root in roots:
        sys.path_importer_cache.pop(root, None)
    for name in [name for name in sys.modules if name.partition(".")[0] == "grader"]:
        del sys.modules[name]
    sys.dont_write_bytecode = True
    sys.meta_path.insert(0, Gate())
    open_streams()
    if hasattr(faulthandler, "register"):
        faulthandler.register(signal.SIGUSR1, file=writer, all_threads=False)  # answers "where are you"
    faulthandler.enable(file=2, all_threads=False)
    np.random.seed(0)
    with warnings.catch_warnings():
        _try_out()
    gc.freeze()  # what is here now is no garbage, and workers that are forked need not copy it to look
    gc.enable()


_TRIAL: Final = b"""
import numpy as np
def first(x, y, eps, rng):
    mean, var = x.mean(axis=0), ((x - x.mean(0)) ** 2).mean(axis=0)
    z = (x - mean) / np.sqrt(var + eps)
    out = np.exp(-z) * y.sum(axis=0, keepdims=True) + np.maximum(z, 0.0) + np.where(z > 0, z, y)
    return out, np.zeros_like(x), float(out.max()) + np.sum(x.reshape(-1)), x.shape[0]
def second(x, y):
    raise NotImplementedError
"""


def _try_out() -> None:
    """Load and call something: what runs here often enough is loaded, warm and specialized in every worker."""
    x = np.arange(6.0).reshape(3, 2)
    heads = [wire.encode(("first", ("x", "y", "eps", "rng"), repeat)) for repeat in (True, False)]
    bodies = [wire.encode((head, (x, x + 1.0, 1e-5, Seeded(0)))) for head in heads]
    trial = Submission(1.0)
    wire.encode(trial.load(_TRIAL, "trial.py", ("first", "second")))
    for body in 9 * bodies:
        wire.encode(trial.answer(wire.CALL, wire.decode(body)))
    del sys.modules["trial"]


def serve(reader: int, writer: int, confine: Callable[[dict[str, Value]], Value]) -> None:
    """Answer requests until the other side closes; the first one holds the limits, for `confine`."""
    requests = _Requests(reader)
    _, request, limits = requests.next()
    random.seed(0)  # global streams start alike in every worker; a fork has seeded this one from the system
    _send(writer, request, confine(limits), False)
    submission = Submission(float(limits["call_seconds"]))
    asks = hasattr(faulthandler, "register")  # a signal asks where the code is; elsewhere it is said unasked, and late
    while True:
        kind, request, value = requests.next()
        if not asks:
            faulthandler.dump_traceback_later(submission.call_seconds + _LATER_SECONDS, file=writer)
        answer = submission.answer(kind, value)
        if not asks:
            faulthandler.cancel_dump_traceback_later()
        _send(writer, request, answer, requests.waiting())


class _Requests:
    """Requests, some of which have come before the one that is being answered."""

    def __init__(self, reader: int) -> None:
        self.reader = reader
        self.data = b""
        self.position = 0

    def next(self) -> tuple[int, bytes, Value]:
        """The next one; this process ends when the other side has closed."""
        kind, request, length = wire.header(self._take(wire.HEADER.size))
        return kind, request, wire.decode(self._take(length))

    def waiting(self) -> bool:
        """Whether another one has come already."""
        return len(self.data) > self.position

    def _take(self, size: int) -> bytes:
        if len(self.data) - self.position < size:
            self._read(size)
        start, self.position = self.position, self.position + size
        return self.data[start : self.position]

    def _read(self, size: int) -> None:
        """Read until so many bytes are there, and whatever else has come."""
        parts = [self.data[self.position :]]
        missing = size - len(parts[0])
        while missing > 0:
            parts.append(os.read(self.reader, _CHUNK))
            if not parts[-1]:
                os._exit(0)
            missing -= len(parts[-1])
        self.data, self.position = b"".join(parts), 0


def _send(writer: int, request: bytes, value: Value, more: bool) -> None:
    """Answer, after everything that was printed; the request's id in there says how far that goes.

    Without a word through our streams there is no id, unless no more requests are there: then what was written past the
    streams is found at last.
    """
    kind = wire.MARKED if flushed() or not more else wire.ANSWER
    if kind == wire.MARKED:
        try:
            os.write(1, request)
        except OSError:
            pass  # the code has closed its standard output
    data = wire.frame(kind, request, wire.encode(value))
    sent = os.write(writer, data)
    while sent < len(data):
        sent += os.write(writer, data[sent : sent + _CHUNK])
