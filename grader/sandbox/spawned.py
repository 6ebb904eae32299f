"""Workers that are each a new process, for systems where none can be forked."""

from __future__ import annotations

import os
import signal
import sys
from typing import Protocol

from grader.sandbox import early, scratch, selftest
from grader.sandbox.limits import Limits, Probe
from grader.sandbox.workers import (
    DYING_SECONDS,
    REPORT,
    TOO_MUCH_DISK,
    Pipes,
    SandboxError,
    check_files,
    ending,
    hide_this_process,
    wait_for,
)


class Spawned:
    """Workers that are each a new process; on Windows inside a job object."""

    watches = True

    def __init__(self, limits: Limits, steps: tuple[str, ...]) -> None:
        self.limits = limits
        self.steps = steps
        self.living: set[SpawnedWorker] = set()

    def __enter__(self) -> Spawned:
        hide_this_process()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def start(self, *arguments: str) -> SpawnedWorker:
        """See `Workers.start`."""
        check_files()
        folder = scratch.make()
        try:
            process, pipes = start_process(early.command("solo", folder, *arguments), self.limits, bool(self.steps))
        except BaseException:
            scratch.remove(folder)
            raise
        return SpawnedWorker(self, folder, process, pipes)

    def probe(self) -> tuple[Probe, ...]:
        """See `Workers.probe`."""
        worker = self.start(selftest.arguments(self.limits, self.steps))
        os.close(worker.pipes.writer)
        try:
            report = _read_all(worker.pipes.reader)
            problem = "" if report else _read_all(worker.pipes.printing).decode("utf-8", "replace").strip()
        finally:
            worker.end()
            os.close(worker.pipes.reader)
            os.close(worker.pipes.printing)
        if not report:
            raise SandboxError(f"a worker could not be started: {problem or 'it does not say why'}")
        return selftest.parse(report.decode("utf-8", "replace"))

    def finish(self) -> None:
        """See `Workers.finish`; each worker is a process of its own, which has been dropped."""

    def close(self) -> None:
        """See `Workers.close`."""
        for worker in tuple(self.living):
            worker.end()


class SpawnedWorker:
    """A worker with a process and a folder of its own."""

    def __init__(self, workers: Spawned, folder: str, process: Process, pipes: Pipes) -> None:
        self.workers = workers
        self.folder = folder
        self.process = process
        self.pipes = pipes
        self.too_much = ""
        workers.living.add(self)

    def where(self) -> None:
        """See `Worker.where`; without the signal it says so by itself."""
        self.process.ask_where()

    def watch(self) -> None:
        """See `Worker.watch`."""
        if self.too_much or not self.workers.steps:
            return
        memory_mb = self.workers.limits.memory_mb
        if scratch.over_limit(self.folder):
            self.too_much = TOO_MUCH_DISK
        elif self.process.memory() > memory_mb << 20:
            self.too_much = f"it used more than {memory_mb} MiB of memory"
        if self.too_much:
            self.process.kill()

    def end(self, dying: bool = False) -> str:
        """See `Worker.end`."""
        if self not in self.workers.living:
            return ""
        self.workers.living.discard(self)
        status = self.process.end(dying)
        scratch.remove(self.folder)
        return self.too_much or status

    def drop(self) -> None:
        """See `Worker.drop`."""
        self.end()


class Process(Protocol):
    """A process of its own that can be asked where it is, and ended."""

    def ask_where(self) -> None:
        """Make it write its stack."""

    def memory(self) -> int:
        """The bytes of memory that it takes up; 0 where that cannot be asked."""

    def kill(self) -> None:
        """Kill it with its children."""

    def end(self, dying: bool) -> str:
        """Kill it with its children, or let it die where it is about to; how it ended, or "" if it was killed."""


class PosixProcess:
    """A child in its own process group."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def ask_where(self) -> None:
        """See `Process.ask_where`."""
        os.kill(self.pid, signal.SIGUSR1)

    def memory(self) -> int:
        """See `Process.memory`."""
        return resident(self.pid)

    def kill(self) -> None:
        """See `Process.kill`."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # it has no group of its own yet, or it is dead
            os.kill(self.pid, signal.SIGKILL)

    def end(self, dying: bool) -> str:
        """See `Process.end`."""
        status = wait_for(self.pid, DYING_SECONDS) if dying else None
        if status is None:
            self.kill()
            status = os.waitpid(self.pid, 0)[1]
        return ending(status)


def start_process(argv: list[str], limits: Limits, limited: bool) -> tuple[Process, Pipes]:
    """A process with three pipes; SandboxError if it cannot be started."""
    if os.name == "nt":
        from grader.sandbox import windows

        return windows.start(argv, early.environment(), limits if limited else None)
    questions_end, questions = os.pipe()
    answers, answers_end = os.pipe()
    printing, prints = os.pipe()
    try:
        pid = early.spawn(argv, (questions_end, answers_end, prints))
    except OSError as error:
        for descriptor in (questions, answers, printing):
            os.close(descriptor)
        raise SandboxError(f"a worker could not be started: {error}") from error
    finally:
        for descriptor in (questions_end, answers_end, prints):
            os.close(descriptor)
    return PosixProcess(pid), Pipes(answers, questions, printing)


def resident(pid: int) -> int:
    """The bytes of memory that a process takes up, where its limit is not enforced by the system: on macOS."""
    if sys.platform != "darwin":
        return 0
    import ctypes

    usage = (ctypes.c_uint64 * 12)()  # rusage_info_v0: 16 bytes of id, then ten numbers; the resident size is the sixth
    failed = ctypes.CDLL("/usr/lib/libproc.dylib").proc_pid_rusage(pid, 0, ctypes.byref(usage))
    return 0 if failed else int(usage[2 + 6])


def _read_all(descriptor: int) -> bytes:
    parts = []
    while data := os.read(descriptor, REPORT):
        parts.append(data)
    return b"".join(parts)
