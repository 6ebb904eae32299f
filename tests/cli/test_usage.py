"""Wrong usage: always exit code 2, a sentence on stderr (or JSON on stdout), never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

WRONG_USAGE = {
    "an unknown word": (("nonsense",), "is no exercise, function or command"),
    "a slip in a command": (("progess",), "Near: grade progress"),
    "an ambiguous prefix": (("batch",), "can mean exercise03_batchnorm or exercise17_batching"),
    "an unknown function": (("exercise1", "doubling_forwrd"), "has no function 'doubling_forwrd'"),
    "an unknown option": (("exercise1", "--sede", "3"), "No such option"),
    "only without a function": (("exercise1", "--only"), "--only needs a function"),
    "a missing submission": (("exercise1", "--submission", "nowhere.py"), "there is no such file"),
    "a folder as submission": (("exercise1", "--submission", "exercises"), "grade all --submission exercises"),
    "a missing folder": (("all", "--submission", "nowhere"), "there is no such folder"),
    "a folder of something else": (("all", "--submission", "."), "holds no file of this course"),
    "a timeout of nothing": (("exercise1", "--timeout", "0"), "is not in the range"),
    "a case that is none": (("case", "exercise1", "doubling_forward", "sixty"), "is no case of it"),
    "an unearned solution": (("show", "exercise1", "--solution"), "opens once exercise1 passes"),
    "lint of a word": (("lint", "nonsense"), "is no exercise"),
}


@pytest.mark.parametrize("name", sorted(WRONG_USAGE))
def test_wrong_usage_is_said_in_a_sentence(name: str, grade: Run, course: Path) -> None:
    words, message = WRONG_USAGE[name]
    if name == "a folder of something else":
        (course / "other").mkdir()
        words = ("all", "--submission", "other")
    done = grade(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "name", ["an unknown word", "an ambiguous prefix", "an unknown option", "a missing submission", "a missing folder"]
)
def test_wrong_usage_is_json_where_json_was_asked_for(name: str, grade: Run) -> None:
    words, message = WRONG_USAGE[name]
    done = grade(*words, "--json")
    assert (done.returncode, done.stderr) == (2, "")
    document = json.loads(done.stdout)
    assert document["schema"] == 1
    assert sorted(document["error"]) == ["hint", "kind", "message"]
    assert message in f"{document['error']['message']} {document['error']['hint']}"


def test_outside_a_course_grading_is_wrong_usage_and_the_map_a_welcome(grade: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = grade("exercise1", cwd=empty)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not inside a course" in done.stderr
    welcome = grade(cwd=empty)
    assert (welcome.returncode, welcome.stderr, len(welcome.stdout.splitlines())) == (0, "", 6)
    assert json.loads(grade("--json", cwd=empty).stdout)["error"]["kind"] == "no-course"


def test_wrong_settings_are_the_courses_fault(grade: Run, course: Path) -> None:
    (course / "pyproject.toml").write_text("[tool.grade.limits]\ncall_secs = 3\n")
    done = grade("exercise1")
    assert done.returncode == 3
    assert "Limits are call_seconds" in done.stderr
