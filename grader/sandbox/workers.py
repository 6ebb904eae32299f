"""What runs workers, as a session sees it, and what every way of running them needs."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass
from typing import Final, Protocol

from grader.sandbox.limits import Probe

_FOLDERS: Final = ("sandbox", "worker")  # what a worker runs, in the package
_FILES: Final = ("wire.py", "values.py")

START_SECONDS: Final = 60.0  # for the interpreter and NumPy, on a slow disk; ours, never the student's
DYING_SECONDS: Final = 0.1  # between closing its pipes and being gone
REPORT: Final = 1 << 16  # bytes of the largest message that is no answer


TOO_MUCH_DISK: Final = "it wrote too many or too large files"


class SandboxError(RuntimeError):
    """The sandbox itself failed: no fault of a submission's."""


def _state_of_files() -> tuple[tuple[str, int], ...]:
    """When each file that a worker runs was changed."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    folders = [os.path.join(root, folder) for folder in _FOLDERS]
    paths = [os.path.join(folder, name) for folder in folders for name in os.listdir(folder) if name.endswith(".py")]
    paths += [os.path.join(root, name) for name in _FILES]
    return tuple((path, os.stat(path).st_mtime_ns) for path in sorted(paths))


_AS_IMPORTED: Final = _state_of_files()


def check_files() -> None:
    """SandboxError if the grader was updated under this process: a worker would not understand it, or it the worker."""
    if _state_of_files() != _AS_IMPORTED:
        raise SandboxError("the grader was updated while it ran: give the same command again")


@dataclass(frozen=True)
class Pipes:
    """The parent's descriptors of a new worker: answers, questions, and what it prints."""

    reader: int
    writer: int
    printing: int


class Worker(Protocol):
    """A worker that has been started."""

    pipes: Pipes

    def where(self) -> None:
        """Ask it to write its stack to its answers."""

    def watch(self) -> None:
        """Kill it if it fills the disk or, where the system does not limit it, the memory."""

    def end(self, dying: bool = False) -> str:
        """Kill it, or let it die where it is about to; how it ended, or "" if it was killed."""

    def drop(self) -> None:
        """Kill it; nobody asks how it ended."""


class Workers(Protocol):
    """Starts workers. There may be two at a time: one that works, and the next one, which waits."""

    steps: tuple[str, ...]
    watches: bool
    """Whether `Worker.watch` has to be called while one works: nobody else looks after its folder and memory."""

    def start(self) -> Worker:
        """A new worker, which has read nothing yet; SandboxError if there can be none."""

    def probe(self) -> tuple[Probe, ...]:
        """The report of a confined worker on itself."""

    def finish(self) -> None:
        """No more will be started: what runs workers may begin to end."""

    def close(self) -> None:
        """End everything that was started and remove what it left."""

    def __enter__(self) -> Workers:
        """Itself, with whatever can be started ahead."""

    def __exit__(self, *exception: object) -> None:
        """Close it."""


def ending(status: int) -> str:
    """How a process ended, from its wait status, as the end of a sentence about the student's code."""
    if not os.WIFSIGNALED(status):
        return f"it ended the process (exit status {os.WEXITSTATUS(status)})"
    number = os.WTERMSIG(status)
    if number == signal.SIGKILL:
        return ""
    if number == signal.SIGXCPU:
        return "it used too much processor time"
    name = signal.strsignal(number) or ""
    return f"it crashed (signal {number}, {name.lower()})"


def wait_for(pid: int, seconds: float) -> int | None:
    """The wait status of a child that ends within some time, which is reaped; None if it does not."""
    until = time.monotonic() + seconds
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return status
        if time.monotonic() >= until:
            return None
        time.sleep(0.001)


def hide_this_process() -> None:
    """Close the memory, environment and descriptors of this process to workers of the same user."""
    if sys.platform.startswith("linux"):
        import ctypes

        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
