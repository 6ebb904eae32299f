from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.compare import Allowance, closeness, differ, same
from grader.values import Opaque, Value, leaves

TIGHT = Allowance(1e-6)


def kind(got: Value, want: Value, allowance: Allowance = TIGHT) -> str | None:
    found = differ(got, want, [allowance] * sum(1 for _ in leaves(want)))
    return found.kind if found else None


ARRAY = np.array([1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("got", "want", "expected"),
    [
        (ARRAY, ARRAY, None),
        (ARRAY.astype(np.float32), ARRAY, None),
        (ARRAY.astype(np.float16), ARRAY, "dtype"),
        (None, ARRAY, "none"),
        (None, (ARRAY, ARRAY), "none"),
        ([1.0, 2.0, 3.0], ARRAY, "type"),
        (ARRAY, [1.0, 2.0, 3.0], "type"),
        (Opaque("Liar, a subclass of numpy.ndarray"), ARRAY, "type"),
        (ARRAY[:, None], ARRAY, "shape"),
        (ARRAY[:2], ARRAY, "shape"),
        (2.0, ARRAY, "shape"),
        (ARRAY.astype(int), ARRAY, "dtype"),
        (ARRAY > 0, ARRAY, "dtype"),
        (ARRAY, ARRAY.astype(int), "dtype"),
        (np.array([1, 2, 3], dtype=np.uint8), np.array([1, 2, 3]), None),
        (np.array([1, 0]), np.array([True, False]), "dtype"),
        (np.empty((0, 3), dtype=int), np.empty((0, 3)), None),
        (np.empty((3, 0)), np.empty((0, 3)), "shape"),
        (2.5, 2.5, None),
        (np.float64(2.5), 2.5, None),
        (np.array(2.5), 2.5, None),
        (np.array([2.5]), 2.5, "shape"),
        (2, 2.0, None),
        (np.int64(2), np.array(2.0), None),
        (True, 1.0, "dtype"),
        (True, 1, "dtype"),
        (2.0, 2, "dtype"),
        (np.int8(2), 2, None),
        (2, True, "dtype"),
        (np.array(True), True, None),
        ("a", "a", None),
        ("a", "b", "value"),
        (1, "a", "type"),
        ("a", 1.0, "type"),
        ([1.0, 2.0], (1.0, 2.0), None),
        ((1.0, 2.0, 3.0), (1.0, 2.0), "arity"),
        (ARRAY, (1.0, 2.0, 3.0), "arity"),
        ([["a"], []], [["a"], []], None),
        (["a"], ["a", "b"], "type"),
        ([], [], None),
        ((), [], None),
        (["a"], [], "type"),
        ({"a": 1.0, "b": 2.0}, {"b": 2.0, "a": 1.0}, None),
        ({"a": 1.0}, {"a": 1.0, "b": 2.0}, "keys"),
        ({"a": 1.0, "c": 2.0}, {"a": 1.0}, "keys"),
        ([1.0], {"a": 1.0}, "type"),
        (float("nan"), 1.0, "nonfinite"),
        (float("inf"), 1.0, "nonfinite"),
        (float("inf"), float("inf"), None),
        (float("-inf"), float("inf"), "nonfinite"),
        (float("nan"), float("nan"), None),
        (1.0, float("nan"), "nonfinite"),
        (1e300, float("inf"), "nonfinite"),
        (np.array([np.inf, 5.0]), np.array([np.inf, 1.0]), "value"),
        (2**70, 2**70, None),
        (2**70, 2**70 + 1, "value"),
        (None, None, None),
        (1.0, None, "type"),
    ],
)
def test_kinds_are_told_apart_in_the_order_of_the_contract(got: Value, want: Value, expected: str | None) -> None:
    assert kind(got, want) == expected


def test_an_infinite_expectation_does_not_widen_the_allowance() -> None:
    found = differ(np.array([np.inf, 1.5]), np.array([np.inf, 1.0]), [TIGHT])
    assert found is not None
    assert (found.kind, found.index, found.allowed) == ("value", (1,), pytest.approx(1e-6))


def test_the_worst_entry_is_named_with_its_allowance() -> None:
    want = np.array([[1.0, 2.0], [4.0, 8.0]])
    got = want + np.array([[0.0, 0.1], [0.5, 0.0]])
    found = differ(got, want, [Allowance(1e-3)])
    assert found is not None
    assert (found.index, found.got, found.want) == ((1, 0), 4.5, 4.0)
    assert (found.wrong, found.size, found.allowed) == (2, 4, pytest.approx(8e-3))


def test_rows_are_judged_by_their_own_size() -> None:
    want = np.array([[1.0, 1.0], [1e6, 1e6]])
    got = want + np.array([[0.01, 0.0], [0.0, 0.0]])
    assert same(got, want, [Allowance(1e-6)])
    assert not same(got, want, [Allowance(1e-6, rows=True)])


def test_the_first_stage_that_differs_wins_over_all_outputs() -> None:
    want = (ARRAY, np.ones((2, 2)))
    found = differ((ARRAY + 1, np.ones(2)), want, [TIGHT, TIGHT])
    assert found is not None
    assert (found.kind, found.path) == ("shape", (1,))


numbers = st.floats(-1e6, 1e6)
arrays = hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=4), elements=numbers)


@given(arrays)
def test_everything_equals_itself(array: np.ndarray) -> None:
    assert same(array, array.copy(), [Allowance()])


@given(arrays, st.floats(2.0, 100.0), st.data())
def test_an_entry_beyond_the_allowance_is_found(array: np.ndarray, factor: float, data: st.DataObject) -> None:
    scale = float(np.abs(array).max())
    index = tuple(data.draw(st.integers(0, n - 1)) for n in array.shape)
    got = array.copy()
    got[index] += factor * (1e-6 * scale + 1e-9)
    found = differ(got, array, [Allowance(1e-6, 1e-9)])
    assert found is not None
    assert found.index == index


@given(arrays, st.floats(0.0, 0.9))
def test_an_error_within_the_allowance_is_accepted(array: np.ndarray, share: float) -> None:
    scale = float(np.abs(array).max())
    assert same(array + share * (1e-6 * scale + 1e-9), array, [Allowance(1e-6, 1e-9)])


@given(hnp.arrays(np.float64, 4, elements=st.sampled_from([np.nan, np.inf, -np.inf, 1.0])))
def test_nonfinite_entries_match_only_themselves(array: np.ndarray) -> None:
    assert same(array, array.copy(), [TIGHT])
    for index in range(4):
        other = array.copy()
        other[index] = 2.0
        assert not same(other, array, [TIGHT])


def test_the_fast_way_agrees_with_the_slow_one() -> None:
    rng = np.random.default_rng(6)
    odd = [np.nan, np.inf, -np.inf, 0.0, 1e308]
    decided = 0
    for _ in range(2000):
        want = rng.normal(size=rng.integers(1, 4, size=rng.integers(1, 3)))
        got = want * (1 + rng.choice([0.0, 1e-8, 1e-6, 1e-2], size=want.shape))
        if rng.random() < 0.3:
            got.flat[0] = rng.choice(odd)
        if rng.random() < 0.3:
            want.flat[0] = rng.choice(odd)

        values = (got, want) if rng.random() < 0.5 else ((got, got[..., :1]), (want, want[..., :1]))
        allowances = [Allowance(1e-6, float(rng.choice([0.0, 1e-9])))] * (1 if values[0] is got else 2)
        fast = closeness(*values, allowances)
        decided += fast is not None
        if fast is not None:
            assert same(*values, allowances)
            assert fast <= 1e-6 * 1.001 or allowances[0].atol
    assert decided > 200
