"""The references of a solution as plain Python that a worker takes: no annotations, and nothing of `grader.spec`."""

from __future__ import annotations

import ast
from collections.abc import Iterable


def reference_cells(solution: str, functions: Iterable[str]) -> tuple[str, dict[str, str]]:
    """The imports of a solution, and for each function its text after that of the helpers that no earlier one brought."""
    tree = ast.parse(solution)
    bound = {name: node for node in tree.body for name in _names(node)}
    imports = "\n".join(ast.unparse(node) for node in tree.body if _is_library(node))
    done: set[ast.stmt] = {node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))}
    cells = {}
    for function in functions:
        needed: dict[ast.stmt, None] = {}
        _collect(bound[function], bound, done, needed)
        cells[function] = "\n\n\n".join(ast.unparse(_plain(node)) for node in tree.body if node in needed)
        done |= set(needed)
    return imports, cells


def _is_library(node: ast.stmt) -> bool:
    module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
    return isinstance(node, ast.Import) or (
        isinstance(node, ast.ImportFrom) and module.split(".")[0] not in ("grader", "__future__")
    )


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [inner.id for target in targets for inner in ast.walk(target) if isinstance(inner, ast.Name)]


def _collect(node: ast.stmt, bound: dict[str, ast.stmt], done: set[ast.stmt], needed: dict[ast.stmt, None]) -> None:
    """Adds a statement and all that it uses, but for what is there already."""
    if node in done or node in needed:
        return
    needed[node] = None
    for inner in ast.walk(_plain(node)):
        if isinstance(inner, ast.Name) and inner.id in bound:
            _collect(bound[inner.id], bound, done, needed)


def _plain(node: ast.stmt) -> ast.stmt:
    """A copy without annotations, which name types that only a solution has."""
    copy = ast.parse(ast.unparse(node)).body[0]
    for inner in ast.walk(copy):
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inner.returns = None
        if isinstance(inner, ast.arg):
            inner.annotation = None
    return ast.fix_missing_locations(_WithoutAnnotations().visit(copy))


class _WithoutAnnotations(ast.NodeTransformer):
    """Turns `x: int = 1` into `x = 1`; a class keeps its fields, annotated as `object`."""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        for inner in ast.walk(node):
            if isinstance(inner, ast.AnnAssign):
                inner.annotation = ast.Name("object")
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        return ast.Assign([node.target], node.value) if node.value is not None else ast.Pass()
