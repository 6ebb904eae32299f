from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from grader.record import Problem
from grader.student.identity import Student, keep_student, kept_student, problem_of
from grader.student.submit import ArchiveError, Entry, Submission, file_name, fitted, pack, read_archive, write_archive
from tests.student.conftest import Run, edit
from tests.student.terminal import terminal

NAME = "exercise01_doubling.py"
TODO = "    raise NotImplementedError\n"
WHO = ("--name", "Ada Lovelace", "--id", "1815")


def archives(folder: Path) -> list[Path]:
    return sorted(folder.glob("submission-*.zip"))


def submission(created: float = 1.7e9, data: bytes = b"def f(): pass\r\n") -> Submission:
    entry = Entry("exercise01_x", data, "f" * 64, "fail", 1, 3)
    problem = Problem(1.6e9, "exercise01_x", "the hint is wrong", "0.1.0")
    return Submission("course", Student("Ada", "18/15 ü"), created, {"grader": "0.1.0"}, (entry,), (problem,))


def test_everything_begun_is_packed_as_it_is(folder: Path, grade: Run) -> None:
    path = folder / "exercises" / NAME
    edit(path, TODO, "    return x + x\n")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    grade(folder, "report-problem", "hint 1 says nothing", "exercise1")
    done = grade(folder, "submit", *WHO)
    assert (done.returncode, done.stderr) == (0, "")
    manifest, files = read_archive(archives(folder)[0])
    assert files == {f"exercises/{NAME}": path.read_bytes()}
    assert manifest["student"] == {"name": "Ada Lovelace", "id": "1815"}
    assert (manifest["course"], manifest["points"], manifest["max_points"]) == ("small course", 1, 2)
    assert manifest["files"][NAME]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    original = (folder / ".grade" / "originals" / NAME).read_bytes()
    assert manifest["files"][NAME]["stub"] == hashlib.sha256(original).hexdigest()
    assert [problem["text"] for problem in manifest["problems"]] == ["hint 1 says nothing"]
    assert sorted(manifest["versions"]) == ["grader", "numpy", "python", "system"]


def test_what_it_contains_is_shown_before_it_is_written(folder: Path, grade: Run) -> None:
    edit(folder / "exercises" / NAME, TODO, "    return x + x\n")
    done = grade(folder, "submit", *WHO)
    lines = done.stdout.splitlines()
    assert lines[0] == "small course: submission of Ada Lovelace (1815)"
    assert re.match(rf"  exercises/{NAME}: 1/2 points, \d+ bytes, sha256 [0-9a-f]{{12}}$", lines[1])
    assert lines[-2] == "1 file, 1/2 points by your own runs"
    assert lines[-1].startswith("Written and read back: submission-1815-")


def test_who_is_asked_once(folder: Path, grade: Run) -> None:
    done = grade(folder, "submit", "exercise1")
    assert (done.returncode, "who hands in?" in done.stderr, archives(folder)) == (2, True, [])
    assert grade(folder, "submit", "exercise1", *WHO).returncode == 0
    assert grade(folder, "submit", "exercise1").returncode == 0
    assert grade(folder, "submit", "exercise1", "--id", "x1").returncode == 0
    assert kept_student(folder / ".grade") == Student("Ada Lovelace", "x1")
    assert {read_archive(path)[0]["student"]["id"] for path in archives(folder)} == {"1815", "x1"}


def test_what_is_not_begun_is_left_out_unless_it_is_named(folder: Path, grade: Run) -> None:
    done = grade(folder, "submit", *WHO)
    assert (done.returncode, "nothing is begun yet" in done.stderr) == (2, True)
    assert grade(folder, "submit", "exercise3", "17", *WHO).returncode == 0
    assert sorted(read_archive(archives(folder)[0])[1]) == [
        "exercises/exercise03_batchnorm.py",
        "exercises/exercise17_batching.py",
    ]


def test_no_file_is_overwritten(folder: Path, grade: Run, tmp_path: Path) -> None:
    out = tmp_path / "mine.zip"
    out.write_bytes(b"another")
    done = grade(folder, "submit", "exercise1", *WHO, "--out", str(out))
    assert (done.returncode, "no file is overwritten" in done.stderr) == (2, True)
    assert out.read_bytes() == b"another"
    first, second = (write_archive(tmp_path / "a.zip", submission(data=data)) for data in (b"1", b"2"))
    assert (first.name, second.name) == ("a.zip", "a-2.zip")


def test_a_file_that_cannot_be_graded_is_handed_in_without_points(folder: Path, grade: Run) -> None:
    edit(folder / "exercises" / NAME, TODO, "    return x + x\n")
    (folder / "plans" / "exercise01_doubling.plan").write_bytes(b"nonsense")
    done = grade(folder, "submit", *WHO)
    assert done.returncode == 0
    assert "exercise1 is handed in without points" in done.stderr
    assert "not graded here" in done.stdout
    assert read_archive(archives(folder)[0])[0]["files"][NAME]["points"] is None


def test_the_name_tells_whose_it_is() -> None:
    assert re.fullmatch(r"submission-18-15-u-20231114-\d{6}\.zip", file_name(submission()))


@pytest.mark.parametrize("created", [1.7e9, 0.0, 5e9, 9e9])
def test_any_clock_makes_an_archive_that_is_read_back(created: float, tmp_path: Path) -> None:
    made = submission(created)
    manifest, files = read_archive(write_archive(tmp_path / file_name(made), made))
    assert files == {"exercises/exercise01_x.py": b"def f(): pass\r\n"}
    assert manifest == json.loads(json.dumps(made.manifest()))


def altered(tmp_path: Path, name: str, change: object) -> Path:
    """The archive with one member changed (bytes), renamed (text) or left out (None)."""
    path = tmp_path / "altered.zip"
    path.write_bytes(pack(submission()))
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    data = members.pop(name)
    if isinstance(change, bytes):
        members[name] = change
    elif isinstance(change, str):
        members[change] = data
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in members.items():
            archive.writestr(member, text)
    return path


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("exercises/exercise01_x.py", b"other", "is not what its manifest.json says"),
        ("exercises/exercise01_x.py", None, "does not hold the files"),
        ("exercises/exercise01_x.py", "exercises/exercise02_y.py", "does not hold the files"),
        ("exercises/exercise01_x.py", "../exercise01_x.py", "which is no exercise"),
        ("exercises/exercise01_x.py", b" " * (1 << 20) + b" ", "too large"),
        ("manifest.json", None, "has no manifest.json"),
        ("manifest.json", b"{", "is no JSON"),
        ("manifest.json", b"[]", "not that of a submission"),
        ("manifest.json", b'{"kind": "grade-submission", "schema": 2}', "has schema 2"),
        ("manifest.json", b'{"kind": "grade-submission", "schema": 1, "files": 3}', "lists no files"),
    ],
)
def test_a_damaged_archive_is_refused(tmp_path: Path, name: str, change: object, words: str) -> None:
    with pytest.raises(ArchiveError, match=words):
        read_archive(altered(tmp_path, name, change))


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    for data in (b"", b"PK", pack(submission())[:-30]):
        path.write_bytes(data)
        with pytest.raises(ArchiveError, match="cannot be read"):
            read_archive(path)


def test_names_are_kept_and_checked(tmp_path: Path) -> None:
    keep_student(tmp_path, Student("Łukasz Ø", "a b"))
    assert kept_student(tmp_path) == Student("Łukasz Ø", "a b")
    (tmp_path / "student.json").write_text('{"name": "a\\u0000", "id": "b"}')
    assert kept_student(tmp_path) is None
    assert problem_of("Ada") == ""
    assert "control character" in problem_of("a\x1b[2J")
    assert problem_of(" ") == "is empty"
    assert "more than" in problem_of("x" * 201)


def test_problems_are_noted_about_what_is_meant(folder: Path, grade: Run) -> None:
    done = grade(folder, "report-problem", "step 2 is unclear", "doubling_forward")
    assert "Noted on exercise01_doubling doubling_forward." in done.stdout
    assert grade(folder, "report-problem", "the map").returncode == 0
    shown = grade(folder, "report-problem").stdout
    assert "exercise01_doubling doubling_forward: step 2 is unclear" in shown
    assert "in general: the map" in shown
    wrong = grade(folder, "report-problem", "x", "nonsense")
    assert (wrong.returncode, "is no exercise, function or question" in wrong.stderr) == (2, True)
    assert grade(folder, "report-problem", " ").returncode == 2


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_on_a_terminal_who_hands_in_is_asked(folder: Path) -> None:
    text = terminal(folder, "submit", "exercise1", typed="Ada Lovelace\n1815\n")
    assert "Your name" in text and "Your student number or login" in text
    assert kept_student(folder / ".grade") == Student("Ada Lovelace", "1815")
    assert "Your name" not in terminal(folder, "submit", "exercise1")


def test_more_problems_than_a_grader_reads_lose_the_oldest() -> None:
    problems = tuple(Problem(float(number), "", "汉" * 1000, "0.1.0") for number in range(100))
    many = replace(submission(), problems=problems)
    fewer = fitted(many)
    assert 15 < len(fewer.problems) < 100
    assert fewer.problems == problems[-len(fewer.problems) :]
    assert fitted(fewer) is fewer


@pytest.mark.parametrize("listed", [True, False])
def test_a_class_is_collected_from_it(tmp_path: Path, listed: bool, clone: Path) -> None:
    """As `grade class` reads it: whose it is, which exercise, the same bytes, and from which sheet it was made."""
    from tests.classroom.test_collect import Folder

    classroom = Folder(tmp_path)
    roster = classroom.roster("id,name\nada,Ada\nbob,Bob\n") if listed else None
    entries = (Entry("exercise01_doubling", b"def doubling_forward(x):\n    return x + x\n", "f" * 64, "pass", 1, 2),)
    for student in ("ada", "bob"):
        made = Submission("course", Student(student.title(), student), 1.7e9, {"grader": "0.1.0"}, entries)
        classroom.put(file_name(made), pack(made))
    collected = classroom.collect(roster)
    assert [(item.path, item.reason) for item in collected.unplaced] == []
    assert classroom.found() == [(who, "exercise01_doubling", entries[0].data.decode()) for who in ("ada", "bob")]
    assert any("made for another sheet" in remark for remark in collected.remarks)
