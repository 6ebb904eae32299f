from __future__ import annotations

import csv
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.export_formats.assignments import (
    ROOT,
    as_notebook,
    executed,
    grade,
    otter,
    ours,
    python,
    submissions,
)
from tests.export_formats.conftest import FIVE

pytestmark = pytest.mark.otter
ALL = sorted(path.stem for path in (ROOT / "exercises").glob("exercise*.py"))
ASSIGNED = "exercise15_clipping"  # otter assign runs for this one, and for all of them in the slow tests
KINDS = ("right", "partial", "wrong", "stub")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("otter")
    grade("export", "otter", *(each for each in FIVE if each != ASSIGNED), "--out", folder, "--no-assign")
    grade("export", "otter", ASSIGNED, "--out", folder)
    return folder


Found = dict[str, dict[str, Any]]


def run_all(exercise: str, out: Path, folder: Path, files: Iterable[str], *more: Path) -> Found:
    """What otter says of submissions of each kind, "right" or "right.ipynb", and of more files, in one go."""
    paths = submissions(exercise, folder)
    (folder / "results").mkdir()
    asked = {file: as_notebook(paths[file[:-6]]) if file.endswith(".ipynb") else paths[file] for file in files}
    asked |= {path.name: path for path in more}
    autograder = out / exercise / "autograder.zip"
    return dict(zip(asked, otter(autograder, *asked.values(), results=folder / "results"), strict=True))


def agree(exercise: str, out: Path, folder: Path, found: Found, record: Callable[[str, object], None]) -> None:
    """Asserts that otter and the project give the same points to every function of every submission."""
    total: dict[str, float] = {}
    for file, result in found.items():
        kind = file.split(".")[0]
        if kind not in KINDS:
            continue
        assert "error" not in result, result
        marks = ours(exercise, out, folder / f"{kind}.py")
        record(f"{exercise} {file}", f"otter {result['total']:g}, ours {sum(marks.values())} of {result['possible']}")
        assert result["scores"] == marks, file
        assert total.setdefault(kind, result["total"]) == result["total"]
        possible = result["possible"]
    assert total["right"] == possible > 0
    assert total["stub"] == 0
    assert total["wrong"] <= total["partial"] < total["right"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("submissions")


@pytest.fixture(scope="module")
def found(out: Path, folder: Path) -> Found:
    """Every kind of submission of one exercise in both formats, and what is no submission."""
    (folder / "large.py").write_bytes(b"#" * (1 << 20) + b"\n")
    (folder / "broken.py").write_text("def clip_by_norm(g, threshold:\n")
    (folder / "broken.ipynb").write_text("{")
    more = (folder / "large.py", folder / "broken.py", folder / "broken.ipynb")
    return run_all(ASSIGNED, out, folder, (*KINDS, *(f"{kind}.ipynb" for kind in KINDS)), *more)


def test_otter_gives_our_points_to_files_and_notebooks(
    found: Found, out: Path, folder: Path, record_property: Callable[[str, object], None]
) -> None:
    agree(ASSIGNED, out, folder, found, record_property)


@pytest.mark.parametrize(
    ("exercise", "files"),
    [
        ("exercise03_gradients", ("right", "partial.ipynb", "wrong", "stub.ipynb")),
        ("exercise11_dropout", ("right.ipynb", "partial", "wrong.ipynb", "stub")),
        ("exercise17_batchnorm", ("right.ipynb", "partial", "wrong", "stub.ipynb")),
        ("exercise26_lstm", ("right", "partial.ipynb", "wrong.ipynb", "stub")),
    ],
)
def test_otter_gives_our_points(
    exercise: str, files: tuple[str, ...], out: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    agree(exercise, out, tmp_path, run_all(exercise, out, tmp_path, files), record_property)


@pytest.mark.slow
@pytest.mark.parametrize("exercise", ALL)
def test_otter_gives_our_points_for_every_exercise(
    exercise: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    out = tmp_path / "out"
    grade("export", "otter", exercise, "--out", out)  # otter assign, which grades the references, is part of it
    nothing_hidden_for_students(exercise, out)
    found = run_all(exercise, out, tmp_path, (*KINDS, *(f"{kind}.ipynb" for kind in KINDS)))
    agree(exercise, out, tmp_path, found, record_property)


def test_the_command_line_of_otter_writes_results(out: Path, folder: Path, found: Found, tmp_path: Path) -> None:
    path = folder / "partial.ipynb"
    python("-m", "otter", "run", "-a", out / ASSIGNED / "autograder.zip", path, "-o", tmp_path, cwd=tmp_path)
    results = json.loads((tmp_path / "results.json").read_text())
    marked = {test["name"]: test["score"] for test in results["tests"] if "score" in test}
    assert marked == found["partial"]["scores"]
    assert f"exercise: {ASSIGNED}\nsubmission: " in results["output"]


def test_results_of_otter_are_read_into_a_run_and_reported(folder: Path, found: Found, tmp_path: Path) -> None:
    students = {"alice": "right", "bob": "partial.ipynb", "cara": "stub"}
    for student, file in students.items():
        name = file if "." in file else f"{file}.py"
        shutil.copytree(folder / "results" / name, tmp_path / "results" / student)
    done = grade("import", "otter", tmp_path / "results", "--out", tmp_path / "run")
    assert "Read: 3 results of 3 students" in done.stdout
    said = python("-m", "grader", "report", tmp_path / "run", "--csv", "--html", "--names").stdout
    (marks,) = (tmp_path / "run").rglob("marks.csv")
    rows = {row["id"]: row for row in csv.DictReader(marks.read_text(encoding="utf-8").splitlines())}
    assert {student: float(rows[student]["mark"]) for student in students} == {
        student: found[file]["total"] for student, file in students.items()
    }, said


def test_check_shows_our_message_and_no_traceback(out: Path, folder: Path, found: Found, tmp_path: Path) -> None:
    path = folder / "partial.py"
    tests = out / "exercise15_clipping" / "assigned" / "student" / "tests"
    shown = python("-m", "otter", "check", path, "-t", tests, cwd=tmp_path).stdout
    assert "clip_by_value: clipped has the right shape" in shown
    assert "[upper-only]" in shown and "expected" in shown
    assert "Traceback" not in shown and "hidden inputs" not in shown
    assert "q2 results: All test cases passed!" in shown


def test_check_with_all_tests_knows_the_hidden_ones(out: Path, folder: Path, found: Found, tmp_path: Path) -> None:
    path = folder / "partial.py"
    shown = python("-m", "otter", "check", path, "-t", out / "exercise15_clipping" / "tests", cwd=tmp_path).stdout
    assert "clip_by_value: fail on hidden inputs, value" in shown


@pytest.mark.filterwarnings("ignore")
def test_the_students_notebook_shows_our_diagnosis(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    shutil.copytree(out / "exercise15_clipping" / "assigned" / "student", tmp_path / "student")
    path = tmp_path / "student" / "exercise15_clipping.ipynb"
    document = json.loads(path.read_text(encoding="utf-8"))
    for cell in document["cells"]:
        if "".join(cell["source"]).startswith("def clip_by_value("):
            cell["source"] = "def clip_by_value(g, threshold):\n    return np.minimum(g, threshold)"
    path.write_text(json.dumps(document))
    shown = {
        cell.source: [o.data["text/plain"] for o in cell.outputs if "data" in o]
        for cell in executed(path).cells
        if "grader.check" in cell.source
    }
    assert "[upper-only]" in shown['grader.check("q1")'][0]
    assert "not written yet" in shown['grader.check("q2")'][0]
    assert all("Traceback" not in text and "hidden inputs" not in text for texts in shown.values() for text in texts)


def nothing_hidden_for_students(exercise: str, out: Path) -> None:
    """Asserts that a student's copy has what it needs, and nothing else."""
    student = out / exercise / "assigned" / "student"
    names = {path.relative_to(student).as_posix() for path in student.rglob("*") if path.is_file()}
    assert f"{exercise}.plan" in names and f"{exercise}.ipynb" in names and "tests/q1.py" in names
    assert "hidden.plan" not in names
    for path in student.rglob("*"):
        assert not path.is_file() or (b'"hidden"' not in path.read_bytes() and b"'hidden'" not in path.read_bytes())
    text = (student / f"{exercise}.ipynb").read_text(encoding="utf-8")
    assert "raise NotImplementedError" in text and "SOLUTION" not in text and "PROMPT" not in text


def test_hidden_checks_are_not_what_students_get(out: Path) -> None:
    nothing_hidden_for_students(ASSIGNED, out)


def test_what_students_see_of_a_run_holds_nothing_hidden(found: Found) -> None:
    shown = found["wrong"]["shown"]
    assert "practice inputs" in shown and "hidden inputs" not in shown


def test_the_zip_is_what_gradescope_takes(out: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(out / "exercise15_clipping" / "autograder.zip") as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path)
    assert {"setup.sh", "run_autograder", "run_otter.py", "environment.yml", "otter_config.json"} <= names
    assert {"files/hidden.plan", "files/exercise15_clipping.plan", "tests/q1.py"} <= names
    for script in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", tmp_path / script], check=True)
    assert "dlmath-grader==" in (tmp_path / "environment.yml").read_text()


def test_the_unpacked_layout_grades_as_gradescope_calls_it(
    out: Path, folder: Path, found: Found, tmp_path: Path
) -> None:
    for name in ("source", "submission", "results"):
        (tmp_path / name).mkdir()
    with zipfile.ZipFile(out / "exercise15_clipping" / "autograder.zip") as archive:
        archive.extractall(tmp_path / "source")
    (tmp_path / "submission_metadata.json").write_text("{}")
    (tmp_path / "submission" / "answers.py").write_bytes((folder / "partial.py").read_bytes())
    script = (tmp_path / "source" / "run_otter.py").read_text().replace('"/autograder"', repr(str(tmp_path)))
    config = json.loads((tmp_path / "source" / "otter_config.json").read_text())
    (tmp_path / "source" / "otter_config.json").write_text(json.dumps({**config, "autograder_dir": str(tmp_path)}))
    (tmp_path / "source" / "run_otter.py").write_text(script)
    python(tmp_path / "source" / "run_otter.py", cwd=tmp_path)
    results = json.loads((tmp_path / "results" / "results.json").read_text())
    marked = {test["name"]: test["score"] for test in results["tests"] if "score" in test}
    assert marked == found["partial"]["scores"]


def test_a_changed_plan_gives_no_results(out: Path, folder: Path, found: Found, tmp_path: Path) -> None:
    path = folder / "right.py"
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(out / "exercise15_clipping" / "autograder.zip") as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + (b"x" if name == "files/hidden.plan" else b""))
    (result,) = otter(changed, path)
    assert "is not the plan that this assignment was made with" in result["error"]


def test_what_is_no_submission_gets_a_sentence_and_no_points(found: Found) -> None:
    assert [found[name]["total"] for name in ("large.py", "broken.py")] == [0, 0]
    assert "large.py has more than 1 MiB" in found["large.py"]["shown"]
    assert "SyntaxError" in found["broken.py"]["shown"]
    assert "does not appear to be JSON" in found["broken.ipynb"]["error"]  # otter says so, before it starts anything
