"""A student's life with the package alone: the wheel, unpacked somewhere, in an empty folder, without clone and solutions."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from grader.catalog import Course, find_course, index, info_of
from grader.export.release import student_files, with_originals, write_folder
from grader.export.release.folder import PACKAGE
from grader.export.release.packaged import SUFFIXES, engine_files
from tests.cli.courses import make_course
from tests.export.conftest import ROOT, Built
from tests.export.plants import reference

tomllib = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
Grade = Callable[..., "subprocess.CompletedProcess[str]"]
EPS_OUTSIDE = """
import numpy as np

def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(axis=0)) / (x.std(axis=0) + eps) + beta
"""


@pytest.fixture(scope="session")
def site(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where an installer would have put the package."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(built.wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture
def grade(site: Path, tmp_path: Path) -> Grade:
    """Runs the installed `grade` in a new home, in the course unless told otherwise."""

    def run(*words: str, module: str = "grader", cwd: str = "course") -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "SYSTEMROOT", "TMPDIR")}
        environment = {
            **kept,
            "PYTHONPATH": str(site),
            "HOME": str(tmp_path),
            "COLUMNS": "80",
            "PYTHONIOENCODING": "utf-8",
        }
        words = (sys.executable, "-m", module, *words)
        return subprocess.run(words, cwd=tmp_path / cwd, env=environment, capture_output=True, text=True, timeout=60)

    return run


@pytest.fixture
def home(grade: Grade, tmp_path: Path) -> Path:
    done = grade("init", "course", cwd=".")
    assert done.returncode == 0, done.stderr
    return tmp_path / "course"


# --- init --------------------------------------------------------------------------------------------------------


def test_init_writes_the_folder_and_says_what(grade: Grade, tmp_path: Path) -> None:
    done = grade("init", "course", cwd=".")
    first, last = done.stdout.splitlines()
    assert first.startswith("Written: course: 36 exercises, 36 sealed plans, 30 files of questions; ")
    assert last == "Next: cd course && grade"
    names = {path.name for path in (tmp_path / "course").iterdir()}
    assert names == {
        "README.md",
        "pyproject.toml",
        "exercises",
        "plans",
        "question_bank",
        "question_bank.yaml",
        ".grade",
    }


def test_init_never_overwrites_and_brings_back_what_is_missing(grade: Grade, home: Path) -> None:
    mine, lost = home / "exercises" / "exercise01_logs.py", home / "exercises" / "exercise02_linear_algebra.py"
    mine.write_text("x = 1\n")
    lost.unlink()
    done = grade("init", ".")
    assert done.returncode == 0
    assert done.stdout.splitlines()[1].startswith("Written: .: 1 exercise; ")
    assert done.stdout.splitlines()[0].startswith("Left as they are: ")
    assert done.stdout.splitlines()[-1] == "Next: grade"
    assert mine.read_text() == "x = 1\n"
    assert lost.read_bytes() == (ROOT / "exercises" / lost.name).read_bytes()


def test_init_leaves_a_course_of_another_release_alone(grade: Grade, home: Path) -> None:
    (home / "plans" / "exercise05_activations.plan").write_bytes(b"dlmath-plan 1 0.0.9\n")
    (home / "exercises" / "exercise01_logs.py").unlink()
    done = grade("init", ".")
    assert (done.returncode, done.stdout) == (2, "")
    assert "a course of another release (plans/exercise05_activations.plan differs)" in done.stderr
    assert not (home / "exercises" / "exercise01_logs.py").exists()


def test_init_says_what_the_disk_says(grade: Grade, tmp_path: Path) -> None:
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "exercises").write_text("a file\n")
    done = grade("init", "course", cwd=".")
    assert done.returncode == 2
    assert "exercises" in done.stderr and "Traceback" not in done.stderr


def test_a_clone_has_no_course_to_write(tmp_path: Path) -> None:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from grader.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "init", "x"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "grade release DIR" in done.stderr
    assert not (tmp_path / "x").exists()


def test_originals_are_kept_for_updates(home: Path) -> None:
    edited = [*(home / "exercises").iterdir(), home / "README.md", home / "pyproject.toml"]
    wanted = {path.name: path.read_bytes() for path in edited}
    assert {path.name: path.read_bytes() for path in (home / ".grade" / "originals").iterdir()} == wanted
    assert len(wanted) == 36 + 2


def test_git_keeps_the_originals_and_nothing_else_of_the_state(home: Path) -> None:
    (home / ".grade" / "progress.db").write_text("")
    (home / ".grade" / "cache").mkdir(exist_ok=True)
    (home / ".grade" / "cache" / "x.plan").write_text("")
    subprocess.run(["git", "init", "-q"], cwd=home, check=True)
    done = subprocess.run(
        ["git", "ls-files", "-o", "--exclude-standard", ".grade"], cwd=home, check=True, capture_output=True, text=True
    )
    seen = set(done.stdout.split())
    assert ".grade/.gitignore" in seen and ".grade/originals/exercise01_logs.py" in seen
    assert len(seen) == 36 + 2 + 1


# --- working in the folder ---------------------------------------------------------------------------------------


def test_right_code_passes_and_a_mistake_is_named(grade: Grade, home: Path) -> None:
    stub = home / "exercises" / "exercise17_batchnorm.py"
    stub.write_text(EPS_OUTSIDE + reference("batch_stats"))
    document = json.loads(grade("exercise17", "--json").stdout)
    found = {f["name"]: (f["status"], (f["mistake"] or {}).get("id")) for f in document["functions"]}
    assert found["batchnorm_forward"] == ("fail", "eps-outside")
    assert found["batch_stats"] == ("pass", None)
    assert document["course"] == "deep-learning-maths" and document["seed"] == "practice"


def test_every_command_works_from_the_sealed_plans(grade: Grade, home: Path) -> None:
    assert grade("exercise17").returncode == 1
    assert "0 of 36 exercises passed" in grade("all").stdout
    assert "hint 1 of" in grade("hint", "exercise17").stdout
    assert "batchnorm_forward" in grade("show", "exercise17").stdout
    listing = grade("case", "exercise17", "batchnorm_forward").stdout
    assert "one example" in listing
    written = grade("case", "exercise17", "batchnorm_forward", "one example")
    assert "Written: " in written.stdout
    progress = json.loads(grade("progress", "--json").stdout)
    assert [e["title"] for e in progress["exercises"]][16] == "Batch normalization"
    assert sum(e["max_points"] for e in progress["exercises"]) > 200
    assert not any(e["problem"] for e in progress["exercises"])
    assert "questions" in grade("quiz", "--list").stdout
    assert not list((home / ".grade" / "cache").glob("*.plan"))


@pytest.mark.parametrize("words", [("exercise17",), ("all",), ("case", "exercise17", "batchnorm_forward")])
def test_another_seed_is_wrong_usage(words: tuple[str, ...], grade: Grade, home: Path) -> None:
    done = grade(*words, "--seed", "7")
    assert (done.returncode, done.stdout) == (2, "")
    assert "that takes the solutions, which are not in this folder" in done.stderr


def test_no_solution_can_be_shown(grade: Grade, home: Path) -> None:
    done = grade("show", "exercise17", "--solution")
    assert done.returncode == 2
    assert "not in this folder" in done.stderr


def test_a_damaged_plan_is_the_courses_fault(grade: Grade, home: Path) -> None:
    plan = home / "plans" / "exercise17_batchnorm.plan"
    plan.write_bytes(plan.read_bytes()[:-1])
    done = grade("exercise17")
    assert done.returncode == 3
    assert "plans/exercise17_batchnorm.plan: the file is damaged" in done.stderr
    plan.unlink()
    assert grade("init", ".").returncode == 0
    assert grade("exercise17").returncode == 1


# --- the folder and the package ----------------------------------------------------------------------------------


def test_the_folder_names_package_version_and_course(home: Path) -> None:
    settings = (home / "pyproject.toml").read_text()
    assert f'dependencies = ["{PACKAGE}==0.1.0"]' in settings
    assert find_course(home).show_solution == "never"
    assert f'name = "{PACKAGE}"' in (ROOT / "pyproject.toml").read_text()
    assert f"pip install {PACKAGE}==0.1.0" in (home / "README.md").read_text()


def test_settings_of_the_course_go_along_but_never_its_policy_on_solutions(tmp_path: Path) -> None:
    root = make_course(tmp_path / "clone")
    (root / "pyproject.toml").write_text(
        '[tool.grade]\nname = "Ünit \\"2\\" \\\\ a"\nshow_solution = "always"\n[tool.grade.limits]\ncall_seconds = 2.5\nmemory_mb = 700\n'
    )
    course = find_course(root)
    write_folder(student_files(course), tmp_path / "student")
    found = find_course(tmp_path / "student")
    assert (found.name, found.show_solution, dict(found.limits)) == (
        'Ünit "2" \\ a',
        "never",
        {"call_seconds": 2.5, "memory_mb": 700},
    )


def test_the_index_without_solutions_is_the_one_with_them(
    course: Course, files: dict[str, bytes], tmp_path: Path
) -> None:
    write_folder(files, tmp_path)
    student = find_course(tmp_path)
    assert index(student, tmp_path / "cache") == index(course)
    assert info_of(student, student.exercises[3]) == info_of(course, course.exercises[3])
    (tmp_path / "plans" / "index.json").write_text("{")
    assert "take the course's folder again" in index(student)[0].problem


def test_no_file_is_ever_seen_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*paths: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_folder({"exercises/a.py": b"x"}, tmp_path)
    assert list((tmp_path / "exercises").iterdir()) == []


def test_sdist_and_wheel_hold_the_engine_the_course_and_no_solution(built: Built, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(built.wheel) as wheel:
        inside = {name: wheel.read(name) for name in wheel.namelist() if not name.endswith("/RECORD")}
    with zipfile.ZipFile(built.wheel_of_sdist) as wheel:
        assert {name: wheel.read(name) for name in wheel.namelist() if not name.endswith("/RECORD")} == inside
    with tarfile.open(built.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    course = {f"grader/course/{name}" for name in files}
    engine = {f"grader/{name}" for name in engine_files()}
    assert {name for name in inside if ".dist-info/" not in name} == course | engine
    assert names == course | engine | {
        "PKG-INFO",
        "pyproject.toml",
        "hatch_build.py",
        "README.md",
        "LICENSE",
        ".gitignore",
    }
    assert all(inside[f"grader/course/{name}"] == data for name, data in files.items())
    assert built.wheel.stat().st_size < 8e6
    (entries,) = (data.decode() for name, data in inside.items() if name.endswith(".dist-info/entry_points.txt"))
    assert "[pytest11]\ngrade = grader.pytest_plugin" in entries


def test_nothing_of_the_engine_is_left_out_of_the_package() -> None:
    present = {
        path.relative_to(ROOT / "grader").as_posix()
        for path in (ROOT / "grader").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert present == set(engine_files())
    settings = (ROOT / "pyproject.toml").read_text()
    assert all(f'"/grader/**/*{suffix}"' in settings for suffix in SUFFIXES)


def test_a_source_without_solutions_and_plans_cannot_be_built(built: Built, tmp_path: Path) -> None:
    with tarfile.open(built.sdist) as archive:
        archive.extractall(tmp_path, **({"filter": "data"} if sys.version_info >= (3, 12) else {}))
    (source,) = tmp_path.iterdir()
    shutil.rmtree(source / "grader" / "course")
    code = "from hatchling.build import build_wheel; build_wheel('dist')"
    done = subprocess.run([sys.executable, "-c", code], cwd=source, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "this is no complete source" in done.stderr


def test_a_release_holds_what_the_package_holds(files: dict[str, bytes]) -> None:
    extra = set(with_originals(files)) - set(files)
    originals = {".grade/originals/README.md", ".grade/originals/pyproject.toml"}
    others = {name for name in extra if not name.startswith(".grade/originals/exercise")}
    assert others == {".grade/.gitignore", *originals}
    assert len(extra) == 36 + 3


def test_the_core_brings_few_packages() -> None:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found: set[str] = {table["name"]}
    waiting = [Requirement(text) for text in table["dependencies"]]
    while waiting:
        wanted = waiting.pop()
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        if name in found or not (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        waiting += map(Requirement, distribution(name).requires or ())
    assert {"numpy", "click", "rich", "pydantic-core"} <= found
    assert len(found) <= 15, sorted(found)
