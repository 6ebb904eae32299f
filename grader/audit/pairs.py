"""Two mistakes in one function: the diagnosis must say neither or one of the two, never a third.

Two wrong functions are merged as a version control system merges: what each changes in the reference, token by token. A
pair whose changes touch each other cannot be merged and is left out, as is one whose merger does not compile.
"""

from __future__ import annotations

import ast
import difflib
import io
import itertools
import textwrap
import tokenize
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

import numpy as np

from grader.audit.grade import TooLong, limited_memory, limited_seconds
from grader.catalog import ExerciseFiles, load_solution
from grader.judge import judge
from grader.observe import STEP_LIMIT, observe
from grader.plan import FunctionPlan, compile_plan
from grader.spec import Check
from grader.verdict import Outcome, Raised, Status, StepLimit, TimedOut

SEEDS: Final = ("pairs", "pairs 2", "pairs 3")  # the first samples; the others tell an accident from an identity
MOST: Final = 12  # pairs a function; drawn from all by a fixed seed


@dataclass(frozen=True)
class PairAudit:
    """Of the merged pairs of an exercise: how many are unknown, named as one of the two, or named falsely.

    `thirds` are pairs that are a third mistake: two signs that cancel, say. They have its name under every seed.
    """

    exercise: str
    merged: int
    unknown: int
    one_of_two: int
    patterns: int
    thirds: int
    false_names: tuple[str, ...]


def audit_pairs(exercise: ExerciseFiles) -> PairAudit:
    """The diagnoses of sampled pairs of mistakes, over all functions of an exercise."""
    solution = load_solution(exercise.solution)
    source = exercise.solution.read_bytes()
    plans = [compile_plan(exercise.id, solution, source, seed) for seed in SEEDS]
    definitions = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    merged = unknown = one = patterns = thirds = 0
    false_names = []
    with limited_memory():
        for check, *functions in zip(solution.CHECKS, *(plan.functions for plan in plans)):
            for ids, double in _doubles(check, definitions, solution, str(exercise.solution)):
                merged += 1
                result = judge(functions[0], None, _outcomes(double, functions[0]))
                mistake = result.mistake
                if mistake is None:
                    unknown += result.status is not Status.PASS
                elif mistake.kind == "pattern":
                    patterns += 1
                elif mistake.id in ids:
                    one += 1
                elif all(_named(double, other) == mistake.id for other in functions[1:]):
                    thirds += 1
                else:
                    false_names.append(f"{check.name}: {' with '.join(ids)} is named {mistake.id}")
    return PairAudit(exercise.id, merged, unknown, one, patterns, thirds, tuple(false_names))


def _named(function: Callable[..., Any], plan: FunctionPlan) -> str:
    mistake = judge(plan, None, _outcomes(function, plan)).mistake
    return mistake.id if mistake is not None else ""


def _outcomes(function: Callable[..., Any], plan: FunctionPlan) -> list[Outcome]:
    found: list[Outcome] = []
    for case in plan.cases:
        try:
            with limited_seconds():
                outcome = observe(function, case.args, steps=STEP_LIMIT)
        except (RecursionError, MemoryError, TooLong) as error:
            outcome = Raised((type(error).__name__,))
        found.append(TimedOut(0.0) if isinstance(outcome, StepLimit) else outcome)
    return found


def _doubles(
    check: Check, definitions: dict[str, ast.FunctionDef], solution: ModuleType, filename: str
) -> Iterator[tuple[tuple[str, str], Callable[..., Any]]]:
    """Functions that make two mistakes, with the ids of both."""
    reference = _tokens(definitions[check.name])
    wrong = {mistake.id: _tokens(definitions[mistake.function.__name__]) for mistake in check.wrong}
    pairs = list(itertools.combinations(wrong, 2))
    np.random.default_rng(0).shuffle(pairs)
    made = 0
    for first, second in pairs:
        tokens = merge(reference, wrong[first], wrong[second])
        function = _compiled(tokens, check.name, solution, filename) if tokens else None
        if function is not None:
            yield (first, second), function
            made += 1
        if made == MOST:
            return


def _tokens(definition: ast.FunctionDef) -> list[tuple[int, str]]:
    """A function's body as tokens, without docstring, comments and layout of the source."""
    body = definition.body[1:] if ast.get_docstring(definition) is not None else definition.body
    head = ast.unparse(ast.FunctionDef("f", definition.args, [ast.Pass()], [], lineno=1))
    text = head.replace("pass", "").rstrip() + "\n" + textwrap.indent("\n".join(map(ast.unparse, body)), "    ") + "\n"
    return [(token.type, token.string) for token in tokenize.generate_tokens(io.StringIO(text).readline)]


Token = tuple[int, str]


def merge(base: Sequence[Token], first: Sequence[Token], second: Sequence[Token]) -> list[Token] | None:
    """`base` with the changes of both, or None if they touch each other."""
    changes = sorted([*_changes(base, first), *_changes(base, second)])
    for (_, end, _), (start, _, _) in itertools.pairwise(changes):
        if start <= end:
            return None
    result, position = [], 0
    for start, end, new in changes:
        result += [*base[position:start], *new]
        position = end
    return [*result, *base[position:]]


def _changes(base: Sequence[Token], other: Sequence[Token]) -> list[tuple[int, int, list[Token]]]:
    matcher = difflib.SequenceMatcher(None, base, other, autojunk=False)
    return [(i, j, list(other[k:m])) for tag, i, j, k, m in matcher.get_opcodes() if tag != "equal"]


def _compiled(tokens: Sequence[Token], name: str, solution: ModuleType, filename: str) -> Callable[..., Any] | None:
    namespace = dict(vars(solution))
    try:
        exec(compile("from __future__ import annotations\n" + tokenize.untokenize(tokens), filename, "exec"), namespace)
    except (SyntaxError, ValueError, NameError):
        return None
    function: Callable[..., Any] = namespace["f"]
    function.__name__ = name
    return function
