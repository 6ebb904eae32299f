"""A solution's functions as a student's file: references, or an alternate or wrong function in a reference's place.

Only what they use is in it: a file with all the alternates and mistakes would take Python three times as long to compile
as any student's.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path


def submission_of(solution: Path, sheet: Path | None = None, /, **instead: str) -> bytes:
    """The source that a student would submit; `instead` maps a function to the one that is submitted under its name.

    With the sheet the file is that sheet filled in: its docstrings are in it.
    """
    tree = ast.parse(solution.read_bytes())
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    others = [node for node in tree.body if isinstance(node, (ast.ClassDef, ast.Assign)) and not _is_table(node)]
    used = _used([*_checked(tree), *instead.values()], functions, others)
    kept: list[ast.stmt] = [node for node in tree.body if _is_library_import(node)]
    kept += others
    kept += [_without_annotations(node) for name, node in functions.items() if name in used]
    for name, other in instead.items():
        kept += _in_place(name, functions[other], functions[name])
    if sheet is not None:
        _explain(kept, sheet)
    return ast.unparse(ast.fix_missing_locations(ast.Module(kept, []))).encode()


def _explain(kept: list[ast.stmt], sheet: Path) -> None:
    """Put the sheet's docstrings where they stand in the sheet."""
    tree = ast.parse(sheet.read_bytes())
    texts = {node.name: node.body[0] for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in kept:
        if isinstance(node, ast.FunctionDef) and node.name in texts:
            node.body = [texts[node.name], *(node.body[1:] if ast.get_docstring(node) else node.body)]
    kept.insert(0, tree.body[0])


def _checked(tree: ast.Module) -> Iterator[str]:
    """The functions that a table has checks of."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Check":
            assert isinstance(node.args[0], ast.Name)
            yield node.args[0].id


def _used(roots: Sequence[str], functions: Mapping[str, ast.FunctionDef], others: Sequence[ast.stmt]) -> set[str]:
    """The functions that these, and whatever else is in the file, call directly or not."""
    waiting = [*roots, *(name for node in others for name in _names(node))]
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in functions and name not in used:
            used.add(name)
            waiting += _names(functions[name])
    return used


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _in_place(name: str, other: ast.FunctionDef, reference: ast.FunctionDef) -> list[ast.stmt]:
    """`other` under another name; the reference stays for it under a private one, should it call it."""
    private = _without_annotations(reference)
    private.name = f"_right_{name}"
    replacement = _without_annotations(other)
    replacement.name = name
    for inner in ast.walk(replacement):
        if isinstance(inner, ast.Name) and inner.id == name:
            inner.id = private.name
        if isinstance(inner, ast.Name) and inner.id == other.name:
            inner.id = name
    return [private, replacement]


def _is_library_import(node: ast.stmt) -> bool:
    module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
    return isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and not module.startswith("grader"))


def _is_table(node: ast.ClassDef | ast.Assign) -> bool:
    return isinstance(node, ast.Assign) and bool(
        {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} & {"Array", "Check", "TITLE", "NEEDS", "CHECKS"}
    )


def _without_annotations(node: ast.FunctionDef) -> ast.FunctionDef:
    copy = ast.parse(ast.unparse(node)).body[0]
    assert isinstance(copy, ast.FunctionDef)
    for inner in ast.walk(copy):
        if isinstance(inner, ast.FunctionDef):
            inner.returns = None
        if isinstance(inner, ast.arg):
            inner.annotation = None
        if isinstance(inner, ast.AnnAssign) and inner.value is not None:
            inner.annotation = ast.Name("object")
    return copy
