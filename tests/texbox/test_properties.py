"""What holds for every formula: nothing lost, nothing wider than it says, no error but TexError."""

import re
import unicodedata
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from grader.texbox import Mode, TexError, check, draw, inline, prose
from grader.texbox.box import TooLarge
from grader.texbox.layout import Layout
from grader.texbox.look import Look
from grader.texbox.parse import parse
from tests.texbox.formulas import FORMULAS

PLAIN_MODES = (Mode.PLAIN, Mode.PLAIN_ASCII)
TEX_PIECES = [
    "\\", "{", "}", "^", "_", "&", "\\\\", "$", "$$", "`", "'", " ", "\n", "a", "7", "(", "]", "|", "||", "%", "#", "~",
    "-", "=", "\\frac", "\\sqrt", "[", "\\left", "\\right", "\\middle", ".", "\\begin{cases}", "\\end{cases}", "\\hat",
    "\\begin{pmatrix}", "\\end{pmatrix}", "\\text{", "\\sum", "\\limits", "\\underbrace", "\\not", "\\mathbf", "\\big",
    "\\operatorname", "\\tag{1}", "\\pmod", "\\substack", "\\xrightarrow", "\\overset", "é", "σ", "∑", "²", "中", "\x00",
]  # fmt: skip
TEX_SOUP = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(TEX_PIECES), max_size=40).map("".join))

# Names that are words in every mode; what is left of a source without them are single letters and digits.
NAMES = re.compile(r"\\(?:begin|end)\{[a-z]+\}|\\operatorname|\\text|\\math[a-z]+|\\[A-Za-z]+")

COMMAND = re.compile(r"\\[A-Za-z]+")
# The text of a command in Unicode, plain and ASCII.
SHOWN = {
    r"\alpha": "α α alpha",
    r"\sigma": "σ σ sigma",
    r"\Theta": "Θ Θ Theta",
    r"\epsilon": "ε ε epsilon",
    r"\partial": "∂ ∂ partial",
    r"\infty": "∞ ∞ infinity",
    r"\nabla": "∇ ∇ grad",
    r"\ldots": "… … ...",
    r"\log": "log log log",
    r"\max": "max max max",
    r"\sum": "∑ sum sum",
    r"\int": "∫ int int",
    r"\le": "≤ ≤ <=",
    r"\cdot": "· · *",
    r"\odot": "⊙ ⊙ (.)",
    r"\to": "→ → ->",
    r"\in": "∈ ∈ in",
}


def letters(text: str) -> Counter[str]:
    """How often each letter and digit occurs, whatever alphabet it is set in."""
    return Counter(char for char in unicodedata.normalize("NFKD", text) if char.isalnum())


@given(FORMULAS, st.sampled_from(Mode))
def test_no_letter_or_number_is_lost(tex: str, mode: Mode):
    source = letters(NAMES.sub(" ", tex))
    shown = letters("\n".join(draw(tex, mode=mode)))
    assert not source - shown


@given(FORMULAS, st.sampled_from(Mode))
def test_no_symbol_is_lost(tex: str, mode: Mode):
    shown = "".join(draw(tex, mode=mode))
    for command, count in Counter(COMMAND.findall(tex)).items():
        if command in SHOWN:
            unicode, plain, ascii = SHOWN[command].split()
            texts = {Mode.UNICODE: (unicode, plain), Mode.PLAIN: (plain,)}.get(mode, (ascii,))  # plain is the fallback
            # A superscript 2 counts as 2, but an ellipsis is not three dots: both forms are looked at.
            assert (
                max(form.count(text) for form in (shown, unicodedata.normalize("NFKD", shown)) for text in texts)
                >= count
            )


@given(FORMULAS)
def test_every_row_of_a_box_is_as_wide_as_the_box(tex: str):
    formula = parse(tex)
    for look in (Look(False, True, formula.mixed), Look(True, False, formula.mixed)):
        box = Layout(look).row(formula.root)
        assert {cell_len(row) for row in box.rows} == {box.width}
        assert 0 <= box.top <= box.base <= box.bottom < len(box.rows)


@given(FORMULAS, st.integers(20, 100), st.sampled_from((Mode.UNICODE, Mode.ASCII)))
def test_two_dimensions_keep_to_the_width(tex: str, width: int, mode: Mode):
    lines = draw(tex, width=width, mode=mode)
    words = [cell_len(word) for line in lines for word in line.split()]
    assert max(map(cell_len, lines)) <= max(width, *(4 + length for length in words))


@given(FORMULAS)
def test_plain_text_is_one_line_with_balanced_brackets(tex: str):
    open_braces = tex.count(r"\{") - tex.count(r"\left\{")
    for mode in PLAIN_MODES:
        (line,) = draw(tex, mode=mode)
        assert "\n" not in line
        assert line.count("(") == line.count(")")
        assert line.count("[") == line.count("]")
        assert line.count("{") == line.count("}") + open_braces


@given(FORMULAS)
def test_ascii_is_ascii(tex: str):
    for mode in (Mode.ASCII, Mode.PLAIN_ASCII):
        assert "".join(draw(tex, mode=mode)).isascii()


@given(TEX_SOUP, st.sampled_from(Mode), st.integers(1, 100))
@example("\\left" * 500, Mode.UNICODE, 80)
@example("{" * 4000, Mode.UNICODE, 80)
@example("(" * 4000, Mode.ASCII, 80)
@example("x" * 4001, Mode.PLAIN, 80)
@example("\\sqrt" * 800, Mode.UNICODE, 80)
@example("\\\\" * 2000, Mode.UNICODE, 80)
@example("a" * 2000 + "\\\\" * 900, Mode.UNICODE, 80)
def test_only_tex_errors_come_out(text: str, mode: Mode, width: int):
    for function in (
        lambda: draw(text, width=width, mode=mode),
        lambda: inline(text, mode),
        lambda: prose(text, width, mode),
        lambda: check(text),
    ):
        try:
            function()
        except TexError as error:
            assert 1 <= error.column <= len(text) + 1
            assert str(error) == f"column {error.column}: {error.reason}"


@given(FORMULAS)
def test_what_is_checked_can_be_drawn(tex: str):
    check(tex)
    assert all(draw(tex, mode=mode) for mode in Mode)


@given(st.text(alphabet=st.characters(exclude_characters="$`\\", exclude_categories=["Cs", "Cc"]), max_size=60))
def test_text_without_maths_stays_as_it_is(text: str):
    assert inline(text, Mode.UNICODE) == text


def test_a_deep_formula_is_refused_at_the_level_that_is_too_deep():
    for opener, closer, per_level in (("{", "}", 1), ("(", ")", 1), ("\\sqrt{", "}", 6), ("x^{", "}", 3)):
        check(opener * 30 + "x" + closer * 30)
        with pytest.raises(TexError) as caught:
            check(opener * 500 + "x" + closer * 500)
        assert caught.value.column <= 40 * per_level


def test_a_formula_that_fills_no_screen_is_shown_as_plain_text():
    rows = r"\\".join(["a"] * 500)
    tex = rf"\begin{{matrix}} {'b' * 1500} \\ {rows} \end{{matrix}}"
    formula = parse(tex)
    with pytest.raises(TooLarge):
        Layout(Look(False, True, formula.mixed)).row(formula.root)
    assert draw(tex, width=100_000)[0].startswith("matrix(bbb")


@pytest.mark.parametrize(
    ("opener", "closer"),
    [
        ("x^{", "}"),
        ("x_{", "}"),
        ("x_{y+", "}^{2}"),
        (r"\frac{1}{1+", "}"),
        (r"\frac{", r"}{\frac{a}{b}}"),
        (r"e^{\frac{1}{1+", "}}"),
        (r"\sqrt{1+", "}"),
        (r"\sqrt[n]{", "}"),
        (r"\hat{", "}"),
        (r"\hat{a", "}"),
        (r"\left. ", r"\right."),
        (r"\left( ", r"\right)^{2}"),
        (r"\begin{cases} 1 & ", r"\end{cases}"),
        (r"\begin{pmatrix} a \\ ", r"\end{pmatrix}_{k}"),
        (r"\underbrace{", "}_{a}"),
        (r"\sum_{", "}"),
        (r"\mathbf{", "}"),
        (r"\overset{a}{", "}"),
        (r"\binom{n}{", "}"),
        (r"\substack{ a \\ ", "}"),
        ("|", "|"),
        ("(", ")"),
    ],
)
def test_nesting_takes_no_more_than_a_moment(opener: str, closer: str):
    """Work that doubles with each of these 15 levels would never end at 32."""
    tex = opener * 15 + "x" + closer * 15
    for mode in Mode:
        assert letters("".join(draw(tex, width=500, mode=mode)))["x"]
