"""The rows of tables in words, and what a shared report may say."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from grader.report import lines
from grader.report.formats.markdown import document
from grader.report.model import CODE, ClassReport
from grader.report.page import page
from grader.report.statistics import LEAST, item_statistics
from grader.report.suppress import FEWEST
from tests.classroom.runs import EXERCISES, Class, Work, make_run, person
from tests.report.classes import report_of

FIRST, SECOND = (exercise.id for exercise in EXERCISES)


def class_of(folder: Path, *statuses: str, missing: int = 0, note: str = "") -> ClassReport:
    """A student for each status of `double`, and some who handed in nothing."""
    people = [person(f"s{i}", f"Name{i}") for i in range(len(statuses) + missing)]
    work = [
        Work(who.student, FIRST, {"double": status, "double_backward": "pass"}, note=note)
        for who, status in zip(people, statuses)
    ]
    return report_of(make_run(folder, Class(people, work)), named=False)


def test_incidents_are_grouped_by_kind_and_exercise(tmp_path: Path) -> None:
    people = [person(f"s{i}") for i in range(6)]
    both = {"double": "timeout", "double_backward": "timeout"}
    work = [
        *(Work(f"s{i}", FIRST, both if i == 0 else {"double": "timeout"}) for i in range(3)),
        Work("s3", FIRST, {}, problem="SyntaxError: no"),
        Work("s0", SECOND, {"triple": "timeout"}),
    ]
    report = report_of(make_run(tmp_path / "run", Class(people, work)))
    load, late = lines.incidents(report, shared=False)
    assert (load.heading, load.submissions) == ("The file could not be loaded", "1")
    assert (late.heading, late.submissions) == ("Out of time", "4")
    first, second = late.lines
    assert (first.exercise, first.students, first.functions) == ("01 Doubling", "3", "double (3), double_backward (1)")
    assert (second.exercise, second.students, second.who) == ("02 Tripling", "1", "S0")
    assert list(lines.headline(report, shared=False)) == ["Submissions: 1 could not be loaded; 4 out of time."]


def test_a_doubt_about_whose_it_is_is_reported_without_the_other_name(tmp_path: Path) -> None:
    report = class_of(tmp_path / "run", "pass", note="its manifest names another student: Eve Hacker")
    (group,) = lines.incidents(report, shared=False)
    assert (
        group.heading == "Whose it is, is in doubt" and group.lines[0].example == "its manifest names another student"
    )
    assert "Eve" not in page(report, item_statistics(report)) and "Eve" not in "".join(document(report))


def test_an_untouched_sheet_is_no_other_version(tmp_path: Path) -> None:
    people = [person("s0")]
    work = [Work("s0", FIRST, {}, note="the sheet as it was given out, nothing written")]
    report = report_of(make_run(tmp_path / "run", Class(people, work)))
    assert lines.incidents(report, shared=False) == []
    assert lines.nothing_written(report, shared=False) == [("01 Doubling", 1)]


# --- to pass on ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", [0, 1, 2, 4, 5, 9])
@pytest.mark.parametrize("right", [0, 1, 4, 5, 12, 20])
def test_no_count_of_a_function_follows_from_the_others(tmp_path: Path, right: int, missing: int) -> None:
    """The cells are the statuses and who did not hand it in; the class's size is known."""
    statuses = ["pass"] * right + ["fail"] * (20 - right)
    report = class_of(tmp_path / "run", *statuses, missing=missing)
    line = next(line for line in lines.functions(report, shared=True) if line.name == "double")
    counts = [report.counts(0)[CODE[status]] for status in lines.COUNTED]
    assert all(text in ("hidden", str(count)) for text, count in zip(line.counts, counts))
    hidden = [count for text, count in zip(line.counts, counts) if text == "hidden"]
    hidden += [missing] if not line.n.isdigit() else []
    assert not hidden or (len(hidden) > 1 and sum(hidden) >= FEWEST) or sum(counts) - sum(hidden) == 0
    assert not any(text in ("1", "2", "3", "4") for text in (*line.counts, line.n))
    if missing in (1, 2, 4):
        assert line.n == f"over {20 + missing - FEWEST}"
    if right in (1, 4) or (right == 0 and missing in (1, 2, 4)):
        assert (line.share, line.weak) == ("hidden", None)


def test_the_facility_of_an_item_does_not_say_that_three_have_it_wrong(tmp_path: Path) -> None:
    rng = random.Random(2)
    people = [person(f"s{i}") for i in range(60)]
    work = [
        Work(
            f"s{i}",
            FIRST,
            {"double": "pass" if i >= 3 else "fail", "double_backward": rng.choice(("pass", "fail"))},
        )
        for i in range(58)
    ]
    report = report_of(make_run(tmp_path / "run", Class(people, work)), named=False)
    statistics = item_statistics(report)
    assert {line.name for line in lines.items(report, statistics, shared=False)} == {"double", "double_backward"}
    (line,) = lines.items(report, statistics, shared=True)
    assert (line.name, line.n) == ("double_backward", "over 55") and line.item.n == 58 >= LEAST
    assert "n 58" not in page(report, statistics, shared=True) and "n 58" in page(report, statistics)


def test_a_mistake_that_all_but_three_made_is_not_passed_on(tmp_path: Path) -> None:
    report = class_of(tmp_path / "run", *["fail:adds-two"] * 20, *["pass"] * 3)
    assert lines.mistakes(report, shared=True) == []
    assert [line.mistake.students for line in lines.mistakes(report, shared=False)] == [20]


@pytest.mark.parametrize("missing", [1, 3])
def test_how_many_handed_in_nothing_cannot_be_seen(tmp_path: Path, missing: int) -> None:
    report = class_of(tmp_path / "run", *["pass"] * 18, *["fail:adds-two"] * 14, missing=missing)
    for text in (page(report, item_statistics(report), shared=True), "".join(document(report, shared=True))):
        words = set(text.split("<main")[-1].replace("|", " ").replace("<", " ").replace(">", " ").split())
        assert "32" not in words and "over" in words
    assert ">32<" in page(report, item_statistics(report))


def test_a_quiz_is_passed_on_as_a_mean_only(tmp_path: Path) -> None:
    report = class_of(tmp_path / "run", *["pass"] * 20, *["fail"] * 10)
    quizzed = replace(report, quiz_title="Midterm", students=[replace(s, quiz=(7.5, 10.0)) for s in report.students])
    for text in (page(quizzed, item_statistics(quizzed), shared=True), "".join(document(quizzed, shared=True))):
        assert "Midterm" in text and "75%" in text and "7.5 of 10" not in text
    few = replace(quizzed, students=[*quizzed.students[:4], *report.students[4:]])
    for text in (page(few, item_statistics(few), shared=True), "".join(document(few, shared=True))):
        assert "Midterm" not in text.split("<main")[-1]
