"""The solutions that the oracles vouch for, and their cases."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np

from grader.spec import Case, Check

SOLUTIONS = Path(__file__).parents[2] / "solutions"


@cache
def solution(exercise: str) -> ModuleType:
    """The solution module of an exercise ("exercise17"), loaded by path."""
    (path,) = SOLUTIONS.glob(f"{exercise}_*.py")
    spec = importlib.util.spec_from_file_location(f"solution_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def checks(exercise: str) -> dict[str, Check]:
    """The checks of an exercise by function name."""
    return {check.name: check for check in solution(exercise).CHECKS}


def cases_of(exercise: str, function: str, seed: int) -> list[Case]:
    """The cases of a function for a seed."""
    return list(checks(exercise)[function].cases(np.random.default_rng(seed)))
