import math
from pathlib import Path

import numpy as np
import pytest

from grader.quiz import item_statistics as plain
from grader.report.model import CODE, STATUSES
from grader.report.statistics import LEAST, Item, interval, item_statistics
from tests.classroom.runs import make_run
from tests.report.classes import large_class, report_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("class") / "run", large_class(120))


def test_items_agree_with_a_plain_recomputation(folder: Path) -> None:
    report = report_of(folder)
    statistics = item_statistics(report)
    for index, item in enumerate(statistics.items):
        took = [s for s in report.students if STATUSES[s.grid[index]] not in ("missing", "pending", "broken")]
        score = [
            [float(c.max_points) if s.grid[i] == CODE["pass"] else 0.0 for i, c in enumerate(report.columns)]
            for s in took
        ]
        own = [row[index] for row in score]
        rest = [math.fsum(row) - row[index] for row in score]
        assert item.n == len(took) >= LEAST
        assert item.facility == pytest.approx(plain.mean(own) / report.columns[index].max_points, abs=1e-12)
        assert item.discrimination == pytest.approx(plain.correlation(own, rest), abs=1e-12)
        assert item.efficiency == pytest.approx(plain.discriminative_efficiency(own, rest), abs=1e-12)
        assert item.low is not None and item.high is not None and item.discrimination is not None
        assert item.low < item.discrimination < item.high


def test_alpha_agrees_with_a_plain_recomputation(folder: Path) -> None:
    report = report_of(folder)
    active = [s for s in report.students if s.handed_in]
    score = [[float(c.max_points) * (s.grid[i] == CODE["pass"]) for i, c in enumerate(report.columns)] for s in active]
    k = len(report.columns)
    items = math.fsum(plain.variance([row[i] for row in score]) for i in range(k))
    alpha = k / (k - 1) * (1 - items / plain.variance([math.fsum(row) for row in score]))
    statistics = item_statistics(report)
    assert statistics.n == len(active)
    assert statistics.alpha == pytest.approx(alpha, abs=1e-12)


def test_the_interval_is_fishers() -> None:
    low, high = interval(0.5, 103)
    assert low == pytest.approx(np.tanh(np.arctanh(0.5) - 0.1959964), abs=1e-7)
    assert high == pytest.approx(np.tanh(np.arctanh(0.5) + 0.1959964), abs=1e-7)


def test_nothing_is_said_of_fewer_than_thirty(tmp_path: Path) -> None:
    statistics = item_statistics(report_of(make_run(tmp_path / "run", large_class(LEAST - 1))))
    assert statistics.alpha is None
    assert {(i.facility, i.discrimination, i.low, i.efficiency) for i in statistics.items} == {(None,) * 4}
    assert all(0 < item.n < LEAST for item in statistics.items)


def test_flags_name_what_to_look_at() -> None:
    assert Item(0, 40, 0.1, -0.2, -0.4, 0.1, -0.3).flags == ("hard", "negative: check the reference or the wording")
    assert Item(0, 40, 0.97, 0.1, 0.0, 0.2, 0.2).flags == ("easy", "tells little")
    assert Item(0, 40, 0.5, 0.5, 0.3, 0.7, 0.6).flags == ()
