"""What cannot be drawn is said, with its column; nothing is left out."""

import pytest

from grader.texbox import Mode, TexError, check, draw

WRONG = {
    r"x + \foo": (5, r"unknown command \foo"),
    r"\apha": (1, r"unknown command \apha; did you mean \alpha?"),
    r"x \tag{1}": (3, "an equation tag is not drawn; put the number into the text"),
    r"a \over b": (3, r"\over is not supported; write \frac{...}{...}"),
    r"\frac{1}": (9, r"\frac needs an argument"),
    "x^": (3, "^ needs an argument"),
    "x_1_2": (4, "a second subscript; use braces"),
    "x^1^2": (4, "a second superscript; use braces"),
    "{x": (1, "{ is never closed"),
    "x}": (2, "} without {"),
    "a & b": (3, r"& outside of a matrix, cases or aligned; write \& for the sign"),
    r"a \\ b": (3, r"\\ outside of a matrix, cases or aligned"),
    r"\left( x": (1, r"\left without \right"),
    r"x \right)": (3, r"\right without \left"),
    r"\left x \right)": (7, r"\left needs a bracket (or . for none)"),
    r"\begin{foo} x": (1, "unknown environment foo"),
    r"\begin{cases} x": (1, r"\begin{cases} without \end"),
    r"\begin{cases} x \end{matrix}": (17, r"\end{matrix} closes \begin{cases}"),
    r"x \end{cases}": (3, r"\end without \begin"),
    r"\begin{array}{c|c} x \end{array}": (14, "the columns of an array are one of l, c and r each"),
    r"\sqrt[3 x": (6, "[ is never closed"),
    "50% of": (3, r"the character '%' (U+0025) has no place in a formula; write \%"),
    "x 中": (3, "the character '中' (U+4E2D) has no place in a formula"),
    "x \x07": (3, r"the character '\x07' (U+0007) has no place in a formula"),
    r"\text{a_b}": (8, r"_ in text; write \_"),
    r"\text{a \alpha}": (9, "a command inside of text; close the text before it"),
    r"\text x": (7, r"\text needs an argument in braces"),
    r"\not x": (1, r"\not needs a relation after it"),
    r"x\limits_1": (2, r"\limits after something that takes no limits"),
    r"\operatorname{é}": (1, "an operator's name has ASCII letters only, not 'é'"),
    r"\mathop{x+y}": (1, r"\mathop is supported around a name only; write \operatorname*{...}"),
    "x \\": (3, "a backslash at the end"),
    "": (1, "the formula is empty"),
    "  ": (1, "the formula is empty"),
    "x" * 4001: (4001, "the formula has 4001 characters, more than 4000"),
}


@pytest.mark.parametrize("tex", WRONG, ids=lambda tex: tex[:30])
def test_a_wrong_formula_is_refused_in_every_mode(tex: str):
    column, reason = WRONG[tex]
    for mode in Mode:
        with pytest.raises(TexError) as caught:
            draw(tex, mode=mode)
        assert (caught.value.column, caught.value.reason) == (column, reason)
    with pytest.raises(TexError):
        check(tex)


def test_an_error_is_a_value_error_that_says_where():
    error = TexError("unknown command", 7)
    assert isinstance(error, ValueError)
    assert str(error) == "column 7: unknown command"
    assert str(error.moved(10)) == "column 17: unknown command"


def test_nesting_is_bounded():
    with pytest.raises(TexError, match="more than 32 levels of nesting"):
        check("{" * 40 + "}" * 40)
    with pytest.raises(TexError, match="too many levels of brackets"):
        check("(" * 40 + ")" * 40)
