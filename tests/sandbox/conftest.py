"""Sandboxes at every level that this machine has, one for all the tests of a level."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from grader.sandbox import Level, Limits, Sandbox

LIMITS = Limits(call_seconds=0.8, submission_seconds=4.0, memory_mb=512, printed_bytes=1 << 16)
OUTSIDE = Path(tempfile.gettempdir()) / f"grade-test-outside-{os.getpid()}"
"""A folder that submissions try to read and write; everybody may. In their source it is /tmp/grade-test-outside."""


def needs(present: bool, what: str) -> None:
    """Skip a test whose part is missing, except where CI promises that it is there."""
    if present:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and CI has to have it")
    pytest.skip(f"{what} is missing")


@cache
def reachable(level: Level) -> bool:
    """Whether this machine should have a level; that it has it is what the tests show."""
    if level is Level.JAILED:
        bwrap = shutil.which("bwrap")
        tried = bwrap and subprocess.run([bwrap, "--unshare-user", "--ro-bind", "/", "/", "true"], capture_output=True)
        return bool(tried) and tried.returncode == 0
    return level < Level.CONFINED or sys.platform.startswith("linux")


@pytest.fixture(scope="session", autouse=True)
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Self-tests are remembered in a folder of the test run, not in the user's."""
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    yield
    patch.undo()


@pytest.fixture(scope="session", params=list(Level), ids=lambda level: level.value)
def level(request: pytest.FixtureRequest) -> Level:
    """Every level in turn."""
    chosen: Level = request.param
    needs(reachable(chosen), f"what the level {chosen.value} needs")
    return chosen


@pytest.fixture(scope="session")
def others(level: Level) -> set[int]:
    """The processes that earlier tests left below this one, which are not the sandbox's."""
    return processes_below(os.getpid())


@pytest.fixture(scope="session")
def sandbox(level: Level, others: set[int]) -> Iterator[Sandbox]:
    """A sandbox at a level, which really is in force."""
    with Sandbox(LIMITS, want=level) as sandbox:
        assert sandbox.level is level, [probe for probe in sandbox.probes if not probe.ok]
        yield sandbox


def processes_below(pid: int) -> set[int]:
    """The living descendants of a process (Linux; elsewhere none are found)."""
    parents = {}
    if sys.platform.startswith("linux"):
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    fields = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                if fields[0] != "Z":
                    parents[int(entry)] = int(fields[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


@pytest.fixture
def outside() -> Iterator[Path]:
    """The folder outside, with the answers in it; afterwards it must be as it was."""
    shutil.rmtree(OUTSIDE, ignore_errors=True)
    OUTSIDE.mkdir(mode=0o777)
    OUTSIDE.chmod(0o777)
    answers = OUTSIDE / "answers.txt"
    answers.write_text("2.0")
    answers.chmod(0o666)
    before = snapshot(OUTSIDE)
    yield OUTSIDE
    assert snapshot(OUTSIDE) == before
    shutil.rmtree(OUTSIDE)


def snapshot(folder: Path) -> dict[str, tuple[int, int, int, bytes]]:
    """Names, modes, sizes, times and contents of a folder's files."""
    return {
        str(path): (path.stat().st_mode, path.stat().st_size, path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
    }
