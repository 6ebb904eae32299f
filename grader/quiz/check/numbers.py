"""Typed numbers: how they are read, and how near they must be."""

from __future__ import annotations

import math
import re
import unicodedata

from ..formula import FormulaError, number
from ..item import Number
from ..variants import plain_number
from .result import Marked, NotAnAnswer, Reason, tags


def read_number(text: str, body: Number) -> float:
    """The typed number in the unit of the question; `1/3`, `2^10`, `0,5`, `25%` and `1.5 GB` are numbers too."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("−", "-").replace("×", "*").replace("·", "*")
    plain, factor = _without_unit(plain, body)
    if re.fullmatch(r"[-+]?[0-9]+,[0-9]+", plain) and not re.fullmatch(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}", plain):
        plain = plain.replace(",", ".")
    plain = re.sub(r"(?<=[0-9])[,_ ](?=[0-9]{3}(?![0-9]))", "", plain).replace("^", "**").replace("√", "sqrt")
    try:
        return float(number(re.sub(r"(?<![0-9.])0+(?=[0-9])", "", plain), {})) * factor
    except FormulaError:
        raise NotAnAnswer("Type a number, such as 0.25, 1/4 or 2.5e-1.") from None


def _without_unit(text: str, body: Number) -> tuple[str, float]:
    units = {**body.units}
    if body.unit:
        units[body.unit] = 1.0
    units.setdefault("%", 0.01)
    for name in sorted(units, key=len, reverse=True):
        if text.endswith(name) and text != name:
            return text[: -len(name)].strip(), units[name]
        if text.lower().endswith(name.lower()) and text[: -len(name)].rstrip()[-1:].isdigit():
            return text[: -len(name)].strip(), units[name]
    tail = re.search(r"(?<=[0-9.])\s*([A-Za-z]{2,})$", text)
    if tail and not re.match(r"e[-+]?[0-9]", tail[1]):
        known = ", ".join(sorted(units)) if body.unit else "none"
        raise NotAnAnswer(f"The unit {tail[1]} is not known here; units that are: {known}.")
    return text, 1.0


def close(got: float, want: float, tolerance: tuple[str, float]) -> bool:
    """Whether a number lies within the tolerance of the wanted one."""
    if not math.isfinite(got):
        return False
    return abs(got - want) <= allowed_error(want, tolerance) * (1 + 1e-9) + 1e-15


def allowed_error(want: float, tolerance: tuple[str, float]) -> float:
    """The absolute error that a tolerance allows at the wanted value."""
    kind, size = tolerance
    if kind == "abs":
        return size
    if kind == "rel":
        return size * abs(want)
    leading = math.floor(math.log10(abs(want))) if want else 0
    return float(0.5 * 10.0 ** (leading - int(size) + 1))


def mark_number(body: Number, answer: str) -> Marked:
    """Whether a number is near enough, or else which slip it comes from."""
    got = read_number(answer, body)
    unit = f" {body.unit}" if body.unit else ""
    key = Reason("", plain_number(body.want) + unit, True, body.why)
    if close(got, body.want, body.tolerance):
        return Marked(1.0, (key,))
    for slip in body.slips:
        if isinstance(slip.value, (int, float)) and close(got, slip.value, body.tolerance):
            mine = Reason("", plain_number(slip.value) + unit, False, slip.why, True)
            return Marked(0.0, (mine, key), tags([slip]), slip)
    return Marked(0.0, (key,))
