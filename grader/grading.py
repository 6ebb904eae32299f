"""One submission: plan, run, judge."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import grader
from grader.gradient.agree import OwnProbe, own_agrees, own_probes
from grader.judge import judge, skipped
from grader.plan import CasePlan, FunctionPlan, GradientPlan, Plan, load_or_compile
from grader.running import arguments, called, uncalled
from grader.sandbox.limits import MAX_SOURCE
from grader.values import part
from grader.verdict import (
    Broken,
    Died,
    ExerciseResult,
    Found,
    FunctionResult,
    Loaded,
    Outcome,
    Raised,
    Returned,
    Status,
    TimedOut,
)

if TYPE_CHECKING:
    from grader.catalog import ExerciseFiles
    from grader.sandbox import Sandbox, Session


class SubmissionError(ValueError):
    """A submission that cannot be read at all: no such file, a folder, too large."""


def grade(
    exercise: ExerciseFiles,
    *,
    submission: Path,
    functions: Sequence[str] | None,
    only: bool,
    seed: str,
    course: str,
    sandbox: Sandbox,
    cache: Path | None,
    meanwhile: Callable[[], None] = lambda: None,
) -> ExerciseResult:
    """The verdict on a submitted file; SubmissionError, CourseFault or PlanError where there can be none.

    `functions` are those that are asked for, None for all; with `only`, what they need is not graded with them.
    `meanwhile` is called while the worker loads the submission.
    """
    source = _submitted(submission, exercise.stub)
    plan = load_or_compile(exercise.solution, seed, cache)
    asked = chosen(plan, functions, only)
    return grade_source(plan, source, submission, sandbox, course=course, chosen=asked, meanwhile=meanwhile)


def _submitted(path: Path, stub: Path) -> bytes:
    """The source that a file holds: itself, or the functions of the sheet in a notebook's cells."""
    if path.suffix.lower() != ".ipynb":
        return read_submission(path)
    from grader.cells.source import MAX_NOTEBOOK, NotebookError, submitted_source

    try:
        return submitted_source(path.name, read_submission(path, MAX_NOTEBOOK), stub)
    except NotebookError as error:
        raise SubmissionError(f"{path}: {error}") from error


def read_submission(path: Path, limit: int = MAX_SOURCE) -> bytes:
    """The bytes of a submitted file; they are not looked into here."""
    try:
        if (size := path.stat().st_size) > limit and path.is_file():
            raise SubmissionError(f"{path} has {size / 1e6:.1f} MB; a submission has at most {limit >> 20} MB")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise SubmissionError(f"{path}: there is no such file") from error
    except IsADirectoryError as error:
        raise SubmissionError(f"{path} is a folder; name the file to grade") from error
    except OSError as error:
        raise SubmissionError(f"{path}: {error.strerror}") from error


def chosen(plan: Plan, functions: Sequence[str] | None, only: bool) -> tuple[FunctionPlan, ...]:
    """The functions to grade, in the plan's order: those asked for and, unless `only`, what they need."""
    if functions is None:
        return plan.functions
    wanted = set(functions)
    while not only and (more := {n for f in plan.functions if f.name in wanted for n in f.needs} - wanted):
        wanted |= more
    return tuple(f for f in plan.functions if f.name in wanted)


def grade_source(
    plan: Plan,
    source: bytes,
    path: Path,
    sandbox: Sandbox,
    *,
    course: str,
    chosen: Sequence[FunctionPlan] | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> ExerciseResult:
    """The verdict on the bytes of a submission; `meanwhile` is called while the worker loads it."""
    started = time.perf_counter()
    functions = plan.functions if chosen is None else tuple(chosen)
    with sandbox.session(source, path.name, [f.name for f in plan.functions]) as session:
        session.begin()
        meanwhile()
        loaded = session.load()
        results = _results(plan, functions, session, loaded)
    found = loaded.functions if isinstance(loaded, Loaded) else {}
    lines = {name: each.line for name, each in found.items()}
    shown = tuple(replace(each, file=str(path), line=lines.get(each.name)) for each in skipped(results))
    return ExerciseResult(
        exercise=plan.exercise,
        title=plan.title,
        course=course,
        grader=grader.__version__,
        seed=plan.seed,
        plan=plan.id,
        submission=hashlib.sha256(source).hexdigest(),
        sandbox=sandbox.level.value,
        functions=shown,
        duration_ms=(time.perf_counter() - started) * 1000,
        python=sys.version.split(maxsplit=1)[0],
        numpy=np.__version__,
        printed=loaded.printed if isinstance(loaded, (Loaded, Raised, TimedOut, Died)) else "",
        problem="" if isinstance(loaded, Loaded) else _problem(loaded),
    )


def _problem(loaded: Outcome) -> str:
    """Why a whole file could not be graded."""
    if isinstance(loaded, Raised):
        where = f" (line {loaded.frames[-1].line})" if loaded.frames else ""
        return f"{loaded.types[0]}: {loaded.message}{where}"
    if isinstance(loaded, TimedOut):
        return "loading the file took too long" + (f": stopped at line {loaded.line}" if loaded.line else "")
    return loaded.reason if isinstance(loaded, (Died, Broken)) else "the file could not be loaded"


def _results(
    plan: Plan, functions: Sequence[FunctionPlan], session: Session, loaded: Loaded | Outcome
) -> list[FunctionResult]:
    if not isinstance(loaded, Loaded):
        return [_judged(plan, f, None, [loaded] * len(f.cases)) for f in functions]
    outcomes = {f.name: uncalled(f, loaded) for f in functions}
    written = [f for f in functions if (found := loaded.functions.get(f.name)) and not (found.todo or found.problem)]
    ran = called(plan, written, session, outcomes)
    unwritten = (f for f in functions if f not in written)
    results = {f.name: _judged(plan, f, loaded.functions.get(f.name), outcomes[f.name]) for f in chain(ran, unwritten)}
    ordered = [results[f.name] for f in functions]
    return [_consistent(plan, f, r, ordered, outcomes, session) for f, r in zip(functions, ordered)]


@dataclass(frozen=True)
class _Question:
    """A function and what it returned for its cases, as bytes: but for the line, the verdict depends on nothing else."""

    plan: str
    name: str
    returned: tuple[bytes, ...]
    function: FunctionPlan = field(compare=False)
    found: Found = field(compare=False)
    outcomes: Sequence[Outcome | None] = field(compare=False)


@lru_cache(4096)  # in a class most functions return what somebody else's did, byte for byte
def _known(question: _Question) -> FunctionResult:
    return judge(question.function, question.found, question.outcomes)


def _judged(
    plan: Plan, function: FunctionPlan, found: Found | None, outcomes: Sequence[Outcome | None]
) -> FunctionResult:
    """The verdict on one function, perhaps with another's line; a failure of the judge is ours and is called that."""
    try:
        keys = tuple([outcome.key for outcome in outcomes if isinstance(outcome, Returned)])
        if found is None or found.todo or found.problem or not all(keys) or len(keys) < len(outcomes):
            return judge(function, found, outcomes)
        return _known(_Question(plan.id, function.name, keys, function, found, outcomes))
    except Exception:
        import traceback  # only when we fail: it costs a start 5 ms

        return judge(function, None, [Broken(traceback.format_exc())])


def _consistent(
    plan: Plan,
    function: FunctionPlan,
    result: FunctionResult,
    results: Sequence[FunctionResult],
    outcomes: Mapping[str, Sequence[Outcome | None]],
    session: Session,
) -> FunctionResult:
    """The result, with the remark that a failing backward function is right for the student's own, wrong forward one."""
    if result.status is not Status.FAIL or (result.mistake is not None and result.mistake.kind == "named"):
        return result
    status = {r.name: r.status for r in results}
    for gradient in function.gradients:
        forward = gradient.pair.forward
        if status.get(forward) is Status.FAIL and _fits_own(plan, function, gradient, outcomes[function.name], session):
            fact = f"your {function.name} is right for your {forward}; {forward} is what is wrong"
            return replace(result, facts=(fact, *result.facts))
    return result


def _fits_own(
    plan: Plan, function: FunctionPlan, gradient: GradientPlan, outcomes: Sequence[Outcome | None], session: Session
) -> bool:
    """Whether the backward function's results are the numerical derivatives of the student's own forward function."""
    names = {f.name: f for f in plan.functions}
    point = gradient.points[0]
    outcome, case = outcomes[point.case], function.cases[point.case]
    if gradient.pair.forward not in names or not isinstance(outcome, Returned):
        return False
    forward = names[gradient.pair.forward]
    return all(
        _probe_agrees(forward, gradient, case, outcome, probe, session)
        for probe in own_probes(gradient.pair, case.args, point)
    )


def _probe_agrees(
    forward: FunctionPlan,
    gradient: GradientPlan,
    case: CasePlan,
    outcome: Returned,
    probe: OwnProbe,
    session: Session,
) -> bool:
    values = []
    for _, args in probe.calls:
        made = session.call(forward.name, arguments(forward, args), repeat=False)
        if not isinstance(made, Returned):
            return False
        values.append(made.value)
    grad = part(outcome.value, probe.leaf)
    return isinstance(grad, (np.ndarray, float)) and own_agrees(grad, probe, values, gradient.pair, case.args)
