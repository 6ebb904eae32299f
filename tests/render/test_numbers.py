from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from grader.render.arrays import beside
from grader.render.numbers import number, pair, percent, size, table
from grader.render.text import Page
from grader.verdict import Mismatch


@given(st.floats(), st.floats())
def test_two_numbers_that_differ_look_different(got: float, want: float) -> None:
    first, second = pair(got, want)
    if got == want or (math.isnan(got) and math.isnan(want)):
        assert first.lstrip("-") == second.lstrip("-")
    else:
        assert first != second


@pytest.mark.parametrize(
    ("got", "want", "shown"),
    [
        (0.1, 0.2, ("0.1", "0.2")),
        (1.0000001, 1.0, ("1.0000001", "1.0")),
        (-1.4602, -1.6860, ("-1.4602", "-1.686")),
        (float("nan"), 1.5, ("nan", "1.5")),
        (float("-inf"), float("inf"), ("-inf", "inf")),
        (3, 3.5, ("3", "3.5")),
        (True, False, ("True", "False")),
        ("a", "b", ("'a'", "'b'")),
        (np.float64(2.0), np.array(3.0), ("2.0", "3.0")),
        (0.1 + 0.2, 0.3, ("0.30000000000000004", "0.29999999999999999")),
    ],
)
def test_pairs_are_short_where_they_can_be(got: object, want: object, shown: tuple[str, str]) -> None:
    assert pair(got, want) == shown


def test_numbers_read_well() -> None:
    assert [number(value) for value in (0.0, -0.0, 2.0, 1e-300, 123456.0, 10**40)] == [
        "0.0",
        "-0.0",
        "2.0",
        "1e-300",
        "1.2346e+05",
        "an integer of 133 bits",
    ]
    assert [size(value) for value in (0.0, 2.6e-7, 0.2259)] == ["0", "2.6e-07", "0.23"]
    assert percent(0.2258812, -1.686) == "13.4 %"
    assert [percent(1.0, 0.0), percent(math.inf, 1.0), percent(1.0, 1e-9)] == ["", "", ""]


@given(
    arrays(np.float64, (3, 2), elements=st.floats(-1e6, 1e6)), arrays(np.float64, (3, 2), elements=st.floats(-1e6, 1e6))
)
def test_a_table_is_aligned_and_tells_entries_apart(got: np.ndarray, want: np.ndarray) -> None:
    rows = table([got, want])
    assert len({len(row) for matrix in rows for row in matrix}) == 1
    for left, right, a, b in zip(*rows, got, want, strict=True):
        for first, second, x, y in zip(left.split(), right.split(), a, b, strict=True):
            assert (first != second) or x == y


def mismatch(got: np.ndarray, want: np.ndarray, index: tuple[int, ...], axes: str = "") -> Mismatch:
    return Mismatch(
        "c",
        "value",
        "",
        index=index,
        got=1.0,
        want=2.0,
        allowed=1e-6,
        arrays=(got, want),
        axes=axes,
        want_shape=want.shape,
    )


def test_arrays_stand_beside_each_other_with_a_map() -> None:
    want = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, np.nan]])
    got = want + np.array([[0.0, 0.01], [1.0, 0.0], [0.0, np.nan]])
    lines = beside(mismatch(got, want, (1, 0), "N D"), Page(120))
    assert [line.split("   ")[-2:] for line in lines[1:4]] == [[". +", "row 0"], ["# .", "row 1"], [". .", "row 2"]]
    assert lines[-1] == "  map: . ok  + off  # off >10 %   axis 0 = N, axis 1 = D"


def test_of_a_large_array_the_part_around_the_worst_entry_is_shown() -> None:
    want = np.arange(40.0 * 30).reshape(40, 30)
    lines = beside(mismatch(want + 1, want, (25, 12)), Page(160))
    assert "   row 25" in "\n".join(lines)
    assert lines[-1].startswith("  shown: rows 21 to 28 of 40, columns ")
    assert all(len(line) <= 160 for line in lines)


def test_a_vector_is_one_row() -> None:
    lines = beside(mismatch(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.5, 3.0]), (1,), "D"), Page(100))
    assert lines[1] == "  1.0000  2.0000  3.0000   1.0000  2.5000  3.0000   . # ."


@pytest.mark.parametrize("page", [Page(80), Page(120, plain=True)])
def test_a_narrow_or_plain_page_has_no_arrays(page: Page) -> None:
    assert beside(mismatch(np.zeros(3), np.ones(3), (0,)), page) == []


def test_one_number_or_other_shapes_have_no_map() -> None:
    assert beside(mismatch(np.zeros(1), np.ones(1), (0,)), Page(120)) == []
    assert beside(mismatch(np.zeros((2, 2, 2)), np.ones((2, 2, 2)), (0, 0, 0)), Page(120)) == []
    assert beside(mismatch(np.zeros(3), np.ones(4), (0,)), Page(120)) == []
