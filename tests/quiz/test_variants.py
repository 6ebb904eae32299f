import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.quiz.formula import FormulaError
from grader.quiz.item import Ordering, Picking
from grader.quiz.variants import domain, draw, fill, plain_number, realise, seed_of, space, space_size


def test_a_seed_gives_one_variant_for_ever(item):
    # Fixed on purpose: a change of the drawing would give every student another question for a stored seed.
    assert dict(item("alpha-number", seed_of("alpha-number", "x", 0)).values) == {"n": 11, "k": 3, "s": 2}
    assert item("alpha-number", 5) == item("alpha-number", 5)


def test_variants_differ_between_attempts(item):
    seen = {str(item("alpha-number", seed_of("alpha-number", "me", attempt)).values) for attempt in range(20)}
    assert len(seen) > 5


def test_every_variant_obeys_its_conditions(index):
    record = index.record("alpha-number")
    variants = list(space(record, 1000, random.Random(0)))
    assert len(variants) == sum((n - k) % s == 0 for n in range(5, 13) for k in (3, 5) for s in (1, 2))
    assert space_size(record) == 32


def test_a_condition_that_names_parameters_guards_the_variables(index):
    record = {
        **index.record("alpha-number"),
        "params": {"a": {"int": [0, 3], "float": None, "choice": None, "step": None}},
        "vars": {"b": "6 / a"},
        "where": ["a > 0", "b > 2"],
    }
    assert [values["a"] for values in space(record, 100, random.Random(0))] == [1, 2]


def test_an_empty_space_is_an_error_and_no_endless_loop(index):
    record = {**index.record("alpha-number"), "where": ["n > 100"]}
    with pytest.raises(FormulaError, match="no variant"):
        draw(record, random.Random(0))


def test_domains_include_both_ends():
    kinds = {"int": None, "float": None, "choice": None, "step": None}
    assert list(domain({**kinds, "int": [2, 5]})) == [2, 3, 4, 5]
    assert list(domain({**kinds, "int": [1, 9], "step": 4})) == [1, 5, 9]
    assert list(domain({**kinds, "float": [0.1, 0.4], "step": 0.1})) == [0.1, 0.2, 0.3, 0.4]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("{{n}} and {{n * 2}}", "3 and 6"),
        (r"$\frac{{{n}}}{2}$", r"$\frac{3}{2}$"),
        ("{{x:.2f}}", "0.33"),
        ("{{n:+d}}", "+3"),
        ("{{x}}", "0.333333"),
        ("{n} stays", "{n} stays"),
        ("{{2.0 * n}}", "6"),
        ("{{0 * -1.0}}", "0"),
        ("{{s}}", "relu"),
    ],
)
def test_placeholders_are_filled_in(text, want):
    assert fill(text, {"n": 3, "x": 1 / 3, "s": "relu"}) == want


@pytest.mark.parametrize("text", ["{{oops}}", "{{n:100000d}}", "{{n:>9}}", "{{s:.2f}}", "{{n.real}}"])
def test_a_bad_placeholder_is_an_error(text):
    with pytest.raises(FormulaError):
        fill(text, {"n": 3, "s": "relu"})


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_shown_numbers_read_back_to_six_digits(value):
    assert float(plain_number(value)) == pytest.approx(value, rel=1e-5, abs=1e-300)


def test_options_are_shuffled_and_pinned_ones_stay_last(index):
    record = index.record("alpha-single")
    options = [dict(option) for option in record["options"]]
    options[0]["pin"] = "last"
    orders = set()
    for seed in range(30):
        body = realise({**record, "options": options}, seed).body
        assert isinstance(body, Picking)
        assert body.options[-1].text == "three"
        assert [option.text for option in sorted(body.options, key=lambda o: o.origin)] == ["three", "two", "one"]
        orders.add(tuple(option.text for option in body.options))
    assert len(orders) == 2


def test_an_order_is_never_shown_in_its_right_order(item):
    for seed in range(60):
        body = item("beta-order", seed).body
        assert isinstance(body, Ordering)
        kept = [text for place, text in enumerate(body.shown) if place not in body.distractors]
        assert kept != ["Forward pass", "Loss", "Backward pass", "Update"]
        assert [body.shown[place] for place in body.key] == ["Forward pass", "Loss", "Backward pass", "Update"]
