"""A student's whole path on systems that lack what Linux has, and where a disk, a clock or a folder does not play along."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT
from tests.sandbox.conftest import needs
from tests.student.conftest import MAIN, Run, edit, release_of

NAME = "exercise01_doubling.py"
TODO = "    raise NotImplementedError\n"
WHO = ("--name", "Łukasz Ø", "--id", "ß 7")

# What a Windows student's Python does not have. The way of starting a process is left, for it stands for Windows' own.
POSIX_ONLY = "resource fcntl pwd grp termios tty pty syslog readline"
MISSING = {
    "os": "fork forkpty setsid getuid geteuid getgid mkfifo chown getpgid link getloadavg pread "
    "sched_getaffinity register_at_fork fchown lchown mkfifo openpty sync wait3 wait4",
    "select": "poll epoll kqueue",
    "signal": "alarm setitimer pthread_sigmask pthread_kill sigwait SIGALRM SIGXCPU SIGHUP SIGUSR2 SIGCHLD",
    "faulthandler": "register unregister",
}
WITHOUT = f"""
import sys
sys.modules.update(dict.fromkeys({POSIX_ONLY.split()!r}))
for module, names in {list(MISSING.items())!r}:
    for name in names.split():
        if hasattr(__import__(module), name):
            delattr(__import__(module), name)
"""
WINDOWS_LIKE = f"""
{WITHOUT}
from grader.sandbox import early, line
early.has_zygote = lambda: False
early._BOOT = {WITHOUT!r} + "\\n" + early._BOOT
line.POLLS = False
{MAIN}
"""
STOPPED = """
import grader.student.watch
def stop(files):
    raise KeyboardInterrupt
grader.student.watch.Files.pause = stop
"""
BACK = f"import time; now = time.time; time.time = lambda: now() - 10 * 86400\n{MAIN}"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The student's folder of exercise 17 and the question bank, with one function right and one with a known mistake."""
    root = tmp_path_factory.mktemp("real")
    clone = root / "clone"
    for part in ("exercises", "solutions"):
        (clone / part).mkdir(parents=True)
        shutil.copy(ROOT / part / "exercise17_batchnorm.py", clone / part)
    shutil.copy(ROOT / "question_bank.yaml", clone)
    shutil.copytree(ROOT / "question_bank", clone / "question_bank")
    (clone / "pyproject.toml").write_text('[tool.grade]\nname = "deep-learning-maths"\n')
    return release_of(clone, root / "Übung mit Leerzeichen 汉字")


@pytest.fixture
def students(real: Path, tmp_path: Path) -> Path:
    folder = tmp_path / real.name
    shutil.copytree(real, folder)
    shutil.copy(ROOT / "docs" / "examples" / "exercise17_batchnorm.py", folder / "exercises")
    return folder


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_the_whole_path_works_without_what_only_posix_has(
    students: Path, grade: Run, encoding: str, tmp_path: Path
) -> None:
    cache = str(tmp_path / "cache")  # what is found out about this system here is not to be remembered for it
    # A file that is opened in the encoding of the system, which on Windows is another one, is a warning and so an error.
    settings = {"XDG_CACHE_HOME": cache, "PYTHONUTF8": "0", "PYTHONWARNDEFAULTENCODING": "1"}

    def run(*words: str) -> tuple[int, str]:
        done = grade(students, *words, code=WINDOWS_LIKE, encoding=encoding, **settings)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout

    code, text = run("exercise17")
    assert (code, "[eps-outside]" in text) == (1, True)
    assert "sandbox separate" in text or "sandbox limited" in text
    code, text = run("hint", "exercise17", "batchnorm_forward")
    assert (code, "hint 1 of" in text, "[eps-outside]" in text) == (0, True, True)
    assert run("show", "exercise17", "batchnorm_forward")[0] == 0
    code, text = run("progress")
    assert (code, "1 of 8 functions" in text) == (0, True)
    code, text = run("progress", "exercise17")
    assert (code, "batch_stats ok, batchnorm_forward FAIL [eps-outside]" in " ".join(text.split())) == (0, True)
    assert run("case", "exercise17", "batchnorm_forward", "tiny variance, default eps")[0] == 0
    assert run("next")[1].splitlines()[0].endswith("exercise17_batchnorm.py:12")
    watched = grade(students, "watch", "exercise17", code=STOPPED + WINDOWS_LIKE, encoding=encoding, **settings)
    assert (watched.returncode, watched.stderr, "Watched for" in watched.stdout) == (0, "", True)
    assert run("report-problem", "ß ≤ 汉字 seems wrong", "exercise17")[0] == 0
    code, text = run("submit", *WHO)
    assert (code, "Written and read back" in text) == (0, True)
    assert run("quiz", "--list")[0] == 0
    assert run("update", "--from", str(students), "--dry-run")[0] == 0
    assert run("reset", "exercise17:batchnorm_forward", "--yes")[0] == 0
    assert run("doctor")[0] == 0


def test_no_module_needs_what_windows_lacks_when_it_is_imported() -> None:
    found = []
    for path in (ROOT / "grader").rglob("*.py"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            words = line.split()
            if line.startswith(("import ", "from ")) and {words[1].split(".")[0].strip(",")} & set(POSIX_ONLY.split()):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line}")
    assert found == []


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a mark"])
def test_windows_line_endings_grade_the_same_and_stay(students: Path, grade: Run, mark: bytes) -> None:
    path = students / "exercises" / "exercise17_batchnorm.py"
    wanted = json.loads(grade(students, "exercise17", "--json").stdout)
    path.write_bytes(mark + path.read_bytes().replace(b"\n", b"\r\n"))
    got = json.loads(grade(students, "exercise17", "--json").stdout)
    assert [(f["name"], f["status"], f["line"]) for f in got["functions"]] == [
        (f["name"], f["status"], f["line"]) for f in wanted["functions"]
    ]
    assert grade(students, "reset", "exercise17:batchnorm_forward", "--yes").returncode == 0
    data = path.read_bytes()
    assert data.startswith(mark) and data.count(b"\n") == data.count(b"\r\n")
    assert b"raise NotImplementedError\r\n" in data


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """The folder as one that nobody can write to; root can, unless it is mounted so."""
    if os.geteuid() != 0:
        modes = {path: path.stat().st_mode for path in (folder, *folder.rglob("*")) if path.is_dir()}
        for path in modes:
            path.chmod(0o555)
        yield
        for path, mode in modes.items():
            path.chmod(mode)
        return
    bound = subprocess.run(["mount", "--bind", str(folder), str(folder)], capture_output=True)
    needs(bound.returncode == 0, "the right to mount")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True, capture_output=True)
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.skipif(os.name != "posix", reason="takes rights away")
def test_a_read_only_folder_is_graded_and_what_cannot_be_is_said(folder: Path, grade: Run, tmp_path: Path) -> None:
    edit(folder / "exercises" / NAME, TODO, "    return x + x\n")
    shutil.rmtree(folder / ".grade")
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    before = (folder / "exercises" / NAME).read_bytes()
    with read_only(folder):
        assert "attempt 1" in grade(folder, "exercise1", **state).stdout
        assert "attempt 2" in grade(folder, "exercise1", **state).stdout
        assert "exercise1 doubling: here, 1 of 2 functions" in grade(folder, "progress", **state).stdout
        out = tmp_path / "out.zip"
        assert grade(folder, "submit", *WHO, "--out", str(out), **state).returncode == 0
        refused = [
            grade(folder, "submit", **state),
            grade(folder, "reset", "exercise3", "--yes", **state),
            grade(folder, "update", "--from", str(folder), **state),
        ]
        for done in refused:
            assert "Traceback" not in done.stderr
        assert (refused[0].returncode, "Read-only" in refused[0].stderr or "denied" in refused[0].stderr) == (2, True)
    assert (folder / "exercises" / NAME).read_bytes() == before
    assert len(list((tmp_path / "state").glob("grade/*/progress.db"))) == 1


@pytest.mark.skipif(os.name != "posix", reason="takes rights away")
def test_progress_goes_on_where_a_folder_cannot_be_written_any_more(folder: Path, grade: Run, tmp_path: Path) -> None:
    edit(folder / "exercises" / NAME, TODO, "    return x + x\n")
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    assert "attempt 1" in grade(folder, "exercise1", **state).stdout
    with read_only(folder):
        assert "attempt 2" in grade(folder, "exercise1", **state).stdout
        assert "attempt 3" in grade(folder, "exercise1", **state).stdout
        shown = " ".join(grade(folder, "progress", **state).stdout.split())
        assert "cannot be written: your progress is kept in" in shown and "3 attempts" in shown
        for words in (("reset", "exercise1", "--yes"), ("submit", *WHO)):
            done = grade(folder, *words, **state)
            assert done.returncode == 2
            assert re.fullmatch(r"grade: [\w ]+: \S+\.(py|zip): Read-only file system\n", done.stderr), done.stderr
    assert "1 attempt" in grade(folder, "progress", **state).stdout
    assert "cannot be written" not in grade(folder, "progress", **state).stdout


def test_a_file_in_the_place_of_the_state_folder_is_left_alone(folder: Path, grade: Run, tmp_path: Path) -> None:
    shutil.rmtree(folder / ".grade")
    (folder / ".grade").write_text("mine")
    edit(folder / "exercises" / NAME, TODO, "    return x + x\n")
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    for words in (("exercise1",), ("hint", "1"), ("next",), ("report-problem", "x"), ("submit", *WHO)):
        done = grade(folder, *words, **state)
        assert (done.returncode in (0, 1), done.stderr) == (True, ""), words
    assert "your progress is kept in" in " ".join(grade(folder, "progress", **state).stdout.split())
    edit(folder / "exercises" / "exercise03_batchnorm.py", TODO, "    return x - x\n")
    assert grade(folder, "reset", "exercise3", "--yes", **state).returncode == 0
    assert (folder / ".grade").read_text() == "mine"
    (kept,) = (tmp_path / "state").rglob("backups/*/exercises/*.py")
    assert "return x - x" in kept.read_text()


ODD = {
    "Latin-1": lambda text: text.replace("return x + x", "return x + x  # größer").encode("latin-1"),
    "tabs": lambda text: "def doubling_b".join(
        [text.partition("def doubling_b")[0].replace("    ", "\t"), text.partition("def doubling_b")[2]]
    ).encode(),
    "a mark and CRLF": lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
    "no end of line at the end": lambda text: text.rstrip("\n").encode(),
    "form feeds and bare CR in a comment": lambda text: text.replace("import", "\f\n# a\rb\nimport", 1).encode(),
}


@pytest.mark.parametrize("kind", ODD)
def test_files_of_any_editor_are_graded_packed_and_updated(folder: Path, clone: Path, grade: Run, kind: str) -> None:
    path = folder / "exercises" / NAME
    data = ODD[kind](edit(path, TODO, "    return x + x\n"))
    path.write_bytes(data)
    done = grade(folder, "exercise1", "doubling_forward", "--only", "--json")
    if kind != "form feeds and bare CR in a comment":  # to Python a bare CR ends the line, and with it the comment
        assert (json.loads(done.stdout)["status"], done.stderr) == ("pass", "")
    for words in (("hint", "exercise1"), ("show", "exercise1"), ("next",), ("progress", "exercise1"), ("submit", *WHO)):
        done = grade(folder, *words)
        assert (done.returncode, done.stderr) == (0, ""), words
    with zipfile.ZipFile(next(folder.glob("submission-*.zip"))) as archive:
        assert archive.read(f"exercises/{NAME}") == data
    edit(clone / "exercises" / NAME, "The gradient of", "Gradient of")
    newer = release_of(clone, clone.parent / "newer")
    done = grade(folder, "update", "--from", str(newer))
    assert (done.returncode, f"exercises/{NAME}: 1 renewed, " in done.stdout) == (0, True), done.stdout
    assert path.read_bytes() == data.replace(b"The gradient of", b"Gradient of")


def test_a_database_that_is_no_database_is_kept_and_every_command_works(folder: Path, grade: Run) -> None:
    grade(folder, "exercise1")
    path = folder / ".grade" / "progress.db"
    for words in (
        ("exercise1",),
        ("progress",),
        ("hint", "1"),
        ("next",),
        ("report-problem", "x"),
        ("submit", "1", *WHO),
    ):
        path.write_bytes(b"no database" * 500)
        done = grade(folder, *words)
        assert done.returncode in (0, 1), words
        assert re.search(
            r"progress\.db is damaged .*; it is kept as progress\.db\.damaged-\S+, and a new one", done.stderr
        )
        assert "Traceback" not in done.stderr
    kept = list(path.parent.glob("progress.db.damaged-*"))
    assert len(kept) == 6 and {file.read_bytes() for file in kept} == {b"no database" * 500}


def test_without_a_home_everything_is_in_the_folder(folder: Path, grade: Run) -> None:
    edit(folder / "exercises" / NAME, TODO, "    return x + x\n")
    code = (
        "import os\nfor name in ('HOME', 'USERPROFILE', 'XDG_CACHE_HOME'): os.environ.pop(name, None)\n" + WINDOWS_LIKE
    )
    before = set(os.listdir(folder))
    for words in (("exercise1",), ("progress",), ("hint", "exercise1"), ("submit", *WHO, "--out", "a.zip")):
        done = grade(folder, *words, code=code)
        assert (done.returncode in (0, 1), done.stderr) == (True, ""), words
    assert set(os.listdir(folder)) - before == {"a.zip"}


def test_two_at_once_both_count(folder: Path) -> None:
    shutil.rmtree(folder / ".grade")
    edit(folder / "exercises" / NAME, TODO, "    return x + x\n")
    command = [sys.executable, "-c", MAIN, "exercise1", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    both = [subprocess.Popen(command, cwd=folder, env=environment, **pipes) for _ in range(3)]  # type: ignore[call-overload]
    outputs = [process.communicate(timeout=120) for process in both]
    assert [error for _, error in outputs] == [b""] * 3
    assert [json.loads(text)["points"] for text, _ in outputs] == [1] * 3
    done = subprocess.run(
        [*command[:3], "progress", "exercise1", "--json"], cwd=folder, env=environment, capture_output=True
    )
    assert [attempt["number"] for attempt in json.loads(done.stdout)["attempts"]] == [1, 2, 3]


def test_a_clock_that_is_set_back_loses_nothing(folder: Path, grade: Run) -> None:
    grade(folder, "hint", "exercise1")
    edit(folder / "exercises" / NAME, TODO, "    return x * x\n")
    grade(folder, "exercise1")
    edit(folder / "exercises" / NAME, "x * x", "x + x")
    assert "attempt 2" in grade(folder, "exercise1", code=BACK).stdout
    assert "exercise1 doubling: here, 1 of 2 functions" in grade(folder, "progress", code=BACK).stdout
    assert "hint 2 of 2" in grade(folder, "hint", "exercise1", "doubling_forward", code=BACK).stdout
    history = grade(folder, "progress", "exercise1", code=BACK).stdout
    assert history.index("FAIL [squared]") < history.index("doubling_forward ok")
    assert grade(folder, "submit", *WHO, code=BACK).returncode == 0


@pytest.fixture
def small_disk(folder: Path, tmp_path: Path) -> Iterator[Path]:
    """The student's folder on a disk of 1 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True)
    needs(mounted.returncode == 0, "the right to mount a small disk")
    shutil.copytree(folder, disk / "course")
    yield disk / "course"
    subprocess.run(["umount", str(disk)], check=True)


def fill(folder: Path) -> Path:
    """A file that takes all that is left of a disk."""
    path = folder.parent / "full"
    with path.open("wb", buffering=0) as file:
        for size in (4096, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue
    return path


@pytest.mark.skipif(os.name != "posix", reason="mounts a disk")
def test_a_full_disk_is_said_and_costs_nothing(small_disk: Path, folder: Path, grade: Run) -> None:
    path = small_disk / "exercises" / NAME
    edit(path, TODO, "    return x * x\n")
    assert "attempt 1" in grade(small_disk, "exercise1").stdout
    edit(path, "x * x", "x + x")
    edit(folder / "exercises" / "exercise03_batchnorm.py", "Twice x.", "Two times x.")
    before = path.read_bytes()
    full = fill(small_disk)

    graded = grade(small_disk, "exercise1")
    assert (graded.returncode, "ok    doubling_forward" in graded.stdout) == (1, True)
    assert "progress is not saved" in graded.stderr and "the disk is full" in graded.stderr
    assert "exercise1 doubling: here, 0 of 2 functions, 1 attempt" in grade(small_disk, "progress").stdout
    assert grade(small_disk, "hint", "exercise1").returncode == 0
    for words in (("submit", *WHO), ("reset", "exercise1", "--yes"), ("update", "--from", str(folder))):
        done = grade(small_disk, *words)
        assert (done.returncode, "No space left" in done.stderr) == (2, True), (words, done.stderr)
        assert "Traceback" not in done.stderr and "Could not open" not in done.stderr
    for words in (
        ("next",),
        ("progress", "exercise1"),
        ("show", "exercise1"),
        ("update", "--dry-run", "--from", str(folder)),
    ):
        assert grade(small_disk, *words).returncode == 0, words
    noted = grade(small_disk, "report-problem", "x")
    assert (noted.returncode, "could not be noted" in noted.stderr, "the disk is full" in noted.stderr) == (
        2,
        True,
        True,
    )
    assert path.read_bytes() == before
    assert list(small_disk.glob("submission-*")) == []
    assert [name for name in os.listdir(path.parent) if name.endswith(".part")] == []

    full.unlink()
    assert "attempt 2" in grade(small_disk, "exercise1").stdout
    assert grade(small_disk, "update", "--from", str(folder)).returncode == 0
    assert path.read_bytes() == before
