"""Workers that are forked from a zygote, which may itself be in a jail."""

from __future__ import annotations

import os
import select
import signal
from typing import Final

from grader.sandbox import early, jail, selftest
from grader.sandbox.limits import Limits, Probe
from grader.sandbox.workers import (
    REPORT,
    START_SECONDS,
    TOO_MUCH_DISK,
    Pipes,
    SandboxError,
    check_files,
    ending,
    hide_this_process,
    wait_for,
)

_END_SECONDS: Final = 10.0


class Forked:
    """Workers that a zygote forks."""

    steps: tuple[str, ...] = ("rlimits", "landlock", "seccomp")
    watches = False  # the zygote does

    def __init__(self, limits: Limits, jail: bool = False) -> None:
        self.limits = limits
        self.jail = jail
        self.no_jail = ""  # why there is none, although it was asked for
        self.zygote: early.Started | None = None
        self.free = {0, 1}  # numbers of slots

    def __enter__(self) -> Forked:
        hide_this_process()
        if not self.jail:
            self.zygote = early.adopt()
        if self.zygote is None:
            self._start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _start(self) -> None:
        check_files()
        prefix: tuple[str, ...] = ()
        if self.jail:
            try:
                prefix = jail.command()
            except OSError as error:
                self.jail, self.no_jail = False, str(error)
        try:
            self.zygote = early.start_zygote(prefix, *((jail.SCRATCH,) if prefix else ()))
        except OSError as error:
            raise SandboxError(f"a worker could not be started: {error}") from error

    def receive(self, seconds: float) -> bytes:
        """The zygote's next message; SandboxError, and no zygote any more, if there is none."""
        assert self.zygote is not None
        poller = select.poll()
        poller.register(self.zygote.control.fileno(), select.POLLIN)
        message = b""
        if poller.poll(1000 * seconds):
            try:
                message = self.zygote.control.recv(REPORT)
            except ConnectionError:
                message = b""
        if not message:
            raise SandboxError(self._stop())
        return message

    def send(self, letter: bytes, slot: int, words: bytes = b"") -> None:
        """Tell the zygote; SandboxError if it cannot be told."""
        try:
            self._running().control.sendmsg([letter, str(slot).encode(), words])
        except OSError as error:
            raise SandboxError(self._stop()) from error

    def start(self) -> ForkedWorker:
        """See `Workers.start`."""
        zygote, slot = self._running(), min(self.free)
        try:
            channel, printing = zygote.worker or early.fork(zygote.control, slot)
        except OSError as error:
            raise SandboxError(self._stop()) from error
        zygote.worker = None
        self.free.discard(slot)
        return ForkedWorker(self, slot, Pipes(channel, channel, printing))

    def _running(self) -> early.Started:
        """The zygote, which is started where there is none."""
        if self.zygote is None:
            self._start()
        assert self.zygote is not None
        return self.zygote

    def probe(self) -> tuple[Probe, ...]:
        """See `Workers.probe`."""
        question = selftest.arguments(self.limits, self.steps).encode()
        try:
            self.send(b"P", min(self.free, default=0), question)
            report = self.receive(START_SECONDS)[1:].decode("utf-8", "replace")
        except SandboxError as error:
            if not self.jail:
                raise
            self.jail, self.no_jail = False, str(error)
            return self.probe()
        missing = (Probe("jail", False, self.no_jail),) if self.no_jail else ()
        return (*selftest.parse(report), *missing)

    def _stop(self) -> str:
        """End the zygote; how it comes that it had to end, from its standard error."""
        zygote, self.zygote, self.free = self.zygote, None, {0, 1}
        if zygote is None:
            return ""
        zygote.control.close()  # it kills its workers, removes their folders and ends
        for descriptor in zygote.worker or ():
            os.close(descriptor)
        _reap(zygote.pid, _END_SECONDS)
        words = _last_words(zygote.errors)
        return f"the process that starts workers ended: {words or 'it does not say why'}"

    def finish(self) -> None:
        """See `Workers.finish`."""
        if self.zygote is not None:
            self.zygote.control.close()

    def close(self) -> None:
        """See `Workers.close`."""
        self._stop()


class ForkedWorker:
    """A worker in a slot of the zygote, which is known by the zygote that it belongs to."""

    def __init__(self, workers: Forked, slot: int, pipes: Pipes) -> None:
        self.workers = workers
        self.zygote = workers.zygote
        self.slot = slot
        self.pipes = pipes

    def _alive(self) -> bool:
        """Whether it can still be there: it ends with its zygote."""
        return self.zygote is not None and self.zygote is self.workers.zygote and self.slot not in self.workers.free

    def where(self) -> None:
        """See `Worker.where`."""
        if self._alive():
            self.workers.send(b"W", self.slot)

    def watch(self) -> None:
        """See `Worker.watch`; the zygote does."""

    def end(self, dying: bool = False) -> str:
        """See `Worker.end`."""
        if not self._alive():
            return ""
        self.workers.send(b"E" if dying else b"K", self.slot)
        _, too_much, status = self.workers.receive(_END_SECONDS).split()
        self.workers.free.add(self.slot)
        return TOO_MUCH_DISK if too_much == b"1" else ending(int(status))

    def drop(self) -> None:
        """See `Worker.drop`."""
        if self._alive():
            self.workers.send(b"D", self.slot)
            self.workers.free.add(self.slot)


def _last_words(descriptor: int) -> str:
    """What there is on a pipe, which is closed."""
    os.set_blocking(descriptor, False)
    try:
        return os.read(descriptor, REPORT).decode("utf-8", "replace").strip()
    except BlockingIOError:
        return ""
    finally:
        os.close(descriptor)


def _reap(pid: int, seconds: float) -> None:
    """Wait for a process that was told to end; kill it if it does not."""
    if wait_for(pid, seconds) is None:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
