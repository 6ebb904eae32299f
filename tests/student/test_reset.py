from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.student.conftest import Run, edit
from tests.student.terminal import terminal

NAME = "exercise01_doubling.py"
TODO = "    raise NotImplementedError\n"


def both_written(folder: Path) -> Path:
    path = folder / "exercises" / NAME
    edit(path, TODO, "    return 2 * x\n")
    edit(path, TODO, "    return 2 * dout\n")
    return path


def test_a_function_comes_back_and_the_others_stay(folder: Path, grade: Run) -> None:
    path = both_written(folder)
    before = path.read_bytes()
    done = grade(folder, "reset", "exercise1:doubling_forward", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert path.read_text().count(TODO) == 1
    assert "return 2 * dout" in path.read_text()
    kept = [path for path in (folder / ".grade" / "backups").rglob("*.py")]
    assert [path.read_bytes() for path in kept] == [before]
    assert f"As it was before: .grade/backups/{kept[0].parent.parent.name}/exercises/{NAME}" in done.stdout


def test_a_whole_file_comes_back_even_if_it_was_deleted(folder: Path, grade: Run) -> None:
    path = both_written(folder)
    assert grade(folder, "reset", "doubling", "--yes").returncode == 0
    original = (folder / ".grade" / "originals" / NAME).read_bytes()
    assert path.read_bytes() == original
    again = grade(folder, "reset", "doubling")
    assert (again.returncode, "as it was handed out" in again.stdout) == (0, True)
    for word in ("exercise1", "doubling", f"exercises/{NAME}"):
        path.unlink()
        done = grade(folder, "reset", word, "--yes")
        assert (done.returncode, path.read_bytes()) == (0, original), done.stderr


def test_a_file_that_is_gone_is_named_by_every_command(folder: Path, grade: Run) -> None:
    (folder / "exercises" / NAME).unlink()
    for words in (("exercise1",), ("hint", "1"), ("show", "doubling"), ("submit", "exercise1"), ("case", "1", "f")):
        done = grade(folder, *words)
        assert done.returncode == 2
        assert done.stderr == f"grade: exercises/{NAME} is not there any more\ngrade reset exercise1 brings it back.\n"
    assert f"Missing: exercises/{NAME}. grade reset exercise1 brings it back." in grade(folder).stdout
    assert f"missing   {NAME}" in grade(folder, "doctor").stdout
    assert grade(folder, "report-problem", "the sheet is gone", "exercise1").returncode == 0
    assert [f["exercise"] for f in json.loads(grade(folder, "all", "--json").stdout)["results"]] == [
        "exercise03_batchnorm",
        "exercise17_batching",
        "exercise20_attention",
    ]


def test_a_function_that_was_deleted_comes_back_to_its_place(folder: Path, grade: Run) -> None:
    path = both_written(folder)
    text = path.read_text()
    path.write_text(text[: text.index("def doubling_forward")] + text[text.index("def doubling_backward") :])
    assert grade(folder, "reset", "exercise1:doubling_forward", "--yes").returncode == 0
    assert path.read_text() == text.replace("    return 2 * x\n", TODO)


def test_nothing_is_taken_out_unasked(folder: Path, grade: Run) -> None:
    path = both_written(folder)
    before = path.read_bytes()
    done = grade(folder, "reset", "exercise1")
    assert (done.returncode, "add --yes" in done.stderr) == (2, True)
    assert path.read_bytes() == before


def test_the_line_of_an_editor_names_the_function(folder: Path, grade: Run) -> None:
    path = both_written(folder)
    line = path.read_text().split("def doubling_backward")[0].count("\n") + 2
    assert grade(folder, "reset", f"exercises/{NAME}:{line}", "--yes").returncode == 0
    assert "return 2 * x\n" in path.read_text() and "return 2 * dout" not in path.read_text()


def test_without_an_original_it_is_said(clone: Path, grade: Run) -> None:
    both_written(clone)
    done = grade(clone, "reset", "exercise1", "--yes")
    assert (done.returncode, "no untouched exercise01_doubling.py is kept" in done.stderr) == (2, True)


def test_an_unknown_function_is_said(folder: Path, grade: Run) -> None:
    done = grade(folder, "reset", "exercise1:doubling_forwrd", "--yes")
    assert (done.returncode, "has no function 'doubling_forwrd'" in done.stderr) == (2, True)


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("answer", "resets"), [("n\n", False), ("\n", False), ("y\n", True)])
def test_on_a_terminal_it_is_asked(folder: Path, answer: str, resets: bool) -> None:
    path = both_written(folder)
    text = terminal(folder, "reset", "exercise1", typed=answer)
    assert "exercise1: 2 lines of yours will be taken out; a copy is kept. Reset it?" in text
    assert ("return 2" not in path.read_text()) is resets
