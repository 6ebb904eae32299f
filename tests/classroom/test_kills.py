"""Kills any process of a class run at random moments. The same command must then end in what an undisturbed run gives."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.classroom import open_run
from tests.classroom.classes import (
    BATCHNORM,
    CRASH,
    HALF,
    RIGHT,
    SQUARED,
    SYNTAX,
    canonical_results,
    command,
    environment,
    grade,
    hand_in,
    make_course,
    own,
    secret_file,
)

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are found in /proc")

TEXTS = (RIGHT, SQUARED, HALF, CRASH, SYNTAX)


def children(pid: int) -> list[int]:
    """All processes below one, itself first."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    found = [pid]
    for each in found:
        found += parents.get(each, [])
    return found


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def alive(pid: int) -> bool:
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0] != "Z"
        )
    except OSError:
        return False


def disturbed(words: list[str], cwd: Path, rng: random.Random, kills: int, slack: float) -> tuple[int, int]:
    """Runs a command again and again, killing processes at random moments; how many of them coordinators and others."""
    coordinators = others = 0
    seen: set[int] = set()
    while coordinators + others < kills:
        process = subprocess.Popen(
            words, cwd=cwd, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while coordinators + others < kills:
            time.sleep(rng.uniform(0.0, slack))
            tree = children(process.pid)
            seen.update(tree)
            if process.poll() is not None:
                break
            victim = process.pid if rng.random() < 0.3 else rng.choice(tree)
            kill(victim)
            if victim == process.pid:
                coordinators += 1
                break
            others += 1
        process.wait(120)
        assert process.returncode in (0, -signal.SIGKILL), "the command failed by itself"
        if process.returncode == 0 and coordinators + others < kills:
            for path in (cwd.parent / "run").glob("ledger.db*"):  # done before the last kill: begin anew
                path.unlink()
            for path in (cwd.parent / "run").glob("identity.db*"):
                path.unlink()
    until = time.monotonic() + 30
    while time.monotonic() < until and any(map(alive, seen)):
        time.sleep(0.1)
    assert not [pid for pid in seen if alive(pid)], "processes of a run that was killed go on"
    return coordinators, others


def check(tmp_path: Path, students: int, kills: int, seed: int) -> None:
    course = make_course(tmp_path / "course")
    secret = secret_file(tmp_path)
    for number in range(students):
        name = f"s{number:03}"
        hand_in(tmp_path / "in", name, own(TEXTS[number % len(TEXTS)], name))
        if number % 3 == 0:
            hand_in(tmp_path / "in", name, own(RIGHT.replace("doubling", "batchnorm"), name), BATCHNORM)
    grade(course, tmp_path / "in", tmp_path / "calm", secret=secret)
    want = canonical_results(tmp_path / "calm")
    words = command(course, tmp_path / "in", "--out", tmp_path / "run", "--secret", secret, "--jobs", 2)
    coordinators, others = disturbed(words, course.root, random.Random(seed), kills, 2.5)
    print(f"{kills} kills: {coordinators} coordinators, {others} others")
    last = subprocess.run(
        words, cwd=course.root, env=environment(), capture_output=True, text=True, timeout=300, check=False
    )
    assert last.returncode == 0, last.stdout + last.stderr
    assert canonical_results(tmp_path / "run") == want
    with open_run(tmp_path / "run") as run, open_run(tmp_path / "calm") as calm:
        assert [(r.student, r.exercise, r.status, r.mark) for r in run.rows()] == [
            (r.student, r.exercise, r.status, r.mark) for r in calm.rows()
        ]
        assert run.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        counts = run.db.execute("SELECT count(*), count(DISTINCT key) FROM result").fetchone()
        assert counts[0] == counts[1] == len(want)
    print("results equal")


def test_five_kills_at_random_moments_change_no_result(tmp_path):
    check(tmp_path, students=60, kills=5, seed=int(os.environ.get("GRADE_KILL_SEED", "1")))


@pytest.mark.slow
def test_a_hundred_kills_at_random_moments_change_no_result(tmp_path):
    check(tmp_path, students=200, kills=100, seed=int(os.environ.get("GRADE_KILL_SEED", "2")))
