from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.render.text import Page, columns, pad

ENCODINGS = ("utf-8", "cp1252", "ascii", "latin-1", "cp437")


@given(st.text(), st.sampled_from(ENCODINGS))
def test_clean_text_is_one_printable_line_that_can_be_encoded(text: str, encoding: str) -> None:
    cleaned = Page(encoding=encoding).clean(text)
    assert cleaned.isprintable()
    assert cleaned.encode(encoding).decode(encoding) == cleaned


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert Page(encoding="ascii").clean(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b31m", r"\x9b31m"),
        ("a\r\nb", r"a\r\nb"),
        ("\u202egnp", r"\u202egnp"),
        ("\u2066x\u2069", r"\u2066x\u2069"),
        ("a\u200bb\ufeff", r"a\u200bb\ufeff"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("\u2028", r"\u2028"),
        ("tab\there", "tab    here"),
        ("no\u00a0break", "no break"),
        ("e\u0301\u0301\u0301", "e\u0301\\u0301\\u0301"),
        ("\u0301x", r"\u0301x"),
    ],
)
def test_what_could_move_hide_or_reorder_is_shown_as_a_code(text: str, shown: str) -> None:
    assert Page().clean(text) == shown


def test_symbols_of_the_field_are_spelled_out_where_they_cannot_be_encoded() -> None:
    text = "‖x‖ ≤ ½ σ(−z) → Σ ŷ"
    assert Page(encoding="ascii").clean(text) == "||x|| <= 1/2 sigma(-z) -> sum y_hat"
    assert Page(encoding="utf-8").clean(text) == text
    assert Page(encoding="ascii").clean("汉") == r"\u6c49"


@given(st.text(), st.integers(40, 200), st.text(alphabet=" ", max_size=12), st.sampled_from(ENCODINGS))
def test_wrapped_text_fits_and_loses_no_visible_character(text: str, width: int, indent: str, encoding: str) -> None:
    page = Page(width, encoding)
    lines = page.wrap(text, indent)
    assert all(columns(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(page.clean(text).split())


@given(st.text(), st.integers(1, 100), st.sampled_from(ENCODINGS))
def test_cut_text_fits_and_says_that_it_was_cut(text: str, room: int, encoding: str) -> None:
    page = Page(80, encoding)
    cut = page.cut(text, room)
    assert columns(cut) <= room
    assert cut == page.clean(text) or cut.endswith("..."[:room])


def test_wide_characters_count_twice_and_marks_not_at_all() -> None:
    assert [columns(text) for text in ("abc", "汉字", "e\u0301", "")] == [3, 4, 1, 0]
    assert pad("汉", 4) == "汉  "
