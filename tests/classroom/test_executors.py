"""The three executors give byte-equal results on the same submissions, also when processes of theirs are killed."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import as_completed
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.classroom import ClassError
from grader.classroom.shards import merge
from grader.classroom.work.local import LocalPool
from grader.classroom.work.shard import Part, read_shard
from grader.classroom.work.warm import TaskError, WarmDied, WarmProcess
from tests.classroom.classes import (
    BATCHNORM,
    CRASH,
    HALF,
    RIGHT,
    RIGHT_BATCHNORM,
    ROOT,
    SQUARED,
    SYNTAX,
    canonical_results,
    environment,
    grade,
    hand_in,
    make_course,
    own,
    rows_by_student,
    run_command,
    secret_file,
)
from tests.classroom.test_kills import children

CI = bool(os.environ.get("CI"))
needs_dask = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None and not CI, reason="Dask is not installed"
)


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """A course, submissions, a secret, and the results of an undisturbed run."""
    root = tmp_path_factory.mktemp("calm")
    course = make_course(root / "course")
    for number in range(40):
        name = f"s{number:03}"
        hand_in(root / "in", name, own((RIGHT, SQUARED, HALF, CRASH, SYNTAX)[number % 5], name))
        if number % 4 == 0:
            hand_in(root / "in", name, own(RIGHT_BATCHNORM, name), BATCHNORM)
    secret = secret_file(root)
    grade(course, root / "in", root / "run", secret=secret)
    return course, root / "in", secret, canonical_results(root / "run")


# --- warm processes --------------------------------------------------------------------------------------------------


def double(value):
    """Twice a number, computed in another process."""
    return value * 2


def pid(value):
    return os.getpid()


def noisy(value):
    print("this must not end up between the answers")
    return sys.stdin.read() + "nothing to read"


def fail(value):
    raise ValueError(f"no {value}")


def die(value):
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(path):
    """Kills its process the first time that it is called with a path."""
    if not Path(path).exists():
        Path(path).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "survived"


@pytest.fixture
def importable(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def test_a_warm_process_answers_until_it_is_closed(importable):
    warm = WarmProcess()
    assert [warm.ask(double, n) for n in (1, "ab", [3])] == [2, "abab", [3, 3]]
    assert warm.ask(pid, 0) == warm.pid
    assert warm.ask(noisy, 0) == "nothing to read"
    with pytest.raises(TaskError, match="ValueError: no 5"):
        warm.ask(fail, 5)
    assert warm.ask(double, 2) == 4
    with pytest.raises(WarmDied, match="exit status -9"):
        warm.ask(die, 0)
    warm.close()


def test_a_pool_starts_a_dead_process_again_and_gives_its_work_to_another(importable, tmp_path):
    with LocalPool(2) as pool:
        futures = [pool.submit(double, n) for n in range(20)]
        once = pool.submit(die_once, str(tmp_path / "dead"))
        assert sorted(future.result() for future in as_completed(futures)) == [2 * n for n in range(20)]
        assert once.result(30) == "survived"
        with pytest.raises(WarmDied):
            pool.submit(die, 0).result(60)
        with pytest.raises(TaskError):
            pool.submit(fail, 1).result(30)
        assert pool.submit(double, 21).result(30) == 42


def test_a_pool_that_is_cancelled_ends_at_once(importable):
    pool = LocalPool(1)
    first = pool.submit(time_out, 60)
    rest = [pool.submit(double, n) for n in range(5)]
    while not pool.pids():
        time.sleep(0.01)
    started = time.monotonic()
    pool.shutdown(cancel_futures=True)
    assert time.monotonic() - started < 20
    assert all(future.cancelled() for future in rest) and first.done()
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(double, 1)


def time_out(seconds):
    time.sleep(seconds)


# --- local -----------------------------------------------------------------------------------------------------------


def test_local_results_are_the_same_with_one_process_and_with_many_that_are_killed(calm, tmp_path):
    course, submissions, secret, want = calm
    grade(course, submissions, tmp_path / "one", secret=secret, jobs=1)
    assert canonical_results(tmp_path / "one") == want
    stop = threading.Event()
    killed = []

    def killer() -> None:
        while not stop.wait(0.7 if killed else 0.1):  # the run may be over soon
            for warm in [each for each in children(os.getpid())[1:] if is_warm(each)][:1]:
                os.kill(warm, signal.SIGKILL)
                killed.append(warm)

    thread = threading.Thread(target=killer)
    thread.start()
    try:
        summary = grade(course, submissions, tmp_path / "killed", secret=secret, jobs=3)
    finally:
        stop.set()
        thread.join()
    assert killed, "the run was over before anything was killed"
    if summary.failures:  # a chunk that lost three processes is given up until the next call
        grade(course, submissions, tmp_path / "killed", secret=secret, jobs=2)
    assert canonical_results(tmp_path / "killed") == want


def is_warm(number: int) -> bool:
    try:
        return b"grader.classroom.work.warm" in Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return False


# --- shards ----------------------------------------------------------------------------------------------------------


def test_every_task_belongs_to_exactly_one_part():
    keys = [os.urandom(32) for _ in range(300)]
    parts = [Part(number, 7) for number in range(1, 8)]
    held = [[key for key in keys if part.holds(key)] for part in parts]
    assert sum(map(len, held)) == 300 and set().union(*held) == set(keys) and all(held)


def test_shards_merge_into_the_results_of_one_run_and_merging_twice_changes_nothing(calm, tmp_path):
    course, submissions, secret, want = calm
    out = tmp_path / "run"
    for number in (1, 2, 3):
        run_command(course, submissions, "--out", out, "--secret", secret, "--shard", f"{number}/3", "--jobs", 1)
    files = sorted(out.glob("*.jsonl"))
    assert [path.name for path in files] == [f"shard-{n}-of-3.jsonl" for n in (1, 2, 3)]
    assert not any(b"s000" in path.read_bytes() or b"s001" in path.read_bytes() for path in files), (
        "no shard names a student"
    )
    first = merge(course, out, files[:2])
    assert (first.missing, first.open > 0) == (("3/3",), True)
    merged = merge(course, out, ())
    assert (merged.shards, merged.missing, merged.open, merged.failures) == (3, (), 0, 0)
    assert merge(course, out, ()).new == 0
    assert canonical_results(out) == want
    assert len(rows_by_student(out)) == 40
    assert grade(course, submissions, out, secret=secret).to_grade == 0


def test_a_shard_that_was_killed_goes_on_after_its_last_whole_line(calm, tmp_path):
    course, submissions, secret, want = calm
    words = (submissions, "--out", tmp_path / "run", "--secret", secret, "--shard", "1/1", "--jobs", 1)
    run_command(course, *words)
    path = tmp_path / "run/shard-1-of-1.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    kept = len(read_shard(path)[1])
    assert 0 < kept < len(want)
    assert f"Graded: {len(want) - kept} in" in run_command(course, *words)
    merge(course, tmp_path / "run", ())
    assert canonical_results(tmp_path / "run") == want


def test_shards_that_do_not_belong_together_are_refused(calm, tmp_path):
    course, submissions, secret, _ = calm
    other = tmp_path / "other.txt"
    other.write_text("fedcba9876543210fedcba9876543210", encoding="ascii")
    run_command(course, submissions, "--out", tmp_path / "run", "--secret", secret, "--shard", "1/2")
    assert "begun under other conditions" in run_command(
        course, submissions, "--out", tmp_path / "run", "--secret", other, "--shard", "1/2", code=2
    )
    run_command(course, submissions, "--out", tmp_path / "run", "--secret", other, "--shard", "2/2")
    with pytest.raises(ClassError, match="other conditions"):
        merge(course, tmp_path / "run", ())
    with pytest.raises(ClassError, match="holds no shard"):
        merge(course, tmp_path / "empty", ())
    (tmp_path / "empty/shard-1-of-2.jsonl").write_text('{"schema": 1}\n', encoding="ascii")
    with pytest.raises(ClassError, match=r"no file of grade class --shard \(line 1: "):
        merge(course, tmp_path / "empty", ())


def test_a_result_whose_key_was_changed_is_refused(calm, tmp_path):
    course, submissions, secret, _ = calm
    run_command(course, submissions, "--out", tmp_path / "run", "--secret", secret, "--shard", "1/1")
    path = tmp_path / "run/shard-1-of-1.jsonl"
    head, first, *rest = path.read_text(encoding="ascii").splitlines(keepends=True)
    key = first.split('"key": "')[1][:64]
    path.write_text("".join([head, first.replace(key, key[::-1]), *rest]), encoding="ascii")
    with pytest.raises(ClassError, match="does not fit"):
        merge(course, tmp_path / "run", ())


# --- Dask ------------------------------------------------------------------------------------------------------------


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and workers in processes of their own; its address and the workers."""
    address_file = folder / "scheduler.json"
    common = {"env": environment(), "cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    python = [sys.executable, "-m"]
    scheduler = subprocess.Popen(
        [*python, "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard", "--host", "127.0.0.1",
         "--scheduler-file", str(address_file)], **common
    )  # fmt: skip
    started: list[subprocess.Popen[bytes]] = []
    try:
        while not address_file.exists() or not address_file.stat().st_size:
            assert scheduler.poll() is None
            time.sleep(0.1)
        time.sleep(0.2)
        import json

        address = json.loads(address_file.read_text(encoding="utf-8"))["address"]
        for _ in range(workers):
            started.append(
                subprocess.Popen(
                    [*python, "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard", "--nanny"],
                    **common,
                )
            )
        yield address, started
    finally:
        for process in (*started, scheduler):
            process.terminate()
        for process in (*started, scheduler):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@needs_dask
def test_dask_gives_the_same_results_also_when_a_worker_is_killed(calm, tmp_path):
    course, submissions, secret, want = calm
    with cluster(tmp_path, 2) as (address, workers):
        run_command(course, submissions, "--out", tmp_path / "calm", "--secret", secret, "--dask", address)
        assert canonical_results(tmp_path / "calm") == want
        stop = threading.Event()
        killed = []

        def killer() -> None:
            while not stop.wait(0.1) and len(killed) < 2:
                below = [each for worker in workers for each in children(worker.pid)[1:] if is_warm_or_worker(each)]
                if below:
                    os.kill(below[len(killed) % len(below)], signal.SIGKILL)
                    killed.append(below)

        thread = threading.Thread(target=killer)
        thread.start()
        try:
            run_command(course, submissions, "--out", tmp_path / "killed", "--secret", secret, "--dask", address)
        finally:
            stop.set()
            thread.join()
        assert killed
        assert canonical_results(tmp_path / "killed") == want


def is_warm_or_worker(number: int) -> bool:
    try:
        line = Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return False
    return b"grader.classroom.work.warm" in line or b"multiprocessing.spawn" in line


@needs_dask
def test_a_scheduler_that_is_not_there_is_said_to_be_missing(calm, tmp_path, monkeypatch):
    from grader.classroom.work import on_dask

    monkeypatch.setattr(on_dask, "WAIT_SECONDS", 1.0)
    course, submissions, secret, _ = calm
    with pytest.raises(ClassError, match="--dask"):
        grade(course, submissions, tmp_path / "run", secret=secret, dask="tcp://127.0.0.1:1")
