"""What a function's outcome is called in words, from what its student may see and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from grader.report.model import WORDS

_KINDS: Final = {
    "none": "it returns None",
    "type": "it returns the wrong kind of value",
    "arity": "it returns the wrong number of values",
    "keys": "its dict has other keys",
    "shape": "the shape is wrong",
    "dtype": "the dtype is wrong",
    "nonfinite": "nan or infinity stands where it should not, or is missing where it should",
    "value": "a value is wrong",
    "exception": "it does not raise what it should, or raises what it should not",
    "mutation": "it changes an argument in place",
    "unrepeatable": "two equal calls give different results",
    "warning": "it warns",
    "draws": "it draws random numbers where it should not",
    "property": "a property does not hold",
    "gradient": "the gradient is wrong",
    "missing": "there is no such function",
    "died": "it ended the process that ran it",
    "timeout": "it took too long",
    "needs-float64": "it computes in less than float64",
}


def function_sentence(function: Mapping[str, Any]) -> str:
    """One sentence on a function of `student_view`: its verdict, of what kind the fault is, the exception's type."""
    status = function["status"]
    if function.get("skipped_because"):
        return f"{WORDS[status]}: {function['skipped_because']} is to be put right first"
    checks = function["checks"]
    exception = next((check["exception"]["type"] for check in checks if check["exception"]), "")
    if exception:
        return f"{WORDS[status]}: {exception}"
    mismatch = next((check["mismatch"] for check in checks if check["mismatch"]), None)
    if mismatch is None:
        return WORDS[status]
    where = f" in {mismatch['output']}" if mismatch["output"] else ""
    return f"{WORDS[status]}: {_KINDS.get(mismatch['kind'], mismatch['kind'])}{where}"


def mistake_sentence(function: Mapping[str, Any]) -> str:
    """What the recognised mistake is, or empty."""
    mistake = function["mistake"]
    if not mistake:
        return ""
    text = mistake["text"] or mistake["id"].replace("-", " ")
    return f"{text} This is what {mistake['variant_of']} does." if mistake.get("variant_of") else text
