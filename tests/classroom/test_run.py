from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.classroom import ClassError, open_run
from grader.classroom.identities import Identities
from grader.classroom.rules import Rules
from tests.classroom.runs import CONDITIONS, EXERCISES, Class, Work, at, make_run, person

DOUBLE, TRIPLE = EXERCISES[0].id, EXERCISES[1].id
ALICE, BOB, CARA = person("alice", "Alice Ångström"), person("bob"), person("cara")
RIGHT = {"double": "pass", "double_backward": "pass"}
DUE = Rules(deadlines={DOUBLE: at("2026-03-01T23:00"), TRIPLE: at("2026-03-08T23:00")}, percent_per_day=10, cap=25)


def rows_of(folder: Path, rules: Rules | None = None):
    with open_run(folder, rules) as run:
        return {(row.student, row.exercise): row for row in run.rows()}


def test_the_grid_is_full_and_what_was_not_handed_in_is_missing_with_no_points(tmp_path):
    work = (Work("alice", DOUBLE, RIGHT), Work("bob", DOUBLE, {"double": "fail:squared", "double_backward": "pass"}))
    folder = make_run(tmp_path / "run", Class((ALICE, BOB, CARA), work))
    assert len(rows_of(folder)) == 3, "nobody was asked for exercise 2, and nobody did it"
    rows = rows_of(folder, DUE)
    assert len(rows) == 6
    alice, bob, cara = (rows[each.pseudonym, DOUBLE] for each in (ALICE, BOB, CARA))
    assert (alice.status, alice.points, alice.mark, alice.max_mark) == ("pass", 3, 3, 3)
    assert (bob.status, bob.points) == ("fail", 2)
    assert bob.result["functions"][0]["mistake"]["id"] == "squared"
    assert (cara.status, cara.points, cara.mark, cara.result) == ("missing", 0, 0, None)
    assert rows[ALICE.pseudonym, TRIPLE].status == "missing"


def test_no_name_is_in_the_ledger(tmp_path):
    folder = make_run(tmp_path / "run", Class((ALICE,), (Work("alice", DOUBLE, RIGHT, source="x = 1"),)))
    ledger = b"".join(path.read_bytes() for path in folder.glob("ledger.db*"))
    assert b"alice" not in ledger.lower() and ALICE.name.encode() not in ledger
    with open_run(folder) as run:
        assert run.identities()[ALICE.pseudonym] == ALICE


def test_the_last_attempt_counts_unless_the_rules_say_otherwise(tmp_path):
    work = (
        Work("alice", DOUBLE, {"double": "pass"}, at("2026-03-01T10:00")),
        Work("alice", DOUBLE, RIGHT, at("2026-03-01T11:00")),
        Work("alice", DOUBLE, {}, at("2026-03-01T12:00")),
    )
    folder = make_run(tmp_path / "run", Class((ALICE,), work))
    points = {a: rows_of(folder, Rules(attempts=a))[ALICE.pseudonym, DOUBLE] for a in ("first", "last", "best")}
    assert {name: row.points for name, row in points.items()} == {"first": 1, "last": 0, "best": 3}
    assert (points["best"].attempt, points["best"].attempts) == (2, 3)


def test_each_started_day_costs_its_percent_up_to_the_cap_after_the_grace(tmp_path):
    def mark(when: str, **changes):
        folder = make_run(
            tmp_path / f"{len(list(tmp_path.iterdir()))}", Class((ALICE,), (Work("alice", DOUBLE, RIGHT, at(when)),))
        )
        return rows_of(folder, replace(DUE, **changes))[ALICE.pseudonym, DOUBLE]

    assert mark("2026-03-01T23:00").mark == 3 and not mark("2026-03-01T23:00").late.late
    assert mark("2026-03-01T23:10", grace_minutes=15).mark == 3
    assert mark("2026-03-01T23:10").mark == pytest.approx(2.7)
    assert mark("2026-03-02T23:01").mark == pytest.approx(2.4)
    assert mark("2026-03-09T23:01").mark == pytest.approx(2.25)
    assert mark("2026-03-09T23:01").late.days == 9
    extended = {"alice": {DOUBLE: at("2026-03-10T00:00")}}
    assert mark("2026-03-09T23:01", extensions=extended).mark == 3


def test_late_days_are_used_up_in_the_order_of_the_deadlines(tmp_path):
    work = (
        Work("alice", TRIPLE, {"triple": "pass"}, at("2026-03-10T12:00")),
        Work("alice", DOUBLE, RIGHT, at("2026-03-03T12:00")),
    )
    rows = rows_of(make_run(tmp_path / "run", Class((ALICE,), work)), replace(DUE, late_days_budget=3))
    assert (rows[ALICE.pseudonym, DOUBLE].late.free_days, rows[ALICE.pseudonym, DOUBLE].mark) == (2, 3)
    assert (rows[ALICE.pseudonym, TRIPLE].late.free_days, rows[ALICE.pseudonym, TRIPLE].mark) == (1, pytest.approx(0.9))


def test_late_by_an_unknown_time_is_said_and_costs_nothing(tmp_path):
    folder = make_run(tmp_path / "run", Class((ALICE,), (Work("alice", DOUBLE, RIGHT, late=True),)))
    row = rows_of(folder, DUE)[ALICE.pseudonym, DOUBLE]
    assert row.late.unknown and row.late.late and row.mark == 3


def test_points_scale_and_weights_count_in_the_total(tmp_path):
    work = (Work("alice", DOUBLE, {"double": "pass"}), Work("alice", TRIPLE, {"triple": "pass"}))
    folder = make_run(tmp_path / "run", Class((ALICE,), work))
    with open_run(folder, Rules(points={DOUBLE: 30.0}, weights={TRIPLE: 5.0})) as run:
        (total,) = run.totals()
    assert (total.mark, total.max_mark) == (10 + 5, 30 + 5)


def test_our_own_failure_is_no_mark_and_never_replaces_one(tmp_path):
    folder = make_run(tmp_path / "run", Class((ALICE,), (Work("alice", DOUBLE, RIGHT),)))
    regrade = replace(CONDITIONS, commitment="d" * 32)
    make_run(folder, Class((ALICE,), (Work("alice", DOUBLE, RIGHT, failure="no worker"),), conditions=regrade))
    row = rows_of(folder)[ALICE.pseudonym, DOUBLE]
    assert (row.status, row.mark, row.stale, row.failure) == ("pass", 3, True, "no worker")
    folder = make_run(tmp_path / "other", Class((ALICE,), (Work("alice", DOUBLE, {}, failure="no worker"),)))
    row = rows_of(folder)[ALICE.pseudonym, DOUBLE]
    assert (row.status, row.points, row.mark) == ("broken", None, None)
    with open_run(folder) as run:
        (total,) = run.totals()
    assert total.open == (DOUBLE,)


def test_a_regrade_keeps_the_earlier_result_and_shows_the_run_before(tmp_path):
    folder = make_run(tmp_path / "run", Class((ALICE,), (Work("alice", DOUBLE, {}, source="same"),)))
    regrade = replace(CONDITIONS, grader="0.2.0")
    make_run(folder, Class((ALICE,), (Work("alice", DOUBLE, RIGHT, source="same"),), conditions=regrade))
    with open_run(folder) as run, run.before() as before:
        assert next(run.rows()).points == 3
        assert next(before.rows()).points == 0
        assert before.before() is None


def test_a_folder_that_is_no_run_is_said_to_be_none(tmp_path):
    with pytest.raises(ClassError, match=r"is no run: it has no ledger\.db"):
        open_run(tmp_path)
    (tmp_path / "ledger.db").write_bytes(b"x" * 5000)
    with pytest.raises(ClassError, match="is damaged"):
        open_run(tmp_path)


def test_a_run_is_read_from_a_folder_that_cannot_be_written(tmp_path):
    folder = make_run(tmp_path / "run", Class((ALICE,), (Work("alice", DOUBLE, RIGHT),)))
    for path in folder.iterdir():
        path.chmod(0o400)
    folder.chmod(0o500)
    try:
        assert rows_of(folder)[ALICE.pseudonym, DOUBLE].mark == 3
    finally:
        folder.chmod(0o700)


def test_a_day_late_is_a_day_by_the_clock_on_the_wall_where_clocks_are_changed():
    from datetime import datetime, timezone
    from zoneinfo import ZoneInfo

    from grader.classroom.rules import from_json

    berlin = ZoneInfo("Europe/Berlin")

    def days(due: tuple[int, ...], handed_in: tuple[int, ...], **changes) -> int:
        rules = Rules(timezone="Europe/Berlin", deadlines={DOUBLE: datetime(2026, *due, tzinfo=berlin)}, **changes)
        kept = from_json(rules.to_json())  # a ledger keeps offsets, no zones
        at_utc = datetime(2026, *handed_in, tzinfo=berlin).astimezone(timezone.utc)
        made = {r.lateness(r.deadlines[DOUBLE], at_utc, False, 0).days for r in (rules, kept)}
        assert len(made) == 1
        return made.pop()

    # the night to 29 March has 23 hours, the one to 25 October 25
    assert days((3, 28, 23, 59), (3, 29, 23, 59)) == days((10, 24, 23, 59), (10, 25, 23, 59)) == 1
    assert days((3, 28, 23, 59), (3, 30, 0, 30)) == days((10, 24, 23, 59), (10, 26, 0, 30)) == 2
    assert days((10, 24, 23, 59), (10, 26, 0, 10), grace_minutes=15) == 1
    assert days((10, 25, 2, 59), (10, 25, 3, 1)) == 1, "two minutes, or an hour and two minutes"
    assert days((10, 24, 23, 59), (10, 24, 23, 59)) == 0


def test_every_row_of_a_regrade_has_the_result_that_counts(tmp_path):
    """The newest under the last conditions, else the newest of all, marked as stale; a failure only where there is none."""
    works = [Work(who, DOUBLE, RIGHT, source=f"{who} {number}") for who in ("alice", "bob") for number in (1, 2)]
    folder = make_run(tmp_path / "run", Class((ALICE, BOB), works))
    partly = [replace(works[0], statuses={}), replace(works[1], failure="the machine stopped"), *works[2:]]
    make_run(folder, Class((ALICE, BOB), partly, conditions=replace(CONDITIONS, grader="0.2.0")))
    with open_run(folder) as run:
        found = [(each.status, each.points, each.stale, each.failure) for each in run.attempts(student=ALICE.pseudonym)]
        earlier = run.before()
        assert found == [("todo", 0, False, ""), ("pass", 3, True, "the machine stopped")]
        assert [each.points for each in earlier.attempts(student=ALICE.pseudonym)] == [3, 3]
        assert [each.student for each in run.rows()] == sorted(each.student for each in run.rows())
        earlier.close()


def test_a_run_of_another_course_is_not_gone_on_with(tmp_path):
    from grader.classroom.ledger import Ledger

    folder = make_run(tmp_path / "run", Class((ALICE,), ()))
    with Ledger(folder) as ledger, pytest.raises(ClassError, match=r"a run of the course 'test course'.*'other'"):
        ledger.begin("other", CONDITIONS, (), Rules())
    with open_run(folder) as run:
        assert len(run.runs) == 1 and run.course == "test course"


@pytest.mark.parametrize("version", [0, 99])
def test_files_of_another_version_of_the_grader_are_said_to_be_that(tmp_path, version):
    import sqlite3

    from grader.classroom.ledger import Ledger

    folder = make_run(tmp_path / "run", Class((ALICE,), ()))
    db = sqlite3.connect(folder / "ledger.db")
    db.execute(f"PRAGMA user_version = {version}")
    db.close()
    for opened in (open_run, Ledger):
        with pytest.raises(ClassError, match=f"another version of the grader .its format is {version}") as caught:
            opened(folder)
        assert "--secret" in caught.value.hint


def test_an_emptied_ledger_is_not_read_as_a_class_without_students(tmp_path):
    folder = make_run(tmp_path / "run", Class((ALICE,), ()))
    (folder / "ledger.db").write_bytes(b"")
    with pytest.raises(ClassError, match=r"ledger\.db is empty"):
        open_run(folder)


@pytest.mark.parametrize("name", ["ledger.db", "identity.db"])
def test_damage_that_shows_only_when_rows_are_read_names_its_file(tmp_path, name):
    people = [person(f"student-{number:04}") for number in range(300)]
    folder = make_run(tmp_path / "run", Class(people, [Work(each.student, DOUBLE, RIGHT) for each in people]))
    data = bytearray((folder / name).read_bytes())
    for page in range(12, len(data) // 4096):  # the first pages hold the tables' names
        data[page * 4096 : page * 4096 + 200] = b"\xff" * 200
    (folder / name).write_bytes(data)
    with pytest.raises(ClassError, match=rf"{name} is damaged"), open_run(folder) as run:
        with Identities(folder) as identities:
            known = [identities.known(f"roster:{each.student}") for each in people]
        assert known != [each.pseudonym for each in people] or list(run.students()) is None
