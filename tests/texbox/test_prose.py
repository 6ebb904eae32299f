"""Texts with maths in them."""

from pathlib import Path

import pytest
from rich.cells import cell_len

from grader.texbox import Mode, TexError, inline, prose
from tests.texbox.golden_prose import FOLDER, WIDTH, drawn, golden_path

SOURCES = sorted(FOLDER.glob("*.text"))


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_text_looks_as_it_was_approved(source: Path, mode: Mode):
    assert drawn(source, mode) == golden_path(source, mode).read_text(encoding="utf-8")


@pytest.mark.parametrize("mode", Mode)
def test_no_line_of_filled_text_is_wider_than_asked(mode: Mode):
    text = SOURCES[0].read_text(encoding="utf-8").split("| symbol")[0]
    for width in (30, 45, WIDTH, 100):
        assert max(map(cell_len, prose(text, width, mode))) <= width


def test_inline_maths_stays_where_it_stands():
    text = r"Take $\mu_{\mathcal{B}}$ ($\frac{a+b}{2}$), then $x_{t-1}^2$."
    assert inline(text, Mode.UNICODE) == "Take μ_ℬ ((a + b)/2), then xₜ₋₁²."
    assert inline(text, Mode.PLAIN) == "Take μ_B ((a + b)/2), then x_(t−1)²."
    assert inline(text, Mode.ASCII) == "Take mu_B ((a + b)/2), then x_(t-1)^2."


def test_display_maths_in_a_sentence_is_drawn_on_one_line():
    assert inline(r"so $$\sum_{i=1}^n x_i$$ is", Mode.UNICODE) == "so ∑ᵢ₌₁ⁿ xᵢ is"


def test_dollar_signs_of_money_and_code_are_no_maths():
    assert inline(r"\$5 for `$x$` and ``a`$b`` is \$6") == "$5 for `$x$` and ``a`$b`` is $6"


def test_an_open_dollar_sign_is_an_error_with_its_column():
    with pytest.raises(TexError, match=r"^column 6: \$ is never closed; write \\\$ for a dollar sign$"):
        inline("cost $5")
    with pytest.raises(TexError, match=r"^column 3: \$\$ is never closed"):
        prose("a $$x", 80)


def test_columns_of_errors_count_from_the_start_of_the_text():
    text = "- first\n- $x$ and $y + \\oops$"
    for function in (inline, prose):
        with pytest.raises(TexError, match="unknown command") as caught:
            function(text)
        assert text[caught.value.column - 1 :].startswith("\\oops")


def test_a_formula_is_not_broken_over_lines_if_it_fits_one():
    assert prose("one two $a + b = c$ three", 16) == ["one two", "a + b = c three"]
    assert prose("one $a + b = c + d$", 8) == ["one a +", "b = c +", "d"]


def test_a_display_formula_splits_its_paragraph():
    text = "The mean\n$$\\frac{a}{b}$$\nof a batch."
    assert prose(text, 60) == ["The mean", "", "     a", "    ───", "     b", "", "of a batch."]


def test_a_formula_that_looks_like_a_list_stays_whole():
    assert prose("$$a\n- b\n# c$$".replace("#", "+"), 60) == ["    a − b + c"]


def test_symbols_of_the_text_are_spelled_out_in_ascii():
    assert inline("ηλ → 0, x² ≤ 4 – “done” é", Mode.ASCII) == 'eta lambda -> 0, x^2 <= 4 - "done" é'


def test_width_of_wide_characters_counts():
    lines = prose("漢字 漢字 漢字 ✅ ok", 9)
    assert lines == ["漢字 漢字", "漢字 ✅", "ok"]
    assert max(map(cell_len, lines)) <= 9


def test_impossible_width_is_refused():
    with pytest.raises(ValueError, match="width is 0"):
        prose("x", 0)


def test_long_texts_take_linear_time():
    assert len(prose("`a\n" * 20_000, 80)) > 100
    assert len(inline("a` " * 20_000)) == 60_000
