"""An exercise and a seed, made into plain data: inputs, expected outcomes, outcomes of every named mistake, tolerances.

A plan is all that grading needs. It holds no code of a solution, is saved without pickle, and is byte-identical for equal
inputs, so a worker can be given its inputs, a student release can ship it, and a class run makes it once.

    Plan > FunctionPlan > CasePlan           one call: arguments, expected outcome, allowed error of each leaf
                        > MistakePlan        a wrong function's outcome on every case, unpacked when it is needed
                        > GradientPlan       numerical derivatives of the forward function at some cases
"""

from grader.plan.compiler import compile_plan
from grader.plan.model import CasePlan, Form, FunctionPlan, GradientPlan, MistakePlan, Plan, PlanError, View, plan_id
from grader.plan.storage import load, load_or_compile, save
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
