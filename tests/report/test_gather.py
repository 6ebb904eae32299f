from dataclasses import replace
from pathlib import Path

import pytest

from grader.classroom.database import transaction
from grader.classroom.ledger import Ledger
from grader.report.findings import by_failure, glance, needs_help, untouched
from grader.report.model import CODE
from grader.verdict import Mistake
from tests.classroom import runs
from tests.classroom.runs import CONDITIONS, EXERCISES, KEY, Class, Work, make_run, person, pseudonym
from tests.report.classes import large_class, report_of, small_class, small_report

FIRST, SECOND = (exercise.id for exercise in EXERCISES)


def test_the_class_at_a_glance_counts_what_is_there(tmp_path: Path) -> None:
    at = glance(small_report(tmp_path / "run"))
    assert (at.students, at.active, at.full, at.waiting, at.broken) == (3, 2, 1, 0, 0)
    assert (at.mean, at.median) == (0.5, 0.5)
    assert abs(at.handed_in - 4 / 6) < 1e-12


def test_who_has_no_verdict_on_anything_handed_in_has_no_share(tmp_path: Path) -> None:
    """What is missing is 0 of what could be had, but says nothing of work that is not graded."""
    people = [person("ada"), person("bob"), person("eve")]
    right = {"double": "pass", "double_backward": "pass"}
    work = (
        Work("ada", FIRST, right, failure="ours"),
        Work("bob", FIRST, right),
        Work("bob", SECOND, {"triple": "pass"}),
    )
    report = report_of(make_run(tmp_path / "run", Class(people, work)))
    shares = {report.name(student.pseudonym): student.share for student in report.students}
    assert shares == {"Ada": None, "Bob": 1.0, "Eve": 0.0}
    assert (glance(report).mean, glance(report).median) == (1.0, 1.0)


def test_functions_are_sorted_by_the_share_of_those_who_handed_in(tmp_path: Path) -> None:
    report = report_of(make_run(tmp_path / "run", large_class(60)))
    weak = by_failure(report)
    assert [w.share for w in weak] == sorted((w.share for w in weak), reverse=True)
    for one in weak:
        assert one.n == sum(s.cells[report.columns[one.column].exercise].status != "missing" for s in report.students)
        assert one.n - one.wrong == one.counts[CODE["pass"]]


def test_who_needs_help_comes_with_reasons(tmp_path: Path) -> None:
    report = small_report(tmp_path / "run")
    made = {report.name(one.student.pseudonym): list(one.reasons) for one in needs_help(report)}
    assert made == {"Bob O'Neil": ["3 functions wrong"], "Eve Hacker": ["nothing handed in"]}


def test_untouched_sheets_and_incidents_are_counted(tmp_path: Path) -> None:
    people = [person(f"s{i}") for i in range(4)]
    work = (
        Work("s0", FIRST, {}),
        Work("s1", FIRST, {"double": "todo", "double_backward": "todo"}),
        Work("s2", FIRST, {"double": "timeout"}),
        Work(
            "s3",
            FIRST,
            {"double": "error"},
            problem="SyntaxError: invalid syntax (line 3)",
            note="made for an older sheet",
        ),
    )
    report = report_of(make_run(tmp_path / "run", Class(people, work)))
    assert untouched(report) == [(0, 2)]
    assert sorted((i.kind, i.function) for i in report.incidents) == [
        ("load", ""),
        ("timeout", "double"),
        ("version", ""),
    ]


def test_a_named_mistake_is_counted_once_a_student(tmp_path: Path) -> None:
    people = [person(f"s{i}") for i in range(5)]
    work = [Work(f"s{i}", FIRST, {"double": "fail:adds-two" if i < 3 else "fail:squares"}) for i in range(5)]
    made = report_of(make_run(tmp_path / "run", Class(people, work))).mistakes
    assert [(m.function, m.id, m.students) for m in made] == [("double", "adds-two", 3), ("double", "squares", 2)]


def test_a_pattern_of_what_builds_on_a_wrong_function_is_no_mistake_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistake(name: str, text: str, kind: str, hint: str) -> Mistake:
        return Mistake(name, text, "pattern" if name.startswith("pattern") else kind, hint)

    monkeypatch.setattr(runs, "Mistake", mistake)
    statuses = {"double": "fail:adds-two", "double_backward": "skip:pattern-ratio"}
    work = (Work("s0", FIRST, statuses), Work("s1", FIRST, {"double": "fail:pattern-ratio"}))
    made = report_of(make_run(tmp_path / "run", Class([person("s0"), person("s1")], work))).mistakes
    assert [(m.function, m.id, m.kind) for m in made] == [
        ("double", "adds-two", "named"),
        ("double", "pattern-ratio", "pattern"),
    ]


def test_marks_changed_by_a_regrade_are_listed(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", small_class())
    assert report_of(folder).changes is None
    regraded = tuple(
        replace(w, statuses={"triple": "pass"}, source=f"# {w.student} {w.exercise} {dict(w.statuses)}\n")
        if w.statuses.get("triple") == "timeout"
        else w
        for w in small_class().work
    )
    later = replace(small_class(), work=regraded, conditions=replace(CONDITIONS, commitment="d" * 32))
    report = report_of(make_run(folder, later))
    assert report.changes is not None
    assert [(report.name(c.student), report.exercises[c.exercise].id, c.before, c.after) for c in report.changes] == [
        ("Bob O'Neil", SECOND, 0.0, 1.0)
    ]


def test_a_class_without_any_hand_in_is_still_a_class(tmp_path: Path) -> None:
    report = report_of(make_run(tmp_path / "run", Class((person("ada"), person("bob")), ())))
    at = glance(report)
    assert (len(report.students), at.active, at.mean, needs_help(report)) == (2, 0, None, [])


def test_an_override_counts_and_its_broken_chain_is_found(tmp_path: Path) -> None:
    from grader.classroom import overrides
    from tests.classroom.runs import at

    folder = make_run(tmp_path / "run", small_class())
    with Ledger(folder) as ledger, ledger.write():
        fields = {
            "student": pseudonym(KEY, "bob"),
            "exercise": FIRST,
            "function": "",
            "old": 0.0,
            "reason": "oral exam",
        }
        overrides.add(ledger.db, points=2.5, author="prof", at=at("2026-03-01 12:00"), **fields)
    report = report_of(folder)
    bob = next(s for s in report.students if report.name(s.pseudonym) == "Bob O'Neil")
    assert bob.cells[0].mark == 2.5 and bob.cells[0].overridden
    assert report.chain_broken_at is None and len(report.overrides) == 1
    with Ledger(folder) as ledger, transaction(ledger.db, ledger.path):
        ledger.db.execute("UPDATE override SET content = replace(content, 'oral', 'aural')")
    assert report_of(folder).chain_broken_at == 1
