from __future__ import annotations

from grader.render.sheet import read_sheet, sheet_screen
from grader.render.text import Page

SHEET = '''"""Exercise 1: Halves

    causes     too few parameters, too much regularization, too little training time, poor features
    solutions  more layers and units, less regularization, longer training, better features, a more
               complex architecture
    left       right
"""


def half(x):
    """Return half of x.

        x / 2
        for every entry

    x is a number. Euclid 300.
    """
    raise NotImplementedError
'''


def shown(formulas: dict[str, str], page: Page) -> list[str]:
    return [line.text for line in sheet_screen(read_sheet(SHEET), ["half"], formulas, "t", "grade exercise1", page)]


def test_a_formula_is_drawn_in_place_of_the_block_that_spells_it() -> None:
    assert shown({"half": r"\frac{x}{2}"}, Page(80)) == [
        "half(x)",
        "    Return half of x.",
        "",
        "         x",
        "        ───",
        "         2",
        "",
        "    x is a number. Euclid 300.",
        "",
        "Next: grade exercise1",
    ]


def test_an_ascii_terminal_has_it_drawn_in_ascii() -> None:
    text = "\n".join(shown({"half": r"\frac{x}{2}"}, Page(80, "ascii")))
    assert "---" in text and text.isascii()


def test_a_plain_page_and_a_function_without_a_formula_keep_the_text() -> None:
    for lines in (shown({"half": r"\frac{x}{2}"}, Page(80, plain=True)), shown({}, Page(80))):
        assert "        x / 2" in lines and "        for every entry" in lines


def test_a_list_item_that_is_too_long_hangs_under_its_first_word() -> None:
    lines = [line.text for line in sheet_screen(read_sheet(SHEET), [], {}, "t", "grade exercise1", Page(60))]
    start = next(i for i, line in enumerate(lines) if "causes" in line)
    assert lines[start : start + 6] == [
        "    causes     too few parameters, too much regularization,",
        "               too little training time, poor features",
        "    solutions  more layers and units, less regularization,",
        "               longer training, better features, a more",
        "               complex architecture",
        "    left       right",
    ]
