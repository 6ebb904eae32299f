"""Who grades the grader: every reference is changed in small ways, and every change must be caught.

mutants     changes of one function's syntax tree, made by NumPy-aware operators
grade       a mutant judged by the exercise's own plan, under limits, in this process
survivors   the reviewed list of changes that no case can catch, each with its reason
course      all exercises, in parallel
"""

from grader.audit.course import audit
from grader.audit.grade import ExerciseAudit, FunctionAudit, audit_exercise
from grader.audit.survivors import SurvivorsError, read_survivors

__all__ = ["ExerciseAudit", "FunctionAudit", "SurvivorsError", "audit", "audit_exercise", "read_survivors"]
