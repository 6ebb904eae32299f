from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from pathlib import Path

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


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("otter")
    grade("export", "otter", *FIVE, "--out", folder)
    return folder


def agreed(exercise: str, out: Path, folder: Path, files: tuple[str, ...]) -> None:
    """Asserts that otter and the project give the same points to every function of every submission."""
    paths = submissions(exercise, folder)
    asked = {file: as_notebook(paths[file[:-6]]) if file.endswith(".ipynb") else paths[file] for file in files}
    found = dict(zip(asked, otter(out / exercise / "autograder.zip", *asked.values()), strict=True))
    for file, path in asked.items():
        assert "error" not in found[file], found[file]
        assert found[file]["scores"] == ours(exercise, out, path.with_suffix(".py")), file
    total = {file.split(".")[0]: result["total"] for file, result in found.items()}
    assert total["right"] == found["right"]["possible"] > 0
    assert total["stub"] == 0
    assert total["wrong"] <= total["partial"] < total["right"]


@pytest.mark.parametrize("exercise", FIVE)
def test_otter_gives_our_points(exercise: str, out: Path, tmp_path: Path) -> None:
    agreed(exercise, out, tmp_path, ("right", "partial", "wrong.ipynb", "stub"))


@pytest.mark.slow
@pytest.mark.parametrize("exercise", ALL)
def test_otter_gives_our_points_for_every_exercise(exercise: str, tmp_path: Path) -> None:
    grade("export", "otter", exercise, "--out", tmp_path / "out")
    kinds = ("right", "partial", "wrong", "stub")
    agreed(exercise, tmp_path / "out", tmp_path, (*kinds, *(f"{kind}.ipynb" for kind in kinds)))


def test_the_command_line_of_otter_writes_results(out: Path, tmp_path: Path) -> None:
    paths = submissions("exercise15_clipping", tmp_path)
    autograder = out / "exercise15_clipping" / "autograder.zip"
    for path in (paths["partial"], as_notebook(paths["partial"])):
        python("-m", "otter", "run", "-a", autograder, path, "-o", tmp_path, cwd=tmp_path)
        results = json.loads((tmp_path / "results.json").read_text())
        marked = {test["name"]: test["score"] for test in results["tests"] if "score" in test}
        assert marked == ours("exercise15_clipping", out, paths["partial"])
        assert "exercise: exercise15_clipping\nsubmission: " in results["output"]


def test_check_shows_our_message_and_no_traceback(out: Path, tmp_path: Path) -> None:
    path = submissions("exercise15_clipping", tmp_path)["partial"]
    tests = out / "exercise15_clipping" / "assigned" / "student" / "tests"
    shown = python("-m", "otter", "check", path, "-t", tests, cwd=tmp_path).stdout
    assert "clip_by_value: clipped has the right shape" in shown
    assert "[upper-only]" in shown and "expected" in shown
    assert "Traceback" not in shown and "hidden inputs" not in shown
    assert "q2 results: All test cases passed!" in shown


def test_check_with_all_tests_knows_the_hidden_ones(out: Path, tmp_path: Path) -> None:
    path = submissions("exercise15_clipping", tmp_path)["partial"]
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


def test_hidden_checks_are_not_what_students_get(out: Path) -> None:
    for exercise in FIVE:
        student = out / exercise / "assigned" / "student"
        names = {path.relative_to(student).as_posix() for path in student.rglob("*") if path.is_file()}
        assert f"{exercise}.plan" in names and f"{exercise}.ipynb" in names and "tests/q1.py" in names
        assert "hidden.plan" not in names
        for path in student.rglob("*"):
            assert not path.is_file() or (b'"hidden"' not in path.read_bytes() and b"'hidden'" not in path.read_bytes())
        text = (student / f"{exercise}.ipynb").read_text(encoding="utf-8")
        assert "raise NotImplementedError" in text and "SOLUTION" not in text and "PROMPT" not in text


def test_what_students_see_of_a_run_holds_nothing_hidden(out: Path, tmp_path: Path) -> None:
    path = submissions("exercise15_clipping", tmp_path)["wrong"]
    (result,) = otter(out / "exercise15_clipping" / "autograder.zip", path)
    assert "practice inputs" in result["shown"] and "hidden inputs" not in result["shown"]


def test_the_zip_is_what_gradescope_takes(out: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(out / "exercise15_clipping" / "autograder.zip") as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path)
    assert {"setup.sh", "run_autograder", "run_otter.py", "environment.yml", "otter_config.json"} <= names
    assert {"files/hidden.plan", "files/exercise15_clipping.plan", "tests/q1.py"} <= names
    for script in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", tmp_path / script], check=True)
    assert "dlmath-grader==" in (tmp_path / "environment.yml").read_text()


def test_the_unpacked_layout_grades_as_gradescope_calls_it(out: Path, tmp_path: Path) -> None:
    for name in ("source", "submission", "results"):
        (tmp_path / name).mkdir()
    with zipfile.ZipFile(out / "exercise15_clipping" / "autograder.zip") as archive:
        archive.extractall(tmp_path / "source")
    (tmp_path / "submission_metadata.json").write_text("{}")
    path = submissions("exercise15_clipping", tmp_path)["partial"]
    (tmp_path / "submission" / "answers.py").write_bytes(path.read_bytes())
    script = (tmp_path / "source" / "run_otter.py").read_text().replace('"/autograder"', repr(str(tmp_path)))
    config = json.loads((tmp_path / "source" / "otter_config.json").read_text())
    (tmp_path / "source" / "otter_config.json").write_text(json.dumps({**config, "autograder_dir": str(tmp_path)}))
    (tmp_path / "source" / "run_otter.py").write_text(script)
    python(tmp_path / "source" / "run_otter.py", cwd=tmp_path)
    results = json.loads((tmp_path / "results" / "results.json").read_text())
    marked = {test["name"]: test["score"] for test in results["tests"] if "score" in test}
    assert marked == ours("exercise15_clipping", out, path)


def test_a_changed_plan_gives_no_results(out: Path, tmp_path: Path) -> None:
    path = submissions("exercise15_clipping", tmp_path)["right"]
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(out / "exercise15_clipping" / "autograder.zip") as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + (b"x" if name == "files/hidden.plan" else b""))
    (result,) = otter(changed, path)
    assert "is not the plan that this assignment was made with" in result["error"]


def test_what_is_no_submission_gets_a_sentence_and_no_points(out: Path, tmp_path: Path) -> None:
    large = tmp_path / "large.py"
    large.write_bytes(b"#" * (1 << 20) + b"\n")
    broken = tmp_path / "broken.py"
    broken.write_text("def clip_by_norm(g, threshold:\n")
    first, second = otter(out / "exercise15_clipping" / "autograder.zip", large, broken)
    assert first["total"] == second["total"] == 0
    assert "large.py has more than 1 MiB" in first["shown"]
    assert "SyntaxError" in second["shown"]
