from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from grader.catalog import Course, find_course
from grader.student.originals import keep_originals, kept_original, original_of
from tests.student.conftest import Run, edit

NAME = "exercise01_doubling.py"
TODO = "    raise NotImplementedError\n"


def course(root: Path) -> Course:
    return find_course(root)


def test_a_clones_untouched_stubs_are_kept_at_first_sight(clone: Path) -> None:
    edit(clone / "exercises" / NAME, TODO, "    return 2 * x\n")
    keep_originals(course(clone))
    assert sorted(os.listdir(clone / ".grade" / "originals")) == [
        "exercise03_batchnorm.py",
        "exercise17_batching.py",
        "exercise20_attention.py",
    ]


def test_an_original_is_never_written_again(clone: Path) -> None:
    keep_originals(course(clone))
    before = kept_original(course(clone), NAME)
    edit(clone / "exercises" / NAME, "Twice x.", "Thrice x.")
    keep_originals(course(clone))
    assert kept_original(course(clone), NAME) == before


def test_the_first_command_in_a_course_keeps_them(clone: Path, grade: Run) -> None:
    assert grade(clone).returncode == 0
    assert len(os.listdir(clone / ".grade" / "originals")) == 4


@pytest.mark.parametrize("words", [("exercise1",), ("exercise1", "--json"), ("all",), ("watch", "--help")])
def test_the_first_grading_keeps_them_too(clone: Path, grade: Run, words: tuple[str, ...]) -> None:
    edit(clone / "exercises" / NAME, TODO, "    return 2 * x\n")
    grade(clone, *words)
    kept = clone / ".grade" / "originals"
    untouched = ["exercise03_batchnorm.py", "exercise17_batching.py", "exercise20_attention.py"]
    assert (sorted(os.listdir(kept)) if kept.is_dir() else []) == (untouched if "--help" not in words else [])


def test_a_folder_that_cannot_be_written_keeps_them_in_the_users_state(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clone / ".grade").write_text("a file where the folder should be")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    keep_originals(course(clone))
    exercise = course(clone).exercises[0]
    edit(exercise.stub, TODO, "    return 2 * x\n")
    assert TODO in (original_of(course(clone), exercise) or "")


def git(folder: Path, *words: str) -> None:
    names = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True)


def test_the_newest_untouched_commit_is_an_original(clone: Path) -> None:
    path = clone / "exercises" / NAME
    git(clone, "init", "-q")
    git(clone, "add", ".")
    git(clone, "commit", "-qm", "first")
    renewed = edit(path, "Twice x.", "Two times x.")
    git(clone, "commit", "-qam", "renewed")
    edit(path, TODO, "    return 2 * x\n")
    git(clone, "commit", "-qam", "solved")
    assert original_of(course(clone), course(clone).exercises[0]) == renewed


def test_without_any_source_there_is_none(clone: Path) -> None:
    edit(clone / "exercises" / NAME, TODO, "    return 2 * x\n")
    assert original_of(course(clone), course(clone).exercises[0]) is None
