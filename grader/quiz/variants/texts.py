"""Texts with their placeholders filled in, and numbers as a person writes them."""

from __future__ import annotations

import re

from ..formula import FormulaError, Value, evaluate
from .parameters import Values

# Patterns stay texts until they are used: compiling them would slow every start.
PLACEHOLDER = r"\{\{([^{}]+)\}\}"
BLANK = r"\[\[([A-Za-z][A-Za-z0-9_]*)\]\]"
_FORMAT = r"[+]?,?(\.[0-9]{1,2})?[dfge%]?\Z"


def plain_number(value: Value) -> str:
    """A number as a person writes it: six significant digits, no trailing zeros."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    text = f"{value:.6g}"
    if "e" in text and 1e-4 <= abs(value) < 1e15:
        text = f"{value:.0f}"
    return "0" if text == "-0" else text


def fill(text: str, values: Values) -> str:
    """The text with every `{{formula}}` or `{{formula:format}}` replaced by its value."""
    if "{{" not in text:
        return text

    def replace(match: re.Match[str]) -> str:
        expression, _, form = match[1].partition(":")
        value = evaluate(expression.strip(), values)
        if not form:
            return plain_number(value)
        if not re.match(_FORMAT, form) or isinstance(value, str):
            raise FormulaError(f"{{{{{match[1]}}}}}: the format {form!r} is not allowed")
        return format(float(value) if form[-1] in "fge%" else value, form)

    return re.sub(PLACEHOLDER, replace, text)
