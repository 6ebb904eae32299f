from __future__ import annotations

import pytest

from grader.classroom import ClassError
from grader.classroom.collect.collecting import Collected
from grader.classroom.coordinate import Summary
from grader.classroom.identities import course_key
from grader.classroom.progress import _lines, rate, time_left
from grader.classroom.summary import save_lists, sentences
from grader.sandbox import Level


def test_the_time_left_follows_the_last_minute_and_not_the_quick_beginning(capsys):
    seconds = iter((0.0, 30.0, 60.0, 120.0, 180.0))
    report = _lines(lambda: next(seconds))
    report(5000, 10_000, 0)  # within the first minute nothing is said
    report(9900, 10_000, 0)
    report(9910, 10_000, 2)  # the endless loops are timed one by one
    report(9910, 10_000, 2)
    assert capsys.readouterr().err.splitlines() == [
        "grading: 9900 of 10000, 165 a second, less than a minute left",
        "grading: 9910 of 10000, 83 a second, 9 minutes left, 2 broken",
        "grading: 9910 of 10000, 55 a second, 2 broken",
    ]


@pytest.mark.parametrize(
    ("lately", "words"),
    [(0, ""), (100, ", 1 minute left"), (50, ", 2 minutes left"), (1000, ", less than a minute left")],
)
def test_time_left_is_in_words(lately, words):
    assert time_left(900, 1000, lately, 60.0) == words


def test_a_slow_rate_is_a_minutes_where_there_was_one():
    assert (rate(10, 2.0), rate(10, 60.0), rate(0, 5.0)) == ("5 a second", "10 a minute", "")
    assert rate(1, 1.2) == "0.8 a second"


@pytest.mark.parametrize(
    ("collected", "words"),
    [
        (Collected(), "Found: nothing."),
        (Collected(files=1, kinds={"archive": 1}), "Found: 1 file: 1 archive."),
        (
            Collected(files=4, unchanged=3, kinds={"folder": 2, "archive": 2}),
            "Found: 4 files: 2 archives, 2 in students' folders; 3 as before.",
        ),
    ],
)
def test_what_was_found_is_counted_in_singular_and_plural(tmp_path, collected, words):
    summary = Summary(1, Level.JAILED, "c", collected)
    assert next(iter(sentences(summary, tmp_path)))[0] == words


def test_a_key_of_pseudonyms_that_anyone_could_guess_is_refused(tmp_path):
    assert course_key(tmp_path) == course_key(tmp_path)
    (tmp_path / "class.key").write_bytes(b"")
    with pytest.raises(ClassError, match=r"class\.key has 0 bytes"):
        course_key(tmp_path)


def test_a_list_that_cannot_be_written_is_no_fault_of_the_grader(tmp_path):
    (tmp_path / "collected.txt").mkdir()
    with pytest.raises(ClassError, match=r"collected\.txt: ") as caught:
        save_lists(Collected(), tmp_path)
    assert "What was graded is kept" in caught.value.hint
