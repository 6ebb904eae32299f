"""The rows of tables in words, and what a shared report may say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from grader.report import lines
from grader.report.formats.markdown import document
from grader.report.model import Change, ClassReport
from grader.report.page import page
from grader.report.statistics import LEAST, item_statistics
from grader.report.suppress import about
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


def test_an_untouched_sheet_and_an_empty_file_are_no_other_version(tmp_path: Path) -> None:
    notes = ("the sheet as it was given out, nothing written", "the file is empty")
    people = [person(f"s{number}") for number, _ in enumerate(notes)]
    work = [Work(who.student, FIRST, {}, note=note) for who, note in zip(people, notes)]
    report = report_of(make_run(tmp_path / "run", Class(people, work)))
    assert lines.incidents(report, shared=False) == []
    assert lines.nothing_written(report, shared=False) == [("01 Doubling", 2)]


# --- to pass on ------------------------------------------------------------------------------------------------------


STATES = ("pass", "fail", "error", "todo")


def consistent(line: lines.FunctionLine, students: int, counts: Sequence[int]) -> list[tuple[int, ...]]:
    """What the counts of STATES (and who did not hand it in) can be, to somebody who sees the line and knows the class."""
    shows = [line.counts[list(lines.COUNTED).index(state)] for state in STATES]
    found = []
    for guess in product(range(students + 1), repeat=len(STATES)):
        n = sum(guess)
        if n > students or any(text not in ("hidden", str(one)) for text, one in zip(shows, guess)):
            continue
        share = f"{(n - guess[0]) / n:.0%}" if n else "-"
        if about(n, students) == line.n and line.share in ("hidden", share):
            found.append((*guess, students - n))
    assert tuple(counts) in found
    return found


@pytest.mark.parametrize("missing", [0, 1, 3, 6])
@pytest.mark.parametrize(
    "pattern", ["0 9 0 0", "1 8 0 0", "8 1 0 0", "5 5 0 0", "6 2 3 0", "6 1 1 3", "5 6 1 0", "0 2 2 2", "4 4 4 0"]
)
def test_no_count_of_one_to_four_follows_from_a_line(tmp_path: Path, pattern: str, missing: int) -> None:
    """Somebody who tries everything finds no cell that can only be one number from 1 to 4."""
    counts = [int(word) for word in pattern.split()]
    statuses = [state for state, count in zip(STATES, counts) for _ in range(count)]
    report = class_of(tmp_path / "run", *statuses, missing=missing)
    line = next(line for line in lines.functions(report, shared=True) if line.name == "double")
    possible = consistent(line, len(report.students), [*counts, missing])
    for cell in range(len(STATES) + 1):
        values = {guess[cell] for guess in possible}
        assert len(values) > 1 or not values <= {1, 2, 3, 4}, (line, cell, values)


def test_a_line_says_as_much_as_it_may(tmp_path: Path) -> None:
    report = class_of(tmp_path / "run", *["pass"] * 30, *["fail"] * 20, *["error"] * 2, *["todo"] * 6)
    line = next(line for line in lines.functions(report, shared=True) if line.name == "double")
    assert (line.share, line.n) == ("48%", "58") and line.counts[0] == "30" and line.counts[1] == "20"
    assert line.counts.count("hidden") == 2 and line.weak is None, "a bar would show what is hidden"


def test_the_facility_of_an_item_does_not_say_that_three_have_it_wrong(tmp_path: Path) -> None:
    people = [person(f"s{i}") for i in range(60)]
    work = [
        Work(
            f"s{i}",
            FIRST,
            {"double": "pass" if i >= 3 else "fail", "double_backward": "pass" if i % 3 else "fail"},
        )
        for i in range(60)
    ]
    report = report_of(make_run(tmp_path / "all", Class(people, work)), named=False)
    statistics = item_statistics(report)
    assert {line.name for line in lines.items(report, statistics, shared=False)} == {"double", "double_backward"}
    (line,) = lines.items(report, statistics, shared=True)
    assert (line.name, line.n) == ("double_backward", "60") and line.item.n == 60 >= LEAST

    two_missing = report_of(make_run(tmp_path / "two", Class(people, work[:58])), named=False)
    statistics = item_statistics(two_missing)
    right = next(line.counts[0] for line in lines.functions(two_missing, shared=True) if line.name == "double_backward")
    item = statistics.items[1]
    assert [n for n in range(56, 60) if f"{int(right) / n:.0%}" == f"{item.facility:.0%}"] == [58], "it would follow"
    assert lines.items(two_missing, statistics, shared=True) == []
    assert "n 58" not in page(two_missing, statistics, shared=True) and "n 58" in page(two_missing, statistics)


def test_a_mistake_that_all_but_three_made_is_not_passed_on(tmp_path: Path) -> None:
    report = class_of(tmp_path / "run", *["fail:adds-two"] * 20, *["pass"] * 3)
    assert lines.mistakes(report, shared=True) == []
    assert [line.mistake.students for line in lines.mistakes(report, shared=False)] == [20]


@pytest.mark.parametrize(("first", "second", "shown"), [(7, 3, []), (7, 5, [7, 5]), (20, 0, [20])])
def test_a_mistake_is_not_passed_on_where_the_rest_of_the_wrong_would_be_three(
    tmp_path: Path, first: int, second: int, shown: list[int]
) -> None:
    report = class_of(tmp_path / "run", *["pass"] * 20, *["fail:adds-two"] * first, *["fail:off-by-one"] * second)
    (double,) = (line for line in lines.functions(report, shared=True) if line.name == "double")
    assert double.counts[1] == str(first + second)
    assert [line.mistake.students for line in lines.mistakes(report, shared=True)] == shown


def test_functions_whose_share_is_hidden_are_not_sorted_by_it(tmp_path: Path) -> None:
    """28 of 39 is worse than 27 of 37, so that order would narrow down who did not hand in."""
    people = [person(f"s{i}") for i in range(40)]
    work = [
        *(
            Work(f"s{i}", FIRST, dict.fromkeys(("double", "double_backward"), "pass" if i < 28 else "fail"))
            for i in range(39)
        ),
        *(Work(f"s{i}", SECOND, {"triple": "pass" if i < 27 else "fail"}) for i in range(37)),
    ]
    report = report_of(make_run(tmp_path / "run", Class(people, work)), named=False)
    assert [line.name for line in lines.functions(report, shared=False)][-1] == "triple"
    made = lines.functions(report, shared=True)
    assert [(line.name, line.share, line.counts[0]) for line in made] == [
        ("triple", "hidden", "27"),
        ("double", "hidden", "28"),
        ("double_backward", "hidden", "28"),
    ]


def test_sums_of_incidents_tell_nothing_of_those_that_are_hidden(tmp_path: Path) -> None:
    people = [person(f"s{i}") for i in range(20)]
    work = [
        *(
            Work(f"s{i}", FIRST, {"double": "timeout" if i < 5 else "pass", "double_backward": "pass"})
            for i in range(10)
        ),
        *(Work(f"s{i}", FIRST, {"double": "pass", "double_backward": "timeout"}) for i in range(10, 12)),
        *(Work(f"s{i}", SECOND, {"triple": "timeout"}) for i in range(2)),
    ]
    report = report_of(make_run(tmp_path / "run", Class(people, work)), named=False)
    assert list(lines.headline(report, shared=False)) == ["Submissions: 9 out of time."]
    assert list(lines.headline(report, shared=True)) == ["Submissions: 7 out of time."], (
        "9 - 7 are of the second exercise"
    )
    (group,) = lines.incidents(report, shared=True)
    (line,) = group.lines
    assert (group.submissions, line.students, line.functions) == ("7", "7", ""), "7 - 5 have it elsewhere"


def test_what_nearly_as_many_have_is_not_passed_on_twice(tmp_path: Path) -> None:
    """Two more have one function right than all of them, and two more left out one function than all of them."""
    people = [person(f"s{i}") for i in range(40)]
    pairs = [("pass", "pass")] * 10 + [("pass", "fail")] * 2 + [("todo", "todo")] * 8 + [("todo", "fail")] * 2
    pairs += [("fail", "fail")] * 8
    work = [Work(f"s{i}", FIRST, dict(zip(("double", "double_backward"), pair))) for i, pair in enumerate(pairs)]
    report = report_of(make_run(tmp_path / "run", Class(people, work)), named=False)
    assert lines.exercises(report, shared=False)[0].right == "10"
    assert lines.exercises(report, shared=True)[0].right == "hidden"
    assert lines.nothing_written(report, shared=False) == [("01 Doubling", 8)]
    assert lines.nothing_written(report, shared=True) == []


def test_one_changed_mark_is_said_in_the_singular(tmp_path: Path) -> None:
    report = replace(class_of(tmp_path / "run", "pass"), changes=[Change("x", 0, 1.0, 2.0)])
    assert list(lines.headline(report, shared=False)) == ["1 mark changed in the last regrade."]


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
