from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grader.judge import judge, skipped, two_numbers
from grader.observe import observe
from grader.plan import FunctionPlan
from grader.values import Opaque
from grader.verdict import (
    Absent,
    Broken,
    Died,
    Found,
    FunctionResult,
    NotWritten,
    Outcome,
    Returned,
    Status,
    TimedOut,
)
from tests import synthetic

FOUND = Found("f", 3, ("x",))


def outcomes(plan: FunctionPlan, function) -> list[Outcome | None]:
    return [observe(function, case.args) for case in plan.cases]


def verdict(name: str, function) -> FunctionResult:
    plan = synthetic.function_plan(name)
    return judge(plan, FOUND, outcomes(plan, function))


def detail(result: FunctionResult) -> str:
    return next(check.mismatch.detail for check in result.checks if check.mismatch)


def test_right_code_has_all_points() -> None:
    result = verdict("squared_distances", synthetic.solution().squared_distances_direct)
    assert (result.status, result.points, result.mistake) == (Status.PASS, 1, None)
    assert [(check.id, check.status) for check in result.checks] == [
        ("match", Status.PASS),
        ("no-negative", Status.PASS),
    ]


def test_points_are_all_or_nothing() -> None:
    result = verdict("log_ratio", synthetic.solution().log_ratio__floored)
    assert (result.status, result.points) == (Status.FAIL, 0)
    match = result.checks[0]
    assert (match.cases_passed, match.cases, match.points, match.max_points) == (2, 3, 0, 1)
    assert result.facts == ("right on 2 of 3 cases; wrong on 'a zero'",)


@pytest.mark.parametrize(
    ("name", "function", "words"),
    [
        ("powers", lambda base, count: None, "powers returned None; expected rows"),
        ("above", lambda x, threshold: None, "above returned None; expected 2 results: hits, count"),
        (
            "above",
            lambda x, threshold: x >= threshold,
            "returned an array of shape (5,), expected a tuple of 2 (2 results: hits, count)",
        ),
        ("above", lambda x, threshold: (x >= threshold, 1.0), "count: has dtype float64, expected int"),
        ("collatz", lambda n: np.array([3]), "steps has shape (1,), expected ()"),
        (
            "squared_distances",
            lambda x: ((x[:, None] - x) ** 2).sum(2)[0],
            "d2 has shape (4,) = (n,), expected (4, 4) = (n, n)",
        ),
        ("squared_distances", lambda x: (x[:, None] - x) ** 2, ": axis 2 (d) was not reduced"),
        ("powers", lambda base, count: (base ** np.arange(count)[:, None]).T, ": axes exchanged"),
        ("longest", lambda words, least: np.array(words), "TypeError"),
        ("update", lambda params, grads, lr=0.1: {}, "keys of the dict: missing 'W', 'b', 'frozen'"),
    ],
)
def test_what_differs_first_is_said_in_a_sentence(name: str, function, words: str) -> None:
    result = verdict(name, function)
    assert result.status in (Status.FAIL, Status.ERROR)
    check = next(check for check in result.checks if check.mismatch)
    text = detail(result) + (check.exception.type if check.exception else "")
    assert words in text


def test_a_result_of_no_known_kind_is_described() -> None:
    plan = synthetic.function_plan("rectified")
    result = judge(plan, FOUND, [Returned(Opaque("Liar, a subclass of numpy.ndarray"))] * len(plan.cases))
    assert detail(result) == "y: returned Liar, a subclass of numpy.ndarray, expected an array of shape (3, 4)"


def test_a_wrong_value_names_entry_numbers_and_count() -> None:
    def one_off(x):
        y = np.maximum(x, 0)
        y.flat[0] += 0.5
        return y

    result = verdict("rectified", one_off)
    mismatch = next(check.mismatch for check in result.checks if check.mismatch)
    assert mismatch.index == (0, 0) and mismatch.wrong_count == 1 and mismatch.size == 12
    assert mismatch.detail.startswith("y[0, 0] is ") and mismatch.detail.endswith("(1 of 12 differ)")
    assert mismatch.error == pytest.approx(0.5) and mismatch.allowed is not None and mismatch.allowed < 1e-4


def test_right_values_with_a_changed_argument_fail_as_mutation() -> None:
    def sorts(x):
        variance = x.var()
        x.sort()
        return variance

    result = verdict("spread", sorts)
    assert result.status is Status.FAIL
    assert result.mistake is not None and result.mistake.id == "mutation"
    assert detail(result) == "x was changed in place"


def test_results_that_do_not_repeat_are_named() -> None:
    plan = synthetic.function_plan("spread")
    right = outcomes(plan, synthetic.solution().spread)
    shaky = [replace(o, again=(float(o.value) + 1e-3,)) for o in right if isinstance(o, Returned)]
    result = judge(plan, FOUND, shaky)
    assert result.mistake is not None and result.mistake.id == "unrepeatable"


def test_the_last_bit_may_differ_between_two_calls() -> None:
    plan = synthetic.function_plan("spread")
    right = outcomes(plan, synthetic.solution().spread)
    same = [replace(o, again=(float(o.value) * (1 + 2e-16),)) for o in right if isinstance(o, Returned)]
    assert judge(plan, FOUND, same).status is Status.PASS


def test_float32_on_a_case_that_needs_float64_is_named() -> None:
    result = verdict("spread", lambda x: np.var(x.astype(np.float32)))
    assert result.mistake is not None and result.mistake.id == "needs-float64"


def test_float32_passes_elsewhere_with_a_note() -> None:
    result = verdict("powers", lambda base, count: (base ** np.arange(count)[:, None]).astype(np.float32))
    assert result.status is Status.PASS
    assert "dtype float32" in result.checks[0].notes[0]


def test_a_warning_fails_only_where_the_check_forbids_it() -> None:
    result = verdict("stable_sigmoid", synthetic.solution().stable_sigmoid__overflow)
    assert result.mistake is not None and result.mistake.id == "overflow"

    def warns(base, count):
        np.array([1.0]) / np.array([0.0])
        return base ** np.arange(count)[:, None]

    passed = verdict("powers", warns)
    assert passed.status is Status.PASS
    assert passed.checks[0].notes == ("right, with a RuntimeWarning: divide by zero encountered in divide",)


def test_an_expected_exception_passes_also_as_a_subclass() -> None:
    assert verdict("longest", synthetic.solution().longest_filter).status is Status.PASS
    result = verdict("longest", synthetic.solution().longest__unchecked)
    assert detail(result) == "returns a value, expected ValueError"


def test_their_exception_is_an_error_with_its_frames() -> None:
    result = verdict("collatz", lambda n: n / 0)
    assert result.status is Status.ERROR
    exception = result.checks[0].exception
    assert exception is not None and exception.type == "ZeroDivisionError"


@pytest.mark.parametrize(
    ("outcome", "status", "words"),
    [
        (TimedOut(5.0, 12, "  while True:"), Status.TIMEOUT, "stopped at 5 s, at line 12: while True:"),
        (TimedOut(5.0, of_submission=True), Status.TIMEOUT, "the submission used up its time"),
        (Died("the worker ended early"), Status.ERROR, "the worker ended early"),
        (Absent(("colatz",)), Status.FAIL, "there is no function collatz; did you mean colatz?"),
        (Broken("Traceback: ours"), Status.BROKEN, "Traceback: ours"),
    ],
)
def test_outcomes_without_a_value(outcome: Outcome, status: Status, words: str) -> None:
    plan = synthetic.function_plan("collatz")
    result = judge(plan, None, [outcome] * len(plan.cases))
    assert (result.status, result.points) == (status, 0)
    assert detail(result) == words


def test_not_written_is_not_wrong() -> None:
    plan = synthetic.function_plan("collatz")
    for found, outcome in ((None, NotWritten()), (Found("collatz", 1, (), todo=True), None)):
        result = judge(plan, found, [outcome] * len(plan.cases))
        assert (result.status, result.mistake) == (Status.TODO, None)


def test_a_class_is_no_function() -> None:
    plan = synthetic.function_plan("collatz")
    result = judge(plan, Found("collatz", 1, (), problem="is a class"), [None] * len(plan.cases))
    assert detail(result) == "collatz is a class, not a plain function"


def test_cases_that_did_not_run_after_a_timeout_do_not_hide_the_mistake() -> None:
    plan = synthetic.function_plan("collatz")
    result = judge(plan, FOUND, [TimedOut(5.0), None])
    assert result.status is Status.TIMEOUT
    assert result.mistake is not None and result.mistake.id == "never-stops"


def test_gradients_are_shown_as_a_table_without_points() -> None:
    result = verdict("both_grads", lambda dout, a, b: (dout * b, 2 * dout * a))
    gradient = next(check for check in result.checks if check.kind == "gradient")
    assert [(row.name, row.ok) for row in gradient.tensors] == [("da", True), ("db", False)]
    assert 0.05 < gradient.tensors[1].error < 5  # twice the gradient: off by half of it, seen along two directions
    assert gradient.points == gradient.max_points == 0
    assert "da right; db wrong" in result.facts
    assert result.mistake is not None and result.mistake.id == "ratio"


def test_a_failing_function_that_needs_a_failing_one_is_skipped_with_the_cause() -> None:
    failed = verdict("spread", lambda x: 0.0)
    passed = verdict("spread", synthetic.solution().spread)
    base = replace(failed, name="base")
    assert skipped([base, replace(failed, name="user", needs=("base",))])[1].skipped_because == "base"
    assert skipped([base, replace(passed, name="user", needs=("base",))])[1].status is Status.PASS
    todo = replace(base, status=Status.TODO)
    assert skipped([todo, replace(failed, name="user", needs=("base",))])[1].status is Status.SKIP


def test_near_numbers_are_shown_with_enough_digits_to_differ() -> None:
    assert two_numbers(1.0, 1.0 + 1e-10) == ("1", "1.0000000001")
    assert two_numbers(0.5, 0.25) == ("0.5", "0.25")
