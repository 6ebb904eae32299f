"""Plain text must mean the same as the formula: both are worked out as numbers and compared."""

import cmath
import math
import re

from hypothesis import assume, given
from hypothesis import strategies as st

from grader.texbox import Mode, draw

VALUES = {"a": 1.3, "b": 0.7, "c": 2.1, "k": 1.7}
SUM, PRODUCT, ATOM = range(3)

# A formula is its TeX, how tightly that holds together, and its value.
Formula = tuple[str, int, complex]
LETTERS = [(name, ATOM, complex(value)) for name, value in VALUES.items()]


def in_brackets(formula: Formula, at_least: int) -> str:
    """The TeX, in brackets where it would fall apart."""
    tex, level, _ = formula
    return tex if level >= at_least else rf"\left( {tex} \right)"


def combined(kind: str, x: Formula, y: Formula) -> Formula:
    """A larger formula and its value, worked out without looking at any text."""
    a, b = x[2], y[2]
    match kind:
        case "+":
            return f"{x[0]} + {in_brackets(y, PRODUCT)}", SUM, a + b
        case "-":
            return f"{x[0]} - {in_brackets(y, PRODUCT)}", SUM, a - b
        case "negative":
            return f"- {in_brackets(x, PRODUCT)}", SUM, -a
        case "times":
            return rf"{in_brackets(x, PRODUCT)} \cdot {in_brackets(y, PRODUCT)}", PRODUCT, a * b
        case "next to":
            return f"{in_brackets(x, PRODUCT)} {in_brackets(y, PRODUCT)}", PRODUCT, a * b
        case "fraction":
            return rf"\frac{{{x[0]}}}{{{y[0]}}}", PRODUCT, a / b
        case "power":
            return f"{{{in_brackets(x, ATOM)}}}^{{{y[0]}}}", PRODUCT, a**b
        case "power of a group":
            return f"{{{x[0]}}}^{{{y[0]}}}", PRODUCT, a**b
        case "root":
            return rf"\sqrt{{{x[0]}}}", PRODUCT, cmath.sqrt(a)
        case _:
            return f"({x[0]})", ATOM, a


KINDS = ["+", "-", "negative", "times", "next to", "fraction", "power", "power of a group", "root", "brackets"]


def evaluated(text: str) -> complex:
    """The value of plain ASCII maths, where what stands next to each other is multiplied."""
    tokens = re.findall(r"sqrt|[a-z]|[-+*/()^]", text)
    python = ""
    for previous, token in zip(["", *tokens], tokens):
        starts_factor = token == "sqrt" or token.isalpha() or token == "("
        if starts_factor and previous and (previous == ")" or (previous.isalpha() and previous != "sqrt")):
            python += "*"
        python += {"^": "**", "-": "-"}.get(token, token)
    return complex(eval(python, {"sqrt": cmath.sqrt, **VALUES}))


def in_range(value: complex) -> bool:
    """Whether the value is far from overflow, from zero and from the cut of roots and powers."""
    return 1e-6 < abs(value) < 1e6 and abs(abs(cmath.phase(value)) - math.pi) > 1e-6


@given(st.data())
def test_plain_text_has_the_value_of_the_formula(data: st.DataObject):
    formulas = list(LETTERS)
    for _ in range(data.draw(st.integers(1, 7))):
        kind = data.draw(st.sampled_from(KINDS))
        x, y = (data.draw(st.sampled_from(formulas[-6:])) for _ in range(2))
        if kind == "power" or kind == "power of a group":
            y = data.draw(st.sampled_from([*LETTERS, formulas[-1]]))
        try:
            formula = combined(kind, x, y)
        except (ZeroDivisionError, OverflowError):
            continue
        if in_range(formula[2]) and len(formula[0]) < 500:
            formulas.append(formula)
    tex, _, value = formulas[-1]
    assume(len(formulas) > len(LETTERS))
    (text,) = draw(tex, mode=Mode.PLAIN_ASCII)
    assert cmath.isclose(evaluated(text), value, rel_tol=1e-6), (tex, text)
