"""The folder of a submission, however it was left."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.sandbox import scratch
from grader.sandbox.limits import SCRATCH_FILES, SCRATCH_MB


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(scratch.make(str(tmp_path / "scratch")))


def test_a_new_folder_is_closed_to_others(folder: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700


def test_folders_that_are_made_differ() -> None:
    made = [scratch.make() for _ in range(3)]
    assert len(set(made)) == 3
    for path in made:
        scratch.remove(path)
        assert not os.path.exists(path)


def test_files_folders_and_closed_folders_are_removed(folder: Path) -> None:
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "file").write_text("x")
    (folder / "file").write_text("x")
    (folder / "a" / "closed").mkdir(mode=0)
    (folder / "file").chmod(0)
    (folder / "a").chmod(0)
    scratch.empty(str(folder))
    assert list(folder.iterdir()) == []
    scratch.remove(str(folder))
    assert not folder.exists()


def test_a_link_is_removed_and_not_followed(folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("x")
    (folder / "link").symlink_to(kept)
    (folder / "dangling").symlink_to("/nonexistent/file")
    scratch.empty(str(folder))
    assert list(folder.iterdir()) == [] and (kept / "file").read_text() == "x"


def test_depth_does_not_matter(folder: Path) -> None:
    here = os.getcwd()
    try:
        os.chdir(folder)
        for _ in range(2000):  # deeper than the recursion limit and than any path is long
            os.mkdir("d" * 50)
            os.chdir("d" * 50)
    finally:
        os.chdir(here)
    assert scratch.over_limit(str(folder))
    scratch.empty(str(folder))
    assert list(folder.iterdir()) == []


def test_an_empty_folder_and_a_few_files_are_within_the_limit(folder: Path) -> None:
    assert not scratch.over_limit(str(folder))
    for number in range(50):
        (folder / f"file{number}").write_bytes(b"x" * 1000)
    assert not scratch.over_limit(str(folder))


def test_too_many_files_are_over_the_limit(folder: Path) -> None:
    (folder / "sub").mkdir()
    for number in range(SCRATCH_FILES):
        (folder / "sub" / f"{number}").touch()
    assert scratch.over_limit(str(folder))


def test_too_large_files_are_over_the_limit_and_holes_are_not(folder: Path) -> None:
    with open(folder / "hole", "wb") as file:
        file.truncate(4 * SCRATCH_MB << 20)
    assert not scratch.over_limit(str(folder))
    for number in range(SCRATCH_MB // 8 + 1):
        (folder / f"{number}").write_bytes(bytes(8 << 20))
    assert scratch.over_limit(str(folder))


def test_a_folder_that_is_gone_is_not_over_the_limit(tmp_path: Path) -> None:
    assert not scratch.over_limit(str(tmp_path / "gone"))


def test_the_folder_for_temporary_files_is_the_first_that_can_be_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "missing"))
    monkeypatch.setenv("TEMP", str(tmp_path))
    assert scratch.temporary_folder() == str(tmp_path)
