from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grader.catalog import find_course
from grader.student.release import ReleaseError, read_release
from grader.student.update import make_update, plan_update
from tests.cli.conftest import ROOT
from tests.cli.courses import add_exercise
from tests.sandbox.conftest import needs
from tests.student.conftest import Run, edit, release_of

FIRST, SECOND = "exercise01_doubling.py", "exercise03_batchnorm.py"
TODO = "    raise NotImplementedError\n"


@pytest.fixture
def newer(clone: Path, tmp_path: Path) -> Path:
    """A newer release: a sheet is reworded in one function, another exercise in both, and one is new."""
    edit(clone / "exercises" / FIRST, "Twice x.", "Two times x.")
    edit(clone / "exercises" / SECOND, "Twice x.", "Two times x.")
    add_exercise(clone, 21, "added", "Added")
    return release_of(clone, tmp_path / "newer")


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file of a course but for databases, caches and backups."""
    hidden = (".grade/cache", ".grade/progress", ".grade/backups")
    names = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in names.items() if not name.startswith(hidden)}


def test_an_update_renews_keeps_and_puts_beside(folder: Path, newer: Path, grade: Run) -> None:
    edit(folder / "exercises" / FIRST, TODO, "    return 2 * x  # mine\n")
    done = grade(folder, "update", "--from", str(newer))
    assert (done.returncode, done.stderr) == (0, "")
    assert "exercises/exercise01_doubling.py: 1 of yours kept" in done.stdout
    assert "doubling_forward: you and the release changed it; yours stays" in done.stdout
    assert "exercises/exercise03_batchnorm.py: 1 renewed" in done.stdout
    assert "exercises/exercise21_added.py: new" in done.stdout
    assert "return 2 * x  # mine" in (folder / "exercises" / FIRST).read_text()
    assert "Two times x." in (folder / "exercises" / "exercise01_doubling.new.py").read_text()
    assert (folder / "exercises" / SECOND).read_bytes() == (newer / "exercises" / SECOND).read_bytes()
    assert (folder / "plans" / "index.json").read_bytes() == (newer / "plans" / "index.json").read_bytes()
    kept = next((folder / ".grade" / "backups").iterdir())
    assert b"Twice x." in (kept / "exercises" / SECOND).read_bytes()
    again = grade(folder, "update", "--from", str(newer))
    assert again.stdout.startswith("Up to date with")
    assert grade(folder, "exercise21", "--json").returncode == 1


def test_a_dry_run_says_the_same_and_writes_nothing(folder: Path, newer: Path, grade: Run) -> None:
    edit(folder / "exercises" / FIRST, TODO, "    return 2 * x\n")
    before = snapshot(folder)
    dry = grade(folder, "update", "--from", str(newer), "--dry-run").stdout
    assert snapshot(folder) == before
    assert not (folder / ".grade" / "backups").exists()
    real = grade(folder, "update", "--from", str(newer)).stdout
    assert dry.splitlines()[:4] == real.splitlines()[:4]


def test_what_nobody_edited_is_replaced_and_only_that(folder: Path, clone: Path, newer: Path, grade: Run) -> None:
    for name in ("README.md", "pyproject.toml"):  # as every release after another version has them
        (newer / name).write_text((newer / name).read_text() + "\n# a line of the newer release\n")
    done = grade(folder, "update", "--from", str(newer))
    assert "edited, so it stays" not in done.stdout and not list(folder.glob("*.new.*"))
    for name in ("README.md", "pyproject.toml"):
        assert (folder / name).read_bytes() == (newer / name).read_bytes()


def test_a_file_that_is_no_text_stays_as_a_whole(folder: Path, newer: Path, grade: Run) -> None:
    path = folder / "exercises" / SECOND
    path.write_bytes(path.read_text().encode("utf-16"))
    before = path.read_bytes()
    done = grade(folder, "update", "--from", str(newer))
    assert (done.returncode, f"exercises/{SECOND}: edited, so it stays; the new one is in" in done.stdout) == (0, True)
    assert path.read_bytes() == before
    beside = path.with_name("exercise03_batchnorm.new.py")
    assert beside.read_bytes() == (newer / "exercises" / SECOND).read_bytes()


def test_what_was_taken_out_is_not_called_edited(folder: Path, newer: Path, grade: Run) -> None:
    path = folder / "exercises" / SECOND
    path.write_bytes(b"")
    done = grade(folder, "update", "--from", str(newer))
    assert f"exercises/{SECOND}: it stays as it is" in done.stdout
    assert "batchnorm_forward: you took it out, the release changed it, the new one is in" in done.stdout.replace(
        "\n      ", " "
    ), done.stdout
    assert path.read_bytes() == b""


def test_settings_that_were_edited_stay(folder: Path, newer: Path, grade: Run) -> None:
    for name in ("README.md", "pyproject.toml"):
        shutil.copy(folder / name, folder / ".grade" / "originals" / name)
    edit(folder / "pyproject.toml", '"never"', '"always"')
    edit(newer / "pyproject.toml", "[tool.grade]\n", "[tool.grade]\n# new here\n")
    edit(newer / "README.md", "NumPy", "New NumPy")
    done = grade(folder, "update", "--from", str(newer))
    assert "pyproject.toml: edited, so it stays; the new one is in pyproject.new.toml" in done.stdout
    assert '"always"' in (folder / "pyproject.toml").read_text()
    assert "# new here" in (folder / "pyproject.new.toml").read_text()
    assert "New NumPy" in (folder / "README.md").read_text()
    assert grade(folder, "update", "--from", str(newer)).stdout.startswith("Up to date")


def test_settings_without_an_original_count_as_edited(folder: Path, newer: Path, grade: Run) -> None:
    for path in (folder / ".grade" / "originals").glob("*.[mt]*"):
        path.unlink()
    before = edit(folder / "pyproject.toml", "[tool.grade]\n", "[tool.grade]\n# mine\n")
    grade(folder, "update", "--from", str(newer))
    assert (folder / "pyproject.toml").read_text() == before
    assert (folder / "pyproject.new.toml").read_bytes() == (newer / "pyproject.toml").read_bytes()


def test_stubs_that_were_copied_by_hand_are_the_next_base(folder: Path, newer: Path, grade: Run) -> None:
    shutil.copytree(newer / "exercises", folder / "exercises", dirs_exist_ok=True)
    shutil.copytree(newer / "plans", folder / "plans", dirs_exist_ok=True)
    assert grade(folder, "update", "--from", str(newer)).stdout.startswith("Up to date")
    edit(newer / "exercises" / FIRST, "Two times x.", "Double x.")
    assert "1 renewed" in grade(folder, "update", "--from", str(newer)).stdout


def test_an_exercise_that_is_gone_stays(folder: Path, newer: Path, grade: Run) -> None:
    (newer / "exercises" / "exercise20_attention.py").unlink()
    done = grade(folder, "update", "--from", str(newer))
    assert "exercise20_attention: not in the release any more; your file stays" in done.stdout
    assert (folder / "exercises" / "exercise20_attention.py").is_file()


def test_a_wheel_and_bare_exercises_are_releases_too(folder: Path, newer: Path, tmp_path: Path) -> None:
    wheel = tmp_path / "dlmath_grader-9-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, data in snapshot(newer).items():
            archive.writestr(f"grader/course/{name}", data)
        archive.writestr("grader/__init__.py", "")
        archive.writestr("grader/course/exercises/../../../evil.py", "")
    files = read_release(wheel).files
    assert set(files) == set(read_release(newer).files)
    assert set(read_release(newer / "exercises").files) == {name for name in files if name.startswith("exercises/")}


def test_what_is_no_release_is_said(tmp_path: Path, folder: Path, grade: Run) -> None:
    (tmp_path / "empty").mkdir()
    broken = tmp_path / "broken.whl"
    broken.write_bytes(b"PK\x03\x04 nothing")
    two = tmp_path / "two.zip"
    with zipfile.ZipFile(two, "w") as archive:
        archive.writestr("a/exercises/exercise1_x.py", "")
        archive.writestr("b/exercises/exercise1_x.py", "")
    for path, words in (
        (tmp_path / "empty", "holds no exercises"),
        (broken, "is no zip file or wheel"),
        (two, "in several folders"),
        (tmp_path / "nowhere", "there is no such file"),
    ):
        with pytest.raises(ReleaseError, match=words):
            read_release(path)
        assert grade(folder, "update", "--from", str(path)).returncode == 2
    done = grade(folder, "update")
    assert (done.returncode, "runs from a clone" in done.stderr) == (2, True)


def test_plans_that_this_grader_cannot_read_are_refused_before_anything_is_written(
    folder: Path, newer: Path, grade: Run
) -> None:
    plan = newer / "plans" / "exercise01_doubling.plan"
    plan.write_bytes(plan.read_bytes().replace(b"dlmath-plan 1 ", b"dlmath-plan 7 ", 1))
    before = snapshot(folder)
    done = grade(folder, "update", "--from", str(newer))
    assert done.returncode == 3
    assert "which this one" in done.stderr and "pip install" in done.stderr
    assert snapshot(folder) == before


def test_a_clone_takes_the_exercises_only(clone: Path, newer: Path, grade: Run) -> None:
    edit(newer / "exercises" / SECOND, "Two times x.", "Double x.")
    grade(clone)
    done = grade(clone, "update", "--from", str(newer))
    assert "exercise03_batchnorm.py: 1 renewed" in done.stdout
    assert not (clone / "plans").exists() and not (clone / "README.md").exists()


def test_a_file_that_is_saved_during_the_update_is_left_alone(folder: Path, newer: Path) -> None:
    course = find_course(folder)
    update = plan_update(course, read_release(newer))
    mine = edit(folder / "exercises" / FIRST, TODO, "    return 2 * x\n")
    with pytest.raises(OSError, match="changed meanwhile"):
        make_update(update, course, folder / ".grade")
    assert (folder / "exercises" / FIRST).read_text() == mine


KILL = """
import os, shutil, sys
from pathlib import Path
from grader.catalog import find_course
from grader.student import files
from grader.student.release import read_release
from grader.student.update import make_update, plan_update
from tests.student.test_update import snapshot

before, newer, work, half = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4] == "half"
at, count = 0, 0

def step():
    global count
    count += 1
    return count == at

def hook(event, args):
    writes = event == "open" and isinstance(args[1], str) and set("wxa+") & set(args[1])
    if (writes or event in ("os.rename", "os.link", "os.remove", "os.mkdir", "os.chmod")) and str(work) in str(args[0]) and step():
        os._exit(9)

def write_half(part, data):
    with part.open("wb") as file:
        if step():
            file.write(data[: len(data) // 2])
            file.flush()
            os._exit(9)
        file.write(data)

def update():
    course = find_course(work)
    make_update(plan_update(course, read_release(newer)), course, work / ".grade")

def fresh():
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(before, work)

fresh(); old = snapshot(work); update(); wanted = snapshot(work)
ended = 0
while not ended:
    fresh(); at += 1; count = 0
    child = os.fork()
    if child == 0:
        if half:
            files._write = write_half
        else:
            sys.addaudithook(hook)
        update()
        os._exit(0)
    ended = os.waitpid(child, 0)[1] == 0
    for name, data in snapshot(work).items():
        if not name.endswith(".part"):
            assert data in (old.get(name), wanted.get(name)), (at, name)
    missing = [name for name in old if not (work / name).exists()]
    assert not missing, (at, missing)
    update()
    left = {name: data for name, data in snapshot(work).items() if not name.endswith(".part")}
    assert left == wanted, (at, [name for name in left.keys() | wanted.keys() if left.get(name) != wanted.get(name)])
print(at - 1)
"""


@pytest.mark.parametrize("how", ["between", "half"])
def test_an_update_that_is_killed_at_any_write_loses_nothing_and_ends_the_same(
    how: str, folder: Path, newer: Path, tmp_path: Path
) -> None:
    needs(hasattr(os, "fork"), "fork")
    edit(folder / "exercises" / FIRST, TODO, "    return 2 * x  # mine\n")
    words = [str(folder), str(newer), str(tmp_path / "work"), how]
    done = subprocess.run(
        [sys.executable, "-c", KILL, *words],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 10
