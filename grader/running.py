"""Runs the cases of a plan in a session: shuffled, several on their way at once, the first one again at the end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from grader.plan import FunctionPlan, Plan
from grader.sandbox.session import Call
from grader.values import Value
from grader.verdict import Absent, Broken, Died, Loaded, Outcome, Returned, TimedOut

if TYPE_CHECKING:
    from grader.sandbox import Session


def uncalled(function: FunctionPlan, loaded: Loaded) -> list[Outcome | None]:
    """One outcome a case before anything is called: none yet, or that there is nothing to call."""
    if function.name in loaded.functions:
        return [None] * len(function.cases)
    from difflib import get_close_matches  # seldom needed, and slow to import

    near = get_close_matches(function.name, loaded.names, 2, 0.75)
    return [Absent(tuple(near))] * len(function.cases)


class Turn(NamedTuple):
    """A case that is to be run; `last` where it is one that ran before, to see whether its result is still the same."""

    function: FunctionPlan
    case: int
    call: Call
    last: bool


def called(
    plan: Plan,
    functions: Sequence[FunctionPlan],
    session: Session,
    outcomes: Mapping[str, list[Outcome | None]],
) -> Iterator[FunctionPlan]:
    """Runs the cases of functions and gives each function as soon as all its outcomes are known."""
    turns = [turn for function in functions for turn in _turns(plan.id, function)]
    while turns:
        function, stopped = turns[0].function, False
        for turn, outcome in zip(turns, session.calls([turn.call for turn in turns])):
            if turn.function is not function:
                yield function
                function = turn.function
            _note(turn, outcome, outcomes[function.name])
            stopped = isinstance(outcome, (TimedOut, Died, Broken))
            if stopped:
                break  # the next cases would cost as much again and tell nothing new
        yield function
        places = [place for place, turn in enumerate(turns) if turn.function is function]
        turns = turns[places[-1] + 1 :] if stopped else []


@lru_cache(1024)  # many submissions are graded by one plan
def _turns(plan: str, function: FunctionPlan) -> tuple[Turn, ...]:
    """The cases in an order that is shuffled, the same for one plan, and ends with the first again, so that state shows."""

    def key(case: int) -> bytes:
        return hashlib.sha256(f"{plan} {function.name} {case}".encode()).digest()

    def turn(case: int, last: bool) -> Turn:
        args = arguments(function, function.cases[case].args)
        return Turn(function, case, Call(function.name, args, repeat=not last), last)

    order = sorted(range(len(function.cases)), key=key)
    return (*(turn(case, False) for case in order), *(turn(case, True) for case in order[:1]))


def _note(turn: Turn, outcome: Outcome, outcomes: list[Outcome | None]) -> None:
    first = outcomes[turn.case]
    if not turn.last:
        outcomes[turn.case] = outcome
    elif isinstance(first, Returned) and not first.again and isinstance(outcome, Returned):
        if not first.key or first.key != outcome.key:
            outcomes[turn.case] = replace(first, again=(outcome.value,), key=b"")


def arguments(function: FunctionPlan, args: Mapping[str, Value]) -> list[tuple[str | None, Value]]:
    """A case's arguments for a call, by name.

    The worker gives them by position to a function that has other names. Where a parameter in between is left out that
    cannot be, so there the ones before the gap come by position.
    """
    given = [name for name in function.parameters if name in args]
    before = next((i for i, name in enumerate(function.parameters) if name not in args), len(given))
    if before >= len(given):
        return [(name, args[name]) for name in given]
    return [(None if i < before else name, args[name]) for i, name in enumerate(given)]
