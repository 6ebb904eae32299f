"""Grades a class: collects what was handed in, grades it, keeps the ledger, and marks it by the course's rules.

collect -> ledger -> executor (warm processes, shards, Dask) -> ledger -> open_run -> reports
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.classroom.fault import ClassError
    from grader.classroom.model import ExerciseRow, Identity, Override, Row, RunInfo, Total
    from grader.classroom.rules import Rules
    from grader.classroom.run import Run, open_run
    from grader.classroom.view import student_view

__all__ = [
    "ClassError",
    "ExerciseRow",
    "Identity",
    "Override",
    "Row",
    "Rules",
    "Run",
    "RunInfo",
    "Total",
    "open_run",
    "student_view",
]

_HOMES = {
    **dict.fromkeys(("ExerciseRow", "Identity", "Override", "Row", "RunInfo", "Total"), "model"),
    **{"ClassError": "fault", "Rules": "rules", "Run": "run", "open_run": "run", "student_view": "view"},
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
