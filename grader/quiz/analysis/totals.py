"""What a paper as a whole tells, and what a class believes."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from . import statistics as stats
from .responses import Response, Run
from .rows import ENOUGH, PaperRow

FEW_ITEMS = 15


def paper_row(run: Run, students: Mapping[str, Sequence[Response]]) -> PaperRow:
    """Totals, their spread and reliability, with what limits them."""
    shares = []
    for responses in students.values():
        most = math.fsum(response.points for response in responses)
        shares.append(math.fsum(r.score * r.points for r in responses) / most if most else 0.0)
    matrix, same = _matrix(students)
    caveats = []
    reliability: float | None = None
    if not run.papers:
        caveats.append("Totals and reliability are not given: in self-quizzes everybody answers other questions.")
    elif matrix:
        value = stats.alpha(matrix)
        reliability = None if math.isnan(value) else value
        if not same:
            caveats.append(
                "Papers differ: alpha treats the n-th question of each paper as one item and is a lower guess."
            )
        if len(matrix[0]) < FEW_ITEMS:
            caveats.append(
                f"With {len(matrix[0])} items alpha is low however good they are; 15 and more tell something."
            )
        if len(matrix) < ENOUGH:
            caveats.append(f"With {len(matrix)} students alpha may be off by 0.1 and more.")
    spread = stats.deviation(shares)
    error = spread * math.sqrt(max(0.0, 1 - reliability)) if reliability is not None else None
    kr20 = bool(matrix) and all(score in (0.0, 1.0) for row in matrix for score in row)
    items = len(matrix[0]) if matrix else len({response.question for response in run.responses})
    return PaperRow(
        len(students), items, stats.mean(shares), stats.median(shares), spread, stats.skewness(shares),
        stats.kurtosis(shares), reliability, kr20, error, error / spread if error is not None and spread > 0 else None,
        tuple(caveats),
    )  # fmt: skip


def _matrix(students: Mapping[str, Sequence[Response]]) -> tuple[list[list[float]], bool]:
    """Scores of students by place on the paper, if all papers are equally long; whether all have the same questions."""
    ordered = [sorted(responses, key=lambda response: response.place) for responses in students.values()]
    if not ordered or len({len(responses) for responses in ordered}) != 1:
        return [], False
    same = len({tuple(response.question for response in responses) for responses in ordered}) == 1
    return [[response.score * response.points for response in responses] for responses in ordered], same


def misconceptions(responses: Iterable[Response]) -> tuple[tuple[str, int, int], ...]:
    """Each misconception with its answers and students, the most frequent first."""
    counts: Counter[str] = Counter()
    who: dict[str, set[str]] = defaultdict(set)
    for response in responses:
        for tag in response.misconceptions:
            counts[tag] += 1
            who[tag].add(response.student)
    return tuple((tag, count, len(who[tag])) for tag, count in counts.most_common())


def calibration(responses: Iterable[Response]) -> tuple[tuple[int, int, float], ...]:
    """For each certainty: how many answers had it, and the share of those that was right."""
    levels: dict[int, list[bool]] = defaultdict(list)
    for response in responses:
        if response.certainty is not None and response.state == "answered":
            levels[response.certainty].append(response.score >= 1 - 1e-9)
    return tuple((level, len(right), sum(right) / len(right)) for level, right in sorted(levels.items()))
