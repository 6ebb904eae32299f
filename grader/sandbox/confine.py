"""Confines a worker's process, in the worker, before it reads any student code.

The order matters: first what needs rights (limits, folders), then Landlock, and the filter of system calls last. Each
step can fail where the system lacks it; the caller says which steps it relies on.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from grader.sandbox import landlock, seccomp, syscalls

try:
    import resource
except ImportError:  # on Windows
    resource = None  # type: ignore[assignment]

STEPS: Final = ("rlimits", "landlock", "seccomp")
"""The steps in their order, weakest first."""

_SET_PDEATHSIG, _SET_DUMPABLE, _SET_NO_NEW_PRIVS, _SET_CHILD_SUBREAPER = 1, 4, 38, 36
_OPEN_FILES = 128
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")


class Cage(NamedTuple):
    """What can be made once and used by every worker: the C library, Landlock's rules, the filter of calls."""

    libc: ctypes.CDLL | None
    rules: int | None = None
    filter: bytes = b""
    lacking: tuple[tuple[str, str], ...] = ()
    """Steps that this system cannot take, with the reason."""


def prepare(scratch: str, numpy_folder: str) -> Cage:
    """The cage around a scratch folder, as strong as this system allows."""
    if not sys.platform.startswith("linux"):
        reason = f"only Linux has it, this is {sys.platform}"
        return Cage(None, lacking=(("landlock", reason), ("seccomp", reason)))
    libc = ctypes.CDLL(None, use_errno=True)
    lacking, rules, code = [], None, b""
    try:
        rules = landlock.ruleset(libc, [*_readable(numpy_folder), (scratch, landlock.SCRATCH)])
    except OSError as error:
        lacking.append(("landlock", str(error)))
    machine = os.uname().machine
    if machine in syscalls.MACHINES and sys.maxsize > 2**32:
        code = seccomp.program(machine)
    else:
        lacking.append(("seccomp", f"there is no list of system calls for {machine}"))
    return Cage(libc, rules, code, tuple(lacking))


def _readable(numpy_folder: str) -> Iterator[tuple[str, int]]:
    """What may be read: the standard library without installed packages, NumPy, shared libraries, two devices."""
    standard = os.path.dirname(os.__file__)
    yield standard, landlock.LIST
    for entry in os.scandir(standard):
        if entry.name not in ("site-packages", "dist-packages"):
            yield entry.path, landlock.READ
    yield numpy_folder, landlock.READ
    yield numpy_folder + ".libs", landlock.READ
    for folder in (*_LIBRARIES, os.path.join(sys.base_prefix, "lib")):
        yield from _shared_libraries(folder)
    yield "/etc/ld.so.cache", landlock.READ
    yield "/dev/urandom", landlock.READ
    yield "/dev/null", landlock.DEVICE


def _shared_libraries(folder: str) -> Iterator[tuple[str, int]]:
    """The libraries of a folder that may also hold installed Python packages, which stay out of reach."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if ".so" in entry.name or entry.name.endswith(("-linux-gnu", "-linux-musl")):
            yield entry.path, landlock.READ


def own_session(cage: Cage, parent: int | None) -> None:
    """Leave the terminal and the parent's process group; on Linux also be unreadable and die with the parent."""
    if hasattr(os, "setsid"):
        try:
            os.setsid()
        except PermissionError:
            pass  # the leader of a group already
    if cage.libc is None:
        return
    hide(cage.libc)
    if parent is not None:
        cage.libc.prctl(_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)  # it died before it could be told


def hide(libc: ctypes.CDLL) -> None:
    """Close this process's memory, environment and descriptors to other processes of the same user."""
    libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0)


def adopt_orphans(libc: ctypes.CDLL) -> None:
    """Become the parent of what a dead worker leaves behind, so that it can be ended."""
    libc.prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def settle(scratch: str) -> None:
    """Work in the scratch folder, with a home and a temporary folder there."""
    os.chdir(scratch)
    for name in ("HOME", "TMPDIR", "TEMP", "TMP", "USERPROFILE"):
        os.environ[name] = scratch


def apply_limits(cage: Cage, limits: Mapping[str, Any]) -> dict[str, str]:
    """`apply` with the words of a message: memory_mb, cpu_seconds, file_mb and steps."""
    return apply(cage, tuple(limits["steps"]), limits["memory_mb"], limits["cpu_seconds"], limits["file_mb"])


def apply(cage: Cage, steps: tuple[str, ...], memory_mb: int, cpu_seconds: int, file_mb: int) -> dict[str, str]:
    """Take the steps; gives the failures, step to reason, and is silent about what worked."""
    failures = {step: reason for step, reason in cage.lacking if step in steps}
    if "rlimits" in steps:
        failures.update(_limit(memory_mb, cpu_seconds, file_mb))
    if cage.libc is None:
        return failures
    cage.libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    try:
        if "landlock" in steps and cage.rules is not None:
            landlock.restrict(cage.libc, cage.rules)
    except OSError as error:
        failures["landlock"] = str(error)
    if cage.rules is not None:
        os.close(cage.rules)
    try:
        if "seccomp" in steps and cage.filter:
            seccomp.install(cage.libc, cage.filter)
    except OSError as error:
        failures["seccomp"] = str(error)
    return failures


def _limit(memory_mb: int, cpu_seconds: int, file_mb: int) -> dict[str, str]:
    if resource is None:
        return {"rlimits": "this system has none"}
    wanted = {
        "CORE": (0, 0),
        "NOFILE": (_OPEN_FILES, _OPEN_FILES),
        "FSIZE": (file_mb << 20, file_mb << 20),
        "CPU": (cpu_seconds, cpu_seconds + 1),
        "AS": (memory_mb << 20, memory_mb << 20),
    }
    failed = []
    for name, pair in wanted.items():
        try:
            number = getattr(resource, f"RLIMIT_{name}")
            most = resource.getrlimit(number)[1]
            if most != resource.RLIM_INFINITY:  # the user's own limit, which may be lower, stands
                pair = (min(pair[0], most), min(pair[1], most))
            resource.setrlimit(number, pair)
        except (AttributeError, ValueError, OSError) as error:  # macOS refuses some of them
            failed.append(f"{name}: {error}")
    return {"rlimits": "; ".join(failed)} if failed else {}
