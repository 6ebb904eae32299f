"""Functions recognised by their form: names, docstrings, annotations and layout do not count, what is computed does.

A function has one fingerprint for its syntax and, for byte code of the Python that runs here, one for its instructions;
each long statement of it has one too, so that a body pasted without its `def` is recognised.
"""

from __future__ import annotations

import ast
import builtins
import dis
import hashlib
import importlib.util
import marshal
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import CodeType
from typing import Any, Final

# Below these sizes different functions look alike (x * 2, x.sum(axis=0)). Behaviour finds what is that small.
LEAST_NODES: Final = 20
LEAST_STATEMENT: Final = 24
LEAST_INSTRUCTIONS: Final = 16

_DEF = re.compile(r"(?m)^([ \t>|#]*)(?=(?:async )?def \w+ ?\()")
_MAGIC = importlib.util.MAGIC_NUMBER


# --- Python code in bytes of any kind --------------------------------------------------------------------------------


def trees(data: bytes) -> list[ast.Module]:
    """The Python code in some bytes: the whole as a module, or else each function that stands in a text."""
    if b"def " not in data and b"lambda" not in data and b"import" not in data and b"=" not in data:
        return []
    text = data.decode("utf-8", "replace")
    if (tree := _parsed(text)) is not None:
        return [tree]
    blocks = (_parsed(block) for block in _blocks(text))
    return [tree for tree in blocks if tree is not None]


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _blocks(text: str) -> Iterator[str]:
    """Each function that begins a line of a text, with what is indented below it, freed of the text's own margin."""
    lines = text.splitlines()
    starts = {text.count("\n", 0, found.start()): found[1] for found in _DEF.finditer(text)}
    for start, margin in starts.items():
        block = [lines[start][len(margin) :]]
        for line in lines[start + 1 :]:
            inner = line[len(margin) :] if line.startswith(margin) else line.lstrip(" \t>|#") and None
            if inner is None or (inner.strip() and not inner.startswith((" ", "\t", ")"))):
                break
            block.append(inner)
        yield textwrap.dedent("\n".join(block))


# --- syntax ----------------------------------------------------------------------------------------------------------


class _Form:
    """Writes a piece of syntax so that equal computations give equal texts: names become numbers in order of use."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.nodes = 0

    def text(self, value: Any) -> str:
        if isinstance(value, list):
            return "[" + ",".join(map(self.text, value)) + "]"
        if not isinstance(value, ast.AST):
            return repr(value)
        self.nodes += 1
        if isinstance(value, ast.Name):
            return self.name(value.id)
        if isinstance(value, ast.arg):
            return self.name(value.arg)
        if isinstance(value, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return f"def({self.text(value.args)}{self.text(_body(value))})"
        if isinstance(value, ast.AnnAssign):
            value = ast.Assign([value.target], value.value) if value.value else ast.Pass()
        fields = (
            self.text(inner) for name, inner in ast.iter_fields(value) if name not in ("ctx", "kind", "type_comment")
        )
        return f"{type(value).__name__}({','.join(fields)})"

    def name(self, name: str) -> str:
        return name if hasattr(builtins, name) else f"v{self.numbers.setdefault(name, len(self.numbers))}"


def _body(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
    first = function.body[0]
    documented = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return function.body[1:] if documented else function.body


def size(node: ast.AST) -> int:
    """How many nodes a piece of syntax has, without docstrings and annotations."""
    form = _Form()
    form.text(node)
    return form.nodes


def syntax_prints(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Fingerprints in a tree, with the name of the function each belongs to (empty outside of any)."""
    yield from _prints(tree, "")


def _prints(node: ast.AST, owner: str) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        name = owner
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            name = child.name
            yield from _print(child, name, LEAST_NODES)
        elif isinstance(child, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Expr, ast.Lambda)):
            yield from _print(child, name, LEAST_STATEMENT)
        yield from _prints(child, name)


def _print(node: ast.AST, owner: str, least: int) -> Iterator[tuple[str, str]]:
    form = _Form()
    text = form.text(node)
    if form.nodes >= least:
        yield _hash(text), owner


# --- byte code -------------------------------------------------------------------------------------------------------


def code_of(data: bytes) -> CodeType | None:
    """The code in the bytes of a .pyc file, or of code written by `marshal`; None if it is none of this Python's."""
    if data[2:4] == b"\r\n" and data[:4] == _MAGIC:
        data = data[16:]
    elif data[:1] not in (b"\xe3", b"c"):
        return None
    try:
        code = marshal.loads(data)
    except (ValueError, EOFError, TypeError):
        return None
    return code if isinstance(code, CodeType) else None


def is_foreign_code(data: bytes) -> bool:
    """Whether bytes are a .pyc file of another Python, which cannot be looked into here."""
    return data[2:4] == b"\r\n" and data[:4] != _MAGIC and len(data) > 16 and data[16:17] in (b"\xe3", b"c")


def code_prints(code: CodeType) -> Iterator[tuple[str, str]]:
    """Fingerprints of the functions in a piece of code, with their names."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            steps = list(_steps(constant))
            if len(steps) >= LEAST_INSTRUCTIONS:
                yield _hash("\n".join(steps)), constant.co_name
            yield from code_prints(constant)


def _steps(code: CodeType) -> Iterator[str]:
    numbers: dict[str, int] = {}
    for step in dis.get_instructions(code):
        if step.opname in ("RESUME", "NOP", "CACHE", "PRECALL", "EXTENDED_ARG", "PUSH_NULL"):
            continue
        value, name = step.argval, step.opname
        if name in ("LOAD_ATTR", "LOAD_METHOD", "STORE_ATTR", "DELETE_ATTR"):
            # which of the first two it is hangs on where the module's name was imported
            yield f"{'LOAD_ATTR' if name == 'LOAD_METHOD' else name} {value}"
        elif name in ("LOAD_CONST", "KW_NAMES", "RETURN_CONST"):
            yield f"{name} {'code' if isinstance(value, CodeType) else repr(value)}"
        elif isinstance(value, (str, tuple)):
            names = (value,) if isinstance(value, str) else value
            yield f"{name} {[numbers.setdefault(str(each), len(numbers)) for each in names]}"
        else:
            yield f"{name} {'' if 'JUMP' in name else step.arg}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


# --- the prints of the solutions -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Prints:
    """Where each fingerprint of the solutions comes from."""

    syntax: Mapping[str, str]
    code: Mapping[str, str]

    def in_source(self, tree: ast.Module) -> Iterator[str]:
        """What of the solutions stands in some Python code."""
        for found, owner in syntax_prints(tree):
            if found in self.syntax:
                yield f"{owner or 'a statement'} is {self.syntax[found]}"

    def in_code(self, code: CodeType) -> Iterator[str]:
        """What of the solutions a piece of byte code does."""
        for found, owner in code_prints(code):
            if found in self.code:
                yield f"{owner} is {self.code[found]}"


def prints_of(solutions: Mapping[str, bytes]) -> Prints:
    """The fingerprints of solution files (their bytes by name)."""
    syntax: dict[str, str] = {}
    code: dict[str, str] = {}
    for name, source in solutions.items():
        for found, owner in syntax_prints(ast.parse(source)):
            syntax.setdefault(found, f"{owner or 'a statement'} of solutions/{name}")
        for level in (0, 2):  # with and without docstrings: they take a place among the constants
            for found, owner in code_prints(compile(source, name, "exec", dont_inherit=True, optimize=level)):
                code.setdefault(found, f"{owner} of solutions/{name}")
    return Prints(syntax, code)
