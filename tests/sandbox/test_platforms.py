"""The way of systems without fork, rlimits, poll or Landlock, taken on this one by taking them away."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from grader.sandbox import Level, Limits, Sandbox, early, line, selftest, spawned
from grader.sandbox.channel import ThreadChannel
from grader.verdict import Died, Loaded, Raised, Returned, TimedOut
from tests.sandbox.conftest import LIMITS
from tests.sandbox.expectations import SUBMISSIONS, describe, double

WITHOUT = "import sys; sys.modules.update(resource=None, fcntl=None); import os; del os.fork, os.setsid; "
WITHOUT_SIGNALS = WITHOUT + "import faulthandler; del faulthandler.register; "


@pytest.fixture(params=[WITHOUT, WITHOUT_SIGNALS], ids=["without rlimits and fork", "without signals too"])
def poor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox whose workers lack what Windows lacks, spoken to by threads."""
    monkeypatch.setattr(early, "has_zygote", lambda: False)
    monkeypatch.setattr(early, "_BOOT", request.param + early._BOOT)
    monkeypatch.setattr(line, "POLLS", False)
    if request.param is WITHOUT_SIGNALS:
        monkeypatch.setattr(spawned.PosixProcess, "ask_where", lambda process: None)
    selftest.forget(None)
    with Sandbox(LIMITS) as sandbox:
        yield sandbox
    selftest.forget(None)


def test_the_level_is_found_to_be_low_and_says_why(poor: Sandbox) -> None:
    assert poor.level is Level.SEPARATE
    failed = {probe.name: probe.detail for probe in poor.probes if not probe.ok}
    assert failed["rlimits"] == "this system has none"
    assert "memory limit" in failed and "read outside" in failed


def test_calls_work_and_what_is_printed_belongs_to_them(poor: Sandbox) -> None:
    source = b"import sys\ndef double(x):\n    print('x has', x.shape)\n    return 2 * x\n"
    with poor.session(source, "e.py", ["double"]) as session:
        assert isinstance(session.load(), Loaded)
        assert isinstance(session.line.channel, ThreadChannel)
        for size in (1, 5, 100_000):
            outcome = session.call("double", [("x", np.ones(size))])
            assert isinstance(outcome, Returned) and outcome.value.tolist() == [2.0] * size
            assert outcome.printed == f"x has ({size},)\n"


def test_a_timeout_says_where(poor: Sandbox) -> None:
    source = b"def double(x):\n    while True:\n        pass\n"
    with poor.session(source, "e.py", ["double"]) as session:
        outcome = session.call("double", [("x", 1.0)])
    assert isinstance(outcome, TimedOut) and outcome.line in (2, 3)


def test_a_crash_costs_one_call(poor: Sandbox) -> None:
    source = b"import os\ndef double(x):\n    if x < 0:\n        os._exit(3)\n    return 2 * x\n"
    with poor.session(source, "e.py", ["double"]) as session:
        outcomes = [session.call("double", [("x", x)]) for x in (1.0, -1.0, 2.0)]
    assert [type(outcome) for outcome in outcomes] == [Returned, Died, Returned]


@pytest.mark.parametrize(
    "name",
    [
        "forge_garbage",
        "forge_flooded_channel",
        "close_descriptors",
        "output_much",
        "compare_subclass",
        "import_torch",
        "recursion",
    ],
)
def test_submissions_end_as_elsewhere(poor: Sandbox, name: str) -> None:
    source = (SUBMISSIONS / f"{name}.py").read_bytes()
    x = np.array([1.0, 2.0])
    with poor.session(source, "e.py", ["double"]) as session:
        loaded = session.load()
        outcome = session.call("double", [("x", x)])
    words = {
        "forge_garbage": "died",
        "forge_flooded_channel": "died",
        "close_descriptors": "died",
        "output_much": "right",
    }
    expected = {**words, "compare_subclass": "opaque", "import_torch": "raised", "recursion": "raised"}
    assert describe(outcome, double(x)) == expected[name], (loaded, outcome)


def test_memory_is_watched_where_the_system_does_not_limit_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def resident(pid: int) -> int:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * 4096

    monkeypatch.setattr(spawned, "resident", resident)
    monkeypatch.setattr(early, "_BOOT", WITHOUT + early._BOOT)
    source = b"def double(x):\n    kept = []\n    while True:\n        kept.append(bytearray(1 << 20))\n"
    with Sandbox(Limits(call_seconds=5, memory_mb=300), want=Level.LIMITED) as sandbox:
        with sandbox.session(source, "e.py", ["double"]) as session:
            outcome = session.call("double", [("x", 1.0)])
    assert outcome == Died("it used more than 300 MiB of memory")


def test_the_disk_is_watched_where_no_zygote_does() -> None:
    source = b"def double(x):\n    data = bytes(8 << 20)\n    for i in range(10**6):\n        open(f'f{i}', 'wb').write(data)\n"
    with Sandbox(Limits(call_seconds=5), want=Level.LIMITED) as sandbox:
        with sandbox.session(source, "e.py", ["double"]) as session:
            outcome = session.call("double", [("x", 1.0)])
    assert outcome == Died("it wrote too many or too large files")


@pytest.mark.parametrize("level", [Level.SEPARATE, Level.LIMITED], ids=lambda level: level.value)
def test_threads_do_as_poll_does(level: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "POLLS", False)
    threads = threading.active_count()
    with Sandbox(LIMITS, want=level) as sandbox:
        with sandbox.session(
            b"def double(x):\n    print(x)\n    return 2 * x\n", "e.py", ["double", "other"]
        ) as running:
            outcome = running.call("double", [("x", 4.0)])
        assert isinstance(outcome, Returned) and (outcome.value, outcome.printed) == (8.0, "4.0\n")
        with sandbox.session(b"import os\nos._exit(1)", "e.py", ["double"]) as running:
            assert isinstance(running.load(), Died)
        with sandbox.session(b"1 / 0", "e.py", ["double"]) as running:
            assert isinstance(running.load(), Raised)
    assert threading.active_count() == threads
