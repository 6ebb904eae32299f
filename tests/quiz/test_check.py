import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.quiz.check import MAX_ANSWER, NotAnAnswer, mark, mark_readable, right_answer, same_formula
from grader.quiz.item import (
    Choice,
    Expression,
    Gap,
    Gaps,
    Judging,
    Matching,
    Number,
    Ordering,
    Picking,
    Sizes,
    Slip,
    Spot,
    Words,
)

FOUR = (Choice("a", True, "w"), Choice("b", True, "w"), Choice("c", False, "w", "tag-c"), Choice("d", False, "w"))


def score(body, answer):
    return mark(body, answer).score


@pytest.mark.parametrize("name", ["alpha-single", "alpha-multi", "alpha-statement", "alpha-number", "alpha-shape", "alpha-short",
                                  "beta-order", "beta-match", "beta-cloze", "beta-derive", "beta-bug"])  # fmt: skip
def test_the_key_of_every_type_is_right(item, name):
    for seed in range(20):
        body = item(name, seed).body
        assert mark(body, right_answer(body)).right


@pytest.mark.parametrize(
    ("credit", "answer", "want"),
    [
        ("all", "a b", 1), ("all", "a", 0), ("net", "a", 0.5), ("net", "a c", 0), ("net", "abc", 0.5), ("net", "cd", 0),
        ("each", "a", 0.75), ("each", "abcd", 0.5), ("each", "1,2", 1), ("each", "c, d", 0),
    ],
)  # fmt: skip
def test_partial_credit_of_choices(credit, answer, want):
    assert score(Picking(FOUR, True, credit), answer) == pytest.approx(want)


def test_a_single_choice_takes_one_option():
    body = Picking(FOUR[1:])
    assert score(body, "A") == score(body, " 1 ") == score(body, "a)") == 1
    assert mark(body, "b").misconceptions == ("tag-c",)
    for answer in ("", "ab", "z", "4", "0", "a?", "é"):
        with pytest.raises(NotAnAnswer):
            mark(body, answer)


def test_every_option_comes_with_its_reason():
    reasons = mark(Picking(FOUR[1:]), "b").reasons
    assert [(reason.label, reason.right, reason.chosen) for reason in reasons] == [
        ("a", True, False), ("b", False, True), ("c", False, False),
    ]  # fmt: skip


def test_statements():
    body = Judging(False, "why", "trap", "tag")
    assert score(body, "F") == score(body, "false") == score(body, "2") == 1
    assert mark(body, "t").misconceptions == ("tag",)
    with pytest.raises(NotAnAnswer):
        mark(body, "perhaps")


NUMBER = Number(0.25, ("abs", 0.001), "MB", {"GB": 1000.0, "kB": 0.001}, "w", (Slip(0.5, "half", "tag"),))


@pytest.mark.parametrize(
    "answer",
    ["0.25", ".25", "1/4", "2.5e-1", "25%", "0,25", "0.25 MB", "0.25mb", "250 kB", "2^-2", "0.2505", "+0.25", "00.25"],
)
def test_numbers_are_read_as_people_write_them(answer):
    assert score(NUMBER, answer) == 1


@pytest.mark.parametrize("answer", ["-0.25", "0.26", "0.25 GB", "25"])
def test_other_numbers_are_wrong(answer):
    assert score(NUMBER, answer) == 0


@pytest.mark.parametrize("answer", ["", "b", "0.25 kg", "1/0", "nan", "inf", "__import__('os')", "0.25 0.25", "1e999"])
def test_texts_that_are_no_number_are_asked_again(answer):
    with pytest.raises(NotAnAnswer):
        mark(NUMBER, answer)


def test_a_diagnosed_number_names_its_mistake():
    marked = mark(NUMBER, "0.5")
    assert marked.score == 0
    assert marked.misconceptions == ("tag",)
    assert marked.reasons[0].why == "half"


@pytest.mark.parametrize(
    ("tolerance", "want", "answer", "right"),
    [
        (("rel", 0.01), 200.0, "201.9", True), (("rel", 0.01), 200.0, "202.1", False),
        (("sig", 3), 0.012345, "0.0123", True), (("sig", 3), 0.012345, "0.0124", False),
        (("sig", 2), 0.0, "0.01", True), (("sig", 2), 0.0, "0.1", False), (("abs", 1e-9), 12, "12", True), (("abs", 1e-9), 12, "12.001", False),
        (("abs", 1e-9), 4600, "4,600", True), (("abs", 1e-9), 4600, "4 600", True),
    ],
)  # fmt: skip
def test_tolerances(tolerance, want, answer, right):
    assert mark(Number(want, tolerance, None, {}, "w"), answer).right is right


SIZES = Sizes(("N", "4*H", "5"), ("N", "H"), "w", (Slip(("4*N", "H", "5"), "why", "tag"),))


@pytest.mark.parametrize(
    "answer", ["(N, 4H, 5)", "N,4*H,5", "[N, H*4, 2+3]", "N x 4H x 5", "n".upper() + " 4H 5", "(N, 4 H, 5,)"]
)
def test_shapes_are_compared_axis_by_axis(answer):
    assert score(SIZES, answer) == 1


def test_wrong_shapes_get_the_share_of_their_axes():
    assert score(SIZES, "(N, H, 5)") == pytest.approx(2 / 3)
    assert score(SIZES, "(N, 4H)") == 0
    assert mark(SIZES, "(4N, H, 5)").misconceptions == ("tag",)
    for answer in ("(N, Q, 5)", "(N, 4H, )(", "(N; 4)"):
        with pytest.raises(NotAnAnswer):
            mark(SIZES, answer)


def test_a_scalar_has_the_empty_shape():
    assert score(Sizes((), (), "w"), "()") == 1
    assert score(Sizes(("3",), (), "w"), "(3,)") == 1


WORDS = Words(
    ("teacher forcing", "re:(scheduled )?sampling"), "w", ("teacher forcing",), (Slip("free running", "no", "tag"),)
)


@pytest.mark.parametrize(
    "answer",
    ["Teacher Forcing", "teacher-forcing", " the teacher  forcing. ", "ＴＥＡＣＨＥＲ forcing", "Scheduled sampling"],
)
def test_words_forgive_case_width_spaces_and_hyphens(answer):
    assert score(WORDS, answer) == 1


def test_other_words_are_wrong_and_known_ones_named():
    assert mark(WORDS, "free-running").misconceptions == ("tag",)
    assert score(WORDS, "teacher") == 0
    with pytest.raises(NotAnAnswer):
        mark(WORDS, "  ")


EXPRESSION = Expression("(1 - eta*lam)*w", ("eta", "lam", "w"), "w", (Slip("w - lam*w", "no rate", "tag"),))


@pytest.mark.parametrize(
    "answer", ["w - eta*lam*w", "w*(1-lam*eta)", "w(1 - eta lam)", "(1-eta*lam)w", "w' = w - lam eta w"]
)
def test_expressions_are_compared_by_value(answer):
    assert score(EXPRESSION, answer) == 1


def test_other_expressions_are_wrong_or_unreadable():
    assert mark(EXPRESSION, "(1-lam)*w").misconceptions == ("tag",)
    assert score(EXPRESSION, "w/(1 + eta*lam)") == 0
    for answer in ("w - x", "w -", "[w]", "w**9999"):
        with pytest.raises(NotAnAnswer):
            mark(EXPRESSION, answer)


@given(st.text(max_size=MAX_ANSWER + 20))
def test_no_text_whatever_breaks_the_marking(text):
    bodies = (Picking(FOUR, True, "net"), Judging(True, "a", "b"), NUMBER, SIZES, WORDS, EXPRESSION, ORDER, PAIRS,
              Gaps((Gap("x", NUMBER),), "each"), Spot((2,), 3, "w", {}))  # fmt: skip
    for body in bodies:
        try:
            assert 0 <= mark(body, text).score <= 1
        except NotAnAnswer:
            pass


ORDER = Ordering(("c", "a", "x", "b"), (1, 3, 0), None, {2: Choice("x", False, "no", "tag")}, "lcs", "w")


@pytest.mark.parametrize(
    ("answer", "want"),
    [("2 4 1", 1), ("241", 1), ("2,4,1", 1), ("2 1 4", 2 / 3), ("1 4 2", 0), ("2 4", 2 / 3), ("2 4 1 3", 0), ("2", 0)],
)
def test_orders_get_credit_for_their_longest_right_part(answer, want):
    assert score(ORDER, answer) == pytest.approx(want)


def test_a_step_that_does_not_belong_is_named():
    assert mark(ORDER, "3 2 4 1").misconceptions == ("tag",)
    for answer in ("", "2 2 4", "9", "a b"):
        with pytest.raises(NotAnAnswer):
            mark(ORDER, answer)


def test_a_partial_order_accepts_every_order_that_keeps_it():
    body = Ordering(("a", "b", "c"), (0, 1, 2), ((0, 1), (0, 2)), {}, "lcs", "w")
    assert score(body, "1 2 3") == score(body, "1 3 2") == 1
    assert score(body, "2 1 3") == pytest.approx(0.5)
    assert score(body, "3 2 1") == 0
    assert score(body, "1 2") < 1


PAIRS = Matching(
    ("p", "q", "r"), ("x", "y", "z"), (1, 0, 1), ("w", "w", "w"), {2: Choice("z", False, "no", "tag")}, "each"
)


@pytest.mark.parametrize(
    ("answer", "want"),
    [("1b 2a 3b", 1), ("bab", 1), ("b a b", 1), ("1=b, 2=a, 3=b", 1), ("3b 1b 2b", 2 / 3), ("1z", None)],
)
def test_pairs(answer, want):
    if want is None:
        with pytest.raises(NotAnAnswer):
            mark(PAIRS, answer)
    else:
        assert score(PAIRS, answer) == pytest.approx(want)


def test_a_distractor_in_a_pair_is_named():
    assert mark(PAIRS, "1c 2a 3b").misconceptions == ("tag",)


def test_gaps_share_their_credit():
    gaps = Gaps((Gap("x", NUMBER), Gap("y", WORDS)), "each")
    assert score(gaps, ("0.25", "teacher forcing")) == 1
    assert score(gaps, "0.25; teacher forcing") == 1
    assert score(gaps, ("0.25", "nothing")) == 0.5
    assert score(gaps._replace(credit="all"), ("0.25", "nothing")) == 0
    with pytest.raises(NotAnAnswer):
        mark(gaps, ("0.25",))
    readable = mark_readable(gaps, ("0.25", ""))
    assert readable is not None
    assert readable.score == 0.5


def test_a_bug_is_found_by_its_line_and_its_repair(item):
    body = item("beta-bug").body
    right = right_answer(body)
    assert score(body, right) == 1
    assert score(body, ("2", right[1])) == 0.5
    assert mark(body, ("2", right[1])).reasons[0].why == "The sum is as it should be."
    with pytest.raises(NotAnAnswer):
        mark(body, ("9", right[1]))


def test_formulas_that_agree_at_a_few_points_only_are_told_apart():
    assert same_formula("x**2 - x", "x*(x - 1)", ["x"])
    assert not same_formula("x", "abs(x - 1e-6) + 1e-6 * x", ["x"])
    assert not same_formula("log(x)", "log(x + 1e-3)", ["x"])


RATES = (
    Choice("0.1 to 0.2", True, "why"), Choice(r"$\frac{a}{1 - p}$ is kept", False, "why"), Choice("2", False, "why"),
    Choice("cab", False, "why"), Choice("It is kept.", False, "why"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "label"),
    [
        ("0.1 to 0.2", "a"), ("0.1 TO  0.2", "a"), ("a/(1-p) is kept", "b"), ("a/(1 − p) is kept", "b"), ("cab", "d"),
        ("it is kept", "e"), ("1", "a"), ("d", "d"), (r"\frac{a}{1-p} is kept", "b"),
    ],
)  # fmt: skip
def test_an_option_can_be_named_by_its_own_text(answer, label):
    assert [reason.label for reason in mark(Picking(RATES), answer).reasons if reason.chosen] == [label]


def test_a_number_that_means_two_options_is_asked_again():
    with pytest.raises(NotAnAnswer, match="2 is the text of option c and the number of another"):
        mark(Picking(RATES), "2")


@pytest.mark.parametrize(("answer", "says"), [("z", "no option z"), ("it is lost", "or the text of an option")])
def test_what_names_no_option_says_what_to_type(answer, says):
    with pytest.raises(NotAnAnswer, match=says):
        mark(Picking(RATES), answer)


def test_the_choice_of_a_gap_takes_the_text_too():
    body = Gaps((Gap("rate", Picking(RATES)), Gap("n", Number(3, ("abs", 0), None, {}, "why"))), "each")
    marked = mark(body, ("0.1 to 0.2", "4"))
    assert marked.score == 0.5
    assert [(reason.label, reason.chosen) for reason in marked.reasons] == [("rate a", True), ("n", False)]
