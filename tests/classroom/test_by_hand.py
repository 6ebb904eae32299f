"""Overrides, what students may ask for, and differences between runs."""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from grader.classroom import ClassError, open_run
from grader.classroom.by_hand import override
from grader.classroom.compare_runs import changes
from grader.classroom.personal import export_data, find_student, forget
from grader.classroom.rules import Rules
from tests.classroom.classes import RIGHT, SQUARED, grade, hand_in, make_course, own, run_command
from tests.classroom.runs import CONDITIONS, EXERCISES, Class, Work, at, make_run, person

DOUBLE, TRIPLE = EXERCISES[0].id, EXERCISES[1].id
ALICE, BOB = person("alice", "Alice Ångström"), person("bob", "Bob Bo")
HALF = {"double": "pass", "double_backward": "fail:sign"}
WORK = (
    Work("alice", DOUBLE, HALF, printed="hello"),
    Work("bob", DOUBLE, {"double": "pass", "double_backward": "pass"}),
)


@pytest.fixture
def folder(tmp_path) -> Path:
    return make_run(tmp_path / "run", Class((ALICE, BOB), WORK))


def row(folder: Path, who=ALICE, rules=None):
    with open_run(folder, rules) as run:
        return next(each for each in run.rows(student=who.pseudonym) if each.exercise == DOUBLE)


def set_points(folder: Path, target: str, points: float | None, who=ALICE, reason: str = "seen by eye"):
    return override(folder, find_student(folder, who.student), target, points, reason=reason, author="me")


def test_points_of_a_function_and_of_a_whole_exercise_are_set_and_taken_back(folder):
    before, after = set_points(folder, "exercise1:double_backward", 1.5)
    assert (before.points, after.points) == (1, 2.5)
    assert (
        after.overrides[0].old == 0 and after.overrides[0].reason == "seen by eye" and after.overrides[0].author == "me"
    )
    assert set_points(folder, "doubling", 3)[1].points == 3
    assert set_points(folder, "1", None)[1].points == 2.5
    assert set_points(folder, "1:double_backward", None)[1].points == 1
    with open_run(folder) as run:
        assert len(list(run.overrides())) == 4 and run.overrides_broken_at() is None


def test_a_mark_of_a_whole_exercise_is_the_last_word_and_no_late_rule_is_applied_to_it(tmp_path):
    work = (Work("alice", DOUBLE, HALF, at("2026-03-03T00:00")),)
    rules = Rules(deadlines={DOUBLE: at("2026-03-01T00:00")}, percent_per_day=25)
    folder = make_run(tmp_path / "run", Class((ALICE,), work, rules=rules))
    assert row(folder).mark == 0.5
    set_points(folder, "1:double_backward", 1)
    assert row(folder).mark == 1.0
    set_points(folder, "1", 2)
    assert row(folder).mark == 2.0


def test_a_student_who_handed_in_nothing_can_be_given_points(tmp_path):
    folder = make_run(tmp_path / "run", Class((ALICE, BOB), WORK[:1]))
    assert set_points(folder, "1", 2, BOB)[1].mark == 2
    assert row(folder, BOB).status == "missing"


def test_overrides_survive_a_regrade(folder):
    set_points(folder, "1:double_backward", 2)
    make_run(folder, Class((ALICE, BOB), WORK, conditions=replace(CONDITIONS, grader="0.2")))
    assert (row(folder).points, row(folder).result["points"]) == (3, 1)


@pytest.mark.parametrize(
    ("target", "points", "words"),
    [
        ("exercise9", 1, "no exercise 'exercise9'"),
        ("1:nothing", 1, "has no function 'nothing'"),
        ("1", 4, "exercise01_doubling can have 0 to 3 points, not 4"),
        ("1:double", 2, "exercise01_doubling:double can have 0 to 1 points, not 2"),
        ("1", -1, "not -1"),
    ],
)
def test_an_override_that_cannot_be_is_refused(folder, target, points, words):
    with pytest.raises(ClassError, match=words):
        set_points(folder, target, points)


def test_an_override_needs_a_reason(folder):
    with pytest.raises(ClassError, match="needs a reason"):
        set_points(folder, "1", 1, reason=" ")


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE override SET content = replace(content, '\"points\": 2.0', '\"points\": 3.0') WHERE id = 2",
        "UPDATE override SET student = 'x' WHERE id = 2",
        "DELETE FROM override WHERE id = 2",
        "UPDATE override SET content_hash = hash WHERE id = 2",
    ],
)
def test_an_override_that_was_changed_afterwards_is_found_and_no_more_are_added(folder, tamper):
    for points in (1, 2, 3):
        set_points(folder, "1", float(points))
    db = sqlite3.connect(folder / "ledger.db")
    with db:
        assert db.execute(tamper).rowcount == 1
    db.close()
    with open_run(folder) as run:
        assert run.overrides_broken_at() in (2, 3)
    with pytest.raises(ClassError, match="was changed after it was written"):
        set_points(folder, "1", 1)


# --- personal data ---------------------------------------------------------------------------------------------------


def test_students_are_found_by_any_of_their_names(folder):
    for word in ("alice", ALICE.pseudonym, "ALICE@example.org", "alice ångström"):
        assert find_student(folder, word) == ALICE
    with pytest.raises(ClassError, match="nobody is called 'zora'"):
        find_student(folder, "zora")


def test_everything_about_a_student_is_given_out_and_no_hidden_input(folder):
    set_points(folder, "1", 2)
    data = export_data(folder, ALICE)
    assert data["student"]["name"] == "Alice Ångström"
    (attempt,) = data["attempts"]
    assert attempt["printed"] == [["", "", "hello"]] and "alice" in attempt["source"]
    assert data["overrides"][0]["reason"] == "seen by eye"
    assert data["marks"][0]["mark"] == 2
    text = json.dumps(data)
    assert "expected 3.0" not in text and '"want"' not in text and BOB.pseudonym not in text


def test_a_forgotten_student_is_in_no_byte_of_the_run_and_the_others_are_untouched(tmp_path):
    course = make_course(tmp_path / "course")
    hand_in(tmp_path / "in", "alicewonder", own(RIGHT, "alicewonder") + "print('mark of alicewonder')\n")
    hand_in(tmp_path / "in", "bob", own(SQUARED, "bob"))
    folder = tmp_path / "run"
    grade(course, tmp_path / "in", folder)
    who = find_student(folder, "alicewonder")
    for student in ("alicewonder", "bob"):
        override(folder, find_student(folder, student), "1", 1, reason=f"for {student}", author="me")
    with open_run(folder) as run:
        bob = [(each.key, each.mark) for each in run.rows() if each.student != who.pseudonym]
    counts = forget(folder, who, "me")
    assert counts == {"submission": 1, "result": 1, "override": 1, "file": 1}
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"alicewonder" not in data, path
    with open_run(folder) as run:
        assert [(each.key, each.mark) for each in run.rows()] == bob
        assert run.overrides_broken_at() is None
        assert [each.reason for each in run.overrides()] == ["for bob"]
    summary = grade(course, tmp_path / "in", folder)
    assert summary.collected.forgotten == 1 and summary.to_grade == 0
    with open_run(folder) as run:
        assert len(list(run.students())) == 1
    for path in folder.glob("*.db*"):
        assert b"alicewonder" not in path.read_bytes(), f"{path} after the next call, which meets the file again"


# --- differences -----------------------------------------------------------------------------------------------------


def test_every_changed_mark_is_shown_with_its_functions_and_its_reason(tmp_path):
    old = make_run(tmp_path / "old", Class((ALICE, BOB), WORK))
    better = (replace(WORK[0], statuses={"double": "pass", "double_backward": "pass"}, source="x"), WORK[1])
    other = replace(CONDITIONS, grader="0.2")
    new = make_run(
        tmp_path / "new", Class((ALICE, BOB), (*better, Work("bob", TRIPLE, {"triple": "pass"})), conditions=other)
    )
    with open_run(old) as one, open_run(new) as two:
        found = {(change.student, change.exercise): change for change in changes(one, two)}
        assert list(changes(one, one)) == []
    assert set(found) == {(ALICE.pseudonym, DOUBLE), (BOB.pseudonym, TRIPLE)}
    change = found[ALICE.pseudonym, DOUBLE]
    assert (change.old, change.new, change.why) == (1, 3, ("submission", "grader"))
    assert [(f.name, f.old_status, f.new_status) for f in change.functions] == [("double_backward", "fail", "pass")]
    assert (found[BOB.pseudonym, TRIPLE].old, found[BOB.pseudonym, TRIPLE].new) == (None, 1)


def test_the_commands_show_differences_overrides_and_personal_data(tmp_path):
    course = make_course(tmp_path / "course")
    hand_in(tmp_path / "in", "alice", own(SQUARED, "alice"))
    run = tmp_path / "run"
    run_command(course, tmp_path / "in", "--out", run)
    assert "never regraded" in run_command(course, "diff", run, code=2)
    assert "give the points, or --take-back" in run_command(course, "override", run, "alice", "1", code=2)
    text = run_command(course, "override", run, "alice", "1:doubling_forward", "1", "--reason", "close enough")
    assert "alice, exercise01_doubling: 1 -> 2 of 2" in text
    solution = course.root / "solutions/exercise01_doubling.py"
    solution.write_text(
        solution.read_text(encoding="utf-8").replace("return 2 * dout", "return 3 * dout"), encoding="utf-8"
    )
    run_command(course, tmp_path / "in", "--out", run)
    text = run_command(course, "diff", run, "--names")
    assert "alice exercise01_doubling: 2 -> 1 of 2 [exercise]: doubling_backward pass 1 -> skip 0" in text
    assert "1 change from" in text and "0 up, 1 down" in text
    document = json.loads(run_command(course, "diff", run, "--json"))
    assert document["changes"][0]["functions"][0]["name"] == "doubling_backward" and "alice" not in json.dumps(document)
    data = json.loads(run_command(course, "export-data", run, "alice"))
    assert data["student"]["student"] == "alice"
    assert "nobody to ask here: add --yes" in run_command(course, "forget", run, "alice", code=2)
    assert "Removed of alice" in run_command(course, "forget", run, "alice", "--yes")
    assert "nobody is called 'alice'" in run_command(course, "export-data", run, "alice", code=2)


# --- what students reported ------------------------------------------------------------------------------------------


def test_what_students_reported_is_kept_once_shown_given_out_and_forgotten(folder):
    from grader.classroom.collect.collecting import Collected
    from grader.classroom.coordinate import reported
    from grader.classroom.identities import Identities
    from grader.classroom.ledger import Ledger
    from grader.classroom.model import Reported
    from grader.classroom.summary import lists

    problem = ("2026-02-28T10:00:00Z", DOUBLE, "the hint is wrong", "0.1.0")
    for _ in range(2):
        with Ledger(folder) as ledger, ledger.write():
            ledger.add_reported(ALICE.pseudonym, [problem])
            ledger.add_reported(BOB.pseudonym, [(problem[0], "", "all is well", "0.1.0")])
    with open_run(folder) as run:
        assert Reported(ALICE.pseudonym, *problem) in run.reported() and len(run.reported()) == 2
    with Ledger(folder) as ledger, Identities(folder) as identities:
        told = reported(ledger, identities)
    assert told == ["bob in general: all is well", f"alice {DOUBLE}: the hint is wrong"]
    assert ("Reported by students as a problem", told) in lists(Collected(), told)
    assert export_data(folder, ALICE)["reported"][0]["text"] == "the hint is wrong"
    forget(folder, ALICE, "me")
    with open_run(folder) as run:
        assert [each.student for each in run.reported()] == [BOB.pseudonym]
    assert b"the hint is wrong" not in (folder / "ledger.db").read_bytes()


@pytest.mark.parametrize("word", ["1", "01", "ex1", "exercise1", "exercise01", "Exercise01_doubling", "doubling"])
def test_an_exercise_is_called_as_everywhere(folder, word):
    assert set_points(folder, word, 2)[1].points == 2


def test_what_was_not_set_cannot_be_taken_back(folder):
    with pytest.raises(ClassError, match="no mark of alice for exercise01_doubling was set by hand") as caught:
        set_points(folder, "1", None)
    assert caught.value.hint == "There is nothing to take back."
    set_points(folder, "1:double", 0)
    with pytest.raises(ClassError) as caught:
        set_points(folder, "1", None)
    assert caught.value.hint == "There is one for exercise01_doubling:double."
    with open_run(folder) as run:
        assert len(list(run.overrides())) == 1


def test_points_of_a_function_beside_those_of_the_whole_are_said_to_change_nothing(folder):
    from grader.classroom.summary import override_sentences

    said = [text for text, _ in override_sentences(ALICE, *set_points(folder, "1", 2))]
    assert said == ["alice, exercise01_doubling: 1 -> 2 of 3"]
    said = [text for text, _ in override_sentences(ALICE, *set_points(folder, "1:double", 0))]
    assert said[1] == "The points set for the exercise as a whole stand, whatever those of its functions are."


@pytest.mark.parametrize("word", ["-1", "-0.5", "-.5"])
def test_negative_points_are_said_to_be_none(tmp_path, word):
    course = make_course(tmp_path / "course")
    make_run(tmp_path / "run", Class((ALICE, BOB), WORK))
    said = run_command(course, "override", tmp_path / "run", "alice", "1", word, "--reason", "x", code=2)
    assert f"{word} is no number of points: give 0 or more, or --take-back" in said


def test_a_mistyped_student_or_command_is_answered_with_the_nearest(tmp_path):
    course = make_course(tmp_path / "course")
    folder = make_run(tmp_path / "run", Class((ALICE, BOB), WORK))
    with pytest.raises(ClassError) as caught:
        find_student(folder, "alise")
    assert caught.value.hint.startswith("Did you mean alice?")
    assert "Did you mean grade class merge?" in run_command(course, "mrge", folder, code=2)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such bits")
def test_personal_data_is_written_for_its_owner_only_also_over_a_file_of_everybodys(tmp_path):
    course = make_course(tmp_path / "course")
    folder = make_run(tmp_path / "run", Class((ALICE, BOB), WORK))
    target = tmp_path / "alice.json"
    target.write_text("{}", encoding="utf-8")
    target.chmod(0o644)
    run_command(course, "export-data", folder, "alice", "--to", target)
    assert target.stat().st_mode & 0o777 == 0o600 and json.loads(target.read_text())["student"]["student"] == "alice"


def test_the_last_word_on_an_exercise_costs_no_late_days(tmp_path):
    """Days of the budget that it does not need are there for the next exercise."""
    rules = Rules(
        deadlines={DOUBLE: at("2026-03-01T00:00"), TRIPLE: at("2026-03-08T00:00")},
        percent_per_day=10,
        late_days_budget=2,
    )
    work = [
        Work("alice", DOUBLE, {"double": "pass"}, submitted=at("2026-03-02T12:00")),
        Work("alice", TRIPLE, {"triple": "pass"}, submitted=at("2026-03-09T12:00")),
    ]
    folder = make_run(tmp_path / "run", Class((ALICE,), work, rules=rules))
    with open_run(folder) as run:
        assert [(each.late.free_days, each.late.percent) for each in run.rows()] == [(2, 0.0), (0, 20.0)]
    set_points(folder, "1", 3)
    with open_run(folder) as run:
        first, second = run.rows()
    assert (first.mark, first.late.days, first.late.free_days, first.late.percent) == (3, 2, 0, 0.0)
    assert (second.mark, second.late.free_days, second.late.percent) == (1, 2, 0.0)
