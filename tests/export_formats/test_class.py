"""`grade class` on notebooks of real exercises: the marks of the files that they were made from."""

from __future__ import annotations

import shutil
from pathlib import Path

from grader.classroom.coordinate import Request, grade_class
from grader.classroom.identities import Identities
from grader.classroom.run import open_run
from tests.export_formats.assignments import as_notebook, ours, submissions
from tests.export_formats.conftest import FIVE
from tests.export_formats.test_every_exercise import COURSE

KINDS = {"alice": "right", "bob": "partial", "cara": "wrong", "dora": "stub"}


def test_notebooks_in_a_class_get_the_marks_of_their_files(tmp_path: Path) -> None:
    paths = {}
    for exercise in FIVE:
        (tmp_path / exercise).mkdir()
        for student, kind in KINDS.items():
            paths[student, exercise] = submissions(exercise, tmp_path / exercise)[kind]
            place = tmp_path / "handed_in" / student / f"{exercise}.ipynb"
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(as_notebook(paths[student, exercise]), place)
    out = tmp_path / "run"
    summary = grade_class(COURSE, Request(tmp_path / "handed_in", out, jobs=2), lambda done, total, failures: None)
    assert not summary.failures and not summary.problems
    with open_run(out) as run, Identities(out) as identities:
        who = {identity.pseudonym: identity.student for identity in identities}
        found = {(who[row.student], row.exercise): row.result for row in run.rows() if row.status != "missing"}
    assert found.keys() == paths.keys()
    for (student, exercise), path in paths.items():
        result = found[student, exercise]
        assert result is not None
        marks = [function["points"] for function in result["functions"]]
        assert marks == list(ours(exercise, out, path).values()), (student, exercise)
