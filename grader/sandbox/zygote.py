"""The process that workers are forked from. It has NumPy, and no solution, seed, plan or student code, ever.

It obeys messages on its control socket (standard input), each a packet of a letter and the number of a slot. A slot is
the place of one worker: there are a few, so that one worker can be made ready while another works.

    F, with two descriptors    fork a worker that talks on the first and prints to the second
    W                          ask the worker where it is: its stack goes to its answers
    K                          kill the worker; replies K, whether it filled the disk, and its wait status
    E                          the same, but it is about to end by itself
    D                          kill the worker, without a reply
    P, with a line             fork a worker that probes its own confinement; replies P and the report

When the other side closes, it kills its workers, removes their folders and ends.
"""

from __future__ import annotations

import _socket
import array
import os
import select
import signal
import sys
import time
from dataclasses import dataclass

import numpy

from grader import worker
from grader.sandbox import confine, probes, scratch

_MESSAGE = 1 << 14
_REPORT = 1 << 16
_CHANNEL = 3  # a worker's descriptor for questions and answers
_DYING_SECONDS = 0.1
_POLL_SECONDS = 0.05


def main() -> None:
    """Serve until the control socket closes."""
    zygote = Zygote(
        _socket.socket(fileno=0), os.open(os.devnull, os.O_RDWR), sys.argv[4] if len(sys.argv) > 4 else None
    )
    confine.own_session(confine.Cage(None), None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        zygote.add_slot()
        worker.warm(_CHANNEL)
        zygote.serve()
    except BaseException:
        _complain()
    finally:
        zygote.close()
        os._exit(0)


@dataclass
class Slot:
    """The place of one worker: its folder, its cage, and the worker that is there, if its pid is not 0."""

    folder: str
    cage: confine.Cage
    pid: int = 0
    status: int = 0
    too_much: bool = False

    def signal(self, number: int) -> None:
        """Send a signal to the worker; it is not reaped before `end`, so its pid cannot be another process's."""
        if self.pid:
            os.kill(self.pid, number)

    def watch(self) -> None:
        """Kill a worker that fills the disk: no limit of the system counts all its files together."""
        if self.pid and not self.too_much and scratch.over_limit(self.folder):
            self.too_much = True
            self.signal(signal.SIGKILL)

    def end(self, seconds: float = 0) -> None:
        """Kill and reap the worker, after some time to end by itself."""
        until = time.monotonic() + seconds
        ended = False
        while self.pid and not ended and time.monotonic() < until:
            time.sleep(0.001)
            ended, self.status = self._reaped(os.WNOHANG)
        if self.pid and not ended:
            os.kill(self.pid, signal.SIGKILL)
            _, self.status = self._reaped(0)
        self.pid = 0

    def _reaped(self, options: int) -> tuple[bool, int]:
        pid, status = os.waitpid(self.pid, options)
        return pid != 0, status


class Zygote:
    """Forks workers, watches the size of their folders, and ends them."""

    def __init__(self, control: _socket.socket, null: int, folder: str | None) -> None:
        self.control = control
        self.null = null
        self.folder = folder  # the first slot's; the others' have a number behind it
        self.slots: list[Slot] = []

    def add_slot(self) -> None:
        """One more place for a worker."""
        name = self.folder and self.folder + str(len(self.slots) or "")
        folder = scratch.make(name)
        cage = confine.prepare(folder, os.path.dirname(os.path.abspath(numpy.__file__)))
        if not self.slots and cage.libc is not None:
            confine.hide(cage.libc)
            confine.adopt_orphans(cage.libc)
        self.slots.append(Slot(folder, cage))

    def serve(self) -> None:
        """Obey messages until the other side closes."""
        poller = select.poll()
        poller.register(self.control.fileno(), select.POLLIN)
        while True:
            working = any(slot.pid for slot in self.slots)
            if not poller.poll(1000 * _POLL_SECONDS if working else None):
                for slot in self.slots:
                    slot.watch()
                continue
            message, descriptors = self.receive()
            if not message:
                return
            self.obey(message[:1], int(message[1:2]), message[2:], descriptors)

    def receive(self) -> tuple[bytes, list[int]]:
        """A message and the descriptors that came with it; empty when the other side has closed."""
        descriptors = array.array("i")
        try:
            message, extra, _, _ = self.control.recvmsg(_MESSAGE, _socket.CMSG_SPACE(2 * descriptors.itemsize))
        except ConnectionError:
            return b"", []
        for _, _, data in extra:
            descriptors.frombytes(data)
        return message, list(descriptors)

    def obey(self, letter: bytes, number: int, words: bytes, descriptors: list[int]) -> None:
        """Do what a message says."""
        while len(self.slots) <= number:
            self.add_slot()
        slot = self.slots[number]
        if letter == b"F":
            self.fork(slot, *descriptors)
        elif letter == b"W":
            slot.signal(signal.SIGUSR1)
        elif letter == b"P":
            self.control.send(b"P" + self.probe(slot, words.decode()).encode()[: _REPORT - 1])
        else:
            self.end(slot, _DYING_SECONDS if letter == b"E" else 0)
            if letter != b"D":
                self.control.send(f"K {slot.too_much:d} {slot.status}".encode())
            scratch.empty(slot.folder)

    def fork(self, slot: Slot, channel: int, printed: int) -> None:
        """Start a worker that talks on `channel` and prints to `printed`."""
        slot.too_much = False
        parent = os.getpid()
        slot.pid = os.fork()
        if slot.pid:
            os.close(channel)
            os.close(printed)
            return
        try:
            cage = self.take_places((self.null, printed, printed, channel), slot.cage)
            confine.own_session(cage, parent)
            confine.settle(slot.folder)
            worker.serve(_CHANNEL, _CHANNEL, lambda limits: confine.apply_limits(cage, limits))
        except BaseException:
            _complain()
        finally:
            os._exit(1)

    def take_places(self, wanted: tuple[int, ...], cage: confine.Cage) -> confine.Cage:
        """In the child: make these descriptors 0, 1, 2 ..., keep Landlock's rules after them, and close all others."""
        rules = () if cage.rules is None else (cage.rules,)
        high = [os.dup(descriptor) for descriptor in (*wanted, *rules)]
        while min(high) < len(high):
            high = [os.dup(descriptor) for descriptor in high]
        for place, descriptor in enumerate(high):
            os.dup2(descriptor, place)
        os.closerange(len(high), max(high) + 4096)
        self.control.detach()
        return cage._replace(rules=len(wanted)) if rules else cage

    def end(self, slot: Slot, seconds: float = 0) -> None:
        """End a worker and everything it left behind."""
        slot.end(seconds)
        living = {other.pid for other in self.slots}
        until = time.monotonic() + 2
        while time.monotonic() < until and _end_orphans(living):
            time.sleep(0.001)

    def close(self) -> None:
        """End all workers and remove their folders."""
        for slot in self.slots:
            self.end(slot)
            scratch.remove(slot.folder)

    def probe(self, slot: Slot, arguments: str) -> str:
        """The report of a confined worker on itself, as lines of `name, ok, detail`."""
        read_end, write_end = os.pipe()
        parent = os.getpid()
        child = os.fork()
        if not child:
            try:
                cage = self.take_places((self.null, self.null, self.null, write_end), slot.cage)
                confine.own_session(cage, parent)
                confine.settle(slot.folder)
                probes.report(_CHANNEL, cage, slot.folder, arguments)
            finally:
                os._exit(0)
        os.close(write_end)
        with open(read_end, encoding="utf-8", errors="replace") as stream:
            text = stream.read(_REPORT)
        os.waitpid(child, 0)
        scratch.empty(slot.folder)
        return text


def _complain() -> None:
    """Print the exception that is being handled, which the other side reads."""
    import traceback  # slow to import, and seldom needed

    traceback.print_exc()


def _end_orphans(living: set[int]) -> bool:
    """Kill and reap the processes that a worker without a filter left; whether there were any."""
    try:
        with open("/proc/thread-self/children", encoding="ascii") as file:
            orphans = {int(word) for word in file.read().split()} - living
    except OSError:
        return False
    for orphan in orphans:
        os.kill(orphan, signal.SIGKILL)
        os.waitpid(orphan, 0)
    return bool(orphans)
