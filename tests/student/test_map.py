"""What `grade` says besides the map: how to begin, what is newer; and what `grade doctor` says of a student's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

import grader
from grader.cli import grading, progress, study
from grader.plan.sealed import PUBLIC_SEED
from grader.student import version
from tests.student.conftest import Run, edit

NAME = "exercise01_doubling.py"
OLDER = b"dlmath-plan 1 0.0.9\n"


def age(folder: Path, name: str = "exercise01_doubling.plan") -> None:
    """Lets a plan say that an older grade made it."""
    path = folder / "plans" / name
    path.write_bytes(OLDER + path.read_bytes().partition(b"\n")[2])


def test_who_has_not_begun_is_told_where_to_write(folder: Path, grade: Run) -> None:
    begin = f"Begin: fill in exercises/{NAME} (grade next opens it). Next: grade exercise1"
    assert " ".join(grade(folder).stdout.split()).endswith(begin)
    grade(folder, "exercise1")
    assert "Begin:" not in grade(folder).stdout


def test_one_function_that_passes_leads_to_the_next_one(folder: Path, grade: Run) -> None:
    path = folder / "exercises" / NAME
    edit(path, "    raise NotImplementedError\n", "    return 2 * x\n")
    shown = grade(folder, "exercise1", "doubling_forward").stdout
    assert shown.endswith("Next: grade exercise1 (next is doubling_backward)\n"), shown
    edit(path, "    raise NotImplementedError\n", "    return 2 * dout\n")
    assert "Next: grade exercise3 (Batch normalization)" in grade(folder, "exercise1", "doubling_backward").stdout


def test_a_folder_of_another_release_is_said_where_the_package_has_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)

    def shown() -> str:
        progress.progress.main([], standalone_mode=False)
        return " ".join(capsys.readouterr().out.split())

    assert "Sheets of" not in shown()
    age(folder)
    assert "Sheets of" not in shown()  # a clone brings nothing that an update could take
    monkeypatch.setattr(version, "carries_course", lambda: True)
    words = f"Sheets of 0.0.9, grade {grader.__version__}: grade update --dry-run shows what differs."
    assert words in shown()


def test_doctor_counts_plans_and_says_whose_they_are(folder: Path, clone: Path, grade: Run) -> None:
    def plans(where: Path) -> list[str]:
        return [line for line in grade(where, "doctor").stdout.splitlines() if line.startswith("plans")]

    assert plans(folder) == [f"plans       4 of grade {grader.__version__}: this version"]
    assert plans(clone) == []
    age(folder)
    (folder / "plans" / "exercise03_batchnorm.plan").write_bytes(b"\xff\xff no plan")
    shown = " ".join(grade(folder, "doctor").stdout.split())
    counted = (
        f"plans 1 of grade 0.0.9, 2 of grade {grader.__version__}, 1 that cannot be read: grade update brings them"
    )
    assert counted in shown


def test_what_is_newer_is_read_without_opening_a_plan(folder: Path) -> None:
    assert version.release_of(folder) == grader.__version__
    edit(folder / "README.md", "NumPy", "numpy")
    assert version.releases_of(folder) == {grader.__version__: 4}
    assert version.releases_of(folder / "exercises") == {} and version.release_of(folder / "exercises") == ""


def test_practice_is_the_seed_that_plans_are_sealed_with() -> None:
    assert grading.PRACTICE == study.PRACTICE == PUBLIC_SEED


def test_the_welcome_of_a_package_says_how_to_get_a_course(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for carries, command in ((True, "  grade init course"), (False, "  cd FOLDER && grade")):
        monkeypatch.setattr(version, "carries_course", lambda carries=carries: carries)
        progress.progress.main([], standalone_mode=False)
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 6 and lines[3].startswith(command)
        assert all(len(line) <= 80 for line in lines)
