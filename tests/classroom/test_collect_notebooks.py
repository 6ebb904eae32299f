from __future__ import annotations

import io
import json
import tarfile
import zipfile

import pytest

from grader.classroom.collect.names import exercise_of
from tests.classroom.classes import CRASH, DOUBLING, HALF, RIGHT, grade, hand_in, make_course, rows_by_student
from tests.classroom.test_collect import Folder, folder, reasons  # noqa: F401

NAME = f"{DOUBLING}.ipynb"
FORWARD, BACKWARD = RIGHT.strip().split("\n\n\n")


def cell(source: object, kind: object = "code", **more: object) -> dict[str, object]:
    return {"cell_type": kind, "metadata": {}, "source": source, "outputs": [], "execution_count": 1, **more}


def notebook(*cells: object, **more: object) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **more})


WORKED = notebook(
    cell("# My answers", "markdown"),
    cell("%matplotlib inline\nimport matplotlib.pyplot as plt\nraise SystemExit"),
    cell(FORWARD.splitlines(keepends=True)),
    cell("!ls\nplt.plot([1])\ndoubling_forward(2)", outputs=[{"data": {"image/png": "iVBOR" * 1000}}]),
    cell(BACKWARD),
    cell("this is not Python ("),
)


def code(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


# --- where they lie --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "student"),
    [
        (f"alice/{NAME}", "alice"),
        ("alice/exercises/Ex1.IPYNB", "alice"),
        (f"alice_{NAME}", "alice"),
        ("exercise1_alice.ipynb", "alice"),
        (f"submitted/alice/ps1/{NAME}", "alice"),
        (f"Zoë Å_4711_assignsubmission_file/{NAME}", "moodle:4711"),
        (f"Zoë Å_4711_assignsubmission_file_{NAME}", "moodle:4711"),
        (f"angstromzoe_LATE_77_9001_{DOUBLING}-2.ipynb", "canvas:77"),
    ],
)
def test_a_notebook_is_a_submission_wherever_a_file_is(folder, path, student):  # noqa: F811
    folder.put(path, WORKED)
    collected = folder.collect()
    assert collected.unplaced == []
    assert folder.who() == {student}
    assert [code(text) for _, _, text in folder.found()] == [code(RIGHT)]


def test_a_gradescope_export_may_hold_notebooks(folder):  # noqa: F811
    folder.put(f"assignment_5_export/submission_11/{NAME}", WORKED)
    folder.put(
        "assignment_5_export/submission_metadata.yml", "submission_11:\n  :submitters:\n  - :name: A\n    :sid: 'a1'\n"
    )
    folder.collect()
    assert [(student, code(text)) for student, _, text in folder.found()] == [("a1", code(RIGHT))]


def packed(kind: str, members: dict[str, str]) -> bytes:
    file = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in members.items():
                archive.writestr(name, text)
        return file.getvalue()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, text in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return file.getvalue()


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_students_archives_may_hold_notebooks_and_name_what_cannot_be_read(folder, kind):  # noqa: F811
    folder.put(f"alice.{kind}", packed(kind, {f"work/{NAME}": WORKED, "work/exercise03_batchnorm.ipynb": "[]"}))
    collected = folder.collect()
    assert [(student, code(text)) for student, _, text in folder.found()] == [("alice", code(RIGHT))]
    assert reasons(collected) == {
        f"alice.{kind}: work/exercise03_batchnorm.ipynb": "it is no notebook of format 4: it has no list of cells; save it again with Jupyter"
    }


def test_a_platforms_download_may_hold_notebooks(folder, tmp_path):  # noqa: F811
    inner = packed("zip", {NAME: WORKED})
    path = tmp_path / "download.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"A_1_assignsubmission_file/{NAME}", WORKED)
        archive.writestr("B_2_assignsubmission_file/work.zip", inner)
        archive.writestr(f"C_3_assignsubmission_file/{NAME}", "{")
    collected = folder.collect(root=path)
    assert folder.who() == {"moodle:1", "moodle:2"}
    assert all(code(text) == code(RIGHT) for _, _, text in folder.found())
    assert reasons(collected) == {f"C_3_assignsubmission_file/{NAME}": "it is no notebook: its text is not JSON"}


def test_beside_a_python_file_the_notebook_does_not_count_and_copies_of_notebooks_are_attempts(folder):  # noqa: F811
    folder.put(f"alice/{NAME}", WORKED)
    folder.put(f"alice/{DOUBLING}.py", HALF)
    folder.put(f"bob/{NAME}", notebook(cell(CRASH)))
    folder.put(f"bob/{DOUBLING} (1).ipynb", WORKED)
    folder.put(f"bob/.ipynb_checkpoints/{DOUBLING}-checkpoint.ipynb", notebook(cell(CRASH)))
    collected = folder.collect()
    assert [(student, code(text)) for student, _, text in folder.found()] == [
        ("alice", code(HALF)), ("bob", code(CRASH)), ("bob", code(RIGHT)),
    ]  # fmt: skip
    assert reasons(collected) == {
        f"alice/{NAME}": "a Python file for the same exercise lies beside the notebook, and counts"
    }


def test_a_notebook_whose_name_is_no_exercises_is_told_what_it_may_be(folder):  # noqa: F811
    folder.put("alice/Untitled.ipynb", WORKED)
    assert reasons(folder.collect()) == {
        "alice/Untitled.ipynb": f"its name is not that of an exercise, such as {DOUBLING}.ipynb"
    }
    assert exercise_of(folder.course, f"{DOUBLING}.ipynbx") is None


# --- what they hold --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "its text is not JSON"),
        (RIGHT, "its text is not JSON"),
        (b"\xff\xfe\x00", "its text is not JSON"),
        ("[" * 100_000, "its text is not JSON"),
        (notebook()[:-1], "its text is not JSON"),
        ("[]", "no list of cells"),
        ("null", "no list of cells"),
        (notebook(cells={"0": cell(RIGHT)}), "no list of cells"),
        (notebook(cells="def f"), "no list of cells"),
        (json.dumps({"worksheets": [{"cells": [cell(RIGHT)]}]}), "no list of cells"),
        (notebook(cell("é" * (1 << 19) + "x")), "more than 1 MiB of code"),
        (b" " * ((16 << 20) + 1), "a notebook has at most 16 MB"),
    ],
)
def test_a_broken_notebook_is_listed_with_its_reason_and_the_others_are_collected(folder, text, reason):  # noqa: F811
    folder.put(f"alice/{NAME}", text)
    hand_in(folder.submissions, "bob")
    assert reason in reasons(folder.collect())[f"alice/{NAME}"]
    assert folder.who() == {"bob"}
    assert folder.collect().unchanged == 2


@pytest.mark.parametrize(
    "cells",
    [
        (1, None, [], "x", {}, cell(RIGHT)),
        (cell(None), cell(7), cell({"a": 1}), cell([None, 3, RIGHT, ["x"]])),
        (cell(RIGHT, outputs=[{"data": {"text/html": "def doubling_forward(x): return 0"}}] * 50),),
        (cell(HALF, "raw"), cell(HALF, "markdown"), cell(HALF, None), cell(HALF, ["code"]), cell(RIGHT)),
        (cell("%%bash\n" + HALF), cell("%%writefile x.py\n" + HALF), cell("%%time\n" + RIGHT)),
        (cell("%load_ext x\n!rm -rf ~\n?print\nfiles = !ls\n%cd /\n" + RIGHT),),
        (cell("'''open"), cell("(((((["), cell("def doubling_forward(x:\n  ("), cell(RIGHT)),
        (cell(CRASH), cell(HALF), cell(RIGHT)),
        (cell(FORWARD.replace("x + x", "syntax error")), cell(BACKWARD), cell(FORWARD)),
        (cell("\ud800 = 1"), cell("\0\0"), cell(RIGHT)),
        (cell(RIGHT.replace("\n", "\r\n")),),
    ],
    ids=[
        "no cells",
        "no text",
        "outputs",
        "kinds",
        "languages",
        "magics",
        "brackets",
        "thrice",
        "draft",
        "letters",
        "crlf",
    ],
)
def test_hostile_cells_leave_the_last_definition_of_each_function(folder, cells):  # noqa: F811
    folder.put(f"alice/{NAME}", notebook(*cells))
    assert folder.collect().unplaced == []
    ((_, _, text),) = folder.found()
    space: dict[str, object] = {}
    exec(text, space)  # the texts of this module, whose definitions do nothing but double
    assert space["doubling_forward"](3) == 6 and space["doubling_backward"](3) == 6  # type: ignore[operator]
    assert set(space) == {"__builtins__", "doubling_forward", "doubling_backward"}


def test_a_class_with_notebooks_is_graded_like_one_with_files(tmp_path):
    course = make_course(tmp_path / "course")
    work = tmp_path / "work"
    for student, text in (("alice", RIGHT), ("bob", HALF), ("cara", CRASH)):
        hand_in(work / "files", student, text)
        (work / "notebooks" / student).mkdir(parents=True)
        (work / "notebooks" / student / NAME).write_text(notebook(cell("import os; os._exit(1)"), cell(text)))
    (work / "notebooks" / "dora").mkdir()
    (work / "notebooks" / "dora" / NAME).write_text("{")
    for kind in ("files", "notebooks"):
        grade(course, work / kind, tmp_path / kind)
    files, notebooks = (rows_by_student(tmp_path / kind) for kind in ("files", "notebooks"))
    marks = {student: (row.status, row.points) for student, row in files.items()}
    assert marks["alice"][0] == "pass" and marks["bob"][1] == 1 and marks["cara"][1] < 2
    assert {student: (row.status, row.points) for student, row in notebooks.items()} == marks
