"""Which level is in force: decided by what a confined worker could do, remembered for this system.

Imports no NumPy: `grade doctor` asks, and so does the start of every grading.
"""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Iterable
from typing import Final

from grader.sandbox.limits import Level, Limits, Probe

# what must hold from a level on; a report without one of these lines does not reach the level
_WORKING: Final = ("NumPy works", "scratch folder")
# one of them: macOS has no limit on memory, Windows none on files
_LIMITED: Final = ("memory limit", "file size limit")
_CONFINED: Final = (
    *(*_LIMITED, "rlimits", "landlock", "seccomp", "threads", "read outside", "write outside", "chmod", "change times"),
    *("network TCP", "network UDP", "local sockets", "fork", "exec", "links", "signal the parent", "signal the grader"),
    *("signal by a descriptor", "environment of the parent", "environment of the grader", "memory of the grader"),
    *("io_uring", "new namespaces", "keys of the kernel", "memory files", "trace a process", "mount"),
)
_JAILED: Final = ("jail: nothing outside", "jail: scratch folder has a size")


def parse(report: str) -> tuple[Probe, ...]:
    """The probes of a report, one a line: name, True or False, detail."""
    rows = (line.split("\t") for line in report.splitlines())
    return tuple(Probe(row[0], row[1] == "True", row[2]) for row in rows if len(row) == 3)


def level_of(probes: Iterable[Probe]) -> Level:
    """The highest level whose probes, and those of the levels below, went as they must."""
    passed = {probe.name for probe in probes if probe.ok}
    if not passed.issuperset(_WORKING) or passed.isdisjoint(_LIMITED):
        return Level.SEPARATE
    if not passed.issuperset(_CONFINED):
        return Level.LIMITED
    return Level.JAILED if passed.issuperset(_JAILED) else Level.CONFINED


def arguments(limits: Limits, steps: Iterable[str]) -> str:
    """What a probing worker has to know, as one line: pid of the grader, limits, steps, a file that it must not read."""
    canary = os.path.abspath(__file__)
    return f"{os.getpid()} {limits.memory_mb} {limits.file_mb} {','.join(steps)} {canary}"


def level_quickly(want: Level | None = None) -> tuple[Level, tuple[Probe, ...]]:
    """The level that a `Sandbox` would have, with its probes, tested now."""
    from grader.sandbox.launch import launcher

    with launcher(want, Limits()) as workers:
        probes = workers.probe()
    remember(want, probes)
    return level_of(probes), probes


# --- remembering -------------------------------------------------------------------------------------------------


def _cache_folder() -> str:
    """The user's cache folder; FileNotFoundError for a user without a home."""
    home = os.path.expanduser("~")
    if not os.path.isabs(home):
        raise FileNotFoundError("this user has no home folder")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Caches", "grade")
    base = os.environ.get("LOCALAPPDATA") if os.name == "nt" else os.environ.get("XDG_CACHE_HOME")
    return os.path.join(base or os.path.join(home, ".cache"), "grade")


def _key(want: Level | None) -> str:
    """What the outcome depends on: the kernel, this boot's user, the interpreter, and every file of the sandbox."""
    here = os.path.dirname(os.path.abspath(__file__))
    with os.scandir(here) as entries:
        files = sorted(f"{each.name}:{each.stat().st_mtime_ns}" for each in entries if each.name.endswith(".py"))
    user = os.getuid() if hasattr(os, "getuid") else 0
    system = os.uname() if hasattr(os, "uname") else (sys.platform,)
    facts = (*system, sys.executable, sys.version, user, want, here, *files)
    return "|".join(map(str, facts)).replace("\n", " ")


def _cache_file(want: Level | None) -> str:
    here = zlib.crc32(os.path.dirname(os.path.abspath(__file__)).encode())  # each installation has its own
    return os.path.join(_cache_folder(), f"level-{want.value if want else 'any'}-{here:08x}.txt")


def remembered(want: Level | None) -> tuple[Probe, ...] | None:
    """The probes of an earlier self-test of the same system, or None."""
    try:
        with open(_cache_file(want), encoding="utf-8") as file:
            key, report = file.read(1 << 16).split("\n", 1)
    except (OSError, ValueError):
        return None
    return parse(report) if key == _key(want) else None


def remember(want: Level | None, probes: Iterable[Probe]) -> None:
    """Keep the probes for the next start; a folder that cannot be written only costs the next start some time."""
    lines = [_key(want), *(f"{probe.name}\t{probe.ok}\t{probe.detail}" for probe in probes)]
    try:
        path = _cache_file(want)
        os.makedirs(_cache_folder(), exist_ok=True)
        with open(f"{path}.{os.getpid()}", "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        os.replace(f"{path}.{os.getpid()}", path)
    except OSError:
        pass


def forget(want: Level | None) -> None:
    """Drop what was remembered: a worker could not be confined as it said."""
    try:
        os.unlink(_cache_file(want))
    except OSError:
        pass
