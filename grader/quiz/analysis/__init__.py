"""Item analysis of a run: what each question, each option and the whole paper tell, and how sure that is."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from .guess import guess_score
from .items import item_row
from .output import to_csv, to_json, to_markdown
from .responses import Response, Run
from .rows import ENOUGH, Analysis
from .totals import calibration, misconceptions, paper_row

__all__ = ["ENOUGH", "Analysis", "analyse", "guess_score", "to_csv", "to_json", "to_markdown"]


def analyse(run: Run) -> Analysis:
    """The analysis of a run."""
    students: dict[str, list[Response]] = defaultdict(list)
    questions: dict[str, list[Response]] = defaultdict(list)
    for response in run.responses:
        students[response.student].append(response)
        questions[response.question].append(response)
    rest = _rest_shares(students)
    items = tuple(
        item_row(name, run.records[name], answers, rest)
        for name, answers in sorted(questions.items())
        if name in run.records
    )
    return Analysis(
        run.title, paper_row(run, students), items, misconceptions(run.responses), calibration(run.responses)
    )


def _rest_shares(students: Mapping[str, Sequence[Response]]) -> dict[tuple[str, int], float]:
    """For each response: the share of points that its student has on all other questions."""
    found = {}
    for student, responses in students.items():
        points = math.fsum(response.score * response.points for response in responses)
        most = math.fsum(response.points for response in responses)
        for response in responses:
            left = most - response.points
            if left > 0:
                found[student, response.place] = (points - response.score * response.points) / left
    return found
