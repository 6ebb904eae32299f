"""The self-test: a worker, confined like every other, tries what student code must not be able to do.

Nothing here is harmful where it works. Each probe gives a sentence; `ok` says whether it went as it must.
"""

from __future__ import annotations

import _socket
import ctypes
import errno
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from grader.sandbox import confine

_HARMLESS_MISSING = "/nonexistent/grade-probe"  # a refused call fails with EPERM before it looks for the file
_REFUSED = (errno.EPERM, errno.EACCES)


def report(descriptor: int, cage: confine.Cage, scratch: str, arguments: str) -> None:
    """Confine this process as `arguments` say, probe, and write a line `name, ok, detail` for each probe."""
    grader, memory_mb, file_mb, steps, canary = arguments.split(" ", 4)
    failures = confine.apply(cage, tuple(steps.split(",")), int(memory_mb), 10, int(file_mb))
    lines = [
        f"{step}\t{step not in failures}\t{failures.get(step, 'in force')}" for step in confine.STEPS if step in steps
    ]
    for name, probe in _probes(int(grader), canary, scratch, int(memory_mb), int(file_mb)):
        ok, detail = _try(probe)
        lines.append(f"{name}\t{ok}\t{detail}")
    os.write(descriptor, "\n".join(lines).replace("\r", " ").encode("utf-8", "replace"))


def _try(probe: Callable[[], tuple[bool, str]]) -> tuple[bool, str]:
    try:
        ok, detail = probe()
    except Exception as error:
        ok, detail = False, f"{type(error).__name__}: {error}"
    return ok, " ".join(detail.split())


def _probes(
    grader: int, canary: str, scratch: str, memory_mb: int, file_mb: int
) -> list[tuple[str, Callable[[], tuple[bool, str]]]]:
    outside = os.path.join(os.path.dirname(scratch), f"grade-probe-{os.getpid()}")
    parent = os.getppid()
    return [
        ("NumPy works", _numpy_works),
        ("scratch folder", lambda: _scratch_works(scratch)),
        ("threads", _threads_work),
        ("memory limit", lambda: _memory(memory_mb)),
        ("file size limit", lambda: _file_size(scratch, file_mb)),
        ("read outside", lambda: _refused(lambda: os.close(os.open(canary, os.O_RDONLY)))),
        ("write outside", lambda: _refused(lambda: _write(outside))),
        ("network TCP", lambda: _refused(lambda: _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM).close())),
        ("network UDP", lambda: _refused(lambda: _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM).close())),
        ("local sockets", lambda: _refused(lambda: _socket.socket(getattr(_socket, "AF_UNIX", -1)).close())),
        ("fork", lambda: _refused(_fork)),
        ("exec", lambda: _refused(lambda: os.execv(_HARMLESS_MISSING, ["grade-probe"]))),
        ("signal the parent", lambda: _refused(lambda: _signal(parent))),
        ("signal the grader", lambda: _refused(lambda: _signal(grader))),
        ("signal by a descriptor", lambda: _refused(lambda: _own_signals(parent))),
        ("environment of the parent", lambda: _refused(lambda: _read(f"/proc/{parent}/environ"))),
        ("environment of the grader", lambda: _refused(lambda: _read(f"/proc/{grader}/environ"))),
        ("memory of the grader", lambda: _refused(lambda: _read(f"/proc/{grader}/mem"))),
        ("chmod", lambda: _refused(lambda: os.chmod(_HARMLESS_MISSING, 0o600))),
        ("change times", lambda: _refused(lambda: os.utime(_HARMLESS_MISSING))),
        ("links", lambda: _refused(lambda: os.symlink(_HARMLESS_MISSING, os.path.join(scratch, "link")))),
        *[(name, lambda number=number: _refused_call(number)) for name, number in _system_calls().items()],
        ("jail: nothing outside", lambda: _absent(canary)),
        ("jail: scratch folder has a size", lambda: _sized(scratch)),
    ]


def _refused(attempt: Callable[[], Any]) -> tuple[bool, str]:
    """Whether an attempt fails for lack of permission, or because there is nothing of the kind."""
    try:
        attempt()
    except OSError as error:
        absent = error.errno == errno.ENOENT and error.filename not in (None, _HARMLESS_MISSING)
        return error.errno in _REFUSED or absent, error.strerror or str(error)
    except AttributeError as error:
        return True, f"this system has none ({error})"
    return False, "it worked"


def _numpy_works() -> tuple[bool, str]:
    a = np.array([[2.0, 1.0], [1.0, 3.0]])
    return bool(np.allclose(np.linalg.solve(a, a @ [1.0, 2.0]), [1.0, 2.0])), "solved two equations"


def _scratch_works(scratch: str) -> tuple[bool, str]:
    path = os.path.join(scratch, "probe.npy")
    np.save(path, np.arange(3))
    same = bool((np.load(path) == np.arange(3)).all())
    os.unlink(path)
    return same, "wrote and read a file"


def _threads_work() -> tuple[bool, str]:
    done: list[int] = []
    thread = threading.Thread(target=done.append, args=(1,))
    thread.start()
    thread.join()
    return bool(done), "a thread ran"


def _memory(memory_mb: int) -> tuple[bool, str]:
    try:
        np.empty(2 * memory_mb << 20, np.uint8)  # never touched, so it costs nothing where there is no limit
    except MemoryError:
        return True, f"MemoryError at {2 * memory_mb} MiB"
    return False, f"{2 * memory_mb} MiB were given"


def _file_size(scratch: str, file_mb: int) -> tuple[bool, str]:
    path = os.path.join(scratch, "large")
    try:
        with open(path, "wb") as file:
            file.seek(file_mb << 20)
            file.write(b"x")
    except OSError as error:
        return error.errno == errno.EFBIG, error.strerror or str(error)
    finally:
        os.unlink(path)
    return False, f"a file of more than {file_mb} MiB was written"


def _write(path: str) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    os.unlink(path)


def _read(path: str) -> None:
    with open(path, "rb") as file:
        file.read(1)


def _fork() -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)


def _signal(pid: int) -> None:
    """Ask whether a signal could be sent; on Windows, where 0 is a real one, it is taken for granted."""
    if os.name != "nt":
        os.kill(pid, 0)


def _own_signals(pid: int) -> None:
    """Ask that the parent be sent a harmless signal (SIGWINCH) when a pipe of ours can be read."""
    import fcntl

    read_end, write_end = os.pipe()
    try:
        fcntl.fcntl(read_end, 8, pid)  # F_SETOWN
        fcntl.fcntl(read_end, 10, signal.SIGWINCH)  # F_SETSIG
    finally:
        os.close(read_end)
        os.close(write_end)


def _system_calls() -> dict[str, int]:
    """Calls that only C can make, by number; those above 424 have one number on every machine."""
    if not sys.platform.startswith("linux"):
        return {}
    x86 = os.uname().machine == "x86_64"
    return {
        "io_uring": 425,
        "new namespaces": 272 if x86 else 97,
        "keys of the kernel": 250 if x86 else 219,
        "memory files": 319 if x86 else 279,
        "trace a process": 101 if x86 else 117,
        "mount": 165 if x86 else 40,
    }


def _refused_call(number: int) -> tuple[bool, str]:
    """Whether a system call with arguments that make no sense is refused before they are looked at."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall(ctypes.c_long(number), ctypes.c_long(-1), None, None, None, None)
    code = ctypes.get_errno()
    return code == errno.EPERM, os.strerror(code)


def _absent(path: str) -> tuple[bool, str]:
    try:
        os.stat(path)
    except OSError as error:
        return error.errno == errno.ENOENT, error.strerror or str(error)
    return False, "files outside are visible, though not readable"


def _sized(scratch: str) -> tuple[bool, str]:
    if not hasattr(os, "statvfs"):
        return False, "its file system cannot be asked"
    system = os.statvfs(scratch)
    size = system.f_blocks * system.f_frsize
    return size <= 256 << 20, f"its file system holds {size >> 20} MiB"
