"""Formulas that are wider than the terminal."""

import pytest

from grader.texbox import Mode, draw

SUM = r"y = a_1 x_1 + a_2 x_2 + a_3 x_3 + a_4 x_4"


def test_a_formula_that_fits_is_not_broken():
    assert draw(SUM, width=36) == ["y = a₁ x₁ + a₂ x₂ + a₃ x₃ + a₄ x₄"]
    assert draw(SUM, width=33) == ["y = a₁ x₁ + a₂ x₂ + a₃ x₃ + a₄ x₄"]


def test_relations_stand_under_each_other():
    assert draw(r"f(x) = (x + 1)^2 = x^2 + 2x + 1", width=24) == ["f(x) = (x + 1)²", "     = x² + 2x + 1"]


def test_a_sum_is_broken_if_its_relation_does_not_help():
    assert draw(SUM, width=24) == ["y = a₁ x₁ + a₂ x₂", "    + a₃ x₃ + a₄ x₄"]


def test_a_long_left_side_does_not_push_the_rest_out():
    lines = draw(r"\text{a very long left hand side} = a + b + c + d", width=34)
    assert lines == ["a very long left hand side", "  = a + b + c + d"]


def test_equations_side_by_side_are_parted_first():
    assert draw(r"a = b + c, \quad d = e + f", width=16) == ["a = b + c,", "d = e + f"]


def test_tall_lines_have_an_empty_one_between():
    lines = draw(r"x = \frac{a}{b} = \frac{c}{d}", width=8)
    assert lines == ["     a", "x = ───", "     b", "", "     c", "  = ───", "     d"]


def test_aligned_rows_are_broken_one_by_one():
    tex = r"\begin{aligned} a &= b + c \\ d + e &= f + g + h \end{aligned}"
    assert draw(tex, width=40) == ["    a = b + c", "d + e = f + g + h"]
    assert draw(tex, width=13) == ["a = b + c", "", "d + e", "  = f + g + h"]


def test_what_cannot_be_broken_becomes_plain_text():
    tex = r"\frac{a + b + c}{d + e + f} \left( \frac{1}{2} + \frac{3}{4} \right)"
    assert draw(tex, width=26) == ["a + b + c ⎛  1     3  ⎞", "───────── ⎜ ─── + ─── ⎟", "d + e + f ⎝  2     4  ⎠"]
    assert draw(tex, width=20) == ["((a + b + c)/(d + e", "  + f)) (1/2 + 3/4)"]
    assert draw(tex, width=20, mode=Mode.ASCII) == ["((a + b + c)/(d + e", "  + f)) (1/2 + 3/4)"]


def test_plain_modes_do_not_break_lines():
    assert draw(SUM, width=10, mode=Mode.PLAIN) == ["y = a_1 x_1 + a_2 x_2 + a_3 x_3 + a_4 x_4"]


def test_impossible_width_is_refused():
    with pytest.raises(ValueError, match="width is 0; a line has at least one column"):
        draw("x", width=0)
