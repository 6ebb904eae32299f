"""The process that workers are forked from. It has NumPy, and no solution, seed, plan or student code, ever.

It obeys one-letter messages on its control socket (standard input), each a packet:

    F, with two descriptors    fork a worker that talks on the first and prints to the second
    W                          ask the worker where it is: its stack goes to its answers
    K                          kill the worker; replies K, whether it filled the disk, and its wait status
    E                          the same, but it is about to end by itself
    P                          fork a worker that probes its own confinement; replies P and the report

When the other side closes, it kills the worker, removes the scratch folder and ends.
"""

from __future__ import annotations

import _socket
import array
import gc
import os
import select
import signal
import sys
import time
import traceback
from dataclasses import replace

import numpy

from grader import worker
from grader.sandbox import confine, probes, scratch

_REPORT = 1 << 16
_CHANNEL = 3  # a worker's descriptor for questions and answers
_DYING_SECONDS = 0.1
_POLL_SECONDS = 0.05


def main() -> None:
    """Serve until the control socket closes."""
    control = _socket.socket(fileno=0)
    null = os.open(os.devnull, os.O_RDWR)
    confine.own_session(confine.Cage(None), None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    folder = scratch.make(sys.argv[4] if len(sys.argv) > 4 else None)
    try:
        worker.warm(_CHANNEL)
        cage = confine.prepare(folder, os.path.dirname(os.path.abspath(numpy.__file__)))
        zygote = Zygote(control, null, folder, cage)
        gc.collect()
        gc.freeze()
        zygote.serve()
    except BaseException:
        traceback.print_exc()
    finally:
        scratch.remove(folder)
        os._exit(0)


class Zygote:
    """Forks one worker at a time, watches the size of its folder, and ends it."""

    def __init__(self, control: _socket.socket, null: int, folder: str, cage: confine.Cage) -> None:
        self.control = control
        self.null = null
        self.folder = folder
        self.cage = cage
        self.pid = 0
        self.status = 0
        self.too_much = False
        assert cage.libc is not None
        confine.hide(cage.libc)
        confine.adopt_orphans(cage.libc)

    def serve(self) -> None:
        """Obey messages until the other side closes."""
        poller = select.poll()
        poller.register(self.control.fileno(), select.POLLIN)
        while True:
            if not poller.poll(1000 * _POLL_SECONDS if self.pid else None):
                self.watch()
                continue
            message, descriptors = self.receive()
            if message == b"F":
                self.fork(*descriptors)
            elif message == b"W":
                self.signal(signal.SIGUSR1)
            elif message in (b"K", b"E"):
                self.end(_DYING_SECONDS if message == b"E" else 0)
                self.control.send(f"K {self.too_much:d} {self.status}".encode())
                scratch.empty(self.folder)
            elif message[:1] == b"P":
                self.control.send(b"P" + self.probe(message[1:].decode()).encode()[: _REPORT - 1])
                scratch.empty(self.folder)
            else:
                self.end()
                return

    def receive(self) -> tuple[bytes, list[int]]:
        """A message and the descriptors that came with it; empty when the other side has closed."""
        descriptors = array.array("i")
        try:
            message, extra, _, _ = self.control.recvmsg(4096, _socket.CMSG_SPACE(2 * descriptors.itemsize))
        except ConnectionError:
            return b"", []
        for _, _, data in extra:
            descriptors.frombytes(data)
        return message, list(descriptors)

    def watch(self) -> None:
        """Kill a worker that fills the disk: no limit of the system counts all its files together."""
        if self.pid and not self.too_much and scratch.over_limit(self.folder):
            self.too_much = True
            self.signal(signal.SIGKILL)

    def signal(self, number: int) -> None:
        """Send a signal to the worker, which cannot be reaped, and so cannot be another process, before `end`."""
        if self.pid:
            os.kill(self.pid, number)

    def fork(self, channel: int, printed: int) -> None:
        """Start a worker that talks on `channel` and prints to `printed`."""
        if self.pid:
            self.end()
            scratch.empty(self.folder)
        self.too_much = False
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid:
            os.close(channel)
            os.close(printed)
            return
        try:
            self.take_places((self.null, printed, printed, channel))
            confine.own_session(self.cage, parent)
            confine.settle(self.folder)
            worker.serve(_CHANNEL, _CHANNEL, lambda limits: confine.apply_limits(self.cage, limits))
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)

    def take_places(self, wanted: tuple[int, ...]) -> None:
        """In the child: these descriptors become 0, 1, 2 ..., Landlock's rules stay, and every other one is closed."""
        rules = () if self.cage.rules is None else (self.cage.rules,)
        high = [os.dup(descriptor) for descriptor in (*wanted, *rules)]
        while min(high) < len(high):
            high = [os.dup(descriptor) for descriptor in high]
        for place, descriptor in enumerate(high):
            os.dup2(descriptor, place)
        os.closerange(len(high), max(high) + 4096)
        self.control.detach()
        if rules:
            self.cage = replace(self.cage, rules=len(wanted))

    def end(self, seconds: float = 0) -> None:
        """Kill the worker, after some time to end by itself, and everything it left behind; reap them."""
        if not self.pid:
            return
        until = time.monotonic() + seconds
        ended, self.status = os.waitpid(self.pid, os.WNOHANG)
        while not ended and time.monotonic() < until:
            time.sleep(0.001)
            ended, self.status = os.waitpid(self.pid, os.WNOHANG)
        if not ended:
            os.kill(self.pid, signal.SIGKILL)
            _, self.status = os.waitpid(self.pid, 0)
        self.pid = 0
        until = time.monotonic() + 2
        while time.monotonic() < until and _end_orphans():
            time.sleep(0.001)

    def probe(self, arguments: str) -> str:
        """The report of a confined worker on itself, as lines of `name, ok, detail`."""
        self.end()
        read_end, write_end = os.pipe()
        parent = os.getpid()
        child = os.fork()
        if not child:
            try:
                self.take_places((self.null, self.null, self.null, write_end))
                confine.own_session(self.cage, parent)
                confine.settle(self.folder)
                probes.report(_CHANNEL, self.cage, self.folder, arguments)
            finally:
                os._exit(0)
        os.close(write_end)
        with open(read_end, encoding="utf-8", errors="replace") as stream:
            text = stream.read(_REPORT)
        os.waitpid(child, 0)
        return text


def _end_orphans() -> bool:
    """Kill and reap the processes that a worker without a filter left; whether there were any."""
    try:
        with open("/proc/thread-self/children", encoding="ascii") as file:
            orphans = [int(word) for word in file.read().split()]
    except OSError:
        return False
    for orphan in orphans:
        os.kill(orphan, signal.SIGKILL)
        os.waitpid(orphan, 0)
    return bool(orphans)
