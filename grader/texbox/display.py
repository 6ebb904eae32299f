"""A formula in any mode."""

from __future__ import annotations

from .box import TooLarge
from .layout import Layout
from .linear import linear
from .lines import lines_of
from .look import Look, Mode
from .parse import parse
from .tree import Formula
from .wrap import wrapped

_FOLD_INDENT = "  "


def draw(tex: str, *, width: int = 80, mode: Mode = Mode.UNICODE) -> list[str]:
    """The lines of a display formula.

    The two-dimensional modes break it to the width, and fall back to folded plain text where that cannot be done.
    The plain modes give one line, however long. Raises TexError for what cannot be drawn.
    """
    if width < 1:
        raise ValueError(f"width is {width}; a line has at least one column")
    formula = parse(tex)
    if mode in (Mode.PLAIN, Mode.PLAIN_ASCII):
        return [one_line(formula, mode)]
    look = Look(mode is Mode.ASCII, mode is Mode.UNICODE, formula.mixed)
    try:
        lines = lines_of(formula.root, Layout(look), width)
    except TooLarge:
        lines = None
    return folded(formula, width, mode) if lines is None else lines


def one_line(formula: Formula, mode: Mode) -> str:
    """The formula as it stands in a sentence."""
    return linear(formula.root, Look(mode in (Mode.ASCII, Mode.PLAIN_ASCII), mode is Mode.UNICODE, formula.mixed))


def folded(formula: Formula, width: int, mode: Mode) -> list[str]:
    """The formula as plain text, folded between words."""
    plain = one_line(formula, Mode.PLAIN_ASCII if mode in (Mode.ASCII, Mode.PLAIN_ASCII) else Mode.PLAIN)
    return wrapped(plain.split(), width, rest=_FOLD_INDENT if width > 4 * len(_FOLD_INDENT) else "")


def check(tex: str) -> None:
    """Returns if every mode can draw the formula; raises TexError otherwise."""
    parse(tex)
