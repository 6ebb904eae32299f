from pathlib import Path

import pytest

from grader.quiz.formula import FormulaError
from grader.quiz.reference import parse_reference, recompute

SOLUTION = """
import numpy as np
from grader.spec import Case, Check

TITLE = "Losses"
NEEDS = ()


def picked(scores, labels):
    return scores[np.arange(len(labels)), labels]


def picked_cases(rng):
    yield Case("two rows", rng.normal(size=(2, 3)), np.array([2, 0]))


CHECKS = (Check(picked, cases=picked_cases, returns=("y: N",), hints=("Index both axes.",)),)


def kinds(*values):
    return [getattr(value, "dtype", type(value)) for value in values]
"""


@pytest.fixture
def solved(tmp_path: Path) -> Path:
    folder = tmp_path / "solutions"
    folder.mkdir()
    (folder / "exercise06_losses.py").write_text(SOLUTION, encoding="utf-8")
    return tmp_path


def test_labels_are_given_as_an_array_of_integers(solved):
    values = {"a": 0.25, "c": 2}
    found = recompute(solved, "exercise6.picked([[a, 2 * a, 3], [4, 5, 6]], int([c, c - 2]))", values)
    assert found.tolist() == [3.0, 4.0]
    assert recompute(solved, "exercise6.picked([[a, 2], [4, 5]], int([1, 0]))[1]", values) == 4


def test_a_plain_list_is_an_array_of_floats_and_a_number_stays_one(solved):
    found = recompute(solved, "exercise6.kinds([1, 2], int([1, 2]), 3, (1, 2), 'mean')", {})
    assert [str(kind) for kind in found] == ["float64", "int64", "<class 'int'>", "<class 'tuple'>", "<class 'str'>"]


def test_a_fraction_among_integers_is_an_error(solved):
    with pytest.raises(FormulaError, match=r"0\.5 stands among integers"):
        recompute(solved, "exercise6.picked([[1]], int([a]))", {"a": 0.5})


@pytest.mark.parametrize(
    "text", ["exercise6.picked(int(2))", "exercise6.picked(int([1], 2))", "exercise6.picked([int([1])])", "picked(1)",
             "exercise6.picked(open('x'))", "exercise6.picked([1])[a]"]
)  # fmt: skip
def test_what_is_no_call_with_formulas_is_refused(text):
    with pytest.raises(FormulaError):
        parse_reference(text)
