"""What comes out: what a call did (`Outcome`), and what that means (`ExerciseResult`), with its JSON form.

Outcome    Returned | Raised | NotWritten | Absent | TimedOut | Died | StepLimit | Broken
Loaded     what a submission's source holds, or the Outcome that kept it from being loaded
ExerciseResult > FunctionResult > CheckResult > Mismatch, ExceptionInfo, TensorRow
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from grader.values import Value

SCHEMA: Final = 1


# --- what a call did ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StackFrame:
    """One frame of the student's own code: line number, function and the text of the line."""

    line: int
    function: str
    source: str


@dataclass(frozen=True, eq=False)
class Returned:
    """The call gave a value. `again` is the value of a second call on fresh copies, where its bytes differ.

    Two with the same `key` are the same in every respect; an empty one says nothing.
    """

    value: Value
    again: tuple[Value, ...] = ()
    changed: tuple[str, ...] = ()
    drew: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    printed: str = ""
    key: bytes = b""


@dataclass(frozen=True, eq=False)
class Raised:
    """Their code raised; `types` are the names of the exception's class and its bases, nearest first."""

    types: tuple[str, ...]
    message: str = ""
    frames: tuple[StackFrame, ...] = ()
    warnings: tuple[str, ...] = ()
    printed: str = ""


@dataclass(frozen=True)
class NotWritten:
    """The function raises NotImplementedError or has an empty body."""


@dataclass(frozen=True)
class Absent:
    """The submission has no such function; `near` are names like it, `found` what has that name instead."""

    near: tuple[str, ...] = ()
    found: str = ""


@dataclass(frozen=True)
class TimedOut:
    """Stopped at the limit; `line` and `source` say where the student's code was, if it could still be asked."""

    seconds: float
    line: int | None = None
    source: str = ""
    of_submission: bool = False
    printed: str = ""


@dataclass(frozen=True)
class Died:
    """The worker ended or broke the protocol; `reason` is a short sentence for the student."""

    reason: str
    printed: str = ""


@dataclass(frozen=True)
class StepLimit:
    """A wrong function of ours that does not stop; it equals a student's TimedOut."""


@dataclass(frozen=True)
class Broken:
    """Our own failure, with its reason or traceback; never costs a point."""

    reason: str


Outcome: TypeAlias = Returned | Raised | NotWritten | Absent | TimedOut | Died | StepLimit | Broken


@dataclass(frozen=True)
class Found:
    """What a submission holds under a function's name."""

    name: str
    line: int
    parameters: tuple[str, ...]
    todo: bool = False
    problem: str = ""
    """Why it is not an ordinary function ("is a class", "is a generator"), or empty."""


@dataclass(frozen=True, eq=False)
class Loaded:
    """A submission's source, loaded: its functions by name, and all top-level names (for near misses)."""

    functions: dict[str, Found]
    names: tuple[str, ...] = ()
    printed: str = ""


# --- what it means ---------------------------------------------------------------------------------------------------


class Status(str, Enum):
    """The verdict on a check, a function or an exercise."""

    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"
    TODO = "todo"
    SKIP = "skip"
    TIMEOUT = "timeout"
    BROKEN = "broken"


@dataclass(frozen=True, eq=False)
class Mismatch:
    """Where a result first differs from what was expected: one case, one output, its worst entry.

    `kind` is none, type, arity, keys, shape, dtype, nonfinite, value, exception, mutation, unrepeatable, warning, draws,
    property or gradient. `detail` is the sentence for the student; `call` the call with its arguments in short. `arrays` are the
    whole got and want, for a side-by-side view; they are not part of the JSON.
    """

    case: str
    kind: str
    detail: str
    output: str = ""
    index: tuple[int, ...] | None = None
    got: Value = None
    want: Value = None
    error: float | None = None
    allowed: float | None = None
    wrong_count: int | None = None
    size: int | None = None
    got_shape: tuple[int, ...] | None = None
    want_shape: tuple[int, ...] | None = None
    axes: str = ""
    call: str = ""
    arrays: tuple[Value, Value] | None = None

    def to_json(self) -> dict[str, Any]:
        """The contract's `mismatch` object."""
        names = (
            "case",
            "kind",
            "detail",
            "output",
            "index",
            "got",
            "want",
            "error",
            "allowed",
            "wrong_count",
            "size",
            "got_shape",
            "want_shape",
        )
        return {name: _plain(getattr(self, name)) for name in names}


@dataclass(frozen=True, eq=False)
class ExceptionInfo:
    """An exception of the student's code, cut to frames of their own file."""

    type: str
    message: str
    frames: tuple[StackFrame, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The contract's `exception` object."""
        frames = [{"line": frame.line, "source": frame.source} for frame in self.frames]
        return {"type": self.type, "message": self.message, "frames": frames}


@dataclass(frozen=True, eq=False)
class TensorRow:
    """One row of the gradient table: a tensor, its relative error against numerical derivatives, and the limit."""

    name: str
    shape: tuple[int, ...]
    error: float
    limit: float
    ok: bool
    worst: str = ""
    """The worst entry against the reference ("db[0]: yours -0.0502, expected -0.2511"), or empty."""

    def to_json(self) -> dict[str, Any]:
        """One element of `tensors`."""
        return {
            "name": self.name,
            "shape": list(self.shape),
            "error": _plain(self.error),
            "limit": self.limit,
            "ok": self.ok,
        }


@dataclass(frozen=True, eq=False)
class CheckResult:
    """The verdict on one check of a function: id match, stability, gradient or a property's."""

    id: str
    kind: str
    status: Status
    points: int = 0
    max_points: int = 0
    cases_passed: int = 0
    cases: int = 0
    mismatch: Mismatch | None = None
    exception: ExceptionInfo | None = None
    printed: str = ""
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    tensors: tuple[TensorRow, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The contract's `checks` element, with `notes` and `tensors` besides."""
        return {
            "id": self.id,
            "kind": self.kind,
            "status": self.status.value,
            "points": self.points,
            "max_points": self.max_points,
            "cases_passed": self.cases_passed,
            "cases": self.cases,
            "mismatch": self.mismatch.to_json() if self.mismatch else None,
            "exception": self.exception.to_json() if self.exception else None,
            "printed": self.printed,
            "warnings": list(self.warnings),
            "notes": list(self.notes),
            "tensors": [row.to_json() for row in self.tensors],
        }


@dataclass(frozen=True, eq=False)
class Mistake:
    """The mistake that was recognised: a named one of the catalogue, or a general pattern."""

    id: str
    text: str
    kind: str
    hint: str = ""
    variant_of: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The contract's `mistake` object; the hint is asked for, not given."""
        data: dict[str, Any] = {"id": self.id, "text": self.text, "kind": self.kind}
        return {**data, "variant_of": self.variant_of} if self.variant_of else data


@dataclass(frozen=True, eq=False)
class FunctionResult:
    """The verdict on one function. `facts` say what is already right and which patterns the numbers show."""

    name: str
    status: Status
    points: int
    max_points: int
    checks: tuple[CheckResult, ...]
    line: int | None = None
    file: str = ""
    needs: tuple[str, ...] = ()
    skipped_because: str | None = None
    mistake: Mistake | None = None
    hint_available: bool = False
    facts: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The contract's `functions` element, with `facts` besides."""
        return {
            "name": self.name,
            "status": self.status.value,
            "points": self.points,
            "max_points": self.max_points,
            "file": self.file,
            "line": self.line,
            "needs": list(self.needs),
            "skipped_because": self.skipped_because,
            "mistake": self.mistake.to_json() if self.mistake else None,
            "hint_available": self.hint_available,
            "facts": list(self.facts),
            "checks": [check.to_json() for check in self.checks],
        }


@dataclass(frozen=True, eq=False)
class ExerciseResult:
    """The verdict on one exercise, with what is needed to make it again."""

    exercise: str
    title: str
    course: str
    grader: str
    seed: str | None
    plan: str
    submission: str
    sandbox: str
    functions: tuple[FunctionResult, ...]
    duration_ms: float = 0.0
    python: str = ""
    numpy: str = ""
    printed: str = ""
    problem: str = field(default="")
    """Why the whole file could not be graded (a syntax error, a crash while loading), or empty."""

    @property
    def status(self) -> Status:
        """`pass` if every function passed, else the most telling of the others."""
        seen = {function.status for function in self.functions}
        order = (Status.BROKEN, Status.TIMEOUT, Status.ERROR, Status.FAIL, Status.SKIP, Status.TODO)
        return next((status for status in order if status in seen), Status.PASS)

    @property
    def points(self) -> int:
        """The points earned."""
        return sum(function.points for function in self.functions)

    @property
    def max_points(self) -> int:
        """The points there are."""
        return sum(function.max_points for function in self.functions)

    def to_json(self) -> dict[str, Any]:
        """Result JSON, schema 1."""
        head = {"schema": SCHEMA, "grader": self.grader, "course": self.course, "exercise": self.exercise}
        seed = {} if self.seed is None else {"seed": self.seed}
        return {
            **head,
            **seed,
            "plan": self.plan,
            "submission": self.submission,
            "sandbox": self.sandbox,
            "status": self.status.value,
            "points": self.points,
            "max_points": self.max_points,
            "duration_ms": round(self.duration_ms, 1),
            "python": self.python,
            "numpy": self.numpy,
            "problem": self.problem,
            "functions": [function.to_json() for function in self.functions],
        }


def canonical(result: Any) -> Any:
    """A result's JSON without durations, printed text and the environment: equal bytes for equal work."""
    left_out = {"duration_ms", "printed", "python", "numpy", "sandbox"}
    kind = type(result)
    if kind is dict:
        items = [(key, value) for key, value in result.items() if key not in left_out]
        return {key: canonical(value) if type(value) in (dict, list) else value for key, value in items}
    return [canonical(item) for item in result] if kind is list else result


def _plain(value: Value) -> Any:
    """A value as JSON can hold it: NumPy numbers as Python's, infinities and nan as text."""
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
