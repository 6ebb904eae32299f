"""The synthetic course: where it is, and its plan."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import ModuleType

from grader.catalog import load_solution
from grader.plan import FunctionPlan, Plan, compile_plan

COURSE = Path(__file__).parent
SOLUTION = COURSE / "solutions" / "exercise01_kinds.py"


@cache
def solution() -> ModuleType:
    """The solution of the synthetic exercise."""
    return load_solution(SOLUTION)


@cache
def plan(seed: str = "practice") -> Plan:
    """The plan of the synthetic exercise."""
    return compile_plan("exercise01_kinds", solution(), SOLUTION.read_bytes(), seed)


def function_plan(name: str) -> FunctionPlan:
    """The plan of one of its functions."""
    return plan().function(name)
