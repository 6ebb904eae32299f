from __future__ import annotations

import warnings

import numpy as np

from grader.observe import observe
from grader.values import Seeded, Source
from grader.verdict import Raised, Returned, StepLimit


def endless(x):
    while True:
        x = x + 1


def swallowing(x):
    while True:
        try:
            while True:
                x = x + 1
        except Exception:
            pass


def in_place(x, y):
    x[0] = 9
    y["a"].append(1)
    return x


def drawing(rng, other):
    return rng.random()


def warning(x):
    warnings.warn("careful", RuntimeWarning, stacklevel=1)
    return np.array([1.0]) / np.array([0.0])


def test_a_loop_that_never_stops_ends_at_the_step_limit() -> None:
    assert isinstance(observe(endless, {"x": 1}, steps=1000), StepLimit)
    assert isinstance(observe(swallowing, {"x": 1}, steps=1000), StepLimit)


def test_changed_arguments_are_named_and_the_originals_kept() -> None:
    args = {"x": np.zeros(2), "y": {"a": [0]}}
    outcome = observe(in_place, args)
    assert isinstance(outcome, Returned)
    assert outcome.changed == ("x", "y")
    assert args["x"].tolist() == [0, 0] and args["y"] == {"a": [0]}


def test_a_generator_that_was_used_is_named() -> None:
    outcome = observe(drawing, {"rng": Seeded(3), "other": Seeded(4)})
    assert isinstance(outcome, Returned)
    assert outcome.drew == ("rng",)
    assert outcome.value == np.random.default_rng(3).random()


def test_runtime_warnings_are_reported_not_raised() -> None:
    outcome = observe(warning, {"x": 1})
    assert isinstance(outcome, Returned)
    assert outcome.warnings == ("careful", "divide by zero encountered in divide")


def test_exceptions_carry_the_names_of_their_bases() -> None:
    outcome = observe(lambda x: [][x], {"x": 1})
    assert isinstance(outcome, Raised)
    assert outcome.types == ("IndexError", "LookupError", "Exception", "BaseException")


def test_a_value_that_no_task_returns_is_an_error_of_ours() -> None:
    outcome = observe(lambda x: {x}, {"x": 1})
    assert isinstance(outcome, Raised)
    assert "a set cannot be sent" in outcome.message


def test_functions_as_arguments_are_built_for_the_call() -> None:
    outcome = observe(lambda f, x: f(x), {"f": Source("lambda x: x + k", {"k": 2}), "x": 1})
    assert isinstance(outcome, Returned)
    assert outcome.value == 3
