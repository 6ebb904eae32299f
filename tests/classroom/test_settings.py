from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from grader.catalog import CourseFault
from grader.classroom.rules import Rules, from_json
from grader.classroom.settings import read_rules
from tests.classroom.classes import BATCHNORM, DOUBLING, make_course

BERLIN_WINTER = timezone(timedelta(hours=1))
BERLIN_SUMMER = timezone(timedelta(hours=2))
EVERYTHING = """
timezone = "Europe/Berlin"
attempts = "best"
exercises = ["exercise1", "batchnorm"]
students_see = ["points", "status"]
trust_file_times = true
call_seconds = 2
deadlines = { exercise1 = "2026-03-01 23:59", batchnorm = 2026-07-01 }
points = { 1 = 10 }
weights = { batchnorm = 2.5 }
late = { percent_per_day = 10, cap = 50, grace_minutes = 15, late_days_budget = 3 }
extensions = { alice = { exercise1 = "2026-03-08T12:00:00Z" }, bob = { days = 3 } }
"""


@pytest.fixture
def read(tmp_path):
    def read(settings: str) -> Rules:
        course = make_course(tmp_path / "course")
        (course.root / "pyproject.toml").write_text(f"[tool.grade.class]\n{settings}\n", encoding="utf-8")
        return read_rules(course)

    return read


def test_a_course_without_rules_has_the_default_ones(read):
    assert read("") == Rules()


def test_every_rule_is_read(read):
    rules = read(EVERYTHING)
    assert rules.exercises == (DOUBLING, BATCHNORM)
    assert rules.deadlines[DOUBLING] == datetime(2026, 3, 1, 23, 59, tzinfo=BERLIN_WINTER)
    assert rules.deadlines[BATCHNORM] == datetime(2026, 7, 1, 23, 59, 59, tzinfo=BERLIN_SUMMER), (
        "a date is all of that day"
    )
    assert rules.extensions["alice"] == {DOUBLING: datetime(2026, 3, 8, 12, tzinfo=timezone.utc)}
    assert rules.extensions["bob"][DOUBLING] == datetime(2026, 3, 4, 23, 59, tzinfo=BERLIN_WINTER)
    assert (rules.points, rules.weights) == ({DOUBLING: 10}, {BATCHNORM: 2.5})
    assert (rules.percent_per_day, rules.cap, rules.grace_minutes, rules.late_days_budget) == (10, 50, 15, 3)
    assert (rules.attempts, rules.trust_file_times, rules.call_seconds) == ("best", True, 2)
    assert rules.students_see == ("points", "status")


def test_days_are_days_on_the_wall_also_where_the_clock_changes(read):
    """Summer time begins on 29 March 2026: three days later at the same hour are 71 hours."""
    rules = read(
        'timezone = "Europe/Berlin"\ndeadlines = { 1 = "2026-03-27 12:00" }\nextensions = { bob = { days = 3 } }'
    )
    assert rules.extensions["bob"][DOUBLING] == datetime(2026, 3, 30, 12, tzinfo=BERLIN_SUMMER)
    assert (
        rules.extensions["bob"][DOUBLING].astimezone(timezone.utc) - rules.deadlines[DOUBLING]
    ).total_seconds() == 71 * 3600


def test_rules_are_the_same_after_they_were_kept(read):
    rules = read(EVERYTHING)
    again = from_json(json.loads(json.dumps(rules.to_json())))
    assert again.to_json() == rules.to_json()
    assert again.deadlines == rules.deadlines and again.extensions == rules.extensions


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("speed = 1", "has no setting 'speed'"),
        ('timezone = "Mars/Olympus"', "timezone is 'Mars/Olympus', which this system does not know"),
        ('attempts = "any"', "attempts must be one of last, best, first, not 'any'"),
        ('exercises = ["exercise99"]', "exercises names 'exercise99'"),
        ("exercises = 3", "exercises must be a list of texts"),
        ('deadlines = { exercise1 = "soon" }', "deadlines.exercise1 is 'soon', which is no time"),
        ("deadlines = { exercise1 = 12:00:00 }", "deadlines.exercise1 must be a time"),
        ('deadlines = { 1 = "2026-03-01", doubling = "2026-03-02" }', "deadlines names an exercise twice"),
        ("deadlines = 3", "deadlines must be a table"),
        ("late = { percent = 10 }", "late has no setting 'percent'"),
        ("late = 3", "late must be a table with percent_per_day"),
        ("late = { percent_per_day = 200 }", "late.percent_per_day must be a number from 0 to 100"),
        ("late = { percent_per_day = true }", "late.percent_per_day must be a number"),
        ("late = { late_days_budget = 1.5 }", "late.late_days_budget must be a whole number of days"),
        ("points = { exercise1 = -1 }", "points.exercise1 must be a number"),
        ("extensions = { alice = 3 }", "extensions must be a table of students"),
        ('students_see = ["answers"]', "students_see must be one of points, status, mistakes, hints, not 'answers'"),
        ("trust_file_times = 1", "trust_file_times must be true or false"),
        ("call_seconds = 0", "call_seconds must be above 0"),
    ],
)
def test_what_is_wrong_is_named_by_its_key(read, settings, words):
    with pytest.raises(CourseFault) as caught:
        read(settings)
    assert words in str(caught.value) and "pyproject.toml: [tool.grade.class]" in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "guess"),
    [
        ('deadline = { exercise1 = "2026-03-01" }', "Did you mean deadlines?"),
        ("late = { percent_a_day = 10 }", "Did you mean percent_per_day?"),
        ("late = { x = 10 }", "There are percent_per_day, cap, grace_minutes, late_days_budget."),
    ],
)
def test_a_setting_that_there_is_none_of_is_answered_with_the_nearest(read, settings, guess):
    with pytest.raises(CourseFault) as caught:
        read(settings)
    assert guess in caught.value.hint


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"tool = 1\n", "'grade' is to be set in what is no table"),
        (b"[tool]\ngrade = 3\n", "'class' is to be set in what is no table"),
        (b'[tool.grade]\nname = "\xff"\n', "is not UTF-8"),
    ],
)
def test_a_file_that_may_hold_rules_is_never_passed_over(tmp_path, content, words):
    course = make_course(tmp_path / "course")
    (course.root / "pyproject.toml").write_bytes(content)
    with pytest.raises(CourseFault, match=words):
        read_rules(course)
