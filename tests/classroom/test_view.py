from __future__ import annotations

import json

import pytest

from grader.classroom import student_view
from grader.verdict import (
    CheckResult,
    ExceptionInfo,
    ExerciseResult,
    FunctionResult,
    Mismatch,
    Mistake,
    StackFrame,
    Status,
    TensorRow,
)

SECRET = "123.456"  # stands wherever a hidden value could
WORDS = "student words"


@pytest.fixture
def result():
    mismatch = Mismatch(
        f"case {SECRET}", "value", f"y[0] is {SECRET}", "y", (7, 7), 123.456, 123.456, 123.456, 123.456, 77, 77, (77,), (77,), "",
        f"f({SECRET})",
    )  # fmt: skip
    raised = ExceptionInfo(f"X{WORDS}", f"{WORDS} {SECRET}", (StackFrame(777, "f", f"{WORDS}"),))
    tensors = (TensorRow("dx", (77,), 123.456, 1e-7, False, f"dx[0]: yours {SECRET}"),)
    check = CheckResult(
        "match",
        "match",
        Status.FAIL,
        0,
        1,
        77,
        77,
        mismatch,
        raised,
        WORDS,
        (f"{WORDS} {SECRET}",),
        (f"off by {SECRET}",),
        tensors,
    )
    builtin = CheckResult("match", "match", Status.ERROR, 0, 1, exception=ExceptionInfo("ZeroDivisionError", SECRET))
    pattern = Mistake("constant-ratio", f"your result is {SECRET} times what is expected", "pattern")
    plain = Mistake("transposed", "the result is transposed", "pattern")
    named = Mistake("eps-outside", "Divides by sigma + eps at x = 0.5.", "named", "Look under the root.")
    functions = (
        FunctionResult(
            "f", Status.FAIL, 0, 1, (check,), 777, "e.py", (), None, pattern, True, (f"right on 77 of {SECRET}",)
        ),
        FunctionResult("g", Status.ERROR, 0, 1, (builtin,), 777, "e.py", ("f",), "f", named, True),
        FunctionResult("h", Status.FAIL, 0, 1, (), 777, "e.py", mistake=plain),
    )
    return ExerciseResult(
        "exercise01_x", "X", "course", "0.1", f"seed {SECRET}", f"plan {SECRET}", "s" * 64, "jailed", functions
    ).to_json()


def test_nothing_of_a_hidden_input_and_no_word_of_the_student_is_in_it(result):
    before = json.dumps(result, sort_keys=True)
    text = json.dumps(student_view(result))
    assert json.dumps(result, sort_keys=True) == before
    for leak in (SECRET, "77", WORDS, "seed", "plan", "e.py", "cases"):
        assert leak in before and leak not in text


def test_what_is_right_what_kind_of_fault_and_the_mistake_stay(result):
    f, g, h = student_view(result)["functions"]
    assert (f["status"], f["points"], f["max_points"], f["hint_available"]) == ("fail", 0, 1, True)
    assert f["checks"][0]["mismatch"] == {"kind": "value", "output": "y"}
    assert f["checks"][0]["tensors"] == [{"name": "dx", "ok": False}]
    assert f["checks"][0]["exception"] == {"type": "an exception of its own"}
    assert f["mistake"] == {"id": "constant-ratio", "text": "", "kind": "pattern"}
    assert g["checks"][0]["exception"] == {"type": "ZeroDivisionError"}
    assert g["mistake"]["text"] == "Divides by sigma + eps at x = 0.5.", "a named mistake's sentence is the author's"
    assert g["skipped_because"] == "f"
    assert h["mistake"]["text"] == "the result is transposed"


def test_a_file_that_cannot_be_loaded_says_why_for_it_has_seen_nothing(result):
    assert student_view({**result, "problem": "SyntaxError: invalid syntax (line 3)"})["problem"].startswith(
        "SyntaxError"
    )
