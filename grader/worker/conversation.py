"""Reads requests and answers them, in a process that has been made ready."""

from __future__ import annotations

import faulthandler
import gc
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import numpy as np
import numpy.fft
import numpy.linalg
import numpy.random

from grader import wire
from grader.values import Seeded, Value
from grader.worker.gate import Gate
from grader.worker.submission import Submission
from grader.worker.surroundings import flush, open_streams

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
    trial = Submission(1.0)  # what runs once here is loaded and warm in every worker
    trial.load(b"import numpy as np\ndef first(x, rng):\n    return np.exp(x).mean(axis=0)\n", "trial.py", ("first",))
    for _ in range(20):
        trial.call("first", ("x", "rng"), (np.ones((2, 3)), Seeded(0)), True)
    del sys.modules["trial"]
    gc.freeze()  # what is here now is no garbage, and workers that are forked need not copy it to look
    gc.enable()


def serve(reader: int, writer: int, confine: Callable[[dict[str, Value]], Value]) -> None:
    """Answer requests until the other side closes; the first one holds the limits, for `confine`."""
    _, request, limits = _receive(reader)
    random.seed(0)  # global streams start alike in every worker (a fork seeds this one from the system)
    np.random.seed(0)
    _send(writer, request, confine(limits))
    submission = Submission(float(limits["call_seconds"]))
    while True:
        kind, request, value = _receive(reader)
        with _answering_where(writer, submission.call_seconds):
            answer = submission.answer(kind, value)
        _send(writer, request, answer)


@contextmanager
def _answering_where(writer: int, seconds: float) -> Iterator[None]:
    """On systems without the signal that asks where the code is, say it unasked when the time is over."""
    if hasattr(faulthandler, "register"):
        yield
        return
    faulthandler.dump_traceback_later(seconds + _LATER_SECONDS, file=writer)  # the other side has given up by then
    yield
    faulthandler.cancel_dump_traceback_later()


def _receive(reader: int) -> tuple[int, bytes, Value]:
    """The next request."""
    kind, request, length = wire.header(_exactly(reader, wire.HEADER.size))
    return kind, request, wire.decode(_exactly(reader, length))


def _exactly(reader: int, size: int) -> bytes:
    """So many bytes and no more: the next request may be on its way already, and stays with the system until then."""
    data = os.read(reader, size)
    parts, missing = [data], size - len(data)
    while missing:
        if not parts[-1]:
            os._exit(0)  # the other side has closed
        parts.append(os.read(reader, min(missing, _CHUNK)))
        missing -= len(parts[-1])
    return b"".join(parts) if len(parts) > 1 else data


def _send(writer: int, request: bytes, value: Value) -> None:
    """Answer, after everything that was printed; the request's id in there says how far that goes."""
    flush()
    with suppress(OSError):  # the code has closed its standard output
        os.write(1, request)
    rest = memoryview(wire.frame(wire.ANSWER, request, wire.encode(value)))
    while rest:
        rest = rest[os.write(writer, rest) :]
