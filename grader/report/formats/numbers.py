"""Numbers as every importer reads them: a point, no thousands separators, two decimals at most."""

from __future__ import annotations


def number(value: float | None) -> str:
    """`7`, `6.5`, `6.25`; empty for no verdict. Rounded half up on the decimal digits that people see."""
    if value is None:
        return ""
    text = f"{value + (1e-9 if value >= 0 else -1e-9):.2f}"
    return text.rstrip("0").rstrip(".") if text not in ("-0.00", "0.00") else "0"
