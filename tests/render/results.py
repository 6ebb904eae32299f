"""Hand-made results, one for each kind of screen. Numbers are those of a batch norm that divides its variance by N - 1."""

from __future__ import annotations

import numpy as np

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

FILE = "exercises/exercise17_batchnorm.py"
WANT = np.array(
    [[0.6406, -1.6860, 1.4693], [-0.6001, 0.2816, 0.0836], [-1.2908, 0.4881, -1.3369], [1.2503, 0.9164, -0.2160]]
)
GOT = WANT * 0.8660254


def check(status: Status = Status.PASS, **given: object) -> CheckResult:
    """A match check of seven cases."""
    passed = 7 if status is Status.PASS else 3
    base: dict[str, object] = {
        "id": "match",
        "kind": "match",
        "status": status,
        "max_points": 1,
        "cases_passed": passed,
        "cases": 7,
    }
    return CheckResult(**{**base, **given})  # type: ignore[arg-type]


def function(
    name: str, status: Status = Status.PASS, *checks: CheckResult, line: int | None = 40, **given: object
) -> FunctionResult:
    """A function worth one point unless `given` says otherwise."""
    most = int(given.pop("max_points", 1))  # type: ignore[call-overload]
    points = most if status is Status.PASS else 0
    return FunctionResult(name, status, points, most, checks or (check(status),), line=line, file=FILE, **given)  # type: ignore[arg-type]


def exercise(*functions: FunctionResult, **given: object) -> ExerciseResult:
    """The result of one run."""
    base: dict[str, object] = {
        "exercise": "exercise17_batchnorm",
        "title": "Batch normalization",
        "course": "deep-learning-maths",
        "grader": "0.1.0",
        "seed": "practice",
        "plan": "0" * 64,
        "submission": "1" * 64,
        "sandbox": "confined",
        "duration_ms": 182.4,
    }
    return ExerciseResult(functions=functions, **{**base, **given})  # type: ignore[arg-type]


PASSING = function("batch_stats")
WRONG = function(
    "batchnorm_forward",
    Status.FAIL,
    check(
        Status.FAIL,
        mismatch=Mismatch(
            "nearly constant feature",
            "value",
            "out[0, 1] is -1.46012, expected -1.686 (12 of 12 differ)",
            output="out",
            index=(0, 1),
            got=-1.4601188,
            want=-1.6860,
            error=0.2258812,
            allowed=1.6e-6,
            wrong_count=12,
            size=12,
            got_shape=(4, 3),
            want_shape=(4, 3),
            axes="N D",
            call="batchnorm_forward(x, gamma, beta, eps=1e-05)  x (N=4, D=3), gamma (D=3), beta (D=3)",
            arrays=(GOT, WANT),
        ),
    ),
    mistake=Mistake("ddof1", "Divides the variance by m - 1.", "named", hint="Batch norm divides by m."),
    hint_available=True,
    facts=("right on 3 of 7 cases",),
)
SKIPPED = function("batchnorm_eval", Status.SKIP, skipped_because="batchnorm_forward", line=58)
TODO = function("batchnorm_backward", Status.TODO, line=71, max_points=2, hint_available=True)

SHAPE = function(
    "batch_stats",
    Status.FAIL,
    check(
        Status.FAIL,
        cases_passed=0,
        mismatch=Mismatch(
            "rows and columns differ",
            "shape",
            "mu has shape (4,) = (m,), expected (3,) = (D,)",
            output="mu",
            got_shape=(4,),
            want_shape=(3,),
            axes="D",
            call="batch_stats(x)  x (m=4, D=3)",
        ),
    ),
    mistake=Mistake("axis-swap", "Averages over the features; the batch is axis 0.", "named"),
    hint_available=True,
)

RAISED = function(
    "batchnorm_forward",
    Status.ERROR,
    check(
        Status.ERROR,
        mismatch=Mismatch("one row", "exception", "raises ValueError", call="batchnorm_forward(x, gamma, beta)"),
        exception=ExceptionInfo(
            "ValueError",
            "operands could not be broadcast together with shapes (4,3) (4,)",
            (
                StackFrame(44, "batchnorm_forward", "    return scale(x, gamma)"),
                StackFrame(12, "scale", "    m = x.max(axis=1)"),
                StackFrame(13, "scale", "    return step(x - m)"),
                StackFrame(9, "step", "    e = np.exp(x - m)"),
            ),
        ),
    ),
    hint_available=True,
)

TIMED_OUT = function(
    "batchnorm_forward",
    Status.TIMEOUT,
    check(
        Status.TIMEOUT,
        cases_passed=0,
        mismatch=Mismatch(
            "one row", "timeout", "stopped at 5 s, at line 31: while i < H:", call="batchnorm_forward(x)"
        ),
        printed="i is 0\n" * 300,
    ),
    hint_available=True,
)

DIED = function(
    "batchnorm_forward",
    Status.ERROR,
    check(
        Status.ERROR,
        mismatch=Mismatch("one row", "died", "your code ended the process (signal 11)", call="batchnorm_forward(x)"),
    ),
)

BROKEN = function(
    "batchnorm_forward",
    Status.BROKEN,
    check(
        Status.BROKEN,
        mismatch=Mismatch(
            "",
            "missing",
            'Traceback (most recent call last):\n  File "grader/worker.py", line 12, in call\nOSError: no space left',
        ),
    ),
)

GRADIENT = function(
    "linear_backward",
    Status.FAIL,
    check(
        Status.FAIL,
        mismatch=Mismatch(
            "five rows",
            "value",
            "db[0] is -0.0502, expected -0.2511 (3 of 3 differ)",
            output="db",
            index=(0,),
            got=-0.0502,
            want=-0.2511,
            error=0.2009,
            allowed=1e-7,
            wrong_count=3,
            size=3,
            got_shape=(3,),
            want_shape=(3,),
            call="linear_backward(dout, x, W)",
        ),
    ),
    CheckResult(
        "gradient",
        "gradient",
        Status.FAIL,
        tensors=(
            TensorRow("dx", (5, 4), 2.6e-7, 1e-6, True),
            TensorRow("dW", (4, 3), 1.1e-10, 1e-6, True),
            TensorRow("db", (3,), 0.67, 1e-6, False, "db[0]: yours -0.0502, expected -0.2511"),
        ),
    ),
    max_points=2,
    mistake=Mistake(
        "mean-for-sum",
        "db: got / expected = 1/n, n being the length of axis 0 of dout: a mean where the sum is asked for",
        "pattern",
    ),
    facts=("dx, dW right; db wrong",),
    hint_available=True,
)

REMARKS = function(
    "batch_stats",
    Status.PASS,
    check(
        warnings=("overflow encountered in exp",),
        notes=("var is accepted, but accurate to 3e-08 only (dtype float32): compute in float64",),
        printed="shape (4, 3)\n",
    ),
)

VARIANT = function(
    "running_update",
    Status.FAIL,
    check(
        Status.FAIL,
        mismatch=Mismatch(
            "momentum 0.9", "value", "new_mean is 0.1, expected 0.9 (1 of 1 differ)", output="new_mean", index=(), got=0.1, want=0.9,
            error=0.8, allowed=1e-8, wrong_count=1, size=1, got_shape=(), want_shape=(), call="running_update(...)",
        ),
    ),
    mistake=Mistake("pytorch-momentum", "Gives momentum to the new value.", "named", variant_of="PyTorch"),
    hint_available=True,
)  # fmt: skip

HOSTILE_TEXT = "\x1b[2J\x1b]52;c;aGk=\x07PASS\r\n10/10 \u202egnp.exe \u200b\x00 \ud800 e\u0301\u0301\u0301 汉字"
HOSTILE = function(
    "batch_stats",
    Status.ERROR,
    check(
        Status.ERROR,
        mismatch=Mismatch("one row", "exception", "raises ValueError", call=f"batch_stats(x={HOSTILE_TEXT!r})"),
        exception=ExceptionInfo("ValueError", HOSTILE_TEXT * 9, (StackFrame(3, HOSTILE_TEXT, HOSTILE_TEXT),)),
        printed=HOSTILE_TEXT,
        warnings=(HOSTILE_TEXT,),
    ),
)

SCREENS: dict[str, ExerciseResult] = {
    "all_pass": exercise(PASSING, function("batchnorm_forward"), function("batchnorm_eval")),
    "wrong_value": exercise(PASSING, WRONG, SKIPPED, TODO),
    "shape": exercise(SHAPE),
    "exception": exercise(PASSING, RAISED),
    "todo": exercise(PASSING, TODO),
    "timeout": exercise(TIMED_OUT),
    "died": exercise(DIED),
    "broken": exercise(BROKEN),
    "gradient": exercise(GRADIENT),
    "remarks": exercise(REMARKS),
    "variant": exercise(VARIANT),
    "many_failures": exercise(SHAPE, WRONG, RAISED, DIED, VARIANT),
    "whole_file": exercise(
        *(function(name, Status.ERROR, line=None) for name in ("batch_stats", "batchnorm_forward")),
        problem="SyntaxError: '(' was never closed (line 40)",
        printed="loading",
    ),
    "hostile": exercise(HOSTILE),
}
