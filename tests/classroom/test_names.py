from __future__ import annotations

import os
import sys

import pytest

from grader.classroom import open_run
from grader.classroom.collect.names import is_litter
from tests.classroom.classes import RIGHT, SQUARED, grade, hand_in, make_course, own, run_command
from tests.classroom.nasty import nasty_names
from tests.classroom.test_collect import Folder, folder  # noqa: F401

needs_bytes = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not take every name for a file")


@needs_bytes
def test_a_thousand_nasty_names_are_a_thousand_students(folder):  # noqa: F811
    names = nasty_names(1000)
    assert not any(map(is_litter, names))
    for name in names:
        hand_in(folder.submissions, name, own(RIGHT, ascii(name)))
    collected = folder.collect()
    assert collected.unplaced == []
    found = folder.found()
    assert len(found) == 1000
    with_names = {text.rpartition("# ")[2].strip(): student for student, _, text in found}
    assert with_names.keys() == set(map(ascii, names))
    assert all(student.isprintable() and len(student) <= 200 for student in with_names.values())
    from grader.classroom.identities import Identities

    with Identities(folder.run) as identities:
        pseudonyms = {identity.pseudonym for identity in identities}
    # a name in composed and in decomposed letters is one name, as it is on a Mac
    assert 995 <= len(pseudonyms) <= 1000


@needs_bytes
@pytest.mark.parametrize("pattern", ["{}_4711_assignsubmission_file", "homework-{}"])
def test_nasty_names_on_a_platform_lose_no_file(folder, pattern):  # noqa: F811
    names = nasty_names(300, seed=2)
    for number, name in enumerate(names):
        place = pattern.format(name)
        if len(os.fsencode(place)) <= 250:
            hand_in(folder.submissions, place.replace("4711", str(number)), own(RIGHT, str(number)))
    collected = folder.collect()
    assert len(folder.found()) + len(collected.unplaced) == collected.files
    assert len(folder.found()) >= 295


@needs_bytes
def test_nasty_names_are_graded_and_nothing_on_the_screen_can_move_a_cursor(tmp_path):
    course = make_course(tmp_path / "course")
    for number, name in enumerate(nasty_names(120, seed=3)):
        path = hand_in(tmp_path / "in", name, RIGHT if number % 2 else SQUARED)
        (path.parent / f"{name[:20]}.txt").write_bytes(b"x")
    text = run_command(course, tmp_path / "in", "--out", tmp_path / "run", "--jobs", 1)
    assert all(character.isprintable() or character == "\n" for character in text)
    lists = (tmp_path / "run/collected.txt").read_bytes().decode("utf-8")
    assert all(character.isprintable() or character == "\n" for character in lists)
    with open_run(tmp_path / "run") as run:
        rows = list(run.rows())
    assert {row.status for row in rows} == {"pass", "fail"} and len(rows) >= 115
    assert grade(course, tmp_path / "in", tmp_path / "run").to_grade == 0


def test_hostile_words_in_a_roster_are_kept_as_text(tmp_path):
    course = make_course(tmp_path / "course")
    names = nasty_names(200, seed=4)
    lines = ["id,name"]
    for number, name in enumerate(names):
        cell = name.encode("utf-8", "replace").decode().replace('"', '""').replace("\r", " ")
        lines.append(f's{number},"{cell}"')
        hand_in(tmp_path / "in", f"s{number}", RIGHT)
    (tmp_path / "roster.csv").write_text("\n".join(lines), encoding="utf-8", newline="")
    grade(course, tmp_path / "in", tmp_path / "run", roster=tmp_path / "roster.csv")
    with open_run(tmp_path / "run") as run:
        identities = run.identities()
    assert len(identities) == 200 and all(identity.listed for identity in identities.values())
    assert all(identity.name.isprintable() for identity in identities.values())
