"""What a student of a hidden run may see of their result.

Everything that a submission can put its own words or numbers into is left out, for it has seen the hidden inputs: messages
of exceptions, warnings, printed text, names of its own classes, numbers of lines. So is every number that follows from the
expected values. What stays is which functions are right, of what kind a fault is, and the mistake's name.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any, Final

_NUMPY_ERRORS: Final = ("AxisError", "LinAlgError", "UFuncTypeError", "TooHardError", "ComplexWarning")
_EXCEPTIONS: Final = frozenset(
    [name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)]
    + list(_NUMPY_ERRORS)
)


def student_view(result: Mapping[str, Any]) -> dict[str, Any]:
    """A result's JSON as its student may see it; the one it was made from is left as it is."""
    kept = {name: result[name] for name in ("schema", "grader", "course", "exercise", "submission", "status")}
    return {
        **kept,
        "points": result["points"],
        "max_points": result["max_points"],
        # loading comes before any input, so what goes wrong there can tell nothing
        "problem": result.get("problem", ""),
        "functions": [_function(function) for function in result["functions"]],
    }


def _function(function: Mapping[str, Any]) -> dict[str, Any]:
    names = ("name", "status", "points", "max_points", "needs", "skipped_because", "hint_available")
    return {
        **{name: function[name] for name in names},
        "mistake": _mistake(function["mistake"]),
        "checks": [_check(check) for check in function["checks"]],
    }


def _mistake(mistake: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The mistake; the sentence of a pattern only where it holds no number, which could be an expected value."""
    if mistake is None:
        return None
    telling = mistake["kind"] == "pattern" and any(character.isdigit() for character in mistake["text"])
    return {**mistake, "text": ""} if telling else dict(mistake)


def _check(check: Mapping[str, Any]) -> dict[str, Any]:
    mismatch, exception = check["mismatch"], check["exception"]
    return {
        **{name: check[name] for name in ("id", "kind", "status", "points", "max_points")},
        "mismatch": {name: mismatch[name] for name in ("kind", "output")} if mismatch else None,
        "exception": {"type": _type(exception["type"])} if exception else None,
        "tensors": [{name: row[name] for name in ("name", "ok")} for row in check.get("tensors", ())],
    }


def _type(name: str) -> str:
    """The exception's type if it is one of Python's or NumPy's; a class of the student's own can carry a message."""
    return name if name in _EXCEPTIONS else "an exception of its own"
