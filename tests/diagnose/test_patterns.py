"""General patterns on code that no author has listed: found where they are, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from grader.judge import judge
from grader.observe import observe
from grader.plan import FunctionPlan, compile_plan
from grader.spec import Case, Check, Seeded
from grader.verdict import FunctionResult, Returned, Status


def planned(reference: Callable, cases: Callable, returns: tuple[str, ...], **options) -> FunctionPlan:
    check = Check(reference, cases=cases, returns=returns, hints=("h",), **options)
    solution = SimpleNamespace(TITLE="T", CHECKS=(check,))
    return compile_plan("exercise01_x", solution, b"", "patterns").functions[0]  # type: ignore[arg-type]


def judged(plan: FunctionPlan, function: Callable) -> FunctionResult:
    return judge(plan, None, [observe(function, case.args) for case in plan.cases])


def matrices(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("wide", x=rng.normal(size=(4, 3)), w=rng.normal(size=(5, 3)))
    yield Case("square", x=rng.normal(size=(3, 3)), w=rng.normal(size=(3, 3)))
    yield Case("tall", x=rng.normal(size=(6, 2)), w=rng.normal(size=(4, 2)))


def product(x, w):
    return x @ w.T


def positive(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("first", x=rng.uniform(1.2, 9, (4, 6)), w=rng.normal(size=1))
    yield Case("second", x=rng.uniform(1.2, 9, (8, 6)), w=rng.normal(size=1))


def logs(x, w):
    return np.log(x)


def tails(x, w):
    return np.cumsum(x, axis=1)


def column_sum(x, w):
    return x.sum(axis=0)


def norms(x, w):
    return np.sqrt((x**2).sum(axis=1))


PRODUCT = planned(product, matrices, ("y: N O",), args={"x": "N I", "w": "O I"})
LOGS = planned(logs, positive, ("y: N D",))
TAILS = planned(tails, positive, ("y: N T",))
SUMS = planned(column_sum, positive, ("s: D",))
NORMS = planned(norms, positive, ("n: N",))
BLOCKS = planned(lambda x, w: np.concatenate([x, 2 * x, 3 * x], axis=1), positive, ("y: N 3D",))
PAIR = planned(lambda x, w: (x.sum(axis=1), x.mean(axis=1) ** 2), positive, ("a: N", "b: N"))
NOISE = planned(
    lambda shape, rng: rng.normal(size=shape),
    lambda rng: iter([Case(f"draw {i}", shape=(6, 7), rng=Seeded(i)) for i in range(3)]),
    ("z: any",),
)


@pytest.mark.parametrize(
    ("plan", "function", "identifier"),
    [
        (PRODUCT, lambda x, w: -(x @ w.T), "sign"),
        (PRODUCT, lambda x, w: (x @ w.T).T, "transposed"),
        (PRODUCT, lambda x, w: 2 * x @ w.T, "ratio"),
        (PRODUCT, lambda x, w: x @ w.T + 0.25, "offset"),
        (PRODUCT, lambda x, w: np.abs(x @ w.T), "absolute"),
        (PRODUCT, lambda x, w: np.trunc(x @ w.T), "truncated"),
        (PRODUCT, lambda x, w: (x @ w.T)[..., None], "length-one-axis"),
        (PRODUCT, lambda x, w: (x @ w.T)[:, ::-1], "reversed"),
        (PRODUCT, lambda x, w: 1 / (x @ w.T), "reciprocal"),
        (LOGS, lambda x, w: np.log2(x), "log-base"),
        (LOGS, lambda x, w: np.log10(x), "log-base"),
        (LOGS, lambda x, w: x, "exponentiated"),
        (LOGS, lambda x, w: 1 - np.log(x), "complement"),
        (TAILS, lambda x, w: np.cumsum(x, axis=1) - x, "time-shift"),
        (TAILS, lambda x, w: np.vstack([np.cumsum(x[:1], axis=1), x[1:]]), "one-row"),
        (BLOCKS, lambda x, w: np.concatenate([2 * x, x, 3 * x], axis=1), "blocks-permuted"),
        (SUMS, lambda x, w: x.mean(axis=0), "mean-for-sum"),
        (NORMS, lambda x, w: (x**2).sum(axis=1), "squared"),
        (NORMS, lambda x, w: norms(x, w)[:, None] + 0 * norms(x, w), "broadcast"),
        (PAIR, lambda x, w: (x.mean(axis=1) ** 2, x.sum(axis=1)), "outputs-swapped"),
        (NOISE, lambda shape, rng: rng.normal(size=shape[::-1]).T, "other-draw"),
        (NOISE, lambda shape, rng: np.repeat(rng.normal(size=(1, shape[1])), shape[0], axis=0), "one-row"),
        (NOISE, lambda shape, rng: np.repeat(rng.random((1, shape[1])), shape[0], axis=0), None),
        (NOISE, lambda shape, rng: rng.uniform(-1, 1, size=shape), None),
        (NOISE, lambda shape, rng: 1.7 * rng.normal(size=shape[::-1]).T, None),
        (NOISE, lambda shape, rng: 0.7 + rng.normal(size=shape[::-1]).T, None),
        (PRODUCT, lambda x, w: np.sin(x @ w.T), None),
        (PRODUCT, lambda x, w: x @ w.T + x.sum(), None),
        (LOGS, lambda x, w: np.log(x) + x, None),
    ],
)
def test_a_pattern_is_found_where_it_is(plan: FunctionPlan, function: Callable, identifier: str | None) -> None:
    result = judged(plan, function)
    assert result.status is Status.FAIL
    assert (result.mistake.id if result.mistake else None) == identifier
    if result.mistake:
        assert result.mistake.kind == "pattern"


def test_a_pattern_must_hold_on_every_failed_case() -> None:
    def sometimes(x, w):
        y = x @ w.T
        return -y if len(x) == 4 else y + 1

    assert judged(PRODUCT, sometimes).mistake is None


def test_only_one_row_right_is_said() -> None:
    def first_row(x, w):
        y = x @ w.T
        y[1:] = np.sin(y[1:]) + 3
        return y

    result = judged(PRODUCT, first_row)
    assert result.mistake is not None and result.mistake.text == "y: only the first row is right"


def test_the_text_of_a_ratio_gives_the_number() -> None:
    result = judged(PRODUCT, lambda x, w: 0.8660254037844386 * (x @ w.T))
    assert result.mistake is not None
    assert result.mistake.text == "y: got / expected = 0.866 at every element"


def test_random_wrong_functions_are_never_given_a_name() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        noise = rng.normal(size=64)
        result = judged(PRODUCT, lambda x, w, noise=noise: x @ w.T + noise[: len(x) * len(w)].reshape(len(x), len(w)))
        assert result.mistake is None


def right_but_for(plan: FunctionPlan, change: Callable) -> FunctionResult:
    """The verdict on the expected values of a plan, one of them changed by `change(case number, value)`."""
    outcomes = [
        Returned(change(i, case.expected.value)) if isinstance(case.expected, Returned) else case.expected
        for i, case in enumerate(plan.cases)
    ]
    return judge(plan, None, outcomes)


def zeros(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("mixed", x=np.array([1.5, -2.5, 0.25]))
    yield Case("nothing", x=np.zeros(3))
    yield Case("one number", x=np.array([2.25, -1.25, 0.0]))


TOTAL = planned(lambda x: float(x.sum()), zeros, ("s:",))
SAME = planned(lambda x: 1.0 * x, zeros, ("y: D",))
ENDS = planned(lambda x: (float(x.max()), float(x.min())), zeros, ("high:", "low:"))


@pytest.mark.parametrize(
    ("plan", "change"),
    [
        (TOTAL, lambda i, value: 1.0 if i == 1 else value),  # exp(0), and no logarithm is missing
        (TOTAL, lambda i, value: value + 1.0 if i == 0 else value),  # one number is some multiple of another
        (SAME, lambda i, value: value.astype(int) if i == 1 else value),  # 0 = -0 = 2 * 0: only the kind is wrong
        (SAME, lambda i, value: 0.3 * np.ones(3) if i == 1 else value),
        (SAME, lambda i, value: 0 * value if i == 0 else value),  # zeros are the whole part of small numbers only
        (ENDS, lambda i, value: value[::-1] if i == 2 else value),  # elsewhere they come in the order of the sheet
    ],
)
def test_no_relation_is_told_that_holds_by_chance(plan: FunctionPlan, change: Callable) -> None:
    result = right_but_for(plan, change)
    assert result.status is Status.FAIL
    assert result.mistake is None or result.mistake.id == "offset"


def test_one_right_row_in_one_case_may_be_chance() -> None:
    def change(i: int, value: np.ndarray) -> np.ndarray:
        return np.vstack([value[:1], np.sin(value[1:]) + 3]) if i == 0 else value

    assert right_but_for(PRODUCT, change).mistake is None


def test_missing_keys_are_no_relation() -> None:
    plan = planned(lambda x: {"a": x, "b": 2 * x}, zeros, ("grads: any",))
    result = right_but_for(plan, lambda i, value: {"a": value["a"] - 1})
    assert result.status is Status.FAIL and result.mistake is None


def test_another_draw_is_not_called_right() -> None:
    mistake = judged(NOISE, lambda shape, rng: rng.normal(size=shape[::-1]).T).mistake
    assert mistake is not None and mistake.text.startswith(
        "shape, mean and spread look right, but the numbers are others"
    )
