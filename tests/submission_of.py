"""A solution's functions as a student's file: references, or an alternate or wrong function in a reference's place."""

from __future__ import annotations

import ast
from pathlib import Path


def submission_of(solution: Path, **instead: str) -> bytes:
    """The source that a student would submit; `instead` maps a function to the one that is submitted under its name."""
    tree = ast.parse(solution.read_bytes())
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    kept: list[ast.stmt] = [node for node in tree.body if _is_library_import(node)]
    kept += [node for node in tree.body if isinstance(node, (ast.ClassDef, ast.Assign)) and not _is_table(node)]
    for name, node in functions.items():
        if not _names_spec(node):
            kept.append(_without_annotations(node))
    for name, other in instead.items():
        kept += _in_place(name, functions[other], functions[name])
    return ast.unparse(ast.fix_missing_locations(ast.Module(kept, []))).encode()


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


def _names_spec(node: ast.FunctionDef) -> bool:
    names = {n.id for part in node.body for n in ast.walk(part) if isinstance(n, ast.Name)}
    return bool(names & {"Case", "Source", "Seeded"})


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
