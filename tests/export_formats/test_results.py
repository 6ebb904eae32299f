from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.classroom.ledger import Exercise
from grader.classroom.model import FunctionRow
from grader.classroom.run import open_run
from grader.export.otter.results import marks_of
from tests.export_formats.assignments import grade

CLIPPING = Exercise("exercise15_clipping", 15, "Clipping", (FunctionRow("a", 1), FunctionRow("b", 2)), "v1")


def document(*scores: float, exercise: str = "exercise15_clipping", most: float = 1) -> dict[str, Any]:
    """Results as otter writes them with one of our assignments."""
    tests: list[dict[str, Any]] = [{"name": "Public Tests", "visibility": "visible", "output": "", "status": "passed"}]
    tests += [{"name": f"q{n}", "score": score, "max_score": most, "output": ""} for n, score in enumerate(scores, 1)]
    return {"tests": tests, "output": f"exercise: {exercise}\nsubmission: {'0' * 64}\ngrader: 0.1.0\nsandbox: jailed"}


def test_results_of_otter_become_a_run_with_the_same_points(tmp_path: Path) -> None:
    for student, scores in (("alice", (1, 1, 1, 1, 1, 1, 1)), ("bob", (0, 1, 0, 0, 1, 0, 0))):
        (tmp_path / "results" / student).mkdir(parents=True)
        (tmp_path / "results" / student / "results.json").write_text(json.dumps(document(*scores)))
    ours = [
        {"name": "exercise17 batchnorm_forward: practice inputs", "status": "passed", "output": ""},
        {"name": "exercise17 batchnorm_forward: match", "score": 1, "max_score": 1},
    ]
    (tmp_path / "results" / "carol.json").write_text(json.dumps({"tests": ours, "output": "sandbox: confined"}))
    for _ in range(2):  # the second time nothing is counted twice
        done = grade("import", "otter", tmp_path / "results", "--out", tmp_path / "run")
        assert "Read: 3 results of 3 students" in done.stdout
    with open_run(tmp_path / "run") as run:
        people = {name: identity.student for name, identity in run.identities().items()}
        rows = {(people[row.student], row.exercise): row for row in run.rows() if row.status != "missing"}
    marks = {key: (row.points, row.status) for key, row in rows.items()}
    assert marks[("alice", "exercise15_clipping")] == (7, "pass")
    assert marks[("bob", "exercise15_clipping")] == (2, "fail")
    assert marks[("carol", "exercise17_batchnorm")] == (1, "fail")
    assert len(marks) == 3
    result = rows[("bob", "exercise15_clipping")].result
    assert result is not None
    assert [f["points"] for f in result["functions"]] == [0, 1, 0, 0, 1, 0, 0]


def test_what_cannot_be_read_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "alice.json").write_text(json.dumps(document(1, 1)))
    (tmp_path / "bob.json").write_text("{")
    (tmp_path / "carol.json").write_text(json.dumps(document(1, exercise="exercise99_other")))
    done = grade("import", "otter", tmp_path, "--out", tmp_path / "run", code=1)
    assert "Read: 1 results of 1 students" in done.stdout
    assert "bob.json" in done.stderr and "exercise99_other is no exercise of this course" in done.stderr


def test_a_folder_without_results_is_wrong_usage(tmp_path: Path) -> None:
    assert "no results of an assignment" in grade("import", "otter", tmp_path, "--out", tmp_path / "run", code=2).stderr


@pytest.mark.parametrize("score", [-1, float("nan"), True, "7", 1e9])
def test_a_score_that_is_no_number_of_points_is_refused(score: object) -> None:
    with pytest.raises(ValueError, match="is no number of points"):
        marks_of("alice", document(score), [CLIPPING])  # type: ignore[arg-type]


def test_a_question_that_is_missing_has_no_points() -> None:
    (marks,) = marks_of("alice", document(0.5), [CLIPPING])
    assert marks.points == {"a": 0.5, "b": 0.0} and marks.level == "jailed"
