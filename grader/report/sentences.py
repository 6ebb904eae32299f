"""What a function's outcome and a submission's remarks are called in words, from what its student may see and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from grader.report.model import WORDS

# `{of}` and `{in_}` take the output that it is about, where there is one.
_KINDS: Final = {
    "none": "it returns None",
    "type": "it returns the wrong kind of value",
    "arity": "it returns the wrong number of values",
    "keys": "its dict has other keys",
    "shape": "the shape{of} is wrong",
    "dtype": "the dtype{of} is wrong",
    "nonfinite": "nan or infinity stands{in_} where it should not, or is missing where it should",
    "value": "a value{of} is wrong",
    "exception": "it does not raise what it should, or raises what it should not",
    "mutation": "it changes an argument in place",
    "unrepeatable": "two equal calls give different results",
    "warning": "it warns",
    "draws": "it draws random numbers where it should not",
    "property": "a property{of} does not hold",
    "gradient": "the gradient{of} is wrong",
    "missing": "there is no such function",
    "died": "it ended the process that ran it",
    "timeout": "it took too long",
    "needs-float64": "it computes in less than float64",
}
_ANOTHER: Final = "made for "
_WHOSE: Final = re.compile(r"(?:^|; )(its manifest names another student|whose it is, only its manifest says)")


def function_sentence(function: Mapping[str, Any]) -> str:
    """One sentence on a function of `student_view`: its verdict, of what kind the fault is, the exception's type."""
    status = function["status"]
    if function.get("skipped_because"):
        return f"{function['skipped_because']} is to be put right first"
    checks = function["checks"]
    exception = next((check["exception"]["type"] for check in checks if check["exception"]), "")
    if exception:
        return f"{WORDS[status]}: {exception}"
    mismatch = next((check["mismatch"] for check in checks if check["mismatch"]), None)
    if mismatch is None:
        return WORDS[status]
    output = mismatch["output"].partition(".")[0]  # the keys of a dict may be those of a hidden argument
    words = _KINDS.get(mismatch["kind"], f"{mismatch['kind']}{{in_}}")
    of, in_ = (f" of {output}", f" in {output}") if output else ("", "")
    said = words.format(of=of, in_=in_)
    # "out of time: it took too long" would say one thing twice
    return said if status == "fail" or mismatch["kind"] == status else f"{WORDS[status]}: {said}"


def mistake_sentence(function: Mapping[str, Any]) -> str:
    """What the recognised mistake is, or empty."""
    mistake = function["mistake"]
    if not mistake:
        return ""
    text = mistake["text"] or mistake["id"].replace("-", " ")
    return f"{text} This is what {mistake['variant_of']} does." if mistake.get("variant_of") else text


def sheet_remark(note: str) -> str:
    """What a submission's note says of the sheet that it was made from, and nothing of whose it is."""
    found = _WHOSE.search(note)
    return note[: found.start()] if found else note


def version_remark(note: str) -> str:
    """The same where it is of another version; empty where the sheet is untouched, or the file empty."""
    remark = sheet_remark(note)
    return remark if remark.startswith(_ANOTHER) else ""


def owner_remark(note: str) -> str:
    """What a note says of whose the submission is, or empty. It may end in a name, which is left out."""
    found = _WHOSE.search(note)
    return found[1] if found else ""
