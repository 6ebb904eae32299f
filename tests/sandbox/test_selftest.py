"""How the level is found out, remembered and lowered."""

from __future__ import annotations

import subprocess
import sys

import pytest

from grader.sandbox import Level, Limits, Probe, Sandbox, level_quickly, selftest
from grader.verdict import Broken, Returned
from tests.sandbox.conftest import needs, reachable

ALL = (*selftest._WORKING, *selftest._CONFINED, *selftest._JAILED)
SOURCE = b"def f(x):\n    return x\n"


def probes(*failing: str) -> list[Probe]:
    return [Probe(name, name not in failing) for name in ALL]


def test_all_probes_together_make_a_jail() -> None:
    assert selftest.level_of(probes()) is Level.JAILED
    assert selftest.level_of(probes(*selftest._JAILED)) is Level.CONFINED


@pytest.mark.parametrize("name", selftest._CONFINED)
def test_any_surprise_lowers_confined_to_limited(name: str) -> None:
    assert selftest.level_of(probes(name)) is Level.LIMITED


@pytest.mark.parametrize("name", selftest._WORKING)
def test_a_worker_that_cannot_work_is_no_more_than_separate(name: str) -> None:
    assert selftest.level_of(probes(name)) is Level.SEPARATE


def test_one_limit_that_holds_makes_limited_and_none_separate() -> None:
    assert [selftest.level_of(probes("fork", name)) for name in selftest._LIMITED] == [Level.LIMITED, Level.LIMITED]
    assert selftest.level_of(probes(*selftest._LIMITED)) is Level.SEPARATE


def test_a_probe_that_was_not_made_has_not_passed() -> None:
    assert selftest.level_of(probe for probe in probes() if probe.name != "fork") is Level.LIMITED
    assert selftest.level_of(()) is Level.SEPARATE


def test_a_report_is_read_line_by_line() -> None:
    report = "fork\tTrue\tOperation not permitted\nnonsense\nexec\tFalse\tit worked"
    assert selftest.parse(report) == (Probe("fork", True, "Operation not permitted"), Probe("exec", False, "it worked"))


def test_the_level_is_the_one_that_was_wanted(level: Level) -> None:
    found, tried = level_quickly(level)
    assert min(found, level) is level
    assert {probe.name for probe in tried} >= set(ALL) - {"rlimits", "landlock", "seccomp"}


def test_a_student_s_own_run_is_confined_on_linux() -> None:
    needs(reachable(Level.CONFINED), "Linux")
    with Sandbox(Limits()) as sandbox:
        assert sandbox.level is Level.CONFINED


def test_asking_for_the_level_imports_no_numpy() -> None:
    code = (
        "import sys; from grader.sandbox import level_quickly; print(level_quickly()[0].value, 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    expected = "confined" if reachable(Level.CONFINED) else level_quickly()[0].value
    assert done.stdout.split() == [expected, "False"]


def test_the_outcome_is_remembered_for_the_same_system_only(monkeypatch: pytest.MonkeyPatch) -> None:
    selftest.remember(None, [Probe("fork", True, "refused")])
    assert selftest.remembered(None) == (Probe("fork", True, "refused"),)
    monkeypatch.setattr(sys, "version", "another Python")
    assert selftest.remembered(None) is None
    monkeypatch.undo()
    selftest.forget(None)
    assert selftest.remembered(None) is None


def test_a_student_s_run_uses_what_is_remembered_and_a_class_run_does_not() -> None:
    made_up = tuple(Probe(name, False, "made up") for name in ALL)
    selftest.remember(None, made_up)
    selftest.remember(Level.SEPARATE, made_up)
    try:
        with Sandbox(Limits()) as sandbox:
            assert sandbox.probes == made_up
        with Sandbox(Limits(), want=Level.SEPARATE) as sandbox:
            assert sandbox.probes != made_up
    finally:
        selftest.forget(None)


def test_a_folder_that_cannot_be_written_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "_cache_folder", lambda: "/dev/null/grade")
    selftest.remember(None, probes())
    assert selftest.remembered(None) is None
    selftest.forget(None)


def test_a_worker_that_is_less_confined_than_remembered_runs_nothing_and_lowers_the_level() -> None:
    with Sandbox(Limits(), want=Level.SEPARATE) as sandbox:
        sandbox.workers.steps = ("rlimits", "landlock")  # a worker in a fresh process has no rules prepared for it
        sandbox.probes = tuple(probes())
        sandbox.lacking({"landlock": "gone"})
        assert sandbox.level is Level.SEPARATE
        sandbox.probes = tuple(probes())
        assert sandbox.lacking({"landlock": "gone"}) == "landlock: gone"
        assert sandbox.lacking({}) == ""


def test_a_step_that_fails_is_our_fault_and_never_a_student_s(monkeypatch: pytest.MonkeyPatch) -> None:
    needs(reachable(Level.CONFINED), "Linux")
    with Sandbox(Limits()) as sandbox:
        sandbox.probes = tuple(probes())
        sandbox.workers.steps = ("rlimits", "landlock", "seccomp")
        monkeypatch.setattr(sandbox, "lacking", lambda failures: "seccomp: refused")
        with sandbox.session(SOURCE, "e.py", ["f"]) as session:
            outcome = session.load()
        assert outcome == Broken("a worker could not be confined (seccomp: refused)")
        monkeypatch.undo()
        with sandbox.session(SOURCE, "e.py", ["f"]) as session:
            assert isinstance(session.call("f", [(None, 1.0)]), Returned)


def test_without_bubblewrap_the_level_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    needs(reachable(Level.CONFINED), "Linux")
    monkeypatch.setenv("PATH", "/nonexistent")
    with Sandbox(Limits(), want=Level.JAILED) as sandbox:
        assert sandbox.level is Level.CONFINED
        assert Probe("jail", False, "bubblewrap is not installed (the package is called bubblewrap)") in sandbox.probes


def test_a_bubblewrap_that_may_not_make_namespaces_is_done_without(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    needs(reachable(Level.CONFINED), "Linux")
    folder = tmp_path_factory.mktemp("bin")
    refusing = folder / "bwrap"
    refusing.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    refusing.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    with Sandbox(Limits(), want=Level.JAILED) as sandbox:
        assert sandbox.level is Level.CONFINED
        jail = next(probe for probe in sandbox.probes if probe.name == "jail")
        assert "setting up uid map: Permission denied" in jail.detail
        with sandbox.session(SOURCE, "e.py", ["f"]) as session:
            assert isinstance(session.call("f", [(None, 1.0)]), Returned)
