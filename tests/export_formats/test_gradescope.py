from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import pytest

from grader.catalog import find_course, resolve
from tests.export_formats.assignments import ROOT, as_notebook, grade, hidden_plan, ours, python, submissions
from tests.export_formats.conftest import FIVE

COURSE = find_course(ROOT)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A zip with a stand-in for the wheel: this environment is installed already."""
    folder = tmp_path_factory.mktemp("gradescope")
    wheel = folder / "dlmath_grader-0.1.0-py3-none-any.whl"
    wheel.write_bytes(b"")
    grade("export", "gradescope", *FIVE, "--out", folder / "autograder.zip", "--wheel", wheel)
    return folder / "autograder.zip"


@pytest.fixture
def layout(made: Path, tmp_path: Path) -> Path:
    """The zip unpacked as Gradescope does it, in a folder of its own, with a Python that has the project."""
    root = tmp_path / "autograder"
    for name in ("source", "submission", "results"):
        (root / name).mkdir(parents=True)
    with zipfile.ZipFile(made) as archive:
        archive.extractall(root / "source")
    shutil.copy(root / "source" / "run_autograder", root / "run_autograder")
    environment = root / "source" / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "project.pth").write_text(f"{ROOT}\n{sysconfig.get_paths()['purelib']}\n")
    return root


def run(root: Path, code: int = 0, path: str | None = None) -> dict[str, Any]:
    environment = {**os.environ, "PATH": path or os.environ["PATH"]}
    script = ["bash", root / "run_autograder"]
    done = subprocess.run(script, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stdout + done.stderr
    results = root / "results" / "results.json"
    return {**json.loads(results.read_text()), "stdout": done.stdout} if results.is_file() else {}


def points(results: dict[str, Any], short: str) -> list[int]:
    return [t["score"] for t in results["tests"] if t["name"].startswith(f"{short} ") and t.get("max_score")]


def test_the_zip_has_gradescopes_layout_and_its_scripts_are_sound(made: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(made) as archive:
        names = set(archive.namelist())
        modes = {member.filename: member.external_attr >> 16 for member in archive.infolist()}
        archive.extractall(tmp_path)
    assert {"setup.sh", "run_autograder", "requirements.txt", "secret", "course/pyproject.toml"} <= names
    assert {name for name in names if name.startswith("course/solutions/")} == {
        f"course/solutions/{e}.py" for e in FIVE
    }
    assert modes["secret"] == modes["course/solutions/exercise15_clipping.py"] == 0o600
    for script in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", tmp_path / script], check=True)
    assert "conda" not in (tmp_path / "setup.sh").read_text()
    assert stat.S_IMODE(made.stat().st_mode) == 0o600


def test_files_and_notebooks_of_five_exercises_get_our_points(made: Path, layout: Path, tmp_path: Path) -> None:
    handed_in = {
        "exercise03_gradients": "right.ipynb",
        "exercise11_dropout": "stub.py",
        "exercise15_clipping": "partial.py",
        "exercise26_lstm": "wrong.ipynb",
    }
    expected = {}
    for exercise, file in handed_in.items():
        kind, _, suffix = file.partition(".")
        path = submissions(exercise, tmp_path)[kind]
        expected[exercise] = list(ours(exercise, made.parent, path).values())
        shutil.copy(as_notebook(path) if suffix == "ipynb" else path, layout / "submission" / f"{exercise}.{suffix}")
    results = run(layout)
    for exercise, marks in expected.items():
        assert points(results, resolve(COURSE, exercise).exercise.short) == marks, exercise
    assert not any(points(results, "exercise17")) and points(results, "exercise17")
    assert results["score"] == sum(map(sum, expected.values()))
    assert [sum(expected[e]) > 0 for e in handed_in] == [True, False, True, False]
    shutil.copytree(layout / "results", tmp_path / "imported" / "erika")
    done = grade("import", "otter", tmp_path / "imported", "--out", tmp_path / "run")
    assert "Read: 5 results of 1 students" in done.stdout
    assert f"erika: {results['score']} of " in python("-m", "grader", "report", tmp_path / "run", "--names").stdout
    possible = sum(t.get("max_score", 0) for t in results["tests"])
    assert possible == sum(f.points for e in FIVE for f in hidden_plan(e, made.parent).functions)


def test_students_see_practice_in_full_and_of_hidden_inputs_only_kinds(layout: Path, tmp_path: Path) -> None:
    shutil.copy(submissions("exercise15_clipping", tmp_path)["wrong"], layout / "submission" / "exercise15_clipping.py")
    results = run(layout)
    shown = "\n".join(t["output"] for t in results["tests"] if t["visibility"] == "visible")
    later = [t for t in results["tests"] if t["visibility"] == "after_due_date"]
    assert "clipped has the right shape" in shown and "expected" in shown
    assert later and all(t["output_format"] == "text" for t in results["tests"])
    for word in ("got", "expected", "case"):
        assert all(word not in test["output"] for test in later), word
    assert any("kind of fault: value" in test["output"] for test in later)
    assert set(results) - {"stdout"} == {"score", "output", "output_format", "stdout_visibility", "visibility", "tests"}


def test_student_code_cannot_reach_solutions_secret_or_results(layout: Path) -> None:
    (layout / "submission" / "exercise15_clipping.py").write_text(
        f"""
import os
seen = []
for path in ('{layout}/source/secret', '{layout}/source/course/solutions/exercise15_clipping.py'):
    try:
        seen.append(open(path).read()[:20])
    except OSError:
        pass
for path in ('{layout}/results/results.json', '{layout}/results/x'):
    try:
        open(path, 'w').write('forged'); seen.append(path)
    except OSError:
        pass
def clip_by_norm(g, threshold):
    raise ValueError(f'SEEN {{seen}}')
"""
    )
    results = run(layout)
    assert "SEEN []" in "\n".join(test["output"] for test in results["tests"])
    assert os.listdir(layout / "results") == ["results.json"]
    assert results["score"] == 0


def test_without_a_jail_and_a_user_of_its_own_the_log_says_that_student_code_is_root(
    layout: Path, tmp_path: Path
) -> None:
    for program in ("bash", "dirname"):  # and no bubblewrap
        (tmp_path / program).symlink_to(shutil.which(program) or program)
    (layout / "submission" / "exercise15_clipping.py").write_text("")
    results = run(layout, path=str(tmp_path))
    assert "sandbox: jailed" not in results["output"] and "root" not in results["output"]
    assert ("student code runs as root: " in results["stdout"]) == (os.geteuid() == 0)


def test_our_own_failure_writes_no_mark(layout: Path) -> None:
    (layout / "submission" / "exercise15_clipping.py").write_text("")
    (layout / "source" / "course" / "solutions" / "exercise15_clipping.py").write_text("raise OSError\n")
    assert run(layout, code=1) == {}
