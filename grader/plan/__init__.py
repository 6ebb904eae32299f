from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from grader.plan.model import CasePlan, Form, FunctionPlan, GradientPlan, MistakePlan, Plan, PlanError, View, plan_id
from grader.plan.storage import load, load_or_compile, save

if TYPE_CHECKING:
    from grader.plan.compiler import compile_plan
    from grader.plan.tolerance import float32_args

__all__ = [
    "CasePlan",
    "Form",
    "FunctionPlan",
    "GradientPlan",
    "MistakePlan",
    "Plan",
    "PlanError",
    "View",
    "compile_plan",
    "float32_args",
    "load",
    "load_or_compile",
    "plan_id",
    "save",
]

_WHEN_MADE = {"compile_plan": "compiler", "float32_args": "tolerance"}  # a kept plan is used without these


def __getattr__(name: str) -> Any:
    if name not in _WHEN_MADE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHEN_MADE[name]}"), name)
