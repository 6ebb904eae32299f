"""A student's whole path on systems that lack what Linux has, and where a disk, a clock or a folder does not play along."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
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
WITHOUT = f"""
import os, sys
sys.modules.update(dict.fromkeys({POSIX_ONLY.split()!r}))
for name in ("fork", "forkpty", "setsid", "getuid", "geteuid", "getgid", "mkfifo", "chown", "getpgid", "link"):
    if hasattr(os, name):
        delattr(os, name)
"""
WINDOWS_LIKE = f"""
{WITHOUT}
from grader.sandbox import early, line
early.has_zygote = lambda: False
early._BOOT = {WITHOUT!r} + "\\n" + early._BOOT
line.POLLS = False
{MAIN}
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

    def run(*words: str) -> tuple[int, str]:
        done = grade(students, *words, code=WINDOWS_LIKE, encoding=encoding, XDG_CACHE_HOME=cache)
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
    assert "progress is not saved" in graded.stderr
    assert "exercise1 doubling: here, 0 of 2 functions, 1 attempt" in grade(small_disk, "progress").stdout
    assert grade(small_disk, "hint", "exercise1").returncode == 0
    for words in (("submit", *WHO), ("reset", "exercise1", "--yes"), ("update", "--from", str(folder))):
        done = grade(small_disk, *words)
        assert (done.returncode, "No space left" in done.stderr) == (2, True), (words, done.stderr)
        assert "Traceback" not in done.stderr
    assert path.read_bytes() == before
    assert list(small_disk.glob("submission-*")) == []
    assert [name for name in os.listdir(path.parent) if name.endswith(".part")] == []

    full.unlink()
    assert "attempt 2" in grade(small_disk, "exercise1").stdout
    assert grade(small_disk, "update", "--from", str(folder)).returncode == 0
    assert path.read_bytes() == before
