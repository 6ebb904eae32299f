from __future__ import annotations

import pytest

from grader.classroom import ClassError
from grader.classroom.collect.names import Owner
from grader.classroom.collect.roster import Listed, read_roster


def roster(tmp_path, text: str | bytes):
    path = tmp_path / "roster.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_roster(path)


def owner(alias: str = "?", name: str = "", email: str = "", **ids: str) -> Owner:
    return Owner("test", alias, alias, name, email, ids)


def test_a_canvas_gradebook_is_read(tmp_path):
    found = roster(
        tmp_path,
        "Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (99)\n    Points Possible,,,,,10\n"
        '"Ångström, Zoë",77,s-1,zoe,Lab 1,\n"Student, Test",99,,,Lab 1,\n',
    )
    (student,) = found.students
    assert (student.student, student.name, student.section) == ("s-1", "Ångström, Zoë", "Lab 1")
    assert student.ids == {"canvas": "77", "sis": "s-1", "login": "zoe"}
    assert found.find(owner(canvas="77")) is student
    assert found.find(owner(name="ångströmzoë")) is student
    assert found.find(owner(name="Zoe Angstrom")) is student
    assert found.find(owner(canvas="78")) is None


def test_a_moodle_worksheet_is_read(tmp_path):
    found = roster(
        tmp_path, "Identifier,Full name,ID number,Email address,Grade\nParticipant 4712,Max Muster,m-1,m@x.org,\n"
    )
    assert found.find(owner(moodle="4712")).student == "m-1"


def test_a_gradescope_roster_is_read(tmp_path):
    found = roster(tmp_path, "First Name,Last Name,SID,Email,Role\nMax,Muster,m-1,m@x.org,Student\n")
    assert found.find(owner(email="M@X.org")) == Listed("m-1", "Max Muster", "m@x.org", "", {"sid": "m-1"})


def test_a_github_classroom_roster_is_read(tmp_path):
    found = roster(tmp_path, "identifier,github_username,github_id,name\nm-1,maxm,55,Max\n")
    assert found.find(owner("maxm")).student == "m-1"


@pytest.mark.parametrize(
    "text",
    [
        "id;name\na;A B\n",
        "\ufeffid,name\na,A B\n",
        "id\tname\na\tA B\n",
        "ID,Name\na,A B\n",
        "sep=;\nid;name\na;A B\n",
        "id,name\ra,A B\r",
    ],
)
def test_separators_and_marks_of_encoding_are_understood(tmp_path, text):
    assert roster(tmp_path, text).find(owner("a")).name == "A B"


def test_utf_16_as_excel_writes_it_is_understood(tmp_path):
    assert roster(tmp_path, "id,name\na,Zoë\n".encode("utf-16")).find(owner("a")).name == "Zoë"


def test_an_id_that_two_students_share_on_a_platform_means_neither(tmp_path):
    found = roster(tmp_path, "id,name,canvas\na,A,7\nb,B,7\n")
    assert found.find(owner(canvas="7")) is None


def test_an_owner_who_matches_two_students_is_neither(tmp_path):
    found = roster(tmp_path, "id,name,canvas,github\na,A,7,\nb,B,,bee\n")
    assert found.find(owner("bee", canvas="7")) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("id,name\n", "no student below the headers"),
        ("name,grade\nA,1\n", "no column `id`"),
        ("id,name\na,A\na,B\n", "stands there twice"),
        ("id,name\na,A\n,B\n", "roster.csv:3: no id"),
        (b"id,name\na,\xff\xfe\n", "roster.csv:2: this line is not UTF-8"),
        ("id,name\na,A\nA,B\n", "stands there twice, in lines 2 and 3"),
        ("id,name,id\na,A,b\n", "two columns are called `id`"),
        ('id,name\na,A\n"b,B\nc,C\n', "roster.csv:3: unexpected end of data"),
        ('id,name\n"a,A\nb,"B"\n', "roster.csv:2: "),
        (b"PK\x03\x04\x14\0", "is a workbook, not a CSV file"),
    ],
)
def test_what_is_wrong_with_a_roster_is_said(tmp_path, text, words):
    with pytest.raises(ClassError, match=words):
        roster(tmp_path, text)


def test_an_id_means_the_same_however_its_accents_are_made_up(tmp_path):
    import unicodedata

    from grader.classroom.collect.names import plain

    found = roster(tmp_path, unicodedata.normalize("NFD", "id,name\nzoë,Zoë\n"))
    assert found.find(plain("folder", unicodedata.normalize("NFC", "zoë"))) is found.students[0]


def test_a_comment_of_several_lines_is_no_mistake(tmp_path):
    found = roster(tmp_path, 'id,name,comment\na,A,"one\ntwo"\nb,B,\n')
    assert [student.student for student in found.students] == ["a", "b"]
