from __future__ import annotations

import os
import queue
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.catalog import ExerciseFiles, find_course
from grader.plan import Plan, load_or_compile
from grader.sandbox import Limits, Sandbox
from grader.student.watch import SWEEP_SECONDS, Files, Graded, does_not_parse, grade_again, same_verdicts, stale
from grader.verdict import Status
from tests.cli.conftest import ROOT
from tests.student.conftest import MAIN, Run, edit

NAME = "exercise01_doubling.py"
TODO = "    raise NotImplementedError\n"


# --- noticing a save -------------------------------------------------------------------------------------------------


def over_it(path: Path, data: bytes) -> None:
    with path.open("r+b") as file:
        file.truncate()
        file.write(data)


def renamed(path: Path, data: bytes) -> None:
    part = path.with_suffix(".swp")
    part.write_bytes(data)
    os.replace(part, path)


def backed_up(path: Path, data: bytes) -> None:
    os.replace(path, path.with_suffix(".bak"))
    path.write_bytes(data)


def deleted_first(path: Path, data: bytes) -> None:
    path.unlink()
    path.write_bytes(data)


WAYS = [over_it, renamed, backed_up, deleted_first]


def files(folder: Path, hot: str = "a.py") -> Files:
    return Files(folder, lambda name: name.endswith(".py"), hot)


@pytest.fixture
def watched(tmp_path: Path) -> Path:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_bytes(b"x = 1\n")
    return tmp_path


def look_all(watch: Files) -> list[str]:
    """A look at everything, whenever the last one was."""
    watch.swept = float("-inf")
    return watch.look()


@pytest.mark.parametrize("save", WAYS)
@pytest.mark.parametrize("name", ["a.py", "b.py"])
def test_every_way_of_saving_is_noticed_once(watched: Path, save: Callable[[Path, bytes], None], name: str) -> None:
    watch = files(watched)
    assert look_all(watch) == []
    save(watched / name, b"x = 2\n")
    assert look_all(watch) == [name]
    assert watch.content[name] == b"x = 2\n"
    assert (look_all(watch), watch.hot) == ([], name)


def test_a_save_without_a_change_is_none(watched: Path) -> None:
    watch = files(watched)
    for name in ("a.py", "b.py"):
        os.utime(watched / name)
        renamed(watched / name, b"x = 1\n")
    assert look_all(watch) == []


def test_the_file_that_is_worked_on_is_looked_at_between_the_looks_at_all(watched: Path) -> None:
    watch = files(watched)
    look_all(watch)
    (watched / "a.py").write_bytes(b"x = 22\n")
    (watched / "b.py").write_bytes(b"x = 22\n")
    assert watch.look() == ["a.py"]
    assert watch.pause() < SWEEP_SECONDS / 2
    assert look_all(watch) == ["b.py"]


def test_two_saves_with_the_same_time_and_size_are_both_noticed(watched: Path) -> None:
    watch = files(watched)
    before = (watched / "a.py").stat()
    with (watched / "a.py").open("r+b") as file:
        file.write(b"x = 7\n")
    os.utime(watched / "a.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert look_all(watch) == ["a.py"]


def test_a_clock_that_is_set_back_hides_nothing(watched: Path) -> None:
    watch = files(watched)
    (watched / "b.py").write_bytes(b"x = 3\n")
    os.utime(watched / "b.py", (1e9, 1e9))
    assert look_all(watch) == ["b.py"]


def test_a_file_that_is_written_slowly_is_taken_when_it_is_whole(watched: Path) -> None:
    watch, path, whole = files(watched), watched / "a.py", b"x = 1\ny = 2\n" * 50
    path.write_bytes(b"")

    def write() -> None:
        for end in range(0, len(whole) + 1, 60):
            path.write_bytes(whole[:end])
            time.sleep(0.001)

    writer = threading.Thread(target=write)
    writer.start()
    seen = []
    until = time.monotonic() + 5
    while time.monotonic() < until and watch.content["a.py"] != whole:
        seen += look_all(watch)
    writer.join()
    assert watch.content["a.py"] == whole
    assert len(seen) <= 3


def test_files_that_go_and_come_are_waited_for(watched: Path) -> None:
    watch = files(watched)
    (watched / "a.py").unlink()
    assert look_all(watch) == []
    (watched / "c.py").write_bytes(b"new")
    (watched / "a.py").write_bytes(b"x = 1\n")
    assert look_all(watch) == ["c.py"]
    os.rename(watched, watched.with_name("away"))
    assert look_all(watch) == []


# --- what a save means -----------------------------------------------------------------------------------------------


@dataclass
class Bench:
    """An exercise with a warm sandbox."""

    exercise: ExerciseFiles
    plan: Plan
    sandbox: Sandbox

    def again(self, before: Graded | None, text: str) -> tuple[Graded, list[tuple[str, str]]]:
        """The state after a save, and what was graded now with its verdicts."""
        path = self.exercise.stub
        after, result = grade_again(self.plan, before, text.encode(), path, self.sandbox, "course")
        return after, [(f.name, f.status.value) for f in result.functions]


@pytest.fixture
def bench(clone: Path) -> Iterator[Bench]:
    exercise = find_course(clone).exercises[0]
    with Sandbox(Limits()) as sandbox:
        yield Bench(exercise, load_or_compile(exercise.solution, "practice", None), sandbox)


HEAD = '"""Sheet."""\n\nimport numpy as np\n\n\n'
FORWARD = "def doubling_forward(x):\n    return 2 * x\n\n\n"
BACKWARD = "def doubling_backward(dout):\n    return 2 * dout\n"
RIGHT = HEAD + FORWARD + BACKWARD


@pytest.mark.parametrize(
    ("after", "names"),
    [
        (RIGHT, []),
        (RIGHT.replace("Sheet", "Another sheet"), []),
        (RIGHT.replace("2 * dout", "dout * 2"), ["doubling_backward"]),
        (RIGHT.replace("2 * x", "x + x"), ["doubling_forward", "doubling_backward"]),
        (RIGHT.replace("import numpy as np", "import numpy"), ["doubling_forward", "doubling_backward"]),
        (RIGHT + "\n\nX = 3\n", ["doubling_forward", "doubling_backward"]),
        (RIGHT + "\n\ndef helper(x):\n    return x\n", []),
        (HEAD + BACKWARD, ["doubling_forward", "doubling_backward"]),
        (RIGHT + "\n\ndef doubling_backward(dout):\n    return dout\n", ["doubling_forward", "doubling_backward"]),
    ],
)
def test_only_what_changed_and_what_needs_it_is_stale(bench: Bench, after: str, names: list[str]) -> None:
    assert list(stale(bench.plan, RIGHT, after)) == names


def test_who_uses_a_helper_is_stale_with_it(bench: Bench) -> None:
    helper = "def twice(x):\n    return inner(x)\n\n\ndef inner(x):\n    return 2 * x\n\n\n"
    text = HEAD + helper + FORWARD + BACKWARD.replace("2 * dout", "twice(dout)")
    assert stale(bench.plan, text, text.replace("2 * x", "x + x", 1)) == ("doubling_backward",)


def test_a_verdict_that_stays_is_carried_along_to_its_new_line(bench: Bench) -> None:
    state, graded = bench.again(None, RIGHT)
    assert graded == [("doubling_forward", "pass"), ("doubling_backward", "pass")]
    wrong = RIGHT.replace(FORWARD, FORWARD + "def other():\n    pass\n\n\n").replace("2 * dout", "3 * dout")
    state, graded = bench.again(state, wrong)
    assert graded == [("doubling_backward", "fail")]
    assert state.result.points == 1
    lines = {function.name: function.line for function in state.result.functions}
    assert lines == {"doubling_forward": 6, "doubling_backward": 14}


def test_a_failing_function_that_needs_a_failing_one_is_skipped(bench: Bench) -> None:
    state, _ = bench.again(None, RIGHT.replace("2 * x", "3 * x"))
    state, graded = bench.again(state, RIGHT.replace("2 * x", "3 * x").replace("2 * dout", "3 * dout"))
    assert graded == [("doubling_backward", "skip")]
    state, graded = bench.again(state, RIGHT.replace("2 * dout", "3 * dout"))
    assert graded == [("doubling_forward", "pass"), ("doubling_backward", "fail")]


def test_a_file_that_does_not_load_leaves_the_verdicts_as_they_are(bench: Bench) -> None:
    state, _ = bench.again(None, RIGHT)
    for text, parses in ((RIGHT + "\n\ndef half(:\n", False), (RIGHT + "\n\n1 / 0\n", True)):
        after, result = grade_again(bench.plan, state, text.encode(), bench.exercise.stub, bench.sandbox, "course")
        assert after is state
        assert result.problem and does_not_parse(result) is not parses
    state, graded = bench.again(state, RIGHT.replace("2 * dout", "dout * 2"))
    assert graded == [("doubling_backward", "pass")]


def test_what_is_not_written_yet_is_not_shown_again(bench: Bench) -> None:
    stub = bench.exercise.stub.read_text()
    state, _ = bench.again(None, stub)
    state, graded = bench.again(state, stub.replace(TODO, "    return 2 * x\n", 1))
    assert graded == [("doubling_forward", "pass")]
    assert [function.status for function in state.result.functions] == [Status.PASS, Status.TODO]


def test_verdicts_that_are_known_are_the_same(bench: Bench) -> None:
    state, _ = bench.again(None, RIGHT.replace("2 * x", "x * x"))
    known = [("doubling_forward", "fail", "squared"), ("doubling_backward", "pass", "")]
    assert same_verdicts(known, state.result)
    assert not same_verdicts(known[:1], state.result)
    assert not same_verdicts([("doubling_forward", "fail", ""), known[1]], state.result)


# --- the command -----------------------------------------------------------------------------------------------------


class Watching:
    """A running `grade watch`, and what it has printed."""

    def __init__(self, folder: Path, *words: str, columns: int) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": str(columns)}
        command = [sys.executable, "-c", MAIN, "watch", *words]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "encoding": "utf-8"}
        self.process: subprocess.Popen[str] = subprocess.Popen(command, cwd=folder, env=environment, **pipes)  # type: ignore[call-overload]
        self.lines: queue.Queue[str] = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))

    def until(self, pattern: str) -> list[str]:
        """What is printed up to a line in which the pattern is found."""
        found = []
        while True:
            found.append(self.lines.get(timeout=60))
            if re.search(pattern, found[-1]):
                return found

    def end(self) -> list[str]:
        """The rest, after Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(20) == 0
        self.reader.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return [self.lines.get() for _ in range(self.lines.qsize())]


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Watching]]:
    started: list[Watching] = []

    def run(*words: str, columns: int = 100) -> Watching:
        started.append(Watching(folder, *words, columns=columns))
        return started[-1]

    yield run
    for watching in started:
        if watching.process.poll() is None:
            watching.process.kill()
            watching.process.wait(10)
        assert watching.process.stdout is not None
        watching.process.stdout.close()


def attempts(folder: Path) -> list[tuple[str, int]]:
    with sqlite3.connect(folder / ".grade" / "progress.db") as connection:
        rows = connection.execute("SELECT exercise, points FROM attempts ORDER BY id").fetchall()
    connection.close()
    return rows


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
def test_what_is_half_written_is_said_in_full_on_a_narrow_terminal(
    folder: Path, start: Callable[..., Watching]
) -> None:
    watching = start(columns=60)
    watching.until("^Watching exercises")
    edit(folder / "exercises" / NAME, TODO, "    return (x\n")
    shown = watching.until("closed$")
    assert all(len(line) <= 60 for line in shown)
    assert " ".join(" ".join(shown).split()).endswith("is not Python yet: '(' was never closed")
    watching.end()


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
def test_a_session_from_the_first_save_to_the_summary(folder: Path, start: Callable[..., Watching]) -> None:
    path = folder / "exercises" / NAME
    watching = start()
    opening = watching.until("^Watching exercises: graded on every save. Ctrl-C ends.$")
    assert opening[0].startswith("exercise1  Doubling")

    edit(path, TODO, "    return x * x\n")
    shown = watching.until("as a whole")
    assert re.match(r"\d\d:\d\d:\d\d exercise1: doubling_forward graded again in \d+ ms", shown[2])
    assert any("[squared]" in line for line in shown)
    assert shown[-1] == "exercise1 as a whole: 0 of 2 functions, 0/2 points"

    edit(path, "x * x", "x + (x")
    calm = watching.until("not Python yet")
    assert len(calm) == 1
    assert re.match(rf"\d\d:\d\d:\d\d exercises/{NAME}:\d+ is not Python yet: '\(' was never closed$", calm[0])

    edit(path, "x + (x", "x + x")
    shown = watching.until("as a whole")
    assert any(re.match(r" +ok +doubling_forward", line) for line in shown)
    assert "Next: grade exercise1 (next is doubling_backward)" in shown

    other = folder / "exercises" / "exercise03_batchnorm.py"
    edit(other, TODO, "    return 2 * x\n")
    watching.until("^exercise3  Batch normalization")
    rest = watching.end()
    summary = rest[rest.index(next(line for line in rest if line.startswith("Watched for"))) :]
    assert summary[0].endswith("4 saves.")
    assert summary[1] == "exercise1: 1 of 2 functions (+1), 1/2 points"
    assert summary[-1] == "Next: grade exercise3"
    assert attempts(folder)[-1] == ("exercise03_batchnorm", 1)


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
def test_saving_often_is_no_attempt_unless_a_verdict_changes(folder: Path, start: Callable[..., Watching]) -> None:
    path = folder / "exercises" / NAME
    watching = start("exercise1")
    watching.until("^Watching")
    edit(path, TODO, "    return x * x\n")
    watching.until("as a whole")
    for number in range(3):
        edit(path, "    return x * x\n", f"    y = {number}\n    return x * x\n")
        watching.until("as a whole")
    edit(path, "return x * x", "return x + x")
    watching.until("as a whole")
    other = folder / "exercises" / "exercise03_batchnorm.py"
    edit(other, TODO, "    return 2 * x\n")  # not watched
    watching.end()
    assert attempts(folder) == [("exercise01_doubling", 0), ("exercise01_doubling", 0), ("exercise01_doubling", 1)]


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
def test_a_file_that_cannot_be_loaded_is_said_with_its_line(folder: Path, start: Callable[..., Watching]) -> None:
    path = folder / "exercises" / NAME
    watching = start("exercise1")
    watching.until("^Watching")
    edit(path, "import numpy as np\n", "import numpy as np\nimport torch\n")
    shown = watching.until("ERROR")
    assert "saved, but the file cannot be loaded" in shown[-2]
    assert "torch" in shown[-1]
    edit(path, "import torch\n", "")
    edit(path, TODO, "    while True: pass\n")
    watching.process.send_signal(signal.SIGINT)
    assert watching.process.wait(20) == 0


def test_nothing_to_watch_is_said(tmp_path: Path, grade: Run) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.grade]\n")
    done = grade(tmp_path, "watch")
    assert (done.returncode, "no exercises yet" in done.stderr) == (2, True)
