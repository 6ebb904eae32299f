"""What one of our own functions does on a case: the outcome that a worker would report for the same code.

References, alternates and wrong functions run here, in the grader's process, when a plan is made. They are our code, but
wrong ones may loop: they run under a limit of traced lines, which unlike a clock gives the same outcome everywhere.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any, Final

import numpy as np

from grader.values import Seeded, Source, Value, fresh, leaves
from grader.verdict import Outcome, Raised, Returned, StepLimit
from grader.wire import WireError, decode, encode

STEP_LIMIT: Final = 100_000
"""Traced lines of one call; the longest honest reference takes a few thousand."""


class _TooManySteps(BaseException):
    """Raised in a function that passes the limit; no `except Exception` of it catches this."""


def observe(function: Callable[..., Any], args: Mapping[str, Value], *, steps: int | None = None) -> Outcome:
    """The outcome of one call on fresh copies of the arguments; with `steps`, StepLimit after that many lines."""
    given = {name: fresh(value) for name, value in args.items()}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            value = function(**given) if steps is None else _limited(function, given, steps)
        except _TooManySteps:
            return StepLimit()
        except Exception as error:
            return Raised(tuple(kind.__name__ for kind in type(error).__mro__[:-1]), str(error))
    seen = dict.fromkeys(str(item.message) for item in caught if issubclass(item.category, RuntimeWarning))
    try:
        value = decode(encode(value))  # a copy in the form in which a worker's value arrives, and as immutable
    except WireError as error:
        return Raised(("TypeError",), f"{function.__name__} returns what no task returns: {error}")
    return Returned(value, changed=_changed(args, given), drew=_drew(args, given), warnings=tuple(seen))


def _limited(function: Callable[..., Any], given: Mapping[str, Value], steps: int) -> Any:
    left = steps
    filename = function.__code__.co_filename

    def count(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal left
        if frame.f_code.co_filename != filename and frame.f_code.co_filename != "<argument>":
            return None
        if event == "line":
            left -= 1
            if left < 0:
                raise _TooManySteps
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        return function(**given)
    finally:
        sys.settrace(before)


def _changed(args: Mapping[str, Value], given: Mapping[str, Value]) -> tuple[str, ...]:
    """The arguments that the call changed."""
    return tuple(name for name, value in args.items() if not _identical(value, given[name]))


def _identical(before: Value, after: Value) -> bool:
    if isinstance(before, (Source, Seeded)):
        return True
    if isinstance(before, (list, tuple, dict)):
        first, second = list(leaves(before)), list(leaves(after))
        return [p for p, _ in first] == [p for p, _ in second] and all(
            _identical(a, b)
            for (_, a), (_, b) in zip(first, second)
            if not (isinstance(a, (list, tuple, dict)) and not a)
        )
    if isinstance(before, np.ndarray):
        return before.dtype == after.dtype and before.shape == after.shape and before.tobytes() == after.tobytes()
    return bool(before == after) or before != before


def _drew(args: Mapping[str, Value], given: Mapping[str, Value]) -> tuple[str, ...]:
    """The generators that the call drew from."""
    return tuple(
        name
        for name, value in args.items()
        if isinstance(value, Seeded)
        and given[name].bit_generator.state != np.random.default_rng(value.seed).bit_generator.state
    )
