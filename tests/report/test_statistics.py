from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.stats

from grader.report.model import CODE, STATUSES, ClassReport
from grader.report.statistics import LEAST, Item, item_statistics
from tests.classroom.runs import make_run
from tests.report.classes import large_class, report_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("class") / "run", large_class(120))


def scores_of(report: ClassReport) -> np.ndarray:
    """Points by student and function, from the words of the statuses."""
    most = [column.max_points for column in report.columns]
    return np.array([[p if STATUSES[c] == "pass" else 0.0 for c, p in zip(s.grid, most)] for s in report.students])


def test_items_agree_with_scipy_and_the_formulas_of_moodle(folder: Path) -> None:
    report = report_of(folder)
    scores = scores_of(report)
    statistics = item_statistics(report)
    assert len(statistics.items) == len(report.columns) > 2
    for index, (item, column) in enumerate(zip(statistics.items, report.columns)):
        took = np.array([STATUSES[s.grid[index]] not in ("missing", "pending", "broken") for s in report.students])
        own, rest = scores[took, index], np.delete(scores[took], index, axis=1).sum(axis=1)
        found = scipy.stats.pearsonr(own, rest)
        interval_ = found.confidence_interval(0.95)
        assert item.n == took.sum() >= LEAST
        assert item.facility == pytest.approx(np.mean(own) / column.max_points, abs=1e-12)
        assert item.discrimination == pytest.approx(found.statistic, abs=1e-12)
        assert (item.low, item.high) == pytest.approx((interval_.low, interval_.high), abs=1e-12)
        largest = np.cov(np.sort(own), np.sort(rest))[0, 1]
        assert item.efficiency == pytest.approx(np.cov(own, rest)[0, 1] / largest, abs=1e-12)


def test_alpha_agrees_with_its_formula_by_covariances(folder: Path) -> None:
    report = report_of(folder)
    active = np.array([s.handed_in > 0 for s in report.students])
    covariance = np.cov(scores_of(report)[active], rowvar=False)
    k = len(report.columns)
    off_diagonal = covariance.sum() - np.trace(covariance)
    statistics = item_statistics(report)
    assert statistics.n == active.sum()
    assert statistics.alpha == pytest.approx(k / (k - 1) * off_diagonal / covariance.sum(), abs=1e-12)


def test_our_own_failure_and_work_not_graded_yet_are_nobodys_score(folder: Path) -> None:
    report = report_of(folder)
    first, *others = report.students
    whole = item_statistics(replace(report, students=others))
    for status in ("broken", "pending"):
        unknown = replace(first, grid=bytes([CODE[status]]) * len(first.grid))
        assert item_statistics(replace(report, students=[unknown, *others])) == whole


def test_one_verdict_that_is_not_known_is_no_zero_in_the_rest_of_a_test(folder: Path) -> None:
    report = report_of(folder)
    at = next(i for i, s in enumerate(report.students) if all(STATUSES[c] == "pass" for c in s.grid))
    others = [*report.students[:at], *report.students[at + 1 :]]
    whole = item_statistics(replace(report, students=others))
    for status in ("broken", "pending"):
        half = replace(report.students[at], grid=report.students[at].grid[:-1] + bytes([CODE[status]]))
        assert item_statistics(replace(report, students=[*others, half])) == whole


def test_nothing_is_said_of_fewer_than_thirty(tmp_path: Path) -> None:
    statistics = item_statistics(report_of(make_run(tmp_path / "run", large_class(LEAST - 1))))
    assert statistics.alpha is None
    assert {(i.facility, i.discrimination, i.low, i.efficiency) for i in statistics.items} == {(None,) * 4}
    assert all(0 < item.n < LEAST for item in statistics.items)


def test_flags_name_what_to_look_at() -> None:
    assert Item(0, 40, 0.1, -0.2, -0.4, 0.1, -0.3).flags == ("hard", "negative: check the reference or the wording")
    assert Item(0, 40, 0.97, 0.1, 0.0, 0.2, 0.2).flags == ("easy", "tells little")
    assert Item(0, 40, 0.5, 0.5, 0.3, 0.7, 0.6).flags == ()
