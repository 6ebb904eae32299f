from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from grader import wire
from grader.judge import judge
from grader.plan import Plan, PlanError, compile_plan, float32_args, load, load_or_compile, save
from grader.spec import Case, Check, Wrong
from grader.verdict import Found, Raised, Returned, StepLimit
from tests import synthetic

FLOAT32_ROUNDING = 16 * 6e-8


def compiled(reference, cases, seed="s", **options) -> Plan:
    check = Check(reference, cases=cases, returns=("out: any",), hints=("h",), **options)
    return compile_plan("exercise01_x", SimpleNamespace(TITLE="T", CHECKS=(check,)), b"source", seed)  # type: ignore[arg-type]


def total(x):
    return x.sum()


def ordinary(rng) -> Iterator[Case]:
    yield Case("ordinary", x=rng.normal(size=5))


def test_equal_inputs_give_equal_bytes_and_other_seeds_other_inputs() -> None:
    first, second = (compile_plan("e", synthetic.solution(), b"x", "1") for _ in range(2))
    assert save(first) == save(second)
    assert save(first) != save(compile_plan("e", synthetic.solution(), b"x", "2"))


def test_a_plan_survives_being_saved() -> None:
    plan = synthetic.plan()
    again = load(save(plan))
    assert save(again) == save(plan)
    assert [f.name for f in again.functions] == [f.name for f in plan.functions]
    mistake = again.function("collatz").mistakes[0]
    assert isinstance(mistake.forms[0].views[0].outcome, StepLimit)
    assert isinstance(again.function("longest").cases[3].expected, Raised)


@pytest.mark.parametrize(
    "data", [b"", b"N", wire.encode([1, 2]), wire.encode(["a", "b", "c", "d", [[1]]]), b"l\xff\xff\xff\xff"]
)
def test_bytes_that_are_no_plan_are_refused(data: bytes) -> None:
    with pytest.raises(wire.WireError):
        load(data)


def test_a_plan_holds_no_code() -> None:
    data = save(synthetic.plan())
    assert b"def " not in data.replace(b"def step(state)", b"")  # a case's own argument, which is an input
    assert b"np.maximum" not in data


def test_the_tolerance_is_sixteen_times_the_error_of_float32() -> None:
    (case,) = compiled(total, ordinary).functions[0].cases
    assert FLOAT32_ROUNDING <= case.allowances[0].rtol < 1e-4


def test_where_the_expected_value_is_zero_an_absolute_error_is_allowed() -> None:
    def zero(x):
        return (x - x.mean()).sum()

    def zero_other(x):
        return x.sum() - len(x) * x.mean()

    (case,) = compiled(zero, ordinary, alternates=(zero_other,)).functions[0].cases
    assert 0 < case.allowances[0].atol < 1e-4
    assert case.allowances[0].rtol == pytest.approx(FLOAT32_ROUNDING)


def test_an_exact_zero_gets_a_trace_of_the_arguments() -> None:
    (case,) = compiled(lambda x: 0.0 * x.sum(), ordinary).functions[0].cases
    assert 0 < case.allowances[0].atol <= 1e-11


def test_a_case_that_float32_cannot_hold_is_refused_unless_marked() -> None:
    def spread(x):
        return ((x - x.mean()) ** 2).mean()

    def far(rng, **options) -> Iterator[Case]:
        yield Case("far", x=1e8 + rng.normal(size=6), **options)

    with pytest.raises(
        PlanError, match=r"case 'far': right code differs by .* in float32 \(badly conditioned\), in each of 20 draws"
    ):
        compiled(spread, far)
    (case,) = compiled(spread, lambda rng: far(rng, float64_only=True)).functions[0].cases
    assert 1e-9 <= case.allowances[0].rtol <= 1e-4


def test_a_badly_conditioned_draw_is_drawn_again() -> None:
    def difference(x):
        return x[0] - x[1]

    draws = []

    def sometimes(rng) -> Iterator[Case]:
        draws.append(1)
        gap = 1e-7 if len(draws) == 1 else 1.0
        yield Case("a gap", x=np.array([1.0 + gap, 1.0]) * rng.uniform(1, 2))

    compiled(difference, sometimes)
    assert len(draws) == 2


def test_a_discrete_result_on_a_tie_is_refused_unless_marked() -> None:
    def reached(x):
        return bool(x >= 0.5)

    with pytest.raises(PlanError, match="mark it tie=True"):
        compiled(reached, lambda rng: iter([Case("tie", x=0.5)]))
    compiled(reached, lambda rng: iter([Case("tie", tie=True, x=0.5)]))


def test_a_reference_that_changes_its_argument_is_refused() -> None:
    def sorts(x):
        x.sort()
        return x

    with pytest.raises(PlanError, match="the reference changes its argument x"):
        compiled(sorts, ordinary)


def test_a_reference_that_raises_is_refused_with_the_exception() -> None:
    with pytest.raises(PlanError, match="the reference raises ZeroDivisionError: division by zero"):
        compiled(lambda x: 1 / 0, ordinary)


def test_an_expected_exception_that_does_not_come_is_refused() -> None:
    with pytest.raises(PlanError, match="the reference does not raise ValueError"):
        compiled(total, lambda rng: iter([Case("bad", raises=ValueError, x=np.ones(2))]))


def test_an_argument_that_does_not_exist_is_refused() -> None:
    with pytest.raises(PlanError, match="there is no parameter 'y'"):
        compiled(total, lambda rng: iter([Case("slip", y=np.ones(2))]))


def test_a_check_without_cases_is_refused() -> None:
    with pytest.raises(PlanError, match="no cases"):
        compiled(total, lambda rng: iter(()))


def test_mistakes_keep_what_they_do_on_every_case() -> None:
    def total__doubled(x):
        """Counts twice."""
        return 2 * x.sum()

    function = compiled(total, ordinary, wrong=(Wrong(total__doubled, id="doubled", hint="Once."),)).functions[0]
    (view,) = function.mistakes[0].forms[0].views
    assert isinstance(view.outcome, Returned) and isinstance(function.cases[0].expected, Returned)
    assert float(view.outcome.value) == pytest.approx(2 * float(function.cases[0].expected.value))
    assert not view.vague


def test_a_mistake_that_gives_zero_is_known_by_what_rounding_leaves_of_it() -> None:
    def total__of_deviations(x):
        """Sums what is left after the mean is taken off."""
        return 0.0 * x.sum()

    wrong = (Wrong(total__of_deviations, id="of-deviations", hint="Do not take the mean off."),)
    function = compiled(total, ordinary, wrong=wrong).functions[0]
    left = (function.cases[0].args["x"] - function.cases[0].args["x"].mean()).sum()
    result = judge(function, Found("total", 1, ("x",), False, ""), [Returned(left + 1e-15)])
    assert result.mistake is not None and result.mistake.id == "of-deviations"


def test_labels_and_draws_stay_out_of_float32() -> None:
    args = float32_args(
        {"x": np.ones(2), "u": np.ones(2), "y": np.arange(2), "deep": [np.ones(1), {"k": np.ones(1)}]}, ("u",)
    )
    assert args["x"].dtype == np.float32 and args["deep"][1]["k"].dtype == np.float32
    assert args["u"].dtype == np.float64 and args["y"].dtype.kind == "i"


def test_a_kept_plan_is_used_and_a_damaged_one_made_again(tmp_path: Path) -> None:
    first = load_or_compile(synthetic.SOLUTION, "s", tmp_path)
    (kept,) = tmp_path.glob("*.plan")
    stamp = kept.stat().st_mtime_ns
    assert save(load_or_compile(synthetic.SOLUTION, "s", tmp_path)) == save(first)
    assert kept.stat().st_mtime_ns == stamp
    kept.write_bytes(kept.read_bytes()[:100])
    assert save(load_or_compile(synthetic.SOLUTION, "s", tmp_path)) == save(first)
    assert kept.stat().st_size > 100


def test_a_folder_that_cannot_be_written_only_costs_time() -> None:
    assert load_or_compile(synthetic.SOLUTION, "s", Path("/proc/no/such/folder")).exercise == "exercise01_kinds"
