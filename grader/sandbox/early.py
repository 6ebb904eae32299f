"""Starts a worker's process before anything else is imported, so that its NumPy loads beside ours.

Imports as little as it can: `_socket` is what `socket` wraps, without the 3 ms that `socket` takes to import.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _socket import socket as Socket

# The flags and the environment keep everything of the user's out; the only two folders that are added to the path
# hold the grader and NumPy. Imports make no garbage, and looking for it would take a tenth of the start. A fixed hash seed makes the order of a set of strings the same in every run.
_FLAGS = ("-s", "-S", "-X", "utf8") + (("-P",) if sys.version_info >= (3, 11) else ())
_BOOT = (
    "import gc, sys; gc.disable(); sys.path[:] = [p for p in sys.path if p] + sys.argv[2:4];"
    " from grader.sandbox import {0}; {0}.main()"
)
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "BLIS_NUM_THREADS")
_KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "SYSTEMDRIVE", "TMPDIR", "TEMP", "TMP", "LIBRARY_PATH")


class Started:
    """A zygote that was started, and the ends of the pipes of a worker that it has been told to fork, if it has."""

    def __init__(self, pid: int, control: Socket, errors: int) -> None:
        self.pid = pid
        self.control = control
        self.errors = errors  # the read end of its standard error
        self.worker: tuple[int, int] | None = None


_started: Started | None = None
_processors: set[int] = set()  # those that this process may use, while it uses one


def start_early() -> None:
    """Start the zygote that the next `Sandbox` will adopt, and its first worker; nothing where there is no zygote."""
    global _started
    if _started is None and has_zygote():
        _started = start_zygote()
        _started.worker = fork(_started.control, 0)
        _part(_started.pid)


def adopt() -> Started | None:
    """The zygote that was started early, if there is one; it belongs to the caller now."""
    global _started
    started, _started = _started, None
    if started is not None and _processors:
        _place(0, _processors)
        _place(started.pid, _processors)
    return started


def _part(pid: int) -> None:
    """Stay on this processor, and keep a new process on the others, until it is adopted.

    Linux may run two processes that import NumPy side by side on one processor while another is idle.
    """
    global _processors
    try:
        with open("/proc/self/stat", "rb") as file:
            here = int(file.read().rpartition(b")")[2].split()[36])  # "processor" in proc(5)
    except (OSError, ValueError, IndexError):
        return
    allowed = os.sched_getaffinity(0)
    if here in allowed and len(allowed) > 1:
        _processors = allowed
        _place(0, {here})
        _place(pid, allowed - {here})


def _place(pid: int, processors: set[int]) -> None:
    try:
        os.sched_setaffinity(pid, processors)
    except OSError:
        pass  # it has ended, which will be noticed, or it may not be moved


def has_zygote() -> bool:
    """Whether workers are forked: on Linux only, for forking after frameworks have started threads crashes on macOS."""
    return sys.platform.startswith("linux")


def numpy_root() -> str:
    """The folder that holds the package numpy, found without importing it; ImportError if there is none."""
    if "numpy" in sys.modules:
        origin = sys.modules["numpy"].__file__
    else:
        from importlib.machinery import PathFinder

        spec = PathFinder.find_spec("numpy")
        origin = spec.origin if spec else None
    if not origin:
        raise ImportError("NumPy is not installed for this Python: pip install numpy")
    return os.path.dirname(os.path.dirname(os.path.abspath(origin)))


def grader_root() -> str:
    """The folder that holds the package grader."""
    return os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def command(module: str, *arguments: str) -> list[str]:
    """The command line that runs `main` of a module of this package in a clean interpreter."""
    python = getattr(sys, "_base_executable", sys.executable) if os.name == "nt" else sys.executable
    return [python, *_FLAGS, "-c", _BOOT.format(module), "grade-worker", grader_root(), numpy_root(), *arguments]


def environment() -> dict[str, str]:
    """The clean environment: one BLAS thread, UTF-8, and what the loader and the system need."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    path = os.environ.get("PATH", "") if os.name == "nt" else "/usr/bin:/bin"
    fixed = {"PATH": path, "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"}
    return {**kept, **fixed, **dict.fromkeys(_THREADS, "1")}


def start_zygote(prefix: tuple[str, ...] = (), *arguments: str) -> Started:
    """A fresh zygote, with `prefix` (the command line of a jail) before its own; OSError if it cannot be started."""
    import _socket

    ours, theirs = _socket_pair(_socket.SOCK_SEQPACKET)
    errors, errors_end = os.pipe()
    argv = [*prefix, *command("zygote", *arguments)]
    try:
        pid = spawn(argv, (theirs.fileno(), None, errors_end))
    except OSError:
        ours.close()
        os.close(errors)
        raise
    finally:
        theirs.close()
        os.close(errors_end)
    return Started(pid, ours, errors)


def fork(control: Socket, slot: int) -> tuple[int, int]:
    """Tell a zygote to fork a worker; our ends of its channel and of what it prints. OSError if it is gone."""
    import _socket

    ours, theirs = _socket_pair(_socket.SOCK_STREAM)
    printing, prints = os.pipe()
    rights = b"".join(descriptor.to_bytes(4, sys.byteorder) for descriptor in (theirs.fileno(), prints))
    try:
        control.sendmsg([b"F", str(slot).encode()], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, rights)])
    except OSError:
        ours.close()
        os.close(printing)
        raise
    finally:
        theirs.close()
        os.close(prints)
    return ours.detach(), printing


def _socket_pair(kind: int) -> tuple[Socket, Socket]:
    import _socket

    return _socket.socketpair(_socket.AF_UNIX, kind)


def spawn(argv: list[str], standard: tuple[int | None, int | None, int | None]) -> int:
    """The pid of a new process with these descriptors as its standard ones; None is the null device."""
    high = [descriptor if descriptor is None else _above_standard(descriptor) for descriptor in standard]
    actions: list[tuple[int, ...] | tuple[int, int, str, int, int]] = []
    for target, descriptor in enumerate(high):
        if descriptor is None:
            actions.append((os.POSIX_SPAWN_OPEN, target, os.devnull, os.O_RDWR, 0))
        else:
            actions.append((os.POSIX_SPAWN_DUP2, descriptor, target))
    try:
        # a session of its own, where that can be asked for, so that no interrupt from the keyboard ever reaches it
        session = sys.platform.startswith("linux")
        return os.posix_spawn(argv[0], argv, environment(), file_actions=actions, setsid=session)
    finally:
        for descriptor in set(high) - set(standard):
            assert descriptor is not None
            os.close(descriptor)


def _above_standard(descriptor: int) -> int:
    """A descriptor that is none of the standard ones: where those are closed, a new pipe takes their numbers."""
    if descriptor > 2:
        return descriptor
    import fcntl

    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 3)
