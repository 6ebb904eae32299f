import unicodedata

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from grader.report.escape import LONGEST, csv_cell, file_name, html, is_plain_cell, markdown, visible, xml
from tests.report.classes import nasty_names


def test_visible_text_is_one_printable_line_of_bounded_length() -> None:
    for name in nasty_names(1000):
        shown = visible(name)
        assert len(shown) <= LONGEST
        assert all(c.isprintable() for c in shown)
        assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") for c in shown)
        shown.encode("utf-8")


@pytest.mark.parametrize("start", [*"=+-@|%", "\t=", " =", "＝", "＋", "－", "＠"])
def test_a_cell_that_could_be_a_formula_begins_with_an_apostrophe(start: str) -> None:
    assert csv_cell(f"{start}1+1").startswith("'")
    assert not is_plain_cell(f"{start}1+1")


def test_plain_cells_stay_as_they_are() -> None:
    for text in ("Ada Byron", "O'Brien", "李小龍", "ada@example.org", "a-b", "12", ""):
        assert csv_cell(text) == text
        assert is_plain_cell(text)


def test_html_keeps_the_words_and_no_markup() -> None:
    assert html("<b a=\"x\" c='y'>&") == "&lt;b a=&quot;x&quot; c=&#x27;y&#x27;&gt;&amp;"


def rendered(cell: str) -> list[Token]:
    """What a reader of GitHub's Markdown makes of a table with one cell: the tokens in it."""
    reader = MarkdownIt("gfm-like", {"linkify": False})
    tokens = reader.parse(f"| head |\n|---|\n| {cell} |\n")
    body = tokens[[token.type for token in tokens].index("tbody_open") :]
    assert [token.type for token in body].count("td_open") == 1
    return next(token for token in body if token.type == "inline").children or []


def test_markdown_means_the_text_and_nothing_else() -> None:
    for name in nasty_names(1000):
        tokens = rendered(markdown(name))
        assert {token.type for token in tokens} <= {"text", "text_special"}, name
        assert "".join(token.content for token in tokens).strip() == visible(name).strip()


def test_what_means_nothing_in_markdown_stays_readable() -> None:
    for text in ("lstm_backward", "01 Shifted windows (Swin)", "O'Brien", 'Say "hi"', "a/b", "2.5", "x - y"):
        assert markdown(text) == text
    assert markdown("_a_") == "&#95;a&#95;" and markdown("a__b") == "a&#95;&#95;b"


def test_markdown_makes_no_address_list_or_heading() -> None:
    reader = MarkdownIt("gfm-like", {"linkify": False})
    for text in (
        "- item",
        "+ item",
        "1. item",
        "23) item",
        "# head",
        "=====",
        "> quote",
        "http://a.example",
        "a@b.example",
    ):
        assert [token.type for token in reader.parse(markdown(text))] == ["paragraph_open", "inline", "paragraph_close"]
        assert not {":", "@"} & set(markdown(text))
    assert markdown("www.evil.example").startswith("www&#46;")


def test_xml_never_ends_a_section_early() -> None:
    assert "]]>" not in xml("x]]>y")
    assert "<" not in xml("<![CDATA[x")


def test_file_names_hold_no_separator_and_are_never_empty() -> None:
    for name in nasty_names(300):
        made = file_name(name, "Participant")
        assert made and len(made) <= 60
        assert not set(made) & set('/\\_:*?"<>|.\0\n')
