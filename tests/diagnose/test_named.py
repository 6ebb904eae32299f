from __future__ import annotations

import warnings
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from grader.judge import judge
from grader.observe import STEP_LIMIT, observe
from grader.plan import FunctionPlan, compile_plan, float32_args
from grader.spec import Case, Check, Wrong
from grader.verdict import FunctionResult, Status, StepLimit, TimedOut
from tests import synthetic

CHECKS: dict[str, Check] = {check.name: check for check in synthetic.solution().CHECKS}
MISTAKES = [(name, wrong) for name, check in CHECKS.items() for wrong in check.wrong]


def judged(plan: FunctionPlan, function, single: bool = False) -> FunctionResult:
    found = [
        observe(function, float32_args(c.args) if single and not c.float64_only else c.args, steps=STEP_LIMIT)
        for c in plan.cases
    ]
    return judge(plan, None, [TimedOut(1.0) if isinstance(o, StepLimit) else o for o in found])


@pytest.mark.parametrize(("name", "wrong"), MISTAKES, ids=lambda value: value.id if isinstance(value, Wrong) else value)
@pytest.mark.parametrize("single", [False, True], ids=["float64", "float32"])
def test_every_mistake_is_named_as_itself(name: str, wrong: Wrong, single: bool) -> None:
    result = judged(synthetic.function_plan(name), wrong.function, single)
    assert result.status is not Status.PASS
    assert result.mistake is not None
    assert (result.mistake.id, result.mistake.kind, result.mistake.hint) == (wrong.id, "named", wrong.hint)
    assert result.mistake.variant_of == wrong.variant_of


def test_the_same_mistake_in_other_code_has_the_same_name() -> None:
    def strict(x, threshold):
        hits = np.zeros(len(x), dtype=bool)
        for i, value in enumerate(x):
            hits[i] = value > threshold
        return [hits, np.int32(hits.sum())]

    result = judged(synthetic.function_plan("above"), strict)
    assert result.mistake is not None and result.mistake.id == "strict"


def test_two_mistakes_at_once_are_not_given_the_name_of_one() -> None:
    def both(params, grads, lr=0.1):
        return {name: params[name] + lr * grad for name, grad in grads.items()}  # ascends, and drops what is frozen

    result = judged(synthetic.function_plan("update"), both)
    assert result.status is Status.FAIL
    assert result.mistake is None


def test_a_mistake_that_matches_all_but_one_case_is_not_named() -> None:
    def nearly(x, threshold):
        hits = x > threshold
        if threshold == 0.5:
            hits = ~hits
        return hits, int(hits.sum())

    result = judged(synthetic.function_plan("above"), nearly)
    assert result.mistake is None or result.mistake.kind == "pattern"


def test_another_form_of_a_mistake_has_its_name_and_its_own_words() -> None:
    def logs(p):
        return np.log(p)

    def logs__base(p):
        """Uses log10."""
        return np.log10(p)

    def logs__base_two(p):
        """Uses log2."""
        return np.log2(p)

    def cases(rng) -> Iterator[Case]:
        yield Case("some", p=rng.uniform(1, 2, 4))

    wrong = Wrong(logs__base, id="base", hint="h", also=(logs__base_two,))
    check = Check(logs, cases=cases, returns=("y: n",), hints=("h",), wrong=(wrong,))
    plan = compile_plan("e", SimpleNamespace(TITLE="T", CHECKS=(check,)), b"", "s").functions[0]  # type: ignore[arg-type]
    for function, words in ((logs__base, "Uses log10."), (logs__base_two, "Uses log2.")):
        mistake = judged(plan, function).mistake
        assert mistake is not None
        assert (mistake.id, mistake.text) == ("base", words)


def test_a_mistake_that_also_breaks_on_an_edge_is_named_with_the_edge() -> None:
    def squared_and_nan(x):
        return np.sqrt(((x[:, None] - x) ** 2).sum(axis=2)) if len(x) < 50 else np.full((len(x), len(x)), np.nan)

    mistake = judged(synthetic.function_plan("squared_distances"), squared_and_nan).mistake
    assert mistake is not None and mistake.id == "rooted"
    assert mistake.text == "Takes the square root. It also breaks on 'equal rows'."


def test_code_that_breaks_on_more_than_half_of_what_is_wrong_is_not_named() -> None:
    def breaks(params, grads, lr=0.1):
        if lr == 0.7 or not grads:
            raise RuntimeError
        return {name: p + lr * grads[name] if name in grads else p for name, p in params.items()}

    mistake = judged(synthetic.function_plan("update"), breaks).mistake
    assert mistake is None


def test_right_code_that_breaks_on_an_edge_has_no_name() -> None:
    def right_but_for_zero(p, q):
        if not p.all():
            raise ZeroDivisionError
        return np.log(p) - np.log(q)

    assert judged(synthetic.function_plan("log_ratio"), right_but_for_zero).mistake is None


def planned(reference, cases, wrong, **options) -> FunctionPlan:
    check = Check(reference, cases=cases, returns=("y:",), hints=("h",), wrong=wrong, **options)
    return compile_plan("e", SimpleNamespace(TITLE="T", CHECKS=(check,)), b"", "s").functions[0]  # type: ignore[arg-type]


def spread(x):
    return float(np.mean((x - x.mean()) ** 2))


def spread__cancels(x):
    """Subtracts the square of the mean at the end."""
    return float(np.mean(x**2) - x.mean() ** 2 + np.mean(x) * 1e-2)


def far_and_near(rng) -> Iterator[Case]:
    yield Case("near", x=rng.normal(size=6))
    yield Case("far", x=rng.normal(size=6) + 300.0, kind="stability")


def test_a_mistake_made_in_float32_is_named_where_a_python_float_comes_back() -> None:
    plan = planned(spread, far_and_near, (Wrong(spread__cancels, id="cancels", hint="h"),))
    assert any(view.vague for mistake in plan.mistakes for form in mistake.forms for view in form.views)
    mistake = judged(plan, spread__cancels, single=True).mistake
    assert mistake is not None and mistake.id == "cancels"


def logistic(x):
    return 0.5 * (1 + np.tanh(x / 2))


def logistic__sign(x):
    """Uses e^x in the denominator."""
    return 1 / (1 + np.exp(x))


def large(rng) -> Iterator[Case]:
    yield Case("some", x=rng.normal(size=4))
    yield Case("large", x=np.array([-800.0, 900.0]))


def test_a_wrong_value_is_named_whether_or_not_it_comes_with_a_warning() -> None:
    plan = planned(logistic, large, (Wrong(logistic__sign, id="sign", hint="h"),), forbids_warning=True)
    for function in (logistic__sign, lambda x: logistic(-x)):
        mistake = judged(plan, function).mistake
        assert mistake is not None and mistake.id == "sign"


def test_a_mean_of_nothing_is_an_edge_on_which_a_mistake_breaks() -> None:
    def total(x):
        return x.sum(axis=0)

    def total__mean(x):
        """Averages."""
        return x.sum(axis=0) / max(len(x), 1)

    def rows(rng) -> Iterator[Case]:
        yield Case("three rows", x=rng.normal(size=(3, 2)))
        yield Case("no rows", x=np.zeros((0, 2)))

    plan = planned(total, rows, (Wrong(total__mean, id="mean", hint="h"),))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the mean of an empty list
        mistake = judged(plan, lambda x: np.mean(list(x), axis=0)).mistake
    assert mistake is not None and mistake.text == "Averages. It also breaks on 'no rows'."
