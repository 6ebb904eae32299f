"""Functions recognised by what they do: those found in a release are called on hidden inputs, and none may be right.

Found code runs where student code runs, in the sandbox: it is nobody's yet. Functions and methods are called; what surrounds
them in their module is kept as far as it works there.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np

from grader.catalog import load_solution
from grader.compare import Allowance, same
from grader.export.release.fingerprints import size
from grader.observe import observe
from grader.sandbox import Limits, Sandbox, Session
from grader.spec import Check
from grader.values import Value, leaves
from grader.verdict import Died, Outcome, Returned, TimedOut

SEED: Final = 7_402_331  # of the hidden inputs: any but that of the plans, which students have
CASES: Final = 12  # calls that must all be right; the first one ends it for nearly every function
DEATHS: Final = 3  # of one candidate; then it is left alone
LIMITS: Final = Limits(call_seconds=1.0, submission_seconds=3600.0)
SHORT: Final = 13  # nodes: max(x, 0), a mean; two functions that short are alike because the formula is
NEAR: Final = Allowance(rtol=1e-5, atol=1e-9)  # as close as a copy in float32 comes

_HEAD = """\
from __future__ import annotations
import math
import numpy
import numpy as np
"""
_EACH = """\
def _each(function, batch):
    results = []
    for given, named in batch:
        try:
            results.append((function()(*given, **named),))
        except BaseException:
            results.append(())
    return results
"""
_KEPT = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.If, ast.Try)


# --- what is right -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Call:
    """Arguments by name, in the order of the parameters, and what the reference returns."""

    args: Mapping[str, Value]
    by_position: bool
    want: Value


@dataclass(frozen=True, eq=False)
class Trial:
    """One function of the course and some calls of it."""

    name: str
    calls: tuple[Call, ...]
    short: bool


def trials_of(solutions: Sequence[Path]) -> tuple[Trial, ...]:
    """The calls that tell each function of some solution files from any other code."""
    found = []
    for path in solutions:
        module: ModuleType = load_solution(path)
        sizes = {
            node.name: size(node) for node in ast.parse(path.read_bytes()).body if isinstance(node, ast.FunctionDef)
        }
        for check in module.CHECKS:
            calls = _telling(_calls(check))
            if len(calls) > 1:
                short = sizes.get(check.name, SHORT) < SHORT
                found.append(Trial(f"{check.name} of solutions/{path.name}", calls, short))
    return tuple(found)


def _calls(check: Check[..., Any]) -> list[Call]:
    parameters = tuple(inspect.signature(check.reference).parameters)
    found = []
    for case in check.cases(np.random.default_rng(SEED)):
        outcome = observe(check.reference, case.args)
        if case.raises is None and isinstance(outcome, Returned):
            args = {name: case.args[name] for name in parameters if name in case.args}
            found.append(Call(args, tuple(args) == parameters[: len(args)], outcome.value))
    return found


def _telling(calls: Sequence[Call]) -> tuple[Call, ...]:
    """The first calls whose results differ from each other and from the arguments, so that no constant and no copy is right."""
    chosen: list[Call] = []
    for call in calls:
        others = [*call.args.values(), *(other.want for other in chosen)]
        if len(chosen) < CASES and not any(_equal(other, call.want) for other in others):
            chosen.append(call)
    return tuple(chosen)


def _equal(got: Value, want: Value) -> bool:
    try:
        return same(got, want, [NEAR] * sum(1 for _ in leaves(want)))
    except (TypeError, ValueError):
        return False


# --- what was found ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """A function or method that was found: how it is called, and which arguments it takes."""

    name: str
    callee: str
    parameters: tuple[str, ...]
    least: int
    most: int
    short: bool

    def takes(self, call: Call) -> tuple[tuple[Value, ...], dict[str, Value]] | None:
        """The arguments of a call for it, by name if it has the same names, else by position; None if they do not fit."""
        names = set(call.args)
        if names.issubset(self.parameters) and names.issuperset(self.parameters[: self.least]):
            return (), dict(call.args)
        if call.by_position and self.least <= len(names) <= self.most:
            return tuple(call.args.values()), {}
        return None


def candidates(tree: ast.Module) -> tuple[str, tuple[Candidate, ...]]:
    """A module with a caller for each function of a tree, `candidate_0` onwards; what cannot run there is left out."""
    found = tuple(_callables(tree.body))
    kept = [node for node in tree.body if isinstance(node, _KEPT) and not _is_future(node)]
    callers = [f"def candidate_{n}(batch): return _each(lambda: {c.callee}, batch)" for n, c in enumerate(found)]
    return "\n".join([_HEAD, *map(_guarded, kept), _EACH, *callers]), found


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _guarded(node: ast.stmt) -> str:
    """A statement of a module that may fail without the others."""
    if isinstance(node, ast.FunctionDef):
        node.decorator_list = []
    handler = ast.ExceptHandler(ast.Name("BaseException"), None, [ast.Pass()])
    return ast.unparse(ast.Try([node], [handler], [], []))


def _callables(nodes: Iterable[ast.AST]) -> Iterator[Candidate]:
    """The functions, lambdas with a name and methods among some statements that give a value."""
    for node in nodes:
        match node:
            case ast.FunctionDef(name=name, args=args) if _gives(node):
                yield _candidate(name, name, args, size(node))
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda(args=args) as function):
                yield _candidate(name, name, args, size(function))
            case ast.ClassDef(name=name, body=body):
                for inner in body:
                    if isinstance(inner, ast.FunctionDef) and _gives(inner):
                        callee = f"object.__new__({name}).{inner.name}"
                        yield _candidate(f"{name}.{inner.name}", callee, _own_arguments(inner), size(inner))
            case ast.If() | ast.Try() | ast.ExceptHandler():
                yield from _callables(ast.iter_child_nodes(node))


def _gives(function: ast.FunctionDef) -> bool:
    returns = (node.value for node in ast.walk(function) if isinstance(node, ast.Return))
    return any(value is not None and not isinstance(value, ast.Constant) for value in returns)


def _own_arguments(method: ast.FunctionDef) -> ast.arguments:
    """The arguments of a method without the instance or class that it is called on."""
    static = any(isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in method.decorator_list)
    return method.args if static else _without_first(method.args)


def _without_first(args: ast.arguments) -> ast.arguments:
    positional = [*args.posonlyargs, *args.args][1:]
    return ast.arguments([], positional, args.vararg, args.kwonlyargs, args.kw_defaults, args.kwarg, args.defaults)


def _candidate(name: str, callee: str, args: ast.arguments, nodes: int) -> Candidate:
    positional = [argument.arg for argument in [*args.posonlyargs, *args.args]]
    required = [argument.arg for argument, default in zip(args.kwonlyargs, args.kw_defaults) if default is None]
    least = max(len(positional) - len(args.defaults), 0)
    most = 1000 if args.vararg else len(positional)
    if required:  # it can only be called by names
        return Candidate(
            name,
            callee,
            (*positional[:least], *required, *positional[least:]),
            least + len(required),
            -1,
            nodes < SHORT,
        )
    optional = [argument.arg for argument in args.kwonlyargs]
    return Candidate(name, callee, (*positional, *optional), least, most, nodes < SHORT)


# --- the two together --------------------------------------------------------------------------------------------


class Behaviour:
    """Calls what is found in a release on the hidden inputs."""

    def __init__(self, trials: Sequence[Trial], sandbox: Sandbox) -> None:
        self.trials = trials
        self.sandbox = sandbox

    def found(self, tree: ast.Module) -> Iterator[str]:
        """The functions in some Python code that are right for a function of the course."""
        source, found = candidates(tree)
        worker = _Worker(self.sandbox, source.encode(), len(found))
        for number, candidate in enumerate(found):
            fitting = [
                trial
                for trial in self.trials
                if candidate.takes(trial.calls[0]) and not (candidate.short and trial.short)
            ]
            firsts = worker.results(number, candidate, [trial.calls[0] for trial in fitting])
            for trial, first in zip(fitting, firsts):
                if first and all(worker.results(number, candidate, trial.calls[1:])):
                    yield f"{candidate.name} does what {trial.name} does"


class _Worker:
    """Found code in the sandbox; started anew when it hangs or dies."""

    def __init__(self, sandbox: Sandbox, source: bytes, count: int) -> None:
        self.sandbox, self.source = sandbox, source
        self.names = [f"candidate_{number}" for number in range(count)]
        self.session: Session | None = None
        self.deaths = [0] * count

    def results(self, number: int, candidate: Candidate, calls: Sequence[Call]) -> list[bool]:
        """Which of some calls a candidate gets right: all at once, or one by one where that ends its worker."""
        if not calls or self.deaths[number] > DEATHS:
            return [False] * len(calls)
        outcome = self._called(number, [candidate.takes(call) or ((), {}) for call in calls])
        if isinstance(outcome, Returned) and isinstance(outcome.value, (list, tuple)):
            return [len(got) == 1 and _equal(got[0], call.want) for got, call in zip(outcome.value, calls)]
        if len(calls) == 1:
            return [False] * len(calls)
        return [right for call in calls for right in self.results(number, candidate, [call])]

    def _called(self, number: int, batch: list[Value]) -> Outcome:
        if self.session is None:
            self.session = self.sandbox.session(self.source, "found.py", self.names)
        outcome = self.session.call(self.names[number], [("batch", batch)], repeat=False)
        if isinstance(outcome, (TimedOut, Died)):
            self.deaths[number] += 1
            self.session = None
        return outcome
