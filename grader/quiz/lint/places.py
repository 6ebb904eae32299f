"""Whether an exercise that a question names exists; the sheets are read as text and never imported."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path


def reference_problem(course: Path, ref: str, declared: set[str]) -> str:
    """What is wrong with `exercise17.batchnorm_forward`, or an empty text.

    A bank without exercises beside it is checked against the exercises that its topics declare.
    """
    exercise, _, function = ref.partition(".")
    if exercise not in declared:
        return f"{exercise} is not an exercise of any topic in the head"
    sheet = _sheet(course, int(exercise[len("exercise") :]))
    if sheet is None or not function:
        return ""
    names = _functions(sheet)
    return "" if function in names else f"{sheet.name} has no function {function}"


def _sheet(course: Path, number: int) -> Path | None:
    for file in sorted((course / "exercises").glob("exercise*.py")):
        found = re.match(r"exercise0*([0-9]+)(_|\.py)", file.name)
        if found and int(found[1]) == number:
            return file
    return None


@lru_cache(maxsize=64)
def _functions(sheet: Path) -> frozenset[str]:
    tree = ast.parse(sheet.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))
