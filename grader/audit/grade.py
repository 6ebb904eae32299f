"""Mutants of one exercise, graded by its own plan in this process, under a limit of steps, seconds and memory."""

from __future__ import annotations

import ast
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType, ModuleType
from typing import Any, Final

import numpy as np

from grader.audit.mutants import Mutant, mutants
from grader.catalog import ExerciseFiles, load_solution
from grader.judge.case import judge_case
from grader.observe import observe
from grader.plan import FunctionPlan, compile_plan
from grader.properties import holds
from grader.spec import Check
from grader.values import leaves
from grader.verdict import Outcome, Raised, Returned, Status

SEED: Final = "audit"
STEPS: Final = 20_000  # traced lines of one call; ten times what the longest reference takes
SECONDS: Final = 2.0  # a single NumPy call may take long without a traced line
MEMORY: Final = 2 << 30  # bytes of address space for the process that runs mutants


@dataclass(frozen=True)
class Survivor:
    """A mutant that no case caught."""

    function: str
    operator: str
    line: int
    change: str


@dataclass(frozen=True)
class FunctionAudit:
    """The count of one function: mutants, those killed, and those that one naive input with np.allclose kills."""

    name: str
    mutants: int
    killed: int
    naive: int
    survivors: tuple[Survivor, ...]


@dataclass(frozen=True)
class ExerciseAudit:
    """The counts of one exercise."""

    exercise: str
    functions: tuple[FunctionAudit, ...]
    seconds: float


class TooLong(BaseException):
    """A mutant that passed the limit of seconds."""


def audit_exercise(exercise: ExerciseFiles) -> ExerciseAudit:
    """Every mutant of an exercise's references and of the private functions that they call."""
    started = time.perf_counter()
    solution = load_solution(exercise.solution)
    source = exercise.solution.read_bytes()
    plan = compile_plan(exercise.id, solution, source, SEED)
    tree = ast.parse(source)
    definitions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    with limited_memory():
        functions = tuple(
            _audit(check, function, solution, definitions, str(exercise.solution))
            for check, function in zip(solution.CHECKS, plan.functions)
        )
    return ExerciseAudit(exercise.id, functions, time.perf_counter() - started)


def _audit(
    check: Check, plan: FunctionPlan, solution: ModuleType, definitions: Mapping[str, ast.FunctionDef], filename: str
) -> FunctionAudit:
    total = killed = naive = 0
    survivors = []
    for owner in _own(check.name, definitions):
        for mutant in mutants(_bare(definitions[owner])):
            total += 1
            function = _compiled(mutant, owner, check.name, solution, definitions, filename)
            naive += _naively_killed(function, plan)
            if _killed(function, plan):
                killed += 1
            else:
                survivors.append(Survivor(check.name, mutant.operator, mutant.line, mutant.change))
    return FunctionAudit(check.name, total, killed, naive, tuple(survivors))


def _bare(definition: ast.FunctionDef) -> ast.FunctionDef:
    """A function without docstring and annotations, which no mutant should touch."""
    bare = ast.parse(ast.unparse(definition)).body[0]
    assert isinstance(bare, ast.FunctionDef)
    ast.increment_lineno(bare, definition.lineno - bare.lineno)
    if ast.get_docstring(bare) is not None:
        bare.body = bare.body[1:]
    bare.returns = None
    for argument in bare.args.args:
        argument.annotation = None
    return _Unannotated().visit(bare)


class _Unannotated(ast.NodeTransformer):
    """Turns `x: int = 0` into `x = 0`."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is None:
            return ast.Pass()
        return ast.fix_missing_locations(ast.copy_location(ast.Assign([node.target], node.value), node))


def _own(name: str, definitions: Mapping[str, ast.FunctionDef]) -> Iterator[str]:
    """The reference and the private functions that it reaches; other references are audited as themselves."""
    found, todo = [name], [name]
    while todo:
        for node in ast.walk(definitions[todo.pop()]):
            if (
                isinstance(node, ast.Name)
                and node.id.startswith("_")
                and node.id in definitions
                and node.id not in found
            ):
                found.append(node.id)
                todo.append(node.id)
    yield from found


def _compiled(
    mutant: Mutant,
    owner: str,
    name: str,
    solution: ModuleType,
    definitions: Mapping[str, ast.FunctionDef],
    filename: str,
) -> Callable[..., Any]:
    """The reference in a namespace where one function is the mutant."""
    namespace = dict(vars(solution))
    trees: list[ast.stmt] = [mutant.tree] if owner == name else [mutant.tree, *_between(owner, name, definitions)]
    module = ast.Module([_future(), *trees], [])
    exec(compile(ast.fix_missing_locations(module), filename, "exec"), namespace)
    function: Callable[..., Any] = namespace[name]
    return function


def _future() -> ast.stmt:
    return ast.ImportFrom("__future__", [ast.alias("annotations")], 0)


def _between(owner: str, name: str, definitions: Mapping[str, ast.FunctionDef]) -> list[ast.stmt]:
    """The functions between a reference and a mutated private one, defined again so that they call the mutant."""
    return [definitions[other] for other in _own(name, definitions) if other != owner]


def _killed(function: Callable[..., Any], plan: FunctionPlan) -> bool:
    for case in plan.cases:
        outcome = _observed(function, case.args)
        if judge_case(plan, case, outcome).status is not Status.PASS:
            return True
        if isinstance(outcome, Returned) and not all(
            holds(wanted, plan.outputs, outcome.value, case.args) for wanted in plan.properties
        ):
            return True
    return False


def _naively_killed(function: Callable[..., Any], plan: FunctionPlan) -> bool:
    """What a usual test does: one ordinary input, np.allclose with its defaults."""
    case = plan.cases[0]
    outcome = _observed(function, case.args)
    if not isinstance(outcome, Returned) or not isinstance(case.expected, Returned):
        return type(outcome) is not type(case.expected)
    got, want = list(leaves(outcome.value)), list(leaves(case.expected.value))
    if len(got) != len(want):
        return True
    try:
        return not all(np.allclose(a, b) if not isinstance(b, str) else a == b for (_, a), (_, b) in zip(got, want))
    except (TypeError, ValueError):
        return True


def _observed(function: Callable[..., Any], args: Mapping[str, Any]) -> Outcome:
    try:
        with limited_seconds():
            return observe(function, args, steps=STEPS)
    except (TooLong, RecursionError, MemoryError) as error:
        return Raised((type(error).__name__,))


@contextmanager
def limited_seconds() -> Iterator[None]:
    """Stops what runs inside after SECONDS, where the system has a timer."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def limited_memory() -> Iterator[None]:
    """Sets a ceiling on the address space, so that a mutant that asks for too much gets MemoryError."""
    if sys.platform == "win32":
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    ceiling = MEMORY if before[1] == resource.RLIM_INFINITY else min(MEMORY, before[1])
    resource.setrlimit(resource.RLIMIT_AS, (ceiling, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
