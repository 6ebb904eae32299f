"""A worker in a fresh process, for systems without a zygote: requests on standard input, answers on standard output."""

from __future__ import annotations

import os
import signal
import sys
import traceback

import numpy

from grader import worker
from grader.sandbox import confine, probes


def main() -> None:
    """Answer requests until standard input closes, or (with the argument `probe`) report on this process."""
    folder, arguments = sys.argv[4], sys.argv[5:]
    try:
        reader, writer = os.dup(0), os.dup(1)
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(2, 1)
        os.close(null)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        worker.warm(writer)
        cage = confine.prepare(folder, os.path.dirname(os.path.abspath(numpy.__file__)))
        confine.own_session(cage, os.getppid())
        confine.settle(folder)
        if arguments:
            probes.report(writer, cage, folder, arguments[0])
        else:
            worker.serve(reader, writer, lambda limits: confine.apply_limits(cage, limits))
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)
